"""The arguments that a program gives to ``SchemaRegistry`` and its methods, checked by type.

No message shows a value: it may be an address with a password, or a token given by mistake.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import Schema
from pytest_schema_registry.settings import OPTIONS
from pytest_schema_registry.settings.settings import Origin, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_schema_registry.settings.settings import Settings

_Kind = Literal[
    "address",
    "directory",
    "text",
    "text or none",
    "texts",
    "texts or none",
    "number",
    "whole",
    "switch",
]


def _is_path(value: Any) -> bool:
    return isinstance(os.fspath(value) if isinstance(value, os.PathLike) else value, str)


def _is_texts(value: Any) -> bool:
    if isinstance(value, str):
        return True
    is_list = isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview)
    return is_list and all(isinstance(each, str) for each in value)


def _is_number(value: Any) -> bool:
    # Text may come from an environment variable. True is an int, but nobody means it as one.
    return isinstance(value, int | float | str) and not isinstance(value, bool)


_KINDS: dict[_Kind, tuple[Callable[[Any], bool], str]] = {
    "address": (
        lambda value: value is None or _is_path(value),
        "http(s)://… as text, a directory, or None",
    ),
    "directory": (lambda value: value is None or _is_path(value), "a path, or None"),
    "text": (lambda value: isinstance(value, str), "text"),
    "texts": (_is_texts, "a list of texts, or one text with commas"),
    "texts or none": (
        lambda value: value is None or _is_texts(value),
        "a list of texts, one text with commas, or None",
    ),
    "text or none": (lambda value: isinstance(value, str | None), "text, or None"),
    "number": (_is_number, "a number"),
    "whole": (
        lambda value: _is_number(value) and not isinstance(value, float),
        "a whole number",
    ),
    "switch": (lambda value: isinstance(value, bool | str), "True or False"),
}
_SETTINGS: dict[str, _Kind] = {
    "url": "address",
    "mode": "text",
    "protocol": "text",
    "versions": "texts or none",
    "subject": "text",
    "version_property": "text or none",
    "layout": "text",
    "cassettes": "directory",
    "cache_dir": "directory",
    "cache_ttl": "number",
    "timeout": "number",
    "max_schema_size": "whole",
    "format_assertion": "switch",
    "default_draft": "text or none",
    "avro_unknown_fields": "switch",
    "redact": "texts",
    "token": "text or none",
}


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Return the settings that the arguments of ``SchemaRegistry(…)`` make.

    Args:
        given: The arguments, by name.

    Raises:
        InvalidSettings: An argument has the wrong type, or is wrong otherwise.
    """
    for name, kind in _SETTINGS.items():
        is_right, wanted = _KINDS[kind]
        if not is_right(given[name]):
            raise InvalidSettings(f"SchemaRegistry({name}=…)", _wrong(given[name], wanted))
    url = given["url"]
    written = {option.name: given.get(option.argument) for option in OPTIONS}
    written["url"] = None if url is None else os.fspath(url)
    arguments = Origin(lambda option: f"SchemaRegistry({option.argument}=…)", written)
    return resolve(arguments, root=Path.cwd(), variables=os.environ, token=given["token"])


def check_texts(method: str, *, or_none: bool = False, **given: Any) -> None:
    """Check that arguments of a method are texts.

    Args:
        method: Its name.
        or_none: True where they may be None as well.
        given: The arguments, by name.

    Raises:
        TypeError: An argument is not a text.
    """
    for name, value in given.items():
        if not (isinstance(value, str) or (or_none and value is None)):
            wanted = "text, or None" if or_none else "text"
            raise TypeError(f"{method}({name}=…): {_wrong(value, wanted)}")


def check_schema(method: str, schema: Any, *, or_else: str = "") -> None:
    """Check that an argument of a method is a schema.

    Args:
        method: Its name.
        schema: The argument.
        or_else: The other types that it may have, for the message.

    Raises:
        TypeError: It is not a schema.
    """
    if not isinstance(schema, Schema):
        wanted = f"{or_else}a Schema, as get_schema returns it"
        raise TypeError(f"{method}(schema=…): {_wrong(schema, wanted)}")


def _wrong(value: Any, wanted: str) -> str:
    of_what = ""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
        kinds = dict.fromkeys(type(each).__name__ for each in value if not isinstance(each, str))
        of_what = f" with {', '.join(kinds)} in it" if kinds else ""
    what = "None" if value is None else f"of type {type(value).__name__}{of_what}"
    return f"it is {what}; give {wanted}"
