"""A report in words."""

import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.compatibility.wording import brief

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import CompatibilityReport, Reason

_VERSIONS = re.compile(r"(\S+)\s*->\s*(\S+)\s*$")
_WIDTH = 100
_INDENT = " " * 8

_SENTENCES = {
    "required-added": "{producer} producers may omit it; {consumer} consumers refuse that",
    "property-removed-from-closed": "{producer} producers may send it; {consumer} does not know it",
    "property-added-to-open": "{producer} allows anything there; {consumer} does not",
    "additional-properties-closed": "{producer} allows undeclared members; {consumer} does not",
    "property-forbidden": "{producer} producers may send it; {consumer} forbids it",
}
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


def block(report: "CompatibilityReport", headline: str) -> str:
    """The block of text shown to a person."""
    versions = _VERSIONS.search(headline)
    old, new = versions.groups() if versions else ("old", "new")
    lines = [f"{headline} {_verdict(report)}   ({_counts(report)})"]
    accepted = [each.reason for each in report.waived]
    rules = [reason.rule for reason in (*report.reasons, *accepted)]
    rules += [note.kind for note in report.notes]
    rule_width = max(map(len, rules), default=0) + 2
    paths = [reason.path for reason in (*report.reasons, *accepted)]
    path_width = min(max(map(len, paths), default=0), 40) + 2
    for reason in report.reasons:
        mark = "?" if reason.verdict == "unconfirmed" else "✗"
        text = sentence(reason, old, new)
        where = f"{reason.path:<{path_width}}"
        lines.append(f"  {mark} {reason.rule:<{rule_width}}{where}{text}")
        lines += [_INDENT + line for line in _details(reason, old, new)]
    for each in report.waived:
        where = f"{each.reason.path:<{path_width}}"
        text = f"{sentence(each.reason, old, new)}   (waived until {each.until}: {each.why})"
        lines.append(f"  - {each.reason.rule:<{rule_width}}{where}{text}")
    for note in report.notes:
        where = f"{note.path:<{path_width}}" if path_width > len(note.path) else f"{note.path} "
        lines.append(f"  i {note.kind:<{rule_width}}{where}{note.message}".rstrip())
    return "\n".join(lines)


def sentence(reason: "Reason", old: str, new: str) -> str:
    """What a reason means, with the versions by name."""
    producer, consumer = (old, new) if reason.direction == "backward" else (new, old)
    template = _SENTENCES.get(reason.rule)
    if template is None:
        forward = f"   (from {producer} to {consumer})" if reason.direction == "forward" else ""
        return reason.change + forward
    return template.format(producer=producer, consumer=consumer)


def line(reason: "Reason") -> str:
    """A reason on one line."""
    text = f"{reason.rule} at {reason.path}: {reason.change}"
    return text if reason.direction == "backward" else f"{text} (forward)"


def advice(report: "CompatibilityReport") -> list[str]:
    """What to do about the reasons, each piece of advice once."""
    pieces = (
        _ADVICE.get(each.rule, _GENERAL_ADVICE).format(path=each.path) for each in report.reasons
    )
    return list(dict.fromkeys(pieces))


def dumps(value: Any) -> str:
    """A JSON value as text that does not depend on the order of members."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def excerpt(payload: Any, path: str, width: int = 48) -> str:
    """A payload on one line, or the part of it around a path when it is too long."""
    text = brief(payload, 10_000)
    if len(text) <= width:
        return text
    name, value = _last_member(payload, path)
    if name is None:
        return brief(payload, width)
    return f"{{… {json.dumps(name, ensure_ascii=False)}: {brief(value, width - 20)} …}}"


def _details(reason: "Reason", old: str, new: str) -> list[str]:
    sites = [
        (new, reason.new_pointer, reason.new_value),
        (old, reason.old_pointer, reason.old_value),
    ]
    if reason.direction == "forward":
        sites.reverse()
    # The side that refuses comes first; only an undecided pair may lack it.
    version, pointer, value = sites[0] if sites[0][1] is not None else sites[1]
    if pointer is None:
        return []  # a registry's own words name no place
    added = f"  + {brief(value)}" if reason.rule == "required-added" else ""
    uses = f"   (used in {reason.uses} places)" if reason.uses > 1 else ""
    details = [f"{version} {pointer}{added}{uses}"]
    message = textwrap.shorten(reason.message, _WIDTH, placeholder=" …")
    if reason.verdict == "proved":
        details.append("proved; no payload was made to show it")
    if reason.shown:
        details.append(f"{excerpt(reason.payload, reason.path):<34} {message}")
    return details


def _last_member(payload: Any, path: str) -> tuple[str | None, Any]:
    found: tuple[str | None, Any] = (None, None)
    value = payload
    for key in re.findall(r"\.([\w$*-]+)|\[(\d+|\*)\]", path):
        name, at = key
        if name and isinstance(value, dict) and name in value:
            value = value[name]
            found = name, value
        elif at and isinstance(value, list) and value:
            index = int(at) if at != "*" and int(at) < len(value) else -1
            value = value[index]
        else:
            break
    return found


def _verdict(report: "CompatibilityReport") -> str:
    level = "fully" if report.level == "full" else report.level
    if report.passes and report.waived:
        return f"is {level} compatible, but for what is waived"
    if report.compatible is None:
        return f"may not be {report.level} compatible: undecided"
    return f"is {'' if report.compatible else 'not '}{level} compatible"


def _counts(report: "CompatibilityReport") -> str:
    parts = []
    for count, word in ((len(report.reasons), "reason"), (len(report.notes), "note")):
        if count:
            parts.append(f"{count} {word}{'s' * (count > 1)}")
    if report.waived:
        parts.append(f"{len(report.waived)} waived")
    return "; ".join(filter(None, [report.policy, ", ".join(parts)]))
