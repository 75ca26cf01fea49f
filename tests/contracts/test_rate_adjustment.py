from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from market_data_core.telemetry import BackpressureLevel, RateAdjustment

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms, RegistrySchema

pytestmark = pytest.mark.registry_schema("telemetry.RateAdjustment")


@pytest.mark.parametrize("reason", BackpressureLevel)
def test_an_adjustment_for_any_level_conforms(
    assert_conforms: AssertConforms, reason: BackpressureLevel
) -> None:
    sent = assert_conforms(RateAdjustment(provider="ibkr", scale=0.7, reason=reason, ts=1.0))
    assert sent == {"provider": "ibkr", "scale": 0.7, "reason": reason.value, "ts": 1.0}


@pytest.mark.parametrize("scale", [-0.01, 1.01, "full", None])
def test_a_scale_outside_pause_to_full_rate_violates_the_contract(
    assert_conforms: AssertConforms, scale: object
) -> None:
    payload = {"provider": "ibkr", "scale": scale, "reason": "soft", "ts": 1.0}
    with pytest.raises(ContractViolation, match=r"\$\.scale\b"):
        assert_conforms(payload)


@pytest.mark.parametrize("field", ["provider", "scale", "reason", "ts"])
def test_an_adjustment_without_a_required_field_violates_the_contract(
    assert_conforms: AssertConforms, field: str
) -> None:
    adjustment = RateAdjustment(provider="ibkr", scale=0.7, reason=BackpressureLevel.soft, ts=1.0)
    with pytest.raises(ContractViolation, match=rf"\$: .*\b{field}\b"):
        assert_conforms(adjustment.model_dump(mode="json", exclude={field}))


@pytest.mark.registry_schema("telemetry.RateAdjustment", versions=["v2"])
@pytest.mark.parametrize("valid_for", [None, 0.5, 30])
def test_v2_lets_an_adjustment_say_how_long_it_is_valid(
    assert_conforms: AssertConforms, valid_for: float | None
) -> None:
    assert_conforms(
        {"provider": "ibkr", "scale": 0.7, "reason": "soft", "ts": 1.0, "valid_for": valid_for}
    )


@pytest.mark.registry_schema("telemetry.RateAdjustment", prefer="v2", fallback="v1")
def test_v2_adds_an_optional_field_and_requires_what_v1_requires(
    registry_schema: RegistrySchema,
) -> None:
    v1 = registry_schema(version="v1").content
    v2 = registry_schema(version="v2").content
    assert v2["properties"].keys() - v1["properties"].keys() == {"valid_for"}
    assert v2["required"] == v1["required"]
