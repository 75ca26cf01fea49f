"""Hints for a place: the types worth trying, and scalar values at limits and just beyond."""

import math
import sys
from collections.abc import Iterator
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility import regexes
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import (
    admits,
    finite,
    has_const,
    largest,
    types,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.formats import EXAMPLES
from pytest_schema_registry.schema_types.json_schema.compatibility.place import collect
from pytest_schema_registry.schema_types.json_schema.compatibility.values import (
    TYPES,
    distinct,
    type_of,
)
from pytest_schema_registry.schema_types.json_schema.document import Place

_PLAIN: dict[str, tuple[Any, ...]] = {
    "null": (None,),
    "boolean": (True, False),
    "integer": (1, 0, -1, 2),
    "number": (0.5, -0.5),
    "string": ("x", "", "1", "xx", "A", "é"),
}
_LONGEST = 20_000
_MOST_PATTERNS = 16


def scalars(parts: Place, hints: Place, patterns: Patterns) -> dict[str, list[Any]]:
    """Return scalar values that `parts` admit, by type, nearest to the limits in `hints` first.

    Args:
        parts: The parts that the value has to obey.
        hints: Schemas whose limits are worth crossing.
        patterns: The matcher for `pattern`.
    """
    left, allowed = finite(parts), types(parts)
    proposed = left if left is not None else _proposals(parts, hints, allowed)
    found: dict[str, list[Any]] = {kind: [] for kind in TYPES}
    for value in distinct(proposed):
        if not isinstance(value, list | dict) and admits(parts, value, patterns):
            kind = type_of(value)
            found[kind].append(value)
            if kind == "integer" and "number" in allowed:
                found["number"].append(value)
    return found


def literals(hints: Place) -> Iterator[Any]:
    """Yield the values that the schemas list in `enum` and `const`."""
    for _, values in collect(hints, "enum"):
        yield from values
    for part in hints:
        if has_const(part):
            yield part.schema["const"]


def preferred_types(parts: Place, allowed: frozenset[str]) -> list[str]:
    """Return the allowed types, first those that the parts have keywords for.

    Args:
        parts: The parts that the value has to obey.
        allowed: The types that they allow.
    """
    words = {
        "object": ("properties", "required", "additionalProperties", "patternProperties"),
        "array": ("items", "prefixItems", "minItems", "contains"),
        "string": ("minLength", "maxLength", "pattern", "format"),
        "number": ("minimum", "maximum", "multipleOf"),
    }
    said = {word for part in parts if isinstance(part.schema, dict) for word in part.schema}
    hinted = [kind for kind, listed in words.items() if not said.isdisjoint(listed)]
    plain = ["string", "integer", "object", "array", "boolean", "number", "null"]
    return [kind for kind in dict.fromkeys([*hinted, *plain]) if kind in allowed]


def _proposals(parts: Place, hints: Place, allowed: frozenset[str]) -> Iterator[Any]:
    everything = (*hints, *parts)
    yield from literals(everything)
    if allowed & {"integer", "number"}:
        yield from _numbers(everything)
    if "string" in allowed:
        yield from _strings(parts, everything)
    for kind, values in _PLAIN.items():
        if kind in allowed:
            yield from values


def _numbers(everything: Place) -> Iterator[int | float]:
    limits: list[Any] = []
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        limits += [limit for _, limit in collect(everything, word) if not isinstance(limit, bool)]
    divisors = [
        divisor
        for _, divisor in collect(everything, "multipleOf")
        if divisor <= sys.float_info.max  # a division by a larger one raises OverflowError
    ]
    for limit in limits:
        yield from (limit, limit + 1, limit - 1)
        if abs(limit) < 1e15:
            yield from (limit + 0.5, limit - 0.5)
            yield from (math.ceil(limit), math.floor(limit))
    for divisor in divisors:
        yield from (divisor, 2 * divisor, 3 * divisor, -divisor, divisor / 2, 0)
        for limit in limits:
            if abs(limit) < 1e15 and abs(limit / divisor) < 1e15:
                yield from _multiples(divisor, math.floor(limit / divisor))


def _multiples(divisor: int | float, count: int) -> Iterator[int | float]:
    for factor in (count, count + 1, count - 1, count + 2):
        product = factor * divisor
        # 3 * 0.1 is 0.30000000000000004, which is no multiple of 0.1.
        yield product if isinstance(product, int) else round(product, 12)


def _strings(parts: Place, everything: Place) -> Iterator[str]:
    shortest = largest(parts, "minLength")
    least = int(shortest[1]) if shortest else 0
    lengths = [int(n) for word in ("minLength", "maxLength") for _, n in collect(everything, word)]
    sizes = sorted({n + more for n in lengths for more in (-1, 0, 1) if 0 <= n + more <= _LONGEST})
    made: list[str] = []
    for _, pattern in collect(everything, "pattern")[:_MOST_PATTERNS]:
        made += regexes.examples(pattern)
        for size in sizes:
            made += regexes.examples(pattern, size)[:1]
    for _, name in collect(everything, "format"):
        made += EXAMPLES.get(name, ())
    yield from made
    for size in sizes:
        yield "x" * size
    for text in made[:_MOST_PATTERNS]:
        yield from (text + "x", text[:-1], text.swapcase(), "-" + text, text * 2)
        if len(text) < least <= _LONGEST:
            yield text.ljust(least, "x")
    if least:
        yield "x" * min(least, _LONGEST)
