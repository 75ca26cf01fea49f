from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.errors import InvalidSchema, SchemaNotFound
from pytest_schema_registry.schema_types.avro.validation import AvroType
from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema
from tests.unit.schema_types.avro.subjects import record, schema_of

LINE = record("Line", ("qty", "Quantity"), namespace="shop")
QUANTITY = record("Quantity", ("count", "int"), namespace="shop")
ORDER = record("Order", ("line", "Line"), ("free", "Quantity"), namespace="shop")
OLD = OldCopy("quantity", "stale cache", 0.0, "down")


def listed(*subjects: str) -> tuple[ListedReference, ...]:
    return tuple(ListedReference(f"shop.{each}", each, "1") for each in subjects)


def subject(name: str, content: Any, *refers: str, **more: Any) -> Schema:
    return schema_of(content, name=name, subject=name, references=listed(*refers), **more)


def compiled(root: Schema, *schemas: Schema) -> Any:
    found = {each.subject: each for each in schemas}
    asked: list[str] = []

    def resolve(reference: Any) -> Schema:
        asked.append(reference.subject)
        if reference.subject not in found:
            raise SchemaNotFound(reference.subject, "version 1", None, "there", "look").resting_on(
                (OLD,)
            )
        return found[reference.subject]

    validator = AvroType().compile(root, resolve)
    assert len(asked) == len(set(asked))
    return validator


def test_types_are_found_over_subjects_each_of_which_is_asked_for_once() -> None:
    root = subject("orders", ORDER, "line", "quantity")
    assert AvroType().refers_elsewhere(root)
    line, quantity = subject("line", LINE, "quantity"), subject("quantity", QUANTITY)
    validator = compiled(root, line, quantity)
    assert validator.is_valid({"line": {"qty": {"count": 1}}, "free": {"count": 1}})
    assert not validator.is_valid({"line": {"qty": {"count": "1"}}, "free": {"count": 1}})


def test_old_copies_of_referred_schemas_count() -> None:
    quantity = subject("quantity", QUANTITY, old_copies=(OLD,))
    root = subject("orders", record("R", ("q", "shop.Quantity")), "quantity")
    validator = compiled(root, quantity)
    assert (validator.referred_old, validator.old_copies) == ((OLD,), (OLD,))


@pytest.mark.parametrize(
    ("root", "schemas", "reason"),
    [
        (
            subject("orders", ORDER, "line"),
            (),
            "its reference 'shop.line' leads to no schema (no schema line in version 1)",
        ),
        (
            subject("orders", ORDER, "line"),
            (subject("line", LINE, schema_type="JSON"),),
            "its reference 'shop.line' is of the type JSON, not AVRO",
        ),
        (
            subject("orders", ORDER, "line"),
            (subject("line", LINE, "line"),),
            "its references lead in a circle, back to line",
        ),
        (
            subject("orders", ORDER, "line", "other"),
            (subject("line", QUANTITY), subject("other", QUANTITY)),
            "the type shop.Quantity is defined in line version 1 and in other version 1",
        ),
        (
            subject("orders", QUANTITY, "line"),
            (subject("line", QUANTITY),),
            "the type shop.Quantity is defined in line version 1 and in the schema itself",
        ),
        (
            subject("orders", [QUANTITY, QUANTITY]),
            (),
            "the type shop.Quantity is defined twice in the schema itself",
        ),
        (
            subject("orders", ORDER, "line"),
            (subject("line", QUANTITY),),
            (
                "it uses the type shop.Line, which neither the schema nor one that it refers to "
                "defines"
            ),
        ),
        (
            subject("orders", record("R", ("line", "shop.Line")), "line"),
            (subject("line", LINE),),
            (
                "line version 1 uses the type shop.Quantity, which neither the schema nor one that "
                "it refers to defines"
            ),
        ),
    ],
)
def test_a_wrong_reference_is_an_error(
    root: Schema, schemas: tuple[Schema, ...], reason: str
) -> None:
    with pytest.raises(InvalidSchema) as caught:
        compiled(root, *schemas)
    assert caught.value.reason == reason
    if not schemas and root.references:
        assert caught.value.old_copies == (OLD,)
