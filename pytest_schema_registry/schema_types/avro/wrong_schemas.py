"""Schemas that the specification of Avro forbids, and that fastavro takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_schema_registry.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.schema_types.avro.names import Type, Types


class Fault(NamedTuple):
    """A fault of a schema, and its place.

    Args:
        pointer: The place of the wrong type.
        said: The reason, with the section of the specification.
    """

    pointer: str
    said: str


def fault_of(types: Types) -> Fault | None:
    """Return the first thing that the specification forbids in a schema; None without one."""
    for each in types.all():
        if each.kind == "union":
            said = _of_union(each)
        else:
            said = _of_record(each) if each.kind == "record" else ""
        if said:
            return Fault(each.pointer, said)
    return None


def _of_union(union: Type) -> str:
    if any(each.kind == "union" for each in union.inner):
        return 'a union is a branch of a union (Avro specification, "Unions")'
    if twice := _twice(each.title for each in union.inner):
        return f'the union has two branches {shown(twice)} (Avro specification, "Unions")'
    return ""


def _of_record(record: Type) -> str:
    section = '(Avro specification, "Schema Record")'
    if not isinstance(record.schema.get("fields"), list):
        return f"the record {record.name} has no array of fields {section}"
    if twice := _twice(each.name for each in record.fields):
        return f"the record {record.name} has two fields {shown(twice)} {section}"
    return ""


def _twice(names: Iterable[str]) -> str:
    """Return the first name that occurs twice; empty without one."""
    seen: set[str] = set()
    for each in names:
        if each in seen:
            return each
        seen.add(each)
    return ""
