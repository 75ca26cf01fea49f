"""The types of a schema: its nodes, with the names that they refer to each other by.

A name without a dot is one of the namespace around it (Avro specification, "Names").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import json_pointer

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
NAMED = ("record", "error", "enum", "fixed")
#: A field without a default.
ABSENT: Any = object()


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """A node of a schema.

    Args:
        kind: A primitive type, or ``record``, ``enum``, ``fixed``, ``array``, ``map``, ``union``.
        pointer: Its place, as a JSON Pointer fragment; behind a subject's name in another schema.
        schema: The node as JSON data.
        name: The full name of a record, an enum or a fixed; empty for others.
        fields: The fields of a record.
        inner: The items of an array, the values of a map, the branches of a union.
    """

    kind: str
    pointer: str
    schema: Any
    name: str = ""
    fields: list[Field] = field(default_factory=list)
    inner: list[Type] = field(default_factory=list)

    @property
    def logical(self) -> str | None:
        """The logical type; None without one."""
        said = self.schema.get("logicalType") if isinstance(self.schema, dict) else None
        return said if isinstance(said, str) else None

    @property
    def symbols(self) -> list[str]:
        """The symbols of an enum."""
        return list(self.schema["symbols"])

    @property
    def title(self) -> str:
        """Its name, or the name of its kind, as the JSON encoding and tuples name a branch."""
        return self.name or self.kind

    def is_empty(self, others: Container[Type]) -> bool:
        """Check whether its values take no byte, where those of others take none."""
        match self.kind:
            case "record":
                return all(each.type in others for each in self.fields)
            case "fixed":
                return bool(self.schema["size"] <= 0)
        return self.kind == "null"

    @property
    def may_be_named(self) -> bool:
        """True where fastavro takes a tuple of the title and a value, as a branch of a union."""
        return self.kind == "record" or isinstance(self.schema, str)

    @property
    def words(self) -> str:
        """The type in words: ``shop.Card``, ``array of int``, ``timestamp-millis``."""
        match self.kind:
            case "array" | "map":
                return f"{self.kind} of {self.inner[0].title}"
            case "union":
                return " or ".join(each.words for each in self.inner)
        return self.name or self.logical or self.kind


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of a record.

    Args:
        name: Its name.
        type: Its type.
        schema: The field as JSON data.
    """

    name: str
    type: Type
    schema: dict[str, Any]

    @property
    def default(self) -> Any:
        """The default as JSON data, or ``ABSENT``."""
        return self.schema.get("default", ABSENT)

    @property
    def may_be_left_out(self) -> bool:
        """True where a value may lack it: it has a default, or may be null."""
        return self.default is not ABSENT or is_nullable(self.schema["type"])


class Types:
    """The types of a schema, and those of the schemas that it refers to.

    Args:
        content: The schema, as JSON data that the engine takes.
        referred: The schemas that it refers to: the subject and the content of each.
    """

    def __init__(self, content: Any, referred: tuple[tuple[str, Any], ...] = ()) -> None:
        self.named: dict[str, Type] = {}
        #: True where a type may contain itself.
        self.is_recursive = False
        self._open: list[str] = []
        for subject, each in referred:
            self._type(each, "", (), subject)
        self.root = self._type(content, "", (), "")

    @cached_property
    def empty_items(self) -> frozenset[Type]:
        """The types of items of arrays whose values take no byte."""
        items = {each.inner[0] for each in self.all() if each.kind == "array"}
        return frozenset(items & self._empty()) if items else frozenset()

    def _empty(self) -> set[Type]:
        found: set[Type] = set()
        while new := {each for each in self.all() if each not in found and each.is_empty(found)}:
            found |= new
        return found

    def all(self) -> Iterator[Type]:
        """Yield each type once: first those of the schema, and then those that it refers to."""
        pending = [*reversed(self.named.values()), self.root]
        seen: set[Type] = set()
        while pending:
            each = pending.pop()
            if each not in seen:
                seen.add(each)
                yield each
                inner = [*each.inner, *(field.type for field in each.fields)]
                pending += reversed(inner)

    def _type(self, node: Any, space: str, path: tuple[str | int, ...], subject: str) -> Type:
        pointer = f"{subject}{json_pointer(path)}"
        if isinstance(node, list):
            branches = [
                self._type(each, space, (*path, at), subject) for at, each in enumerate(node)
            ]
            return Type("union", pointer, node, inner=branches)
        if isinstance(node, str):
            if node in PRIMITIVES:
                return Type(node, pointer, node)
            found = self.named[node if "." in node or not space else f"{space}.{node}"]
            self.is_recursive = self.is_recursive or found.name in self._open
            return found
        kind = "record" if node["type"] == "error" else node["type"]
        if kind in {"array", "map"}:
            word = "items" if kind == "array" else "values"
            inner = self._type(node[word], space, (*path, word), subject)
            return Type(kind, pointer, node, inner=[inner])
        if kind in PRIMITIVES:
            return Type(kind, pointer, node)
        space, name = full_name(node, space)
        found = self.named[name] = Type(kind, pointer, node, name)
        if kind == "record":
            self._open.append(name)
            for at, each in enumerate(node.get("fields", ())):
                below = (*path, "fields", at, "type")
                inner_type = self._type(each["type"], space, below, subject)
                found.fields.append(Field(each["name"], inner_type, each))
            self._open.pop()
        return found


def is_nullable(of_field: Any) -> bool:
    """Check whether fastavro writes null for a field that is left out, by the field's type.

    Args:
        of_field: The type as JSON data.
    """
    return of_field == "null" or (isinstance(of_field, list) and "null" in of_field)


def full_name(node: dict[str, Any], space: str) -> tuple[str, str]:
    """Return the namespace and the full name of a definition inside a namespace."""
    name = node["name"]
    if "." in name:
        return name.rpartition(".")[0], name
    space = node.get("namespace", space) or ""
    return space, f"{space}.{name}" if space else name


def used(content: Any, space: str = "") -> Iterator[str]:
    """Yield the full names of the types that a schema uses. It may be no schema."""
    if isinstance(content, str):
        if content not in PRIMITIVES:
            yield content if "." in content or not space else f"{space}.{content}"
    elif isinstance(content, list):
        for each in content:
            yield from used(each, space)
    elif isinstance(content, dict):
        kind = content.get("type")
        if kind in NAMED and isinstance(content.get("name"), str):
            space, _ = full_name(content, space)
        for each in (content.get("items"), content.get("values")):
            yield from used(each, space)
        fields = content.get("fields")
        for each in fields if isinstance(fields, list) else ():
            yield from used(each.get("type") if isinstance(each, dict) else None, space)


def defined(content: Any, space: str = "") -> Iterator[str]:
    """Yield the full names that a schema defines, each as often as it does. It may be no schema."""
    if isinstance(content, list):
        for each in content:
            yield from defined(each, space)
    elif isinstance(content, dict):
        kind = content.get("type")
        if kind in NAMED and isinstance(content.get("name"), str):
            space, name = full_name(content, space)
            yield name
        for each in (content.get("items"), content.get("values")):
            yield from defined(each, space)
        fields = content.get("fields")
        for each in fields if isinstance(fields, list) else ():
            yield from defined(each.get("type") if isinstance(each, dict) else None, space)
