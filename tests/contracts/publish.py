"""Writes the registry folder next to this file: `python tests/contracts/publish.py`."""

import json
import shutil
from pathlib import Path
from typing import Any, Literal

from market_data_core import telemetry
from pydantic import BaseModel, Field

REGISTRY = Path(__file__).parent / "registry"


class FeedbackEvent(BaseModel):
    """Backpressure feedback event from Store to Pipeline/Provider."""

    coordinator_name: str = Field(..., description="Name of the coordinator emitting feedback")
    queue_size: int = Field(..., ge=0, description="Current queue size")
    capacity: int = Field(..., gt=0, description="Maximum queue capacity")
    level: telemetry.BackpressureLevel = Field(..., description="Backpressure severity")
    source: str = Field(default="store", description="Source component (store, pipeline, etc.)")
    ts: float = Field(..., description="Unix epoch seconds")


class RateAdjustment(telemetry.RateAdjustment):
    """Rate adjustment command from Pipeline to Provider."""

    valid_for: float | None = Field(
        default=None, gt=0, description="Seconds until the normal rate returns"
    )


class ControlResult(BaseModel):
    """Result of a control action."""

    status: Literal["ok", "error"] = Field(..., description="Result status")
    detail: str = Field(default="", description="Optional detail message")


# `<name>` is the current release of a line, `<name>@<release>` an older one.
RELEASES: dict[tuple[str, str], tuple[str, type[BaseModel]]] = {
    ("v1", "telemetry.AuditEnvelope"): ("1.1.2", telemetry.AuditEnvelope),
    ("v1", "telemetry.ControlResult"): ("1.1.2", telemetry.ControlResult),
    ("v1", "telemetry.ControlResult@1.1.0"): ("1.1.0", ControlResult),
    ("v1", "telemetry.FeedbackEvent"): ("1.1.2", telemetry.FeedbackEvent),
    ("v1", "telemetry.HealthComponent"): ("1.1.2", telemetry.HealthComponent),
    ("v1", "telemetry.HealthStatus"): ("1.1.2", telemetry.HealthStatus),
    ("v1", "telemetry.Labels"): ("1.1.2", telemetry.Labels),
    ("v1", "telemetry.MetricPoint"): ("1.1.2", telemetry.MetricPoint),
    ("v1", "telemetry.MetricSeries"): ("1.1.2", telemetry.MetricSeries),
    ("v1", "telemetry.Probe"): ("1.1.2", telemetry.Probe),
    ("v1", "telemetry.RateAdjustment"): ("1.1.2", telemetry.RateAdjustment),
    ("v2", "telemetry.AuditEnvelope"): ("2.0.0", telemetry.AuditEnvelope),
    ("v2", "telemetry.ControlResult"): ("2.0.0", telemetry.ControlResult),
    ("v2", "telemetry.FeedbackEvent"): ("2.0.0", FeedbackEvent),
    ("v2", "telemetry.HealthComponent"): ("2.0.0", telemetry.HealthComponent),
    ("v2", "telemetry.HealthStatus"): ("2.0.0", telemetry.HealthStatus),
    ("v2", "telemetry.MetricPoint"): ("2.0.0", telemetry.MetricPoint),
    ("v2", "telemetry.MetricSeries"): ("2.0.0", telemetry.MetricSeries),
    ("v2", "telemetry.Probe"): ("2.0.0", telemetry.Probe),
    ("v2", "telemetry.RateAdjustment"): ("2.0.0", RateAdjustment),
}

# Readiness and liveness are read off HealthStatus from 2.0.0 on.
DEPRECATED = {("v2", "telemetry.Probe")}


def schemas() -> dict[tuple[str, str], dict[str, Any]]:
    """Return every schema of the folder by its version and file name (without `.json`)."""
    published: dict[tuple[str, str], dict[str, Any]] = {}
    for (version, name), (release, model) in RELEASES.items():
        schema: dict[str, Any] = {
            "$schema_id": name.partition("@")[0],
            "$track": version,
            "$core_version": release,
        }
        if (version, name) in DEPRECATED:
            schema["deprecated"] = True
        published[version, name] = schema | model.model_json_schema()
    return published


def main() -> None:
    """Write the folder anew, so that a schema taken out of the list leaves no file behind."""
    shutil.rmtree(REGISTRY, ignore_errors=True)
    for (version, name), schema in schemas().items():
        file = REGISTRY / version / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
