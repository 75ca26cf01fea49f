"""Waivers: breaks that a team has accepted for now, in a committed TOML file.

[[waiver]]
schema = "telemetry.FeedbackEvent"      # a name or a pattern of names
rule = "required-added"                 # or fingerprint = "..." for one break of many
reason = "all producers send it since March"
expires = 2027-03-31                    # the last day that it counts
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.text import said_by

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_schema_registry.compatibility import CompatibilityReport, Reason

_TEXTS = ("schema", "rule", "fingerprint", "reason")
_KEYS = (*_TEXTS, "expires")
#: The rules that a comparison can find broken.
RULES = frozenset(
    {
        *("additional-properties-closed", "additional-properties-narrowed", "budget-exceeded"),
        *("conditional-changed", "const-changed", "contains-changed", "dependent-required-added"),
        *("dependent-schema-narrowed", "enum-value-removed", "format-changed"),
        *("item-count-tightened", "items-closed", "items-narrowed", "length-tightened"),
        *("maximum-lowered", "minimum-raised", "multiple-of-changed", "not-added"),
        *("nothing-allowed", "pattern-changed", "pattern-properties-narrowed"),
        *("prefix-item-narrowed", "property-added-to-open", "property-count-tightened"),
        *("property-forbidden", "property-names-narrowed", "property-removed-from-closed"),
        *("required-added", "type-narrowed", "unevaluated-changed", "union-became-ambiguous"),
        *("union-branch-lost", "unique-items-added", "unresolvable-reference"),
        "unsupported-keyword",
        # Of Avro alone.
        *("branch-removed", "field-without-default", "name-changed", "size-changed"),
        *("symbol-removed", "type-changed"),
        *("refused-by-model", "sent-by-model"),  # shown by a payload, and by no schema
        *("breaking", "undecided"),  # a registry's own verdict
    }
)
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*waiver[ \t]*\]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted break, or one accepted kind of break.

    Args:
        schema: The schema's name, or a pattern of names.
        rule: The rule that is broken; None if a fingerprint says which break is meant.
        fingerprint: The break's fingerprint; None if a rule says which breaks are meant.
        reason: Why it is accepted.
        expires: The last day that it counts.
        place: The file and its lines, for messages.
    """

    schema: str
    rule: str | None
    fingerprint: str | None
    reason: str
    expires: date
    place: str

    def __str__(self) -> str:
        return f"{self.rule or self.fingerprint} of {self.schema}"

    def concerns(self, name: str) -> bool:
        """Check whether this waiver is about a schema of that name."""
        return fnmatchcase(name, self.schema)

    def covers(self, name: str, reason: Reason) -> bool:
        """Check whether this waiver accepts a break of a schema."""
        same = reason.rule == self.rule or reason.fingerprint == self.fingerprint
        return self.concerns(name) and same


def load(path: Path, root: Path) -> tuple[Waiver, ...]:
    """Load the waivers in a file.

    Args:
        path: The file.
        root: The directory relative to which messages show the file.

    Raises:
        InvalidSettings: The file cannot be read, or something in it is not a valid waiver.
    """
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as exc:
        raise _wrong(f"{shown} cannot be read: {said_by(exc)}") from None
    if unknown := sorted(data.keys() - {"waiver"}):
        raise _wrong(f"{shown} has {unknown[0]!r}; each waiver is a [[waiver]]")
    entries = data.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise _wrong(f"{shown}: each waiver is a [[waiver]]")
    spans = _spans(text)
    if len(spans) != len(entries):  # some waiver has no [[waiver]] header of its own
        spans = [f"waiver {number}" for number in range(1, len(entries) + 1)]
    return tuple(
        _waiver(entry, f"{shown} {span}") for entry, span in zip(entries, spans, strict=True)
    )


def _spans(text: str) -> list[str]:
    """Return the lines of each waiver in a file, in words.

    Messages name the lines, because a file has many waivers; tomllib does not tell them.
    """
    starts = [text.count("\n", 0, header.start()) + 1 for header in _HEADER.finditer(text)]
    lines = text.splitlines()
    spans = []
    for start, following in pairwise([*starts, len(lines) + 1]):
        last = following - 1
        while not lines[last - 1].strip():
            last -= 1
        spans.append(f"lines {start} to {last}")
    return spans


def _waiver(entry: dict[str, Any], place: str) -> Waiver:
    if unknown := sorted(entry.keys() - set(_KEYS)):
        raise _wrong(f"{place}: no such key: {unknown[0]!r}; there are {', '.join(_KEYS)}")
    for key in _TEXTS:
        if key in entry and not (isinstance(entry[key], str) and entry[key].strip()):
            raise _wrong(f"{place}: {key} is a text that is not empty")
    if ("rule" in entry) == ("fingerprint" in entry):
        raise _wrong(f"{place}: give a rule or a fingerprint, one of them")
    if (rule := entry.get("rule")) is not None and rule not in RULES:
        near = difflib.get_close_matches(rule.strip().lower().replace("_", "-"), RULES, 1)
        hint = f"did you mean {near[0]}?" if near else "a failure shows the rule that it breaks"
        raise _wrong(f"{place}: there is no rule {rule!r}, so it waives nothing; {hint}")
    if missing := [key for key in ("schema", "reason", "expires") if key not in entry]:
        raise _wrong(f"{place}: {missing[0]} is missing")
    expires = entry["expires"]
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise _wrong(f"{place}: expires is a date without quotes, such as 2027-03-31")
    return Waiver(
        plain_name(entry["schema"].strip()),
        entry.get("rule"),
        entry.get("fingerprint"),
        entry["reason"],
        expires,
        place,
    )


def _wrong(reason: str) -> InvalidSettings:
    return InvalidSettings("registry_waivers", reason)


def apply(
    waivers: Iterable[Waiver], report: CompatibilityReport, name: str, today: date
) -> tuple[CompatibilityReport, list[Waiver]]:
    """Return a report without the accepted breaks, and the waivers that accept them.

    Args:
        waivers: The waivers.
        report: The report.
        name: The name of the schema that it is about.
        today: The current day. A waiver that has expired accepts nothing.
    """
    from pytest_schema_registry.compatibility import Waived

    waivers = [waiver for waiver in waivers if waiver.expires >= today]
    reasons, waived, used = [], [], []
    for reason in report.reasons:
        covering = [waiver for waiver in waivers if waiver.covers(name, reason)]
        if covering:
            used += covering
            first = covering[0]
            waived.append(Waived(reason, first.reason, first.expires.isoformat()))
        else:
            reasons.append(reason)
    return replace(report, reasons=tuple(reasons), waived=tuple(waived)), used
