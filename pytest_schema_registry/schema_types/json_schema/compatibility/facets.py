"""The limits that several schemas put on one scalar value together."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.place import collect
from pytest_schema_registry.schema_types.json_schema.compatibility.values import (
    TYPES,
    equality_key,
    type_of,
)
from pytest_schema_registry.schema_types.json_schema.document import Part, Place

_ALL_TYPES = frozenset(TYPES)


@dataclass(frozen=True, slots=True)
class Bound:
    """The tightest limit on one side, and the keyword it comes from."""

    value: int | float
    exclusive: bool
    part: Part
    keyword: str


def types(parts: Place) -> frozenset[str]:
    """Return the JSON types that all parts allow; where numbers are allowed, integers are too."""
    allowed = _ALL_TYPES
    for part in parts:
        if part.schema is False:
            return frozenset()
        listed = part.get("type")
        if listed is not None:
            allowed &= declared_types(listed)
    values = finite(parts)
    return allowed if values is None else allowed & {type_of(value) for value in values}


def declared_types(listed: str | list[str]) -> set[str]:
    """Return the types that a `type` keyword allows; "number" includes "integer"."""
    found = {listed} if isinstance(listed, str) else set(listed)
    return found | {"integer"} if "number" in found else found


def finite(parts: Place) -> list[Any] | None:
    """Return the values that every `enum` and `const` allows, None without either keyword."""
    lists = [values for _, values in collect(parts, "enum")]
    lists += [[part.schema["const"]] for part in parts if has_const(part)]
    if not lists:
        return None
    others = [{equality_key(value) for value in values} for values in lists[1:]]
    return [value for value in lists[0] if all(equality_key(value) in other for other in others)]


def has_const(part: Part) -> bool:
    """Check whether a part has `const`, whose value may be null; draft 4 does not know it."""
    return isinstance(part.schema, dict) and "const" in part.schema and part.document.draft > 4


def lower(parts: Place) -> Bound | None:
    """Return the tightest lower bound, None if there is none."""
    found = _bounds(parts, "minimum", "exclusiveMinimum")
    return max(found, key=lambda bound: (bound.value, bound.exclusive), default=None)


def upper(parts: Place) -> Bound | None:
    """Return the tightest upper bound, None if there is none."""
    found = _bounds(parts, "maximum", "exclusiveMaximum")
    return min(found, key=lambda bound: (bound.value, not bound.exclusive), default=None)


def largest(parts: Place, keyword: str) -> tuple[Part, int] | None:
    """Return the tightest value of a minimum count, such as `minLength`, with its part."""
    return max(collect(parts, keyword), key=lambda found: found[1], default=None)


def smallest(parts: Place, keyword: str) -> tuple[Part, int] | None:
    """Return the tightest value of a maximum count, such as `maxLength`, with its part."""
    return min(collect(parts, keyword), key=lambda found: found[1], default=None)


def is_multiple(value: int | float, divisor: int | float) -> bool:
    """Check whether one number is a multiple of another, without rounding on the way."""
    return bool(divisor) and Fraction(str(value)) % Fraction(str(divisor)) == 0


def admits(parts: Place, value: Any, patterns: Patterns) -> bool:
    """Check whether the types and limits for scalars allow a value; the engine checks the rest."""
    if isinstance(value, float) and not math.isfinite(value):
        return False  # from arithmetic with a huge limit; the engine would read it as null
    kind = type_of(value)
    return all(_admits(part, value, kind, patterns) for part in parts)


def _admits(part: Part, value: Any, kind: str, patterns: Patterns) -> bool:
    schema = part.schema
    if not isinstance(schema, dict):
        return schema is not False
    listed = schema.get("type")
    if listed not in (None, kind) and kind not in declared_types(listed):
        return False
    if kind == "string":
        return (schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf)) and (
            "pattern" not in schema or patterns.matches(schema["pattern"], value)
        )
    return kind not in ("integer", "number") or _admits_number(part, value)


def _admits_number(part: Part, value: int | float) -> bool:
    bottom, top = lower((part,)), upper((part,))
    if bottom and (value < bottom.value or (bottom.exclusive and value == bottom.value)):
        return False
    if top and (value > top.value or (top.exclusive and value == top.value)):
        return False
    divisor = part.get("multipleOf")
    return divisor is None or is_multiple(value, divisor)


def _bounds(parts: Place, inclusive: str, exclusive: str) -> list[Bound]:
    found: list[Bound] = []
    for part in parts:
        limit, strict = part.get(inclusive), part.get(exclusive)
        if limit is not None:
            # Draft 4 has a boolean beside the limit (draft 4 validation, section 5.1.2).
            word = exclusive if strict is True else inclusive
            found.append(Bound(limit, strict is True, part, word))
        if strict is not None and not isinstance(strict, bool):
            found.append(Bound(strict, True, part, exclusive))
    return found
