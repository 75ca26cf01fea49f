"""A project whose schemas are in a registry that speaks Confluent's protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run

ORDER = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "quantity": {"type": "integer"}},
    "required": ["id"],
}
TEST = """
def test_order(assert_conforms):
    assert_conforms({"id": "a", "quantity": 1}, "orders-value")
"""
TYPES, LATEST = "/schemas/types", "/subjects/orders-value/versions/latest"


@pytest.fixture
def url(confluent_registry: ConfluentRegistry, pytester: pytest.Pytester) -> str:
    confluent_registry.register("orders-value", ORDER)
    pytester.makepyfile(TEST)
    return f"--registry-url={confluent_registry.url}"


@pytest.mark.parametrize("confluent_registry", ["confluent", "karapace", "axonops"], indirect=True)
@pytest.mark.parametrize("workers", ["0", "4"])
def test_a_first_test_takes_two_requests_and_no_setting(
    run: Run, confluent_registry: ConfluentRegistry, url: str, workers: str
) -> None:
    result = run(url, "-v", "-n", workers)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_order?latest?*PASSED*", "*PASSED*test_order?latest?*"][:1])
    assert confluent_registry.paths == [TYPES, LATEST]
    run(url, "-n", workers).assert_outcomes(passed=1)
    assert confluent_registry.paths == [TYPES, LATEST]
    confluent_registry.requests.clear()
    run(url, "--registry-cache-ttl=0.001").assert_outcomes(passed=1)
    assert confluent_registry.paths == [LATEST]
