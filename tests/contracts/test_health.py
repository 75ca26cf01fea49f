from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from market_data_core.telemetry import HealthComponent, HealthState, HealthStatus

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms, RegistrySchema

pytestmark = pytest.mark.registry_schema("telemetry.HealthStatus")


@pytest.mark.parametrize("state", get_args(HealthState))
def test_a_service_in_any_state_conforms(
    assert_conforms: AssertConforms, state: HealthState
) -> None:
    assert_conforms(HealthStatus(service="store", state=state, version="1.1.2", ts=1.0))


@pytest.mark.parametrize("state", get_args(HealthState))
def test_a_service_with_a_component_in_any_state_conforms(
    assert_conforms: AssertConforms, state: HealthState
) -> None:
    status = HealthStatus(
        service="store",
        state="degraded",
        components=[
            HealthComponent(name="database", state="healthy", details={"latency_ms": "12"}),
            HealthComponent(name="queue", state=state),
        ],
        version="1.1.2",
        ts=1.0,
    )
    assert assert_conforms(status)["components"] == [
        {"name": "database", "state": "healthy", "details": {"latency_ms": "12"}},
        {"name": "queue", "state": state, "details": {}},
    ]


def test_a_service_may_leave_its_components_out(assert_conforms: AssertConforms) -> None:
    payload = {"service": "store", "state": "healthy", "version": "1.1.2", "ts": 1}
    assert assert_conforms(payload) == payload


def test_a_service_in_an_unknown_state_violates_the_contract(
    assert_conforms: AssertConforms,
) -> None:
    with pytest.raises(ContractViolation, match=r"\$\.state\b"):
        assert_conforms({"service": "store", "state": "down", "version": "1.1.2", "ts": 1.0})


def test_the_one_bad_component_of_several_is_pointed_out(assert_conforms: AssertConforms) -> None:
    payload = {
        "service": "store",
        "state": "degraded",
        "components": [
            {"name": "database", "state": "healthy"},
            {"name": "queue", "state": "slow"},
        ],
        "version": "1.1.2",
        "ts": 1.0,
    }
    with pytest.raises(ContractViolation, match=r"\$\.components\[1\]\.state\b"):
        assert_conforms(payload)


def test_a_component_may_not_be_null(assert_conforms: AssertConforms) -> None:
    payload = {
        "service": "store",
        "state": "healthy",
        "components": [None],
        "version": "1.1.2",
        "ts": 1.0,
    }
    with pytest.raises(ContractViolation, match=r"\$\.components\[0\]"):
        assert_conforms(payload)


def test_the_registry_knows_exactly_the_states_of_the_producer(
    registry_schema: RegistrySchema,
) -> None:
    states = registry_schema().content["properties"]["state"]["enum"]
    assert tuple(states) == get_args(HealthState)


def test_the_name_may_end_in_schema(registry_schema: RegistrySchema) -> None:
    assert registry_schema("telemetry.HealthStatus.schema").content == registry_schema().content
