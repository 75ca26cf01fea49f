"""Options, markers, fixtures, and the hooks of every session, whether it uses us or not.

Every pytest run of an environment imports this module. So it imports all else on first use.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.plugin import raw_options
from pytest_schema_registry.settings import DEFAULT_PAYLOADS, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_schema_registry.contracts.fixture_types import (
        AssertCompatible,
        AssertConforms,
        AssertConsumes,
        AssertProduces,
        ConformingPayloads,
        RegistrySchema,
        ViolatingPayloads,
    )
    from pytest_schema_registry.plugin.controller import Controller
    from pytest_schema_registry.plugin.outcomes import Outcomes
    from pytest_schema_registry.plugin.reports import Reports
    from pytest_schema_registry.plugin.session import PluginSession
    from pytest_schema_registry.registries.registry_server import RegistryServer
    from pytest_schema_registry.registry import SchemaRegistry

MARKER_HELP = (
    "registry_schema(*names, versions=None, release=None, prefer=None, fallback=None, "
    "enforcement=None): the schemas that a contract test is about, fetched before it runs, where "
    "that takes a network"
)
RULES_HELP = f"{raw_options.RULES}: the tests that the ini file's compatibility rules make"
PLUGIN: pytest.StashKey[SchemaRegistryPlugin] = pytest.StashKey()
#: What a controller tells its workers: the session's id, its start, the terminal's width.
WORKER_INPUT = "schema_registry_session"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("schema registry")
    for option in OPTIONS:
        text = f"{option.help} (default: {option.default})"
        kind: dict[str, Any] = {"metavar": option.metavar}
        if option.is_switch:
            kind = {"action": "store_const", "const": "on"}
        group.addoption(option.flag, dest=f"registry_{option.argument}", help=text, **kind)
        parser.addini(option.ini, text, type=option.ini_type, default=None)
    group.addoption(
        "--registry-offline",
        dest="registry_mode",
        action="store_const",
        const="replay",
        help="short for --registry-mode replay",
    )
    group.addoption(
        "--registry-show",
        action="append",
        metavar="NAME",
        help="print a schema, or all that match a pattern, in each of the versions, and exit",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER_HELP)
    config.addinivalue_line("markers", RULES_HELP)
    plugin = config.stash[PLUGIN] = SchemaRegistryPlugin(config)
    if plugin.raw.any_set:
        plugin.begin()
    config.pluginmanager.register(plugin, "schema_registry_fixtures")
    plugin.begin_payloads()
    plugin.begin_letters()


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    names = config.getoption("registry_show")
    if not names:
        return None
    from pytest_schema_registry.errors import InvalidSettings
    from pytest_schema_registry.reporting.shown_schemas import Shown
    from pytest_schema_registry.text import show_escapes

    plugin = SchemaRegistryPlugin(config)
    process = plugin.begin()
    try:
        shown = Shown(process.source.catalogue, names, process.versions)
    except InvalidSettings as exc:
        raise pytest.UsageError(str(exc)) from None
    finally:
        process.pytest_unconfigure()
        plugin.pytest_unconfigure()
    show_escapes()
    print("\n".join(shown.lines))
    return 1 if shown.is_missing else 0


# The session's fixtures are functions: pytest would take methods for fixtures of a test class.


@pytest.fixture(scope="session")
def schema_registry(request: pytest.FixtureRequest) -> SchemaRegistry:
    """The session's registry itself; using it alone does not parametrize a test."""
    __tracebackhide__ = True
    process = request.config.stash[PLUGIN].process
    process.refuse_wrong_environment()
    return process.noting_registry


@pytest.fixture(scope="session", name=raw_options.OUR_VERSIONS)
def registry_versions() -> None:
    """Do nothing: only our own ``registry_version`` requests this marker fixture.

    So its presence among a test's fixtures tells that the user has not overridden ours.
    """


class SchemaRegistryPlugin:
    """The fixtures, and the hooks that notice when a session needs the rest of the plugin.

    Args:
        config: The session's.

    Raises:
        pytest.UsageError: pytest cannot read a value of ours in the ini file.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._started = time.perf_counter()
        self._is_worker = hasattr(config, "workerinput")
        # Later, pytest's capture is in the place of the terminal.
        own = [uuid.uuid4().hex, time.time(), shutil.get_terminal_size((0, 0)).columns]
        worker_input: list[Any] = getattr(config, "workerinput", {}).get(WORKER_INPUT, own)
        self._session_id, self._started_at, self._columns = worker_input
        #: The raw values that were written for the session.
        self.raw = raw_options.RawOptions(config)
        self._process: PluginSession | None = None
        self._outcomes: Outcomes | None = None
        self._controller: Controller | None = None
        self._reports: Reports | None = None
        self._item: pytest.Item | None = None

    @property
    def process(self) -> PluginSession:
        """The working part of the plugin, made if a setting is written or a test needs it."""
        return self._process or self.begin()

    def begin(self) -> PluginSession:
        """Make the working part of the plugin, and register its hooks.

        Raises:
            pytest.UsageError: Something on the command line or in the ini file is wrong.
        """
        from pytest_schema_registry.errors import InvalidSettings
        from pytest_schema_registry.plugin.outcomes import Outcomes
        from pytest_schema_registry.plugin.prefetching import Prefetching
        from pytest_schema_registry.plugin.session import PluginSession

        is_worker, config = self._is_worker, self._config
        try:
            process = PluginSession(
                config,
                self.raw,
                self._session_id,
                started=self._started,
                started_at=self._started_at,
                columns=self._columns,
                is_worker=is_worker,
                item=self._item,
            )
        except InvalidSettings as exc:
            raise pytest.UsageError(str(exc)) from None
        outcomes = Outcomes(process.test)
        plugins: dict[str, object] = {
            "schema_registry_session": process,
            "schema_registry_prefetching": Prefetching(process, config, is_worker=is_worker),
            "schema_registry_outcomes": outcomes,
        }
        if process.asks_for_scope:
            from pytest_schema_registry.plugin.collection_scope import ScopeOfCollection

            plugins["schema_registry_scope"] = ScopeOfCollection(process, config)
        if process.has_rules:
            from pytest_schema_registry.plugin.compatibility_items import RuleCollection

            plugins["schema_registry_rules"] = RuleCollection(process, config)
        if not is_worker:
            from pytest_schema_registry.plugin.controller import Controller

            self._controller = plugins["schema_registry_controller"] = Controller(process)
        self._process, self._outcomes = process, outcomes
        self._hear_reports().process = process
        for name, plugin in plugins.items():
            config.pluginmanager.register(plugin, name)
        return process

    def _hear_reports(self) -> Reports:
        """Return the reader of the reports of tests, registered on first use.

        A hook that is called for each report would cost a session that does not use us.
        """
        if self._reports is None:
            from pytest_schema_registry.plugin.reports import Reports

            self._reports = Reports(self._add, is_worker=self._is_worker)
            self._config.pluginmanager.register(self._reports, "schema_registry_reports")
        return self._reports

    def _add(self, events: dict[str, Any]) -> None:
        """Give the controller the events of a process."""
        if self._controller is None:
            self.begin()
        assert self._controller is not None  # noqa: S101  # only a worker has none
        self._controller.add(events)

    def begin_payloads(self) -> None:
        """Have golden payloads collected, if their folder exists."""
        process, config = self._process, self._config
        name = DEFAULT_PAYLOADS if process is None else process.settings.payloads
        folder = config.rootpath / name
        if os.path.lexists(folder):  # a broken link, too: its collection then reports the error
            from pytest_schema_registry.plugin.payload_folder import PayloadCollection

            is_named = process is not None and process.configuration.names_payloads
            collection = PayloadCollection(config, folder, lambda: self.process, is_named=is_named)
            config.pluginmanager.register(collection, "schema_registry_payloads")

    def begin_letters(self) -> None:
        """Have dead letters collected, if the command line names such a file.

        Only then: a project that does not use us must not pay for reading its data.
        """
        if any(each.partition("::")[0].endswith(".jsonl") for each in self._config.args):
            from pytest_schema_registry.plugin.payload_items import LetterCollection

            collection = LetterCollection(lambda: self.process)
            self._config.pluginmanager.register(collection, "schema_registry_letters")

    # These fixtures do not request ``request``, which would cost more than all that they do.
    # pytest_runtest_setup notes which test runs.

    @pytest.fixture
    def registry_version(self, _registry_versions: None) -> str:
        """The version line that this run of the test is about: ``"v1"``, ``"v2"``."""
        __tracebackhide__ = True
        return self.process.parametrization.version

    @pytest.fixture
    def registry_schema(self, registry_version: str) -> RegistrySchema:
        """Return the schema for the test's version, an explicit one, or a negotiated one."""
        __tracebackhide__ = True
        return self.process.parametrization.contract_of_test(registry_version).schema

    @pytest.fixture
    def assert_conforms(self, registry_version: str) -> AssertConforms:
        """Fail the test unless a payload conforms to its schema in the registry."""
        __tracebackhide__ = True
        return self.process.parametrization.contract_of_test(registry_version).assert_conforms

    @pytest.fixture
    def assert_produces(self, registry_version: str) -> AssertProduces:
        """Fail the test unless every payload that a model can send conforms to its schema."""
        __tracebackhide__ = True
        return self.process.parametrization.model_contract_of_test(registry_version).assert_produces

    @pytest.fixture
    def assert_consumes(self, registry_version: str) -> AssertConsumes:
        """Fail the test unless a model accepts every payload that its schema allows."""
        __tracebackhide__ = True
        return self.process.parametrization.model_contract_of_test(registry_version).assert_consumes

    @pytest.fixture
    def conforming_payloads(self, registry_version: str) -> ConformingPayloads:
        """Return payloads that conform to a schema: small, different, at its boundaries."""
        __tracebackhide__ = True
        return self.process.parametrization.contract_of_test(registry_version).payloads.conforming

    @pytest.fixture
    def violating_payloads(self, registry_version: str) -> ViolatingPayloads:
        """Return payloads that break one rule of a schema each, with the violations."""
        __tracebackhide__ = True
        return self.process.parametrization.contract_of_test(registry_version).payloads.violating

    @pytest.fixture
    def assert_compatible(self) -> AssertCompatible:
        """Fail the test unless two schemas or models still speak to each other."""
        __tracebackhide__ = True
        self.process.refuse_wrong_environment()
        return self.process.evolution.assert_compatible

    @pytest.fixture
    def registry_server(self) -> Generator[RegistryServer, None, None]:
        """A registry for the code under test: it has the session's schemas, and fails on demand."""
        __tracebackhide__ = True
        with self.process.embedded_server.for_one_test() as server:
            yield server

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[WORKER_INPUT] = [self._session_id, self._started_at, self._columns]
        self._hear_reports().open_workers += 1

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if raw_options.VERSION in metafunc.fixturenames:
            self.process.parametrization.parametrize(metafunc)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._item = item
        if self._process is not None:
            self._process.begin_test(item)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        # The only wrapper of reports: each costs every phase of every test.
        if self._process is not None and call.when == "call":
            self._process.events.add_properties(item)
        report = yield
        if self._outcomes is not None:
            self._outcomes.correct(report, item, call)
        if call.excinfo is not None:
            from pytest_schema_registry.plugin.outcomes import mark_unchecked, shorten

            mark_unchecked(report, item, call.excinfo.value)
            shorten(report, call.excinfo.value)
            if hasattr(report, raw_options.UNCHECKED):
                self._hear_reports()
        if self._process is not None:
            self._process.events.settle(report)
        return report

    def pytest_unconfigure(self) -> None:
        # A worker that sent no output may have left files, too.
        has_open_workers = self._reports is not None and self._reports.open_workers
        if not self._is_worker and (self._process is not None or has_open_workers):
            from pytest_schema_registry import files

            files.remove_session(self._session_id)
