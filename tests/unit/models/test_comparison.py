from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest

from pytest_schema_registry import InvalidSchema, InvalidSettings, compare
from pytest_schema_registry.compatibility import NotASchema
from tests.unit.models import pairs
from tests.unit.models.pairs import INTEGER, MOMENT, STRING, members


class LengthOfText(pydantic.BaseModel):
    a: Annotated[int, pydantic.BeforeValidator(len)]
    b: str

    @pydantic.field_validator("b")
    @classmethod
    def never(cls, b: str) -> str:
        raise ValueError(f"never {len(b)}")


class Aliased(pydantic.BaseModel):
    order_id: str = pydantic.Field(alias="orderId")
    placed_at: str = pydantic.Field(alias="placedAt")


class Rounded(pydantic.BaseModel):
    price: float

    @pydantic.field_serializer("price")
    def rounded(self, price: float) -> float:
        return round(price)


def notes(report: Any, kind: str) -> list[str]:
    return [f"{each.path} {each.message}" for each in report.notes if each.kind == kind]


def test_two_schemas_are_compared_by_their_language() -> None:
    report = compare({"type": "integer"}, {"type": "number"}, level="full", policy="strict")
    assert [each.direction for each in report.reasons] == ["forward"]
    with pytest.raises(NotASchema, match="the old schema is invalid"):
        compare({"type": "objekt"}, True)
    with pytest.raises(NotASchema, match="a schema is an object or a boolean, not list"):
        compare([], True)


def test_a_level_or_a_policy_that_there_is_not_is_an_error() -> None:
    new: Any
    for new in ({}, pairs.Plain):
        with pytest.raises(ValueError, match=r"^level is one of backward, forward, full, not 'up'"):
            compare({}, new, level="up")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"^policy is one of tolerant, strict, not 'lax'"):
            compare({}, new, policy="lax")  # type: ignore[arg-type]


def test_the_first_is_the_producer_and_the_second_the_consumer() -> None:
    wide, narrow = members(qty={"type": "number"}), members(qty=INTEGER)
    assert compare(pairs.Plain, wide)
    assert not compare(wide, pairs.Plain)
    assert compare(narrow, pairs.Plain, level="full")
    assert compare(pairs.Plain, pairs.Struct, level="full").compatible
    assert compare(wide, pairs.Plain, level="forward")


def test_the_policy_is_about_schemas_alone() -> None:
    # A schema as written may be sent anything; a model that forbids it says so itself.
    narrow = members(qty=INTEGER)
    assert compare(narrow, pairs.Forbidding)
    (reason,) = compare(narrow, pairs.Forbidding, policy="strict").reasons
    assert reason.message.endswith("Extra inputs are not permitted")
    closed = members(["id"], closed=True, id=STRING)
    assert compare(pairs.Excluding, closed | {"required": []}, policy="tolerant").compatible
    assert not compare(pairs.Excluding, closed | {"required": []}, policy="strict")


def test_a_default_stands_in_for_what_is_missing_where_that_is_asked() -> None:
    schema = members(qty=INTEGER, note={"type": "string", "default": ""})
    assert not compare(pairs.Plain, schema)
    assert compare(pairs.Plain, schema, defaults=True)


def test_what_no_payload_gets_through_is_undecided() -> None:
    report = compare(LengthOfText, members(a=STRING, b=STRING))
    assert report.compatible is None
    (reason,) = report.reasons
    assert (reason.rule, reason.path, reason.verdict) == ("undecided", "$", "unconfirmed")
    assert notes(report, "rests-on") == [
        "$ nothing: it is neither proved nor refuted; 0 payloads did not show a break"
    ]


def test_a_budget_that_is_used_up_leaves_it_undecided() -> None:
    old = {"type": "string", "pattern": "^[0-9]+$"}
    report = compare(old, {"type": "string", "pattern": "^[0-9][0-9]*$"}, budget=1)
    assert report.compatible is None
    assert [each.rule for each in report.reasons] == ["budget-exceeded"]
    assert compare(pairs.Plain, members(qty=INTEGER), budget=1).compatible


def test_what_is_neither_a_schema_nor_a_model_is_refused() -> None:
    with pytest.raises(
        InvalidSettings, match=r"^compare: pydantic does not take <object object at"
    ):
        compare(object(), {})
    with pytest.raises(InvalidSchema, match="the given schema: the schema is itself wrong"):
        compare(pairs.Plain, {"type": "objekt"})
    with pytest.raises(InvalidSchema, match=r"it refers to shop\.Line, which is not in it"):
        compare(pairs.Plain, {"properties": {"line": {"$ref": "shop.Line"}}})


def test_a_break_that_the_model_does_not_confirm_is_a_note() -> None:
    digits = members(qty={"type": "string", "pattern": "^[0-9]{1,9}$"})
    report = compare(digits, pairs.Plain)
    assert report.compatible
    (said,) = notes(report, "schema-unlike-model")
    assert said.startswith('$.qty its JSON Schema shows type-narrowed with {"qty": "')
    assert said.endswith(": the model accepts it")
    report = compare(Rounded, members(price={"type": "number", "multipleOf": 1}), policy="strict")
    (said,) = notes(report, "schema-unlike-model")
    assert re.search(r": the model sends {\"price\": \S+} instead$", said)
    report = compare(pairs.Wrapped, members(order=members(qty=INTEGER)), policy="strict")
    said, *_ = notes(report, "schema-unlike-model")
    assert said == (
        "$.order its JSON Schema shows required-added with {}: the model does not send it: qty: "
        "Field required"
    )


def test_a_payload_that_is_refused_for_something_else_shows_that_instead() -> None:
    report = compare(members(a=STRING, b=STRING), LengthOfText)
    (reason,) = report.reasons
    assert (reason.rule, reason.path) == ("refused-by-model", "$.b")
    assert reason.message.startswith("b: Value error, never ")


def test_each_break_has_its_own_words() -> None:
    schema = members(["orderId", "placedAt"], order_id=INTEGER, placed_at=INTEGER)
    assert [(each.path, each.message) for each in compare(Aliased, schema).reasons] == [
        ("$.orderId", '"orderId" is a required property'),
        ("$.placedAt", '"placedAt" is a required property'),
        ("$.order_id", '"x" is a string, not an integer'),
        ("$.placed_at", '"x" is a string, not an integer'),
    ]
    schema = members(orderId=STRING, placedAt=STRING) | {"required": []}
    assert [(each.path, each.message) for each in compare(schema, Aliased).reasons] == [
        ("$.orderId", "orderId: Field required"),
        ("$.placedAt", "placedAt: Field required"),
    ]
    whole = compare(members(order_id=STRING, placed_at=STRING), True)
    assert whole.compatible


def test_a_model_is_compared_as_it_sends_aliases_where_that_is_asked() -> None:
    assert not compare(Aliased, Aliased)
    assert compare(Aliased, Aliased, by_alias=True, level="full")
    assert not compare(Aliased, Aliased, by_alias=False)


def test_a_time_that_may_lack_its_offset_is_a_note_where_a_format_asks_for_one() -> None:
    kind = "naive-datetime"
    (said,) = notes(compare(pairs.Timed, members(at=MOMENT)), kind)
    assert said == (
        "$ the model may send a time without an offset, which the schema's format refuses "
        "(RFC 3339); a type with a time zone, such as AwareDatetime, always sends one"
    )
    assert notes(compare(pairs.Timed, members(at=STRING)), kind) == []
    assert notes(compare(pairs.TimedAware, members(at=MOMENT)), kind) == []
    assert notes(compare(pairs.Timed, pairs.TimedAware), kind) == []


def test_the_words_of_two_schemas_are_no_news() -> None:
    schema = members(qty=INTEGER) | {"title": "An order", "description": "of somebody"}
    assert {each.kind for each in compare(pairs.Plain, schema).notes} == {"rests-on"}


def test_a_rename_is_a_note() -> None:
    report = compare(pairs.StructCamel, members(order_qty=INTEGER))
    assert notes(report, "probable-rename") == ["$.orderQty -> $.order_qty"]


def test_at_most_five_breaks_are_added_by_payloads() -> None:
    names = [f"p{number}" for number in range(8)]

    def refuse(value: int) -> int:
        raise ValueError(f"never {value}")

    fields: dict[str, Any] = {
        name: (Annotated[int | None, pydantic.AfterValidator(lambda v: v and refuse(v))], None)
        for name in names
    }
    wide = pydantic.create_model("Wide", **fields)
    report = compare({"type": "object", "properties": dict.fromkeys(names, INTEGER)}, wide)
    assert {each.rule for each in report.reasons} == {"refused-by-model"}
    assert len(report.reasons) == 5


def test_at_most_a_hundred_payloads_are_tried() -> None:
    values = msgspec.defstruct("Wide", [("value", Literal[tuple(range(120))])])
    assert notes(compare(values, {}), "rests-on") == [
        "$ proved over the two schemas, and tried with 100 payloads"
    ]


def test_a_verdict_without_any_payload_speaks_of_none() -> None:
    struct = msgspec.defstruct("Moment", [("at", datetime)])
    report = compare(struct, members(["at"], at=STRING))
    assert notes(report, "rests-on") == ["$ proved over the two schemas"]


def test_structs_of_one_name_are_told_apart_by_their_members() -> None:
    first = msgspec.defstruct("Line", [("qty", int, 1)])
    second = msgspec.defstruct("Line", [("price", int, 1)], module="elsewhere")
    outer = msgspec.defstruct("Outer", [("first", first), ("second", second)])
    schema = members(first=members(qty=INTEGER), second=members(price=INTEGER))
    assert compare(outer, schema, level="backward").compatible


class WrongWord(pydantic.BaseModel):
    a: Annotated[Any, pydantic.WithJsonSchema({"type": "objekt"})]


class LeadsNowhere(pydantic.BaseModel):
    a: Annotated[Any, pydantic.WithJsonSchema({"$ref": "#/nowhere"})]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (
            WrongWord,
            r"^compare: a model has a JSON Schema that is wrong: .* is invalid: \"objekt\"",
        ),
        (LeadsNowhere, "^compare: pydantic has no JSON Schema for LeadsNowhere: KeyError: '#/nowh"),
    ],
)
def test_a_model_with_a_wrong_schema_of_its_own_is_an_error(
    model: Any, reason: str, *, swapped: bool
) -> None:
    sides = [model, {"type": "object"}]
    with pytest.raises(InvalidSettings, match=reason):
        compare(*(reversed(sides) if swapped else sides))
