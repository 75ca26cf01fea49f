"""Payloads that break one rule each, and what is said of the rules that none breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from pytest_schema_registry import SchemaRegistry, Violation
from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.json_schema.payloads import violating
from tests.unit.schema_types.json_schema.compatibility.strategies import SCHEMAS
from tests.unit.schema_types.json_schema.payloads.faults import ORDER

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.payloads import Payloads, Violating

JSON = all_types()["JSON"]
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
OBJECT: dict[str, Any] = {"type": "object"}


def payloads_of(schema: Any, limit: int = 100) -> Payloads[Violating]:
    return JSON.violating_payloads(schema, limit)


#: Schemas, each with the keywords that payloads must break.
BROKEN: list[tuple[Any, set[str]]] = [
    ({"type": "string"}, {"#/type"}),
    ({"enum": [1, "a", None]}, {"#/enum"}),
    ({"const": True}, {"#/const"}),
    ({"const": None}, {"#/const"}),
    ({"type": "number", "minimum": 1, "exclusiveMinimum": 1}, {"#/exclusiveMinimum"}),
    ({"type": "string", "anyOf": [{}]}, {"#/type"}),
    ({"type": "string", "oneOf": [{}, False]}, {"#/type"}),
    ({**OBJECT, "propertyNames": {}}, {"#/type"}),
    ({**OBJECT, "required": ["a", "b"], "dependentRequired": {"a": ["b"]}}, {"#/type"}),
    ({"type": "number", "multipleOf": 2}, {"#/type", "#/multipleOf"}),
    ({**OBJECT, "required": ["a", "b"], "minProperties": 2}, {"#/type"}),
    ({**OBJECT, "minProperties": 3}, {"#/type", "#/minProperties"}),
    ({"const": []}, {"#/const"}),
    ({"const": {}}, {"#/const"}),
    ({"type": "integer", "minimum": 1, "maximum": 5}, {"#/type", "#/minimum", "#/maximum"}),
    (
        {"type": "number", "exclusiveMinimum": 1, "multipleOf": 0.5},
        {"#/type", "#/exclusiveMinimum", "#/multipleOf"},
    ),
    (
        {"$schema": DRAFT_4, "type": "integer", "minimum": 1, "exclusiveMinimum": True},
        {"#/type", "#/minimum"},
    ),
    (
        {"type": "string", "minLength": 1, "maxLength": 3},
        {"#/type", "#/minLength", "#/maxLength"},
    ),
    ({"type": "string", "pattern": "^[a-c]+$"}, {"#/type", "#/pattern"}),
    ({"type": "string", "format": "uuid"}, {"#/type", "#/format"}),
    ({**OBJECT, "required": ["a", "b"]}, {"#/type", "#/required"}),
    (
        {**OBJECT, "properties": {"a": {}}, "additionalProperties": False},
        {"#/type", "#/additionalProperties"},
    ),
    ({**OBJECT, "unevaluatedProperties": False}, {"#/type", "#/unevaluatedProperties"}),
    ({**OBJECT, "propertyNames": {"pattern": "^[a-z]+$"}}, {"#/type", "#/propertyNames/pattern"}),
    ({**OBJECT, "minProperties": 1, "maxProperties": 2}, {"#/minProperties", "#/maxProperties"}),
    ({**OBJECT, "dependentRequired": {"a": ["b"]}}, {"#/type", "#/dependentRequired"}),
    (
        {**OBJECT, "dependentSchemas": {"a": {"required": ["b"]}}},
        {"#/type", "#/dependentSchemas/a/required"},
    ),
    (
        {"$schema": DRAFT_7, **OBJECT, "dependencies": {"a": ["b"]}},
        {"#/type", "#/dependencies"},
    ),
    ({"type": "array", "minItems": 1, "maxItems": 2}, {"#/type", "#/minItems", "#/maxItems"}),
    (
        {"type": "array", "prefixItems": [{"const": 1}], "items": False},
        {"#/type", "#/items", "#/prefixItems/0/const"},
    ),
    (
        {"$schema": DRAFT_7, "type": "array", "items": [{}], "additionalItems": False},
        {"#/type", "#/additionalItems"},
    ),
    ({"type": "array", "uniqueItems": True, "items": {"type": "integer"}}, {"#/uniqueItems"}),
    ({"type": "array", "contains": {"const": 1}}, {"#/type", "#/contains"}),
    (
        {"type": "array", "contains": {"const": 1}, "minContains": 1, "maxContains": 2},
        {"#/type", "#/contains"},
    ),
    ({"type": ["string", "null"], "not": {"const": "a"}}, {"#/type", "#/not"}),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"#/anyOf"}),
    (
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], **OBJECT},
        {"#/oneOf"},
    ),
    (
        {
            **OBJECT,
            "required": ["a"],
            "properties": {"a": {"enum": [1, 2]}},
            "if": {"properties": {"a": {"const": 1}}},
            "then": {"required": ["b"]},
        },
        {"#/type", "#/required", "#/properties/a/enum", "#/then/required"},
    ),
    ({"required": ["a"], "minLength": 1, "minItems": 1}, {"#/required", "#/minLength"}),
    ({"type": "array", "items": {"type": "integer"}, "maxItems": 400}, {"#/type"}),
    (
        {
            **OBJECT,
            "properties": {"a": {"type": "integer"}},
            "additionalProperties": {"type": "string", "pattern": r"^(a)\\1{2}$"},
            "maxProperties": 1,
        },
        {"#/type", "#/properties/a/type"},
    ),
    (
        {"type": "array", "maxItems": 1, "uniqueItems": True, "items": {"pattern": r"^(a)\\1{2}$"}},
        {"#/type", "#/maxItems"},
    ),
    (
        {**OBJECT, "properties": {"a": {"$ref": "#"}, "b": {"type": "integer"}}},
        {"#/type", "#/properties/b/type"},
    ),
]


@pytest.mark.parametrize(("schema", "expected"), BROKEN)
def test_each_rule_is_broken(schema: Any, expected: set[str]) -> None:
    found = payloads_of(schema)
    assert expected <= {violation.schema_path for _, violation in found}


def test_each_required_member_is_left_out_once() -> None:
    found = payloads_of({**OBJECT, "required": ["a", "b"]})
    assert [(each.payload, str(each.violation)) for each in found if each.payload] == [
        ({"a": "x"}, '$: "b" is a required property'),
        ({"b": "x"}, '$: "a" is a required property'),
    ]
    assert found.uncovered == ()


def test_a_pair_has_what_the_check_says_of_the_payload() -> None:
    with SchemaRegistry(mode="replay") as registry:
        for payload, violation in payloads_of(ORDER):
            assert isinstance(violation, Violation)
            assert registry.validate_payload(ORDER, payload).errors == (violation,)


def test_pairs_are_sorted_and_each_access_makes_a_new_payload() -> None:
    found = payloads_of({**OBJECT, "required": ["a"], "properties": {"a": {"type": "array"}}})
    assert found[0].payload == {}
    found[0].payload["b"] = 1
    assert found[0].payload == {}
    assert found[0].violation is found[0].violation


def test_values_are_hidden_in_violations() -> None:
    schema = {**OBJECT, "properties": {"token": {"type": "string", "maxLength": 3}}}
    found = JSON.violating_payloads(schema, hide=Redaction(["token"]))
    shown = [str(each.violation) for each in found if "token" in each.violation.path]
    assert shown
    assert not any("xxxx" in each for each in shown)


def test_what_no_payload_breaks_is_said() -> None:
    found = payloads_of({"type": "string", "enum": ["a"], "minLength": 1})
    assert [each.payload for each in found] == ["ax"]
    assert found.uncovered == (
        "#/minLength: no payload breaks it alone",
        "#/type: no payload breaks it alone",
    )


def test_what_is_beyond_the_limit_is_said() -> None:
    found = payloads_of({**OBJECT, "required": ["a", "b"]}, 1)
    assert [each.payload for each in found] == [None]
    assert found.uncovered == (
        '#/required "a": left out, since the limit is 1',
        '#/required "b": left out, since the limit is 1',
    )


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (
            {},
            "no payload that breaks exactly one rule was found: the schema may allow everything",
        ),
        (
            {"minimum": 2, "maximum": 1, "type": "integer"},
            "no payload that conforms was found: the rules may contradict each other",
        ),
    ],
)
def test_a_schema_without_such_payloads_has_a_reason(schema: Any, reason: str) -> None:
    found = payloads_of(schema)
    assert list(found) == []
    assert found.reason == reason
    assert found.uncovered[0] == reason


def test_a_search_ends_with_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(violating, "_STEPS", 1)
    found = payloads_of({"type": "string"})
    assert found.uncovered[-1] == "#/type: the search found none in its steps"


@given(SCHEMAS)
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_every_payload_violates(schema: Any) -> None:
    registry = SchemaRegistry(mode="replay")
    for payload, violation in payloads_of(schema, 10):
        assert registry.validate_payload(schema, payload).errors[0] == violation
