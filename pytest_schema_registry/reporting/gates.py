"""The gates: bounds that a run's figures must keep, and a line for each that they miss."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pytest_schema_registry.addresses import split
from pytest_schema_registry.errors import CassetteMissing, SchemaRegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_schema_registry.reporting.figures import Figures
    from pytest_schema_registry.schemas import SchemaKey
    from pytest_schema_registry.settings.settings import Settings

#: The most names that a line lists.
MAX_NAMED = 5


def missed(
    settings: Settings, figures: Figures, listed: Iterable[SchemaKey] | SchemaRegistryError
) -> list[str]:
    """Return one line for each missed gate: the figure, the requirement, and what to do.

    Args:
        settings: The session's settings, which set the gates.
        figures: The session's figures.
        listed: The keys in the registry's index, or the error of an index that cannot be had; only
            the gate of coverage looks at it.
    """
    lines = [
        _below(
            "hit rate",
            figures.hit_rate,
            settings.min_hit_rate,
            "--registry-min-hit-rate",
            "keep --registry-cache-dir between runs, or raise --registry-cache-ttl",
        ),
        _above(
            "fetch p95",
            figures.latency(95),
            settings.max_fetch_p95,
            "--registry-max-fetch-p95",
            "look at the registry's own latency, or lower --registry-max-in-flight",
            unit="ms",
        ),
        _above(
            "overhead",
            figures.overhead,
            settings.max_overhead,
            "--registry-max-overhead",
            "keep --registry-cache-dir between runs, or replay with --registry-offline",
        ),
    ]
    if settings.fail_on_stale and figures.old_copies:
        copies = "copy was" if len(figures.old_copies) == 1 else "copies were"
        lines.append(
            f"{len(figures.old_copies)} old {copies} used because the registry gave no new answer; "
            "--registry-fail-on-stale allows none: find out why it gave none"
        )
    if settings.require_coverage:
        lines.append(_uncovered(settings, figures, listed))
    return [line for line in lines if line]


def _below(what: str, measured: float | None, required: float | None, option: str, do: str) -> str:
    if required is None or measured is None or measured >= required:
        return ""
    shown = _shown(measured, required)
    return f"{what} {shown} %, at least {required:g} % required by {option}: {do}"


def _above(
    what: str,
    measured: float | None,
    allowed: float | None,
    option: str,
    do: str,
    *,
    unit: str = "%",
) -> str:
    if allowed is None or measured is None or measured <= allowed:
        return ""
    shown = _shown(measured, allowed)
    return f"{what} {shown} {unit}, at most {allowed:g} {unit} allowed by {option}: {do}"


def _shown(measured: float, bound: float) -> str:
    """Format a figure with enough digits to show on which side of a bound it is."""
    for digits in range(1, 9):
        shown = f"{measured:.{digits}f}"
        if float(shown) != bound and (float(shown) < bound) == (measured < bound):
            return shown
    return str(measured)


def _uncovered(
    settings: Settings, figures: Figures, listed: Iterable[SchemaKey] | SchemaRegistryError
) -> str:
    if isinstance(listed, SchemaRegistryError):
        advice = ""
        if isinstance(listed, CassetteMissing):
            advice = "; record it with --registry-mode record"
        return (
            "coverage unknown, required by --registry-require-coverage: the registry's index "
            f"cannot be had ({listed.headline}){advice}"
        )
    checked = [key for key, record in figures.records.items() if record.checks]
    # A test of a part is one of its document: the index lists no parts.
    tested = {key._replace(name=split(key.name)[0]) for key in checked}
    without = [
        str(key)
        for key in sorted({*listed})
        if key not in tested
        and key.version in (settings.versions or ())
        and not any(fnmatchcase(key.name, each) for each in settings.coverage_exclude)
    ]
    if not without:
        return ""
    have = "schema has" if len(without) == 1 else "schemas have"
    return (
        f"{len(without)} {have} no contract test ({named(without)}); "
        "--registry-require-coverage allows none: test what is named, or name it in "
        "--registry-coverage-exclude"
    )


def named(those: Sequence[object]) -> str:
    """Return the first of those that a gate is about, and the number of the others."""
    rest = len(those[MAX_NAMED:])
    return ", ".join(map(str, those[:MAX_NAMED])) + (f" and {rest:,} more" if rest else "")
