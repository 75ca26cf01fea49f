"""The rules of JSON Schema in words, one keyword a row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ENCODER = json.JSONEncoder(ensure_ascii=False)
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


def shown(value: Any, length: int = 60) -> str:
    """A value as JSON, cut to a length; no more of it is encoded than is shown."""
    text = ""
    for part in _ENCODER.iterencode(value):
        text += part
        if len(text) > length:
            return f"{text[: length - 3]}..."
    return text


def printable(line: str) -> str:
    """A line without what a terminal would obey, such as an escape sequence of a schema's."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else "\ufffd" for char in line)


def listed(items: Sequence[str], joint: str = "or") -> str:
    """Items as in a sentence: ``a, b or c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def kind(value: Any) -> str:
    """The JSON type of a value, with its article."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "an integer"
    return _TYPES.get(type(value), "a number")


def type_names(types: str | Sequence[str]) -> str:
    """The types that a schema allows, as in a sentence."""
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


def _choices(values: Sequence[Any]) -> str:
    return listed([shown(each, 30) for each in values])


def _too_many(_text: str, value: Any, _rule: Any) -> str:
    return f"{_plural(len(value), 'item')}, more than the schema describes"


#: Keyword -> sentence, from the value as it is shown, the value, and the keyword's argument.
_SENTENCES: dict[str, Callable[[str, Any, Any], str]] = {
    "type": lambda text, value, rule: f"{text} is {kind(value)}, not {type_names(rule)}",
    "enum": lambda text, _, rule: f"{text} is not one of {_choices(rule)}",
    "const": lambda text, _, rule: f"{text} is not {shown(rule)}",
    "minimum": lambda text, _, rule: f"{text} is less than the minimum of {rule}",
    "maximum": lambda text, _, rule: f"{text} is greater than the maximum of {rule}",
    "exclusiveMinimum": lambda text, _, rule: f"{text} is not greater than {rule}",
    "exclusiveMaximum": lambda text, _, rule: f"{text} is not less than {rule}",
    "multipleOf": lambda text, _, rule: f"{text} is not a multiple of {rule}",
    "minLength": lambda text, value, rule: (
        f"{text} is {_length(value, 'character')}, shorter than {rule}"
    ),
    "maxLength": lambda text, value, rule: (
        f"{text} is {_length(value, 'character')}, longer than {rule}"
    ),
    "pattern": lambda text, _, rule: f"{text} does not match the pattern {shown(rule)}",
    "format": lambda text, _, rule: f"{text} is not in the format {rule}",
    "contentEncoding": lambda text, _, rule: f"{text} is not {rule}",
    "contentMediaType": lambda text, _, rule: f"{text} is not {rule}",
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


def sentence(keyword: str, text: str, value: Any, rule: Any) -> str:
    """What a keyword asks and a value does not give.

    Args:
        keyword: The JSON Schema keyword.
        text: The value as it may be shown.
        value: The value, for its type and length only.
        rule: The keyword's argument in the schema.
    """
    make = _SENTENCES.get(keyword)
    return make(text, value, rule) if make else f"{text} breaks {keyword}: {shown(rule)}"
