"""The figures as a JSON file for machines. Its schema is ``report_schemas/report.schema.json``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_schema_registry.reporting.figures import Figures, FoundViolation, Record
    from pytest_schema_registry.schemas import SchemaKey

#: The report's format number. Increase it if readers of older reports would misread a new one.
FORMAT = 2


def write(
    path: Path,
    figures: Figures,
    *,
    mode: str,
    versions: Sequence[str],
    missed: Sequence[str],
    exit_status: int | None = None,
) -> None:
    """Write a report, and replace the report of an earlier session in one step.

    Args:
        path: The file.
        figures: The session's figures.
        mode: The mode that schemas were retrieved in.
        versions: The version lines that tests ran against by default.
        missed: One line for each missed gate.
        exit_status: pytest's exit status; None if it is not known.

    Raises:
        OSError: The file cannot be written, or is plainly no report.
    """
    report = document(
        figures,
        mode=mode,
        versions=versions,
        missed=missed,
        exit_status=exit_status,
        now=datetime.now(UTC),
    )
    files.replace_report(path, json.dumps(report, indent=2) + "\n", (".json",), '"format": ')


def document(
    figures: Figures,
    *,
    mode: str,
    versions: Sequence[str],
    missed: Sequence[str],
    exit_status: int | None,
    now: datetime,
) -> dict[str, Any]:
    """Return a report as plain data. Its order does not depend on the order of the tests."""
    return {
        "format": FORMAT,
        "generated_at": _time(now),
        "mode": mode,
        "versions": list(versions),
        "exit_status": exit_status,
        "missed_gates": list(missed),
        "schemas": [
            _schema(key, record, figures) for key, record in sorted(figures.records.items())
        ],
        "errors": [
            {"name": key.name, "version": key.version, "error": kind, "count": count}
            for (key, kind), count in sorted(figures.errors.items())
        ],
        "violations": [_violation(each) for each in sorted(figures.violations)],
        "violations_left_out": figures.violations_left_out,
        "old_copies": [
            {
                "schema": copy.what,
                "source": copy.source,
                "fetched_at": _time(datetime.fromtimestamp(copy.fetched_at, UTC)),
                "outage": copy.outage,
            }
            for copy in sorted(figures.old_copies.values())
        ],
        "lookups": {
            "count": figures.lookups,
            "hits": dict(sorted(figures.hits.items())),
            "hit_rate": figures.hit_rate,
        },
        "fetches": {
            "count": len(figures.fetches),
            "bytes": figures.bytes,
            "retries": figures.retries,
            "outages": figures.outages,
            "latency_ms": {
                "p50": figures.latency(50),
                "p95": figures.latency(95),
                "max": figures.latency(100),
            },
        },
        "time": {
            "seconds": figures.seconds,
            "session_seconds": figures.session_seconds,
            "overhead": figures.overhead,
        },
    }


def _schema(key: SchemaKey, record: Record, figures: Figures) -> dict[str, Any]:
    return {
        "name": key.name,
        "version": key.version,
        "deprecated": record.deprecated,
        "levels": sorted(record.enforcements),
        "conforming": record.conforming,
        "refused": record.refused,
        "xfailed": record.xfailed,
        "violating": record.violating,
        "warned": record.warned,
        "unchecked": record.unchecked,
        "lookups": record.lookups,
        "hits": dict(sorted(figures.hits_of(key).items())),
        "releases": [
            {"release": release, "source": source}
            for release, source in sorted(
                record.sources.items(), key=lambda item: (item[0] is not None, item[0] or "")
            )
        ],
    }


def _violation(violation: FoundViolation) -> dict[str, Any]:
    members = violation._asdict()
    del members["payload"]  # what a machine reads of it are the path and the message
    return members


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
