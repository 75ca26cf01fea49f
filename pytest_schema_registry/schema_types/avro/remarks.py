"""Remarks on the logical types of a schema that check nothing: a reader passes over them.

An unknown logical type is taken for one of somebody's own, unless its name is nearly one of Avro's.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schema_types.avro.logical_types import DEFINED
from pytest_schema_registry.text import MAX_LISTED, listed, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schema_types.avro.names import Field, Type, Types
    from pytest_schema_registry.schemas import Schema

_WORD = "logicalType"
#: How near two names must be for one to be taken for the other, misspelled.
_NEAR = 0.8


def remarks(schema: Schema, types: Types) -> Iterator[tuple[str, str]]:
    """Yield remarks on a schema and on those that it refers to, see `Validator.remarks`."""
    found: list[str] = []
    for pointer, said in _found(types):
        if pointer.startswith("#"):
            found.append(said)
        else:
            yield said, printable(f"{said} ({schema} needs it)")
    if found:
        rest = len(found) - MAX_LISTED
        more = f"; and {rest} more" if rest > 0 else ""
        yield str(schema), printable(f"{schema}: {'; '.join(found[:MAX_LISTED])}{more}")


def _found(types: Types) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each remark."""
    for each in types.all():
        if said := _of_type(each):
            yield each.pointer, said
        for at, field in enumerate(each.fields):
            pointer = f"{each.pointer}/fields/{at}"
            if said := _of_field(field, pointer):
                yield pointer, said


def _of_type(type_: Type) -> str:
    logical = type_.logical
    if logical is None:
        return _misspelled(type_.schema, type_.pointer)
    where = f"the logical type {shown(logical)} at {type_.pointer}"
    if logical in DEFINED:
        if type_.kind in DEFINED[logical]:
            return ""
        kinds = listed(DEFINED[logical])
        return f"{where} checks nothing: it is one of {kinds}, and not of {type_.kind}"
    if near := get_close_matches(logical, DEFINED, n=1, cutoff=_NEAR):
        return f"{where} is unknown, so it checks nothing; did you mean {shown(near[0])}?"
    return ""


def _of_field(field: Field, pointer: str) -> str:
    logical = field.schema.get(_WORD)
    if not isinstance(logical, str):
        return _misspelled(field.schema, pointer)
    if logical in (each.logical for each in (field.type, *field.type.inner)):
        return ""
    where = f"the logical type {shown(logical)} at {pointer}"
    return f'{where} is beside "type", and checks nothing; write it into the type of the field'


def _misspelled(node: Any, pointer: str) -> str:
    if not isinstance(node, dict):
        return ""
    for word in node:
        if word.replace("_", "").replace("-", "").casefold() == _WORD.casefold() and word != _WORD:
            return f"{shown(word)} at {pointer} checks nothing; did you mean {shown(_WORD)}?"
    return ""
