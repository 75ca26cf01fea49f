from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pydantic
import pytest

from pytest_schema_registry.schema_types.avro.messages import (
    did_you_mean,
    not_a_container,
    spoken,
    why_not,
)
from pytest_schema_registry.schema_types.avro.names import Types
from tests.unit.schema_types.avro.subjects import logical, record

COLOR = {"type": "enum", "name": "Color", "symbols": ["RED", "GREEN"]}
HASH = {"type": "fixed", "name": "Hash", "size": 4}
DECIMAL = logical("bytes", "decimal", precision=4, scale=2)
MILLIS = "pass a datetime, or the milliseconds since 1970 as a whole number"
PASS_DECIMAL = "pass a Decimal of at most 4 digits, 2 of them behind the point"


NO_DECIMAL = "is not such a decimal, and no value is: the schema has"
FAR = " is too far away for a timestamp-millis: it could be sent, and not be read"


class Model(pydantic.BaseModel):
    id: int


@dataclasses.dataclass
class Data:
    id: int


@pytest.mark.parametrize(
    ("content", "value", "rule", "sentence"),
    [
        ("null", 0, "type", "0 is a whole number, not null"),
        ("boolean", 1, "type", "1 is a whole number, not a boolean"),
        ("int", None, "type", "null is not an int"),
        ("int", True, "type", "true is a boolean, not an int"),
        ("int", 2**31, "type", ("2147483648 is beyond the range of an int, "
                               "-2147483648 to 2147483647")),
        ("long", 1.5, "type", "1.5 is a float, not a long"),
        ("float", 1e300, "type", "1e+300 is too large for a float of four bytes"),
        ("double", "1", "type", '"1" is a string, not a double'),
        ("double", Decimal(1), "type", "the Decimal 1 is not a double"),
        ("string", "\ud800", "type", '"\ud800" has a lone surrogate, and so no UTF-8'),
        ("string", {}, "type", "a dict is not a string"),
        ("string", ("a",), "type", "a tuple is not a string"),
        ("bytes", "a", "type", '"a" is a string, not a bytes'),
        ("string", b"a", "type", "a value of 1 byte is not a string"),
        (COLOR, "GREN", "enum", ('"GREN" is no symbol of Color, which has "RED" or "GREEN"; '
                                'did you mean "GREEN"?')),
        (COLOR, 5, "type", "5 is a whole number, not a Color"),
        (HASH, b"abc", "fixed", "it has 3 bytes, and Hash has 4 bytes"),
        (HASH, "abcd", "type", '"abcd" is a string, not a Hash'),
        (DECIMAL, Decimal("12.345"), "decimal", ("the Decimal 12.345 has 5 digits, and the decimal "
                                                "has at most 4 (its precision)")),
        (DECIMAL, Decimal("1.234"), "decimal", ("the Decimal 1.234 has 3 digits behind the point, "
                                               "and the decimal has 2 (its scale)")),
        (logical("bytes", "decimal"), Decimal(1), "decimal",
         f"the Decimal 1 {NO_DECIMAL} no precision for it"),
        (logical("bytes", "decimal", precision=None), 1.5, "decimal",
         f"1.5 {NO_DECIMAL} no precision for it"),
        (DECIMAL | {"scale": None}, Decimal(1), "decimal",
         f"the Decimal 1 {NO_DECIMAL} no scale for it"),
        (DECIMAL, Decimal("NaN"), "decimal",
         f"the Decimal NaN is not such a decimal: {PASS_DECIMAL}"),
        (DECIMAL, 1.5, "decimal", f"1.5 is a float, not such a decimal: {PASS_DECIMAL}"),
        (logical("long", "timestamp-millis"), "2026-01-01", "timestamp-millis",
         f'"2026-01-01" is a string, not a timestamp-millis: {MILLIS}'),
        (logical("long", "timestamp-millis"), None, "timestamp-millis",
         f"null is not a timestamp-millis: {MILLIS}"),
        (logical("long", "timestamp-millis"), 2**62, "timestamp-millis",
         "4611686018427387904" + FAR),
        (logical("int", "date"), "2020-13-01", "date",
         '"2020-13-01" is no ISO date, such as "2026-01-31"'),
        (logical("int", "date"), 1.5, "date", ("1.5 is a float, not a date: pass a date, its ISO "
                                              "text, or the days since 1970 as a whole number")),
        (logical("string", "uuid"), "a", "uuid",
         '"a" is no uuid: it could be sent, and not be read'),
        (logical("string", "uuid"), True, "uuid",
         "true is a boolean, not a uuid: pass a UUID, or its text"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_is_wrong_and_what_to_pass(
    content: Any, value: Any, rule: str, sentence: str
) -> None:
    assert why_not(Types(content).root, value, is_hidden=False) == (rule, sentence)


@pytest.mark.parametrize(
    ("content", "value", "sentence"),
    [
        (COLOR, "GREN", '"<redacted>" is no symbol of Color, which has "RED" or "GREEN"'),
        (HASH, b"abc", "it has another number of bytes, and Hash has 4 bytes"),
        (DECIMAL, Decimal("1.234"), f'"<redacted>" is not such a decimal: {PASS_DECIMAL}'),
        ("int", 2**31, '"<redacted>" is beyond the range of an int, -2147483648 to 2147483647'),
    ],
)
def test_a_hidden_value_is_not_told(content: Any, value: Any, sentence: str) -> None:
    assert why_not(Types(content).root, value, is_hidden=True)[1] == sentence


def test_a_name_is_suggested_where_one_is_near() -> None:
    assert did_you_mean("qyt", ["sku", "qty"]) == '; did you mean "qty"?'
    assert did_you_mean("red", ["RED", "GREEN"]) == '; did you mean "RED"?'
    assert did_you_mean("x", ["sku", "qty"]) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "the datetime 2026-01-01 00:00:00+00:00"),
        (bytearray(b"ab"), "a value of 2 bytes"),
        ([], "a list"),
        (Data(1), "an instance of Data"),
    ],
)
def test_a_value_is_named_as_in_a_sentence(value: Any, words: str) -> None:
    assert spoken(value) == words


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("a", '"a" is no record R'),
        (Model(id=1), ("an instance of Model is no record R; pass what the serializer gets, such "
                      "as value.model_dump()")),
        (Data(1), ("an instance of Data is no record R; pass what the serializer gets, such as "
                  "dataclasses.asdict(value)")),
    ],
)  # fmt: skip
def test_what_is_no_record_is_told_with_what_to_pass(value: Any, sentence: str) -> None:
    assert not_a_container(Types(record("R")).root, value, is_hidden=False) == sentence


def test_what_is_no_map_is_told_and_hidden() -> None:
    map_of = Types({"type": "map", "values": "int"}).root
    assert not_a_container(map_of, 5, is_hidden=False) == "5 is no map"
    assert not_a_container(map_of, 5, is_hidden=True) == '"<redacted>" is no map'
