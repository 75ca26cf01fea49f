from __future__ import annotations

import pytest

from pytest_schema_registry.schemas import SchemaKey
from pytest_schema_registry.settings.enforcement import EnforcementRule, EnforcementRules

HEALTH = SchemaKey("telemetry.Health", "v2")


def level(*rules: str, pair: SchemaKey = HEALTH, proved: set[SchemaKey] | None = None) -> str:
    return EnforcementRules([*map(EnforcementRule.parse, rules)], proved).of(pair)


def test_without_rules_everything_is_strict() -> None:
    assert level() == "strict"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["warn"], "warn"),
        (["warn", "off"], "off"),
        (["strict", "v2=warn"], "warn"),
        (["v1=warn"], "strict"),
        (["v2=warn", "warn"], "warn"),
        (["v2=warn", "telemetry.Health*=off"], "off"),
        (["telemetry.Health*=off", "v2=warn"], "off"),
        (["telemetry.*=off", "telemetry.Health*=warn"], "warn"),
        (["telemetry.Health*=warn", "telemetry.*=off"], "warn"),
        (["telemetry.Health=warn", "telemetry.Health?*=off", "*Health=off"], "warn"),
        (["telemetry.Health=warn", "telemetry.Health@v2=off"], "off"),
        (["telemetry.Health@v1=off"], "strict"),
        (["telemetry.*@v2=warn", "telemetry.*=off"], "warn"),
        (["Telemetry.Health=off"], "strict"),
        ([" v2 = warn "], "warn"),
        (["telemetry.Health.schema=warn"], "warn"),
        (["telemetry.Health.schema@v2=warn"], "warn"),
    ],
)
def test_the_most_specific_rule_counts_and_of_equals_the_last(
    rules: list[str], expected: str
) -> None:
    assert level(*rules) == expected


@pytest.mark.parametrize(
    ("rules", "proved", "expected"),
    [
        ([], False, "warn"),
        ([], True, "strict"),
        (["warn"], True, "strict"),
        (["v2=warn"], True, "strict"),
        (["strict"], False, "warn"),
        (["v2=strict"], False, "strict"),
        (["telemetry.*=off"], True, "off"),
    ],
)
def test_with_a_ratchet_what_was_proved_is_strict_and_the_rest_warns(
    rules: list[str], proved: bool, expected: str
) -> None:
    assert level(*rules, proved={HEALTH} if proved else set()) == expected


def test_of_a_name_that_holds_an_at_sign_the_last_one_stands_before_the_version() -> None:
    pair = SchemaKey("team@example.org", "v1")
    assert level("team@example.org@v1=warn", pair=pair) == "warn"
    assert level("team@*@v1=warn", pair=pair) == "warn"
    assert level("team@example.org=warn", pair=pair) == "strict"


@pytest.mark.parametrize("key", ["@v2", "telemetry.Health@", "@"])
def test_half_of_a_name_with_a_version_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=f"'{key}' is not NAME@VERSION"):
        EnforcementRule.parse(f"{key}=warn")


def test_a_rule_that_covers_nothing_is_unused() -> None:
    written = ["warn", "v2=warn", "v3=off", "telemetry.*=off", "orders.*@v1=warn"]
    rules = EnforcementRules([*map(EnforcementRule.parse, written)])
    assert rules.unused([HEALTH]) == ["v3=off", "orders.*@v1=warn"]
    assert EnforcementRules([EnforcementRule.parse("warn")]).unused([]) == ["warn"]


@pytest.mark.parametrize("rule", ["perhaps", "=off", "v2=", "v2=maybe", "", "a=b=c"])
def test_what_is_no_rule_is_refused_with_the_form_of_one(rule: str) -> None:
    with pytest.raises(ValueError, match="is no rule; write off, warn, strict or KEY=LEVEL"):
        EnforcementRule.parse(rule)
