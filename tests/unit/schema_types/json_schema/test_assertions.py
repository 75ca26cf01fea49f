from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.schema_types import looks_like_json_schema
from pytest_schema_registry.schema_types.json_schema.assertions import remarks
from pytest_schema_registry.schemas import given

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
ID = {"type": "object", "required": ["id"]}
NAME = "the given schema"
NOTHING = f"{NAME} asserts nothing, and any payload conforms to it"


def said(content: Any, referred: Any = None, draft: str = "2020-12", **options: Any) -> list[str]:
    options = {"formats": True, **options}
    return [text for _, text in remarks(given(content), referred or {}, draft, **options)]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (True, "it is true"),
        ({}, "it is {}"),
        ({"title": "x", "description": "y"}, 'none of its words is an assertion ("descri'),
        ({"$defs": {"O": ID}}, "nothing refers to what is below #/$defs; is a '$ref' missing?"),
        ({"requried": ["id"]}, '"requried" at # is no keyword; did you mean "required"?'),
        ({"schema": ID}, "the schema is inside, at #/schema"),
        ({"payload": {}}, "none of its words is an assertion"),
        ({"openapi": "3.0.0", "components": {}}, "it is an OpenAPI document: its schemas are in"),
        ({"swagger": "2.0", "definitions": {"O": ID}}, "it is an OpenAPI document"),
        ({"fields": [{"name": "id"}]}, '"fields" at # is Avro'),
        ({"properties": {"a": {}, "b": {"title": "B"}}}, "it names properties, and says noth"),
        ({"required": [], "uniqueItems": False}, "none of its words is an assertion"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, "none of its words"),
        ({"allOf": [{}, True], "items": True}, "none of its words is an assertion"),
        ({"dependencies": {"a": {}}}, "none of its words is an assertion"),
        (
            {"$schema": DRAFT_7, "contentMediaType": "image/png"},
            "none of its words is an assertion",
        ),
    ],
)
def test_a_schema_that_asserts_nothing_is_told_of_with_what_it_may_be(
    content: Any, what: str
) -> None:
    (text,) = said(content)
    assert text.startswith(f"{NOTHING}: {what}")


@pytest.mark.parametrize(
    "content",
    [
        False,
        ID,
        {"properties": {"a": {}, "b": False}},
        {"allOf": [{}, {"minimum": 1}]},
        {"not": {}},
        {"oneOf": [{}, {}]},
        {"dependencies": {"a": ["b"]}},
        {"uniqueItems": True},
        {"prefixItems": [{"const": 1}]},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a", "type": "string"}}},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        {"$schema": DRAFT_7, "$ref": "#/definitions/a", "definitions": {"a": ID}},
        {"enum": [{"requried": ["id"]}], "default": {"minLenght": 1}},
        {"properties": {"requried": ID}, "x-requried": 1, "$track": "v1", "nullable": True},
        {"properties": {"a": {"$schema": DRAFT_7, "requried": [], "type": "null"}}},
        {"type": "string", "format": "date-time"},
        {"$schema": DRAFT_7, "contentMediaType": "application/json"},
        {"$schema": DRAFT_7, "contentEncoding": "base64"},
        {"type": "object", "fields": "all"},
    ],
)
def test_of_a_schema_that_asserts_something_there_is_nothing_to_say(content: Any) -> None:
    assert said(content) == []


def test_a_misspelled_keyword_beside_others_is_told_of_where_it_stands() -> None:
    below = {"minLenght": 4, "aditionalProperties": False, "requried": []}
    (text,) = said({"type": "object", "propertes": {}, "items": {"anyOf": [below]}})
    first, second, third, rest = [*text.split("; and 1 more")[0].split("?; "), "1 more"]
    assert first == f'{NAME}: "propertes" at # is no keyword; did you mean "properties"'
    assert second == (
        '"aditionalProperties" at #/items/anyOf/0 is no keyword; did you mean '
        '"additionalProperties"'
    )
    assert third == '"minLenght" at #/items/anyOf/0 is no keyword; did you mean "minLength"?'
    assert text.endswith(f"; and {rest}")


def test_a_keyword_of_a_later_draft_asserts_nothing_in_an_earlier_one() -> None:
    (text,) = said({"$schema": DRAFT_7, "type": "object", "dependentRequired": {"a": ["b"]}})
    assert text == f'{NAME}: "dependentRequired" at # is no keyword of draft 7'
    assert said({"dependentRequired": {"a": ["b"]}}) == []
    assert said({"type": "object", "dependentRequired": {}}, draft="7") == [text]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"format": "datetime"}, '"datetime" is not checked; did you mean "date-time"?'),
        ({"items": {"format": "uuid4"}}, '"uuid4" is not checked; did you mean "uuid"?'),
        ({"format": "money"}, '"money" is not checked'),
        ({"format": "decimal"}, '"decimal" is not checked'),
        ({"$schema": DRAFT_7, "format": "uuid"}, '"uuid" is not checked: draft 7 does not know it'),
    ],
)
def test_a_format_that_is_not_checked_is_told_of(content: dict[str, Any], text: str) -> None:
    assert said({"type": "array", **content}) == [f"{NAME}: the format {text}"]
    assert said({"type": "array", **content}, formats=False) == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"title": "An order"},
        {"total": 1, "$comment": "anything"},
        {"$core_version": "1.0.0"},
        {"$of_a_tool": 1},
        {"x-owner": "shop"},
        {"divisibleBy": 2, "id": "https://shop.invalid/order"},
        {"requried": ["id"]},
        {"fields": [{"name": "id"}]},
        {"openapi": "3.0.0"},
        {"payload": ID},
        {"nullable": True},
    ],
)
def test_an_object_with_one_word_of_schemas_may_be_a_schema(content: dict[str, Any]) -> None:
    assert looks_like_json_schema(content)


@pytest.mark.parametrize(
    "content",
    [{"orderId": "o-1", "total": 3}, {"payload": {"order": 1}}, {"payload": 1}, {"": 1}],
)
def test_an_object_without_any_is_a_payload(content: dict[str, Any]) -> None:
    assert not looks_like_json_schema(content)


def test_what_a_schema_refers_to_is_looked_at_too() -> None:
    uri = "https://registry.invalid/-/a.B"
    content = {"$ref": "a.B"}
    assert said(content, {uri: ID}) == []
    assert said(content, {uri: {}}) == [f'{NOTHING}: none of its words is an assertion ("$ref")']
    assert said(content, {uri: {**ID, "requried": []}}) == [
        f'a.B: "requried" at # is no keyword; did you mean "required"? ({NAME} needs it)'
    ]


def test_a_word_that_is_misspelt_twice_is_named_at_both_places() -> None:
    (text,) = said({"type": "object", "requird": ["id"], "items": {"requird": ["id"]}})
    assert text == (
        f'{NAME}: "requird" at # is no keyword; did you mean "required"?; '
        '"requird" at #/items is no keyword; did you mean "required"?'
    )
