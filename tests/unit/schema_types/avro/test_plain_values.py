"""What a reader gets of plain values is what fastavro writes and reads back."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.schema_types.avro import plain_values
from pytest_schema_registry.schema_types.avro.plain_values import NOT_PLAIN
from tests.unit.schema_types.avro.subjects import (
    AT,
    CARD,
    CASH,
    chain,
    logical,
    record,
    validator_of,
)
from tests.unit.schema_types.avro.test_validation import COLOR, DECIMAL, HASH, ID, VALUES

NONE: Any = object()


def plain(content: Any, value: Any) -> Any:
    """Return what a reader gets of a value if it is plain; otherwise NONE."""
    copy = validator_of(content).copy
    if copy is None:
        return NONE
    try:
        return copy(value)
    except NOT_PLAIN:
        return NONE


def agrees(content: Any, value: Any) -> bool:
    """Check that fastavro delivers what a plain value's copy is, to the type; True if not plain."""
    found = plain(content, value)
    if found is NONE:
        return True
    engine = validator_of(content).engine
    got = engine.delivered(value, exactly=True)
    return engine.validates(value) and got is not None and alike(got[0], found)


def alike(one: Any, other: Any) -> bool:
    """Check that two values are equal, and so are their types, at any depth."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(alike(one[each], other[each]) for each in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other)
    return bool(one == other and repr(one) == repr(other))


#: Each type as a part of another, with what makes a value of it one of that.
AROUND: list[tuple[Any, Any]] = [
    (lambda content: content, lambda value: value),
    (lambda content: record("Around", ("a", content)), lambda value: {"a": value}),
    (lambda content: {"type": "array", "items": content}, lambda value: [value, value]),
    (lambda content: {"type": "map", "values": content}, lambda value: {"ä": value}),
    (lambda content: record("Around", ("a", ["null", content])), lambda value: {"a": value}),
    (lambda content: record("Around", ("a", [content, "double"])), lambda value: {"a": value}),
    (lambda content: record("Around", ("a", ["bytes", content])), lambda value: {"a": value}),
    (lambda content: record("Around", ("a", [CARD, content])), lambda value: {"a": value}),
]
#: Every value is tried with every type.
TYPES = [content for content, _ in VALUES]
ANY = [value for _, values in VALUES for value in values]


@pytest.mark.parametrize("content", TYPES, ids=repr)
def test_a_plain_value_is_delivered_as_fastavro_does(content: Any) -> None:
    for schema_around, value_around in AROUND:
        around = schema_around(content)
        try:
            validator_of(around)
        except Exception:  # noqa: BLE001  # a union in a union, or one type twice
            continue
        wrong = [value for value in ANY if not agrees(around, value_around(value))]
        assert wrong == []


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("null", None),
        ("boolean", False),
        ("int", 2**31 - 1),
        ("long", -(2**63)),
        ("double", -0.0),
        ("bytes", b"\xff"),
        ("string", "ä"),
        (COLOR, "RED"),
        (HASH, b"abcd"),
        (["null", "int", "string", CARD], {"number": "1"}),
        (["bytes", "double"], 1.5),
        (["null", logical("int", "date")], None),
        ([logical("int", "date"), "null"], date(2026, 1, 1)),
        (["null", "float"], None),
        (logical("int", "date"), date(2026, 1, 1)),
        (logical("long", "timestamp-millis"), AT.replace(microsecond=1_000)),
        (logical("long", "timestamp-micros"), datetime.max.replace(tzinfo=UTC)),
        (DECIMAL, Decimal("-1.50")),
        (logical("bytes", "decimal", precision=2), Decimal(10)),
        (logical("string", "uuid"), ID),
        ({"type": "array", "items": {"type": "map", "values": "long"}}, [{"a": 1}, {}]),
    ],
)
def test_the_usual_value_is_plain(content: Any, value: Any) -> None:
    assert alike(plain(content, value), value)
    assert agrees(content, value)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("null", 0),
        ("boolean", 1),
        ("int", 2**31),
        ("long", True),
        ("float", 1.5),
        ("double", 1),
        ("double", float("nan")),
        ("bytes", bytearray(b"a")),
        ("string", "\ud800"),
        (COLOR, "BLUE"),
        (HASH, b"abc"),
        ({"type": "array", "items": "int"}, (1, 2)),
        ({"type": "map", "values": "int"}, []),
        ({"type": "map", "values": "int"}, {1: 1}),
        ({"type": "array", "items": "float"}, []),
        (["null", "float"], 1.5),
        (["null", "int"], "a"),
        (["int", "long"], 1),
        ([CARD, CASH], {"number": "1"}),
        (["string", logical("int", "date")], "a"),
        (record("R", ("a", "int")), {"a": 1, "b": 2}),
        (record("R", ("a", "double", 1)), {}),
        (record("R", ("a", "bytes", "x")), {}),
        (record("R", ("a", "int", 1)), {"b": 1}),
        (record("R", ("a", "int", 1), ("b", "int")), {"a": 1}),
        (record("R", ("a", "int", 1), ("b", "int", 2)), {"c": 1}),
        (record("R", ("a", "int")), []),
        (record("R", ("a", "float")), {"a": 1.5}),
        (record("R", ("a", ["null", "R"])), {"a": None}),
        (logical("int", "date"), 5),
        (logical("long", "timestamp-millis"), AT.replace(microsecond=1)),
        (logical("long", "timestamp-micros"), AT.replace(tzinfo=None)),
        (logical("long", "timestamp-micros"), AT.replace(fold=1)),
        (logical("int", "time-millis"), 5),
        (DECIMAL, Decimal("1.5")),
        (DECIMAL, Decimal("123.45")),
        (DECIMAL, Decimal("-0.00")),
        (DECIMAL, Decimal("NaN")),
        (DECIMAL, b"\x01"),
        (logical("bytes", "decimal"), Decimal(1)),
        (logical("bytes", "decimal", precision=2, scale=None), Decimal(1)),
        (logical("string", "uuid"), str(ID)),
    ],
)
def test_what_fastavro_may_convert_or_refuse_is_left_to_it(content: Any, value: Any) -> None:
    assert plain(content, value) is NONE


def test_a_copy_shares_nothing_that_can_change() -> None:
    content = record("R", ("a", {"type": "array", "items": {"type": "map", "values": "int"}}))
    value = {"a": [{"b": 1}]}
    copy = plain(content, value)
    assert copy == value
    assert copy is not value
    assert copy["a"] is not value["a"]
    assert copy["a"][0] is not value["a"][0]


DEFAULTS = record(
    "R",
    ("a", ["null", "string"], None),
    ("b", {"type": "map", "values": "int"}, {"c": 1}),
    ("c", record("I", ("d", "long", 5)), {}),
    ("e", "double", 1.5),
)


@pytest.mark.parametrize("value", [{}, {"a": "x"}, {"c": {"d": 6}, "b": {}}, {"e": 0.5}])
def test_a_default_that_is_plain_is_filled_in_anew(value: Any) -> None:
    found = plain(DEFAULTS, value)
    assert found is not NONE
    assert agrees(DEFAULTS, value)
    validator = validator_of(DEFAULTS)
    assert validator.copy is not None
    one, other = validator.copy({}), validator.copy({})
    one["b"]["c"] = 2
    assert other["b"] == {"c": 1}
    assert validator.copy({})["b"] == {"c": 1}


def test_a_record_that_occurs_often_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[str] = []
    prepare = plain_values._record

    def counted(type_: Any, made: Any) -> Any:
        prepared.append(type_.name)
        return prepare(type_, made)

    monkeypatch.setattr(plain_values, "_record", counted)
    validator_of(chain(4))
    assert prepared == ["R1", "R2", "R3", "R4"]


LEAVES = st.sampled_from(
    [
        *("null", "boolean", "int", "long", "double", "bytes", "string"),
        COLOR,
        HASH,
        DECIMAL,
        logical("long", "timestamp-millis"),
        logical("long", "timestamp-micros"),
        logical("int", "date"),
        logical("string", "uuid"),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**64), 2**64),
    st.floats(),
    st.binary(max_size=5),
    st.text(max_size=5),
    st.sampled_from(["RED", "GREEN", "\ud800", b"abcd"]),
    st.decimals(-1_000, 1_000, places=2),
    st.decimals(),
    st.datetimes(timezones=st.sampled_from([UTC, None])),
    st.dates(),
    st.uuids().map(lambda each: UUID(str(each))),
)


@given(LEAVES, SCALARS)
def test_any_scalar_that_is_plain_is_delivered_as_fastavro_does(content: Any, value: Any) -> None:
    for schema_around, value_around in AROUND[:4]:
        assert agrees(schema_around(content), value_around(value))
