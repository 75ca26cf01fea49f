"""Whether a payload holds declared members only."""

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.declared import Declared
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Checker

TEXT = {"type": "string"}
EITHER = {"anyOf": [{"properties": {"a": TEXT}}, {"properties": {"b": {"properties": {"c": {}}}}}]}


def declared(schema: Any, steps: int = 100_000) -> Declared:
    return Declared(Checker(schema, formats=True), Budget(steps))


@pytest.mark.parametrize(
    ("schema", "payload", "holds"),
    [
        ({"properties": {"a": TEXT}}, {"a": "x"}, True),
        ({"properties": {"a": TEXT}}, {"z": "x"}, False),
        ({"properties": {"a": TEXT}}, "x", True),
        # Where nothing is declared, anything may be meant.
        ({"type": "object"}, {"z": "x"}, True),
        ({"properties": {"a": {}}, "required": ["b"]}, {"b": 1}, True),
        ({"properties": {"a": TEXT}}, {"a": 1}, False),
        ({"properties": {"a": {}}, "patternProperties": {"^x": {}}}, {"x1": 1}, True),
        ({"properties": {"a": {}}, "patternProperties": {"^x": {}}}, {"y": 1}, False),
        ({"properties": {"a": {}}, "additionalProperties": TEXT}, {"z": "x"}, True),
        ({"properties": {"a": {"items": {"properties": {"b": {}}}}}}, {"a": [{"b": 1}]}, True),
        ({"properties": {"a": {"items": {"properties": {"b": {}}}}}}, {"a": [{"z": 1}]}, False),
        ({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, {"a": 1, "b": 1}, True),
        (EITHER, {"a": "x"}, True),
        (EITHER, {"b": {"c": 1}}, True),
        (EITHER, {"b": {"z": 1}}, False),
        # What an option cannot be, it declares nothing for.
        ({"anyOf": [{"properties": {"a": {}}}, {"const": "x"}]}, {"z": 1}, False),
        ({"prefixItems": [TEXT]}, ["x"], True),
        ({"prefixItems": [TEXT]}, ["x", 1], False),
        ({"prefixItems": [TEXT], "items": TEXT}, ["x", "y"], True),
        ({"prefixItems": [TEXT], "minItems": 2}, ["x", 1], True),
        ({"properties": {"a": {}}, "if": {}, "then": {"properties": {"b": {}}}}, {"b": 1}, True),
    ],
)
def test_a_payload_is_looked_at_with_all_that_may_apply(
    schema: Any, payload: Any, holds: bool
) -> None:
    assert declared(schema)(payload) is holds


def test_a_schema_that_declares_no_member_leaves_nothing_out() -> None:
    assert declared({"maxLength": 5}).is_everything
    assert not declared({"items": {"properties": {"a": {}}}}).is_everything
    assert not declared({"prefixItems": [TEXT]}).is_everything


def test_the_search_is_bounded() -> None:
    with pytest.raises(BudgetExceeded):
        declared({"properties": {"a": {}}}, steps=0)({"a": 1})
