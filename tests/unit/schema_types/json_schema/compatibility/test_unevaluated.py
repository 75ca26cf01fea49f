"""A member that `unevaluatedProperties` refuses for certain may be declared later."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from tests.unit.schema_types.json_schema.compatibility.proofs import holds

TEXT = {"type": "string"}
CLOSED = {"type": "object", "properties": {"a": TEXT}, "unevaluatedProperties": False}
ELSEWHERE = {"properties": {"n": {"type": "integer"}}}
#: What does not describe `n`, and so lets `unevaluatedProperties` refuse it.
SILENT = [
    {},
    {"$ref": "#/$defs/E"},
    {"patternProperties": {"^x-": True}},
    {"anyOf": [{"required": ["a"]}, {"properties": {"b": TEXT}}]},
    {"if": {"required": ["a"]}, "then": {"properties": {"b": TEXT}}},
    {"properties": {"a": {"properties": {"n": {}}}}},
]
#: What evaluates `n`, or may do so.
EVALUATING = [
    {"properties": {"n": {}}},
    {"patternProperties": {"^n": {}}},
    {"additionalProperties": {}},
    {"allOf": [ELSEWHERE]},
    {"allOf": [{"additionalProperties": {}}]},
    {"allOf": [{"unevaluatedProperties": {}}]},
    {"$ref": "#/$defs/N"},
    {"anyOf": [{"required": ["a"]}, ELSEWHERE]},
    {"oneOf": [ELSEWHERE, {"required": ["a"]}]},
    {"if": {"required": ["a"]}, "then": ELSEWHERE},
    {"if": {"required": ["a"]}, "else": ELSEWHERE},
    {"if": ELSEWHERE},
    {"dependentSchemas": {"n": ELSEWHERE}},
    {"allOf": [{"patternProperties": {"^n$": {}}}]},
]
DEFINITIONS = {
    "$defs": {"E": {"patternProperties": {"^x-": True}}, "N": {"allOf": [ELSEWHERE]}},
    # Keeps the engine's own proof from deciding the pair.
    "dependentSchemas": {"a": {"$ref": "#/$defs/E"}},
}


def with_member(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Declare a text as the member `n` beside an object's schema, which stays as it is."""
    opened = {word: schema[word] for word in schema if word != "unevaluatedProperties"}
    properties = {**opened.get("properties", {}), "n": TEXT}
    return {**opened, "properties": properties, **more}


@pytest.mark.parametrize("more", SILENT)
@pytest.mark.parametrize("policy", ["tolerant", "strict"])
def test_a_refused_member_may_be_declared(more: dict[str, Any], policy: Any) -> None:
    old = {**CLOSED, **DEFINITIONS, **more}

    assert not jsonschema_rs.validator_for(old).is_valid({"n": 1})
    assert compare(old, with_member(old), policy=policy).compatible is True


@pytest.mark.parametrize("more", EVALUATING)
@pytest.mark.parametrize("policy", ["tolerant", "strict"])
def test_a_member_that_may_be_sent_is_not_refused(more: dict[str, Any], policy: Any) -> None:
    old = {**CLOSED, **DEFINITIONS, **more}
    sent = {"a": "x", "n": 1}, {"n": 1}

    assert any(map(jsonschema_rs.validator_for(old).is_valid, sent))
    assert not holds(old, with_member(old))
    assert compare(old, with_member(old), policy=policy).compatible is not True


def test_a_schema_beside_it_does_not_hide_the_member_from_it() -> None:
    """It sees what its own schema evaluates, not what one beside that does."""
    old = {"allOf": [CLOSED, ELSEWHERE], **DEFINITIONS}

    assert not jsonschema_rs.validator_for(old).is_valid({"n": 1})
    assert compare(old, {**with_member(CLOSED), **DEFINITIONS}).compatible is True
