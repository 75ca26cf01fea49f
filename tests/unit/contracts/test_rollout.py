from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import ContractViolation, ContractWarning
from pytest_schema_registry.contracts.current_test import CurrentTest
from pytest_schema_registry.contracts.recorder import Recorder, SchemaUsage
from pytest_schema_registry.contracts.rollout import MAX_NOTED, Rollout
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schemas import Schema, SchemaKey, Violation
from pytest_schema_registry.settings.enforcement import EnforcementRules

if TYPE_CHECKING:
    from collections.abc import Iterable

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORDER = Schema(
    name="a.A",
    version="v1",
    release="1.0.0",
    published=Content("{}"),
    token=None,
    deprecated=False,
    deprecation_note="use b.B",
    source="cassette",
    fetched_at=NOON,
    url="http://r/a.A",
)


def told(*payloads: Any, paths: Iterable[str] = ("$.a",), tells_all: bool = True) -> Any:
    """What a process tells of a test that was warned of these payloads."""
    test = CurrentTest()
    test.begin("test_it")
    recorder = Recorder(tells_all=tells_all)
    rollout = Rollout(EnforcementRules(), recorder, lambda _fact: True, test=test)
    usage = SchemaUsage(SchemaKey("a.A", "v1"), "warn", ORDER)
    rollout.begin(usage)
    for payload in payloads:
        found = tuple(Violation(path, "#/x", "x", None, "wrong") for path in paths)
        with pytest.warns(ContractWarning):
            rollout.violated(usage, ContractViolation("text", ORDER, payload, found))
    test.end()
    rollout.judged()
    return recorder.flush("test_it")


def test_a_violation_is_told_once_with_the_first_payload_that_has_it() -> None:
    (violation,) = told({"a": 1}, {"a": 2})["violations"]
    assert violation == {
        "name": "a.A",
        "version": "v1",
        "test": "test_it",
        "path": "$.a",
        "rule": "#/x",
        "message": "wrong",
        "outcome": "warned",
        "payload": '{\n  "a": 1\n}',
    }


def test_at_most_a_hundred_violations_are_told_of_a_test() -> None:
    paths = [f"$.a[{number}]" for number in range(MAX_NOTED + 5)]
    found = told({}, {}, paths=paths)["violations"]
    assert [each["path"] for each in found] == paths[:MAX_NOTED]


def test_what_only_a_page_shows_is_told_where_there_is_a_page() -> None:
    events = told({})
    assert events["test"] == "test_it"
    (usage,) = events["usages"]
    assert {name: usage[name] for name in ("url", "fetched_at", "note")} == {
        "url": "http://r/a.A",
        "fetched_at": NOON.timestamp(),
        "note": "use b.B",
    }


def test_where_there_is_no_page_nothing_is_told_for_it() -> None:
    events = told({}, tells_all=False)
    assert "test" not in events
    assert "payload" not in events["violations"][0]
    assert {"url", "fetched_at", "note"}.isdisjoint(events["usages"][0])
