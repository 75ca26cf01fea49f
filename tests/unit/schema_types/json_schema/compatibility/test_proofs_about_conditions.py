"""Proofs about conditions that hold in fewer cases, and no payload that refutes one."""

from __future__ import annotations

from itertools import product
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.schema_types.json_schema.compatibility.proofs import holds
from tests.unit.schema_types.json_schema.compatibility.test_properties import BOUNDED

CONDITIONS: list[Any] = [
    True,
    {"required": ["a"]},
    {"properties": {"a": {"enum": [1]}}},
    {"properties": {"a": {"enum": [1, 2]}}},
    {"properties": {"a": {"enum": [1]}}, "required": ["a"]},
    {"properties": {"a": {"enum": [1, 2]}}, "required": ["a"]},
    {"not": {"required": ["a"]}},
    {"$ref": "#/$defs/one"},
]
DEMANDS: list[Any] = [{"required": ["b"]}, {"properties": {"b": {"const": 1}}}, False]
ELSE: list[dict[str, Any]] = [{}, {"else": {"required": ["c"]}}]
ONE = {"$defs": {"one": {"properties": {"a": {"enum": [1]}}, "required": ["a"]}}}
PAYLOADS: list[Any] = [
    {key: value for key, value in zip("abc", values, strict=True) if value is not None}
    for values in product([None, 1, 2, 3], [None, 1, 2], [None, 1])
] + [1, "x", None]


def condition(narrow: Any, demand: Any, **more: Any) -> dict[str, Any]:
    return {"if": narrow, "then": demand, **more}


def test_a_condition_that_holds_in_fewer_cases_demands_less() -> None:
    parent = {"properties": {"parent": {"$ref": "#"}}}  # the engine's own proof gives up on that
    wide = condition(CONDITIONS[5], DEMANDS[0], **parent)
    narrow = condition(CONDITIONS[4], DEMANDS[0], **parent)
    assert holds(wide, narrow)
    assert not holds(narrow, wide)
    assert not holds(wide, {**narrow, "else": {"required": ["c"]}})


@pytest.mark.parametrize("condition_of_both", CONDITIONS[-1:])
def test_a_condition_with_a_reference_implies_nothing(condition_of_both: Any) -> None:
    wide = condition(CONDITIONS[5], DEMANDS[0])
    assert not holds(ONE | wide, ONE | condition(condition_of_both, DEMANDS[0]))


@st.composite
def versions(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two versions of a schema with one or two conditions."""

    def version() -> Any:
        conditions = [
            condition(
                draw(st.sampled_from(CONDITIONS)),
                draw(st.sampled_from(DEMANDS)),
                **draw(st.sampled_from(ELSE)),
            )
            for _ in range(draw(st.integers(1, 2)))
        ]
        return {**ONE, "properties": {"parent": {"$ref": "#"}}, "allOf": conditions}

    return version(), version()


@settings(BOUNDED, max_examples=10 * BOUNDED.max_examples)
@given(versions())
def test_no_payload_refutes_a_proof_about_conditions(schemas: Any) -> None:
    ours, theirs = map(jsonschema_rs.validator_for, schemas)

    lost = [each for each in PAYLOADS if ours.is_valid(each) and not theirs.is_valid(each)]
    assert not (lost and holds(*schemas))
