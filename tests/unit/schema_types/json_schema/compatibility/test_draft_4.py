from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility.draft_4 import in_draft_7
from pytest_schema_registry.schema_types.json_schema.compatibility.levels import compare

DRAFT_4 = {"$schema": "http://json-schema.org/draft-04/schema#"}
DRAFT_7 = {"$schema": "http://json-schema.org/draft-07/schema#"}
NUMBERS = (9, 9.5, 10, 10.0, 10.5, 11, "a", None)


@pytest.mark.parametrize(
    "schema",
    [
        {"minimum": 10},
        {"minimum": 10, "exclusiveMinimum": True},
        {"minimum": 10, "exclusiveMinimum": False},
        {"maximum": 10, "exclusiveMaximum": True},
        {"minimum": 9, "maximum": 10, "exclusiveMaximum": True, "exclusiveMinimum": True},
        {"anyOf": [{"type": "string"}, {"maximum": 10, "exclusiveMaximum": True}]},
    ],
)
def test_the_translation_means_the_same(schema: dict[str, Any]) -> None:
    schema = DRAFT_4 | schema
    translated = in_draft_7(schema)
    assert isinstance(translated, dict)
    assert translated["$schema"] == DRAFT_7["$schema"]
    ours, theirs = map(jsonschema_rs.validator_for, (schema, translated))
    assert [ours.is_valid(number) for number in NUMBERS] == [
        theirs.is_valid(number) for number in NUMBERS
    ]


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"type": "integer"},
        {"items": {"type": ["null", "integer"]}},
        {"format": "date"},
        {"id": "http://a/"},
        {"properties": {"a": DRAFT_7}},
    ],
)
def test_what_may_mean_something_else_is_not_translated(schema: Any) -> None:
    assert in_draft_7(schema if schema is True else DRAFT_4 | schema) is None


@pytest.mark.parametrize(
    ("old", "new", "compatible"),
    [
        ({"minimum": 10, "exclusiveMinimum": True}, {"minimum": 10}, True),
        ({"minimum": 10, "exclusiveMinimum": True}, {"exclusiveMinimum": 10}, True),
        ({"minimum": 10, "exclusiveMinimum": True}, {"exclusiveMinimum": 11}, False),
        ({"maximum": 10, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}, False),
        ({"maximum": 10}, {"exclusiveMaximum": 10}, False),
    ],
)
def test_bounds_of_draft_4_are_compared_with_those_of_later_drafts(
    old: dict[str, Any], new: dict[str, Any], compatible: bool
) -> None:
    old, new = DRAFT_4 | {"type": "number"} | old, DRAFT_7 | {"type": "number"} | new
    assert compare(old, new).compatible is compatible
    assert compare(new, old, level="forward").compatible is compatible


def test_a_schema_that_has_no_translation_is_compared_as_it_is() -> None:
    assert compare(DRAFT_4 | {"type": "integer"}, DRAFT_7 | {"type": "string"}).compatible is False
