from __future__ import annotations

import datetime  # noqa: TC003  # read when the classes are made
from typing import Annotated, Any

import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from pytest_schema_registry.models.model import NotSent, model_of
from tests.unit.models import pairs


def sending(model: Any, **options: Any) -> Any:
    return model_of(model, "test").sending(**options)


def accepting(model: Any) -> Any:
    return model_of(model, "test").accepting()


def refusal(model: Any, payload: Any) -> Any:
    return model_of(model, "test").refusal(payload)


def sent(model: Any, payload: Any, **options: Any) -> Any:
    return model_of(model, "test").sent(payload, **options)


def test_what_is_sent_is_closed_and_members_with_defaults_are_required() -> None:
    content = sending(pairs.Optional).content
    assert content["required"] == ["note"]
    assert content["additionalProperties"] is False


def test_members_that_may_be_left_out_are_not_required() -> None:
    class Order(BaseModel):
        qty: int = Field(default=0, exclude_if=lambda qty: qty == 0)

    assert "required" not in sending(Order).content
    assert sending(pairs.Mixed).content["required"] == ["qty"]
    assert "required" not in sending(pairs.Partly).content


def test_a_class_that_allows_anything_stays_open() -> None:
    assert sending(pairs.Allowing).content["additionalProperties"] is True


def test_without_none_a_member_that_may_be_none_is_optional_and_never_null() -> None:
    class Order(BaseModel):
        qty: int
        note: str | None
        code: int | str | None
        nothing: None
        anything: Any

    content = sending(Order, exclude_none=True).content
    assert content["required"] == ["qty"]
    note, code = (content["properties"][name] for name in ("note", "code"))
    assert note == {"title": "Note", "type": "string"}
    assert code == {"title": "Code", "anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert "nothing" not in content["properties"]
    assert content["properties"]["anything"] == {"title": "Anything"}


def test_each_class_says_of_itself_whether_it_sends_aliases() -> None:
    content = sending(pairs.HoldsAliased).content
    assert list(content["properties"]) == ["order", "kept"]
    assert list(content["$defs"]["AliasSent"]["properties"]) == ["orderQty"]
    content = sending(pairs.HoldsAliased, by_alias=True).content
    assert list(content["properties"]) == ["order", "keptQty"]
    content = sending(pairs.HoldsAliased, by_alias=False).content
    assert list(content["$defs"]["AliasSent"]["properties"]) == ["qty"]


def test_a_class_that_reads_its_own_names_only_is_described_by_them() -> None:
    class Order(BaseModel):
        model_config = ConfigDict(validate_by_alias=False, validate_by_name=True)
        qty: int = Field(alias="orderQty")

    assert list(accepting(Order).content["properties"]) == ["qty"]


def test_a_time_without_an_offset_is_noted() -> None:
    class At(TypedDict):
        at: datetime.time

    assert sending(pairs.Timed).naive
    assert sending(At).naive
    assert not sending(pairs.TimedAware).naive
    assert not sending(pairs.Day).naive


def test_code_that_checks_and_code_that_sends_are_told_apart() -> None:
    class Both(BaseModel):
        qty: Annotated[int, pydantic.AfterValidator(abs)]

        def model_post_init(self, context: Any, /) -> None:
            pass

        @pydantic.field_serializer("qty")
        def sent_qty(self, qty: int) -> int:
            return qty

        @pydantic.computed_field  # type: ignore[prop-decorator]
        @property
        def twice(self) -> int:
            return self.qty * 2

    assert set(accepting(Both).code) == {"abs", "model_post_init"}
    assert set(sending(Both).code) == {"sent_qty", "twice"}
    assert accepting(pairs.Plain).code == sending(pairs.Plain).code == ()
    assert accepting(pairs.Priced).code == ("Decimal",)


class Described:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return handler(int)

    @classmethod
    def __get_pydantic_json_schema__(cls, source: Any, handler: Any) -> Any:
        return {"type": "string"}


def test_a_json_schema_in_the_users_words_proves_nothing() -> None:
    class Extra(BaseModel):
        model_config = ConfigDict(json_schema_extra={"required": ["more"]})

    class OfMembers(BaseModel):
        plain: int = Field(json_schema_extra={"example": 1}, description="a number")
        wrong: int = Field(json_schema_extra={"minimum": 3})
        called: int = Field(json_schema_extra=lambda schema: schema.clear())

    class OfTypes(BaseModel):
        it: Described
        other: Annotated[int, pydantic.WithJsonSchema({"type": "string"})]

    for asked in (sending, accepting):
        assert asked(Extra).code == asked(OfMembers).code == ("json_schema_extra",)
        assert set(asked(OfTypes).code) == {"__get_pydantic_json_schema__", "WithJsonSchema"}


def test_what_pydantic_itself_sends_with_is_described() -> None:
    class Known(BaseModel):
        secret: pydantic.SecretStr
        address: pydantic.IPvAnyAddress
        text: pydantic.Base64Str

    assert sending(Known).code == ()


def test_code_without_a_name_has_that_of_its_class() -> None:
    class Check:
        def __call__(self, value: int) -> int:
            return value

    assert accepting(
        pydantic.TypeAdapter(Annotated[int, pydantic.AfterValidator(Check())])
    ).code == ("Check",)


def test_a_refusal_has_pydantics_words_and_the_places_in_the_payload() -> None:
    found = refusal(pairs.Untagged, {"pet": {"kind": "cat"}})
    assert found.message == "pet.Cat.lives: Field required (and 1 more)"
    assert found.paths == (("pet", "lives"), ("pet", "kind"))
    assert found.path == ("pet", "lives")
    assert refusal(pairs.Numbers, {}).message == "Input should be a valid array"
    assert refusal(pairs.Plain, {"qty": 1}) is None


def test_an_error_in_the_models_code_is_a_refusal() -> None:
    class Broken(BaseModel):
        qty: int

        @pydantic.field_validator("qty")
        @classmethod
        def check(cls, qty: int) -> float:
            return 1 / qty

    found = refusal(Broken, {"qty": 0})
    assert found.message == "it raises ZeroDivisionError: division by zero"
    assert found.paths == ((),)


def test_what_is_sent_is_what_the_model_makes_of_a_payload_in_either_form() -> None:
    assert sent(pairs.Aliased, {"qty": 1}) == {"qty": 1}
    assert sent(pairs.Aliased, {"orderQty": 1}) == {"qty": 1}
    assert sent(pairs.Aliased, {"orderQty": 1}, by_alias=True) == {"orderQty": 1}
    assert sent(pairs.AliasOnlySent, {"orderQty": 1}) == {"orderQty": 1}
    assert sent(pairs.Optional, {}, exclude_none=True) == {}
    assert sent(pairs.Computed, {"net": 1, "gross": 5}) == {"net": 1, "gross": 2}


def test_members_that_are_sent_and_not_taken_are_cut_at_any_depth() -> None:
    class Outer(BaseModel):
        model_config = ConfigDict(extra="forbid")
        inner: list[pairs.Computed]
        renamed: list[pairs.AliasOnlySent]

        @pydantic.computed_field  # type: ignore[prop-decorator]
        @property
        def count(self) -> int:
            return len(self.inner)

    payload = {"inner": [{"net": 1, "gross": 2}], "renamed": [{"orderQty": 3}], "count": 1}
    assert sent(Outer, payload) == payload


def test_an_alias_that_two_fields_have_is_not_read_back() -> None:
    class One(BaseModel):
        model_config = ConfigDict(serialize_by_alias=True)
        first: int = Field(serialization_alias="it")

    class Two(BaseModel):
        one: One
        second: int = Field(serialization_alias="it")

    with pytest.raises(NotSent, match=r"one\.first: Field required"):
        sent(Two, {"one": {"it": 1}, "second": 2})


def test_a_dataclass_with_an_alias_that_is_only_sent_is_read_back() -> None:
    @pydantic.dataclasses.dataclass(config=ConfigDict(serialize_by_alias=True))
    class Data:
        qty: int = Field(serialization_alias="orderQty")

    assert sending(Data).content["required"] == ["orderQty"]
    assert sent(Data, {"orderQty": 1}) == {"orderQty": 1}


def test_a_payload_that_cannot_be_sent_says_why() -> None:
    class Broken(BaseModel):
        qty: float

        @pydantic.field_serializer("qty")
        def sent_qty(self, qty: float) -> float:
            return 1 / qty

    class Unlike(BaseModel):
        model_config = ConfigDict(extra="forbid")

        @pydantic.model_validator(mode="before")
        @classmethod
        def check(cls, data: Any) -> Any:
            return {"more" * len(data): 1}

    with pytest.raises(NotSent, match=r"^qty: Input should be a valid number"):
        sent(Broken, {"qty": "x"})
    with pytest.raises(NotSent, match="ZeroDivisionError"):
        sent(Broken, {"qty": 0})
    with pytest.raises(NotSent, match=r"^ValueError: Out of range float values"):
        sent(Anything, {"value": "nan"})
    with pytest.raises(NotSent, match="Extra inputs are not permitted"):
        sent(Unlike, {"more": 1})


class Anything(BaseModel):
    value: float = Field(allow_inf_nan=True)
