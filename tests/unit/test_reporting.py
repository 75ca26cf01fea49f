from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import Schema
from pytest_schema_registry.reporting import Summary, served_old

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Source

THREE_DAYS_AGO = datetime.now(UTC) - timedelta(days=3, minutes=1)


def old_schema(name: str, source: Source = "stale cache", outage: str = "it was down") -> Schema:
    return Schema(
        name=name,
        version="v1",
        release="1.0.0",
        sha256="",
        digest="",
        deprecated=False,
        deprecation_note=None,
        source=source,
        fetched_at=THREE_DAYS_AGO,
        url="",
        outage=outage,
    )


@pytest.fixture
def summary() -> Summary:
    return Summary()


def test_nothing_old_is_nothing_to_say(summary: Summary) -> None:
    assert summary.lines() == []


def test_what_is_reported_is_plain_data() -> None:
    assert served_old(old_schema("a")) == {
        "schema": "a v1 release 1.0.0",
        "source": "stale cache",
        "fetched_at": THREE_DAYS_AGO.timestamp(),
        "outage": "it was down",
    }


def test_one_old_copy_is_said_with_its_reason_and_its_age(summary: Summary) -> None:
    summary.add([served_old(old_schema("a"))])
    assert summary.lines() == [
        "the registry did not answer; 1 schema served from old copies:",
        "  because it was down",
        "  a v1 release 1.0.0: stale cache, fetched 3 days ago",
    ]


def test_what_several_processes_report_is_said_once_and_sorted(summary: Summary) -> None:
    b: list[dict[str, Any]] = [served_old(old_schema("b", "cassette", "it was slow"))]
    summary.add(b)
    summary.add([served_old(old_schema("a")), *b])
    assert summary.lines() == [
        "the registry did not answer; 2 schemas served from old copies:",
        "  because it was slow",
        "  because it was down",
        "  a v1 release 1.0.0: stale cache, fetched 3 days ago",
        "  b v1 release 1.0.0: cassette, fetched 3 days ago",
    ]
