"""A comparison of two schemas as plain data: its reasons, and the payloads that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.compatibility.sentences import notes_to_show, other_names, sentence
from pytest_schema_registry.contracts.excerpt import excerpt
from pytest_schema_registry.redaction import REDACTED

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility import CompatibilityReport
    from pytest_schema_registry.compatibility.report import Reason
    from pytest_schema_registry.redaction import Redaction

#: The most reasons that are told of one comparison.
MAX_REASONS = 20


def facts(
    report: CompatibilityReport, old: str, new: str, *, test: str, hide: Redaction
) -> dict[str, Any]:
    """Return what a report says, as plain data for a page.

    Args:
        report: The outcome of the comparison.
        old: The name of the older version.
        new: The name of the newer version.
        test: The id of the test that compared the two.
        hide: The values that are never shown, of payloads too.
    """
    names = other_names(report)
    found = [(reason, "") for reason in report.reasons]
    found += [(each.reason, f"waived until {each.until}: {each.why}") for each in report.waived]
    return {
        "old": old,
        "new": new,
        "level": report.level,
        "policy": report.policy,
        "test": test,
        "reasons": [
            {**_reason(reason, hide), "text": sentence(reason, old, new, names), "waived": waived}
            for reason, waived in found[:MAX_REASONS]
        ],
        "more_reasons": len(found[MAX_REASONS:]),
        "notes": [
            f"{note.kind} {note.path} {text}".rstrip()
            for note, text in notes_to_show(report, old, new)[:MAX_REASONS]
        ],
    }


def _reason(reason: Reason, hide: Redaction) -> dict[str, Any]:
    payload, message = "", reason.message
    if reason.shown:
        safe = hide.applied(reason.payload)
        payload = excerpt(safe, reason.path)
        if safe != reason.payload:
            message = REDACTED  # it quotes values
    return {
        "rule": reason.rule,
        "verdict": reason.verdict,
        "direction": reason.direction,
        "path": reason.path,
        "old_place": reason.old_pointer or "",
        "old_rule": _rule(reason.old_value),
        "new_place": reason.new_pointer or "",
        "new_rule": _rule(reason.new_value),
        "payload": payload,
        "message": " ".join(message.split()),
        "fingerprint": reason.fingerprint,
    }


def _rule(value: Any) -> str:
    return "" if value is None else excerpt(value, "$")
