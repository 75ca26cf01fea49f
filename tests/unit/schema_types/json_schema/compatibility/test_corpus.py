"""The pairs of the corpora, in both directions."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.compatibility import CompatibilityReport, Reason
from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from tests.unit.schema_types.json_schema.compatibility.corpus import (
    DIRECTIONS,
    EVERYTHING,
    foreign_pairs,
    pairs,
)

EXPECTED_RULES = json.loads(
    Path(__file__).with_name("expected_rules.json").read_text(encoding="utf-8")
)
MOST_UNDECIDED = 4
# It expects a consumer that wants an integer at "x" to take anything there.
REFUTED = {"pattern_properties_fall_back_to_additional_properties/backward"}


def as_written(pair: Any, direction: Any) -> CompatibilityReport:
    return compare(pair["old"], pair["new"], level=direction, policy="strict", formats=False)


def refutes(pair: Any, reason: Reason) -> bool:
    schemas = [pair["old"], pair["new"]]
    producer, consumer = schemas if reason.direction == "backward" else schemas[::-1]
    accepted, refused = (
        jsonschema_rs.is_valid(schema, reason.payload, validate_formats=False, offline=True)
        for schema in (producer, consumer)
    )
    return accepted and not refused


def test_no_verdict_is_wrong_and_few_are_undecided() -> None:
    undecided = []
    for pair in pairs():
        for direction in DIRECTIONS:
            report = as_written(pair, direction)
            if report.compatible is None:
                undecided.append((pair["id"], direction))
            else:
                assert report.compatible is pair[direction], (pair["id"], direction)
    assert len(undecided) <= MOST_UNDECIDED


def test_breaks_are_explained_by_the_rule_a_reader_expects() -> None:
    explained = []
    for pair in pairs():
        for direction in DIRECTIONS:
            expected = EXPECTED_RULES.get(f"{pair['id']}/{direction}")
            if expected is not None:
                shown = [r.rule for r in as_written(pair, direction).reasons if r.shown]
                explained.append(expected in shown)
    assert all(explained)
    assert len(explained) == len(EXPECTED_RULES) or not EVERYTHING


def test_reasons_point_into_both_schemas_and_show_a_payload() -> None:
    for pair in pairs():
        for direction in DIRECTIONS:
            for reason in as_written(pair, direction).reasons:
                if reason.shown:
                    assert refutes(pair, reason), (pair["id"], reason)
                    assert None not in (reason.old_pointer, reason.new_pointer), pair["id"]


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
def test_no_verdict_on_the_foreign_corpus_is_contradicted_by_a_payload(policy: Any) -> None:
    for pair in foreign_pairs():
        for direction in DIRECTIONS:
            report = compare(
                pair["old"], pair["new"], level=direction, policy=policy, formats=False
            )
            assert all(refutes(pair, reason) for reason in report.reasons if reason.shown)
            if f"{pair['id']}/{direction}" not in REFUTED and pair[direction]:
                assert report.compatible is not False, (pair["id"], direction)


def compatible_with_itself(schema: Any, policy: Any) -> bool:
    # What is the same to the letter is not looked at.
    other = schema | {"title": "the same"} if isinstance(schema, dict) else schema
    report = compare(schema, other, level="full", policy=policy, formats=False)
    return report.compatible is True


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
def test_every_schema_is_compatible_with_itself_under_every_policy(policy: Any) -> None:
    for pair in pairs():
        assert compatible_with_itself(pair["old"], policy), pair["id"]
        assert compatible_with_itself(pair["new"], policy), pair["id"]


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
def test_every_foreign_schema_is_compatible_with_itself(policy: Any) -> None:
    for pair in foreign_pairs():
        assert compatible_with_itself(pair["old"], policy), pair["id"]
        assert compatible_with_itself(pair["new"], policy), pair["id"]
