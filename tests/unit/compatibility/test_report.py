"""What a person sees, and the same as data."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pytest_schema_registry import compatibility
from pytest_schema_registry.compatibility import CompatibilityReport, Waived
from pytest_schema_registry.json_values import first_form, path_steps
from pytest_schema_registry.registries.bare_schemas import verdict_of
from pytest_schema_registry.registries.queries import RegistryVerdict
from pytest_schema_registry.schema_types.json_schema.compatibility import compare

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


def shape(properties: Any, *required: str, **more: Any) -> Any:
    return {"type": "object", "properties": properties, "required": list(required), **more}


TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def lines(text: Any) -> Any:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


@pytest.mark.parametrize(("compatible", "is_true"), [(True, True), (False, False), (None, False)])
def test_a_report_is_true_where_it_passes(compatible: bool | None, is_true: bool) -> None:
    report = CompatibilityReport(compatible, (), (), "backward", "tolerant")
    assert bool(report) is is_true
    reason = compare(OLD, changed()).reasons[0]
    waived = replace(report, waived=(Waived(reason, "known", "2100-01-01"),))
    assert waived
    assert bool(replace(waived, reasons=(reason,))) is is_true


def test_incompatible_versions() -> None:
    text = compare(OLD, changed()).render("telemetry.FeedbackEvent v1 -> v2")

    assert (
        text.splitlines()[:7]
        == lines(
            """
telemetry.FeedbackEvent v1 -> v2 is not backward compatible   (tolerant; 2 reasons, 2 notes)
  ✗ required-added   $.channel       v1 does not know it; consumers of v2 require it
        v2 #/required  + "channel"
        {"order_id": "x", "lines": []}     "channel" is a required property
  ✗ maximum-lowered  $.lines[*].qty  1000 -> 100
        v2 #/$defs/Line/properties/qty/maximum   (used in 2 places)
        {… "qty": 101 …}                   101 is greater than the maximum of 100
"""
        ).splitlines()
    )
    assert "  i probable-rename  $.user_id       -> $.userId; v2 ignores the old name" in text


def test_the_text_of_a_report_is_that_of_a_failure() -> None:
    report = compare({}, {"type": "object", "required": ["id"]})
    assert str(report) == report.render("old -> new")
    assert str(report).startswith("old -> new is not backward compatible ")


def test_compatible_versions() -> None:
    text = compare(OLD, {**OLD, "title": "Order"}).render("orders.Order 1.0 -> 1.1")

    assert text == lines(
        """
orders.Order 1.0 -> 1.1 is backward compatible   (tolerant; 1 note)
  i title-changed  $  none -> "Order"
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


@pytest.mark.parametrize("reference", ["$ref", "$dynamicRef"])
def test_reference_that_leads_nowhere_is_pointed_at(reference: str) -> None:
    there = "https://schemas.invalid/a.json"
    within = {"a": {reference: there}, "b": {reference: "#/$defs/B"}}
    old = {"type": "object", "properties": within, "$defs": {"B": TEXT}}

    assert compare(old, {}).render("orders.Order v1 -> v2") == lines(
        """
orders.Order v1 -> v2 may not be backward compatible: undecided   (tolerant; 1 reason)
  ? unresolvable-reference  $  "https://schemas.invalid/a.json" is not in the schema
        v1 #/properties/a/$ref
""".replace("$ref", reference)
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
  ✗ maximum-lowered  $  v2 -> v1: 2 -> 1
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
    assert verdict_of(compare(OLD, changed())) == RegistryVerdict(
        compatible=False,
        reasons=(
            'required-added at $.channel: "channel" may be missing -> required',
            "maximum-lowered at $.lines[*].qty: 1000 -> 100",
        ),
        advice=(
            "Keep $.channel optional, or give it a default and compare with defaults.",
            "Loosen $.lines[*].qty again, or release the change under a new name.",
        ),
    )
    assert verdict_of(compare(OLD, OLD)) == RegistryVerdict(compatible=True)


def test_undecided_is_not_compatible_on_the_wire() -> None:
    old, new = ({"type": "string", "pattern": text} for text in ("^a+$", "^aa*$"))

    assert verdict_of(compare(old, new, policy="strict")).compatible is False


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


def body(report: CompatibilityReport) -> Sequence[str]:
    """A report without its headline."""
    return report.render("n v1 -> v2").splitlines()[1:]


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({"minimum": 0}, {"exclusiveMinimum": 0}, ">= 0 -> > 0"),
        ({"exclusiveMinimum": 0}, {"minimum": 1}, "> 0 -> >= 1"),
        ({}, {"exclusiveMaximum": 5}, "no limit -> < 5"),
        ({"maximum": 9}, {"maximum": 5}, "9 -> 5"),
    ],
)
def test_bounds_say_what_they_exclude(old: Any, new: Any, change: str) -> None:
    (reason,) = compare({**NUMBER, **old}, {**NUMBER, **new}).reasons

    assert reason.change == change


def test_values_too_long_to_show_are_cut_to_where_they_differ() -> None:
    old, new = ({**TEXT, "pattern": f"^{'[a-z]-' * 20}{end}$"} for end in "ab")

    assert body(compare(old, new, policy="strict"))[0] == (
        '  ✗ pattern-changed  $  …-z]-[a-z]-a$" -> …-z]-[a-z]-b$"'
    )
    assert body(compare({"description": "d" * 99}, {"description": "e" * 99})) == [
        f'  i description-changed  $  "{"d" * 34}… -> "{"e" * 34}…'
    ]


def test_values_that_only_the_newer_version_knows_break_forward() -> None:
    old, new = {"enum": ["a"]}, {"enum": ["a", "b", "c"]}

    assert body(compare(old, new)) == [
        '  i enum-widened  $  newly allowed: "b", "c"; breaks forward'
    ]
    assert body(compare(old, new, level="forward"))[0] == (
        '  ✗ enum-value-removed  $  v2 may send "b", "c", which v1 does not know'
    )


def test_values_that_only_the_older_version_knows_break_backward() -> None:
    assert body(compare({"enum": ["a", "b"]}, {"enum": ["a"]}, level="forward")) == [
        '  i enum-narrowed  $  no longer sent: "b"; breaks backward'
    ]


def test_forward_reasons_do_not_speak_of_the_past() -> None:
    old, new = {"anyOf": [TEXT, NUMBER]}, {"anyOf": [TEXT, NUMBER, shape({}, title="Order")]}

    assert body(compare(old, new, level="forward"))[0] == (
        "  ✗ union-branch-lost  $"
        '  v2 -> v1: no branch takes Order; the nearest is {"type": "string"}'
    )
    there = {"$ref": "https://schemas.invalid/a.json"}
    assert body(compare(there, {}, level="forward"))[0] == (
        '  ? unresolvable-reference  $  "https://schemas.invalid/a.json" is not in the schema'
    )


def test_required_member_is_declared_forgotten_or_unknown() -> None:
    without, declared, needed = shape({}), shape({"a": TEXT}), shape({"a": TEXT}, "a")
    anything = shape({"b": TEXT}, additionalProperties=TEXT)
    for old, new, level, sentence in (
        (declared, needed, "backward", "producers of v1 may omit it; consumers of v2 refuse that"),
        (anything, needed, "backward", "producers of v1 may omit it; consumers of v2 refuse that"),
        (without, needed, "backward", "v1 does not know it; consumers of v2 require it"),
        (needed, declared, "forward", "producers of v2 may omit it; consumers of v1 refuse that"),
        (needed, without, "forward", "v2 no longer sends it; consumers of v1 require it"),
    ):
        (reason, *_) = body(compare(old, new, level=level))  # type: ignore[arg-type]
        assert reason == f"  ✗ required-added{reason[18 : -len(sentence)]}{sentence}"


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        ("backward", "v2 ignores the old name"),
        ("forward", "v1 ignores the new name"),
        ("full", "each ignores the other's name"),
    ],
)
def test_renamed_member_that_nobody_requires_is_ignored(level: Any, sentence: str) -> None:
    old, new = shape({"a": TEXT}), shape({"b": TEXT})

    assert body(compare(old, new, level=level))[0].endswith(f" -> $.b; {sentence}")
    assert body(compare(old, new, level=level, policy="strict"))[-1].endswith(" -> $.b")


def test_renamed_member_that_is_required_goes_by_both_names() -> None:
    old, new = shape({"a b": TEXT}, "a b"), shape({"c": TEXT}, "c")

    first, _, _, second, *_, note = body(compare(old, new, level="full"))

    assert (
        first
        == '  ✗ required-added   $.c       v1 probably calls it "a b"; consumers of v2 require it'
    )
    assert (
        second
        == "  ✗ required-added   $['a b']  v2 probably calls it \"c\"; consumers of v1 require it"
    )
    assert note == "  i probable-rename  $['a b']  -> $.c"


def test_default_helps_where_consumers_require_the_member() -> None:
    old, new = shape({"b": NUMBER}), shape({"a": {**TEXT, "default": "x"}}, "a")

    report = compare(old, new)

    assert body(report)[3] == (
        '  i required-relies-on-default  $.a  has the default "x", but validators do not fill it in'
    )
    assert verdict_of(report).advice == ("Keep $.a optional, or compare with defaults.",)
    assert report.notes[0] not in compare(old, new, level="forward").notes
    assert report.notes[0] in compare(new, old, level="forward").notes


@pytest.mark.parametrize(
    ("old", "new", "headline"),
    [
        ({"maximum": 2}, {"maximum": 1}, "is only forward compatible   (strict; 1 reason)"),
        ({"maximum": 1}, {"maximum": 2}, "is only backward compatible   (strict; 1 reason)"),
        (
            {"const": 1},
            {"const": 2},
            "is not fully compatible   (strict; 1 reason backward, 1 forward)",
        ),
        (
            {**TEXT, "pattern": "^a+$"},
            {"type": ["string", "null"], "pattern": "^aa*$"},
            "is not fully compatible   (strict; 1 reason backward, 1 forward)",
        ),
        (
            {**TEXT, "pattern": "^a+$"},
            {**TEXT, "pattern": "^aa*$"},
            "may not be fully compatible: undecided   (strict; 1 reason backward, 1 forward)",
        ),
        ({"maximum": 1}, {"maximum": 1.0}, "is fully compatible   (strict)"),
    ],
)
def test_headline_of_both_directions_says_which_one_holds(
    old: Any, new: Any, headline: str
) -> None:
    text = compare(old, new, level="full", policy="strict").render("n v1 -> v2")

    assert text.splitlines()[0] == f"n v1 -> v2 {headline}"


LONG = {"type": "string", "minLength": 200}


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        # A member that is missing: the object, whole or by its members' names.
        (
            shape(
                {name: {"const": name} for name in ("first", "second", "third")},
                *("first", "second", "third"),
            ),
            shape({}, "n"),
            [
                '{"first": "first", "second": "second", "third": "third"}',
                '"n" is a required property',
            ],
        ),
        (
            shape({"order_id": TEXT, "long": LONG}, "order_id", "long"),
            shape({}, "n"),
            ['{"order_id": …, "long": …}         "n" is a required property'],
        ),
        (
            shape({name * 20: TEXT for name in "abcdef"}, *(name * 20 for name in "abcdef")),
            shape({}, "n"),
            [
                f'{{"{"a" * 20}": …, "{"b" * 20}": …, "{"c" * 20}": …, "ddddddddd…}}',
                '"n" is a required property',
            ],
        ),
        (
            shape({"long": LONG, "lines": {"items": shape({"a": TEXT}, "a")}}, "long"),
            shape({"lines": {"items": shape({}, "n")}}),
            ['… {"a": "x"}                       "n" is a required property'],
        ),
        # A member that is there: by itself, or what it is.
        (
            shape({"long": LONG}, "long"),
            shape({"long": NUMBER}),
            ['{… "long": "xxxxxxxxxxx…" of 200 characters …}', 'it is not of type "number"'],
        ),
        (
            shape({"list": {"type": "array", "items": TEXT, "minItems": 20}}, "list"),
            shape({"list": {"uniqueItems": True}}),
            ['{… "list": [20 elements] …}        it has non-unique elements'],
        ),
        (
            shape({"one": shape({"long": LONG}, "long")}, "one"),
            shape({"one": {"maxProperties": 0}}),
            ['{… "one": {1 member} …}            it has more than 0 properties'],
        ),
        (
            {
                "type": "array",
                "prefixItems": [shape({"a": TEXT, "b": LONG}, "a", "b")],
                "minItems": 1,
            },
            {"prefixItems": [shape({"a": NUMBER})]},
            ['{… "a": "x" …}                     "x" is not of type "number"'],
        ),
        # What is declared by no name: the object.
        (
            shape({"long": LONG}, "long", additionalProperties=TEXT),
            shape({"long": {}}, additionalProperties={"maxLength": 0}),
            ['{"long": …, "zz": …}               "x" is longer than 0 characters'],
        ),
        # No member at all.
        (
            {"type": "integer", "minimum": 10**40},
            {"maximum": 10},
            ["1" + "0" * 40, "it is greater than the maximum of 10"],
        ),
        (
            {"type": "integer", "minimum": 10**99},
            {"maximum": 10},
            ["1" + "0" * 24 + "…         it is greater than the maximum of 10"],
        ),
        (
            {"type": "array", "items": LONG, "minItems": 1},
            {"maxItems": 0},
            ["[1 element]                        it has more than 0 items"],
        ),
    ],
)
def test_payload_is_cut_where_it_may_be(old: Any, new: Any, shown: Any) -> None:
    assert [line.strip() for line in body(compare(old, new, policy="strict"))[2:4]] == shown


def test_names_that_are_no_identifiers_are_quoted_in_paths() -> None:
    def schema(limit: Any) -> Any:
        return {"properties": {"a b": {"properties": {"c": {"maximum": limit}}}}}

    (reason,) = compare(schema(2), schema(1), policy="strict").reasons

    assert reason.path == "$['a b'].c"


def test_a_fingerprint_stays_as_it_was_when_paths_were_written_in_another_way() -> None:
    def schema(limit: int) -> Any:
        rule = {"maximum": limit}
        members = {
            "a b": rule,
            "*": rule,
            "x": {"items": rule},
            "z": {"additionalProperties": rule},
        }
        return {"properties": {"order-id": {"type": "object", "properties": members}}}

    reasons = compare(schema(9), schema(5)).reasons

    assert {reason.path: reason.fingerprint for reason in reasons} == {
        "$['order-id']['a b']": "94e3472b6965",
        "$['order-id']['*']": "520b108ba45b",
        "$['order-id'].x[*]": "a5013216c835",
        "$['order-id'].z.*": "4bf97be1206f",
    }


@pytest.mark.parametrize("path", ["$", "$.a[0]", "a registry's own words", "$.a and more"])
def test_a_path_of_a_registry_s_own_is_a_part_of_its_fingerprint(path: str) -> None:
    assert first_form(path) == path


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ('$.order-id["it\'s"][0]', ["order-id", "it's", 0]),
        (r"$['it\'s \\'].x", ["it's \\", "x"]),
        ("$['\"\\u202e']", ['"\u202e']),
    ],
)
def test_a_path_is_read_in_both_forms(path: str, keys: list[str | int]) -> None:
    assert path_steps(path) == keys


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (TEXT, {"oneOf": [{}, {}]}, '"x" fits more than one of the alternatives'),
        (TEXT, {"oneOf": [NUMBER, {"type": "null"}]}, '"x" fits none of the alternatives'),
        (shape({}), shape({}, "n" * 40), f'"{"n" * 40}" is a required property'),
        ({}, {"const": "y" * 40}, f'"{"y" * 40}" was expected'),
        (TEXT, {"enum": ["y" * 99, "z"]}, f'"x" is not one of "{"y" * 82}…'),
        (
            {},
            {"not": {"minLength": 0, **TEXT}},
            '{"minLength":0,"type":"string"} is not allowed for ""',
        ),
        (
            shape({"a b": TEXT}, "a b"),
            shape({}, additionalProperties=False),
            "Additional properties are not allowed ('a b' was unexpected)",
        ),
    ],
)
def test_message_is_the_engines_but_for_what_is_too_long(old: Any, new: Any, message: str) -> None:
    (shown, *_) = (line for line in body(compare(old, new, policy="strict")) if message in line)

    assert shown.endswith(message)


def test_no_line_is_too_long_for_a_terminal() -> None:
    deep = {"type": "object", "properties": {"a" * 30: {"properties": {"b" * 30: {"enum": ["x"]}}}}}
    old = json.loads(json.dumps(deep).replace("x", "y" * 300))

    report = compare(old, deep, level="full")

    assert max(map(len, body(report))) <= 110
    assert body(report)[:2] == [
        f"  ✗ enum-value-removed  $.{'a' * 30}.{'b' * 30}",
        "        " + '"' + "y" * 28 + "… no longer allowed",
    ]


def test_reasons_of_a_registry_are_told_apart_by_their_words() -> None:
    report = CompatibilityReport.from_registry(False, ["a field is gone", "another one changed"])
    assert len({reason.fingerprint for reason in report.reasons}) == 2


def test_the_package_has_the_names_that_it_lists_and_no_others() -> None:
    for name in compatibility.__all__:
        assert getattr(compatibility, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        compatibility.nothing  # noqa: B018
