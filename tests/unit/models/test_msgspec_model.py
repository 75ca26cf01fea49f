from __future__ import annotations

import dataclasses
import datetime  # noqa: TC003  # read when the classes are made
from typing import Annotated, Any, Generic, TypeVar

import msgspec
import pytest

from pytest_schema_registry import InvalidSettings
from pytest_schema_registry.models.model import NotSent, model_of
from tests.unit.models import pairs

T = TypeVar("T")


class Boxed(msgspec.Struct, Generic[T]):
    it: T


class Nested(msgspec.Struct):
    lines: list[pairs.Struct]
    at: datetime.datetime
    by_name: dict[str, pairs.Struct] = {}


class Aware(msgspec.Struct):
    at: Annotated[datetime.datetime, msgspec.Meta(tz=True)]


class OmittingArray(msgspec.Struct, array_like=True, omit_defaults=True):
    x: int
    y: int = 0


@dataclasses.dataclass
class Data:
    inner: pairs.Struct
    qty: int = 1


class HoldsData(msgspec.Struct):
    data: Data
    point: pairs.Totally


class Raising(msgspec.Struct):
    qty: int

    def __post_init__(self) -> None:
        raise RuntimeError("a bug")


def sending(model: Any) -> Any:
    return model_of(model, "test").sending()


def definition(model: Any, name: str) -> Any:
    return sending(model).content["$defs"][name]


def test_what_is_sent_is_closed_and_members_with_defaults_are_required() -> None:
    found = definition(pairs.Struct, "Struct")
    assert found["required"] == ["qty", "note"]
    assert found["additionalProperties"] is False
    assert definition(Boxed[int], "Boxed_int_")["additionalProperties"] is False
    assert definition(pairs.Buy | pairs.Sell, "Buy")["required"] == ["type", "qty"]


def test_members_that_may_be_left_out_are_not_required() -> None:
    assert definition(pairs.StructOmitting, "StructOmitting")["required"] == []
    assert definition(pairs.StructUnset, "StructUnset")["required"] == []


def test_a_struct_as_an_array_has_all_its_elements() -> None:
    found = definition(pairs.StructArray, "StructArray")
    assert (found["minItems"], found["items"]) == (2, False)
    found = definition(OmittingArray, "OmittingArray")
    assert (found["minItems"], found["items"]) == (1, False)


def test_dataclasses_and_typed_dicts_in_structs_are_closed_as_they_are_sent() -> None:
    assert definition(HoldsData, "Data")["required"] == ["inner", "qty"]
    assert definition(HoldsData, "Struct")["required"] == ["qty", "note"]
    assert "additionalProperties" not in definition(HoldsData, "Totally")


def test_a_time_without_an_offset_is_noted() -> None:
    assert sending(Nested).naive
    assert not sending(Aware).naive


def test_code_that_checks_is_named() -> None:
    assert model_of(pairs.StructChecked, "test").accepting().code == (
        "StructChecked.__post_init__",
    )
    assert model_of(pairs.Struct, "test").accepting().code == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"by_alias": False}, "which always has the names that rename= gives; leave by_alias out"),
        ({"exclude_none": True}, "which always sends None as null; leave exclude_none out"),
    ],
)
def test_what_msgspec_has_no_choice_of_is_refused(options: dict[str, bool], said: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        model_of(pairs.Struct, "test").sending(**options)
    assert str(caught.value) == f"test: Struct is a msgspec struct, {said}"


@pytest.mark.parametrize(
    ("payload", "message", "path"),
    [
        ({"lines": 1}, "Expected `array`, got `int` - at `$.lines`", ("lines",)),
        (
            {"lines": [{"qty": "x"}]},
            "Expected `int`, got `str` - at `$.lines[0].qty`",
            ("lines", 0, "qty"),
        ),
        (
            {"lines": [{}]},
            "Object missing required field `qty` - at `$.lines[0]`",
            ("lines", 0, "qty"),
        ),
        ({}, "Object missing required field `lines`", ("lines",)),
        ([], "Expected `object`, got `array`", ()),
    ],
)
def test_a_refusal_has_msgspecs_words_and_the_place_in_the_payload(
    payload: Any, message: str, path: tuple[str | int, ...]
) -> None:
    found = model_of(Nested, "test").refusal(payload)
    assert found is not None
    assert (found.message, found.path) == (message, path)


def test_an_error_in_the_models_code_is_a_refusal() -> None:
    model = model_of(Raising, "test")
    found = model.refusal({"qty": 1})
    assert found is not None
    assert found.message == "it raises RuntimeError: a bug"
    with pytest.raises(NotSent, match="a bug"):
        model.sent({"qty": 1})


def test_what_is_sent_is_what_the_model_makes_of_a_payload() -> None:
    assert model_of(pairs.Struct, "test").sent({"qty": 1, "more": 2}) == {"qty": 1, "note": None}
