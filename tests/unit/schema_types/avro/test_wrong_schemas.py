from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.errors import InvalidSchema
from tests.unit.schema_types.avro.subjects import (
    CARD,
    ORDER,
    logical,
    record,
    validator_of,
    with_references,
)

ARRAY = {"type": "array", "items": "int"}


@pytest.mark.parametrize(
    ("content", "pointer", "reason"),
    [
        (record("R", ("a", "int"), ("a", "string")), "#", 'the record R has two fields "a"'),
        (["string", "string"], "#", 'the union has two branches "string"'),
        ([ARRAY, ARRAY], "#", 'the union has two branches "array"'),
        ([CARD, "Card"], "#", 'the union has two branches "Card"'),
        (
            ["string", logical("string", "uuid")],
            "#",
            'the union has two branches "string"',
        ),
        (
            record("R", ("a", {"type": "map", "values": ["int", ["null", "string"]]})),
            "#/fields/0/type/values",
            "a union is a branch of a union",
        ),
        (record("R") | {"fields": {}}, "#", "the record R has no array of fields"),
        ({"type": "record", "name": "R"}, "#", "the record R has no array of fields"),
    ],
)
def test_what_the_specification_forbids_is_an_error_although_fastavro_takes_it(
    content: Any, pointer: str, reason: str
) -> None:
    with pytest.raises(InvalidSchema) as caught:
        validator_of(content)
    section = "Schema Record" if "record" in reason else "Unions"
    assert caught.value.reason == f'{reason} (Avro specification, "{section}")'
    assert caught.value.pointer == pointer


def test_an_error_of_a_schema_that_is_referred_to_names_its_place() -> None:
    wrong = record("R", ("a", ["int", "int"]))
    with pytest.raises(InvalidSchema) as caught:
        with_references("R", {"r-value": wrong})
    assert caught.value.pointer == "r-value version 1#/fields/0/type"


@pytest.mark.parametrize("content", [ORDER, ["null", record("A"), record("B")], []])
def test_what_it_allows_is_no_error(content: Any) -> None:
    validator_of(content)
