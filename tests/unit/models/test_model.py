from __future__ import annotations

import dataclasses
import sys
import typing
from typing import Any

import msgspec
import pydantic
import pydantic.v1
import pytest

from pytest_schema_registry import InvalidSettings
from pytest_schema_registry.models.model import TAKEN, is_model, model_of, without_steps_beside
from pytest_schema_registry.schemas import given
from tests.unit.models.pairs import Buy, Coordinates, Page, Plain, Point, Sell, Struct, Totally


def refused(given_: Any) -> str:
    with pytest.raises(InvalidSettings) as caught:
        model_of(given_, "assert_produces")
    return str(caught.value)


@pytest.mark.parametrize(
    ("given_", "name", "library"),
    [
        (Plain, "Plain", "pydantic"),
        (Page[int], "Page[int]", "pydantic"),
        (Point, "Point", "pydantic"),
        (Totally, "Totally", "pydantic"),
        (Coordinates, "Coordinates", "pydantic"),
        (list[Plain], "list[Plain]", "pydantic"),
        (Plain | None, "Plain | None", "pydantic"),
        (pydantic.TypeAdapter(list[Plain]), "list[Plain]", "pydantic"),
        (typing.Annotated[int, pydantic.Field(ge=0)], "int", "pydantic"),
        (Struct, "Struct", "msgspec"),
        (list[Struct], "list[Struct]", "msgspec"),
        (Buy | Sell, "Buy | Sell", "msgspec"),
    ],
    ids=str,
)
def test_a_model_has_the_name_of_its_class_or_type(given_: Any, name: str, library: str) -> None:
    model = model_of(given_, "assert_produces")
    assert model.name.startswith(name)
    assert model.library == library


def test_a_schema_data_and_nothing_are_no_models() -> None:
    each: Any
    for each in ("shop.Order", {}, True, None, 3, 1.5, [], (), set(), b"", given({})):
        assert not is_model(each)
    assert is_model(Plain)


def test_what_is_no_model_is_answered_with_what_is() -> None:
    assert refused("shop.Order") == f"assert_produces: 'shop.Order' is no model; give {TAKEN}"
    assert refused(len) == f"assert_produces: <built-in function len> is no model; give {TAKEN}"


def test_an_instance_is_answered_with_its_class() -> None:
    said = "assert_produces: Plain(…) is an instance; give its class, Plain"
    assert refused(Plain(qty=1)) == said
    assert refused(Struct(qty=1)) == said.replace("Plain", "Struct")


def test_a_model_of_pydantic_v1_is_refused() -> None:
    class Old(pydantic.v1.BaseModel):
        qty: int

    assert refused(Old) == f"assert_produces: Old is a model of pydantic v1; give {TAKEN}"


def test_a_class_that_pydantic_does_not_take_is_refused_in_its_words() -> None:
    said = refused(Thing)
    assert said.startswith("assert_produces: pydantic does not take Thing as a model: Unable to ")
    assert said.endswith(f"; give {TAKEN}")


def test_a_name_that_is_not_defined_is_named() -> None:
    said = "pydantic does not take list['Nothing'] as a model: name 'Nothing' is not defined; "
    assert said in refused(list["Nothing"])  # type: ignore[name-defined]  # noqa: F821
    adapter = pydantic.TypeAdapter(list["Nothing"])  # type: ignore[name-defined]  # noqa: F821
    assert said in refused(adapter)


def test_a_model_whose_library_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As if pydantic were not installed.
    monkeypatch.setitem(sys.modules, "pytest_schema_registry.models.pydantic_model", None)
    assert refused(Point) == (
        f"assert_produces: {Point!r} needs pydantic: pip install 'pydantic>=2.11'; a model is "
        f"{TAKEN}"
    )


@pytest.mark.parametrize(
    ("steps", "is_missing", "found"),
    [
        (("lines", 0, "qty"), False, ("lines", 0, "qty")),
        (("lines", 5, "qty"), False, ("lines",)),
        (("lines", 0, "Line", "qty"), False, ("lines", 0, "qty")),
        (("lines", 0, "unit"), True, ("lines", 0, "unit")),
        (("lines", 0, "unit"), False, ("lines", 0)),
        (("lines", "x"), False, ("lines",)),
    ],
)
def test_steps_that_lead_nowhere_are_left_out(
    steps: tuple[str | int, ...], is_missing: bool, found: tuple[str | int, ...]
) -> None:
    payload = {"lines": [{"qty": 1}]}
    assert without_steps_beside(payload, steps, is_missing=is_missing) == found


DIALECT = "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("mode", ["serialization", "validation"])
def test_the_published_schema_is_that_of_the_library_with_its_dialect(mode: Any) -> None:
    class Order(pydantic.BaseModel):
        qty: int = pydantic.Field(default=1, alias="orderQty")

    schema = model_of(Order, "export").json_schema(mode)
    assert next(iter(schema.items())) == ("$schema", DIALECT)
    assert schema == {"$schema": DIALECT, **Order.model_json_schema(mode=mode)}
    plain = model_of(Order, "export").json_schema(mode, by_alias=False)
    assert list(plain["properties"]) == ["qty"]


def test_a_published_schema_has_a_title() -> None:
    assert model_of(list[Plain], "export").json_schema()["title"] == "list[Plain]"
    assert model_of(list[Struct], "export").json_schema()["title"] == "list[Struct]"
    assert model_of(Struct, "export").json_schema()["$schema"] == DIALECT


def test_a_struct_has_no_other_names_than_its_own() -> None:
    with pytest.raises(InvalidSettings, match=r"^export: Struct is a msgspec struct, which always"):
        model_of(Struct, "export").json_schema(by_alias=False)


class Thing:
    pass


class Opaque(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    thing: Thing


class OpaqueStruct(msgspec.Struct):
    thing: Thing


def test_a_model_that_has_no_json_schema_is_answered_with_advice() -> None:
    said = []
    for asked in ("json_schema", "sending", "accepting"):
        for model in (Opaque, OpaqueStruct):
            with pytest.raises(InvalidSettings) as caught:
                getattr(model_of(model, "export"), asked)()
            said.append(str(caught.value))
    assert len(set(said)) == 2
    assert said[0].startswith("export: pydantic has no JSON Schema for Opaque: Cannot generate a ")
    assert said[0].endswith("or leave the member out of what is sent with Field(exclude=True)")
    assert said[1].startswith("export: msgspec has no JSON Schema for OpaqueStruct: Generating ")
    assert said[1].endswith("; give it types that msgspec.json.schema takes")


def test_a_class_that_msgspec_can_take_and_that_is_no_struct_is_pydantics() -> None:
    @dataclasses.dataclass
    class Data:
        qty: int

    assert model_of(Data, "export").library == "pydantic"
