"""The plugin in one process: hooks, fixtures, and what they share. The wiring, and no logic.

Imported by every pytest run of an environment, so whatever is heavy is imported where it is used.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import InvalidSettings, SchemaRegistryError
from pytest_schema_registry.options import OPTIONS
from pytest_schema_registry.settings import (
    InvalidEnvironment,
    command_line,
    environment,
    ini_file,
    resolve,
    token_from,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_schema_registry.contract import AssertConforms, Contract, RegistrySchema
    from pytest_schema_registry.declarations import Declaration, Wanted
    from pytest_schema_registry.registry import SchemaRegistry
    from pytest_schema_registry.reporting import Summary
    from pytest_schema_registry.schemas import Schema

NAME = "_registry_name"
VERSION = "registry_version"
STATE: pytest.StashKey[SchemaRegistryPlugin] = pytest.StashKey()
SESSION_INPUT = "schema_registry_session"
LISTING = ("collectonly", "showfixtures", "show_fixtures_per_test")
SERVED_OLD = "schema_registry_served_old"
UNCHECKED = "schema_registry_unchecked"


class SchemaRegistryPlugin:
    """The plugin in one process: the only one, the controller, or a worker."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        shared = getattr(config, "workerinput", {})
        self._owns_session = not shared
        self._session_id: str = shared.get(SESSION_INPUT) or uuid.uuid4().hex
        self._served_old: list[dict[str, Any]] = []
        self._summary: Summary | None = None
        self._declared: dict[pytest.Item, Declaration] = {}
        self._contracts: dict[tuple[Wanted, tuple[str, ...]], Contract] = {}
        written = (command_line(_options(config)), ini_file(_ini_values(config)))
        try:
            origins = (written[0], environment(os.environ), written[1])
            self.settings = resolve(*origins, root=config.rootpath, token=token_from())
            self._environment_error = None
        except InvalidEnvironment as exc:
            # Others read those variables too: only a test that uses the registry is stopped.
            self.settings = resolve(*written, root=config.rootpath)
            self._environment_error = exc

    @cached_property
    def registry(self) -> SchemaRegistry:
        """The process's registry, made when the first test needs it.

        Raises:
            InvalidEnvironment: An environment variable that counts is wrong.
        """
        if self._environment_error is not None:
            raise self._environment_error
        from pytest_schema_registry.cache import Session
        from pytest_schema_registry.registry import SchemaRegistry

        session = Session(self._session_id, session_directory(self._session_id))
        cache_dir = self.settings.cache_dir or _pytest_cache(self._config)
        return SchemaRegistry.from_settings(self.settings, session, cache_dir)

    # The test is taken from pytest_runtest_setup: a fixture that asks for ``request`` costs more
    # than all that is done here.

    @pytest.fixture
    def registry_version(self, _registry_versions: None) -> str:
        """The version line that this run of the test is about: ``"v1"``, ``"v2"``."""
        __tracebackhide__ = True
        version: str | None = self._params.get(VERSION)
        return version or self._contract(None).version

    @pytest.fixture
    def registry_schema(self, registry_version: str) -> RegistrySchema:
        """Return the schema for the test's version, an explicit one, or a negotiated one."""
        __tracebackhide__ = True
        return self._contract(registry_version).schema

    @pytest.fixture
    def assert_conforms(self, registry_version: str) -> AssertConforms:
        """Fail the test unless a payload conforms to its schema in the registry."""
        __tracebackhide__ = True
        return self._contract(registry_version).assert_conforms

    def _contract(self, version: str | None) -> Contract:
        """What the current test may ask, shared by all tests that are about the same.

        Args:
            version: The version line it is about; None where that is negotiated.
        """
        declared = self._declared.get(self._item) or _declaration(self._item)
        wanted = declared.wanted(self._params.get(NAME), version)
        contract = self._contracts.get((wanted, declared.versions))
        if contract is None:
            from pytest_schema_registry.contract import Contract

            contract = self._contracts[wanted, declared.versions] = Contract(
                self.registry,
                wanted,
                versions=declared.versions or self.settings.versions,
                verbose=self._config.get_verbosity() > 1,
                first_use=self._first_use,
            )
        return contract

    def _first_use(self, schema: Schema) -> bool:
        """Note a schema that is served although it is old; whether the test has not met it yet."""
        from pytest_schema_registry.reporting import served_old

        served = served_old(schema)
        if served in self._served_old:
            return False
        self._served_old.append(served)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._item = item
        self._params = _params(item)

    def pytest_report_header(self) -> str | None:
        return self.settings.describe() if self.settings.configured else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[SESSION_INPUT] = self._session_id

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if VERSION not in metafunc.fixturenames:
            return
        try:
            declared = _declaration(metafunc.definition)
        except InvalidSettings as exc:
            raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: {exc}") from None
        if len(declared.names) > 1:
            metafunc.fixturenames.append(NAME)
            metafunc.parametrize(NAME, declared.names)
        # Absent where the user's own fixture or parametrize takes the place of ours.
        if "_registry_versions" in metafunc.fixturenames and not declared.prefer:
            versions = declared.versions or self.settings.versions
            metafunc.parametrize(VERSION, versions, indirect=True)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Fetch what is declared before the first test, where no tool of the user's is in the way.

        What cannot be had is remembered, and becomes the error of the tests that declare it.
        """
        users = [item for item in session.items if VERSION in getattr(item, "fixturenames", ())]
        lists = any(self._config.getoption(name) for name in LISTING)
        if users and not lists and self._environment_error is None:
            self._declared = {item: _declaration(item) for item in users}
            self.registry.prefetch(
                declared.wanted(_params(item).get(NAME), _params(item).get(VERSION))
                for item, declared in self._declared.items()
            )

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        # Plain attributes of a report travel from an xdist worker to the controller.
        if self._served_old:
            vars(report)[SERVED_OLD] = self._served_old
            self._served_old = []
        if call.excinfo is not None and isinstance(call.excinfo.value, SchemaRegistryError):
            if not hasattr(report, "wasxfail"):
                vars(report)[UNCHECKED] = True
            elif not _expects(item, call.excinfo.value):
                # An xfail speaks of the payload; that nothing was checked must not hide behind it.
                del report.wasxfail
                report.outcome = "failed"
                vars(report)[UNCHECKED] = True
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        # Nothing was checked, so the payload did not fail: an error, as it is in a fixture.
        return ("error", "E", "ERROR") if hasattr(report, UNCHECKED) else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, SERVED_OLD):
            from pytest_schema_registry.reporting import Summary

            self._summary = self._summary or Summary()
            self._summary.add(getattr(report, SERVED_OLD))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._summary is not None:
            terminalreporter.section("schema registry")
            for line in self._summary.lines():
                terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        if "registry" in vars(self):
            self.registry.close()
        directory = session_directory(self._session_id)
        if self._owns_session and directory.exists():
            shutil.rmtree(directory, ignore_errors=True)


def session_directory(session_id: str) -> Path:
    """Where a session caches what it cannot, or may not, keep for the next."""
    return Path(tempfile.gettempdir()) / f"pytest-schema-registry-{session_id}"


def _options(config: pytest.Config) -> dict[str, Any]:
    return {
        option.name: config.getoption(f"registry_{option.argument}", None) for option in OPTIONS
    }


def _ini_values(config: pytest.Config) -> dict[str, Any]:
    values = {}
    for option in OPTIONS:
        try:
            values[option.name] = config.getini(option.ini)
        # Which of them pytest raises depends on its version.
        except (TypeError, ValueError, pytest.UsageError) as exc:
            raise InvalidSettings(f"{option.ini} (ini file)", str(exc)) from None
    return values


def _pytest_cache(config: pytest.Config) -> Path | None:
    cache = getattr(config, "cache", None)  # absent under -p no:cacheprovider
    try:
        return cache and cache.mkdir("schema-registry")
    except OSError as exc:
        from pytest_schema_registry.errors import CacheWarning

        warnings.warn(
            f"pytest's cache directory cannot be used ({exc})", CacheWarning, stacklevel=2
        )
        return None


def _declaration(node: pytest.Item) -> Declaration:
    from pytest_schema_registry.declarations import MARKER, declaration

    return declaration(node.iter_markers_with_node(MARKER))


def _expects(item: pytest.Item, error: Exception) -> bool:
    """Whether the test is marked as failing with just this kind of error."""
    raises = (marker.kwargs.get("raises") for marker in item.iter_markers("xfail"))
    return any(kinds is not None and isinstance(error, kinds) for kinds in raises)


def _params(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)  # absent from a test without parameters
    return callspec.params if callspec is not None else {}
