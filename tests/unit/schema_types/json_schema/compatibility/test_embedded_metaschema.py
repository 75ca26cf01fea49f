"""A meta-schema that a schema refers to is compared as the engine applies it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schema_types.json_schema.compatibility.embedded_metaschema import (
    with_embedded_metaschema,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.premises import hold
from pytest_schema_registry.schema_types.json_schema.document import Document

URIS = [f"http://json-schema.org/draft-0{number}/schema" for number in (4, 6, 7)]
LATER = "https://json-schema.org/draft/2019-09/schema"
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
VALUES: list[Any] = [None, True, 0, -1, 1.5, "", "(", "string", [], [1], ["a"], ["a", "a"], [{}]]
VALUES += [{}, {"a": 1}, {"a": ["b"]}, {"a": {"minLength": -1}}]
WORDS = ["enum", "required", "items", "properties", "dependencies", "pattern", "minLength", "type"]
WORDS += ["writeOnly", "not", "exclusiveMinimum", "minimum", "$ref"]


def copied(schema: Any) -> Any:
    return json.loads(json.dumps(schema))


@pytest.mark.parametrize("uri", URIS)
@pytest.mark.parametrize("end", ["", "#", "#/definitions/stringArray", "#/properties/pattern"])
@pytest.mark.parametrize("formats", [True, False])
def test_the_embedded_means_the_same(uri: str, end: str, formats: bool) -> None:
    schema = {"$schema": uri, "properties": {"a": {"$ref": uri + end}}, "definitions": {"T": TEXT}}
    embedded = with_embedded_metaschema(copied(schema))

    assert hold(Document(embedded))
    assert not hold(Document(schema))
    ours, theirs = (
        jsonschema_rs.validator_for(each, validate_formats=formats) for each in (schema, embedded)
    )
    sent = [{"a": each} for each in VALUES]
    sent += [{"a": {word: each}} for word in WORDS for each in VALUES]
    assert [*map(ours.is_valid, sent)] == [*map(theirs.is_valid, sent)]
    assert len({*map(ours.is_valid, sent)}) == 2


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"$schema": LATER, "properties": {"a": {"$ref": LATER}}},
        {"$schema": URIS[0], "properties": {"a": {"$ref": URIS[2]}}},
        {"$schema": URIS[2], "properties": {"a": {"$ref": "#/definitions/T"}, "$ref": TEXT}},
        {"$schema": URIS[2], "properties": {"a": {"default": {"$ref": URIS[2]}}}},
        {"$schema": URIS[2], "$id": URIS[2], "properties": {"a": {"$ref": URIS[2]}}},
        {"$schema": URIS[2], "$id": f"{URIS[2]}#", "items": {"$ref": "#/definitions/T"}},
        {
            "$schema": URIS[2],
            "definitions": {"I": {"$id": "http://a/b", "items": {"$ref": URIS[2]}}},
        },
        {
            "$schema": URIS[2],
            "properties": {"a": {"$ref": URIS[2]}},
            "definitions": {URIS[2]: {"$id": URIS[2], **TEXT}},
        },
        {
            "$schema": URIS[2],
            "properties": {"a": {"$ref": URIS[2]}},
            "definitions": {URIS[2]: TEXT},
        },
    ],
)
def test_what_means_something_else_is_left_alone(schema: Any) -> None:
    assert with_embedded_metaschema(copied(schema)) == schema


def referring(uri: str, end: str, **more: Any) -> dict[str, Any]:
    properties = {"a": {"$ref": f"{uri}#{end}"}, **more}
    return {"$schema": uri, "type": "object", "properties": properties}


@pytest.mark.parametrize("uri", URIS)
@pytest.mark.parametrize("end", ["", "/properties/items", "/definitions/schemaArray"])
def test_a_schema_that_refers_to_its_metaschema_is_compared(uri: str, end: str) -> None:
    old, new = referring(uri, end), referring(uri, end, b=TEXT)

    assert compare(old, new).compatible is True
    assert compare(old, referring(uri, "/definitions/simpleTypes", b=TEXT)).compatible is False


def test_what_the_engine_does_not_assert_is_not_taken_for_granted() -> None:
    """The standard's meta-schema of draft 4 refuses an empty `enum`, the engine's accepts it."""
    old = referring(URIS[0], "/properties/enum")
    new = {**old, "properties": {"a": {"type": "array", "minItems": 1}}}

    assert jsonschema_rs.validator_for(old).is_valid({"a": []})
    assert compare(old, new).compatible is False
