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

from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.avro.diagnosis import Walker
from pytest_schema_registry.schema_types.avro.json_form import (
    Misfit,
    as_json,
    from_json,
    is_too_deep,
)
from pytest_schema_registry.schema_types.avro.names import Types
from tests.unit.schema_types.avro.subjects import CARD, CASH, logical, record, validator_of

CARD_VALUE = {"number": "1"}
UNION = ["null", "string", CARD, CASH]
COLOR = {"type": "enum", "name": "Color", "symbols": ["RED"]}
DECIMAL = logical("bytes", "decimal", precision=4, scale=2)


INTS = {"type": "array", "items": "int"}


def value_of(content: Any, document: Any) -> Any:
    types = Types(content)
    return from_json(types.root, document, Walker(types).fits)


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
    again = value_of("string", form)
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
    content = record("R", ("next", ["null", "R"]))
    value: Any = {"next": None}
    for _ in range(450):
        value = {"next": value}
    assert value_of(content, as_json(value, Types(content).root)) == value


@pytest.mark.parametrize("content", [record("R", ("next", ["null", "R"])), [CARD, CASH]])
def test_below_the_deepest_level_a_document_stays_as_it_is(content: Any) -> None:
    bottom = {"$Decimal": "1"}
    document: Any = bottom
    for _ in range(501):
        document = {"next": document}
    value = value_of(content, document)
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
    for document in ({"$Own": None}, {"$Decimal": "x"}, {"$UUID": "x"}, {"$Decimal": 1}):
        assert value_of("string", document) is document


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
    assert value_of(content, form) == value


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
    assert value_of(content, document) == value


E = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
F = {"type": "fixed", "name": "F", "size": 2}
AT = logical("long", "timestamp-millis")
LIST = {"type": "array", "items": "int"}
MAP = {"type": "map", "values": "int"}
POINT = record("Point", ("x", "int"))


@pytest.mark.parametrize(
    ("branches", "document", "said"),
    [
        ([E, "string"], {"E": "zz"}, '$: "zz" is no symbol of E, which has "A" or "B"'),
        ([E], {"E": None}, "$: null is not a E"),
        ([F, "string"], {"F": None}, "$: null is not a F"),
        ([F, "bytes"], {"F": "abc"}, "$: it has 3 bytes, and F has 2 bytes"),
        ([LIST], {"array": None}, "$: null is no array"),
        ([LIST], {"array": [1, "a"]}, '$[1]: "a" is a string, not an int'),
        ([MAP], {"map": None}, "$: null is no map"),
        ([MAP, POINT], {"map": {"y": 1.5}}, "$.y: 1.5 is a float, not an int"),
        ([MAP, POINT], {"map": {"x": 1}}, ""),
        ([{"type": "string"}], {"string": None}, "$: null is not a string"),
        ([AT], {"long": 5}, ""),
        ([DECIMAL], {"bytes": "a"}, ""),
        ([DECIMAL], {"bytes": {"$Decimal": "1.50"}}, ""),
        ([E, "string"], {"E": "A"}, ""),
        ([F], {"F": "ab"}, ""),
        ([LIST], {"array": [1]}, ""),
    ],
)
def test_a_branch_that_is_named_is_the_one_that_the_value_must_fit(
    branches: list[Any], document: Any, said: str
) -> None:
    validator = validator_of(record("R", ("u", ["null", *branches])))
    value = validator.from_json({"u": document})
    assert validator.is_valid(value) is not bool(said)
    if said:
        found = validator.violations(value, Redaction())
        assert [str(each).replace("$.u", "$", 1) for each in found] == [said]


@pytest.mark.parametrize(
    ("branch", "document", "said"),
    [
        (AT, {"long": None}, "null is not a timestamp-millis: pass a datetime, or the "),
        (DECIMAL, {"bytes": None}, "null is not such a decimal: pass a Decimal of at most 4 "),
    ],
)
def test_a_logical_type_whose_branch_is_named_says_what_to_pass(
    branch: Any, document: Any, said: str
) -> None:
    validator = validator_of(["null", branch])
    value = validator.from_json(document)
    assert not validator.is_valid(value)
    (found,) = validator.violations(value, Redaction())
    assert found.message.startswith(said)


@pytest.mark.parametrize(
    ("branches", "document", "form"),
    [
        ([E, "string"], {"E": "zz"}, {"E": "zz"}),
        ([F, "bytes"], {"F": "abc"}, {"F": {"$bytes": "abc"}}),
        ([LIST], {"array": ["a"]}, ["a"]),
    ],
)
def test_a_value_that_does_not_fit_its_branch_does_not_fit_after_its_way_through_json(
    branches: list[Any], document: Any, form: Any
) -> None:
    validator = validator_of(["null", *branches])
    value = validator.from_json(document)
    assert isinstance(value, Misfit)
    assert validator.as_json(value) == form
    assert not validator.is_valid(validator.from_json(form))
    again = validator.from_json(validator.as_json(value, names=True))
    assert again == value


def test_what_is_too_large_to_be_held_to_its_branch_does_not_conform() -> None:
    several = {"type": "array", "items": ["null", "int", "string"]}
    content = ["null", {"type": "array", "items": ["null", "string", several]}]
    validator = validator_of(content)
    assert validator.is_valid(validator.from_json({"array": [[1]]}))
    too_many = validator.from_json({"array": [[1] * 20_000]})
    assert not validator.is_valid(too_many)
    (found,) = validator.violations(too_many, Redaction())
    assert found.keyword == "fastavro"
