"""Closed objects without a common member share the empty object only."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schema_types.json_schema.compatibility.empty_objects import (
    accepts_the_empty,
    share_only_the_empty,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import Profile
from pytest_schema_registry.schema_types.json_schema.document import Document
from tests.unit.schema_types.json_schema.compatibility.proofs import holds

TEXT = {"type": "string"}


def closed(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "additionalProperties": False}


#: What two branches refer to; the second version has one member more.
BEFORE = {"$defs": {"Key": {**closed(v=TEXT), "required": ["v"]}}}
AFTER = {"$defs": {"Key": {**closed(v=TEXT, more=TEXT), "required": ["v"]}}}
KEY = {"$ref": "#/$defs/Key"}
ONE, OTHER = closed(one=KEY), closed(other=KEY)


def versions(before: list[Any], after: list[Any]) -> tuple[Any, Any]:
    return {"oneOf": before, **BEFORE}, {"oneOf": after, **AFTER}


@pytest.mark.parametrize("policy", ["tolerant", "strict"])
@pytest.mark.parametrize("branches", [[ONE, OTHER], [OTHER, ONE, KEY], [{**TEXT}, ONE, OTHER]])
def test_the_empty_object_makes_no_union_ambiguous_that_refused_it(
    branches: list[Any], policy: Any
) -> None:
    assert not jsonschema_rs.validator_for({"oneOf": branches, **BEFORE}).is_valid({})
    old, new = versions(branches, branches)
    assert holds(old, new)
    assert compare(old, new, policy=policy).compatible is True


REQUIRING = {**OTHER, "required": ["other"]}
FILLED = {**OTHER, "minProperties": 1}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Only one branch accepts the empty object before, and two do after.
        ([ONE, REQUIRING], [ONE, OTHER]),
        ([ONE, FILLED], [ONE, OTHER]),
        ([ONE, {**OTHER, "not": {"maxProperties": 0}}], [ONE, OTHER]),
        ([ONE, {"allOf": [OTHER, {"required": ["other"]}]}], [ONE, OTHER]),
        ([ONE, {**OTHER, "anyOf": [{"required": ["other"]}]}], [ONE, OTHER]),
        ([ONE], [ONE, OTHER]),
        # They share more than the empty object.
        ([ONE, OTHER], [ONE, closed(one=KEY, other=KEY)]),
        ([ONE, OTHER], [ONE, {"type": "object", "properties": {"other": KEY}}]),
        ([ONE, OTHER], [ONE, {**OTHER, "patternProperties": {"^o": {}}}]),
        ([{**ONE, "patternProperties": {"^x": TEXT}}, OTHER], [ONE, closed(xx=TEXT)]),
        # The union was refused before, and each alone accepts it.
        (
            [{**ONE, "type": ["object", "null"]}, OTHER],
            [ONE, {**OTHER, "type": ["object", "null"]}],
        ),
    ],
)
def test_a_union_that_may_become_ambiguous_is_not_called_compatible(
    before: list[Any], after: list[Any]
) -> None:
    assert not holds(*versions(before, after))


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        closed(a=TEXT),
        {"type": ["object", "null"], "propertyNames": False, "maxProperties": 0},
        {"allOf": [{"dependentSchemas": {"a": False}}], "dependentRequired": {"a": ["b"]}},
        {"$ref": "#/$defs/Any", "$defs": {"Any": {"unevaluatedProperties": False}}},
    ],
)
def test_accepts_the_empty(schema: Any) -> None:
    assert jsonschema_rs.validator_for(schema).is_valid({})
    assert accepts_the_empty(Document(schema).part())


@pytest.mark.parametrize(
    "schema",
    [
        False,
        TEXT,
        {"required": ["a"]},
        {"minProperties": 1},
        {"enum": [{"a": 1}]},
        {"const": {"a": 1}},
        {"not": {}},
        {"allOf": [False]},
        {"allOf": [{"required": ["a"]}]},
        {"anyOf": [{"required": ["a"]}]},
        {"if": True, "then": False},
        {"$ref": "#/$defs/Key", **BEFORE},
    ],
)
def test_does_not_accept_the_empty(schema: Any) -> None:
    assert not jsonschema_rs.validator_for(schema).is_valid({})
    assert not accepts_the_empty(Document(schema).part())


@pytest.mark.parametrize(
    ("one", "other", "only"),
    [
        (closed(a=TEXT), closed(b=TEXT), True),
        (closed(), closed(b=TEXT), True),
        (closed(a=TEXT, c=TEXT), closed(b=TEXT, c=TEXT), False),
        (closed(a=TEXT), {"type": "object", "properties": {"b": TEXT}}, False),
        (closed(a=TEXT), {**closed(b=TEXT), "patternProperties": {"^c": TEXT}}, False),
        ({**closed(a=TEXT), "patternProperties": {"^b": TEXT}}, closed(b=TEXT), False),
        ({**closed(a=TEXT), "type": ["object", "null"]}, closed(b=TEXT), True),
        ({"additionalProperties": False}, {"additionalProperties": False}, False),
    ],
)
def test_share_only_the_empty(one: Any, other: Any, only: bool) -> None:
    profiles = [Profile.of((Document(each).part(),)) for each in (one, other)]

    assert share_only_the_empty(*profiles) is only
