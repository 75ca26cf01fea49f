"""Each rule on the smallest pair that breaks it."""

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare

NUMBER = {"type": "number"}
TEXT = {"type": "string"}
LIST = {"type": "array"}
OBJECT = {"type": "object"}


def with_a(schema: Any, **more: Any) -> Any:
    return {"type": "object", "properties": {"a": schema}, **more}


CLOSED = {"additionalProperties": False}
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
CARD = {"properties": {"kind": {"const": "card"}}, "required": ["kind"], "type": "object"}
BANK = {"properties": {"kind": {"const": "bank"}}, "required": ["kind"], "type": "object"}

BREAKS = [
    ("type-narrowed", with_a(NUMBER), with_a({"type": "integer"}), "$.a"),
    ("type-narrowed", {}, TEXT, "$"),
    ("enum-value-removed", with_a({"enum": ["x", "y"]}), with_a({"enum": ["x"]}), "$.a"),
    ("enum-value-removed", TEXT, {"enum": ["x"]}, "$"),
    ("enum-value-removed", {"enum": [[1], 2]}, {"enum": [2]}, "$"),
    ("const-changed", {"const": 1}, {"const": 2}, "$"),
    ("const-changed", {"enum": [None, 1]}, {"const": None}, "$"),
    ("minimum-raised", NUMBER, {**NUMBER, "minimum": 3}, "$"),
    ("minimum-raised", {**NUMBER, "minimum": 3}, {**NUMBER, "exclusiveMinimum": 3}, "$"),
    ("maximum-lowered", {**NUMBER, "maximum": 9}, {**NUMBER, "maximum": 8}, "$"),
    (
        "maximum-lowered",
        {"$schema": DRAFT_4, "maximum": 9},
        {"$schema": DRAFT_4, "maximum": 9, "exclusiveMaximum": True},
        "$",
    ),
    ("multiple-of-changed", {"multipleOf": 5}, {"multipleOf": 10}, "$"),
    ("multiple-of-changed", NUMBER, {**NUMBER, "multipleOf": 0.01}, "$"),
    ("length-tightened", TEXT, {**TEXT, "minLength": 1}, "$"),
    ("length-tightened", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}, "$"),
    ("pattern-changed", {**TEXT, "pattern": "^[a-z]+$"}, {**TEXT, "pattern": "^[a-y]+$"}, "$"),
    ("format-changed", {**TEXT, "format": "date"}, {**TEXT, "format": "uuid"}, "$"),
    ("required-added", with_a(TEXT), with_a(TEXT, required=["a"]), "$.a"),
    ("property-removed-from-closed", with_a(TEXT, **CLOSED), {**OBJECT, **CLOSED}, "$.a"),
    ("property-added-to-open", OBJECT, with_a(TEXT), "$.a"),
    ("property-forbidden", with_a(TEXT), with_a(False), "$.a"),
    ("additional-properties-closed", with_a(TEXT), with_a(TEXT, **CLOSED), "$"),
    ("additional-properties-narrowed", OBJECT, {**OBJECT, "additionalProperties": TEXT}, "$.*"),
    ("pattern-properties-narrowed", OBJECT, {**OBJECT, "patternProperties": {"^x": TEXT}}, "$.*"),
    ("property-names-narrowed", OBJECT, {**OBJECT, "propertyNames": {"maxLength": 1}}, "$"),
    ("property-count-tightened", OBJECT, {**OBJECT, "minProperties": 1}, "$"),
    ("property-count-tightened", OBJECT, {**OBJECT, "maxProperties": 3}, "$"),
    ("dependent-required-added", OBJECT, {**OBJECT, "dependentRequired": {"a": ["b"]}}, "$.b"),
    (
        "dependent-required-added",
        {"$schema": DRAFT_7},
        {"$schema": DRAFT_7, "dependencies": {"a": ["b"]}},
        "$.b",
    ),
    (
        "dependent-schema-narrowed",
        OBJECT,
        {**OBJECT, "dependentSchemas": {"a": {"required": ["b"]}}},
        "$",
    ),
    ("items-narrowed", LIST, {**LIST, "items": TEXT}, "$[*]"),
    ("prefix-item-narrowed", LIST, {**LIST, "prefixItems": [TEXT]}, "$[0]"),
    (
        "items-closed",
        {**LIST, "prefixItems": [TEXT, TEXT]},
        {**LIST, "prefixItems": [TEXT], "items": False},
        "$[1]",
    ),
    (
        "items-closed",
        {"$schema": DRAFT_7, "items": [TEXT, TEXT]},
        {"$schema": DRAFT_7, "items": [TEXT], "additionalItems": False},
        "$[1]",
    ),
    ("item-count-tightened", LIST, {**LIST, "minItems": 2}, "$"),
    ("item-count-tightened", {**LIST, "maxItems": 5}, {**LIST, "maxItems": 4}, "$"),
    ("unique-items-added", LIST, {**LIST, "uniqueItems": True}, "$"),
    ("contains-changed", LIST, {**LIST, "contains": TEXT}, "$"),
    (
        "contains-changed",
        {**LIST, "contains": TEXT},
        {**LIST, "contains": TEXT, "maxContains": 2},
        "$",
    ),
    ("union-branch-lost", {"anyOf": [TEXT, NUMBER]}, {"anyOf": [TEXT, LIST]}, "$"),
    ("union-branch-lost", {"oneOf": [CARD, BANK]}, {"oneOf": [CARD]}, "$"),
    ("union-branch-lost", {"anyOf": [TEXT, {"type": "null"}]}, TEXT, "$"),
    ("union-became-ambiguous", {"anyOf": [TEXT, {}]}, {"oneOf": [TEXT, {}]}, "$"),
    ("not-added", TEXT, {**TEXT, "not": {"const": ""}}, "$"),
    ("conditional-changed", TEXT, {"if": TEXT, "then": {"minLength": 1}}, "$"),
    ("conditional-changed", {}, {"if": TEXT, "else": {"minimum": 1}}, "$"),
    ("unevaluated-changed", OBJECT, {**OBJECT, "unevaluatedProperties": False}, "$"),
    ("unevaluated-changed", LIST, {**LIST, "unevaluatedItems": False}, "$"),
    ("nothing-allowed", TEXT, False, "$"),
]


@pytest.mark.parametrize(("rule", "old", "new", "path"), BREAKS)
def test_rule_is_shown_at_its_path(rule: Any, old: Any, new: Any, path: Any) -> None:
    report = compare(old, new, policy="strict")

    assert report.compatible is False
    assert (rule, path, True) in [(r.rule, r.path, r.shown) for r in report.reasons]


@pytest.mark.parametrize(("rule", "old", "new", "path"), BREAKS)
def test_rule_is_shown_below_a_list_of_objects(rule: Any, old: Any, new: Any, path: Any) -> None:
    def nested(schema: Any) -> Any:
        declared = {"$schema": schema["$schema"]} if "$schema" in (schema or {}) else {}
        return {**declared, "properties": {"list": {"type": "array", "items": schema}}}

    if isinstance(new, bool) or not old.keys() - {"$schema"}:
        pytest.skip("items appear or disappear as a whole: another rule")
    report = compare(nested(old), nested(new), policy="strict")

    below = f"$.list[*]{path[1:]}"
    assert (rule, below, True) in [(r.rule, r.path, r.shown) for r in report.reasons]


@pytest.mark.parametrize(
    ("rules", "old", "new"),
    [
        (
            ["length-tightened"],
            {**TEXT, "if": {"const": ""}, "then": False},
            {**TEXT, "if": {"const": ""}, "then": False, "maxLength": 5},
        ),
        (
            ["property-count-tightened"],
            {**OBJECT, "dependentSchemas": {"a": {"required": ["b"]}}},
            {**OBJECT, "dependentSchemas": {"a": {"required": ["b"]}}, "minProperties": 1},
        ),
        (
            ["property-count-tightened"],
            {**OBJECT, "dependentRequired": {"a": ["b"]}},
            {**OBJECT, "dependentRequired": {"a": ["b"]}, "minProperties": 1},
        ),
        (
            ["item-count-tightened"],
            {**LIST, "contains": TEXT},
            {**LIST, "contains": TEXT, "minItems": 2},
        ),
        (
            ["enum-value-removed"],
            {"oneOf": [{"enum": ["a", "b"]}, {"enum": ["c"]}]},
            {"oneOf": [{"enum": ["a"]}, {"enum": ["c"]}]},
        ),
        (
            ["item-count-tightened"],
            LIST,
            {**LIST, "unevaluatedItems": True, "minItems": 1},
        ),
        (
            ["dependent-schema-narrowed"],
            {"$schema": DRAFT_7, "type": "object"},
            {"$schema": DRAFT_7, "dependencies": {"a": {"required": ["b"]}}},
        ),
        (
            ["additional-properties-closed"],
            {**OBJECT, "properties": {"a": False}},
            {**OBJECT, "additionalProperties": False},
        ),
        (
            ["type-narrowed"],
            {"$schema": DRAFT_4},
            {"$schema": DRAFT_4, "type": "string", "const": 1},
        ),
        (
            ["additional-properties-closed"],
            {**OBJECT, "patternProperties": {"": TEXT}},
            {**OBJECT, "additionalProperties": False},
        ),
        (
            ["property-added-to-open"],
            OBJECT,
            {**OBJECT, "properties": {"x": TEXT}, "patternProperties": {"^x$": TEXT}},
        ),
        (
            ["length-tightened"],
            {**TEXT, "not": {"const": ""}},
            {**TEXT, "not": {"const": ""}, "maxLength": 5},
        ),
        (
            ["item-count-tightened"],
            LIST,
            {**LIST, "uniqueItems": False, "maxItems": 2},
        ),
        (
            ["property-count-tightened"],
            {**OBJECT, "propertyNames": {"maxLength": 2}},
            {**OBJECT, "propertyNames": {"maxLength": 2}, "maxProperties": 2},
        ),
        (
            ["maximum-lowered"],
            {"type": "number", "multipleOf": 0.1, "maximum": 9.5},
            {"type": "number", "multipleOf": 0.1, "maximum": 7.5},
        ),
        (
            ["union-branch-lost"],
            {"anyOf": [TEXT, {"type": "null"}]},
            {"allOf": [TEXT]},
        ),
        (
            ["length-tightened"],
            {"anyOf": [TEXT, False]},
            {"maxLength": 3},
        ),
    ],
)
def test_what_stays_is_not_reported_with_what_breaks(rules: Any, old: Any, new: Any) -> None:
    report = compare(old, new, policy="strict")

    assert sorted({r.rule for r in report.reasons}) == rules


MODEL = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}
OWNED = {
    "type": "object",
    "properties": {"a": {**TEXT, "maxLength": 3}, "owner": TEXT},
    "required": ["a", "owner"],
}
OTHER = {"type": "object", "properties": {"iban": TEXT}, "required": ["iban"]}
NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("old", "new", "reasons"),
    [
        ([MODEL, NULL], [OWNED, NULL], ["length-tightened $.a", "required-added $.owner"]),
        (
            [MODEL, OTHER],
            [OWNED, OTHER],
            ["length-tightened $.a", "required-added $.owner"],
        ),
        ([MODEL, OTHER], [OTHER], ["union-branch-lost $"]),
        ([MODEL, OTHER], [OTHER, NULL], ["union-branch-lost $"]),
        ([MODEL, NULL], [OTHER, NULL], ["union-branch-lost $"]),
    ],
)
def test_what_breaks_within_a_branch_is_reported_within_it(
    old: list[Any], new: list[Any], reasons: list[str]
) -> None:
    """A closed branch fits no longer if a member was added that is required."""
    report = compare({"anyOf": old}, {"anyOf": new})

    assert sorted(f"{each.rule} {each.path}" for each in report.reasons) == reasons


def test_names_of_members_that_were_free_are_told_as_they_were() -> None:
    free, short = ({"type": "object", "propertyNames": names} for names in (True, {"maxLength": 3}))
    (reason,) = compare(free, short, policy="strict").reasons
    assert (reason.rule, reason.change) == ("property-names-narrowed", 'true -> {"maxLength": 3}')


def test_forward_reasons_keep_the_pointers_of_their_own_version() -> None:
    report = compare(
        {"minimum": 1}, {"minimum": 0, "title": "looser"}, level="forward", policy="strict"
    )

    (reason,) = report.reasons
    assert (reason.rule, reason.direction) == ("minimum-raised", "forward")
    assert (reason.old_pointer, reason.old_value) == ("#/minimum", 1)
    assert (reason.new_pointer, reason.new_value) == ("#/minimum", 0)


def test_full_level_asks_in_both_directions() -> None:
    report = compare({"const": 1}, {"const": 2}, level="full", policy="strict")

    assert [reason.direction for reason in report.reasons] == ["backward", "forward"]


def test_lost_branch_names_the_nearest_one() -> None:
    report = compare({"anyOf": [TEXT, NUMBER]}, {"anyOf": [TEXT, LIST]}, policy="strict")

    assert "the nearest is" in report.reasons[0].change


def test_change_inside_a_branch_is_reported_as_that_change() -> None:
    """A branch that merely narrowed is no lost branch."""
    old = {"anyOf": [{**TEXT, "maxLength": 9}, {"type": "null"}]}
    new = {"anyOf": [{**TEXT, "maxLength": 5}, {"type": "null"}]}

    assert [r.rule for r in compare(old, new, policy="strict").reasons] == ["length-tightened"]
