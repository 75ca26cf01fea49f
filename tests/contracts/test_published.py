from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_schema_registry import RegistrySchema

HERE = Path(__file__).parent


def test_the_committed_folder_holds_what_the_producers_publish() -> None:
    committed = {
        (file.parent.name, file.name.removesuffix(".json")): json.loads(file.read_bytes())
        for file in (HERE / "registry").rglob("*.json")
    }
    assert committed == runpy.run_path(str(HERE / "publish.py"))["schemas"]()


@pytest.mark.registry_schema(
    "telemetry.AuditEnvelope",
    "telemetry.ControlResult",
    "telemetry.FeedbackEvent",
    "telemetry.HealthComponent",
    "telemetry.HealthStatus",
    "telemetry.MetricPoint",
    "telemetry.MetricSeries",
    "telemetry.Probe",
    "telemetry.RateAdjustment",
)
class TestEverySchema:
    def test_a_schema_says_which_one_it_is(self, registry_schema: RegistrySchema) -> None:
        schema = registry_schema()
        assert schema.content["$schema_id"] == schema.name
        assert schema.content["$track"] == schema.version
        assert schema.content["$core_version"] == schema.release

    def test_a_schema_lets_producers_add_fields(self, registry_schema: RegistrySchema) -> None:
        assert "additionalProperties" not in registry_schema().content
