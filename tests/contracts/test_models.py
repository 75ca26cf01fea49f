"""All that the producers' models can send, and all that their consumers have to take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from market_data_core.telemetry import (
    AuditEnvelope,
    ControlResult,
    FeedbackEvent,
    HealthComponent,
    HealthStatus,
    Labels,
    MetricPoint,
    MetricSeries,
    Probe,
    RateAdjustment,
)

if TYPE_CHECKING:
    from pytest_schema_registry import (
        AssertCompatible,
        AssertConsumes,
        AssertProduces,
        CompatibilityReport,
    )

#: Those of which v2 is no other message.
STEADY = pytest.mark.parametrize(
    "model",
    [
        AuditEnvelope,
        ControlResult,
        HealthComponent,
        HealthStatus,
        MetricPoint,
        MetricSeries,
        Probe,
        RateAdjustment,
    ],
)


@STEADY
def test_all_that_a_producer_can_send_conforms(
    assert_produces: AssertProduces, model: type[Any]
) -> None:
    assert_produces(model, f"telemetry.{model.__name__}")


@STEADY
def test_a_consumer_takes_all_that_its_contract_allows(
    assert_consumes: AssertConsumes, model: type[Any]
) -> None:
    assert_consumes(model, f"telemetry.{model.__name__}")


@pytest.mark.parametrize("model", [FeedbackEvent, Labels])
def test_what_v1_alone_has_is_sent_and_taken_in_v1(
    assert_compatible: AssertCompatible, model: type[Any]
) -> None:
    name = f"telemetry.{model.__name__}@v1"
    report = assert_compatible(model, name, level="full")
    assert all("proved" in each.message for each in report.notes if each.kind == "rests-on")


@pytest.mark.registry_schema("telemetry.FeedbackEvent@v2")
class TestTheRenameOfV2:
    """The waiver that is committed for it accepts it of the models, too."""

    def test_the_producer_sends_the_old_name(self, assert_produces: AssertProduces) -> None:
        ((waived,), reasons) = breaks(assert_produces(FeedbackEvent))
        assert not reasons
        assert (waived.path, "coordinator_id" in waived.payload) == ("$.coordinator_name", True)

    def test_the_consumer_needs_the_old_name(self, assert_consumes: AssertConsumes) -> None:
        ((waived,), reasons) = breaks(assert_consumes(FeedbackEvent))
        assert not reasons
        assert (waived.path, waived.message) == (
            "$.coordinator_id",
            "coordinator_id: Field required",
        )


def breaks(report: CompatibilityReport | None) -> tuple[list[Any], tuple[Any, ...]]:
    """The breaks that are waived, and those that are not."""
    assert report is not None
    return [each.reason for each in report.waived], report.reasons
