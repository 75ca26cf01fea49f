"""The JSON of a payload: of any value for people and files, and Avro's JSON encoding for readers.

A value that JSON has no form for becomes an object of one member, whose name begins with ``$``. No
Avro name does, so the value can be made of it again: ``{"$Decimal": "12.50"}``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schema_types.avro.names import Type

#: The deepest level that is looked at, and shown.
MAX_DEPTH = 500
_TOO_DEEP = {"$nested": "too deeply"}
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_WRITERS: dict[type, Callable[[Any], str]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: str,
    UUID: str,
    bytes: lambda value: value.decode("latin-1"),
    bytearray: lambda value: bytes(value).decode("latin-1"),
    float: str,
}
_READERS: dict[str, Callable[[str], Any]] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$Decimal": Decimal,
    "$UUID": UUID,
    "$bytes": lambda text: text.encode("latin-1"),
    "$bytearray": lambda text: bytearray(text.encode("latin-1")),
    "$float": float,
}


def is_too_deep(value: Any) -> bool:
    """Check whether a value is nested more deeply than is looked at, or contains itself."""
    pending = [(value, 0)]
    while pending:
        each, depth = pending.pop()
        if depth > MAX_DEPTH:
            return True
        inner = each.values() if isinstance(each, Mapping) else each
        if isinstance(each, Mapping | list | tuple):
            pending += ((below, depth + 1) for below in inner)
    return False


def as_json(value: Any, type_: Type | None = None, depth: int = 0) -> Any:
    """Return any value as JSON.

    Args:
        value: The value.
        type_: The type that it should have; None where that is not known.
        depth: Its level in the payload.
    """
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    kind = type(value)
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return value
    value, type_ = inside_union(value, type_)
    if isinstance(value, Mapping):
        # Loops, because a comprehension is a level of Python's stack, too.
        members = {}
        for name, each in value.items():
            members[str(name)] = as_json(each, _type_of_member(type_, name), depth + 1)
        return members
    if isinstance(value, list | tuple):
        items = type_.inner[0] if type_ is not None and type_.kind == "array" else None
        elements = []
        for each in value:
            elements.append(as_json(each, items, depth + 1))  # noqa: PERF401  # see above
        return elements
    if type(value) is not kind:
        return as_json(value, type_, depth)
    write = _WRITERS.get(kind)
    return {f"${kind.__name__}": None if write is None else write(value)}


def inside_union(value: Any, type_: Type | None) -> tuple[Any, Type | None]:
    """Return a value without the name of its branch, and the branch; None where it is not sure.

    Args:
        value: The value, which may be a pair of a branch's name and the value proper.
        type_: The type that it should have; None where that is not known.
    """
    if type_ is not None and type_.kind != "union":
        return value, type_
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        if type_ is None:  # of an array, both would be texts
            return (value[1], None) if isinstance(value[1], Mapping) else (value, None)
        named = [each for each in type_.inner if each.title == value[0]]
        return value[1], named[0] if named else None
    return value, None if type_ is None else _branch(type_, value)


def _branch(union: Type, value: Any) -> Type | None:
    """Return the only branch of a union that is of the kind of a value, or the only one at all."""
    others = [each for each in union.inner if each.kind != "null"]
    if value is not None and len(others) == 1:
        return others[0]
    kinds = {"record", "map"} if isinstance(value, Mapping) else set()
    if isinstance(value, list):
        kinds = {"array"}
    fitting = [each for each in others if each.kind in kinds]
    return fitting[0] if len(fitting) == 1 else None


def _type_of_member(type_: Type | None, name: Any) -> Type | None:
    if type_ is None:
        return None
    if type_.kind == "map":
        return type_.inner[0]
    return next((each.type for each in type_.fields if each.name == name), None)


def from_json(type_: Type, document: Any) -> Any:
    """Return the value in a JSON document: of Avro's JSON encoding, or as :func:`as_json` has it.

    What is neither stays as it is, so that the verdict falls on it. A value of a union may stand
    without the name of its branch.

    Args:
        type_: The type of the value.
        document: The JSON document.
    """
    if isinstance(document, dict) and len(document) == 1:
        ((name, text),) = document.items()
        if isinstance(text, str) and name in _READERS:
            try:
                return _READERS[name](text)
            except (ValueError, InvalidOperation):
                return document
    match type_.kind:
        case "union":
            return _of_union(type_, document)
        case "record" if isinstance(document, dict):
            types = {each.name: each.type for each in type_.fields}
            return {
                name: from_json(types[name], each) if name in types else each
                for name, each in document.items()
            }
        case "array" if isinstance(document, list):
            return [from_json(type_.inner[0], each) for each in document]
        case "map" if isinstance(document, dict):
            return {name: from_json(type_.inner[0], each) for name, each in document.items()}
        case "bytes" | "fixed" if isinstance(document, str):
            try:
                return document.encode("latin-1")
            except UnicodeEncodeError:
                return document
        case "float" | "double" if isinstance(document, str):
            return _NOT_FINITE.get(document, document)
    return document


def _of_union(type_: Type, document: Any) -> Any:
    if isinstance(document, dict) and len(document) == 1:
        ((name, inner),) = document.items()
        for branch in type_.inner:
            if branch.title == name:
                value = from_json(branch, inner)
                # fastavro takes the name of a record, and of a type that is only a name.
                is_named = branch.kind == "record" or isinstance(branch.schema, str)
                return (name, value) if is_named else value
    branch_of = _branch(type_, document)
    return document if branch_of is None else from_json(branch_of, document)
