from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pydantic
import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.schemas import given
from tests.parts import judge_of


class Line(pydantic.BaseModel):
    sku_code: str = pydantic.Field(default="a", alias="skuCode")
    note: str | None = None


class Order(pydantic.BaseModel):
    order_id: str = pydantic.Field(default="o-1", serialization_alias="orderId")
    lines: list[Line] = []


BY_ALIAS = 'pass model_dump(mode="json", by_alias=True)'


def said(schema: dict[str, Any], passed: Any, *, text: bool = False) -> list[str]:
    """The lines of a failure between the first and where the schema is from, and the next step."""
    with SchemaRegistry() as registry:
        judge = judge_of(registry)
        validator = judge.validator(given(schema))
        payload = judge.to_json(passed, text=text)
        assert not validator.is_valid(payload)
        lines = str(judge.explain(validator, payload, passed=passed)).splitlines()
    return [line.strip() for line in lines[1:] if not line.startswith("  schema: ")]


def test_a_member_that_has_an_alias_is_sent_by_it() -> None:
    schema = {"required": ["orderId"], "properties": {"orderId": {}}}
    assert said(schema, Order()) == [
        '$: "orderId" is a required property',
        "#/required",
        f"orderId is the model's alias of order_id: {BY_ALIAS}",
        f"next: {BY_ALIAS}",
    ]


def test_each_missing_member_has_the_hint_on_its_own_alias() -> None:
    class Trip(Order):
        placed_at: str = pydantic.Field(default="", serialization_alias="placedAt")

    lines = said({"required": ["orderId", "placedAt", "total"]}, Trip())
    assert lines[:8] == [
        '$: "orderId" is a required property',
        "#/required",
        f"orderId is the model's alias of order_id: {BY_ALIAS}",
        '$: "placedAt" is a required property',
        "#/required",
        f"placedAt is the model's alias of placed_at: {BY_ALIAS}",
        '$: "total" is a required property',
        "#/required",
    ]
    assert len(lines) == 9


def test_an_alias_is_said_once_and_at_any_depth() -> None:
    line = {"properties": {"skuCode": {}, "note": {}}, "additionalProperties": False}
    schema = {"properties": {"order": {"properties": {"lines": {"items": line}}}}}
    lines = said(schema, {"order": Order(lines=[Line(), Line()])})
    assert lines == [
        '$.order.lines[0]: "sku_code" is not allowed; did you mean "skuCode"?',
        "#/properties/order/properties/lines/items/additionalProperties says false",
        f"skuCode is the model's alias of sku_code: {BY_ALIAS}",
        '$.order.lines[1]: "sku_code" is not allowed; did you mean "skuCode"?',
        "#/properties/order/properties/lines/items/additionalProperties says false",
        f"next: {BY_ALIAS}",
    ]


@pytest.mark.parametrize("passed", [Line(), {"sku_code": "a"}, [1], ({},)])
def test_no_alias_is_suspected_where_there_is_none(passed: Any) -> None:
    schema = {
        "required": ["orderId"],
        "properties": {"orderId": {}, "sku_code": {}, "note": {}},
        "additionalProperties": False,
        "type": "object",
    }
    assert not any("alias" in line for line in said(schema, passed))


@pytest.mark.parametrize(
    ("passed", "hint"),
    [
        (Line(), ["the member may be left out (exclude_none=True)"]),
        ({"note": None}, ["the member may be left out"]),
    ],
    ids=["model", "dict"],
)
def test_a_null_that_is_refused_may_be_left_out(passed: Any, hint: list[str]) -> None:
    lines = said({"properties": {"note": {"type": "string"}}}, passed)
    assert lines[:3] == [
        "$.note: null is not a string",
        '#/properties/note/type says "string"',
        *hint,
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"note": {"type": "string"}}, "required": ["note"]},
        {"additionalProperties": {"type": "string"}},
        {"properties": {"note": {"$ref": "#/$defs/text"}}, "$defs": {"text": {"type": "string"}}},
    ],
)
def test_a_null_that_must_be_there_may_not(schema: dict[str, Any]) -> None:
    lines = said(schema, {"note": None})
    assert lines[0] == "$.note: null is not a string"
    assert not any("left out" in line for line in lines)


def test_a_null_in_an_alternative_has_its_hint_there() -> None:
    some = {"type": "object", "required": ["id"], "properties": {"note": {"type": "string"}}}
    lines = said(
        {"properties": {"line": {"anyOf": [some, {"type": "null"}]}}},
        {"line": {"id": 1, "note": None}},
    )
    assert "the member may be left out" not in lines[0]


def test_text_that_is_json_is_told_from_other_text() -> None:
    schema = {"type": "object"}
    assert said(schema, '{"id": 1}')[2:] == [
        "the string is itself JSON: pass text=True",
        "next: pass text=True",
    ]
    assert said(schema, '"{\\"id\\": 1}"', text=True)[2] == (
        "the string is itself JSON: is it encoded twice?"
    )
    for text in ("id", "1"):
        assert not any("itself JSON" in line for line in said(schema, text))


def test_the_payload_is_not_asked_whether_it_is_a_text() -> None:
    @dataclass(eq=False)
    class Coupon:
        code: str

        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: Any) -> bool:
            return bool(self.code == other.code)  # a text has no code

    assert said({"properties": {"code": {"type": "object"}}}, Coupon("{}"))[2] == (
        "the string is itself JSON: is it encoded twice?"
    )


def test_a_responses_status_stands_above_its_violations() -> None:
    response = httpx.Response(422, json={"detail": "no"})
    assert said({"required": ["id"]}, response)[0] == "the response is 422, application/json"
