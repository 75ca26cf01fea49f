"""The JSON of a payload: of any value for people and files, and Avro's JSON encoding for readers.

A value that JSON has no form for becomes an object of one member, whose name begins with ``$``. No
Avro name does, so the value can be made of it again: ``{"$Decimal": "12.50"}``. The key of a map
may begin so, too; where a map is expected, such an object is a map.
"""

from __future__ import annotations

import math
from array import array
from collections import UserString
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from numbers import Integral, Number, Real
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.avro.names import Type

#: The deepest level that is looked at, and shown.
MAX_DEPTH = 500
_TOO_DEEP = {"$nested": "too deeply"}
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class _Form(NamedTuple):
    """The form of the values of one class, and of the classes that inherit from it.

    Args:
        of: The class, whose name the form has.
        write: Returns the text of a value.
        read: Returns the value of a text.
        kinds: The kinds of types that have such values.
    """

    of: type
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit the branch of a union that its document names.

    No type takes it, so that no other branch of the union can.

    Args:
        branch: The branch.
        value: The value.
    """

    branch: Type
    value: Any


def _text_of(value: bytes | bytearray) -> str:
    return value.decode("latin-1")


#: The first one that fits is taken: a datetime is a date, too.
_FORMS = (
    _Form(datetime, datetime.isoformat, datetime.fromisoformat, ("int", "long")),
    _Form(date, date.isoformat, date.fromisoformat, ("int",)),
    _Form(time, time.isoformat, time.fromisoformat, ("int", "long")),
    _Form(Decimal, Decimal.__str__, Decimal, ("bytes", "fixed")),
    _Form(UUID, UUID.__str__, UUID, ("string",)),
    _Form(bytes, _text_of, lambda text: text.encode("latin-1"), ("bytes", "fixed")),
    _Form(bytearray, _text_of, lambda text: bytearray(text.encode("latin-1")), ("bytes", "fixed")),
    _Form(float, float.__repr__, float, ("float", "double")),
)
_READERS = {f"${each.of.__name__}": each for each in _FORMS}


def is_too_deep(value: Any) -> bool:
    """Check whether a value is nested more deeply than is looked at, or contains itself."""
    pending = [(value, 0)]
    while pending:
        each, depth = pending.pop()
        if depth > MAX_DEPTH:
            return True
        inner = each.values() if isinstance(each, Mapping) else each
        if isinstance(each, Mapping) or _is_array(each):
            pending += ((below, depth + 1) for below in inner)
    return False


def as_json(value: Any, type_: Type | None = None, depth: int = 0, *, names: bool = False) -> Any:
    """Return any value as JSON.

    Args:
        value: The value.
        type_: The type that it should have; None where that is not known.
        depth: Its level in the payload.
        names: True to keep the name of a branch that a value has, as the JSON encoding does. It is
            no part of a path, so what is shown or hidden does not have it.
    """
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _exact(value)
    if isinstance(value, Number):
        return _of_number(value)
    if isinstance(value, Misfit):
        inside = as_json(value.value, value.branch, depth + 1, names=names)
        # Only inside a container, the name would be a part of a path.
        is_leaf = not isinstance(value.value, Mapping) and not _is_array(value.value)
        return {value.branch.title: inside} if names or is_leaf else inside
    inner, branch = inside_union(value, type_)
    if inner is not value:
        if names and branch is not None:
            return {branch.title: as_json(inner, branch, depth + 1, names=names)}
        return as_json(inner, branch, depth, names=names)
    type_ = branch
    if isinstance(value, Mapping):
        # Loops, because a comprehension is a level of Python's stack, too.
        members = {}
        for name, each in value.items():
            key = _exact(name) if isinstance(name, str) else str(name)
            members[key] = as_json(each, _type_of_member(type_, name), depth + 1, names=names)
        return members
    if _is_array(value):
        items = type_.inner[0] if type_ is not None and type_.kind == "array" else None
        elements = []
        for each in value:
            elements.append(as_json(each, items, depth + 1, names=names))  # noqa: PERF401  # see above
        return elements
    return _without_a_form(value)


def _exact(text: str) -> str:
    """Return the text of a value whose class may inherit from str, and may have its own str()."""
    return str.__str__(text)


def _is_array(value: Any) -> bool:
    """Check whether a value is what fastavro takes for an array, and not for bytes or a text."""
    texts = str | bytes | bytearray | memoryview | UserString
    return isinstance(value, Sequence | array) and not isinstance(value, texts)


def _of_number(value: Any) -> Any:
    """Return a number as JSON: fastavro takes each whole and each real one, of any class."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        with suppress(OverflowError):
            number = float(value)
            return number if math.isfinite(number) else _without_a_form(number)
    return _without_a_form(value)


def _without_a_form(value: Any) -> dict[str, str | None]:
    """Return the object for a value that JSON has no form for."""
    for form in _FORMS:
        if isinstance(value, form.of):
            return {f"${form.of.__name__}": form.write(value)}
    return {f"${type(value).__name__}": None}


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
    if kinds and any(str(name).startswith("$") for name in value):
        kinds = {"map"}
    if _is_array(value):
        kinds = {"array"}
    fitting = [each for each in others if each.kind in kinds]
    return fitting[0] if len(fitting) == 1 else None


def _type_of_member(type_: Type | None, name: Any) -> Type | None:
    if type_ is None:
        return None
    if type_.kind == "map":
        return type_.inner[0]
    return next((each.type for each in type_.fields if each.name == name), None)


def from_json(  # noqa: PLR0912  # one more function would be a level of Python's stack
    type_: Type,
    document: Any,
    fits: Callable[[Type, Any], bool] | None = None,
    depth: int = 0,
) -> Any:
    """Return the value in a JSON document: of Avro's JSON encoding, or as :func:`as_json` has it.

    What is neither stays as it is, so that the verdict falls on it. A value of a union may stand
    without the name of its branch. If several branches are of its kind, only what begins with
    ``$`` is read in it.

    Args:
        type_: The type of the value.
        document: The JSON document.
        fits: Checks whether a value conforms to a type. What does not fit the branch that it names
            becomes a `Misfit`. Without it, nothing does: a value is made as a producer passes it.
        depth: Its level in the payload.
    """
    if depth > MAX_DEPTH:
        return document
    name, held = "", None
    while (value := _native(document, type_)) is None and type_.kind == "union":
        branch, is_named, document = _without_name(type_, document)
        if branch is None:
            return _of_no_type(document, depth)
        type_ = branch
        if is_named and type_.may_be_named:
            name = type_.title
        elif is_named:
            held = type_
    if value is None:
        value = document
        match type_.kind:
            # Loops, because a comprehension is a level of Python's stack, too.
            case "record" if isinstance(document, dict):
                value = dict(document)
                for field in type_.fields:
                    if field.name in value:
                        value[field.name] = from_json(
                            field.type, value[field.name], fits, depth + 1
                        )
            case "array" if isinstance(document, list):
                value = []
                for each in document:
                    value.append(from_json(type_.inner[0], each, fits, depth + 1))
            case "map" if isinstance(document, dict):
                value = {}
                for key, each in document.items():
                    value[key] = from_json(type_.inner[0], each, fits, depth + 1)
            case _ if isinstance(document, str):
                value = _of_text(type_, document)
    if held is not None and fits is not None and not fits(held, value):
        return Misfit(held, value)
    return (name, value) if name else value


def _of_text(type_: Type, text: str) -> Any:
    """Return the value that the JSON encoding has a text for; a text of its own stays one."""
    if type_.kind in ("bytes", "fixed"):
        with suppress(UnicodeEncodeError):
            return text.encode("latin-1")
    if type_.kind in ("float", "double"):
        return _NOT_FINITE.get(text, text)
    return text


def _native(document: Any, type_: Type | None = None) -> Any:
    """Return the value of an object whose only member begins with ``$``; None for anything else.

    Args:
        document: The document.
        type_: The type that is expected; None where that is not known.
    """
    if not isinstance(document, dict) or len(document) != 1:
        return None
    ((name, text),) = document.items()
    form = _READERS.get(name)
    if form is None or not isinstance(text, str):
        return None
    if type_ is not None:
        kinds = [each.kind for each in type_.inner] if type_.kind == "union" else [type_.kind]
        if "map" in kinds and not any(each in kinds for each in form.kinds):
            return None
    try:
        return form.read(text)
    except (ValueError, InvalidOperation):
        return None


def _of_no_type(document: Any, depth: int) -> Any:
    """Return the value in a document whose type is not known."""
    if depth > MAX_DEPTH:
        return document
    value = _native(document)
    if value is None and isinstance(document, dict):
        value = {}
        for name, each in document.items():
            value[name] = _of_no_type(each, depth + 1)
    elif isinstance(document, list):
        value = []
        for each in document:
            value.append(_of_no_type(each, depth + 1))
    return document if value is None else value


def _without_name(union: Type, document: Any) -> tuple[Type | None, bool, Any]:
    """Return the branch of a document, whether it names that, and the document in it.

    The branch is None where it is not certain.
    """
    if isinstance(document, dict) and len(document) == 1:
        ((name, inner),) = document.items()
        for branch in union.inner:
            if branch.title == name:
                return branch, True, inner
    return _branch(union, document), False, document
