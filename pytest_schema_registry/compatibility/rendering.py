"""The text of a report, for a terminal and for a registry's answer."""

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.compatibility.sentences import notes_to_show, other_names, sentence
from pytest_schema_registry.compatibility.wording import brief, cut
from pytest_schema_registry.json_values import path_steps

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import CompatibilityReport, Reason

_VERSIONS = re.compile(r"(\S+)\s*->\s*(\S+)\s*$")
#: The width of lines where nothing gives another, and the least.
COLUMNS = 110
_FEWEST = 60
_INDENT = " " * 8
_PAYLOAD = 34
_WHOLE_PAYLOAD = 94
_VALUE = 26
_INSTANCE = 30
# Messages with these begin with a name or a part of the schema, not with the failing value.
_OTHER_SUBJECTS = (" is a required property", " was expected", " is not allowed for ")
_NO_BRANCH = re.compile(r"is not valid under any of the schemas listed in the '\w+' keyword$")
_SEVERAL_BRANCHES = re.compile(
    r"is valid under more than one of the schemas listed in the '\w+' keyword$"
)


def block(report: "CompatibilityReport", headline: str, columns: int = COLUMNS) -> str:
    """Write a report as the block of text shown to a person.

    Args:
        report: The report.
        headline: The two versions, such as `telemetry.FeedbackEvent v1 -> v2`.
        columns: The width of the lines; 0 where nothing gives one.
    """
    columns = max(columns or COLUMNS, _FEWEST)
    versions = _VERSIONS.search(headline)
    old, new = versions.groups() if versions else ("old", "new")
    notes = notes_to_show(report, old, new)
    lines = [f"{headline} {_verdict(report)}   ({_counts(report, len(notes))})"]
    reasons = [*report.reasons, *(each.reason for each in report.waived)]
    words = [(reason.rule, reason.path) for reason in reasons]
    words += [(note.kind, note.path) for note, _ in notes]
    rule_width = max((len(rule) for rule, _ in words), default=0)
    path_width = min(max((len(path) for _, path in words), default=0), 40)

    def row(mark: str, rule: str, path: str, text: str) -> Iterator[str]:
        start = f"  {mark} {rule:<{rule_width}}  {path:<{path_width}}  "
        if len(start) + len(text) <= columns:
            yield (start + text).rstrip()
        else:
            yield start.rstrip()
            yield from _wrapped(text, columns)

    room = max(columns - len(_INDENT) - rule_width - path_width, _PAYLOAD)
    names = other_names(report)
    for reason in report.reasons:
        mark = "?" if reason.verdict == "unconfirmed" else "✗"
        lines += row(mark, reason.rule, reason.path, sentence(reason, old, new, names))
        lines += [_INDENT + line for line in _details(reason, old, new, columns)]
    for each in report.waived:
        text = sentence(each.reason, old, new, names)
        lines += row("-", each.reason.rule, each.reason.path, text)
        lines += _wrapped(f"waived until {each.until}: {each.why}", columns)
    for note, text in notes:
        shown = cut(text, room) if note.kind == "strict-only" else text
        lines += row("i", note.kind, note.path, shown)
    return "\n".join(lines)


def line(reason: "Reason") -> str:
    """Write a reason on one line."""
    text = f"{reason.rule} at {reason.path}: {reason.change}"
    return text if reason.direction == "backward" else f"{text} (forward)"


def excerpt(payload: Any, path: str) -> str:
    """Write a payload on one line; if it is too long, only the part that a path leads to."""
    text = json.dumps(payload, ensure_ascii=False)
    if len(text) <= _PAYLOAD:
        return text
    name, value = _reached(payload, path)
    if name is not None:
        return f"{{… {brief(name)}: {_short(value)} …}}"
    if len(text) <= _WHOLE_PAYLOAD:
        return text
    return _object(value, whole=value is payload) if isinstance(value, dict) else _short(value)


def _wrapped(text: str, columns: int) -> list[str]:
    return textwrap.wrap(
        text, columns, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False
    )


def _details(reason: "Reason", old: str, new: str, columns: int) -> list[str]:
    sites = [
        (new, reason.new_pointer, reason.new_value),
        (old, reason.old_pointer, reason.old_value),
    ]
    if reason.direction == "forward":
        sites.reverse()
    # Prefer the side that refuses; only in an undecided pair may its pointer be missing.
    version, pointer, value = sites[0] if sites[0][1] is not None else sites[1]
    if pointer is None:
        return []  # a registry's own words name no place
    added = f"  + {brief(value)}" if reason.rule == "required-added" else ""
    uses = f"   (used in {reason.uses} places)" if reason.uses > 1 else ""
    details = [f"{version} {pointer}{added}{uses}"]
    if reason.verdict == "proved":
        details.append("proved; no payload was made to show it")
    if reason.shown:
        room = columns - len(_INDENT)
        shown = cut(excerpt(reason.payload, reason.path), room)
        message = cut(_plain(reason.message), room)
        beside = f"{shown:<{_PAYLOAD}} {message}"
        fits = len(shown) <= _PAYLOAD and len(beside) <= room
        details += [beside] if fits else [shown, message]
    return details


def _plain(message: str) -> str:
    """Shorten the engine's message: drop a long repetition of the value that it is about."""
    message = " ".join(message.split())
    message = _NO_BRANCH.sub("fits none of the alternatives", message)
    message = _SEVERAL_BRANCHES.sub("fits more than one of the alternatives", message)
    try:
        _, end = json.JSONDecoder().raw_decode(message)
    except ValueError:
        return message
    if end <= _INSTANCE or message.startswith(_OTHER_SUBJECTS, end):
        return message
    return f"it{message[end:]}"


def _reached(payload: Any, path: str) -> tuple[str | int | None, Any]:
    """Return the last member that a path leads to, as its name and value.

    If a member on the path is missing, the name is None, and the value is the one that lacks it.
    For a path without members, the name is None, and the value is the payload.
    """
    name: str | int | None = None
    value = inner = payload
    for step in path_steps(path):
        if isinstance(inner, list) and inner:
            inner = inner[step if isinstance(step, int) and step < len(inner) else -1]
        elif isinstance(inner, dict) and step in inner:
            name, value = step, inner[step]
            inner = value
        else:
            return None, inner
    return name, value


def _object(value: dict[str, Any], *, whole: bool) -> str:
    lead = "" if whole else "… "
    text = lead + json.dumps(value, ensure_ascii=False)
    if len(text) <= _WHOLE_PAYLOAD:
        return text
    members = (f"{json.dumps(name, ensure_ascii=False)}: …" for name in value)
    text = f"{lead}{{{', '.join(members)}}}"
    return text if len(text) <= _WHOLE_PAYLOAD else cut(text, _WHOLE_PAYLOAD - 1) + "}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _VALUE:
        return text
    if isinstance(value, str):
        return f'{text[:12]}…" of {len(value)} characters'
    if isinstance(value, list):
        return f"[{_counted(len(value), 'element')}]"
    if isinstance(value, dict):
        return f"{{{_counted(len(value), 'member')}}}"
    return cut(text, _VALUE)


def _verdict(report: "CompatibilityReport") -> str:
    level = "fully" if report.level == "full" else report.level
    if report.passes and report.waived:
        return f"is {level} compatible, but for what is waived"
    if report.compatible is None:
        return f"may not be {level} compatible: undecided"
    if report.compatible:
        return f"is {level} compatible"
    if report.level == "full":
        return _verdict_on_both(report)
    return f"is not {level} compatible"


def _verdict_on_both(report: "CompatibilityReport") -> str:
    broken = {reason.direction for reason in report.reasons}
    broken |= {each.reason.direction for each in report.waived}
    # An undecided direction has a reason as well, so it counts as broken here.
    if broken == {"backward"}:
        return "is only forward compatible"
    if broken == {"forward"}:
        return "is only backward compatible"
    return "is not fully compatible"


def _counts(report: "CompatibilityReport", notes: int) -> str:
    parts: list[str] = []
    each_way = Counter(reason.direction for reason in report.reasons)
    if len(each_way) > 1:
        parts.append(f"{_counted(each_way['backward'], 'reason')} backward")
        parts.append(f"{each_way['forward']} forward")
    elif report.reasons:
        parts.append(_counted(len(report.reasons), "reason"))
    if notes:
        parts.append(_counted(notes, "note"))
    if report.waived:
        parts.append(f"{len(report.waived)} waived")
    return "; ".join(filter(None, [report.policy, ", ".join(parts)]))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
