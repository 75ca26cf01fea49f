"""Arrays that have to have an element which cannot fit both are told apart by it."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from tests.unit.schema_types.json_schema.compatibility.proofs import holds

TEXT = {"type": "string"}
DRAFT_7 = {"$schema": "http://json-schema.org/draft-07/schema#"}


def definitions(**more: Any) -> dict[str, Any]:
    """Two objects that exclude each other; more of their members are optional."""
    return {
        "$defs": {
            name: {
                "type": "object",
                "properties": {name: TEXT, **more},
                "required": [name],
                "additionalProperties": False,
            }
            for name in "AB"
        }
    }


BEFORE, AFTER = definitions(), definitions(more=TEXT)
A, B = {"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}
MANY = {"type": "array", "items": A}
SINGLE = {"type": "array", "prefixItems": [B], "minItems": 1, "maxItems": 1}
PAIR = {"type": "array", "prefixItems": [{}, B], "minItems": 2.0}
ONES = {"type": "array", "contains": {"const": 1}}
SENT: list[Any] = [
    [1],
    [],
    None,
    [{"A": "x"}],
    [{"B": "x"}],
    [{"A": "x"}, {"A": "x"}],
    [{"A": "x"}, {"B": "x"}],
]


def versions(before: list[Any], after: list[Any]) -> tuple[Any, Any]:
    return {"oneOf": before, **BEFORE}, {"oneOf": after, **AFTER}


def with_empty(array: dict[str, Any]) -> dict[str, Any]:
    return {word: array[word] for word in array if word != "minItems"}


@pytest.mark.parametrize("policy", ["tolerant", "strict"])
@pytest.mark.parametrize(
    "branches",
    [
        [MANY, SINGLE],
        [SINGLE, TEXT, MANY],
        [MANY, PAIR],
        [{**MANY, "minItems": 1}, {**MANY, "items": B, "minItems": 1}],
        [{**MANY, "minItems": 1}, {**MANY, "items": B}],
    ],
)
def test_an_element_tells_arrays_apart(branches: list[Any], policy: Any) -> None:
    old, new = versions(branches, branches)

    assert holds(old, new)
    assert compare(old, new, policy=policy).compatible is True


def test_an_element_of_a_tuple_of_draft_7_tells_arrays_apart() -> None:
    single = {"type": "array", "items": [B], "minItems": 1}
    old, new = (DRAFT_7 | version for version in versions([MANY, single], [MANY, single]))

    assert holds(old, new)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([MANY, SINGLE], [MANY, with_empty(SINGLE)]),
        ([MANY, PAIR], [MANY, {**PAIR, "minItems": 1}]),
        (
            [{**MANY, "type": ["array", "null"]}, SINGLE],
            [{**MANY, "type": ["array", "null"]}, {**SINGLE, "type": ["array", "null"]}],
        ),
        (
            [{**ONES, "unevaluatedItems": False, "minItems": 1}, TEXT],
            [ONES, {"type": "array", "items": {"type": "integer"}}, TEXT],
        ),
        (
            [{**MANY, "minItems": 1}, SINGLE],
            [{**MANY, "minItems": 1}, {**SINGLE, "prefixItems": [A]}],
        ),
        ([MANY, SINGLE], [MANY, {**SINGLE, "prefixItems": [{"required": ["A"]}]}]),
    ],
)
def test_arrays_that_may_fit_both_are_not_told_apart(before: list[Any], after: list[Any]) -> None:
    old, new = versions(before, after)
    ours, theirs = map(jsonschema_rs.validator_for, (old, new))

    assert any(ours.is_valid(each) and not theirs.is_valid(each) for each in SENT)
    assert not holds(old, new)
    assert compare(old, new, policy="strict").compatible is not True
