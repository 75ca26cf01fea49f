"""Duplicate keys in an object of a JSON text; most readers take the last one.

RFC 8259 section 4 leaves open what such an object means, so nothing is checked against it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import READER, json_pointer
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The longest key that a message repeats.
MAX_QUOTED = 200
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+')


class KeyTwice(ValueError):
    """A key stands twice in one object.

    Args:
        pointer: The key's place, as a JSON Pointer fragment (RFC 6901 section 6).
        key: The key.
        lines: The first and the second place of the key, each as line and column.
    """

    #: What to do next.
    advice = "a merge may have left both; take one of the two out, and publish the schema again"

    def __init__(self, pointer: str, key: str, *lines: tuple[int, int]) -> None:
        super().__init__(pointer, key, *lines)
        self.pointer = pointer
        self.key = key
        self.lines = lines

    def __str__(self) -> str:
        places = " and ".join(f"line {line} column {column}" for line, column in self.lines)
        # The key is quoted whole or not at all: half a secret could not be scrubbed.
        known = len(self.key) <= MAX_QUOTED
        key = json.dumps(self.key) if known else f"of {len(self.key):,} characters"
        return f"the key {key} stands twice in one object: {places}"


class _Found(ValueError):  # becomes KeyTwice, with the places
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Found
    return value


#: A reader that refuses a duplicate key; it takes half as long again as `READER`.
STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=READER.parse_constant, parse_float=READER.parse_float
)


def read(text: str) -> Any:
    """Read the JSON value in a text.

    Raises:
        KeyTwice: One of its objects has a key twice.
        ValueError: The text is not JSON.
        RecursionError: The value is nested too deeply.
    """
    try:
        return STRICT.decode(text)
    except _Found:
        raise next(_doubles(text)) from None


def _doubles(text: str) -> Iterator[KeyTwice]:
    """Yield the duplicate keys in a text that is JSON, in the order of their second places."""
    # For each array and object around a token: the places of its keys, and the step into it.
    around: list[dict[str, int]] = []
    path: list[str | int] = []
    is_key = False
    for token in _TOKEN.finditer(text):  # pragma: no branch  # it ends where the first is found
        sign = token[0][0]
        if sign in "{[":
            around.append({})
            path.append(0)
            is_key = sign == "{"
        elif sign in "}]":
            around.pop()
            path.pop()
        elif sign == ":":
            is_key = False
        elif sign == ",":
            step = path[-1]
            is_key = isinstance(step, str)
            path[-1] = step if isinstance(step, str) else step + 1
        elif is_key:
            keys = around[-1]
            path[-1] = key = READER.decode(token[0])
            if key in keys:
                pointer = json_pointer(path)
                places = (_line(text, place) for place in (keys[key], token.start()))
                yield KeyTwice(printable(pointer), key, *places)
            keys[key] = token.start()


def _line(text: str, place: int) -> tuple[int, int]:
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
