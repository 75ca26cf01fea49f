from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.schema_types.avro.annotations import differ_in_annotations_only
from tests.unit.schema_types.avro.subjects import logical, record, schema_of

PLAIN = record("shop.R", ("a", "int"), ("b", {"type": "array", "items": "string"}))
DECIMAL = logical("bytes", "decimal", precision=4, scale=2)
COLOR = {"type": "enum", "name": "Color", "symbols": ["RED"]}
FIELD = record("R", ("a", "int"))


def _with_field(**more: Any) -> dict[str, Any]:
    return FIELD | {"fields": [{"name": "a", "type": "int", **more}]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (PLAIN, PLAIN | {"doc": "a", "team": "b"}, True),
        (PLAIN, PLAIN | {"aliases": ["Q"]}, False),
        (
            PLAIN,
            record(
                "R", *[(each["name"], each["type"]) for each in PLAIN["fields"]], namespace="shop"
            ),
            True,
        ),
        (record("R", ("a", "int")), record("R", ("a", "int", 5)), False),
        (record("R", ("a", "int", 4)), record("R", ("a", "int", 5)), False),
        (record("R", ("a", "null")), record("R", ("a", "null", None)), False),
        (FIELD, _with_field(doc="a", order="ignore"), True),
        (FIELD, _with_field(aliases=["b"]), False),
        (COLOR, COLOR | {"doc": "a"}, True),
        (COLOR, COLOR | {"default": "RED"}, False),
        (record("R", ("a", {"type": "int"})), record("R", ("a", "int")), True),
        ({"type": "map", "values": "int"}, {"type": "map", "values": {"type": "int"}}, True),
        (["null", "int"], ["int", "null"], False),
        (
            PLAIN,
            record("shop.R", ("a", "long"), ("b", {"type": "array", "items": "string"})),
            False,
        ),
        (DECIMAL, DECIMAL | {"scale": 1}, False),
        ("long", logical("long", "timestamp-millis"), False),
        (record("x.R", ("a", "S")), record("x.R", ("a", "x.S")), True),
        ({"type": "record", "fields": [5]}, {"type": "record", "fields": [6]}, False),
        ({"type": ["null", "string"]}, {"type": ["null", "string"], "doc": "a"}, True),
        ({"type": ["null", "string"]}, {"type": ["null", "int"]}, False),
        (5, 6, False),
    ],
)
def test_what_changes_no_verdict_and_no_reading_is_an_annotation(
    old: Any, new: Any, expected: bool
) -> None:
    assert differ_in_annotations_only(schema_of(old), schema_of(new)) is expected
