"""The second proof: what it adds, and what it must not claim."""

from typing import Any

import pytest

from tests.unit.schema_types.json_schema.compatibility.proofs import holds

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
DRAFT_4 = {"$schema": "http://json-schema.org/draft-04/schema#"}
DRAFT_6 = {"$schema": "http://json-schema.org/draft-06/schema#"}
DRAFT_7 = {"$schema": "http://json-schema.org/draft-07/schema#"}
NUMBER = {"type": "number"}


def choices_of_one(depth: Any) -> Any:
    schema: Any = TEXT
    for _ in range(depth):
        schema = {"anyOf": [schema]}
    return schema


def tree(value: Any, **more: Any) -> Any:
    node = {
        "type": "object",
        "properties": {"v": value, "kids": {"type": "array", "items": {"$ref": "#/$defs/N"}}},
        **more,
    }
    return {"$defs": {"N": node}, "$ref": "#/$defs/N"}


def tagged(*names: Any, required: Any = ("kind",)) -> Any:
    return {
        "oneOf": [
            {
                "type": "object",
                "properties": {"kind": {"const": name}, "next": {"$ref": "#"}},
                "required": list(required),
            }
            for name in names
        ]
    }


CARD = {"$ref": "#/$defs/Card"}


def payment(pattern: Any = "^4", **more: Any) -> Any:
    return {"$defs": {"Card": {"type": "string", "pattern": pattern}}, **more}


@pytest.mark.parametrize(
    ("producer", "consumer"),
    [
        (tree(WHOLE), tree(NUMBER)),
        (
            payment(**{"if": CARD, "then": TEXT, "else": WHOLE}),
            payment(**{"if": CARD, "then": {"type": ["string", "null"]}, "else": NUMBER}),
        ),
        (
            payment(**{"if": CARD, "else": WHOLE}),
            payment(**{"if": CARD, "then": TEXT}),
        ),
        (
            payment(**{"if": CARD, "then": {"maxLength": 3}}),
            payment(**{"if": CARD, "then": {"maxLength": 3}, "minProperties": 0}),
        ),
        (payment(**WHOLE), payment(**{"if": CARD, "then": False, "else": NUMBER})),
        (
            {"patternProperties": {"^x": TEXT}, "additionalProperties": False},
            {"patternProperties": {"^x": TEXT}, "additionalProperties": TEXT},
        ),
        (
            payment(oneOf=[{"maxLength": 5}, CARD]),
            payment(oneOf=[{"maxLength": 5}, CARD], minProperties=0),
        ),
        (tree(WHOLE, additionalProperties=False), tree(WHOLE)),
        (tagged("a", "b"), tagged("c", "b", "a")),
        (
            {"additionalProperties": WHOLE},
            {"properties": {"a": NUMBER}, "additionalProperties": WHOLE},
        ),
        (
            {"patternProperties": {"^x": TEXT}, "additionalProperties": False},
            {"properties": {"x1": TEXT}, "patternProperties": {"^x": TEXT}},
        ),
        (
            {"properties": {"a": TEXT}, "propertyNames": {"enum": ["a"]}},
            {"properties": {"a": TEXT}, "additionalProperties": False},
        ),
        (TEXT, {"type": "string", "format": "money"}),
        (False, TEXT),
        ({"minimum": 5, **WHOLE}, {"minimum": 1}),
        (TEXT, choices_of_one(9)),
        (
            {"patternProperties": {"^x": TEXT}, "additionalProperties": False},
            {"additionalProperties": TEXT},
        ),
        (
            {"type": "object", "propertyNames": {"maxLength": 3}, "required": ["a"]},
            {"required": ["a"], "additionalProperties": True},
        ),
        ({"prefixItems": [WHOLE], "maxItems": 1}, {"prefixItems": [NUMBER], "items": False}),
        ({"type": "object", "required": ["a"]}, {"if": {}, "then": {"required": ["a"]}}),
        (
            {**DRAFT_7, "type": "object", "required": ["b"]},
            {**DRAFT_7, "dependencies": {"a": {"required": ["b"]}}},
        ),
        (
            {**DRAFT_7, "type": "object", "dependencies": {"a": ["b"]}},
            {**DRAFT_7, "dependencies": {"a": ["b"]}},
        ),
    ],
)
def test_proves(producer: Any, consumer: Any) -> None:
    assert holds(producer, consumer)


@pytest.mark.parametrize(
    ("producer", "consumer"),
    [
        (tree(NUMBER), tree(WHOLE)),
        (
            payment(**{"if": CARD, "then": TEXT, "else": WHOLE}),
            payment("^5", **{"if": CARD, "then": TEXT, "else": WHOLE}),
        ),
        (
            payment(**{"if": CARD, "then": TEXT, "else": NUMBER}),
            payment(**{"if": CARD, "then": TEXT, "else": WHOLE}),
        ),
        (
            payment(oneOf=[{"maxLength": 5}, CARD]),
            payment("^5", oneOf=[{"maxLength": 5}, CARD]),
        ),
        (tree(WHOLE), tree(WHOLE, additionalProperties=False)),
        (tagged("a", "b"), tagged("a")),
        (tagged("a", "b", required=()), tagged("b", "a", required=())),
        ({"properties": {"a": TEXT}}, {"additionalProperties": TEXT}),
        ({"patternProperties": {"^x": TEXT}}, {"patternProperties": {"^y": TEXT}}),
        ({"unevaluatedProperties": False}, {"additionalProperties": False}),
        ({"items": TEXT}, {"items": TEXT, "unevaluatedItems": False}),
        ({"anyOf": [TEXT, WHOLE]}, {"anyOf": [TEXT]}),
        ({"oneOf": [TEXT, {}]}, {"oneOf": [{}, TEXT, {}]}),
        (TEXT, False),
        (True, {"minimum": 1}),
        (TEXT, choices_of_one(14)),
        # What `items` means is up to the `prefixItems` beside it, of which the reference is lost.
        (
            {
                "$defs": {"T": TEXT},
                "type": "array",
                "prefixItems": [{"$ref": "#/$defs/T"}],
                "items": WHOLE,
                "minItems": 1,
            },
            {"contains": WHOLE},
        ),
        # Which of the two definitions is meant is not known.
        (
            {"$ref": "a", "$defs": {"A": {"$id": "a", **TEXT}, "B": {"$id": "a", **WHOLE}}},
            WHOLE,
        ),
        (
            {"$ref": "a", "$defs": {"A": {"$id": "a", **TEXT}, "B": {"$id": "a", **WHOLE}}},
            TEXT,
        ),
        ({"$dynamicRef": "#a", "$defs": {"a": {"$dynamicAnchor": "a", **TEXT}}}, TEXT),
    ],
)
def test_does_not_claim(producer: Any, consumer: Any) -> None:
    assert not holds(producer, consumer)


@pytest.mark.parametrize(
    ("producer", "consumer"),
    [
        (
            {**DRAFT_4, "type": "object", "propertyNames": {"enum": ["a"]}},
            {**DRAFT_4, "type": "object", "properties": {"b": TEXT}},
        ),
        (
            {**DRAFT_4, "minimum": 1, "exclusiveMinimum": True},
            {**DRAFT_4, "minimum": 2, "exclusiveMinimum": True},
        ),
        ({**DRAFT_7, "type": "object"}, {"dependencies": {"a": ["b"]}}),
        (
            {**DRAFT_6, "if": {}, "then": TEXT, "else": TEXT},
            {**DRAFT_6, "type": "string"},
        ),
        (
            {**DRAFT_7, "contentEncoding": "base64", "contentMediaType": "application/json"},
            {**DRAFT_7, "contentMediaType": "application/json"},
        ),
        (
            {**DRAFT_7, "type": "object", "dependentRequired": {"a": ["b"]}},
            {"dependentRequired": {"a": ["b"]}},
        ),
        (
            {**DRAFT_7, "type": "array", "contains": TEXT, "minContains": 2},
            {"contains": TEXT, "minContains": 2},
        ),
        (
            {"$ref": "e.json", "$defs": {"E": {**DRAFT_7, "$id": "e.json", "minContains": 2}}},
            {"minItems": 2},
        ),
        ({**DRAFT_7, "$ref": "#/definitions/A", "type": "string", "definitions": {"A": {}}}, TEXT),
        (
            {**DRAFT_7, "not": {"dependentRequired": {"a": ["b"]}}},
            {"not": {"dependentRequired": {"a": ["b"]}}},
        ),
        (
            {**DRAFT_7, "type": "object", "propertyNames": {"not": {"format": "uuid"}}},
            {"propertyNames": {"not": {"format": "uuid"}}},
        ),
        ({**DRAFT_7, "type": "string", "format": "uuid"}, {"type": "string", "format": "uuid"}),
    ],
)
def test_keywords_count_only_in_the_drafts_that_have_them(producer: Any, consumer: Any) -> None:
    assert not holds(producer, consumer)


def test_a_claim_about_the_same_value_is_not_assumed() -> None:
    """`{"anyOf": [itself]}` would otherwise prove anything about itself."""
    circular = {"$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}]}}, "$ref": "#/$defs/A"}
    closed = {"$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, TEXT]}}, "$ref": "#/$defs/A"}

    assert not holds(NUMBER, circular)
    assert not holds(circular, TEXT)
    assert holds(TEXT, closed)
