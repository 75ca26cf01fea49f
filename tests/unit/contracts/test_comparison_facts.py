from __future__ import annotations

import json
from typing import Any

from pytest_schema_registry import compare
from pytest_schema_registry.compatibility.report import CompatibilityReport, Waived
from pytest_schema_registry.contracts.comparison_facts import MAX_REASONS, facts
from pytest_schema_registry.redaction import Redaction

OLD: dict[str, Any] = {"type": "object", "properties": {"a": {"enum": ["x", "y"]}}}
NEW: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"enum": ["x"]}, "b": {}},
    "required": ["b"],
}


def told(report: CompatibilityReport, *hidden: str) -> dict[str, Any]:
    found = facts(report, "v1", "v2", test="test_it", hide=Redaction(hidden))
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_reason_has_both_rules_and_the_payload_that_shows_it() -> None:
    report = compare(OLD, NEW)
    found = told(report)
    assert (found["level"], found["policy"], found["test"]) == ("backward", "tolerant", "test_it")
    (removed,) = [each for each in found["reasons"] if each["rule"] == "enum-value-removed"]
    assert removed["old_place"] == "#/properties/a/enum"
    assert removed["old_rule"] == '[\n  "x",\n  "y"\n]'
    assert removed["new_rule"] == '[\n  "x"\n]'
    assert json.loads(removed["payload"])["a"] == "y"
    assert removed["message"]
    assert removed["waived"] == ""


def test_a_value_that_is_never_shown_is_in_no_payload_and_in_no_message() -> None:
    (removed,) = [each for each in told(compare(OLD, NEW), "a")["reasons"] if each["path"] == "$.a"]
    assert json.loads(removed["payload"])["a"] == "<redacted>"
    assert removed["message"] == "<redacted>"


def test_of_many_reasons_the_first_are_told_and_the_rest_counted() -> None:
    names = [f"m{number:02}" for number in range(MAX_REASONS + 5)]
    found = told(compare({"type": "object"}, {"type": "object", "required": names}))
    assert (len(found["reasons"]), found["more_reasons"]) == (MAX_REASONS, 5)


def test_a_waived_reason_says_until_when_and_why() -> None:
    report = compare(OLD, NEW)
    waived = CompatibilityReport(
        False, (), (), "backward", "tolerant", (Waived(report.reasons[0], "soon", "2026-02-01"),)
    )
    assert told(waived)["reasons"][0]["waived"] == "waived until 2026-02-01: soon"


def test_a_registrys_own_reason_has_no_place_and_no_payload() -> None:
    (reason,) = told(CompatibilityReport.from_registry(False, ["it is not"]))["reasons"]
    assert (reason["old_place"], reason["new_place"], reason["payload"]) == ("", "", "")
    assert reason["text"] == "it is not"


def test_notes_are_told() -> None:
    new = {"type": "object", "properties": {"a": {"enum": ["x", "y", "z"]}}}
    (note, *_) = told(compare(OLD, new))["notes"]
    assert note == 'enum-widened $.a newly allowed: "z"; breaks forward'
