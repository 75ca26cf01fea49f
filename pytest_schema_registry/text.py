"""Text for people: printable lines, lists, and the rules of JSON Schema in words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: The largest number of characters that are printed of a line.
MAX_LINE = 4_000
#: The largest number of values that a sentence lists.
MAX_LISTED = 10
_ROOM_FOR_REST = 40
#: The commands that CI systems obey anywhere in a line: ``##[group]``, ``##vso[…]``.
_COMMAND = re.compile(r"#(?=#[a-z]*\[)", re.IGNORECASE)
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
    """Encode a value as JSON, cut to a length; encoding stops at that length."""
    text = ""
    for part in _ENCODER.iterencode(value):
        text += part
        if len(text) > length:
            return f"{text[: length - 3]}..."
    return text


def printable(line: str) -> str:
    r"""Make a line safe to print, so that neither a terminal nor a CI system obeys its content.

    Characters that steer a terminal become escapes (``\x1b``), a workflow command gets a backslash
    (``\::add-mask::``), and a very long line is cut.
    """
    line = cut(line, MAX_LINE)
    if not line.isprintable():
        line = "".join(char if char.isprintable() else _escape(char) for char in line)
    bare = line.lstrip()
    # GitHub's runner obeys a command that begins a line, even after white space.
    if bare.startswith("::"):
        line = f"{line[: len(line) - len(bare)]}\\{bare}"
    return cut(_COMMAND.sub(r"#\\", line), MAX_LINE)


def printable_text(text: str) -> str:
    """Make each line of a text safe to print."""
    return "\n".join(map(printable, text.split("\n")))


def cut(text: str, length: int) -> str:
    """Cut a text to a length; its end then tells how much is left out."""
    if len(text) <= length:
        return text
    head = text[: length - _ROOM_FOR_REST]
    return f"{head}... ({len(text) - len(head):,} more characters)"


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode()


def listed(items: Sequence[str], joint: str = "or", *, more: int = 0) -> str:
    """Join items as in a sentence: ``a, b or c``; of many, only the first and the number of others.

    Args:
        items: The items.
        joint: The word before the last item.
        more: The number of items beside these.
    """
    if rest := len(items[MAX_LISTED:]) + more:
        return f"{', '.join(items[:MAX_LISTED])} and {rest:,} more"
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


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


def _choices(values: Sequence[Any]) -> str:
    first = [shown(each, 30) for each in values[:MAX_LISTED]]
    return listed(first, more=len(values[MAX_LISTED:]))


def _named(rule: Any) -> str:
    return cut(str(rule), 100)


def _too_many(_text: str, value: Any, _rule: Any) -> str:
    return f"{_plural(len(value), 'item')}, more than the schema describes"


#: Keyword -> sentence; made of the value as text, the value, and the keyword's argument.
_SENTENCES: dict[str, Callable[[str, Any, Any], str]] = {
    "type": lambda text, value, rule: f"{text} is {kind(value)}, not {type_names(rule)}",
    "enum": lambda text, _, rule: f"{text} is not one of {_choices(rule)}",
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
