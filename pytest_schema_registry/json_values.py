"""JSON (RFC 8259): a strict reader, a kept text, the canonical form, and the notation of places.

Places in payloads are JSONPath (RFC 9535), places in schemas are JSON Pointer (RFC 6901).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The part of RFC 9535's member-name-shorthand (section 2.5.1.1) that every reader takes.
_SHORTHAND = re.compile("[A-Za-z_][0-9A-Za-z_]*")
_ESCAPES = {
    "'": r"\'",
    "\\": r"\\",
    "\b": r"\b",
    "\t": r"\t",
    "\n": r"\n",
    "\f": r"\f",
    "\r": r"\r",
}
#: A step of a path, in the present notation and in the one before.
_STEP = re.compile(
    r"""\.([^.\[\]'"\s]+)|\[(\d+)\]|(\[\*\])"""
    r"""|\[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]"""
)
_ESCAPED = re.compile(r'\\(.)|"', re.DOTALL)
#: The most characters of a key that is no text.
_MAX_SAID = 40
_FIRST_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$-]*")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is beyond what a number can be")
    return number


#: A reader of JSON (RFC 8259) that refuses NaN, and numbers that become infinite as floats:
#: the validation engine could not represent them.
READER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def canonical(document: Any) -> str:
    """Return canonical JSON: sorted keys, no insignificant white space (after RFC 8785)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text, in lower-case hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest(document: Any) -> str:
    """Return the SHA-256 of canonical JSON, in lower-case hex."""
    return sha256_of(canonical(document))


def json_pointer(path: Sequence[str | int]) -> str:
    """Write a place in a schema as a JSON Pointer fragment (RFC 6901 section 6), without %XX."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join(f"/{step}" for step in steps)


class Wildcard(str):
    """A step of a path that means any key, and is not the name of a member."""

    __slots__ = ()


ANY_MEMBER = Wildcard("*")
ANY_ELEMENT = Wildcard("[*]")


def json_path(keys: Iterable[str | int]) -> str:
    """Write a path in a payload as RFC 9535 does, as `$.lines[*].qty` or `$['order-id']`."""
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


def refuse_other_keys(document: Any) -> None:
    """Refuse a document that has a key which is no text: the writer of JSON makes a text of it.

    Args:
        document: What the writer of JSON takes.

    Raises:
        TypeError: It has such a key.
    """
    pending = [document]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            for key in each:
                if not isinstance(key, str):
                    raise TypeError(f"the key {repr(key)[:_MAX_SAID]} is no text")
            pending += each.values()
        elif isinstance(each, list | tuple):
            pending += each


def value_at(value: Any, path: Iterable[str | int]) -> Any:
    """Return the value that a path leads to within another.

    Args:
        value: The other one.
        path: The keys and indices, from the top.

    Raises:
        LookupError: The path leads nowhere.
    """
    for step in path:
        value = value[step]
    return value


def path_steps(path: str) -> list[str | int]:
    """Split a path in a payload into keys; `[*]` means any element, `*` any further member."""
    found: list[str | int] = []
    for name, index, any_, quoted in _STEP.findall(path):
        if quoted:
            found.append(_unquoted(quoted))
        else:
            wildcard = ANY_ELEMENT if any_ else ANY_MEMBER if name == "*" else None
            found.append(int(index) if index else wildcard or name)
    return found


def first_form(path: str) -> str:
    """Rewrite a path in the notation that this package had first.

    Fingerprints are made from it, so that a new notation does not change them.
    """
    if _STEP.sub("", path) != "$":
        return path  # a registry's own notation
    text = "$"
    for key in path_steps(path):
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


class Content:
    """A JSON document as it was published: a text that is parsed only when that is needed.

    Args:
        text: JSON in any form. It is known to be valid, unless it comes from a cache entry.
    """

    __slots__ = ("_canonical", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._canonical: str | None = None

    @classmethod
    def of(cls, parsed: Any) -> Self:
        """Create the content from JSON data."""
        content = cls(canonical(parsed))
        content._canonical = content.text
        return content

    @property
    def canonical(self) -> str:
        """The document as canonical JSON."""
        if self._canonical is None:
            self._canonical = canonical(self.parsed())
        return self._canonical

    @property
    def digest(self) -> str:
        """The SHA-256 of canonical JSON, in lower-case hex."""
        return sha256_of(self.canonical)

    def parsed(self) -> Any:
        """Parse the document anew, so that the caller may change the data."""
        return READER.decode(self.text)

    def __eq__(self, other: object) -> bool:
        return self.canonical == other.canonical if isinstance(other, Content) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.canonical)
