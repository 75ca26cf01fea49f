from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from market_data_core.telemetry import BackpressureLevel, FeedbackEvent, Labels

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms, RegistrySchema


@pytest.mark.registry_schema("telemetry.HealthStatus", prefer="v2", fallback="v1")
def test_the_preferred_version_is_used_where_it_exists(registry_schema: RegistrySchema) -> None:
    schema = registry_schema()
    assert (schema.version, schema.release) == ("v2", "2.0.0")


@pytest.mark.registry_schema("telemetry.Labels", prefer="v2", fallback="v1")
def test_the_fallback_is_used_where_the_preferred_version_does_not_exist(
    registry_schema: RegistrySchema,
) -> None:
    schema = registry_schema()
    assert (schema.version, schema.release) == ("v1", "1.1.2")


@pytest.mark.registry_schema("telemetry.RateAdjustment", prefer="v2", fallback="v1")
def test_a_payload_is_checked_against_the_preferred_version(
    assert_conforms: AssertConforms,
) -> None:
    payload = {"provider": "ibkr", "scale": 0.7, "reason": "soft", "ts": 1.0, "valid_for": -1}
    with pytest.raises(ContractViolation, match=r"\$\.valid_for\b"):
        assert_conforms(payload)


@pytest.mark.registry_schema("telemetry.FeedbackEvent", prefer="v1", fallback="v2")
def test_a_producer_that_prefers_the_older_version_is_held_to_that_one(
    assert_conforms: AssertConforms,
) -> None:
    event = FeedbackEvent(
        coordinator_id="bars", queue_size=80, capacity=100, level=BackpressureLevel.soft, ts=1.0
    )
    assert_conforms(event)


@pytest.mark.registry_schema("telemetry.Labels", prefer="v2", fallback="v1")
@pytest.mark.parametrize("values", [{}, {"symbol": "AAPL", "exchange": "NASDAQ"}])
def test_labels_conform_to_the_fallback(
    assert_conforms: AssertConforms, values: dict[str, str]
) -> None:
    assert assert_conforms(Labels(values=values)) == {"values": values}


@pytest.mark.registry_schema("telemetry.Labels", prefer="v2", fallback="v1")
def test_labels_that_are_no_text_violate_the_fallback(assert_conforms: AssertConforms) -> None:
    with pytest.raises(ContractViolation, match=r"\$\.values\.shard\b"):
        assert_conforms({"values": {"shard": 3}})


@pytest.mark.registry_schema("telemetry.FeedbackEvent", prefer="v2", fallback="v1")
def test_a_version_that_a_call_names_wins_over_the_negotiated_one(
    registry_schema: RegistrySchema,
) -> None:
    assert registry_schema(version="v1").version == "v1"
