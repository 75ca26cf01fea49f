"""A schema of Avro with each kind of type, a value that conforms to it, and their makers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schema_types.avro.validation import AvroType, AvroValidator
from pytest_schema_registry.schemas import ListedReference, Schema, given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_schema_registry.schema_types.schema_type import Reference


def record(name: str, *fields: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    """Return a record; a field is its name, its type and, where it has one, its default."""
    made = [
        {"name": each[0], "type": each[1], **({"default": each[2]} if each[2:] else {})}
        for each in fields
    ]
    return {"type": "record", "name": name, "fields": made, **more}


def logical(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": name, **more}


def chain(levels: int) -> dict[str, Any]:
    """Return a record of two fields, both of one type, which is again such a record.

    Args:
        levels: The number of records; each doubles the parts of a value.
    """
    found = record(f"R{levels}", ("a", "int"), ("b", "int"))
    for level in range(levels - 1, 0, -1):
        found = record(f"R{level}", ("a", found), ("b", f"R{level + 1}"))
    return found


LINE = record("Line", ("qty", "int"), ("sku", "string"))
CARD = record("Card", ("number", "string"))
CASH = record("Cash", ("amount", "int"), ("currency", "string"))
ORDER = record(
    "Order",
    ("id", "long"),
    ("lines", {"type": "array", "items": LINE}),
    ("pay", ["null", "string", CARD, CASH], None),
    ("at", logical("long", "timestamp-millis")),
    ("price", logical("bytes", "decimal", precision=5, scale=2)),
    ("color", {"type": "enum", "name": "Color", "symbols": ["RED", "GREEN"]}),
    ("tags", {"type": "map", "values": "int"}, {}),
    ("hash", ["null", {"type": "fixed", "name": "Hash", "size": 4}], None),
    ("ref", ["null", logical("string", "uuid")], None),
    namespace="shop",
)
AT = datetime(2026, 1, 1, tzinfo=UTC)
VALUE: dict[str, Any] = {
    "id": 1,
    "lines": [{"qty": 1, "sku": "a"}],
    "at": AT,
    "price": Decimal("1.50"),
    "color": "RED",
}


def schema_of(content: Any, **more: Any) -> Schema:
    """Return a schema of Avro under the subject ``orders-value``."""
    schema = replace(
        given({}),
        name="orders-value",
        version="latest",
        release="1",
        published=Content.of(content),
        schema_type="AVRO",
        subject="orders-value",
        references=(),
    )
    return replace(schema, **more)


def no_references(reference: Reference | ListedReference) -> Schema:
    raise AssertionError(f"{reference} was asked for")


def validator_of(content: Any, *, allows_unknown: bool = False) -> AvroValidator:
    type_ = AvroType(allows_unknown=allows_unknown)
    return type_.compile(schema_of(content), no_references)


def with_references(content: Any, references: Mapping[str, Any], **more: Schema) -> AvroValidator:
    """Compile a schema that lists references: by subject, the content of version 1 of each."""
    schemas = {
        subject: schema_of(each, name=subject, subject=subject)
        for subject, each in references.items()
    }
    schemas |= {each.subject or "": each for each in more.values()}
    listed = tuple(ListedReference(subject, subject, "1") for subject in schemas)
    root = schema_of(content, references=listed)

    def resolve(reference: Reference | ListedReference) -> Schema:
        assert isinstance(reference, ListedReference)
        return schemas[reference.subject]

    return AvroType().compile(root, resolve)
