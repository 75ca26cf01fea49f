from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

SOURCE = """
import pytest

@pytest.mark.parametrize("number", range(6))
@pytest.mark.registry_schema(
    "orders.Empty", "orders.Typed", "orders.Again", "orders.Sound", versions=["v1"]
)
def test_order(assert_conforms, number):
    assert_conforms({"id": "a"})
"""


@pytest.fixture(autouse=True)
def _schemas(local_registry: LocalRegistry, pytester: pytest.Pytester) -> None:
    local_registry.publish("orders.Empty", v1={"requried": ["id"]})
    properties = {"at": {"format": "datetime"}, "to": {"format": "datetime"}}
    local_registry.publish("orders.Typed", v1={"type": "object", "properties": properties})
    again = {"type": "object", "properties": {"at": {"format": "datetime"}}, "title": "again"}
    local_registry.publish("orders.Again", v1=again)
    local_registry.publish("orders.Sound", v1={"type": "object", "required": ["id"]})
    pytester.makepyfile(test_own=SOURCE)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_checks_nothing_is_said_once_a_session_on_the_test_s_line(
    run: Run, local_registry: LocalRegistry, workers: str
) -> None:
    result = run("-n", workers, f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=24, warnings=2)
    result.stdout.fnmatch_lines_random(
        [
            (
                "*test_own.py:8: UncheckedWarning: orders.Empty v1 asserts nothing, and any "
                'payload conforms to it: "requried" at # is no keyword; did you mean "required"?'
            ),
            (
                "*test_own.py:8: UncheckedWarning: orders.* v1: the format "
                '"datetime" is not checked; did you mean "date-time"?'
            ),
        ]
    )


def test_formats_that_need_no_check_are_not_said(run: Run, local_registry: LocalRegistry) -> None:
    url = f"--registry-url={local_registry.url}"
    result = run("-n0", url, "--registry-format-assertion=off")
    result.assert_outcomes(passed=24, warnings=1)


def test_such_a_warning_can_be_made_an_error_or_ignored(
    run: Run, local_registry: LocalRegistry
) -> None:
    url = f"--registry-url={local_registry.url}"
    category = "pytest_schema_registry.UncheckedWarning"
    run("-n0", url, "-W", f"error::{category}").assert_outcomes(passed=22, failed=2)
    run("-n0", url, "-W", f"ignore::{category}").assert_outcomes(passed=24)


@pytest.mark.parametrize(
    "check",
    [
        "assert_compatible('orders.Empty@v1', 'orders.Sound@v1', level='forward')",
        "assert_compatible({'requried': ['id']}, 'orders.Sound@v1', level='forward')",
        "conforming_payloads('orders.Empty', version='v1')",
    ],
)
def test_what_asserts_nothing_is_said_where_no_payload_is_checked(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, check: str
) -> None:
    fixture = check.partition("(")[0]
    pytester.makepyfile(test_own=f"def test({fixture}): {check}")
    result = run("-n0", f"--registry-url={local_registry.url}", "--registry-versions=v1")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*UncheckedWarning: * asserts nothing, and any payload *"])
