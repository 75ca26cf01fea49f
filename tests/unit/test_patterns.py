from __future__ import annotations

import pytest

from pytest_schema_registry.patterns import is_pattern, matching
from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schemas import SchemaKey
from pytest_schema_registry.settings.compatibility_rules import CompatibilityRule
from pytest_schema_registry.settings.enforcement import EnforcementRule


@pytest.mark.parametrize("pattern", ["a*", "a?", "a[bc]", "a[!b]", "*"])
def test_each_wildcard_makes_a_pattern_wherever_names_are_written(pattern: str) -> None:
    assert is_pattern(pattern)
    assert CompatibilityRule.parse(f"{pattern}: v1 -> v2").is_pattern
    is_exact, *_ = EnforcementRule.parse(f"{pattern}=warn").specificity(SchemaKey("ac", "v1"))
    assert not is_exact
    assert Redaction([pattern]).applied({"ac": 1}) == {"ac": "<redacted>"}


@pytest.mark.parametrize("name", ["a", "a.b", "a-b_c", "a]", "a@v1", "a{b}"])
def test_any_other_name_is_none(name: str) -> None:
    assert not is_pattern(name)


def test_the_names_that_match_are_sorted_and_each_there_once() -> None:
    assert matching("a[bc]", ["ac", "ad", "ab", "ac"]) == ["ab", "ac"]
    assert matching("b*", ["a"]) == []


def test_a_name_that_is_written_like_the_pattern_matches() -> None:
    assert matching("Page[int]", ["Page[int]", "Pagei", "Page"]) == ["Page[int]", "Pagei"]
