"""Plain JSON: values that Python writes as JSON as they are, within the limits of a payload."""

from __future__ import annotations

import math
from typing import Any

from pytest_schema_registry.errors import PayloadNotJSON
from pytest_schema_registry.text import encodes

MAX_VALUES = 5_000_000
#: The engine recurses on the machine's stack: an overflow kills the process, with no exception.
MAX_DEPTH = 500
#: Python neither writes nor reads an integer of more than 4,300 digits.
MAX_BITS = 14_000


def is_plain(payload: Any) -> bool:
    """Check whether a payload has values of JSON's own types alone, and each can be written.

    Raises:
        PayloadNotJSON: The payload is too large, or is nested too deeply.
    """
    values = [payload]
    level_ends, depth = 1, 0
    for place, value in enumerate(values):  # grows while it is walked, level by level
        if place == level_ends:
            level_ends, depth = len(values), depth + 1
            refuse_unbounded(len(values), depth)
        kind = type(value)
        if kind is str:
            if not value.isascii() and not encodes(value):
                return False
        elif kind is dict:
            for key in value:
                if type(key) is not str or not (key.isascii() or encodes(key)):
                    return False
            values.extend(value.values())
        elif kind is list:
            values.extend(value)
        elif kind is float:
            if not math.isfinite(value):
                return False
        elif (kind is not int or value.bit_length() > MAX_BITS) and not (
            value is None or kind is bool
        ):
            return False
    return True


def refuse_unbounded(size: int, depth: int) -> None:
    """Refuse a payload with too many values or levels: one that contains itself has no end.

    Args:
        size: The number of values so far.
        depth: The number of levels so far.

    Raises:
        PayloadNotJSON: One of the two is beyond its limit.
    """
    if depth > MAX_DEPTH:
        raise PayloadNotJSON(
            "$",
            f"nested more than {MAX_DEPTH} levels deep",
            "does it contain itself? send it flatter",
        )
    if size > MAX_VALUES:
        raise PayloadNotJSON(
            "$", f"more than {MAX_VALUES:,} values", "does it contain itself? send less"
        )
