"""The values of a schema that conform plainly, with what a reader gets of each.

Most values that tests send are plain: each part has the very type of Python that fastavro's reader
returns, so that nothing is converted, rounded or left out. One walk shows that, and makes the copy
that a reader gets, in less time than fastavro takes to validate a value, write it and read it back.
A value that is not plain is not decided here, whatever it is: fastavro does that.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pytest_schema_registry.schema_types.avro.names import ABSENT
from pytest_schema_registry.text import encodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schema_types.avro.names import Type, Types

#: Returns what a reader gets of a plain value, and raises one of `NOT_PLAIN` for any other.
Copy: TypeAlias = "Callable[[Any], Any]"


class _NotPlain(Exception):
    """The value is not plain."""


#: A record that lacks a field raises KeyError.
NOT_PLAIN = (_NotPlain, KeyError)

#: The kinds of branches whose values fastavro could take for each other.
_FAMILIES = {
    "null": "null",
    "boolean": "boolean",
    **dict.fromkeys(("int", "long", "float", "double"), "number"),
    **dict.fromkeys(("string", "enum"), "text"),
    # Bytes are a sequence of integers, as an array is.
    **dict.fromkeys(("bytes", "fixed", "array"), "sequence"),
    **dict.fromkeys(("map", "record"), "mapping"),
}
#: The type of a value of each family, which no other family has.
_TYPES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "number": (int, float),
    "text": (str,),
    "sequence": (bytes, list),
    "mapping": (dict,),
}


def plain_copy(types: Types) -> Copy | None:
    """Return the function that copies plain values; None where a schema has hardly any.

    Args:
        types: The types of the schema.
    """
    # A value of a type that contains itself may be too deep for the machine's stack.
    return None if types.is_recursive else _copy(types.root, {})


def _copy(type_: Type, made: dict[Type, Copy | None]) -> Copy | None:
    """Return the function for a type.

    Args:
        type_: The type.
        made: The functions of the records so far. A record that occurs often has one: in a chain
            in which each record has the next one twice, they would double with every level.
    """
    if type_.logical is not None:
        return _logical(type_)
    match type_.kind:
        case "record":
            if type_ not in made:
                made[type_] = _record(type_, made)
            return made[type_]
        case "array" | "map":
            inner = _copy(type_.inner[0], made)
            if inner is None:
                return None
            return _array(inner) if type_.kind == "array" else _map(inner)
        case "union":
            return _union(type_, made)
        case "int":
            return _integer(-(2**31), 2**31 - 1)
        case "long":
            return _integer(-(2**63), 2**63 - 1)
        case "enum":
            return _enum(frozenset(type_.symbols))
        case "fixed":
            return _fixed(type_.schema["size"])
    # A float is rounded to 32 bits, so it is no plain value.
    return _LEAVES.get(type_.kind)


def _record(type_: Type, made: dict[Type, Copy | None]) -> Copy | None:
    fields: list[tuple[str, Copy]] = []
    defaults: dict[str, Any] = {}
    for each in type_.fields:
        copy = _copy(each.type, made)
        if copy is None:
            return None
        fields.append((each.name, copy))
        if each.default is not ABSENT:
            # One that is not plain makes no value plain.
            with suppress(*NOT_PLAIN):
                defaults[each.name] = copy(each.default)
    count = len(fields)

    def record(value: Any) -> Any:
        if type(value) is not dict:
            raise _NotPlain
        # With as many members as fields, and each field among them, none is unknown.
        if len(value) == count:
            return {name: copy(value[name]) for name, copy in fields}
        found = {
            name: copy(value[name] if name in value else defaults[name]) for name, copy in fields
        }
        if value.keys() <= found.keys():
            return found
        raise _NotPlain

    return record


def _array(inner: Copy) -> Copy:
    def array(value: Any) -> Any:
        if type(value) is not list:
            raise _NotPlain
        return [inner(each) for each in value]

    return array


def _map(inner: Copy) -> Copy:
    def mapping(value: Any) -> Any:
        if type(value) is not dict:
            raise _NotPlain
        return {_text(key): inner(each) for key, each in value.items()}

    return mapping


def _union(type_: Type, made: dict[Type, Copy | None]) -> Copy | None:
    """Return the function for a union in which the type of a value tells its branch."""
    others = [each for each in type_.inner if each.kind != "null"]
    if len(others) == 1 < len(type_.inner):
        return _optional(_copy(others[0], made))
    families = [_FAMILIES[each.kind] for each in type_.inner]
    is_told = len(set(families)) == len(families)
    if not is_told or any(each.logical for each in type_.inner):
        return None
    branches: dict[type, Copy] = {}
    for family, branch in zip(families, type_.inner, strict=True):
        copy = _copy(branch, made)
        if copy is not None:
            branches |= dict.fromkeys(_TYPES[family], copy)

    def union(value: Any) -> Any:
        return branches[type(value)](value)

    return union


def _optional(inner: Copy | None) -> Copy:
    def optional(value: Any) -> Any:
        if value is None:
            return None
        if inner is None:
            raise _NotPlain
        return inner(value)

    return optional


def _integer(lowest: int, highest: int) -> Copy:
    def integer(value: Any) -> Any:
        if type(value) is int and lowest <= value <= highest:
            return value
        raise _NotPlain

    return integer


def _enum(symbols: frozenset[str]) -> Copy:
    def enum(value: Any) -> Any:
        if type(value) is str and value in symbols:
            return value
        raise _NotPlain

    return enum


def _fixed(size: int) -> Copy:
    def fixed(value: Any) -> Any:
        if type(value) is bytes and len(value) == size:
            return value
        raise _NotPlain

    return fixed


def _null(value: Any) -> Any:
    if value is not None:
        raise _NotPlain


def _boolean(value: Any) -> Any:
    if type(value) is bool:
        return value
    raise _NotPlain


def _double(value: Any) -> Any:
    # NaN is equal to itself only as the same object, and a reader gets another one.
    if type(value) is float and value == value:  # noqa: PLR0124
        return value
    raise _NotPlain


def _bytes(value: Any) -> Any:
    if type(value) is bytes:
        return value
    raise _NotPlain


def _text(value: Any) -> Any:
    if type(value) is str and (value.isascii() or encodes(value)):
        return value
    raise _NotPlain


_LEAVES: dict[str, Copy] = {
    "null": _null,
    "boolean": _boolean,
    "double": _double,
    "bytes": _bytes,
    "string": _text,
}


def _logical(type_: Type) -> Copy | None:
    """Return the function for a logical type; None for one that is left to fastavro."""
    match type_.logical, type_.kind:
        case "date", "int":
            return _date
        case "uuid", "string":
            return _uuid
        case "timestamp-millis", "long":
            return _timestamp(1_000)
        case "timestamp-micros", "long":
            return _timestamp(1)
        case "decimal", "bytes":
            return _decimal(type_.schema.get("precision"), type_.schema.get("scale", 0))
    return None


def _date(value: Any) -> Any:
    if type(value) is date:
        return value
    raise _NotPlain


def _uuid(value: Any) -> Any:
    if type(value) is UUID:
        return UUID(int=value.int)
    raise _NotPlain


def _timestamp(microseconds: int) -> Copy:
    def timestamp(value: Any) -> Any:
        is_plain = type(value) is datetime and value.tzinfo is UTC and not value.fold
        if is_plain and not value.microsecond % microseconds:
            return value
        raise _NotPlain

    return timestamp


def _decimal(precision: Any, scale: Any) -> Copy | None:
    if type(precision) is not int or type(scale) is not int:
        return None  # fastavro takes some of these

    def decimal(value: Any) -> Any:
        if type(value) is Decimal:
            sign, digits, exponent = value.as_tuple()
            # A reader gets no zero below zero.
            if exponent == -scale and len(digits) <= precision and not (sign and not value):
                return value
        raise _NotPlain

    return decimal
