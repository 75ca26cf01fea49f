"""Annotations of Avro: what changes neither which values conform nor how they are read.

It is what the parsing canonical form leaves out (Avro, "Parsing Canonical Form for Schemas"), but
for three things. By a logical type, bytes mean another value. Without its default, a field may not
be left out. By an alias, a reader finds a type or a field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.schema_types.avro.names import NAMED, PRIMITIVES, full_name

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Schema

_KEPT = (
    *("type", "symbols", "size"),
    *("logicalType", "precision", "scale"),
    *("default", "aliases"),
)


def differ_in_annotations_only(old: Schema, new: Schema) -> bool:
    """Check whether two schemas of different content are equal without their annotations."""
    return canonical(_bare(old.content, "")) == canonical(_bare(new.content, ""))


def _bare(node: Any, space: str) -> Any:
    """Return a node without its annotations, and with full names."""
    if isinstance(node, list):
        return [_bare(each, space) for each in node]
    if isinstance(node, str):
        is_full = node in PRIMITIVES or "." in node or not space
        return node if is_full else f"{space}.{node}"
    if not isinstance(node, dict):
        return node
    bare = {key: node[key] for key in _KEPT if key in node}
    if node.get("type") in NAMED and isinstance(node.get("name"), str):
        space, bare["name"] = full_name(node, space)
    for key in ("items", "values"):
        if key in node:
            bare[key] = _bare(node[key], space)
    if isinstance(fields := node.get("fields"), list):
        bare["fields"] = [_field(each, space) for each in fields]
    is_plain = bare.keys() == {"type"} and isinstance(bare["type"], str)
    return bare["type"] if is_plain and bare["type"] in PRIMITIVES else bare


def _field(field: Any, space: str) -> Any:
    if not isinstance(field, dict):
        return field
    kept = {key: field[key] for key in ("name", "default", "aliases") if key in field}
    return kept | {"type": _bare(field.get("type"), space)}
