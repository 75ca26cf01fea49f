"""The sentences that say how a value breaks a keyword of JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.text import MAX_LISTED, cut, listed, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TYPES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    type(None): "null",
}
_ARTICLES = {
    "array": "an array",
    "integer": "an integer",
    "object": "an object",
    "null": "null",
}


def kind(value: Any) -> str:
    """Return the JSON type of a value, with its article."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "an integer"
    return _TYPES.get(type(value), "a number")


def type_names(types: str | Sequence[str]) -> str:
    """Join the types that a schema allows, as in a sentence."""
    names = [types] if isinstance(types, str) else list(types)
    return listed([_ARTICLES.get(name, f"a {name}") for name in names])


def _plural(count: Any, noun: str, nouns: str = "") -> str:
    return f"{count} {noun if count == 1 else nouns or f'{noun}s'}"


def _properties(value: Any) -> str:
    return _plural(len(value), "property", "properties")


def _alternatives(text: str, rule: Any) -> str:
    if len(rule) == 1:
        return f"{text} does not match the only alternative"
    return f"{text} matches none of the {len(rule)} alternatives"


def _length(value: Any, unit: str) -> str:
    return f"{_plural(len(value), unit)} long"


def choices(values: Sequence[Any]) -> str:
    """List values, as in a sentence; of many, only the first."""
    first = [shown(each, 30) for each in values[:MAX_LISTED]]
    return listed(first, more=len(values[MAX_LISTED:]))


def _named(rule: Any) -> str:
    return cut(str(rule), 100)


def _too_many(_text: str, value: Any, _rule: Any) -> str:
    return f"{_plural(len(value), 'item')}, more than the schema describes"


#: Keyword -> sentence; made of the value as text, the value, and the keyword's argument.
_SENTENCES: dict[str, Callable[[str, Any, Any], str]] = {
    "type": lambda text, value, rule: (
        f"{text} is {'' if value is None else f'{kind(value)}, '}not {type_names(rule)}"
    ),
    "enum": lambda text, _, rule: (
        f"{text} is not {'one of ' if len(rule) > 1 else ''}"
        f"{choices(rule) or 'one of the values of an empty enum'}"
    ),
    "const": lambda text, _, rule: f"{text} is not {shown(rule)}",
    "minimum": lambda text, _, rule: f"{text} is less than the minimum of {shown(rule)}",
    "maximum": lambda text, _, rule: f"{text} is greater than the maximum of {shown(rule)}",
    "exclusiveMinimum": lambda text, _, rule: f"{text} is not greater than {shown(rule)}",
    "exclusiveMaximum": lambda text, _, rule: f"{text} is not less than {shown(rule)}",
    "multipleOf": lambda text, _, rule: f"{text} is not a multiple of {shown(rule)}",
    "minLength": lambda text, value, rule: (
        f"{text} is {_length(value, 'character')}, shorter than {rule}"
    ),
    "maxLength": lambda text, value, rule: (
        f"{text} is {_length(value, 'character')}, longer than {rule}"
    ),
    "pattern": lambda text, _, rule: f"{text} does not match the pattern {shown(rule)}",
    "format": lambda text, _, rule: f"{text} is not in the format {_named(rule)}",
    "contentEncoding": lambda text, _, rule: f"{text} is not {_named(rule)}",
    "contentMediaType": lambda text, _, rule: f"{text} is not {_named(rule)}",
    "minItems": lambda _, value, rule: f"{_plural(len(value), 'item')}, fewer than {rule}",
    "maxItems": lambda _, value, rule: f"{_plural(len(value), 'item')}, more than {rule}",
    "uniqueItems": lambda text, *_: f"{text} has an item twice",
    "minProperties": lambda _, value, rule: f"{_properties(value)}, fewer than {rule}",
    "maxProperties": lambda _, value, rule: f"{_properties(value)}, more than {rule}",
    "items": _too_many,
    "additionalItems": _too_many,
    "unevaluatedItems": _too_many,
    "contains": lambda *_: "no item is as 'contains' asks",
    "minContains": lambda _t, _v, rule: f"fewer than {_plural(rule, 'item')} as 'contains' asks",
    "maxContains": lambda _t, _v, rule: f"more than {_plural(rule, 'item')} as 'contains' asks",
    "not": lambda text, *_: f"{text} is what the schema excludes",
    "anyOf": lambda text, _, rule: _alternatives(text, rule),
    "oneOf": lambda text, _, rule: _alternatives(text, rule),
}


def twice(items: Sequence[Any], safe: Sequence[Any]) -> str:
    """Return which items of an array are equal, as ``: 1 at [0] and [2]``.

    Args:
        items: The items.
        safe: The same items as they may be shown.
    """
    places: dict[str, list[int]] = {}
    for at, item in enumerate(items):
        places.setdefault(equality_key(item), []).append(at)
    equal = [each for each in places.values() if len(each) > 1]
    where = [f"[{at}]" for at in equal[0]]
    listing = listed(where[:MAX_LISTED], "and", more=len(where[MAX_LISTED:]))
    others = f", and {_plural(len(equal) - 1, 'other item')}" if len(equal) > 1 else ""
    return f": {shown(safe[equal[0][0]])} at {listing}{others}"


def needed(names: Sequence[Sequence[str]]) -> str:
    """Describe in a sentence the members of which a value has to have some.

    Args:
        names: For each alternative, the names of the members that it requires.
    """
    joined = [listed([shown(name) for name in each], "and") for each in names]
    is_one = all(len(each) == 1 for each in names)
    if len(joined) == 1:
        return f"{joined[0]} {'is a required property' if is_one else 'are required'}"
    if is_one:
        return f"{listed(joined)} is required"
    rest = len(joined[MAX_LISTED:])
    more = f", or {rest:,} more" if rest else ""
    return f"{', or '.join(joined[:MAX_LISTED])}{more} are required"


def sentence(keyword: str, text: str, value: Any, rule: Any) -> str:
    """Describe in a sentence how a value breaks a keyword.

    Args:
        keyword: The JSON Schema keyword.
        text: The value as it may be shown.
        value: The value, for its type and length only.
        rule: The keyword's argument in the schema.
    """
    make = _SENTENCES.get(keyword)
    return make(text, value, rule) if make else f"{text} breaks {keyword}: {shown(rule)}"
