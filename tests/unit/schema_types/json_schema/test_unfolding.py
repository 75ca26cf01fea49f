from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.document import Document
from pytest_schema_registry.schema_types.json_schema.unfolding import unfolded

DRAFT_7 = "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    ("schema", "size"),
    [
        (True, 1),
        ({}, 1),
        ({"properties": {"a": {"type": "string"}}}, 1),
        ({"allOf": [True, {}, {"not": {}}]}, 5),
        ({"dependentSchemas": {"a": {}}, "if": {}, "then": {"type": "null"}}, 4),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{}, {}]}}}, 4),
        ({"properties": {"$ref": {"$ref": "#/properties"}}}, 2),
        ({"x": {"$ref": 5, "anyOf": 5, "dependencies": 5}}, 1),
        ({"$dynamicRef": "#n", "$defs": {"n": {"$dynamicAnchor": "n", "not": {}}}}, 3),
    ],
)
def test_each_subschema_that_applies_to_one_value_counts(schema: Any, size: int) -> None:
    assert unfolded(Document(schema)) == size


def test_equal_references_below_two_identifiers_may_lead_to_two_definitions() -> None:
    inner = {"$ref": "#/definitions/a"}
    small = {"$id": "small", "definitions": {"a": {}}, "items": dict(inner)}
    large = {"$id": "large", "definitions": {"a": {"allOf": [{}, {}]}}, "items": dict(inner)}
    for order in ([small, large], [large, small]):
        assert unfolded(Document({"$schema": DRAFT_7, "items": order}, "http://r/x")) == 4


def test_a_reference_to_another_document_counts_what_is_there() -> None:
    one = Document({"$ref": "b"}, "http://r/a")
    other = Document({"allOf": [{}, {}, {}]}, "http://r/b")
    assert unfolded(one, other) == 5
