"""No payload refutes a proof about a union of closed objects and of arrays."""

from __future__ import annotations

from itertools import product
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.schema_types.json_schema.compatibility.proofs import holds
from tests.unit.schema_types.json_schema.compatibility.test_properties import BOUNDED

TEXT, ONE = {"type": "string"}, {"const": 1}
CLOSED: list[dict[str, Any]] = [{"additionalProperties": False}, {"unevaluatedProperties": False}]
LIMITS: list[dict[str, Any]] = [{}, {"required": ["b"]}, {"minProperties": 1}]
MEMBERS: list[dict[str, Any]] = [{"a": TEXT}, {"b": TEXT}]
OBJECTS: list[Any] = [
    {"type": "object", "properties": members, **closed, **limit}
    for members, closed, limit in product(MEMBERS, CLOSED, LIMITS)
]
ELEMENTS: list[dict[str, Any]] = [
    {"items": ONE},
    {"prefixItems": [TEXT]},
    {"prefixItems": [{}, TEXT]},
    {"contains": ONE, "unevaluatedItems": False},
]
ARRAYS: list[Any] = [
    {"type": "array", **elements, "minItems": least}
    for elements, least in product(ELEMENTS, [0, 1, 2])
]
VALUES: list[Any] = [1, "x", {}, {"a": "x"}, {"b": "x"}, {"a": "x", "b": "x"}]
PAYLOADS = [*VALUES, [], *([one] for one in VALUES), [1, 1], ["x", 1]]


@st.composite
def versions(draw: st.DrawFn) -> tuple[Any, Any]:
    """A union, and a copy in which one branch is another or stands beside the old ones.

    A branch may be a union itself.
    """
    plain = st.sampled_from(draw(st.sampled_from([OBJECTS, ARRAYS])))
    nested = st.builds(
        lambda word, listed: {word: listed},
        st.sampled_from(["anyOf", "oneOf"]),
        st.lists(plain, min_size=1, max_size=2),
    )
    kind = st.one_of(plain, nested)
    old = draw(st.lists(kind, min_size=1, max_size=3))
    at, width = draw(st.integers(0, 2)), draw(st.integers(0, 1))
    new = [*old[:at], draw(kind), *old[at + width :]]
    return {"oneOf": old}, {"oneOf": new}


@settings(BOUNDED, max_examples=20 * BOUNDED.max_examples)
@given(versions())
def test_no_payload_refutes_a_proof_about_a_union(schemas: Any) -> None:
    ours, theirs = map(jsonschema_rs.validator_for, schemas)

    lost = [each for each in PAYLOADS if ours.is_valid(each) and not theirs.is_valid(each)]
    assert not (lost and holds(*schemas))
