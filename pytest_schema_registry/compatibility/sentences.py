"""The sentences that explain reasons and notes, and say what to do about them."""

from typing import TYPE_CHECKING

from pytest_schema_registry.compatibility.wording import GONE, brief
from pytest_schema_registry.json_values import path_steps

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import CompatibilityReport, Note, Reason

_SENTENCES = {
    "required-added": "producers of {producer} may omit it; consumers of {consumer} refuse that",
    "property-removed-from-closed": (
        "producers of {producer} may send it; {consumer} does not know it"
    ),
    "property-added-to-open": "{producer} allows anything there; {consumer} does not",
    "additional-properties-closed": "{producer} allows undeclared members; {consumer} does not",
    "property-forbidden": "producers of {producer} may send it; {consumer} forbids it",
}
_UNDECLARED = {
    "backward": "{producer} does not know it; consumers of {consumer} require it",
    "forward": "{producer} no longer sends it; consumers of {consumer} require it",
}
_RENAMED = "{producer} probably calls it {name}; consumers of {consumer} require it"
_ADVICE = {
    "required-added": "Keep {path} optional, or give it a default and compare with defaults.",
    "property-removed-from-closed": "Keep {path} declared until nobody sends it any more.",
    "property-added-to-open": "Declare {path} with the type in use, or close the older version.",
    "additional-properties-closed": "Leave {path} open to members that are not declared.",
    "enum-value-removed": "Keep the removed values of {path} readable.",
    "union-branch-lost": "Keep the removed branch of {path} readable.",
    "budget-exceeded": "Grant a larger budget, or simplify {path}.",
    "unresolvable-reference": "Bundle the schemas that are referred to into one document.",
    "unsupported-keyword": "Review {path} by hand; it is beyond what can be decided.",
}
_GENERAL_ADVICE = "Loosen {path} again, or release the change under a new name."
_ADVICE_WITH_DEFAULT = "Keep {path} optional, or compare with defaults."
_RELISTED = ("enum-widened", "enum-narrowed")
_LISTED = ("enum-value-removed", "const-changed")
_UNREAD = {
    "backward": "{new} ignores the old name",
    "forward": "{old} ignores the new name",
    "full": "each ignores the other's name",
}


def sentence(
    reason: "Reason", old: str, new: str, other_names: dict[str, str] | None = None
) -> str:
    """Explain a reason in a sentence that names the versions.

    Args:
        reason: The reason.
        old: The name of the older version.
        new: The name of the newer version.
        other_names: Path of a renamed member -> its name in the other version.
    """
    backward = reason.direction == "backward"
    producer, consumer = (old, new) if backward else (new, old)
    template = _SENTENCES.get(reason.rule)
    if template is None:
        return reason.change if backward else _forward(reason, producer, consumer)
    name = (other_names or {}).get(reason.path)
    if reason.rule == "required-added" and _undeclared(reason):
        template = _RENAMED if name else _UNDECLARED[reason.direction]
    return template.format(producer=producer, consumer=consumer, name=name)


def other_names(report: "CompatibilityReport") -> dict[str, str]:
    """Map the path of each renamed member to its probable name in the other version."""
    found: dict[str, str] = {}
    for note in report.notes:
        if note.kind == "probable-rename":
            now = _renamed_to(note)
            found[note.path], found[now] = (
                brief(path_steps(now)[-1]),
                brief(path_steps(note.path)[-1]),
            )
    return found


def notes_to_show(report: "CompatibilityReport", old: str, new: str) -> "list[tuple[Note, str]]":
    """Return the notes that say more than the reasons do, each with its sentence.

    Args:
        report: The report.
        old: The name of the older version.
        new: The name of the newer version.
    """
    reasons = (*report.reasons, *(each.reason for each in report.waived))
    paths = {reason.path for reason in reasons}
    listed = {reason.path for reason in reasons if reason.rule in _LISTED}
    found: list[tuple[Note, str]] = []
    for note in report.notes:
        if note.kind in _RELISTED and note.path in listed:
            continue
        text = note.message
        renamed = note.kind == "probable-rename" and report.policy == "tolerant"
        if renamed and paths.isdisjoint((note.path, _renamed_to(note))):
            # No reason mentions this member: the reader silently ignores it, and data is lost.
            text += "; " + _UNREAD[report.level].format(old=old, new=new)
        found.append((note, text))
    return found


def advice(report: "CompatibilityReport") -> list[str]:
    """Return advice on the reasons, each piece once."""
    defaulted = {note.path for note in report.notes if note.kind == "required-relies-on-default"}
    found: dict[str, None] = {}
    for reason in report.reasons:
        text = _ADVICE.get(reason.rule, _GENERAL_ADVICE)
        if reason.rule == "required-added" and reason.path in defaulted:
            text = _ADVICE_WITH_DEFAULT
        found[text.format(path=reason.path)] = None
    return list(found)


def _forward(reason: "Reason", producer: str, consumer: str) -> str:
    """Word a change that was found from the newer version to the older."""
    if reason.rule == "unresolvable-reference":
        return reason.change
    if reason.change.endswith(GONE):
        values = reason.change.removesuffix(GONE)
        return f"{producer} may send {values}, which {consumer} does not know"
    return f"{producer} -> {consumer}: {reason.change.replace(' any more', '')}"


def _undeclared(reason: "Reason") -> bool:
    """Check whether the producer is known not to declare what the consumer requires."""
    if reason.direction == "backward":
        return reason.old_pointer is not None and reason.old_value is None
    return reason.new_pointer is not None and reason.new_value is None


def _renamed_to(note: "Note") -> str:
    return note.message.removeprefix("-> ")
