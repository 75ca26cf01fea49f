"""A schema with all that it refers to, as one document: each type is defined where it is first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.avro.names import Type

_NAMES = ("type", "name", "namespace")


def bundled(root: Type) -> Any:
    """Return the content of a schema, with full names and no reference to another schema."""
    return _node(root, set())


def _node(type_: Type, seen: set[str]) -> Any:
    if type_.kind == "union":
        return [_node(each, seen) for each in type_.inner]
    if type_.kind in ("array", "map"):
        word = "items" if type_.kind == "array" else "values"
        return {**type_.schema, word: _node(type_.inner[0], seen)}
    if not type_.name:
        return type_.schema
    if type_.name in seen:
        return type_.name
    seen.add(type_.name)
    # A name without a dot would be one of the namespace around it.
    space = {} if "." in type_.name else {"namespace": ""}
    names = {"type": type_.schema["type"], "name": type_.name, **space}
    node = names | {key: value for key, value in type_.schema.items() if key not in _NAMES}
    if type_.kind == "record":
        node["fields"] = [{**each.schema, "type": _node(each.type, seen)} for each in type_.fields]
    return node
