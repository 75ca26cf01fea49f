from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.avro.engine import Engine
from pytest_schema_registry.schema_types.avro.item_counts import TooManyItems, refuse_too_many
from pytest_schema_registry.schema_types.avro.names import Types
from tests.unit.schema_types.avro.subjects import record, validator_of

EMPTY = record("Empty", ("a", "null"), ("b", {"type": "fixed", "name": "Zero", "size": 0}))
NULLS = {"type": "array", "items": "null"}
MANY = b"\x80\x84\xaf\x5f"  # 100,000,000
#: As many, in a block that says that it has no bytes.
IN_A_BLOCK = b"\xff\x83\xaf\x5f\x00"
#: One field of each type, with a value.
EACH = [
    ("boolean", True),
    ("int", -70_000),
    ("long", 2**40),
    ("float", 1.5),
    ("double", 2.5),
    ("bytes", b"bytes"),
    ("string", "a text"),
    ({"type": "fixed", "name": "F", "size": 3}, b"abc"),
    ({"type": "enum", "name": "E", "symbols": ["a", "b"]}, "b"),
    ({"type": "map", "values": "long"}, {"a": 1, "b": 2}),
    ({"type": "array", "items": "double"}, [1.0, 2.0]),
    (["null", "string"], "x"),
    (["null", "string"], None),
]


@pytest.mark.parametrize("items", ["null", {"type": "null"}, EMPTY])
@pytest.mark.parametrize("count", [MANY, IN_A_BLOCK, b"\x80\x80\x80\x80\x80\x20"])
def test_a_message_that_counts_more_items_than_a_payload_has_is_refused(
    items: Any, count: bytes
) -> None:
    validator = validator_of(record("R", ("list", {"type": "array", "items": items})))
    value = validator.read(count + b"\x00")
    (found,) = validator.violations(value, Redaction())
    assert found.keyword == "message"
    assert found.message.endswith("it counts more than 5,000,000 items that take no bytes")


def test_items_are_counted_along_the_whole_value() -> None:
    block = b"\x80\x92\xf4\x01"  # 2,000,000
    types = Types({"type": "array", "items": NULLS})
    refuse_too_many(b"\x04" + 2 * (block + b"\x00") + b"\x00", types)
    with pytest.raises(TooManyItems):
        refuse_too_many(b"\x06" + 3 * (block + b"\x00") + b"\x00", types)


def test_what_stands_before_the_items_is_passed_over() -> None:
    fields = [(f"f{at}", type_) for at, (type_, _) in enumerate(EACH)]
    content = record("R", *fields, ("list", NULLS))
    value = {f"f{at}": value for at, (_, value) in enumerate(EACH)}
    raw = Engine(content).written({**value, "list": [None, None]})
    assert raw.endswith(b"\x04\x00")
    assert validator_of(content).read(raw) == {**value, "list": [None, None]}
    with pytest.raises(TooManyItems):
        refuse_too_many(raw[:-2] + MANY + b"\x00", Types(content))


@pytest.mark.parametrize(
    "raw", [b"", b"\x01", b"\x04\x02", b"\x05\x00", b"\x08\x80\x80\x80\x80\x80\x20aaaa"]
)
def test_bytes_that_are_no_value_are_left_to_the_engine(raw: bytes) -> None:
    content = record("R", ("u", ["null", "bytes", {"type": "array", "items": "double"}]))
    types = Types({"type": "map", "values": record("S", ("r", content), ("list", NULLS))})
    refuse_too_many(raw, types)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_at_once(raw: bytes) -> None:
    content = record(
        "R",
        ("list", NULLS),
        ("map", {"type": "map", "values": NULLS}),
        ("either", ["null", "R", {"type": "array", "items": "float"}]),
    )
    validator_of(content).read(raw)


def test_a_message_too_deep_to_count_is_refused() -> None:
    content = record("R", ("list", NULLS), ("next", ["null", "R"]))
    with pytest.raises(TooManyItems):
        refuse_too_many(b"\x00\x02" * 100_000, Types(content))


def test_without_such_items_nothing_is_counted() -> None:
    assert not Types(record("R", ("a", {"type": "array", "items": "int"}))).empty_items
    assert not Types(record("R", ("a", "null"))).empty_items
    endless = {"type": "array", "items": record("R", ("a", {"type": "array", "items": "R"}))}
    assert not Types(endless).empty_items
