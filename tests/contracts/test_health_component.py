from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from market_data_core.telemetry import HealthComponent

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms

pytestmark = pytest.mark.registry_schema("telemetry.HealthComponent")


def test_a_component_may_carry_details(assert_conforms: AssertConforms) -> None:
    component = HealthComponent(name="ibkr", state="healthy", details={"connected": "true"})
    assert assert_conforms(component)["details"] == {"connected": "true"}


def test_a_component_may_leave_its_details_out(assert_conforms: AssertConforms) -> None:
    assert "details" not in assert_conforms({"name": "database", "state": "healthy"})


def test_a_detail_that_is_no_text_is_pointed_out(assert_conforms: AssertConforms) -> None:
    payload = {"name": "ibkr", "state": "healthy", "details": {"latency_ms": 12}}
    with pytest.raises(ContractViolation, match=r"\$\.details\.latency_ms\b"):
        assert_conforms(payload)


@pytest.mark.parametrize("field", ["name", "state"])
def test_a_component_without_a_required_field_violates_the_contract(
    assert_conforms: AssertConforms, field: str
) -> None:
    component = HealthComponent(name="database", state="healthy")
    with pytest.raises(ContractViolation, match=rf"\$: .*\b{field}\b"):
        assert_conforms(component.model_dump(exclude={field}))
