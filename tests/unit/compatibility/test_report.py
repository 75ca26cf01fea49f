"""What a person sees, and the same as data."""

import json
from typing import Any

from pytest_schema_registry.compatibility import compare

OLD = {
    "type": "object",
    "properties": {
        "order_id": {"type": "string"},
        "user_id": {"type": "string", "minLength": 2},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        "gifts": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
    },
    "required": ["order_id", "lines"],
    "$defs": {
        "Line": {
            "type": "object",
            "properties": {"sku": {"type": "string"}, "qty": {"type": "integer", "maximum": 1000}},
            "required": ["sku", "qty"],
        }
    },
}


def changed() -> Any:
    new = json.loads(json.dumps(OLD))
    new["$defs"]["Line"]["properties"]["qty"]["maximum"] = 100
    new["properties"]["channel"] = {"enum": ["web", "shop"]}
    new["properties"]["userId"] = new["properties"].pop("user_id")
    new["required"].append("channel")
    return new


def lines(text: Any) -> Any:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def test_incompatible_versions() -> None:
    text = compare(OLD, changed()).render("telemetry.FeedbackEvent v1 -> v2")

    assert (
        text.splitlines()[:7]
        == lines(
            """
telemetry.FeedbackEvent v1 -> v2 is not backward compatible   (tolerant; 2 reasons, 3 notes)
  ✗ required-added   $.channel       v1 producers may omit it; v2 consumers refuse that
        v2 #/required  + "channel"
        {"order_id": "x", "lines": []}     "channel" is a required property
  ✗ maximum-lowered  $.lines[*].qty  1000 -> 100
        v2 #/$defs/Line/properties/qty/maximum   (used in 2 places)
        {… "qty": 101 …}                   101 is greater than the maximum of 100
"""
        ).splitlines()
    )
    assert "  i probable-rename  $.user_id       -> $.userId" in text


def test_compatible_versions() -> None:
    text = compare(OLD, {**OLD, "title": "Order"}).render("orders.Order 1.0 -> 1.1")

    assert text == lines(
        """
orders.Order 1.0 -> 1.1 is backward compatible   (tolerant; 1 note)
  i title-changed  $ none -> "Order"
"""
    )


def test_undecided_versions() -> None:
    old = {"type": "string", "pattern": "^[0-9]+$"}
    new = {"type": "string", "pattern": "^[0-9][0-9]*$"}

    text = compare(old, new, policy="strict").render("orders.Id v1 -> v2")

    assert text == lines(
        """
orders.Id v1 -> v2 may not be backward compatible: undecided   (strict; 1 reason)
  ? pattern-changed  $  "^[0-9]+$" -> "^[0-9][0-9]*$"
        v2 #/pattern
"""
    )


def test_reference_that_leads_nowhere_is_pointed_at() -> None:
    old = {"type": "object", "properties": {"a": {"$ref": "https://schemas.invalid/a.json"}}}

    assert compare(old, {}).render("orders.Order v1 -> v2") == lines(
        """
orders.Order v1 -> v2 may not be backward compatible: undecided   (tolerant; 1 reason)
  ? unresolvable-reference  $  "https://schemas.invalid/a.json" is not in the schema
        v1 #/properties/a/$ref
"""
    )


def test_break_that_is_proved_without_a_payload_says_so() -> None:
    report = compare({"maxLength": 10**8, "type": "string"}, {"maxLength": 10**7})

    assert report.render("text v1 -> v2") == lines(
        """
text v1 -> v2 is not backward compatible   (tolerant; 1 reason)
  ✗ length-tightened  $  100000000 -> 10000000
        v2 #/maxLength
        proved; no payload was made to show it
"""
    )
    assert [reason.verdict for reason in report.reasons] == ["proved"]


def test_forward_reasons_name_the_versions_the_other_way_round() -> None:
    report = compare({"maximum": 1}, {"maximum": 2}, level="forward", policy="strict")

    assert report.render("n v1 -> v2") == lines(
        """
n v1 -> v2 is not forward compatible   (strict; 1 reason)
  ✗ maximum-lowered  $  2 -> 1   (from v2 to v1)
        v1 #/maximum
        2                                  2 is greater than the maximum of 1
"""
    )


def test_report_is_plain_json() -> None:
    report = compare(OLD, changed(), level="full", policy="strict")

    data = json.loads(json.dumps(report.as_dict()))

    assert data == report.as_dict()
    assert set(data) == {"compatible", "level", "policy", "reasons", "notes", "waived"}
    assert data["reasons"][0]["fingerprint"] == report.reasons[0].fingerprint


def test_wire_has_one_line_a_reason_and_its_advice() -> None:
    wire = compare(OLD, changed()).as_wire()

    assert wire == {
        "compatible": False,
        "breaking_reasons": [
            'required-added at $.channel: "channel" may be missing -> required',
            "maximum-lowered at $.lines[*].qty: 1000 -> 100",
        ],
        "advice": [
            "Keep $.channel optional, or give it a default and compare with defaults.",
            "Loosen $.lines[*].qty again, or release the change under a new name.",
        ],
    }
    assert compare(OLD, OLD).as_wire() == {
        "compatible": True,
        "breaking_reasons": [],
        "advice": [],
    }


def test_undecided_is_not_compatible_on_the_wire() -> None:
    old, new = ({"type": "string", "pattern": text} for text in ("^a+$", "^aa*$"))

    assert compare(old, new, policy="strict").as_wire()["compatible"] is False


def test_fingerprint_is_stable_and_tells_reasons_apart() -> None:
    first, second = compare(OLD, changed()).reasons
    again = compare(json.loads(json.dumps(OLD)), changed()).reasons

    assert [first.fingerprint, second.fingerprint] == [reason.fingerprint for reason in again]
    assert first.fingerprint != second.fingerprint
    assert len(first.fingerprint) == 12


def test_fingerprint_does_not_depend_on_unrelated_changes() -> None:
    more = changed()
    more["properties"]["note"] = {"type": "string"}

    fingerprints = {reason.fingerprint for reason in compare(OLD, changed()).reasons}

    assert fingerprints == {reason.fingerprint for reason in compare(OLD, more).reasons}


def test_notes_change_no_verdict() -> None:
    old = {
        "$id": "https://example.com/a",
        "properties": {"kind": {"enum": [1]}, "b": {"type": "string"}},
    }
    new = {
        "$id": "https://example.com/b",
        "description": "d",
        "discriminator": {"propertyName": "kind"},
        "properties": {"kind": {"enum": [1, 2]}, "b": {"type": "string", "default": "x"}},
    }

    report = compare(old, new, policy="strict")

    assert report.compatible is True
    assert {(note.kind, note.path) for note in report.notes} == {
        ("id-changed", "$"),
        ("description-changed", "$"),
        ("discriminator-changed", "$"),
        ("enum-widened", "$.kind"),
        ("default-changed", "$.b"),
    }


def test_required_member_that_relies_on_a_default_is_noted() -> None:
    old = {"properties": {"a": {"type": "string"}}}
    new = {"properties": {"a": {"type": "string", "default": "x"}}, "required": ["a"]}

    kinds = [note.kind for note in compare(old, new, policy="strict").notes]

    assert "required-relies-on-default" in kinds


def test_long_payload_without_the_member_at_fault_is_cut() -> None:
    def schema(*names: Any) -> Any:
        return {"properties": {"text": {"const": "x" * 80}}, "required": ["text", *names]}

    text = compare(schema(), schema("n"), policy="strict").render("n v1 -> v2")

    assert '        {"text": "' + "x" * 37 + "…" in text


def test_names_that_are_no_identifiers_are_quoted_in_paths() -> None:
    def schema(limit: Any) -> Any:
        return {"properties": {"a b": {"properties": {"c": {"maximum": limit}}}}}

    (reason,) = compare(schema(2), schema(1), policy="strict").reasons

    assert reason.path == '$["a b"].c'
