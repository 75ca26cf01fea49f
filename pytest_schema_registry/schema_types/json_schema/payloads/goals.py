"""Goals: what payloads should show of one schema, such as each value of an ``enum``."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

from pytest_schema_registry.schema_types.json_schema.compatibility.facets import (
    declared_types,
    has_const,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    prefix,
    rest_keyword,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import (
    equality_key,
    type_of,
)
from pytest_schema_registry.schema_types.json_schema.document import Part, join

_MOST_PAIRED = 12
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SIZES = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}
_UNIONS = ("anyOf", "oneOf", "allOf")
_NAMED = ("properties", "patternProperties", "dependentSchemas")


class Goal(NamedTuple):
    """One thing that a payload may show.

    Args:
        pointer: The schema that it is about.
        what: The keyword, or a word for what no keyword says.
        detail: The member, the value or the like that tells it from others of the keyword.
    """

    pointer: str
    what: str
    detail: str = ""


def wanted(part: Part) -> Iterator[Goal]:
    """Yield the goals of a schema that a payload should show, but for those below it."""
    schema, at = part.schema, part.pointer
    listed = schema.get("type")
    allowed = set() if listed is None else declared_types(listed)
    if "enum" in schema:
        yield from (Goal(at, "enum", equality_key(value)) for value in schema["enum"])
    elif isinstance(listed, list):
        yield from (Goal(at, "type", each) for each in listed)
    if "boolean" in allowed and "enum" not in schema and not has_const(part):
        yield from (Goal(at, "boolean", each) for each in ("true", "false"))
    if "number" in allowed and schema.keys().isdisjoint(("enum", "const", "multipleOf")):
        yield Goal(at, "fraction")
    yield from (Goal(at, word) for word in _BOUNDS if _is_number(schema.get(word)))
    for words in _SIZES.values():
        yield from (Goal(at, word) for word in words if word in schema)
    yield from (Goal(at, word) for word in ("pattern", "format") if word in schema)
    must = schema.get("required")
    for name in schema.get("properties") or {}:
        yield Goal(at, "with", name)
        if not isinstance(must, list) or name not in must:
            yield Goal(at, "without", name)


def shown(part: Part, value: Any) -> Iterator[Goal]:
    """Yield the goals of a schema that a value which conforms to it shows.

    They include goals that are nowhere wanted: these tell payloads apart that are worth having.
    """
    schema, at = part.schema, part.pointer
    kind = type_of(value)
    yield Goal(at, "type", kind)
    if kind == "number":
        yield Goal(at, "fraction")
    elif kind == "integer":
        yield Goal(at, "type", "number")
    if "enum" in schema:
        yield Goal(at, "enum", equality_key(value))
    if kind == "boolean":
        yield Goal(at, "boolean", "true" if value else "false")
    elif kind in ("integer", "number"):
        yield from (Goal(at, word) for word in _BOUNDS if _is_near(schema, word, value))
        yield Goal(at, "sign", str((value > 0) - (value < 0)))
    elif kind != "null":
        size = len(value)
        yield from (Goal(at, word) for word in _SIZES[kind] if schema.get(word) == size)
        if kind != "object":
            yield Goal(at, "size", str(min(size, 2)))
    if kind == "string":
        yield from (Goal(at, word) for word in ("pattern", "format") if word in schema)
    if kind == "object":
        yield from _members(part, value)


def _members(part: Part, value: dict[str, Any]) -> Iterator[Goal]:
    names = part.schema.get("properties") or {}
    for name in names:
        yield Goal(part.pointer, "with" if name in value else "without", name)
    must = part.schema.get("required")
    optional = [name for name in names if not isinstance(must, list) or name not in must]
    for one, other in combinations(optional[:_MOST_PAIRED], 2):
        present = f"{one in value:d}{other in value:d}"
        yield Goal(part.pointer, "pair", f"{present} {one} {other}")


def below(part: Part) -> Iterator[str]:
    """Yield the pointers of the subschemas that some payload should be checked against."""
    schema, at = part.schema, part.pointer
    if part.is_reference:
        return
    for word in _UNIONS:
        if isinstance(schema.get(word), list):
            yield from (join(at, word, index) for index in range(len(schema[word])))
    for word in _NAMED:
        if isinstance(schema.get(word), dict):
            yield from (join(at, word, name) for name in schema[word])
    if "if" in schema:
        yield from (join(at, word) for word in ("then", "else") if word in schema)
    keyword, count = prefix(part)
    yield from (join(at, keyword, index) for index in range(count))
    rest = rest_keyword(part)
    words = {rest, "contains", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"}
    yield from (join(at, word) for word in sorted(words) if isinstance(schema.get(word), dict))


def _is_number(limit: Any) -> bool:
    return isinstance(limit, int | float) and not isinstance(limit, bool)


def _is_near(schema: dict[str, Any], word: str, value: int | float) -> bool:
    """Check whether no other value that a schema allows is nearer to its bound."""
    limit = schema.get(word)
    if not _is_number(limit):
        return False
    assert isinstance(limit, int | float)  # noqa: S101  # a number, as checked above
    step = Fraction(str(schema.get("multipleOf") or 0))
    if not step and (schema.get("type") == "integer" or word.startswith("exclusive")):
        step = Fraction(1)
    gap = abs(Fraction(str(value)) - Fraction(str(limit)))
    is_open = word.startswith("exclusive") or schema.get(_exclusive(word)) is True
    return gap <= (step or 1) if is_open else gap == 0 or gap < step


def _exclusive(word: str) -> str:
    return f"exclusive{word[0].upper()}{word[1:]}"
