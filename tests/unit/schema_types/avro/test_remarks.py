from __future__ import annotations

from typing import Any

import pytest

from tests.unit.schema_types.avro.subjects import (
    ORDER,
    logical,
    record,
    validator_of,
    with_references,
)

DATE = logical("int", "date")


def field(type_: Any, **more: Any) -> dict[str, Any]:
    return record("R") | {"fields": [{"name": "a", "type": type_, **more}]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            field("string", logicalType="uuid"),
            (
                'the logical type "uuid" at #/fields/0 is beside "type", and checks nothing; '
                "write it into the type of the field"
            ),
        ),
        (
            logical("string", "date"),
            'the logical type "date" at # checks nothing: it is one of int, and not of string',
        ),
        (
            field(["null", logical("long", "timestamp-milis")]),
            (
                'the logical type "timestamp-milis" at #/fields/0/type/1 is unknown, so it checks '
                'nothing; did you mean "timestamp-millis"?'
            ),
        ),
        (
            {"type": "string", "logical_type": "uuid"},
            '"logical_type" at # checks nothing; did you mean "logicalType"?',
        ),
        (
            field("string", logicaltype="uuid"),
            '"logicaltype" at #/fields/0 checks nothing; did you mean "logicalType"?',
        ),
    ],
)
def test_a_logical_type_that_checks_nothing_is_remarked_on(content: Any, said: str) -> None:
    ((about, text),) = validator_of(content).remarks()
    assert about == "orders-value latest release 1"
    assert text == f"{about}: {said}"


@pytest.mark.parametrize(
    "content",
    [
        ORDER,
        logical("string", "io.debezium.time.ZonedTimestamp"),
        field(DATE, logicalType="date"),
        field(["null", DATE], logicalType="date"),
        field("string", logicalType=5, doc="a"),
    ],
)
def test_what_checks_something_or_is_of_somebodys_own_is_not(content: Any) -> None:
    assert list(validator_of(content).remarks()) == []


def test_a_schema_that_is_referred_to_is_remarked_on_for_itself() -> None:
    validator = with_references("R", {"r-value": field("int", logicalType="date")})
    ((about, text),) = validator.remarks()
    assert about.startswith('the logical type "date" at r-value version 1#/fields/0 is beside')
    assert text == f"{about} (orders-value latest release 1 needs it)"


def test_of_many_remarks_the_first_are_given() -> None:
    fields = [(f"f{at}", logical("string", "date")) for at in range(12)]
    ((_, text),) = validator_of(record("R", *fields)).remarks()
    assert text.count("checks nothing") == 10
    assert text.endswith("; and 2 more")
