"""What holds for any pair of schemas."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pytest_schema_registry.schema_types.json_schema.compatibility import NotASchema, compare
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.policy import (
    as_consumer,
    as_producer,
)
from tests.unit.schema_types.json_schema.compatibility.corpus import EVERYTHING
from tests.unit.schema_types.json_schema.compatibility.strategies import (
    DECLARATIONS,
    PAYLOADS,
    SCHEMAS,
    declares,
    is_circular,
    pairs,
    payloads,
    referring,
)

POLICIES = st.sampled_from(["strict", "tolerant"])
KEYWORDS = st.sampled_from(["type", "$ref", "items", "enum", "a"])
THINGS = st.recursive(
    st.none() | st.text(max_size=3) | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYWORDS, inner),
)
BOUNDED = settings(
    max_examples=200 if EVERYTHING else 25,
    derandomize=not EVERYTHING,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def validator(schema: Any) -> Any:
    try:
        return jsonschema_rs.validator_for(schema, validate_formats=True, offline=True)
    except jsonschema_rs.ValidationError:
        assume(False)
        raise


@BOUNDED
@given(pairs(), st.lists(PAYLOADS, max_size=20), st.randoms(use_true_random=False))
def test_no_payload_refutes_a_compatible_verdict(schemas: Any, blind: Any, chance: Any) -> None:
    old, new = (validator(schema) for schema in schemas)
    assume(compare(*schemas, policy="strict", budget=10_000).compatible is True)

    for payload in [*blind, *payloads(schemas, chance, 100)]:
        assert not old.is_valid(payload) or new.is_valid(payload), payload


@BOUNDED
@given(pairs(), st.randoms(use_true_random=False))
def test_no_payload_refutes_what_a_policy_tolerates(schemas: Any, chance: Any) -> None:
    for schema in schemas:
        validator(schema)
    producer = validator(as_producer(schemas[0], Budget()))
    consumer = validator(as_consumer(schemas[1], opened=True, defaults=True))
    assume(compare(*schemas, defaults=True, budget=10_000).compatible is True)

    for payload in payloads(schemas, chance, 100):
        assert not producer.is_valid(payload) or consumer.is_valid(payload), payload


@settings(BOUNDED, max_examples=4 * BOUNDED.max_examples)
@given(DECLARATIONS, st.randoms(use_true_random=False))
def test_producers_may_send_all_that_is_declared(schema: Any, chance: Any) -> None:
    written = validator(schema)
    producer = validator(as_producer(schema, Budget()))

    for payload in payloads([schema], chance, 60):
        if written.is_valid(payload) and declares([schema], payload):
            assert producer.is_valid(payload), payload


@BOUNDED
@given(pairs(), POLICIES, st.randoms(use_true_random=False))
def test_no_payload_refutes_a_verdict_on_schemas_with_references(
    schemas: Any, policy: Any, chance: Any
) -> None:
    for schema in schemas:
        validator(schema)
        assume(not is_circular(schema))
    old, new = (referring(schema, chance) for schema in schemas)
    report = compare(old, new, policy=policy, budget=10_000)
    assume(report.compatible is True)
    producer, consumer = validator(old), validator(new)
    if policy == "tolerant":
        producer = validator(as_producer(old, Budget()))
        consumer = validator(as_consumer(new, opened=True, defaults=False))

    for payload in payloads(schemas, chance, 100):
        assert not producer.is_valid(payload) or consumer.is_valid(payload), payload


@BOUNDED
@given(SCHEMAS, POLICIES, st.randoms(use_true_random=False))
def test_definitions_may_be_named_at_will(schema: Any, policy: Any, chance: Any) -> None:
    validator(schema)
    assume(not is_circular(schema))
    old, new = (referring(schema, chance) for _ in range(2))

    assert compare(old, new, policy=policy, budget=10_000).compatible is not False


@BOUNDED
@given(pairs(), POLICIES)
def test_every_payload_shown_is_valid_before_and_invalid_after(schemas: Any, policy: Any) -> None:
    old, new = (validator(schema) for schema in schemas)
    report = compare(*schemas, policy=policy, budget=10_000)

    for reason in report.reasons:
        if reason.shown:
            assert old.is_valid(reason.payload)
            assert not new.is_valid(reason.payload)
    assert report.compatible is not True or report.reasons == ()
    assert report.compatible is True or report.reasons


@BOUNDED
@given(SCHEMAS, POLICIES)
def test_no_schema_is_incompatible_with_itself(schema: Any, policy: Any) -> None:
    validator(schema)
    # What is the same to the letter is not looked at.
    other = schema | {"title": "the same"} if isinstance(schema, dict) else schema

    assert (
        compare(schema, other, policy=policy, level="full", budget=10_000).compatible is not False
    )


@BOUNDED
@given(SCHEMAS, st.lists(PAYLOADS, max_size=20), st.randoms(use_true_random=False))
def test_policies_narrow_producers_and_widen_consumers(
    schema: Any, blind: Any, chance: Any
) -> None:
    written = validator(schema)
    producer = validator(as_producer(schema, Budget()))
    consumer = validator(as_consumer(schema, opened=True, defaults=True))

    for payload in [*blind, *payloads([schema], chance, 50)]:
        assert producer.is_valid(payload) <= written.is_valid(payload), payload
        assert written.is_valid(payload) <= consumer.is_valid(payload), payload


@BOUNDED
@given(pairs())
def test_forward_is_backward_with_the_roles_swapped(schemas: Any) -> None:
    old, new = schemas
    validator(old), validator(new)

    forward = compare(old, new, level="forward", policy="strict", budget=100_000)
    backward = compare(new, old, level="backward", policy="strict", budget=100_000)

    assert forward.compatible is backward.compatible


@BOUNDED
@given(pairs(), POLICIES)
def test_reports_are_deterministic_and_plain_json(schemas: Any, policy: Any) -> None:
    for schema in schemas:
        validator(schema)

    first, second = (compare(*schemas, policy=policy, budget=100_000).as_dict() for _ in range(2))

    assert first == second == json.loads(json.dumps(first))


@BOUNDED
@given(THINGS)
def test_anything_is_either_compared_or_refused(thing: Any) -> None:
    try:
        compare(thing, {"type": "string"})
    except NotASchema as error:
        refusal = str(error)
        assert "the old schema is invalid" in refusal


def test_unknown_level_and_policy_are_refused() -> None:
    with pytest.raises(ValueError, match="level is one of backward, forward, full"):
        compare({}, {}, level="sideways")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="policy is one of tolerant, strict"):
        compare({}, {}, policy="lax")  # type: ignore[arg-type]
