from __future__ import annotations

import pytest

from pytest_schema_registry.schemas import SchemaKey
from pytest_schema_registry.settings.compatibility_rules import Case, CompatibilityRule

LISTED = {
    SchemaKey("a.A", "v1"),
    SchemaKey("a.A", "v2"),
    SchemaKey("a.A", "v3"),
    SchemaKey("a.B", "v1"),
    SchemaKey("a.B", "v3"),
    SchemaKey("a.C", "v2"),
    SchemaKey("b.A", "v1"),
    SchemaKey("b.A", "v2"),
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a.A: v1 -> v2", CompatibilityRule("", "a.A", ("v1", "v2"))),
        ("  a.A :v1->v2  ", CompatibilityRule("", "a.A", ("v1", "v2"))),
        ("a.A.schema: v1 -> v2", CompatibilityRule("", "a.A", ("v1", "v2"))),
        ("urn:a:A: v1 -> v2", CompatibilityRule("", "urn:a:A", ("v1", "v2"))),
        ("a@b: v1 -> v2", CompatibilityRule("", "a@b", ("v1", "v2"))),
        (
            "a.*: v1 -> v2 -> v3 forward",
            CompatibilityRule("", "a.*", ("v1", "v2", "v3"), "forward"),
        ),
        ("a.A: v1 -> v2 strict", CompatibilityRule("", "a.A", ("v1", "v2"), policy="strict")),
        (
            "a.A: v1 -> v2 transitive +defaults tolerant full",
            CompatibilityRule(
                "", "a.A", ("v1", "v2"), "full", "tolerant", defaults=True, transitive=True
            ),
        ),
    ],
)
def test_a_rule_is_read_from_a_line(line: str, expected: CompatibilityRule) -> None:
    assert CompatibilityRule.parse(line) == expected._replace(text=line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "'' is no rule; write NAMES: OLD -> NEW and what is asked, such as"),
        ("a.A", "is no rule"),
        ("a.A: v1", "is no rule"),
        ("a.A: v1 ->", "is no rule"),
        ("a.A: -> v1", "is no rule"),
        ("a.A: v1 -> -> v2", "is no rule"),
        (": v1 -> v2", "is no rule"),
        ("a.A: v1 -> v2@2", "has an @ in a version"),
        ("a.A: v1 -> v1", "compares a version with itself"),
        ("a.A: v1 -> v2 v3", "'v3' in 'a.A: v1 -> v2 v3' is one word too many; there are backward"),
        ("a.A: v1 -> v2 backward full", "'full' in"),
        ("a.A: v1 -> v2 strict strict", "'strict' in"),
    ],
)
def test_a_line_that_is_no_rule_is_refused(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        CompatibilityRule.parse(line)
    assert said in str(caught.value)


def pairs(line: str) -> list[str]:
    return [
        f"{case.name} {case.old} {case.new}" for case in CompatibilityRule.parse(line).cases(LISTED)
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a.*: v1 -> v2", ["a.A v1 v2"]),
        ("*.A: v1 -> v2", ["a.A v1 v2", "b.A v1 v2"]),
        # Across a line that does not have it.
        ("a.[AB]: v1 -> v2 -> v3", ["a.A v1 v2", "a.A v2 v3", "a.B v1 v3"]),
        ("a.A: v1 -> v2 -> v3 transitive", ["a.A v1 v2", "a.A v1 v3", "a.A v2 v3"]),
        ("a.A: v3 -> v1", ["a.A v3 v1"]),
        ("c.*: v1 -> v2", []),
        ("a.C*: v1 -> v2", []),
    ],
)
def test_a_rule_asks_for_comparisons_of_what_is_listed(line: str, expected: list[str]) -> None:
    assert pairs(line) == expected


def test_what_is_in_one_version_only_is_told() -> None:
    rule = CompatibilityRule.parse("a.*: v1 -> v2 full")
    assert list(rule.alone(LISTED)) == [
        ("a.B[v1->v2 full]", SchemaKey("a.B", "v1")),
        ("a.C[v1->v2 full]", SchemaKey("a.C", "v2")),
    ]


def test_a_rule_of_one_name_needs_no_list() -> None:
    rule = CompatibilityRule.parse("a.New: v1 -> v2 -> v3")
    assert not rule.is_pattern
    assert [str(case) for case in rule.cases(None)] == [
        "a.New[v1->v2 backward]",
        "a.New[v2->v3 backward]",
    ]
    assert CompatibilityRule.parse("a.?: v1 -> v2").is_pattern


def test_a_comparison_is_named_by_what_it_asks() -> None:
    case = Case("a.A", "v1", "v2")
    assert str(case) == "a.A[v1->v2 backward]"
    strict = case._replace(level="full", policy="strict", defaults=True)
    assert str(strict) == "a.A[v1->v2 full strict +defaults]"
