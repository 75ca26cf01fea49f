from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry import SchemaRegistry

ORDER = {
    "properties": {"sku": {"type": "string"}, "restart": {"type": "string"}},
    "patternProperties": {"^x-": True},
}
CLOSED = {"allOf": [{"$ref": "#/$defs/order"}], "unevaluatedProperties": False}
DEFS = {"$defs": {"order": ORDER, "closed": CLOSED}}
WRONG = "$.sku: 1 is an integer, not a string"


def said(schema: Any, payload: Any, **options: Any) -> list[str]:
    with SchemaRegistry(**options) as registry:
        is_valid, found = registry.validate_payload(schema, payload)
    assert is_valid is not bool(found)
    return sorted(str(each) for each in found)


@pytest.mark.parametrize(
    ("schema", "payload", "found"),
    [
        ({**DEFS, **CLOSED}, {"sku": "a", "x-1": 1}, []),
        ({**DEFS, **CLOSED}, {"sku": 1, "x-1": 1}, [WRONG]),
        (
            {**DEFS, **CLOSED},
            {"sku": "a", "restrt": 1},
            ['$: "restrt" is not allowed; did you mean "restart"?'],
        ),
        # What is declared, and has a wrong value, is not said to be undeclared.
        (
            {**DEFS, **CLOSED},
            {"sku": 1, "restrt": 1},
            ['$: "restrt" is not allowed; did you mean "restart"?', WRONG],
        ),
        # It is found below a reference and a pattern, too.
        (
            {**DEFS, "patternProperties": {"^o": {"$ref": "#/$defs/closed"}}},
            {"o1": {"sku": 1, "zzz": 1}},
            ['$.o1: "zzz" is not allowed', "$.o1.sku: 1 is an integer, not a string"],
        ),
        (
            {
                "properties": {"of": True},
                "if": {"properties": {"of": {"const": 1}}},
                "then": {"properties": {"sku": {"type": "string"}}},
                "else": {"properties": {"note": True}},
                "unevaluatedProperties": False,
            },
            {"of": 1, "sku": 1, "note": 1},
            ['$: "note" is not allowed', WRONG],
        ),
        (
            {
                "if": {"required": ["of"]},
                "else": {"properties": {"note": True}},
                "unevaluatedProperties": False,
            },
            {"note": 1, "sku": 1},
            ['$: "sku" is not allowed'],
        ),
        (
            {
                "dependentSchemas": {
                    "sku": {"properties": {"sku": True}},
                    "a": {"properties": {"b": True}},
                },
                "dependentRequired": {"sku": ["sku"]},
                "dependencies": {"sku": ["sku"]},
                "unevaluatedProperties": False,
            },
            {"sku": 1, "b": 1},
            ['$: "b" is not allowed'],
        ),
        # Of several branches, those describe that the payload conforms to; of none, all do.
        (
            {
                "anyOf": [ORDER, {"required": ["a"], "properties": {"a": True}}],
                "unevaluatedProperties": False,
            },
            {"sku": "a", "b": 1},
            ['$: "b" is not allowed'],
        ),
        (
            {"oneOf": [ORDER], "unevaluatedProperties": False},
            {"sku": 1, "b": 1},
            [
                '$: "b" is not allowed',
                '$: {"sku": 1, "b": 1} does not match the only alternative',
            ],
        ),
        # One that describes all the rest leaves nothing.
        (
            {
                "allOf": [{"additionalProperties": {"type": "string"}}],
                "unevaluatedProperties": False,
            },
            {"sku": 1},
            [WRONG],
        ),
        (
            {**DEFS, "allOf": [{"$ref": "#/$defs/closed"}], "unevaluatedProperties": False},
            {"b": 1},
            ['$: "b" is not allowed'],
        ),
        (
            {"unevaluatedProperties": False, "unevaluatedItems": False, "type": "null"},
            1,
            ["$: 1 is an integer, not null"],
        ),
    ],
)
def test_only_what_no_part_of_the_schema_declares_is_said_to_be_not_allowed(
    schema: Any, payload: Any, found: list[str]
) -> None:
    assert said(schema, payload) == sorted(found)


PAIR = {"prefixItems": [{"type": "integer"}, {"type": "string"}]}


@pytest.mark.parametrize(
    ("schema", "payload", "found"),
    [
        (
            {"allOf": [PAIR], "unevaluatedItems": False},
            ["x"],
            ['$[0]: "x" is a string, not an integer'],
        ),
        (
            {"allOf": [PAIR], "unevaluatedItems": False},
            ["x", "y", 1],
            ["$: 3 items, more than the schema describes", '$[0]: "x" is a string, not an integer'],
        ),
        ({"allOf": [PAIR], "unevaluatedItems": False}, [1, "y"], []),
        (
            {"contains": {"type": "integer"}, "unevaluatedItems": False},
            ["x", 1],
            ['$[0]: "x" is not allowed: the schema allows nothing here'],
        ),
        (
            {"allOf": [{"items": {"type": "string"}}], "unevaluatedItems": False},
            [1],
            ["$[0]: 1 is an integer, not a string"],
        ),
        (
            {"allOf": [{**PAIR, "unevaluatedItems": False}], "unevaluatedItems": False},
            [1, "y", 1],
            ["$: 3 items, more than the schema describes"],
        ),
    ],
)
def test_only_items_that_no_part_of_the_schema_describes_are_too_many(
    schema: Any, payload: Any, found: list[str]
) -> None:
    assert said(schema, payload) == sorted(found)


def test_in_2019_09_items_may_be_a_list_and_contains_describes_nothing() -> None:
    of = {"default_draft": "2019-09"}
    pair = {"items": PAIR["prefixItems"]}
    too_many = ["$: 3 items, more than the schema describes"]
    assert said({"allOf": [pair], "unevaluatedItems": False}, [1, "y", 1], **of) == too_many
    rest = {**pair, "additionalItems": {"type": "integer"}}
    assert said({"allOf": [rest], "unevaluatedItems": False}, [1, "y", 1], **of) == []
    assert said(
        {"contains": {"const": 1}, "additionalItems": False, "unevaluatedItems": False},
        [1, 2],
        **of,
    ) == ["$: 2 items, more than the schema describes"]
