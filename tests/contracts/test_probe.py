from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from market_data_core.telemetry import Probe

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms, RegistrySchema

pytestmark = pytest.mark.registry_schema("telemetry.Probe")


def test_a_probe_may_carry_a_message(assert_conforms: AssertConforms) -> None:
    probe = Probe(probe_type="readiness", passed=False, message="the store is not connected")
    assert assert_conforms(probe)["message"] == "the store is not connected"


def test_a_probe_may_leave_its_message_out(assert_conforms: AssertConforms) -> None:
    assert "message" not in assert_conforms({"probe_type": "liveness", "passed": True})


@pytest.mark.parametrize(
    ("field", "value"), [("probe_type", "startup"), ("passed", "yes"), ("message", 503)]
)
def test_a_value_of_the_wrong_kind_is_reported_at_its_field(
    assert_conforms: AssertConforms, field: str, value: object
) -> None:
    payload = {"probe_type": "readiness", "passed": True, "message": "ready"}
    with pytest.raises(ContractViolation, match=rf"\$\.{field}\b"):
        assert_conforms(payload | {field: value})


def test_the_schema_is_deprecated_from_v2_on(
    registry_schema: RegistrySchema, registry_version: str
) -> None:
    assert registry_schema().deprecated is (registry_version == "v2")
