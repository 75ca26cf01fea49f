"""JSON values under the standard's own equality, in which 1 is 1.0 but not true."""

import json
import math
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

# Python refuses to write integers of more than 4,300 digits.
_MOST_BITS = 14_000
_WRITE = json.JSONEncoder(sort_keys=True).encode
# A float as Python writes it; a part of a string may look like one.
_FLOAT = re.compile(r"[0-9](?:\.[0-9]|e[-+])")
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


def type_of(value: Any) -> str:
    """Return a value's JSON type; 1.0 is an integer (JSON Schema 2020-12 core, section 4.2.1)."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def equality_key(value: Any) -> str:
    """Return a text that two values share exactly when they are equal (core, section 4.2.2)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) in (int, float):
        return repr(value)
    text = _WRITE(value)
    if isinstance(value, str) or _FLOAT.search(text) is None:
        return text
    return _WRITE(_READ(text))


def missing(values: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """Return the values that have no equal among the others."""
    present = set(map(equality_key, others))
    return [value for value in values if equality_key(value) not in present]


def distinct(values: Iterable[Any]) -> Iterator[Any]:
    """Yield the values without repetitions, in their order."""
    seen: set[str] = set()
    for value in values:
        text = equality_key(value)
        if text not in seen:
            seen.add(text)
            yield value


def interleave(sources: Iterable[Iterable[Any]]) -> Iterator[Any]:
    """Yield one value of each source in turn, so that cutting the result short starves none."""
    waiting = deque(iter(source) for source in sources)
    while waiting:
        source = waiting.popleft()
        for value in source:
            yield value
            waiting.append(source)
            break


class Stream:
    """A sequence of values that are made when they are asked for, and kept."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._made: list[Any] = []
        self._busy = False

    def at(self, index: int) -> Any:
        """Return the value at an index from zero. Those before it must have been asked for.

        Raises:
            IndexError: There is none, or a recursive schema asks for the value being made.
        """
        if index == len(self._made) and not self._busy:
            self._busy = True
            try:
                self._made.extend(islice(self._source, 1))
            finally:
                self._busy = False
        return self._made[index]


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


_READ = json.JSONDecoder(parse_float=_number).decode


def check(value: Any, deepest: int) -> str | None:
    """Return the problem that keeps a value from being JSON, None if there is none.

    Args:
        value: The value to look at.
        deepest: The number of containers that may be nested in each other.

    Raises:
        RecursionError: The value nests deeper than that.
    """
    pending: list[tuple[Any, int]] = [(value, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > deepest:
            raise RecursionError(f"nested more than {deepest} levels deep")
        if isinstance(node, dict):
            if not all(isinstance(key, str) for key in node):
                return "a key is not a string"
            pending.extend((child, depth + 1) for child in node.values())
        elif isinstance(node, list):
            pending.extend((child, depth + 1) for child in node)
        elif isinstance(node, int) and node.bit_length() > _MOST_BITS:
            return "a number has thousands of digits"
        elif isinstance(node, float) and not math.isfinite(node):
            return f"{node} is not a JSON number"
        elif node is not None and not isinstance(node, str | int | float):
            return f"a {type(node).__name__} is not a JSON value"
    return None
