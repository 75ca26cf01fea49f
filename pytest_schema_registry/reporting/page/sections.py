"""The other sections of the page: comparisons, drift, and the rollout."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.contracts.drift import GRADES
from pytest_schema_registry.reporting.drift import after, before
from pytest_schema_registry.reporting.page.room import LEFT_OUT, MAX_MESSAGE, MAX_NAME, Room
from pytest_schema_registry.schemas import age
from pytest_schema_registry.text import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.contracts.drift import Drift
    from pytest_schema_registry.reporting.drift import Fold
    from pytest_schema_registry.reporting.page.cells import Cell, Row
    from pytest_schema_registry.reporting.page.evidence import Evidence
    from pytest_schema_registry.settings.settings import Settings

#: The bytes for the reasons of all comparisons, and again for their titles and notes. The first
#: reason of each comparison is always shown.
ROOM = 150_000
#: The bytes for all drift.
DRIFT_ROOM = 80_000
#: The most schemas that a list of the rollout names.
MAX_LISTED = 500
SIGNS = {"incompatible": "✗", "undecided": "?", "waived": "~", "compatible": "✓"}
KINDS = {
    "incompatible": "violates",
    "undecided": "unchecked",
    "waived": "xfailed",
    "compatible": "conforms",
}


class Reason(NamedTuple):
    """One reason of a comparison, with the payload that shows it.

    Args:
        rule: The id of the rule.
        path: The place in a payload.
        text: The reason in a sentence.
        verdict: The evidence for it.
        waived: Until when it is waived, and why; empty where it is not.
        sides: The rule on both sides, the older first: the version, the place and the rule there.
        accepts: The version that accepts the payload.
        refuses: The version that refuses it.
        payload: The payload; empty without one.
        message: What the refusing side says.
    """

    rule: str
    path: str
    text: str
    verdict: str
    waived: str
    sides: list[tuple[str, str, str]]
    accepts: str
    refuses: str
    payload: str
    message: str

    @classmethod
    def of(cls, each: dict[str, str], old: str, new: str) -> Reason:
        """Return a reason of the JSON report, cut to what the page shows.

        Args:
            each: The reason, as the JSON report has it.
            old: The older version.
            new: The newer one.
        """
        backward = each["direction"] == "backward"
        return cls(
            rule=each["rule"],
            path=cut(each["path"], MAX_NAME),
            text=cut(each["text"], MAX_MESSAGE),
            verdict=each["verdict"],
            waived=cut(each["waived"], MAX_MESSAGE),
            sides=[
                (version, cut(place, MAX_NAME), rule)
                for version, place, rule in (
                    (old, each["old_place"], each["old_rule"]),
                    (new, each["new_place"], each["new_rule"]),
                )
            ],
            accepts=old if backward else new,
            refuses=new if backward else old,
            payload=each["payload"],
            message=cut(each["message"], MAX_MESSAGE),
        )

    @property
    def texts(self) -> list[str]:
        """The texts that take room."""
        return [
            *(self.rule, self.path, self.text, self.waived, self.payload, self.message),
            *(text for side in self.sides for text in side),
        ]

    def bare(self) -> Reason:
        """Return this without the payload and the rules, where there is no room for them."""
        sides = [(version, place, "") for version, place, _ in self.sides]
        return self._replace(payload=LEFT_OUT if self.payload else "", sides=sides)


class Compared(NamedTuple):
    """One comparison of two schemas.

    Args:
        title: The schema and its two versions.
        outcome: The outcome.
        sign: Its sign.
        kind: The kind of its colour.
        terms: The level and the policy.
        test: The id of the test that made it.
        reasons: The reasons that are shown.
        more_reasons: The number of others.
        notes: What is worth knowing besides.
    """

    title: str
    outcome: str
    sign: str
    kind: str
    terms: str
    test: str
    reasons: list[Reason]
    more_reasons: int
    notes: list[str]


def comparisons(evidence: Evidence) -> tuple[list[Compared], int]:
    """Return the comparisons that are shown, the broken ones first, and the number of others."""
    found, others = evidence.comparisons
    room = Room(ROOM)
    shown = []
    for comparison in found:
        details = comparison.details
        old, new = cut(details["old"], MAX_NAME), cut(details["new"], MAX_NAME)
        reasons = [Reason.of(each, old, new) for each in details["reasons"]]
        fitting = room.fitting(reasons, lambda each: each.texts, Reason.bare)
        shown.append(
            Compared(
                title=f"{cut(comparison.name, MAX_NAME)} {old} → {new}".lstrip(),
                outcome=comparison.outcome,
                sign=SIGNS[comparison.outcome],
                kind=KINDS[comparison.outcome],
                terms=f"{details['level']}, {details['policy']}",
                test=cut(details["test"], MAX_NAME),
                reasons=fitting,
                more_reasons=len(reasons) - len(fitting) + details["more_reasons"],
                notes=[cut(note, MAX_MESSAGE) for note in details["notes"][:5]],
            )
        )
    fitting_pairs = Room(ROOM).fitting(shown, lambda each: (each.title, each.test, *each.notes))
    return fitting_pairs, len(shown) - len(fitting_pairs) + others


class Drifted(NamedTuple):
    """A schema that differs from its cassette.

    Args:
        title: The schema and its version line.
        grade: The grade of the difference.
        before: What the cassette has.
        after: What the registry has.
        recorded: The time of the recording with its age; empty without a recording.
        reasons: The reasons, a line each.
    """

    title: str
    grade: str
    before: str
    after: str
    recorded: str
    reasons: list[str]


class DriftSection(NamedTuple):
    """The drift of a session.

    Args:
        compared: The number of schemas that were compared.
        differing: Those that differ and are shown, the worst first.
        more: The number of others that differ.
        lines: What the terminal says of old cassettes and of what was recorded.
    """

    compared: int
    differing: list[Drifted]
    more: int
    lines: list[str]


def drift(fold: Fold | None, lines: Sequence[str], now: datetime) -> DriftSection | None:
    """Return the section on drift; None where there is nothing to tell.

    Args:
        fold: The drift that the session found; None without any.
        lines: The terminal's lines on it.
        now: The current time, for ages.
    """
    if fold is None or not (fold.compared or lines):
        return None
    different = fold.at_least(GRADES[1])
    found = [_drifted(each, now) for each in different]
    shown = Room(DRIFT_ROOM).fitting(found, lambda each: (each.title, *each.reasons))
    return DriftSection(len(fold.compared), shown, len(found) - len(shown), list(lines))


def _drifted(each: Drift, now: datetime) -> Drifted:
    recorded = ""
    if each.recorded_at is not None:
        moment = datetime.fromtimestamp(each.recorded_at, UTC)
        recorded = f"{moment:%Y-%m-%d}, {age(moment, now)} before this page"
    return Drifted(
        title=cut(str(each), MAX_NAME),
        grade="annotations only" if each.grade == "annotations" else str(each.grade),
        before=cut(before(each), MAX_NAME),
        after=cut(after(each), MAX_NAME),
        recorded=recorded,
        reasons=[
            cut(f"{reason['rule']} at {reason['path']}: {reason['change']}", MAX_MESSAGE)
            for reason in each.reasons[:10]
        ],
    )


class EnforcementSection(NamedTuple):
    """The schemas whose checks are taken equally strictly.

    Args:
        name: "strict", "warn" or "off".
        meaning: What a violation does.
        cells: The schemas that are listed: the name, and the cell.
        more: The number of others.
        failing: The number of those that have violations.
    """

    name: str
    meaning: str
    cells: list[tuple[str, Cell]]
    more: int
    failing: int


class Rollout(NamedTuple):
    """The enforcement of contracts, on the page.

    Args:
        rules: The enforcement rules as the user wrote them; empty for the default.
        ratchet: The file of the ratchet; empty without one.
        lines: What has changed in the ratchet.
        sections: The schemas of each enforcement.
    """

    rules: list[str]
    ratchet: str
    lines: list[str]
    sections: list[EnforcementSection]


def rollout(rows: Sequence[Row], settings: Settings, lines: Sequence[str]) -> Rollout:
    """Return what is strict, what is warned about, and what is switched off.

    Args:
        rows: The rows of the matrix.
        settings: The session's settings.
        lines: The terminal's lines on the ratchet.
    """
    meanings = {
        "strict": "a violation fails the test",
        "warn": "a violation is a warning",
        "off": "no check is made",
    }
    sections = []
    for name, meaning in meanings.items():
        cells = [
            (row.name, cell) for row in rows for cell in row.present if name in cell.enforcements
        ]
        failing = sum(cell.outcome in ("violates", "warned") for _, cell in cells)
        more = len(cells[MAX_LISTED:])
        sections.append(EnforcementSection(name, meaning, cells[:MAX_LISTED], more, failing))
    ratchet = settings.ratchet
    shown: Any = ratchet
    if ratchet is not None and ratchet.is_relative_to(settings.root):
        shown = ratchet.relative_to(settings.root)
    return Rollout(
        [str(rule) for rule in settings.enforcement],
        "" if shown is None else str(shown),
        list(lines),
        sections,
    )
