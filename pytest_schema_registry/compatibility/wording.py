"""How values and paths are written down for a person."""

import json
import re
from collections.abc import Iterable
from typing import Any

#: What stands behind a value that only the other side still lists.
GONE = " no longer allowed"
#: RFC 9535 section 2.5.1.1, member-name-shorthand.
_SHORTHAND = re.compile(
    "[A-Za-z_\x80-\ud7ff\ue000-\U0010ffff][0-9A-Za-z_\x80-\ud7ff\ue000-\U0010ffff]*"
)
_ESCAPES = {
    "'": r"\'",
    "\\": r"\\",
    "\b": r"\b",
    "\t": r"\t",
    "\n": r"\n",
    "\f": r"\f",
    "\r": r"\r",
}
#: A step of a path as it is written now, and as it was before.
_STEP = re.compile(
    r"""\.([^.\[\]'"\s]+)|\[(\d+)\]|(\[\*\])"""
    r"""|\[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]"""
)
_ESCAPED = re.compile(r'\\(.)|"', re.DOTALL)
_FIRST_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$-]*")
_SHARED = 10


def cut(text: str, width: int) -> str:
    """A text on one line, cut at its end."""
    return text if len(text) <= width else text[: width - 1] + "…"


def brief(value: Any, width: int = 60) -> str:
    """A JSON value on one line, cut in the middle of nothing but its tail."""
    return cut(json.dumps(value, ensure_ascii=False), width)


def contrast(before: Any, after: Any, width: int = 60) -> str:
    """Two JSON values as `before -> after`, cut to where they differ."""
    texts = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (before, after)]
    pairs = enumerate(zip(*texts, strict=False))
    shared = next((at for at, (one, other) in pairs if one != other), min(map(len, texts)))
    if max(map(len, texts)) > width and shared > width - 2 * _SHARED:
        texts = ["…" + text[shared - _SHARED :] for text in texts]
    return " -> ".join(cut(text, width) for text in texts)


class Wildcard(str):
    """What stands in a path for any key, and is not the name of a member."""

    __slots__ = ()


ANY_MEMBER = Wildcard("*")
ANY_ELEMENT = Wildcard("[*]")


def path(keys: Iterable[str | int]) -> str:
    """A path in a payload as RFC 9535 has it, such as `$.lines[*].qty` or `$['order-id']`."""
    text = "$"
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif isinstance(key, Wildcard):
            text += "[*]" if key == ANY_ELEMENT else ".*"
        elif _SHORTHAND.fullmatch(key) and key.isprintable():
            text += f".{key}"
        else:
            text += f"['{''.join(map(_escaped, key))}']"
    return text


def steps(path: str) -> list[str | int]:
    """The keys of a path in a payload; any element is `[*]`, any further member `*`."""
    found: list[str | int] = []
    for name, index, any_, quoted in _STEP.findall(path):
        if quoted:
            found.append(_unquoted(quoted))
        else:
            wildcard = ANY_ELEMENT if any_ else ANY_MEMBER if name == "*" else None
            found.append(int(index) if index else wildcard or name)
    return found


def first_form(path: str) -> str:
    """A path as it was written first: what fingerprints are made of, so that they stay the same."""
    if _STEP.sub("", path) != "$":
        return path  # it is a registry's own
    text = "$"
    for key in steps(path):
        if isinstance(key, int) or key == "[*]":
            text += f"[{key}]" if isinstance(key, int) else "[*]"
        elif key == "*" or _FIRST_PLAIN_NAME.fullmatch(key):
            text += f".{key}"
        else:
            text += f"[{json.dumps(key, ensure_ascii=False)}]"
    return text


def _escaped(char: str) -> str:
    if char in _ESCAPES or char.isprintable():
        return _ESCAPES.get(char, char)
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(rf"\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _unquoted(text: str) -> str:
    body = text[1:-1]
    if text[0] == "'":
        swapped = {"\\'": "'", '"': r"\""}
        body = _ESCAPED.sub(lambda found: swapped.get(found[0], found[0]), body)
    return str(json.loads(f'"{body}"', strict=False))


def listed(values: Iterable[Any], most: int = 4) -> str:
    """A few values, separated by commas, and how many more there are."""
    values = list(values)
    text = ", ".join(brief(value, 30) for value in values[:most])
    return text if len(values) <= most else f"{text} and {len(values) - most} more"
