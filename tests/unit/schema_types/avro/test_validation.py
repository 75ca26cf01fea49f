from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import fastavro
import pytest
from fastavro.validation import ValidationError, validate

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.avro.validation import AvroType
from pytest_schema_registry.schema_types.schema_type import NoPart
from pytest_schema_registry.schemas import OldCopy
from tests.unit.schema_types.avro.subjects import (
    AT,
    CARD,
    CASH,
    ORDER,
    VALUE,
    logical,
    no_references,
    record,
    schema_of,
    validator_of,
)

COLOR = {"type": "enum", "name": "Color", "symbols": ["RED", "GREEN"]}
HASH = {"type": "fixed", "name": "Hash", "size": 4}
DECIMAL = logical("bytes", "decimal", precision=4, scale=2)
FIXED_DECIMAL = {**HASH, "logicalType": "decimal", "precision": 4, "scale": 2}
TREE = record("Tree", ("left", ["null", "Tree"], None), ("value", "int"))
ID = UUID("12345678-1234-5678-1234-567812345678")
#: A schema, and values of which some conform. Each is held against fastavro itself.
VALUES: list[tuple[Any, list[Any]]] = [
    ("null", [None, 0, ""]),
    ("boolean", [True, False, 1, None, "true"]),
    ("int", [0, -(2**31), 2**31 - 1, 2**31, 1.0, True, "1", None]),
    ("long", [2**63 - 1, -(2**63), 2**63, 1.5, False, None]),
    ("float", [1, 1.5, float("nan"), 1e300, True, "1.5", None, Decimal(1)]),
    ("double", [1, 1.5, 1e300, float("inf"), "x"]),
    ("bytes", [b"", b"\x00a", bytearray(b"a"), "a", None]),
    ("string", ["", "ä", "\ud800", b"a", 1]),
    (COLOR, ["RED", "BLUE", "red", 0, None]),
    (HASH, [b"abcd", b"abc", "abcd", bytearray(b"abcd")]),
    ({"type": "array", "items": "int"}, [[], [1], (1, 2), [1, "x"], "12", {}, None]),
    ({"type": "map", "values": "long"}, [{}, {"a": 1}, {"a": "x"}, {1: 1}, [], None]),
    (["null", "int"], [None, 1, "x", 2**40]),
    (["null", "string", CARD, CASH], ["a", {"number": "1"}, ("Card", {"number": "1"}), 5]),
    ([CARD, CASH], [("Cash", {"amount": 1, "currency": "E"}), ("Coin", {}), {"amount": 1}]),
    (
        [record("a.Card", ("number", "string")), "null"],
        [{"-type": "a.Card", "number": "1"}, {"-type": "a.Cash", "number": "1"}],
    ),
    (logical("int", "date"), [date(2026, 1, 1), "2026-01-01", "soon", 20_000, 1.5, None]),
    (logical("long", "timestamp-millis"), [AT, AT.replace(tzinfo=None), 0, "2026-01-01", None]),
    (logical("long", "timestamp-micros"), [AT, 0, 1.5, date(2026, 1, 1)]),
    (logical("long", "local-timestamp-millis"), [datetime(2026, 1, 1), 0, "x"]),
    (logical("int", "time-millis"), [time(1, 2), 0, "01:02"]),
    (logical("long", "time-micros"), [time(1, 2), 0, None]),
    (logical("string", "uuid"), [ID, str(ID), 1]),
    (DECIMAL, [Decimal("1.5"), Decimal("123.45"), Decimal("1.555"), b"\x01", 1.5, "1.5"]),
    (FIXED_DECIMAL, [Decimal("1.5"), Decimal("-1.5"), Decimal(12345), b"abcd", b"a"]),
    (logical("string", "of our own"), ["a", 1]),
    (record("R", ("a", "int"), ("b", "string", "x")), [{"a": 1}, {"a": 1, "b": None}, {}, []]),
    (record("R", ("a", ["null", "int"])), [{"a": 1}, {"a": None}, {}]),
    (record("R", ("a", "bytes", "x")), [{"a": b""}, {}]),
    (TREE, [{"value": 1}, {"value": 1, "left": {"value": 2}}, {"value": 1, "left": {}}]),
]
CASES = [(content, value) for content, values in VALUES for value in values]


def fastavro_takes(content: Any, value: Any) -> bool:
    parsed = fastavro.parse_schema(content)
    out = BytesIO()
    try:
        validate(value, parsed)
        fastavro.schemaless_writer(out, parsed, value)
    except (ValidationError, ValueError, TypeError, OverflowError, AttributeError):
        return False
    return True


def test_there_are_values_of_each_type_that_conform_and_that_do_not() -> None:
    taken = [fastavro_takes(*case) for case in CASES]
    assert min(taken.count(True), taken.count(False)) >= 50


@pytest.mark.parametrize(("content", "value"), CASES, ids=repr)
def test_the_verdict_is_that_of_fastavro_and_its_writer(content: Any, value: Any) -> None:
    validator = validator_of(content)
    is_valid = validator.is_valid(value)
    assert is_valid == fastavro_takes(content, value)
    if not is_valid:
        found = validator.violations(value, Redaction())
        assert found
        # Nothing but a field of type null without a default is left to fastavro's own words.
        assert all(each.keyword != "fastavro" for each in found)


def test_a_uuid_that_cannot_be_read_is_a_violation_although_fastavro_writes_it() -> None:
    content = logical("string", "uuid")
    assert fastavro_takes(content, "nope")
    (found,) = validator_of(content).violations("nope", Redaction())
    assert str(found) == '$: "nope" is no uuid: it could be sent, and not be read'


def test_a_reader_gets_the_defaults_and_the_values_of_the_logical_types() -> None:
    validator = validator_of(ORDER)
    assert validator.delivered(VALUE | {"ref": str(ID), "at": 0}) == (
        {
            "id": 1,
            "lines": [{"qty": 1, "sku": "a"}],
            "pay": None,
            "at": AT.replace(year=1970),
            "price": Decimal("1.50"),
            "color": "RED",
            "tags": {},
            "hash": None,
            "ref": ID,
        },
    )
    assert validator_of("null").delivered(None) == (None,)
    assert validator.delivered({}) is None


def test_an_unknown_field_is_a_violation_unless_it_is_allowed() -> None:
    value = VALUE | {"note": "a"}
    assert fastavro_takes(ORDER, value)
    validator = validator_of(ORDER)
    assert not validator.is_valid(value)
    assert [each.path for each in validator.violations(value, Redaction())] == ["$.note"]
    lax = validator_of(ORDER, allows_unknown=True)
    assert lax.is_valid(value)
    (wrong,) = lax.violations(value | {"id": None}, Redaction())
    assert wrong.path == "$.id"


def test_an_unknown_field_in_a_branch_of_a_union_is_a_violation() -> None:
    validator = validator_of(["null", CARD, CASH])
    assert validator.is_valid({"number": "1"})
    assert not validator.is_valid({"number": "1", "holder": "a"})
    (found,) = validator.violations({"number": "1", "holder": "a"}, Redaction())
    assert found.keyword == "union"


def test_a_nullable_field_that_is_missing_is_not_taken_for_an_unknown_one() -> None:
    validator = validator_of(record("R", ("a", ["null", "int"]), ("b", "int")))
    assert validator.is_valid({"b": 1})
    assert not validator.is_valid({"b": 1, "c": 1})


def test_a_value_that_is_too_deep_or_contains_itself_is_refused_and_kills_nothing() -> None:
    validator = validator_of(TREE)
    deep: dict[str, Any] = {"value": 1}
    for _ in range(20_000):
        deep = {"value": 1, "left": deep}
    endless: dict[str, Any] = {"value": 1}
    endless["left"] = endless
    for value in (deep, endless):
        assert not validator.is_valid(value)
        (found,) = validator.violations(value, Redaction())
        assert found.message == "it is nested more deeply than 500 levels"
    (hidden,) = validator.violations(endless, Redaction(["left"]))
    assert hidden.value == {"value": 1, "left": "<redacted>"}


def test_a_value_that_is_too_large_to_be_searched_for_unknown_fields_is_refused() -> None:
    validator = validator_of(record("N", ("next", ["null", "N"])))
    deep: dict[str, Any] = {}
    for _ in range(450):
        deep = {"next": deep}
    assert not validator.is_valid(deep)
    (found,) = validator.violations(deep, Redaction())
    assert found.message == (
        "the payload is too large or too deep to look for unknown fields; "
        "--registry-avro-unknown-fields allows them"
    )


def test_a_message_is_read_by_the_schema_that_it_was_written_with() -> None:
    old = validator_of(record("R", ("a", "int"), ("b", "int")))
    new = validator_of(record("R", ("a", "long"), ("c", "string", "x")))
    raw = old.engine.written({"a": 1, "b": 2})
    assert old.read(raw) == {"a": 1, "b": 2}
    assert new.read(raw, old) == {"a": 1, "c": "x"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x02\x04", "the message of 2 bytes cannot be read: "),
        (b"", "the message of 0 bytes cannot be read: "),
        (b"\x02\x02aZ", "the message of 4 bytes cannot be read: 1 bytes follow after the end"),
    ],
)
def test_bytes_that_are_cut_or_go_on_are_a_violation(raw: bytes, words: str) -> None:
    validator = validator_of(record("R", ("a", "int"), ("b", "string")))
    value = validator.read(raw)
    assert not validator.is_valid(value)
    (found,) = validator.violations(value, Redaction())
    assert (found.path, found.keyword) == ("$", "message")
    assert found.message.startswith(words)
    assert validator.as_json(value) == {"$message": f"{len(raw)} bytes"}


def test_a_message_that_cannot_be_resolved_names_who_wrote_it() -> None:
    old, new = validator_of(record("R", ("a", "int"))), validator_of(record("R", ("b", "int")))
    value = new.read(old.engine.written({"a": 1}), old)
    (found,) = new.violations(value, Redaction())
    assert found.message == (
        "the message of 1 bytes, written by orders-value latest release 1, cannot be read: "
        "No default value for field b in R"
    )
    (hidden,) = new.violations(value, Redaction(["a"]))
    assert hidden.message.endswith(" cannot be read")


def test_a_deep_message_of_a_recursive_type_kills_nothing() -> None:
    validator = validator_of(record("N", ("next", ["null", "N"])))
    shallow = validator.read(b"\x02\x00")
    assert shallow == {"next": {"next": None}}
    deep = validator.read(b"\x02" * 100_000 + b"\x00")
    assert not validator.is_valid(deep)


def test_bytes_without_an_id_are_no_message() -> None:
    validator = validator_of(ORDER)
    (found,) = validator.violations(validator.unreadable(b"abc"), Redaction())
    assert found.message == (
        "3 bytes are no message: it begins with a zero byte, and the four bytes of its schema's id"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [("bytes", True), (HASH, True), (["null", "bytes"], True), ("string", False), (ORDER, False)],
)
def test_it_tells_whether_a_value_may_itself_be_bytes(content: Any, expected: bool) -> None:
    assert validator_of(content).takes_bytes is expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (record("R"), None),
        ("strin", "it uses the type strin, which neither the schema nor one that it refers to"),
        (record("R", ("a", "B")), "it uses the type B, which neither the schema nor"),
        ({"type": "array"}, "KeyError: 'items'"),
        (5, "it is no Avro schema ("),
        ({"type": "enum", "name": "E", "symbols": ["a b"]}, "Every symbol must match"),
        (record("R", ("a", "int", "x")), "Default value <x> must match"),
    ],
)
def test_a_schema_that_fastavro_does_not_take_is_an_error(content: Any, reason: str | None) -> None:
    if reason is None:
        assert validator_of(content).is_valid({})
        return
    with pytest.raises(InvalidSchema) as caught:
        validator_of(content)
    assert reason in caught.value.reason
    is_engines_word = not caught.value.reason.startswith("it uses the type ")
    assert caught.value.reason.startswith("it is no Avro schema (") is is_engines_word


def test_a_schema_that_is_nested_too_deeply_is_an_error() -> None:
    reasons = []
    for depth in (300, 600, 900, 5_000):
        text = "[" * depth + '"int"' + "]" * depth
        try:
            AvroType().compile(schema_of("int", published=Content(text)), no_references)
        except InvalidSchema as exc:  # from which depth on depends on Python, and its stack
            reasons.append(exc.reason)
    assert reasons
    # One that is not too deep is wrong all the same, as a union in a union.
    deep = [each for each in reasons if not each.startswith("a union is a branch of a union")]
    assert deep
    assert all("nested too deeply" in each for each in deep)


def test_a_bundle_is_the_content_with_all_that_it_refers_to() -> None:
    assert validator_of(CARD).bundled() == CARD | {"namespace": ""}


def test_a_schema_has_no_parts_and_no_references_of_its_own() -> None:
    type_, schema = AvroType(), schema_of(ORDER)
    assert type_.name == "AVRO"
    assert not type_.refers_elsewhere(schema)
    assert list(type_.references(schema)) == []
    with pytest.raises(NoPart, match="orders-value is an Avro schema, and #/fields a part"):
        type_.part(schema, "#/fields")


def test_a_validator_keeps_its_old_copies_under_another_name() -> None:
    old = OldCopy("orders-value", "stale cache", 0.0, "down")
    schema = schema_of("int", old_copies=(old,))
    validator = AvroType().compile(schema, no_references)
    other = validator.of(schema_of("int", name="other"))
    assert (validator.old_copies, other.old_copies) == ((old,), ())
    assert other.is_valid(1)
    assert other.values is other


def test_the_type_gives_the_display_the_comparison_and_the_grade_of_a_difference() -> None:
    type_ = AvroType()
    assert next(iter(type_.display(schema_of("int")))) == "orders-value latest"
    assert type_.compare("int", "long").compatible
    assert type_.differ_in_annotations_only(
        schema_of(record("R", doc="a")), schema_of(record("R", doc="b"))
    )
