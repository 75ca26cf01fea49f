from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from market_data_core.telemetry import BackpressureLevel, FeedbackEvent

from pytest_schema_registry import ContractViolation

if TYPE_CHECKING:
    from pytest_schema_registry import AssertConforms, RegistrySchema


class ExplainedFeedbackEvent(FeedbackEvent):
    reason: str


class RenamingFeedbackEvent(FeedbackEvent):
    coordinator_name: str


def test_todays_event_conforms_until_v2_renames_the_coordinator(
    assert_conforms: AssertConforms, registry_version: str
) -> None:
    event = FeedbackEvent(
        coordinator_id="bars", queue_size=80, capacity=100, level=BackpressureLevel.soft, ts=1.0
    )
    if registry_version == "v1":
        assert_conforms(event, "telemetry.FeedbackEvent")
    else:
        with pytest.raises(ContractViolation, match=r"\$: .*\bcoordinator_name\b"):
            assert_conforms(event, "telemetry.FeedbackEvent")


@pytest.mark.registry_schema("telemetry.FeedbackEvent")
def test_an_event_that_sends_both_coordinator_fields_conforms_to_both_versions(
    assert_conforms: AssertConforms,
) -> None:
    assert_conforms(
        RenamingFeedbackEvent(
            coordinator_id="bars",
            coordinator_name="bars",
            queue_size=80,
            capacity=100,
            level=BackpressureLevel.soft,
            ts=1.0,
        )
    )


@pytest.mark.registry_schema("telemetry.FeedbackEvent")
def test_the_registry_knows_exactly_the_levels_of_the_producer(
    registry_schema: RegistrySchema,
) -> None:
    levels = registry_schema().content["$defs"]["BackpressureLevel"]["enum"]
    assert levels == [level.value for level in BackpressureLevel]


@pytest.mark.registry_schema("telemetry.FeedbackEvent", versions=["v1"])
class TestVersion1:
    @pytest.mark.parametrize("level", BackpressureLevel)
    def test_an_event_of_any_level_conforms(
        self, assert_conforms: AssertConforms, level: BackpressureLevel
    ) -> None:
        sent = assert_conforms(
            FeedbackEvent(coordinator_id="bars", queue_size=80, capacity=100, level=level, ts=1.0)
        )
        assert sent == {
            "coordinator_id": "bars",
            "queue_size": 80,
            "capacity": 100,
            "level": level.value,
            "source": "store",
            "ts": 1.0,
        }

    @pytest.mark.parametrize(
        ("queue_size", "capacity"),
        [
            pytest.param(0, 1, id="empty"),
            pytest.param(100, 100, id="full"),
            pytest.param(150, 100, id="overfull"),
        ],
    )
    def test_an_event_conforms_however_full_the_queue_is(
        self, assert_conforms: AssertConforms, queue_size: int, capacity: int
    ) -> None:
        assert_conforms(
            FeedbackEvent(
                coordinator_id="bars",
                queue_size=queue_size,
                capacity=capacity,
                level=BackpressureLevel.hard,
                ts=1.0,
            )
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            pytest.param("queue_size", -1, id="negative-queue"),
            pytest.param("queue_size", 0.5, id="half-an-entry"),
            pytest.param("capacity", 0, id="no-capacity"),
            pytest.param("level", "panic", id="unknown-level"),
            pytest.param("ts", "2025-01-01T00:00:00Z", id="time-as-text"),
        ],
    )
    def test_a_value_out_of_bounds_is_reported_at_its_field(
        self, assert_conforms: AssertConforms, field: str, value: object
    ) -> None:
        payload = {
            "coordinator_id": "bars",
            "queue_size": 80,
            "capacity": 100,
            "level": "soft",
            "ts": 1.0,
        }
        with pytest.raises(ContractViolation, match=rf"\$\.{field}\b"):
            assert_conforms(payload | {field: value})

    @pytest.mark.parametrize("field", ["coordinator_id", "queue_size", "capacity", "level", "ts"])
    def test_a_missing_field_is_reported_by_name(
        self, assert_conforms: AssertConforms, field: str
    ) -> None:
        event = FeedbackEvent(
            coordinator_id="bars", queue_size=80, capacity=100, level=BackpressureLevel.ok, ts=1.0
        )
        with pytest.raises(ContractViolation, match=rf"\$: .*\b{field}\b"):
            assert_conforms(event.model_dump(mode="json", exclude={field}))

    def test_the_source_may_be_left_out(self, assert_conforms: AssertConforms) -> None:
        event = FeedbackEvent(
            coordinator_id="bars", queue_size=80, capacity=100, level=BackpressureLevel.ok, ts=1.0
        )
        assert "source" not in assert_conforms(event.model_dump(mode="json", exclude_defaults=True))

    def test_the_source_may_be_any_component(self, assert_conforms: AssertConforms) -> None:
        event = FeedbackEvent(
            coordinator_id="bars",
            queue_size=80,
            capacity=100,
            level=BackpressureLevel.ok,
            source="pipeline",
            ts=1.0,
        )
        assert assert_conforms(event)["source"] == "pipeline"

    def test_an_event_that_its_producer_extends_with_a_reason_conforms(
        self, assert_conforms: AssertConforms
    ) -> None:
        event = ExplainedFeedbackEvent(
            coordinator_id="bars",
            queue_size=80,
            capacity=100,
            level=BackpressureLevel.soft,
            ts=1.0,
            reason="the disk is slow",
        )
        assert assert_conforms(event)["reason"] == "the disk is slow"


@pytest.mark.registry_schema("telemetry.FeedbackEvent", versions=["v2"])
class TestVersion2:
    @pytest.mark.parametrize("level", ["ok", "soft", "hard"])
    def test_a_payload_with_a_coordinator_name_conforms(
        self, assert_conforms: AssertConforms, level: str
    ) -> None:
        assert_conforms(
            {
                "coordinator_name": "bars",
                "queue_size": 80,
                "capacity": 100,
                "level": level,
                "ts": 1.0,
            }
        )

    def test_the_coordinator_name_must_be_text(self, assert_conforms: AssertConforms) -> None:
        payload = {
            "coordinator_name": 7,
            "queue_size": 80,
            "capacity": 100,
            "level": "soft",
            "ts": 1.0,
        }
        with pytest.raises(ContractViolation, match=r"\$\.coordinator_name\b"):
            assert_conforms(payload)

    def test_the_schema_has_dropped_the_coordinator_id(
        self, registry_schema: RegistrySchema
    ) -> None:
        schema = registry_schema()
        assert (schema.version, schema.release) == ("v2", "2.0.0")
        assert "coordinator_id" not in schema.content["properties"]
