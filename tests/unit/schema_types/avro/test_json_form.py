from __future__ import annotations

import enum
import json
import math
from array import array
from collections import UserList, UserString, deque
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from pytest_schema_registry.schema_types.avro.json_form import as_json, from_json, is_too_deep
from pytest_schema_registry.schema_types.avro.names import Types
from tests.unit.schema_types.avro.subjects import CARD, CASH, logical, record, validator_of

CARD_VALUE = {"number": "1"}
UNION = ["null", "string", CARD, CASH]
COLOR = {"type": "enum", "name": "Color", "symbols": ["RED"]}
DECIMAL = logical("bytes", "decimal", precision=4, scale=2)


INTS = {"type": "array", "items": "int"}


class Own:
    pass


class Text(enum.StrEnum):
    RED = "RED"


class OldText(str, enum.Enum):  # noqa: UP042  # its str() is another text than StrEnum's
    RED = "RED"


class Number(enum.IntEnum):
    ONE = 1


class Half(float):
    pass


class Price(Decimal):
    pass


class Raw(bytes):
    pass


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        ("a", "a"),
        (datetime(2026, 1, 2, tzinfo=UTC), {"$datetime": "2026-01-02T00:00:00+00:00"}),
        (date(2026, 1, 2), {"$date": "2026-01-02"}),
        (time(1, 2), {"$time": "01:02:00"}),
        (Decimal("1.50"), {"$Decimal": "1.50"}),
        (UUID(int=1), {"$UUID": "00000000-0000-0000-0000-000000000001"}),
        (b"\xff", {"$bytes": "ÿ"}),
        (bytearray(b"a"), {"$bytearray": "a"}),
        (math.inf, {"$float": "inf"}),
    ],
)
def test_a_value_becomes_json_and_is_made_of_it_again(value: Any, form: Any) -> None:
    assert as_json({"a": [value]}) == {"a": [form]}
    again = from_json(Types("string").root, form)
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    ("content", "value", "form"),
    [
        (COLOR, Text.RED, "RED"),
        (COLOR, OldText.RED, "RED"),
        ("int", Number.ONE, 1),
        ("double", Half(1.5), 1.5),
        ("double", Half("inf"), {"$float": "inf"}),
        ("double", Fraction(1, 2), 0.5),
        (INTS, deque([1, 2]), [1, 2]),
        (INTS, UserList([1]), [1]),
        (INTS, array("i", [1]), [1]),
        (INTS, range(2), [0, 1]),
        ({"type": "map", "values": "int"}, {OldText.RED: 1}, {"RED": 1}),
        ("bytes", Raw(b"a"), {"$bytes": "a"}),
        (logical("bytes", "decimal", precision=2, scale=1), Price("1.5"), {"$Decimal": "1.5"}),
    ],
)
def test_a_value_of_another_class_has_the_form_of_what_it_stands_for(
    content: Any, value: Any, form: Any
) -> None:
    validator = validator_of(content)
    assert validator.is_valid(value)
    found = as_json(value)
    assert found == form
    assert type(found) is type(form)
    assert validator.is_valid(validator.from_json(found))


RECORD_OR_MAP = [record("R", ("d", DECIMAL)), {"type": "map", "values": "bytes"}]


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ([record("R", ("d", DECIMAL)), CARD], {"d": Decimal("1.50")}),
        ([record("R", ("d", DECIMAL)), CARD], ("R", {"d": Decimal("1.50")})),
        ([record("R", ("d", {"type": "array", "items": DECIMAL})), CARD], {"d": [Decimal(1)]}),
        (RECORD_OR_MAP, {"d": Decimal("1.50")}),
        (RECORD_OR_MAP, {"e": b"a"}),
        (record("Around", ("u", RECORD_OR_MAP)), {"u": {"$e": b"a"}}),
        ({"type": "map", "values": "string"}, {"$date": "2020-01-01"}),
        ({"type": "map", "values": "bytes"}, {"$bytes": b"a"}),
        (["string", {"type": "map", "values": "int"}], {"$date": 1}),
        (["int", {"type": "map", "values": "string"}], {"$Decimal": "1"}),
        ([CARD, {"type": "map", "values": "string"}], {"$Decimal": "1"}),
        ([logical("int", "date"), {"type": "map", "values": "string"}], date(2020, 1, 1)),
    ],
)
def test_what_conforms_does_so_again_after_its_way_through_json(content: Any, value: Any) -> None:
    validator = validator_of(content)
    assert validator.is_valid(value)
    again = validator.from_json(json.loads(json.dumps(validator.as_json(value))))
    assert validator.delivered(again) == validator.delivered(value)


def test_a_value_as_deep_as_is_looked_at_is_made_of_json_again() -> None:
    root = Types(record("R", ("next", ["null", "R"]))).root
    value: Any = {"next": None}
    for _ in range(450):
        value = {"next": value}
    assert from_json(root, as_json(value, root)) == value


@pytest.mark.parametrize("content", [record("R", ("next", ["null", "R"])), [CARD, CASH]])
def test_below_the_deepest_level_a_document_stays_as_it_is(content: Any) -> None:
    bottom = {"$Decimal": "1"}
    document: Any = bottom
    for _ in range(501):
        document = {"next": document}
    value = from_json(Types(content).root, document)
    for _ in range(501):
        value = value["next"]
    assert value is bottom


def test_what_has_no_form_is_named_by_its_class() -> None:
    assert as_json(Own()) == {"$Own": None}
    assert as_json(memoryview(b"a")) == {"$memoryview": None}
    assert as_json(UserString("a")) == {"$UserString": None}
    assert as_json(1j) == {"$complex": None}
    assert as_json(Fraction(10**400)) == {"$Fraction": None}
    assert as_json(("a", Own())) == ["a", {"$Own": None}]
    assert as_json(MappingProxyType({1: 2})) == {"1": 2}
    root = Types("string").root
    for document in ({"$Own": None}, {"$Decimal": "x"}, {"$UUID": "x"}, {"$Decimal": 1}):
        assert from_json(root, document) is document


@pytest.mark.parametrize(
    ("content", "value", "form"),
    [
        (UNION, ("Card", CARD_VALUE), CARD_VALUE),
        (UNION, ("Coin", CARD_VALUE), CARD_VALUE),
        (UNION, ("string", UUID(int=0)), {"$UUID": str(UUID(int=0))}),
        (["null", {"type": "array", "items": UNION}], [("Card", CARD_VALUE)], [CARD_VALUE]),
        ({"type": "array", "items": "string"}, ("a", "b"), ["a", "b"]),
        ({"type": "map", "values": UNION}, {"a": ("Card", CARD_VALUE)}, {"a": CARD_VALUE}),
        (record("R", ("u", UNION)), {"u": ("Card", CARD_VALUE)}, {"u": CARD_VALUE}),
        (record("R"), {"u": ("Card", CARD_VALUE)}, {"u": CARD_VALUE}),
        (record("R"), {"u": ("a", "b")}, {"u": ["a", "b"]}),
        (UNION, [("Card", CARD_VALUE)], [CARD_VALUE]),
    ],
)
def test_the_name_of_a_branch_is_no_part_of_a_path(content: Any, value: Any, form: Any) -> None:
    assert as_json(value, Types(content).root) == form


@pytest.mark.parametrize(
    ("content", "value", "form"),
    [
        (UNION, ("Cash", CARD_VALUE), {"Cash": CARD_VALUE}),
        (UNION, CARD_VALUE, CARD_VALUE),
        (["null", CARD], ("Card", CARD_VALUE), {"Card": CARD_VALUE}),
        ({"type": "map", "values": UNION}, {"a": ("string", "b")}, {"a": {"string": "b"}}),
        ({"type": "array", "items": UNION}, [("Card", CARD_VALUE)], [{"Card": CARD_VALUE}]),
    ],
)
def test_the_name_of_a_branch_is_kept_for_what_is_read_again(
    content: Any, value: Any, form: Any
) -> None:
    root = Types(content).root
    assert as_json(value, root, names=True) == form
    assert from_json(root, form) == value


def test_a_value_that_contains_itself_is_cut() -> None:
    endless: list[Any] = []
    endless.append(endless)
    form: Any = as_json(endless)
    for _ in range(501):
        (form,) = form
    assert form == {"$nested": "too deeply"}
    assert is_too_deep(endless)
    assert is_too_deep({"a": endless})
    assert is_too_deep(deque([endless]))
    assert not is_too_deep({"a": [1, ("b",)]})


@pytest.mark.parametrize(
    ("content", "document", "value"),
    [
        ("bytes", "ÿ", b"\xff"),
        ("bytes", "ł", "ł"),
        ("bytes", 5, 5),
        ({"type": "fixed", "name": "F", "size": 1}, "a", b"a"),
        ("double", "Infinity", math.inf),
        ("double", "x", "x"),
        ("double", 1, 1),
        ({"type": "array", "items": "bytes"}, ["a"], [b"a"]),
        ({"type": "array", "items": "bytes"}, "a", "a"),
        ({"type": "map", "values": "bytes"}, {"a": "b"}, {"a": b"b"}),
        ({"type": "map", "values": "bytes"}, [], []),
        (record("R", ("a", "bytes")), {"a": "b", "c": "d"}, {"a": b"b", "c": "d"}),
        (record("R", ("a", "bytes")), "a", "a"),
        (UNION, None, None),
        (UNION, {"string": "a"}, ("string", "a")),
        (UNION, {"Card": CARD_VALUE}, ("Card", CARD_VALUE)),
        (UNION, CARD_VALUE, CARD_VALUE),
        (UNION, ["a"], ["a"]),
        (["null", "bytes"], "a", b"a"),
        (["null", "bytes"], {"bytes": "a"}, ("bytes", b"a")),
        (["null", COLOR], {"Color": "RED"}, "RED"),
        (["null", "int", {"type": "array", "items": "bytes"}], ["a"], [b"a"]),
    ],
)
def test_the_json_encoding_is_read_and_anything_else_is_left_for_the_verdict(
    content: Any, document: Any, value: Any
) -> None:
    assert from_json(Types(content).root, document) == value
