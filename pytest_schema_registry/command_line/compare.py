"""``compare``: whether two schemas are compatible."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.command_line.opening import opened, settings_of
from pytest_schema_registry.command_line.output import Status, described
from pytest_schema_registry.command_line.sides import side
from pytest_schema_registry.compatibility.registry_verdict import ask_registry, cannot_ask
from pytest_schema_registry.compatibility.waivers import apply, load
from pytest_schema_registry.contracts.evolution import next_steps
from pytest_schema_registry.models.aliases import is_better_by_alias
from pytest_schema_registry.models.comparison import compare_sides
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from argparse import Namespace

    from pytest_schema_registry.command_line.opening import Opened
    from pytest_schema_registry.command_line.output import Output
    from pytest_schema_registry.command_line.sides import Side
    from pytest_schema_registry.compatibility import CompatibilityReport

_SEND_ALIASES = "if it is sent under its aliases, give --by-alias"
_STATUS = {True: Status.YES, False: Status.NO, None: Status.UNDECIDED}


def run(options: Namespace, output: Output) -> Status:
    """Compare two schemas, and tell why they are not compatible.

    Args:
        options: The parsed command line.
        output: Told what was found.

    Raises:
        SchemaRegistryError: The settings are wrong, or a schema cannot be had or compared.
    """
    settings = settings_of(options, "compat-source", "waivers")
    waivers = load(settings.waivers, settings.root) if settings.waivers else ()
    with opened(settings, output) as registry:
        both = (options.old, options.new)
        old, new = (side(each, registry, output, by_alias=options.by_alias) for each in both)
        asked = {
            "level": options.level,
            "policy": options.policy,
            "defaults": options.defaults,
        }
        report = _report(old, new, registry, output, asked)
        is_better = is_better_by_alias(report, old.of, new.of, **asked)
    name = next((each.key.name for each in (new, old) if each.key is not None), "")
    report, _ = apply(waivers, report, name, datetime.now(UTC).date())
    columns = shutil.get_terminal_size((0, 0)).columns
    lines = report.render(_headline(old, new), columns).split("\n")
    if not report.passes:
        lines += next_steps(report, name, _SEND_ALIASES if is_better else "")
    output.lines(map(printable, lines))
    return output.close(
        Status.YES if report.passes else _STATUS[report.compatible],
        old={"given": options.old, **described(old.schema)},
        new={"given": options.new, **described(new.schema)},
        report=report.as_dict(),
    )


def _headline(old: Side, new: Side) -> str:
    if old.key is not None and new.key is not None and old.key.name == new.key.name:
        return f"{old.key.name} {old.key.version} -> {new.key.version}"
    return f"{old.label} -> {new.label}"


def _report(
    old: Side, new: Side, registry: Opened, output: Output, asked: dict[str, Any]
) -> CompatibilityReport:
    settings = registry.source.settings
    theirs = None
    if settings.compat_source != "local":
        if old.key is not None and new.key is not None and old.key.name == new.key.name:
            ask = partial(registry.source.catalogue.compatibility, new.key.name)
            theirs = ask_registry(ask, old.key.version, new.key.version, asked["level"])
        elif settings.compat_source == "registry":
            raise cannot_ask()
    if theirs is not None and settings.compat_source == "registry":
        return theirs
    ours = compare_sides(old.of, new.of, **asked)
    if theirs is not None and {ours.compatible, theirs.compatible} == {True, False}:
        output.note(theirs.render(f"says the registry: {_headline(old, new)}"))
    return ours
