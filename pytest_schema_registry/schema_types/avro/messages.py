"""The sentences that say why a value is none of a primitive, an enum, a fixed or a logical type."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.text import MAX_LISTED, listed, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.schema_types.avro.names import Type

_RANGES = {"int": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}
_KINDS = {bool: "a boolean", int: "a whole number", float: "a float", str: "a string"}
_NATIVE = (datetime, date, time, Decimal, UUID)
#: What to pass for a logical type.
_PASS = {
    "timestamp-millis": "pass a datetime, or the milliseconds since 1970 as a whole number",
    "timestamp-micros": "pass a datetime, or the microseconds since 1970 as a whole number",
    "local-timestamp-millis": "pass a datetime, or the milliseconds since 1970 as a whole number",
    "local-timestamp-micros": "pass a datetime, or the microseconds since 1970 as a whole number",
    "date": "pass a date, its ISO text, or the days since 1970 as a whole number",
    "time-millis": "pass a time, or the milliseconds since midnight as a whole number",
    "time-micros": "pass a time, or the microseconds since midnight as a whole number",
    "uuid": "pass a UUID, or its text",
}


def spoken(value: Any) -> str:
    """Return a value as a sentence names it."""
    if isinstance(value, _NATIVE):
        return f"the {type(value).__name__} {value}"
    if isinstance(value, bytes | bytearray):
        return f"a value of {_counted(len(value), 'byte')}"
    if value is None or isinstance(value, str | int | float):
        return shown(value)
    if isinstance(value, Mapping):
        return "a dict"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__}"
    return f"an instance of {type(value).__name__}"


def why_not(type_: Type, value: Any, *, is_hidden: bool) -> tuple[str, str]:
    """Return the rule that a value breaks, and the sentence about it.

    Args:
        type_: A type without inner ones, which the engine refuses the value for.
        value: The value.
        is_hidden: True where it must not be shown.
    """
    text = shown(REDACTED) if is_hidden else spoken(value)
    match type_.kind:
        case "enum" if isinstance(value, str):
            symbols = type_.symbols
            first = [shown(each, 30) for each in symbols[:MAX_LISTED]]
            names = listed(first, more=len(symbols[MAX_LISTED:]))
            meant = "" if is_hidden else did_you_mean(value, symbols)
            return "enum", f"{text} is no symbol of {type_.name}, which has {names}{meant}"
        case "fixed" if isinstance(value, bytes):
            size = _counted(type_.schema["size"], "byte")
            has = "another number of bytes" if is_hidden else _counted(len(value), "byte")
            return "fixed", f"it has {has}, and {type_.name} has {size}"
    if type_.logical == "decimal" and type_.kind in ("bytes", "fixed"):
        return "decimal", _decimal(type_, value, text, is_hidden=is_hidden)
    if type_.logical in _PASS:
        return type_.logical, _logical(type_, value, text)
    return "type", _primitive(type_, value, text)


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return the end of a sentence that suggests the nearest of the known names, or nothing."""
    near = difflib.get_close_matches(name, known, 1)
    if not near:
        near = [each for each in known if each.casefold() == name.casefold()]
    return f"; did you mean {shown(near[0])}?" if near else ""


def not_a_container(type_: Type, value: Any, *, is_hidden: bool) -> str:
    """Say that a value is no record, map or array."""
    text = shown(REDACTED) if is_hidden else spoken(value)
    said = f"{text} is no {type_.kind}"
    if type_.kind == "record":
        said = f"{text} is no record {type_.name}"
    if hasattr(value, "model_dump"):
        return f"{said}; pass what the serializer gets, such as value.model_dump()"
    if is_dataclass(value):
        return f"{said}; pass what the serializer gets, such as dataclasses.asdict(value)"
    return said


def _primitive(type_: Type, value: Any, text: str) -> str:
    kind = _KINDS.get(type(value))
    name = type_.name or type_.kind
    if type_.kind in _RANGES and isinstance(value, int) and not isinstance(value, bool):
        low, high = _RANGES[type_.kind]
        return f"{text} is beyond the range of {_article(name)}, {low} to {high}"
    if type_.kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{text} is too large for a float of four bytes"
    if type_.kind == "string" and isinstance(value, str):
        return f"{text} has a lone surrogate, and so no UTF-8"
    return f"{text} is {f'{kind}, ' if kind else ''}not {_article(name)}"


def _logical(type_: Type, value: Any, text: str) -> str:
    logical = str(type_.logical)
    advice = _PASS[logical]
    if logical == "uuid" and isinstance(value, str):
        return f"{text} is no uuid: it could be sent, and not be read"
    if logical == "date" and isinstance(value, str):
        return f'{text} is no ISO date, such as "2026-01-31"'
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{text} is too far away for {_article(logical)}: it could be sent, and not be read"
    kind = _KINDS.get(type(value))
    return f"{text} is {f'{kind}, ' if kind else ''}not {_article(logical)}: {advice}"


def _decimal(type_: Type, value: Any, text: str, *, is_hidden: bool) -> str:
    precision, scale = type_.schema.get("precision"), type_.schema.get("scale", 0)
    # fastavro takes such a schema, and no value of it.
    if not precision or scale is None:
        lacking = "scale" if precision else "precision"
        return f"{text} is not such a decimal, and no value is: the schema has no {lacking} for it"
    if isinstance(value, Decimal) and value.is_finite() and not is_hidden:
        _, digits, exponent = value.as_tuple()
        assert isinstance(exponent, int)  # noqa: S101  # it is finite
        if len(digits) > precision:
            many = _counted(len(digits), "digit")
            return f"{text} has {many}, and the decimal has at most {precision} (its precision)"
        behind = _counted(-exponent, "digit")
        return f"{text} has {behind} behind the point, and the decimal has {scale} (its scale)"
    behind = f"{scale} of them behind the point"
    advice = f"pass a Decimal of at most {_counted(precision, 'digit')}, {behind}"
    kind = _KINDS.get(type(value))
    return f"{text} is {f'{kind}, ' if kind else ''}not such a decimal: {advice}"


def _article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aei' else 'a'} {name}"


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
