"""Inputs that crash, hang or mislead tools of this kind."""

import itertools
import json
from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import NotASchema, compare
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Checker, Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.judgement import judge
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.document import Document
from pytest_schema_registry.schema_types.json_schema.unfolding import unfolded
from tests.processes import without_hanging

TEXT = {"type": "string"}
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
LATEST = "https://json-schema.org/draft/2020-12/schema"


def rules(report: Any) -> Any:
    return [reason.rule for reason in report.reasons]


def nested(depth: Any, leaf: Any) -> Any:
    schema = leaf
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    return schema


def checker(schema: Any) -> Checker:
    return Checker(schema, formats=True)


def sampler() -> Sampler:
    return Sampler(Patterns(), Budget())


def tree(value: Any) -> Any:
    return {
        "type": "object",
        "properties": {"v": {"type": value}, "kids": {"items": {"$ref": "#"}, "type": "array"}},
    }


def test_models_used_in_many_places_give_one_reason_with_a_count() -> None:
    """Twelve models, each used twice by the one before, would give 2^11 reasons."""

    def chain(limit: Any) -> Any:
        definitions = {
            f"M{at}": {
                "type": "object",
                "properties": {
                    "left": {"$ref": f"#/$defs/M{at + 1}"},
                    "right": {"$ref": f"#/$defs/M{at + 1}"},
                },
            }
            for at in range(11)
        }
        definitions["M11"] = {"type": "object", "properties": {"n": {"maximum": limit}}}
        return {"$defs": definitions, "$ref": "#/$defs/M0"}

    report = compare(chain(10), chain(5), policy="strict")

    assert rules(report) == ["maximum-lowered"]
    assert report.reasons[0].uses == 2


def test_contains_with_its_counts_is_one_condition() -> None:
    old = {"contains": TEXT, "minContains": 0}
    new = {"contains": TEXT, "minContains": 2, "maxContains": 3}

    assert rules(compare(old, new, policy="strict")) == ["contains-changed"]


def test_condition_with_its_outcomes_is_one_reason() -> None:
    old = {"if": {"required": ["a"]}, "then": {"required": ["b"]}}
    new = {"if": {"required": ["a"]}, "then": {"required": ["c"]}, "else": {"required": ["d"]}}

    assert rules(compare(old, new, policy="strict")) == ["conditional-changed"]


@pytest.mark.parametrize(("draft", "compatible"), [(DRAFT_7, True), (LATEST, False)])
def test_reference_hides_what_is_beside_it_up_to_draft_7(draft: Any, compatible: Any) -> None:
    old = {"$schema": draft, "$ref": "#/definitions/T", "definitions": {"T": TEXT}}

    assert compare(old, {**old, "maxLength": 3}, policy="strict").compatible is compatible


def test_pattern_that_does_not_compile_here_is_an_opaque_text() -> None:
    """A lookahead is beyond the reader of patterns; equal patterns are still equal."""
    old = {"type": "string", "pattern": r"^(?=.*\p{L})(?!.*--).{2,}$"}

    assert compare(old, {**old, "title": "t"}, policy="strict").compatible is True
    assert compare(old, {**old, "minLength": 3}, policy="strict").compatible is not True


def test_witness_fails_at_the_reported_path_inside_a_branch() -> None:
    def schema(limit: Any) -> Any:
        line = {"type": "object", "properties": {"qty": {"maximum": limit}}, "required": ["qty"]}
        return {"properties": {"lines": {"anyOf": [{"items": line, "type": "array"}, TEXT]}}}

    report = compare(schema(10), schema(5), policy="strict")

    (reason,) = report.reasons
    assert (reason.rule, reason.path) == ("maximum-lowered", "$.lines[*].qty")
    assert reason.payload == {"lines": [{"qty": 6}]}


def test_union_is_not_ambiguous_to_producers_that_always_send_a_tag() -> None:
    def tagged(required: Any, most: Any) -> Any:
        branches = [
            {"type": "object", "properties": {"kind": {"const": tag}}, "required": required}
            for tag in ("a", "b")
        ]
        return {"properties": {"of": {"oneOf": branches}, "n": {"maximum": most}}}

    report = compare(tagged(["kind"], 10), tagged([], 5), policy="strict")

    assert rules(report) == ["maximum-lowered"]


def test_payload_is_of_the_next_type_where_the_preferred_one_is_impossible() -> None:
    schema = {"type": ["string", "boolean"], "minLength": 3, "maxLength": 2}

    assert sampler().plain((Document(schema).part(),)) is True


def test_payloads_vary_no_further_down_than_python_may_descend() -> None:
    schema: Any = {"type": "integer"}
    for _ in range(100):
        schema = {"type": "object", "properties": {"a": schema}, "additionalProperties": False}

    payloads = sampler().values((Document(schema).part(),), (), 3_000)

    assert max(json.dumps(payload).count("{") for payload in payloads) == 26


def test_all_branches_of_a_large_union_are_looked_at() -> None:
    """A cap on the first branches hid the last one."""
    old = {"anyOf": [{"type": "object", "required": [f"a{at}"]} for at in range(40)]}
    new = {"anyOf": old["anyOf"][:-1]}

    report = compare(old, new, policy="strict")

    assert report.compatible is False
    assert "union-branch-lost" in rules(report)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}, TEXT]},
        {"not": {"$ref": "#"}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}}},
        {"properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {"$dynamicRef": "#"},
        {"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "#"},
        {"unevaluatedProperties": {"$ref": "#"}},
        {"propertyNames": {"$ref": "#"}},
    ],
)
def test_recursion_ends(schema: Any) -> None:
    for other in (TEXT, schema, {"type": "object"}):
        for policy in ("strict", "tolerant"):
            compare(schema, other, level="full", policy=policy)


def test_recursion_through_the_root_on_both_sides_is_decided() -> None:
    assert compare(tree("integer"), tree("number"), policy="strict").compatible is True
    assert compare(tree("number"), tree("integer"), policy="strict").compatible is False


def test_deep_schemas_are_decided_and_deeper_ones_are_said_to_be_too_deep() -> None:
    report = compare(nested(100, TEXT), nested(100, {"type": "integer"}))
    assert (report.compatible, report.reasons[0].path) == (False, "$" + ".a" * 100)

    for depth in (300, 20_000):
        report = compare(nested(depth, TEXT), nested(depth, TEXT))
        assert (report.compatible, rules(report)) == (None, ["budget-exceeded"])


def test_schema_that_a_policy_makes_too_deep_is_said_to_be() -> None:
    schema: Any = {"$ref": "#/definitions/M"}
    for _ in range(249):
        schema = {"items": schema}
    named: list[Any] = [
        {"properties": {"a": {}}},
        {"properties": {"b": {}}, "patternProperties": {"x": {}}},
    ]
    # Because of the second one, the shared model cannot be closed where it stands.
    more = {"allOf": [{"$ref": "#/definitions/M"}, {"properties": {"c": {}}}]}
    schema |= {"$schema": DRAFT_7, "definitions": {"M": {"allOf": named}}}
    schema |= {"properties": {"more": more}}

    report = compare(schema, schema | {"title": "the same"})

    assert (report.compatible, rules(report)) == (None, ["budget-exceeded"])


def test_optional_members_far_down_are_proved() -> None:
    schema: Any = TEXT
    for _ in range(40):
        schema = {"type": "object", "properties": {"a": schema}}

    assert compare(schema, schema | {"title": "b"}, policy="strict").compatible is True


def test_reference_to_itself_says_nothing_of_what_it_accepts() -> None:
    old = {"$schema": DRAFT_7, "$ref": "#"}

    assert compare(old, {"$schema": DRAFT_7, "anyOf": [TEXT]}).compatible is not True
    assert compare(old, {"$schema": DRAFT_7, "minLength": 1}).compatible is not True


@pytest.mark.parametrize(
    "old",
    [
        {"$ref": "#/$defs/a~1b~0c", "$defs": {"a/b~c": TEXT}},
        {"$ref": "#t", "$defs": {"t": {"$anchor": "t", **TEXT}}},
        {"$ref": "#/allOf/0", "allOf": [TEXT]},
        {"$ref": "#/x-models/t", "x-models": {"t": TEXT}},
        {"$dynamicRef": "#/$defs/t", "$defs": {"t": TEXT}},
        {"$dynamicRef": "#/x-models/t", "x-models": {"t": TEXT}},
        {"$dynamicRef": "#t", "$defs": {"t": {"$dynamicAnchor": "t", **TEXT}}},
        {"$schema": DRAFT_7, "$ref": "#t", "definitions": {"t": {"$id": "#t", **TEXT}}},
    ],
)
def test_references_of_every_form_are_followed(old: Any) -> None:
    new = {"$schema": old["$schema"]} if "$schema" in old else {}

    (reason,) = compare(old, {**new, "maxLength": 5}, policy="strict").reasons

    assert (reason.rule, reason.shown) == ("length-tightened", True)


@pytest.mark.parametrize(
    "old",
    [
        {"type": ["string", "null"], "pattern": "(?i:a)"},
        {"type": ["string", "null"], "pattern": r"^(?=\d{3})\d"},
        {"type": "object", "required": ["a", "b"], "dependentRequired": {"a": ["b"]}},
        {"properties": {"a": TEXT}, "additionalProperties": False, "minProperties": 3},
        {"type": "object", "properties": {"a": {}}, "required": ["a"], "minProperties": 2},
    ],
)
def test_payload_is_found_where_the_plainest_is_none(old: Any) -> None:
    report = compare(old, {"type": ["string", "object"], "minProperties": 9}, policy="strict")

    assert report.compatible is False
    assert any(reason.shown for reason in report.reasons)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"^(a+)+$", r"^(a|aa)+$"),
        (r"^(a|b|ab)*(?=c)\d$", r"(x+x+)+(?<!z)y"),
        (r"^(?=(a+)+b)(a+)+\1$", r"^(a*)*$"),
        (r"^[a-z]{1,5000}$", r"^[a-z]{1,4999}$"),
    ],
)
def test_catastrophic_patterns_end(old: Any, new: Any) -> None:
    with without_hanging():
        compare({"type": "string", "pattern": old}, {"type": "string", "pattern": new})


def test_engine_that_gives_up_on_a_pattern_disproves_nothing() -> None:
    """Out of backtracking, the engine calls a text invalid: that is no fact about the schema."""
    greedy = r"(x+x+)+(?<!z)y"
    old = {"enum": ["x" * 60]}

    report = compare(old, {"not": {"pattern": greedy}}, policy="strict")

    assert not any(reason.shown for reason in report.reasons)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://schemas.invalid/other.json"},
        {"properties": {"a": {"$ref": "#/$defs/Missing"}}},
        {
            "$defs": {"Text": {"type": "string"}},
            "properties": {"a": {"$ref": "#/$defs/Text"}, "b": {"$ref": "#/$defs/Missing"}},
        },
        {"properties": {"a": {"$dynamicRef": "#/$defs/Missing"}}},
        {"$schema": "https://schemas.invalid/dialect"},
    ],
)
def test_reference_out_of_the_document_is_not_followed(schema: Any) -> None:
    for pair in ((schema, TEXT), (TEXT, schema)):
        report = compare(*pair)
        assert (report.compatible, rules(report)) == (None, ["unresolvable-reference"])


def test_meta_schema_is_known_to_the_engine_and_not_followed() -> None:
    def holding(number: Any) -> Any:
        properties = {"schema": {"$ref": LATEST}, "n": number}
        return {"type": "object", "properties": properties, "required": ["n", "schema"]}

    assert compare(holding(TEXT), holding(TEXT)).compatible is True
    report = compare(holding(TEXT), holding({"type": "integer"}))
    assert (report.compatible, rules(report)) == (False, ["type-narrowed"])


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "text"},
        {"pattern": "("},
        [],
        None,
        {1: 2},
        {"const": float("nan")},
        {"enum": {1}},
        {"const": 10**5000},
    ],
)
def test_what_is_no_schema_is_refused(schema: Any) -> None:
    with pytest.raises(NotASchema, match="the new schema is invalid"):
        compare(TEXT, schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "array", "minItems": 10**12}, {"type": "array", "maxItems": 1}),
        ({"type": "string", "minLength": 10**9}, {"type": "string", "maxLength": 5}),
        ({"type": "object", "minProperties": 10**9}, {"type": "object", "maxProperties": 1}),
        ({"type": "integer", "minimum": 10**400}, {"type": "integer", "maximum": 5}),
        ({"type": "number", "minimum": 10**400, "multipleOf": 0.5}, {"maximum": 1e308}),
        ({"type": "number", "minimum": 1e308, "multipleOf": 1e-300}, {"multipleOf": 7}),
        ({"type": "array", "contains": TEXT, "minContains": 10**9}, {"type": "array"}),
        ({"multipleOf": 1e308}, {"type": "string"}),
        ({"multipleOf": 10**400}, {"type": "string"}),
        ({"type": "string", "pattern": "^a", "minLength": 5}, {"maxLength": 9}),
        ({"type": "string", "minLength": 10**400}, {"type": "string", "maxLength": 5}),
    ],
)
def test_limits_no_payload_can_reach_are_survived(old: Any, new: Any) -> None:
    compare(old, new, level="full")


WIDE = {
    "type": "object",
    "properties": {f"p{at}": {"type": "string", "pattern": f"^a{at}+$"} for at in range(300)},
}
TIGHT = json.loads(json.dumps(WIDE).replace("+$", "{1,9}$"))


def test_steps_bound_the_search_and_say_so() -> None:
    judgement = judge(checker(WIDE), checker(TIGHT), formats=True, budget=Budget(10))

    assert judgement.compatible is None
    found = [(reason.finding.rule, reason.finding.change) for reason in judgement.reasons]
    assert found == [("budget-exceeded", "the steps for this pair are used up")]


def test_the_clock_is_a_last_resort_and_says_so() -> None:
    """The clock goes on by a second at each look."""
    budget = Budget(seconds=9, clock=itertools.count().__next__)
    judgement = judge(checker(WIDE), checker(TIGHT), formats=True, budget=budget)

    assert judgement.compatible is None
    found = [(reason.finding.rule, reason.finding.change) for reason in judgement.reasons]
    said = "it took longer than 9 s; a faster machine may decide it"
    assert found == [("budget-exceeded", said)]


@pytest.mark.parametrize("steps", [20, 200, 2_000])
def test_a_pair_has_one_verdict_however_slow_the_machine_is(steps: Any) -> None:
    """Both clocks stay within the last resort; one stands still."""
    reports = [
        judge(
            checker(WIDE),
            checker(TIGHT),
            formats=True,
            budget=Budget(steps, seconds=1e9, clock=itertools.count(0, pace).__next__),
        )
        for pace in (0, 10)
    ]
    assert reports[0] == reports[1]


def test_proof_that_exceeds_the_budget_is_none() -> None:
    old, new = checker(tree("integer")), checker(tree("number"))
    budget = Budget(0)

    assert judge(old, new, formats=True, budget=budget).compatible is None


def test_proof_outlasts_the_budget_for_doubting_it() -> None:
    budget = Budget(0)

    assert judge(checker(WIDE), checker(WIDE), formats=True, budget=budget).compatible is True
    short, long = (checker({"maxLength": length}) for length in (3, 4))
    assert judge(short, long, formats=True, budget=budget).compatible is True


def doubled(depth: Any, word: Any, reference: Any, leaf: Any) -> Any:
    """Definitions that refer to the next one twice."""
    definitions = {
        f"M{at}": {word: [{reference: f"#/$defs/M{at + 1}"}, {reference: f"#/$defs/M{at + 1}"}]}
        for at in range(depth)
    }
    return {"$defs": {**definitions, f"M{depth}": leaf}, "$ref": "#/$defs/M0"}


@pytest.mark.parametrize("reference", ["$ref", "$dynamicRef"])
@pytest.mark.parametrize("word", ["allOf", "anyOf"])
@pytest.mark.parametrize(("depth", "compatible"), [(14, False), (60, None)])
def test_references_that_multiply_end(
    depth: Any, word: Any, reference: Any, compatible: Any
) -> None:
    """The engine would collect each of 2^14 failures, and for 60 levels not even check."""
    leaves = (TEXT, {**TEXT, "maxLength": 3})
    old, new = (doubled(depth, word, reference, leaf) for leaf in leaves)

    with without_hanging():
        report = compare(old, new, policy="strict")

    assert report.compatible is compatible


def test_dynamic_references_that_multiply_end() -> None:
    """Read on its own each of them leads to a leaf; from the root, to what refers twice again."""
    definitions: dict[str, Any] = {"end": {"$dynamicAnchor": "n60", **TEXT}}
    for at in range(60):
        twice = [{"$dynamicRef": f"#n{at + 1}"}, {"$dynamicRef": f"#n{at + 1}"}]
        leaf = {"$dynamicAnchor": f"n{at + 1}"}
        definitions[f"R{at}"] = {"$id": f"http://a/{at}", "allOf": twice, "$defs": {"L": leaf}}
        definitions[f"E{at}"] = {"$dynamicAnchor": f"n{at}", "$ref": f"http://a/{at}"}
    old = {"$id": "http://a/root", "$ref": "http://a/0", "$defs": definitions}

    with without_hanging():
        report = compare(old, {**old, "maxLength": 3}, policy="strict")

    assert (report.compatible, rules(report)) == (None, ["budget-exceeded"])


def test_long_lists_are_compared_in_one_go() -> None:
    values = [f"v{at}" for at in range(4000)]

    with without_hanging():
        report = compare({"enum": values}, {"enum": values[1:]})

    assert rules(report) == ["enum-value-removed"]


def test_many_unions_do_not_multiply() -> None:
    kinds = ["string", "integer", "null", "boolean", "array", "object"]

    def schema(gone: Any) -> Any:
        listed = [{"type": kind} for kind in kinds if kind != gone]
        return {"properties": {f"p{at}": {"anyOf": listed} for at in range(40)}}

    report = compare(schema(None), schema("null"), policy="strict")

    assert rules(report) == ["union-branch-lost"] * 40


def test_schemas_of_different_drafts_are_compared() -> None:
    """The engine's own proof refuses operands of different drafts."""
    old = {"$schema": DRAFT_7, "items": [TEXT], "additionalItems": False, "type": "array"}
    new = {"$schema": LATEST, "prefixItems": [TEXT], "items": False, "type": "array"}

    assert compare(old, new, level="full", policy="strict").compatible is True
    assert compare({**old, "items": [{}]}, new, policy="strict").compatible is False


def test_integers_of_draft_4_are_not_taken_for_those_of_later_drafts() -> None:
    """1.0 is an integer since draft 6 only."""
    old = {"$schema": LATEST, "type": "integer"}
    new = {"$schema": DRAFT_4, "type": "integer"}

    assert compare(old, new, policy="strict").compatible is not True


@pytest.mark.parametrize(("formats", "compatible"), [(True, False), (False, True)])
def test_format_counts_exactly_when_it_is_asserted(formats: Any, compatible: Any) -> None:
    for draft in (DRAFT_7, LATEST):
        old = {"$schema": draft, "type": "string"}
        report = compare(old, {**old, "format": "date"}, policy="strict", formats=formats)
        assert report.compatible is compatible


@pytest.mark.parametrize("identifier", ["//[", "http://[/a", "#%"])
def test_an_identifier_that_is_none_identifies_nothing(identifier: str) -> None:
    """Below a keyword that nobody knows, nothing has looked at it."""
    unknown = {"$id": identifier, "not": {"$id": "#a", "$ref": identifier}}
    old = {"x-unknown": unknown, "type": "string"}

    assert compare(old, {"type": "string"}).compatible is True


@pytest.mark.parametrize(
    "unknown",
    [
        {"allOf": 5, "dependencies": True, "$dynamicAnchor": [], "$id": "//[", "$ref": "//["},
        {"allOf": {"a": 5}, "dependentSchemas": [{}], "not": 5, "$dynamicRef": {}},
    ],
)
def test_what_no_meta_schema_has_looked_at_is_measured_too(unknown: Any) -> None:
    doubled = {"allOf": [{"$ref": "#/$defs/a"}] * 2, "$defs": {"a": {}}, "x-unknown": unknown}

    assert unfolded(Document(doubled)) == 5


def test_equality_is_that_of_json_and_not_of_python() -> None:
    """In Python, True equals 1."""
    assert compare({"const": True}, {"const": 1}, policy="strict").compatible is False
    assert compare({"const": 1.0}, {"const": 1}, policy="strict").compatible is True


def test_schemas_are_left_as_they_were() -> None:
    old = {"type": "object", "properties": {"a": TEXT}, "required": ["b"]}
    new = {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}
    before = json.dumps([old, new])

    compare(old, new, level="full", defaults=True)

    assert json.dumps([old, new]) == before


def test_an_element_stands_at_its_place_where_nothing_can_stand_before_it() -> None:
    array = Document({"items": False}).part()
    assert sampler().wrapped([], 1, "x", (array,)) == [None, "x"]
