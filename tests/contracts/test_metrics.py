from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from market_data_core.telemetry import Labels, MetricPoint, MetricSeries

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms, RegistrySchema, SchemaRegistry


@pytest.mark.registry_schema("telemetry.MetricPoint")
class TestMetricPoint:
    def test_a_point_may_carry_labels(self, assert_conforms: AssertConforms) -> None:
        point = MetricPoint(
            name="quotes_received",
            value=1250.0,
            labels=Labels(values={"provider": "ibkr", "symbol": "MSFT"}),
            ts=1.0,
        )
        labels = assert_conforms(point)["labels"]
        assert labels == {"values": {"provider": "ibkr", "symbol": "MSFT"}}

    def test_a_point_may_leave_its_labels_out(self, assert_conforms: AssertConforms) -> None:
        assert "labels" not in assert_conforms({"name": "latency_ms", "value": 12, "ts": 1})

    def test_a_label_that_is_no_text_is_pointed_out(self, assert_conforms: AssertConforms) -> None:
        payload = {
            "name": "quotes_received",
            "value": 1250.0,
            "labels": {"values": {"shard": 3}},
            "ts": 1.0,
        }
        with pytest.raises(ContractViolation, match=r"\$\.labels\.values\.shard\b"):
            assert_conforms(payload)

    def test_a_consumer_that_checks_for_itself_learns_every_error(
        self, schema_registry: SchemaRegistry, registry_schema: RegistrySchema
    ) -> None:
        payload = {"name": 7, "value": "high", "ts": 1.0}
        is_valid, errors = schema_registry.validate_payload(registry_schema(), payload)
        assert not is_valid
        assert len(errors) == 2


@pytest.mark.registry_schema("telemetry.MetricSeries")
class TestMetricSeries:
    @pytest.mark.parametrize("length", [0, 1, 500])
    def test_a_series_of_any_length_conforms(
        self, assert_conforms: AssertConforms, length: int
    ) -> None:
        points = [MetricPoint(name="latency_ms", value=12.0, ts=float(i)) for i in range(length)]
        sent = assert_conforms(MetricSeries(name="latency_ms", points=points))
        assert len(sent["points"]) == length

    def test_a_series_may_leave_its_points_out(self, assert_conforms: AssertConforms) -> None:
        assert assert_conforms({"name": "latency_ms"}) == {"name": "latency_ms"}

    def test_the_one_bad_point_of_several_is_pointed_out(
        self, assert_conforms: AssertConforms
    ) -> None:
        good = {"name": "latency_ms", "value": 12.0, "ts": 1.0}
        payload = {"name": "latency_ms", "points": [good, good, good | {"value": None}]}
        with pytest.raises(ContractViolation, match=r"\$\.points\[2\]\.value\b"):
            assert_conforms(payload)

    def test_a_series_of_points_that_are_no_list_violates_the_contract(
        self, assert_conforms: AssertConforms
    ) -> None:
        with pytest.raises(ContractViolation, match=r"\$\.points\b"):
            assert_conforms({"name": "latency_ms", "points": {"0": 12.0}})
