"""Values that break one rule of a schema, made from a value that keeps all of them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any, NamedTuple

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import (
    OF_NO_FORMAT,
    Patterns,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.hints import scalars
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    Impossible,
    branches,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.compatibility.values import type_of
from pytest_schema_registry.schema_types.json_schema.document import Part, Place
from pytest_schema_registry.schema_types.json_schema.payloads.variants import MOST_MEMBERS

#: A name, or a text, that no schema has.
_STRANGER = "other"
#: One value of each type.
_ANYTHING: tuple[Any, ...] = (None, True, 0, 0.5, "x", [], {})
_MEMBERS: tuple[Any, ...] = (None, "x", 0, {})
_NAMES = ("-", "", "A", "a", "1", " ", "é", "x" * 300)
_MOST_PAIRS = 20
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
#: These keywords are rules where their value is false. Where it is a schema, that has the rules.
_CLOSING = frozenset(
    {"additionalProperties", "unevaluatedProperties", "additionalItems", "unevaluatedItems"}
    | {"items"}
)
_TEXTS = ("minLength", "maxLength", "pattern", "format")


class Rule(NamedTuple):
    """One rule of a schema.

    Args:
        part: The schema.
        keyword: The keyword.
        detail: The required member that it is about; empty for other keywords.
    """

    part: Part
    keyword: str
    detail: str = ""

    @property
    def kind(self) -> str:
        """The type of the values that the rule is about; empty where it is about all."""
        return _KINDS.get(self.keyword, "")

    @property
    def pointer(self) -> str:
        """The place of the keyword, as violations have it."""
        return f"{self.part.pointer}/{self.keyword}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that keeps all rules.

    Args:
        value: The value.
        place: The schemas that apply to it.
        sampler: The maker of plain values.
        patterns: The matcher for ``pattern``.
    """

    value: Any
    place: Place
    sampler: Sampler
    patterns: Patterns


def rules(part: Part) -> Iterator[Rule]:
    """Yield the rules of a schema that values can break, but for those of schemas below it."""
    if part.is_reference or not isinstance(part.schema, dict):
        return
    for keyword, value in part.schema.items():
        if keyword == "required" and isinstance(value, list):
            yield from (Rule(part, keyword, name) for name in value)
        elif keyword in _BREAKERS and _is_rule(keyword, value):
            yield Rule(part, keyword)


def _is_rule(keyword: str, value: Any) -> bool:
    if keyword in _CLOSING:
        return value is False
    if keyword in _BOUNDS:  # draft 4 has booleans beside bounds (validation, section 5.1.2)
        return not isinstance(value, bool)
    return keyword != "uniqueItems" or value is True


def wrong_values(rule: Rule, kept: Kept) -> Iterator[Any]:
    """Yield values that probably break a rule, and no other one, nearest to the kept value first.

    Args:
        rule: The rule.
        kept: A value that keeps it.
    """
    yield from _BREAKERS[rule.keyword](rule, kept)


def _types(_rule: Rule, kept: Kept) -> Iterator[Any]:
    yield from (each for each in _ANYTHING if type_of(each) != type_of(kept.value))


def _strangers(rule: Rule, kept: Kept) -> Iterator[Any]:
    value = kept.value
    if isinstance(value, str):
        yield from (f"{value}x", value.swapcase(), _STRANGER)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from (value + 1, value - 1, value + 1000)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, list):
        yield [*value, None]
    elif isinstance(value, dict):
        yield {**value, _STRANGER: None}
    yield from _types(rule, kept)


def _numbers(rule: Rule, kept: Kept) -> Iterator[Any]:
    if rule.keyword == "multipleOf":
        divisor = rule.part.schema["multipleOf"]
        yield from (kept.value + 1, kept.value + divisor / 2, kept.value + divisor / 3)
    found = scalars((), (rule.part,), kept.patterns)
    yield from (each for each in found["number"] if isinstance(each, int))
    yield from found["number"]


def _texts(rule: Rule, kept: Kept) -> Iterator[Any]:
    if rule.keyword == "format":
        yield from OF_NO_FORMAT
    yield from scalars((), (rule.part, *kept.place), kept.patterns)["string"]


def _without(rule: Rule, kept: Kept) -> Iterator[Any]:
    yield {name: value for name, value in kept.value.items() if name != rule.detail}


def _more_members(_rule: Rule, kept: Kept) -> Iterator[Any]:
    for name in (_STRANGER, *_NAMES):
        for value in _MEMBERS:
            yield {**kept.value, name: value}


def _fewer_members(_rule: Rule, kept: Kept) -> Iterator[Any]:
    names = list(kept.value)
    for count in range(len(names)):
        yield {name: kept.value[name] for name in names[:count]}
        yield {name: kept.value[name] for name in names[len(names) - count :]}


def _crowd(rule: Rule, kept: Kept) -> Iterator[Any]:
    most = min(rule.part.schema["maxProperties"], MOST_MEMBERS)
    for value in _MEMBERS:
        crowd = dict(kept.value)
        for name in kept.sampler.names(kept.place, MOST_MEMBERS):
            if len(crowd) <= most:
                crowd.setdefault(name, value)
        yield crowd


def _dependents(rule: Rule, kept: Kept) -> Iterator[Any]:
    for name, listed in rule.part.schema[rule.keyword].items():
        for value in _ANYTHING:
            yield {**kept.value, name: kept.value.get(name, value)}
        for other in listed if isinstance(listed, list) else ():
            yield {key: value for key, value in kept.value.items() if key != other}


def _shorter(_rule: Rule, kept: Kept) -> Iterator[Any]:
    yield from (kept.value[:count] for count in reversed(range(len(kept.value))))


def _longer(rule: Rule, kept: Kept) -> Iterator[Any]:
    for value in _MEMBERS:
        yield [*kept.value, value]
    most = int(min(rule.part.schema.get("maxItems", len(kept.value)), MOST_MEMBERS))
    with suppress(Impossible):
        yield kept.sampler.filled(kept.place, most + 1)
    yield kept.value[-1:] * (most + 1)


def _twice(_rule: Rule, kept: Kept) -> Iterator[Any]:
    yield [*kept.value[:1], *kept.value]
    yield [*kept.value[:1], *kept.value[:1], *kept.value[2:]]
    with suppress(Impossible):
        yield kept.sampler.filled(kept.place, 1) * 2


def _containing(rule: Rule, kept: Kept) -> Iterator[Any]:
    yield from _shorter(rule, kept)
    for value in _ANYTHING:
        yield [value] * max(len(kept.value), 1)
    most = int(min(rule.part.schema.get("maxContains", 0), MOST_MEMBERS))
    yield [*kept.value, *kept.value[:1] * (most + 1)]


def _matching(rule: Rule, kept: Kept) -> Iterator[Any]:
    """Yield values that the schema below ``not`` accepts, too."""
    inner = rule.part.below("not")
    with suppress(Impossible):
        yield kept.sampler.plain((*kept.place, inner))
    yield from kept.sampler.values((inner,), (inner,))


def _ambiguous(rule: Rule, kept: Kept) -> Iterator[Any]:
    """Yield values that no branch of a union accepts, or two of a ``oneOf``."""
    yield from _strangers(rule, kept)
    if rule.keyword == "oneOf":
        listed = branches(rule.part, "oneOf")
        for pair in islice(combinations(listed, 2), _MOST_PAIRS):
            with suppress(Impossible):
                yield kept.sampler.plain((*kept.place, *pair))


_KINDS = {
    **dict.fromkeys(_BOUNDS, "number"),
    **dict.fromkeys(_TEXTS, "string"),
    **dict.fromkeys(("required", "additionalProperties", "unevaluatedProperties"), "object"),
    **dict.fromkeys(("propertyNames", "minProperties", "maxProperties"), "object"),
    **dict.fromkeys(("dependentRequired", "dependencies", "dependentSchemas"), "object"),
    **dict.fromkeys(("minItems", "maxItems", "additionalItems", "unevaluatedItems"), "array"),
    **dict.fromkeys(("items", "uniqueItems", "contains", "minContains", "maxContains"), "array"),
}
_BREAKERS: dict[str, Callable[[Rule, Kept], Iterator[Any]]] = {
    "type": _types,
    "enum": _strangers,
    "const": _strangers,
    **dict.fromkeys(_BOUNDS, _numbers),
    **dict.fromkeys(_TEXTS, _texts),
    "required": _without,
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties"), _more_members),
    "propertyNames": _more_members,
    "minProperties": _fewer_members,
    "maxProperties": _crowd,
    **dict.fromkeys(("dependentRequired", "dependencies", "dependentSchemas"), _dependents),
    "minItems": _shorter,
    **dict.fromkeys(("maxItems", "additionalItems", "unevaluatedItems", "items"), _longer),
    "uniqueItems": _twice,
    **dict.fromkeys(("contains", "minContains", "maxContains"), _containing),
    "not": _matching,
    **dict.fromkeys(("anyOf", "oneOf"), _ambiguous),
}
