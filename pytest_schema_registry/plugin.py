"""Options, markers, fixtures, and the hooks of a session that does not use them yet.

Imported by every pytest run of an environment, so all else is imported where it is first used.
"""

from __future__ import annotations

import time
import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.host import FACTS, UNCHECKED, VERSION, is_anything_written
from pytest_schema_registry.options import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.contract import AssertConforms, RegistrySchema
    from pytest_schema_registry.controller import Controller
    from pytest_schema_registry.evolution import AssertCompatible
    from pytest_schema_registry.registry import SchemaRegistry
    from pytest_schema_registry.session import Process

MARKER_HELP = (
    "registry_schema(*names, versions=None, release=None, prefer=None, fallback=None, "
    "enforcement=None): the schemas that a contract test is about, fetched before it runs"
)
RULES_HELP = "registry_compatibility: the tests that the ini file's compatibility rules make"
PLUGIN: pytest.StashKey[SchemaRegistryPlugin] = pytest.StashKey()
SESSION_INPUT = "schema_registry_session"
PAYLOADS = (".json", ".jsonl")


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
        help="print a schema as a person reads it, in each of the versions, and exit",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER_HELP)
    config.addinivalue_line("markers", RULES_HELP)
    plugin = config.stash[PLUGIN] = SchemaRegistryPlugin(config)
    if is_anything_written(config):
        _begun(plugin)
    config.pluginmanager.register(plugin, "schema_registry_fixtures")


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    names = config.getoption("registry_show")
    if not names:
        return None
    from pytest_schema_registry.display import show
    from pytest_schema_registry.errors import InvalidSettings

    process = _begun(SchemaRegistryPlugin(config))
    try:
        lines, missing = show(process.registry, names, process.settings.versions)
    except InvalidSettings as exc:
        raise pytest.UsageError(str(exc)) from None
    finally:
        process.pytest_unconfigure()
    print("\n".join(lines))
    return 1 if missing else 0


# Wider fixtures than a test's are no methods: pytest takes them for those of a test's class.


@pytest.fixture(scope="session")
def schema_registry(request: pytest.FixtureRequest) -> SchemaRegistry:
    """The session's registry itself; using it alone does not parametrize a test."""
    __tracebackhide__ = True
    return request.config.stash[PLUGIN].process.registry


@pytest.fixture(scope="session")
def _registry_versions() -> None:
    """Stands in a test's fixtures exactly when our own ``registry_version`` does."""


def _begun(plugin: SchemaRegistryPlugin) -> Process:
    from pytest_schema_registry.errors import InvalidSettings

    try:
        return plugin.process
    except InvalidSettings as exc:
        raise pytest.UsageError(str(exc)) from None


class SchemaRegistryPlugin:
    """The fixtures, and the hooks that see whether a session needs more than them.

    Args:
        config: The session's.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._started = time.perf_counter()
        # A worker of xdist is told by its controller.
        told = getattr(config, "workerinput", {})
        self._session_id: str = told.get(SESSION_INPUT) or uuid.uuid4().hex
        self._item: pytest.Item | None = None

    @property
    def process(self) -> Process:
        """What does the work, made where something is written for it or a test needs it.

        Raises:
            InvalidSettings: Something on the command line or in the ini file is wrong.
        """
        return self._made[0]

    @cached_property
    def _made(self) -> tuple[Process, Controller | None]:
        from pytest_schema_registry.session import Process

        is_worker = hasattr(self._config, "workerinput")
        process = Process(
            self._config,
            session_id=self._session_id,
            owns_session=not is_worker,
            started=self._started,
        )
        if self._item is not None:
            process.pytest_runtest_setup(self._item)
        register = self._config.pluginmanager.register
        register(process, "schema_registry_session")
        if process.has_rules:
            from pytest_schema_registry.rule_items import RuleCollection

            register(RuleCollection(process, self._config), "schema_registry_rules")
        if is_worker:
            return process, None
        from pytest_schema_registry.controller import Controller

        controller = Controller(process)
        register(controller, "schema_registry_controller")
        return process, controller

    # The test is taken from pytest_runtest_setup: a fixture that asks for ``request`` costs more
    # than all that is done here.

    @pytest.fixture
    def registry_version(self, _registry_versions: None) -> str:
        """The version line that this run of the test is about: ``"v1"``, ``"v2"``."""
        __tracebackhide__ = True
        return self.process.version

    @pytest.fixture
    def registry_schema(self, registry_version: str) -> RegistrySchema:
        """Return the schema for the test's version, an explicit one, or a negotiated one."""
        __tracebackhide__ = True
        return self.process.contract_of_test(registry_version).schema

    @pytest.fixture
    def assert_conforms(self, registry_version: str) -> AssertConforms:
        """Fail the test unless a payload conforms to its schema in the registry."""
        __tracebackhide__ = True
        return self.process.contract_of_test(registry_version).assert_conforms

    @pytest.fixture
    def assert_compatible(self) -> AssertCompatible:
        """Fail the test unless two schemas still speak to each other."""
        __tracebackhide__ = True
        return self.process.evolution.assert_compatible

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[SESSION_INPUT] = self._session_id

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        if file_path.suffix not in PAYLOADS:
            return None
        return self.process.payload_file(file_path, parent)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if VERSION in metafunc.fixturenames:
            self.process.parametrize(metafunc)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._item = item

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._add(getattr(report, FACTS, {}))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        # A worker that crashed has no last word; what its tests reported is here already.
        self._add(getattr(node, "workeroutput", {}).get(FACTS, {}))

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        # Nothing was checked, so the payload did not fail: an error, as it is in a fixture.
        return ("error", "E", "ERROR") if hasattr(report, UNCHECKED) else None

    def _add(self, facts: dict[str, Any]) -> None:
        if facts and (controller := self._made[1]) is not None:
            controller.add(facts)
