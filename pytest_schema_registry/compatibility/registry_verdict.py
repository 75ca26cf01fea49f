"""The registry's own verdict on compatibility, as a `CompatibilityReport`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pytest_schema_registry.compatibility import CompatibilityReport
from pytest_schema_registry.compatibility.report import Direction, Level
from pytest_schema_registry.errors import InvalidSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_schema_registry.registries.queries import RegistryVerdict


def ask_registry(
    ask: Callable[[str, str], RegistryVerdict], old: str, new: str, level: Level
) -> CompatibilityReport:
    """Ask a registry whether two version lines of a schema are compatible.

    Args:
        ask: Asks the registry whether consumers of its second argument can read payloads of its
            first.
        old: The older version line.
        new: The newer version line.
        level: The direction to ask about, or "full" for both.

    Raises:
        ValueError: `level` is not one of the levels.
    """
    if level not in get_args(Level):
        raise ValueError(f"level is one of {', '.join(get_args(Level))}, not {level!r}")
    directions = (level,) if level != "full" else get_args(Direction)
    reports = [
        CompatibilityReport.from_registry(
            *(ask(old, new) if direction == "backward" else ask(new, old)), direction
        )
        for direction in directions
    ]
    return CompatibilityReport(
        compatible=_both(report.compatible for report in reports),
        reasons=tuple(reason for report in reports for reason in report.reasons),
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
        level=level,
        policy="the registry's",
    )


def cannot_ask() -> InvalidSettings:
    """Return the error of a comparison that no registry can make, where only it is asked."""
    return InvalidSettings(
        "--registry-compat-source registry",
        "the registry compares two version lines of one schema, each given as NAME@VERSION; local "
        "compares anything",
    )


def _both(verdicts: Iterable[bool | None]) -> bool | None:
    """Return False where one is False, else None where one is undecided, else True."""
    found = set(verdicts)
    return False if False in found else None if None in found else True
