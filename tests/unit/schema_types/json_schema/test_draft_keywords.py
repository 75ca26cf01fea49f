"""What is left of a schema without what its draft does not know."""

from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.draft_keywords import without_unknown_keywords
from tests.unit.schema_types.json_schema.compatibility.corpus import foreign_pairs, pairs

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
LATEST = "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("keyword", ["unevaluatedProperties", "prefixItems", "x-anything", "id"])
def test_a_keyword_of_another_draft_is_left_out(keyword: str) -> None:
    schema = {"$schema": DRAFT_7, "items": {keyword: 1, "type": "string"}}
    assert without_unknown_keywords(schema) == {"$schema": DRAFT_7, "items": {"type": "string"}}


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"properties": {"x-anything": {"type": "string"}, "id": True}},
        {"dependentRequired": {"x": ["y"]}, "dependencies": {"x": ["y"], "z": {"type": "null"}}},
        {"const": {"x": 1}, "enum": [{"x": 1}], "default": {"x": 1}, "examples": [{"x": 1}]},
        {"$schema": DRAFT_4, "id": "http://a/", "definitions": {"x": {"exclusiveMinimum": True}}},
        {"$defs": {"a": {"$schema": DRAFT_7, "x": {"type": "string"}}}},
        {"$ref": LATEST},
    ],
)
def test_all_else_stays_as_it_is(schema: Any) -> None:
    assert without_unknown_keywords(schema) == schema


@pytest.mark.parametrize(
    ("schema", "left"),
    [
        (
            {
                "$ref": "#/components/schemas/A",
                "components": {
                    "title": "left out",
                    "schemas": {
                        "A": {"x": 1, "items": {"$ref": "#/components/schemas/B"}},
                        "B": {"type": "string", "x": 1},
                        "C": {"type": "null"},
                    },
                },
            },
            {
                "$ref": "#/components/schemas/A",
                "components": {
                    "schemas": {
                        "A": {"items": {"$ref": "#/components/schemas/B"}},
                        "B": {"type": "string"},
                    }
                },
            },
        ),
        (
            {
                "allOf": [{"$ref": "#/x/A/d/T"}, {"$ref": "#/x/A"}],
                "x": {"A": {"type": "string", "d": {"T": {"minLength": 1}, "U": {}}}},
            },
            {
                "allOf": [{"$ref": "#/x/A/d/T"}, {"$ref": "#/x/A"}],
                "x": {"A": {"type": "string", "d": {"T": {"minLength": 1}}}},
            },
        ),
        (
            {"allOf": [{"x": {"type": "string"}}, {"$ref": "#/allOf/0/x"}]},
            {"allOf": [{"x": {"type": "string"}}, {"$ref": "#/allOf/0/x"}]},
        ),
    ],
)
def test_what_a_reference_leads_to_stays_wherever_it_stands(schema: Any, left: Any) -> None:
    assert without_unknown_keywords(schema) == left


def test_a_schema_is_left_as_it_was() -> None:
    schema = {"x": {"A": {"type": "string"}}, "$ref": "#/x/A"}
    without_unknown_keywords(schema)
    assert schema == {"x": {"A": {"type": "string"}}, "$ref": "#/x/A"}


def test_the_engine_judges_by_what_is_left_as_by_the_whole() -> None:
    payloads = [None, True, 0, 1.5, "", "a", "2020-01-01", [], [1], ["a", "b"], {}, {"a": 1}]
    for pair in [*pairs(), *foreign_pairs()]:
        for schema in (pair["old"], pair["new"]):
            whole, left = (
                jsonschema_rs.validator_for(each, offline=True)
                for each in (schema, without_unknown_keywords(schema))
            )
            for payload in payloads:
                assert whole.is_valid(payload) is left.is_valid(payload)
