"""Drift as lines, gates and a file. The file's schema is ``report_schemas/drift.schema.json``."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import files
from pytest_schema_registry.contracts.drift import FAILS_FROM, GRADES, Drift
from pytest_schema_registry.reporting.gates import named
from pytest_schema_registry.reporting.lines import Line
from pytest_schema_registry.reporting.summary import MAX_LISTED, counted
from pytest_schema_registry.schemas import age

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pytest_schema_registry.settings.settings import Settings

#: The report's format number. Increase it if readers of older reports would misread a new one.
FORMAT = 1
#: The most reasons that are listed for one schema.
MAX_REASONS = 3
DAY = 86_400
#: The grades of a recording, in a word; all others are changes.
_KINDS = {"same": "unchanged", "formatting": "unchanged", "new": "new", "gone": "gone"}
_NO_RELEASE = "no release"
_ORDER = ("new", "changed", "gone", "unchanged")


class Fold:
    """The drift that all processes of a session found, one entry for each schema asked for."""

    def __init__(self) -> None:
        self._drifts: dict[tuple[str, str, str | None], Drift] = {}

    def add(self, found: Iterable[dict[str, Any]]) -> None:
        """Add the drift that one process found."""
        for each in found:
            drift = Drift(**each)
            key = drift.name, drift.version, drift.asked
            # Keep the worst: a process that compares after another has recorded finds no drift.
            self._drifts[key] = max(self._drifts.get(key, drift), drift, key=_weight)

    @property
    def compared(self) -> list[Drift]:
        """The schemas that were compared, the worst drift first."""
        found = [drift for drift in self._drifts.values() if drift.grade is not None]
        return sorted(found, key=lambda drift: (-drift.rank, *_order(drift)))

    def at_least(self, grade: str) -> list[Drift]:
        """Return the drift that is at least as bad as ``grade``, the worst first."""
        return [drift for drift in self.compared if drift.rank >= GRADES.index(grade)]

    def recorded_before(self, moment: float) -> list[Drift]:
        """Return the schemas recorded before ``moment`` (seconds since the epoch), oldest first."""
        return [drift for drift in self.recorded if (drift.recorded_at or 0) < moment]

    @property
    def recorded(self) -> list[Drift]:
        """The schemas that have a recording, the oldest first."""
        old = [drift for drift in self._drifts.values() if drift.recorded_at is not None]
        return sorted(old, key=lambda drift: (drift.recorded_at, *_order(drift)))


def _weight(drift: Drift) -> tuple[int, bool]:
    # A name and its spelling with the ending share a key: prefer the one that the registry has.
    return drift.rank, drift.registry_digest is not None


def _order(drift: Drift) -> tuple[str, str, str]:
    return drift.name, drift.version, drift.asked or ""


def lines(fold: Fold, settings: Settings, now: datetime, *, verbosity: int = 0) -> list[str]:
    """Return the summary's lines on schemas that differ, old cassettes, and the age of replays.

    Args:
        fold: The drift that the session found.
        settings: The session's settings.
        now: The current time.
        verbosity: pytest's verbosity; below 0, the lines leave out the age of replays.
    """
    different = fold.at_least(GRADES[1])
    said = []
    if settings.mode == "record":
        said += _recorded(fold, settings)
        # What is new differs from nothing.
        different = [drift for drift in different if drift.grade != "new"]
    if settings.drift.action == "off":
        different = []
    if different:
        count = f"{len(different):,} of {counted(len(fold.compared), 'schema')}"
        one = len(different) == 1
        differ = "differs from its cassette" if one else "differ from their cassettes"
        if settings.mode == "record":
            differ += " as it was before" if one else " as they were before"
        said.append(Line(f"drift: {count} {differ}:", "yellow"))
        for drift in different[:MAX_LISTED]:
            said += _described(drift)
        said += _rest(different[MAX_LISTED:])
    elif settings.drift.action == "fail" and not fold.compared and fold.recorded:
        said.append(Line("drift: no cassette was compared with the registry", "yellow"))
    old = _too_old(fold, settings, now)
    if old:
        count = counted(len(old), "cassette")
        said.append(Line(f"{count} older than {settings.cassette_max_age:g} days:", "yellow"))
        said += [f"  {drift}: recorded {_age(drift, now)} ago" for drift in old[:MAX_LISTED]]
        if rest := len(old[MAX_LISTED:]):
            said.append(f"  and {rest:,} more")
    if (different or old) and settings.mode != "record":
        said.append(f"record them anew: {settings.record_command}")
    if settings.offline and verbosity >= 0:
        said = [*_replayed(fold, now), *said]
    return said


def _recorded(fold: Fold, settings: Settings) -> list[str]:
    """Return the line on what was recorded."""
    if not fold.compared:
        return []
    kinds = Counter(_KINDS.get(drift.grade or "", "changed") for drift in fold.compared)
    said = ", ".join(f"{kinds[kind]:,} {kind}" for kind in _ORDER if kinds[kind])
    is_different = set(kinds) != {"unchanged"}
    advice = "; commit them" if is_different else ""
    count = counted(len(fold.compared), "schema")
    return [f"recorded {count} ({said}) in {settings.cassettes}{advice}"]


def _replayed(fold: Fold, now: datetime) -> list[str]:
    replayed = fold.recorded
    if not replayed:
        return []
    ages = dict.fromkeys([_age(replayed[-1], now), _age(replayed[0], now)])
    cassettes = counted(len(replayed), "cassette")
    return [f"replayed from {cassettes}, recorded {' to '.join(ages)} ago"]


def _described(drift: Drift) -> list[str]:
    grade = "annotations only" if drift.grade == "annotations" else drift.grade
    old, new = before(drift), after(drift)
    # Where neither has a release there is nothing to tell.
    releases = "" if old == new == _NO_RELEASE else f", {old} -> {new}"
    said = [f"  {drift}: {grade}{releases}"]
    shown = drift.reasons[:MAX_REASONS]
    said += [f"    {each['rule']} at {each['path']}: {each['change']}" for each in shown]
    if rest := len(drift.reasons[MAX_REASONS:]):
        said.append(f"    and {counted(rest, 'more reason')}")
    return said


def before(drift: Drift) -> str:
    """Return what the cassette has: a release, or the reason why none."""
    if drift.local_digest is not None:
        return drift.local_release or _NO_RELEASE
    if drift.recorded_at is not None:
        return "no such schema"
    return "a damaged cassette" if drift.grade == "unknown" else "no cassette"


def after(drift: Drift) -> str:
    """Return what the registry has: a release, or that it has no such schema."""
    if drift.registry_digest is None:
        return "no such schema"
    return drift.registry_release or _NO_RELEASE


def _rest(unlisted: Sequence[Drift]) -> list[str]:
    if not unlisted:
        return []
    grades = Counter(drift.grade for drift in unlisted)
    said = ", ".join(f"{count:,} {grade}" for grade, count in grades.items())
    return [f"  and {len(unlisted):,} more: {said}"]


def _too_old(fold: Fold, settings: Settings, now: datetime) -> list[Drift]:
    # A session that records renews the cassettes, so they are no longer old.
    if settings.cassette_max_age is None or settings.mode == "record":
        return []
    return fold.recorded_before(now.timestamp() - settings.cassette_max_age * DAY)


def _age(drift: Drift, now: datetime) -> str:
    return age(datetime.fromtimestamp(drift.recorded_at or 0, UTC), now)


def missed(fold: Fold, settings: Settings, now: datetime) -> list[str]:
    """Return one line for each missed gate: the figure, the requirement, and what to do.

    Args:
        fold: The drift that the session found.
        settings: The session's settings, which set the gates.
        now: The current time.
    """
    # To record is the remedy for drift, so a session that records does not fail for it.
    if settings.drift.action != "fail" or settings.mode == "record":
        return []
    grade = settings.drift.grade or FAILS_FROM
    option = f"--registry-drift {settings.drift}"
    drifted, old = fold.at_least(grade), _too_old(fold, settings, now)
    age_option = f"--registry-cassette-max-age {settings.cassette_max_age or 0:g}"
    gates = [
        (
            f"{counted(len(drifted), 'schema')} drifted, graded {grade} or worse",
            drifted,
            f"{option} allows none",
        ),
        (
            f"{counted(len(old), 'cassette is', 'cassettes are')} too old",
            old,
            f"{age_option} and {option} allow none",
        ),
    ]
    said = []
    if fold.compared and not any(drift.recorded_at for drift in fold.compared):
        said.append(
            f"no cassette in {settings.cassettes} to compare with, required by {option}: record "
            "first, or correct --registry-cassettes"
        )
    return said + [
        f"{what} ({named(drifts)}); {allowed}: record anew, and review what changes in the "
        "cassettes"
        for what, drifts, allowed in gates
        if drifts
    ]


def write(path: Path, fold: Fold, settings: Settings, missed: Sequence[str], now: datetime) -> None:
    """Write a report, and replace the report of an earlier session in one step.

    Args:
        path: The file.
        fold: The drift that the session found.
        settings: The session's settings.
        missed: One line for each missed gate.
        now: The current time.

    Raises:
        OSError: The file cannot be written, or is plainly no report.
    """
    report = document(fold, settings, missed, now)
    files.replace_report(path, json.dumps(report, indent=2) + "\n", (".json",), '"format": ')


def document(fold: Fold, settings: Settings, missed: Sequence[str], now: datetime) -> Any:
    """Return a report as plain data. Its order does not depend on the order of the tests."""
    return {
        "format": FORMAT,
        "generated_at": _time(now.timestamp()),
        "mode": settings.mode,
        "missed_gates": list(missed),
        "schemas": [
            {
                "name": drift.name,
                "version": drift.version,
                "asked_release": drift.asked,
                "grade": drift.grade,
                "local": {
                    "release": drift.local_release,
                    "digest": drift.local_digest,
                    "recorded_at": _time(drift.recorded_at),
                },
                "registry": {"release": drift.registry_release, "digest": drift.registry_digest},
                "reasons": drift.reasons,
            }
            for drift in fold.compared
        ],
        "old_cassettes": [
            {
                "name": drift.name,
                "version": drift.version,
                "asked_release": drift.asked,
                "recorded_at": _time(drift.recorded_at),
            }
            for drift in _too_old(fold, settings, now)
        ],
    }


def _time(moment: float | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
