"""Values that a writer may write, small ones, which lead to a place in its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schema_types.avro.bundle import bundled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.schema_types.avro.compatibility.resolution import Break, Step
    from pytest_schema_registry.schema_types.avro.names import Type

_PRIMITIVES: dict[str, Any] = {
    "null": None,
    "boolean": False,
    "int": 1,
    "long": 1,
    "float": 1.5,
    "double": 1.5,
    "bytes": b"\x01",
    "string": "a",
}
_UUID = "00000000-0000-0000-0000-000000000000"
#: The deepest level of a value; below it, a type that contains itself has no small value.
_MAX_DEPTH = 30
#: The most parts of a value. Where each record has the next one twice, they double with each level.
_MAX_PARTS = 10_000


def sample(writer: Type, found: Break) -> Any:
    """Return a value of a writer that shows a break.

    Raises:
        RecursionError: No small value does.
    """
    return _Sample(found).along(writer, found.trail, 0)


def alone(found: Break) -> tuple[Any, Any, Any]:
    """Return a break without what is around it: two schemas, and a value of the first one.

    Raises:
        RecursionError: No small value shows it.
    """
    writer, reader = found.parts
    if found.field is not None:
        field = {**found.field.schema, "type": bundled(found.field.type)}
        empty = {"type": "record", "name": writer.name, "fields": []}
        return empty, {**empty, "fields": [field]}, {}
    return bundled(writer), bundled(reader), _Sample(found).along(writer, (), 0)


class _Sample:
    """One value that shows a break, while it is made.

    Args:
        found: The break.
    """

    def __init__(self, found: Break) -> None:
        self._found = found
        self._parts = 0

    def along(self, type_: Type, trail: Sequence[Step], depth: int) -> Any:
        """Return a value that leads along a trail to the break."""
        if not trail:
            return self._found.value if self._found.has_value else self._any(type_, depth)
        step, rest = trail[0], trail[1:]
        match step.kind:
            case "branch":
                assert step.branch is not None  # noqa: S101  # so are the steps made
                return (step.branch.title, self.along(step.branch, rest, depth + 1))
            case "item":
                return [self.along(type_.inner[0], rest, depth + 1)]
            case "value":
                return {"a": self.along(type_.inner[0], rest, depth + 1)}
        return {
            each.name: self.along(each.type, rest, depth + 1)
            if each.name == step.name
            else self._any(each.type, depth + 1)
            for each in type_.fields
        }

    def _any(self, type_: Type, depth: int) -> Any:
        """Return a small value of a type."""
        self._parts += 1
        if depth > _MAX_DEPTH or self._parts > _MAX_PARTS:
            raise RecursionError
        match type_.kind:
            case "union" if not type_.inner:
                raise RecursionError
            case "union":
                branch = next((each for each in type_.inner if each.kind == "null"), type_.inner[0])
                return (branch.title, self._any(branch, depth + 1))
            case "record":
                return {each.name: self._any(each.type, depth + 1) for each in type_.fields}
            case "array":
                return []
            case "map":
                return {}
            case "enum":
                return type_.symbols[0]
            case "fixed":
                return bytes(type_.schema["size"])
        if type_.logical is not None:
            return {"string": _UUID, "bytes": b"\x01"}.get(type_.kind, 0)
        return _PRIMITIVES[type_.kind]
