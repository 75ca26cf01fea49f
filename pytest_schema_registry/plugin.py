"""Options, the marker, session fixtures. What happens in a session is in ``session``.

Imported by every pytest run of an environment, so whatever is heavy is imported where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.controller import Controller
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.options import OPTIONS
from pytest_schema_registry.session import STATE, SchemaRegistryPlugin

if TYPE_CHECKING:
    from pytest_schema_registry.registry import SchemaRegistry

MARKER_HELP = (
    "registry_schema(*names, versions=None, release=None, prefer=None, fallback=None, "
    "enforcement=None): the schemas that a contract test is about, fetched before it runs"
)
RULES_HELP = "registry_compatibility: the tests that the ini file's compatibility rules make"


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
    process = config.stash[STATE] = _plugin(config)
    config.pluginmanager.register(process, "schema_registry_session")
    if process.has_rules:
        from pytest_schema_registry.rule_items import RuleCollection

        config.pluginmanager.register(RuleCollection(process, config), "schema_registry_rules")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Controller(process), "schema_registry_controller")


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    names = config.getoption("registry_show")
    if not names:
        return None
    from pytest_schema_registry.display import show

    plugin = _plugin(config)
    try:
        lines, missing = show(plugin.registry, names, plugin.settings.versions)
    except InvalidSettings as exc:
        raise pytest.UsageError(str(exc)) from None
    finally:
        plugin.pytest_unconfigure()
    print("\n".join(lines))
    return 1 if missing else 0


def _plugin(config: pytest.Config) -> SchemaRegistryPlugin:
    try:
        return SchemaRegistryPlugin(config)
    except InvalidSettings as exc:
        raise pytest.UsageError(str(exc)) from None


@pytest.fixture(scope="session")
def schema_registry(request: pytest.FixtureRequest) -> SchemaRegistry:
    """The session's registry itself; using it alone does not parametrize a test."""
    __tracebackhide__ = True
    return request.config.stash[STATE].registry


@pytest.fixture(scope="session")
def _registry_versions() -> None:
    """Stands in a test's fixtures exactly when our own ``registry_version`` does."""
