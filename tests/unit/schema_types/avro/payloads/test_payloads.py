from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.avro.payloads import documents, violating
from pytest_schema_registry.schema_types.avro.validation import AvroType
from tests.unit.schema_types.avro.subjects import (
    CARD,
    CASH,
    ORDER,
    logical,
    record,
    validator_of,
)

COLOR = {"type": "enum", "name": "Color", "symbols": ["RED", "GREEN"]}
HASH = {"type": "fixed", "name": "Hash", "size": 2}
TREE = record("Tree", ("left", ["null", "Tree"]), ("value", "int"))
#: Records that all contain each other.
NAMES = [f"R{at}" for at in range(8)]
TANGLE: Any = ["null"]
for name in NAMES:
    fields = [(f"f{at}", ["null", *NAMES[: NAMES.index(name) + 1]]) for at in range(3)]
    TANGLE = [*TANGLE, record(name, *fields)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def conforming(content: Any, limit: int = 100) -> Any:
    return AvroType().conforming_payloads(validator_of(content), limit)


def violations(content: Any, limit: int = 100, **how: Any) -> Any:
    return AvroType().violating_payloads(validator_of(content, **how), limit)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("null", [None]),
        ("boolean", [True, False]),
        ("int", [0, 2147483647, -2147483648]),
        ("string", ["", "a", "ä€"]),
        ("bytes", [b"", b"\x00\xff"]),
        (COLOR, ["RED", "GREEN"]),
        (HASH, [b"\0\0", b"\xff\xff"]),
        (["null", "boolean"], [None, True, False]),
        ([COLOR, "boolean"], ["RED", "GREEN", ("boolean", True), ("boolean", False)]),
        ({"type": "array", "items": COLOR}, [[], ["RED"], ["GREEN"], ["RED", "GREEN"]]),
        ({"type": "map", "values": "null"}, [{}, {"a": None}]),
        (record("E"), [{}]),
        (
            record("R", ("a", "null"), ("b", COLOR, "RED")),
            [{"a": None}, {"a": None, "b": "RED"}, {"a": None, "b": "GREEN"}],
        ),
        ([CARD, "null"], [None, *({"number": each} for each in ("", "a", "ä€"))]),
        (logical("int", "date"), [date(1970, 1, 1), date(1, 1, 1), date(9999, 12, 31)]),
        (logical("int", "time-millis"), [time(0), time(23, 59, 59, 999_000)]),
        (logical("string", "uuid"), [UUID(int=0), UUID(int=2**128 - 1)]),
        (
            logical("bytes", "decimal", precision=3, scale=1),
            [Decimal("0.0"), Decimal("99.9"), Decimal("-99.9")],
        ),
        (logical("string", "of our own"), ["", "a", "ä€"]),
    ],
)
def test_the_values_of_a_type_are_small_and_at_its_bounds(content: Any, expected: Any) -> None:
    found = conforming(content)
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert (found.reason, found.uncovered) == ("", ())
    validator = validator_of(content)
    assert all(map(validator.is_valid, found))


def test_each_value_of_each_field_occurs_in_as_few_records_as_possible() -> None:
    found = conforming(ORDER)
    assert all(map(validator_of(ORDER).is_valid, found))
    assert {each["color"] for each in found} == {"RED", "GREEN"}
    assert {each["at"] for each in found} >= {EPOCH, datetime(1, 1, 1, tzinfo=UTC)}
    assert {"tags" in each for each in found} == {True, False}
    assert len(found) <= 12
    assert list(found) == list(conforming(ORDER))
    assert found[0] is not found[0]


def test_the_limit_leaves_out_the_largest() -> None:
    found = conforming("int", 1)
    assert list(found) == [0]
    assert found.uncovered == ("2 more values: left out, since the limit is 1",)


def test_a_type_that_contains_itself_does_so_once() -> None:
    found = conforming(TREE)
    assert {each["left"] is None for each in found} == {True, False}
    assert all(map(validator_of(TREE).is_valid, found))
    endless = record("T", ("t", "T"))
    assert not conforming(endless)
    assert conforming(endless).reason.startswith("no value conforms: the type contains itself")
    assert not violations(endless)
    assert violations(endless).reason == "no value that breaks exactly one rule was found"
    assert not violations(record("T", ("t", ["T"])))
    assert {"t": ("int", 0)} in list(conforming(record("T", ("t", ["T", "int"]))))
    assert ({"t": "x"}, "$.t") in [
        (value, each.path) for value, each in violations(record("T", ("t", ["T", "int"])))
    ]


def test_a_rule_that_no_value_breaks_alone_is_told() -> None:
    found = violations(["null", "string", {"type": "array", "items": "boolean"}])
    assert found.uncovered == ("#/2/items type: no value breaks it alone",)


def test_a_default_that_cannot_be_written_is_not_left_out() -> None:
    assert all("a" in each for each in conforming(record("R", ("a", "bytes", "x"))))


def test_types_that_contain_each_other_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    made = documents.Documents(validator_of(TANGLE).walker, most=50)
    assert made.of(validator_of(TANGLE).types.root)
    assert made.cut == ("the search ended after 50 records: types that contain each other multiply")
    monkeypatch.setattr(documents, "MAX_RECORDS", 0)
    monkeypatch.setattr(documents.Documents.__init__, "__defaults__", (0,))
    for found in (conforming(TREE), violations(TREE)):
        assert not found
        assert found.reason.startswith("the search ended after 0 records")
        assert found.uncovered == (found.reason,)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("null", [("x", "$")]),
        ("boolean", [("x", "$")]),
        ("int", [("x", "$"), (2**31, "$"), (-(2**31) - 1, "$")]),
        (["null", "long"], [("x", "$"), (2**63, "$"), (-(2**63) - 1, "$")]),
        ("string", [(1, "$")]),
        ("bytes", [(1, "$")]),
        (COLOR, [("x", "$"), ("REDGREEN_", "$")]),
        ({"type": "array", "items": "boolean"}, [("x", "$"), (["x"], "$[0]")]),
        ({"type": "map", "values": "boolean"}, [("x", "$"), ({"a": "x"}, "$.a")]),
        (
            record("R", ("a", "boolean"), ("b", "null", None)),
            [
                ("x", "$"),
                ({}, "$.a"),
                ({"a": "x"}, "$.a"),
                ({"a": False, "b": "x"}, "$.b"),
                ({"a": False, "unknown": None}, "$.unknown"),
            ],
        ),
        (
            [record("A", ("a", "null", None)), COLOR],
            [
                ("x", "$"),
                ("REDGREEN_", "$"),
                (("A", "x"), "$"),
                (("A", {"a": "x"}), "$.a"),
                (("A", {"unknown": None}), "$.unknown"),
            ],
        ),
    ],
)
def test_each_rule_is_broken_alone(content: Any, expected: Any) -> None:
    found = [(value, each.path) for value, each in violations(content)]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


@pytest.mark.parametrize("content", [ORDER, TREE, [CARD, CASH], HASH])
def test_each_violation_is_the_only_one_and_that_of_the_check(content: Any) -> None:
    validator = validator_of(content)
    found = violations(content)
    assert len(found) >= 2
    for value, violation in found:
        assert validator.violations(value, Redaction()) == (violation,)


def test_a_decimal_is_broken_in_its_digits_and_in_its_scale() -> None:
    content = logical("bytes", "decimal", precision=3, scale=1)
    assert {value for value, _ in violations(content)} == {1, Decimal("0.01"), Decimal("100.0")}


@pytest.mark.parametrize("more", [{}, {"precision": None}])
def test_a_decimal_without_a_precision_has_no_values(more: Any) -> None:
    validator = validator_of(logical("bytes", "decimal", **more))
    assert list(AvroType().conforming_payloads(validator)) == []
    assert list(AvroType().violating_payloads(validator)) == []


def test_an_unknown_field_has_a_name_that_no_field_has() -> None:
    found = violations(record("R", ("unknown", "null")))
    values = [value for value, _ in found]
    assert values == ["x", {"unknown": "x"}, {"unknown": None, "unknown_": None}]


def test_unknown_fields_break_nothing_where_they_are_allowed() -> None:
    found = violations(record("R", ("a", "null")), allows_unknown=True)
    assert [value for value, _ in found] == ["x", {"a": "x"}]
    assert found.uncovered == ()


def test_the_limits_of_the_search_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = violations("int", 1)
    assert [value for value, _ in found] == ["x"]
    assert found.uncovered == (
        "# maximum: left out, since the limit is 1",
        "# minimum: left out, since the limit is 1",
    )
    monkeypatch.setattr(violating, "MAX_CHARACTERS", 10)
    found = violations("int")
    assert [value for value, _ in found] == ["x", 2**31]
    assert found.uncovered == ("# minimum, and the rules behind it: the search ended here",)


def test_a_violation_hides_what_is_to_be_hidden() -> None:
    validator = validator_of(record("R", ("a", "boolean")))
    found = AvroType().violating_payloads(validator, hide=Redaction(["a"]))
    (hidden,) = (each for value, each in found if value == {"a": "x"})
    assert '"x"' not in hidden.message


def test_a_schema_may_be_given_as_a_value() -> None:
    content = record("R", ("a", "null"))
    assert list(AvroType().conforming_payloads(content)) == [{"a": None}]
    assert next(iter(AvroType().violating_payloads(content))).payload == "x"
