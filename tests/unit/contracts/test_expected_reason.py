from __future__ import annotations

import pytest

from pytest_schema_registry.contracts.expected_reason import ExpectedReason
from pytest_schema_registry.schemas import Violation

MISSING = Violation("$.card", "#/required", "required", None, '"number" is a required property')
UNION = Violation("$.card", "#/oneOf", "oneOf", {}, "fits no alternative", (MISSING,))


@pytest.mark.parametrize(
    "reason",
    [
        ExpectedReason(),
        ExpectedReason("oneOf"),
        ExpectedReason("required"),
        ExpectedReason("", ("$.card.number is missing", "fits no", "$.card: ")),
        ExpectedReason("required", ("number",)),
    ],
)
def test_a_reason_is_met_by_a_violation_or_by_the_cause_of_one(reason: ExpectedReason) -> None:
    assert reason.unmet([UNION]) == ""


@pytest.mark.parametrize(
    ("reason", "unmet"),
    [
        (
            ExpectedReason("require"),
            "not the rule that its folder names: require (it violates oneOf and required)",
        ),
        (
            ExpectedReason("", ("card", "too\x1b long")),
            r"nothing says what its .why has: too\x1b long",
        ),
        (ExpectedReason("required", ("cvc",)), "nothing says what its .why has: cvc"),
    ],
)
def test_the_part_of_a_reason_that_no_violation_has_is_named(
    reason: ExpectedReason, unmet: str
) -> None:
    assert reason.unmet([UNION]) == unmet
