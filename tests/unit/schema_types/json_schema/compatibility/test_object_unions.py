from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility.levels import compare
from pytest_schema_registry.schema_types.json_schema.compatibility.object_unions import (
    with_typed_branches,
)

DRAFTS = {
    7: "http://json-schema.org/draft-07/schema#",
    2020: "https://json-schema.org/draft/2020-12/schema",
}
PAYLOADS: tuple[Any, ...] = (
    None,
    True,
    1,
    "a",
    [],
    {},
    {"kind": "cat"},
    {"kind": "dog", "name": 1},
    {"other": 1},
)


def resource(kind: str, **more: Any) -> dict[str, Any]:
    """A definition as FHIR writes them: it requires its tag, and says of no type."""
    properties = {"kind": {"const": kind}, "within": {"$ref": "#/definitions/any"}, **more}
    return {"properties": properties, "required": ["kind"], "additionalProperties": False}


def union(draft: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "$schema": DRAFTS[draft],
        "oneOf": [{"$ref": "#/definitions/cat"}, {"$ref": "#/definitions/dog"}],
        "definitions": {
            "any": {"oneOf": [{"$ref": "#/definitions/cat"}, {"$ref": "#/definitions/dog"}]},
            "cat": resource("cat", claws={"enum": ["long", "short"]}, **more),
            "dog": {"allOf": [resource("dog", name={"type": "integer"})], "title": "a dog"},
        },
    }


@pytest.mark.parametrize("draft", DRAFTS)
def test_the_branches_get_the_type_and_the_union_means_the_same(draft: int) -> None:
    schema = union(draft)
    typed: Any = with_typed_branches(copy.deepcopy(schema))
    assert [each["type"] for each in typed["oneOf"]] == ["object", "object"]
    assert [each["type"] for each in typed["definitions"]["any"]["oneOf"]] == ["object", "object"]
    assert typed["definitions"]["cat"] == schema["definitions"]["cat"]
    cls = jsonschema.validators.validator_for(schema)
    for payload in PAYLOADS:
        assert cls(typed).is_valid(payload) == cls(schema).is_valid(payload)


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"oneOf": [{"required": ["a"]}]},
        {"oneOf": [{"required": ["a"]}, {"type": "string"}]},
        {"oneOf": [{"required": ["a"]}, {"minimum": 1}]},
        {"oneOf": [{"required": ["a"]}, True]},
        {
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
            "properties": {"a": {"$ref": "#/nowhere"}},
        },
        {"oneOf": [{"required": ["a"]}, {"title": "anything"}]},
        {"oneOf": [{"required": ["a"]}, {"$ref": "#/definitions/none"}]},
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {
            "oneOf": [{"required": ["a"]}, {"$ref": "#/definitions/b", "minimum": 1}],
            "definitions": {"b": {"required": ["b"]}},
        },
        {
            "oneOf": [{"required": ["a"]}, {"$ref": "#/definitions/b", "$id": "http://other/"}],
            "definitions": {"b": {"required": ["b"]}},
        },
        {
            "$ref": "#/definitions/b",
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
            "definitions": {"b": {}},
        },
    ],
)
def test_any_other_union_stays_as_it_is(schema: Any) -> None:
    schema = {"$schema": DRAFTS[7], **schema} if isinstance(schema, dict) else schema
    assert with_typed_branches(copy.deepcopy(schema)) == schema


def test_a_member_more_of_one_object_in_a_union_of_untyped_ones_is_compatible() -> None:
    report = compare(union(), union(size={"type": "integer"}), level="backward")
    assert report.compatible


@pytest.mark.parametrize("policy", ["tolerant", "strict"])
def test_what_breaks_in_a_union_of_untyped_objects_is_shown_where_it_is(policy: Any) -> None:
    new = union()
    new["definitions"]["cat"]["properties"]["claws"]["enum"].pop()
    (reason,) = compare(union(), new, policy=policy).reasons
    assert (reason.rule, reason.path) == ("enum-value-removed", "$.claws")
    assert reason.payload == {"kind": "cat", "claws": "short"}


def test_a_lost_branch_has_the_name_of_its_definition() -> None:
    new = union()
    new["oneOf"][1] = {"$ref": "#/definitions/bird"}
    new["definitions"]["bird"] = resource("bird")
    (reason,) = compare(union(), new).reasons
    assert reason.change == "no branch takes dog any more; the nearest is cat"


def test_many_places_of_one_union_are_proved_once() -> None:
    """As in FHIR, whose 146 resources all contain others."""
    kinds = [f"kind{number}" for number in range(60)]

    def schema(**more: Any) -> dict[str, Any]:
        definitions = {kind: resource(kind) for kind in kinds}
        definitions[kinds[-1]] = resource(kinds[-1], **more)
        listed = [{"$ref": f"#/definitions/{kind}"} for kind in kinds]
        definitions["any"] = {"oneOf": listed}
        return {"$schema": DRAFTS[7], "oneOf": [*listed], "definitions": definitions}

    report = compare(schema(), schema(size={"type": "integer"}), budget=2_000)
    assert report.compatible
