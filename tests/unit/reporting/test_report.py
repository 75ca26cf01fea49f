from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.reporting.figures import SOURCES, Figures
from pytest_schema_registry.reporting.report import FORMAT, document, write
from pytest_schema_registry.settings import MODES
from pytest_schema_registry.settings.enforcement import ENFORCEMENTS
from tests.events import fetch, figures_of, switched_off, use, violation
from tests.report_schemas import report_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def told(figures: Figures) -> dict[str, Any]:
    return document(
        figures, mode="auto", versions=["v1", "v2"], missed=["one"], exit_status=1, now=NOON
    )


def faults(report: Any) -> list[str]:
    """What the report's own schema finds in it."""
    validator = jsonschema_rs.Draft202012Validator(report_schema("report"), validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(report)]


def objects(node: Any, place: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """The places in a schema where properties stand, and what stands there."""
    if isinstance(node, dict):
        if "properties" in node:
            yield place, node
        for key, value in node.items():
            yield from objects(value, f"{place}/{key}")


def test_a_report_has_every_figure() -> None:
    figures = figures_of(
        use("b", "v2", enforcement="warn", source="stale cache", outage="it was down", violating=2),
        use("a", conforming=2, lookups=1, deprecated=True),
        use("a", release=None, enforcement="warn", conforming=1),
        switched_off("b"),
        fetches=[fetch("a", seconds=0.25), fetch("a", status=None, attempts=3, size=0)],
        errors=[("c", "v1", "SchemaNotFound", 2)],
        seconds=1.0,
        session_seconds=40.0,
    )
    assert told(figures) == {
        "format": 2,
        "generated_at": "2026-01-01T12:00:00+00:00",
        "mode": "auto",
        "versions": ["v1", "v2"],
        "exit_status": 1,
        "missed_gates": ["one"],
        "schemas": [
            {
                "name": "a",
                "version": "v1",
                "deprecated": True,
                "levels": ["strict", "warn"],
                "conforming": 3,
                "refused": 0,
                "xfailed": 0,
                "violating": 0,
                "warned": 0,
                "unchecked": 0,
                "lookups": 4,
                "hits": {"memory": 2, "registry": 1, "revalidated": 1},
                "releases": [
                    {"release": None, "source": "registry"},
                    {"release": "1.0.0", "source": "registry"},
                ],
            },
            {
                "name": "b",
                "version": "v1",
                "deprecated": False,
                "levels": ["off"],
                "conforming": 0,
                "refused": 0,
                "xfailed": 0,
                "violating": 0,
                "warned": 0,
                "unchecked": 1,
                "lookups": 0,
                "hits": {},
                "releases": [],
            },
            {
                "name": "b",
                "version": "v2",
                "deprecated": False,
                "levels": ["warn"],
                "conforming": 0,
                "refused": 0,
                "xfailed": 0,
                "violating": 0,
                "warned": 2,
                "unchecked": 0,
                "lookups": 2,
                "hits": {"memory": 1, "stale cache": 1},
                "releases": [{"release": "1.0.0", "source": "stale cache"}],
            },
        ],
        "errors": [{"name": "c", "version": "v1", "error": "SchemaNotFound", "count": 2}],
        "violations": [],
        "violations_left_out": 0,
        "old_copies": [
            {
                "schema": "b v2 release 1.0.0",
                "source": "stale cache",
                "fetched_at": "1970-01-01T00:00:00+00:00",
                "outage": "it was down",
            }
        ],
        "lookups": {
            "count": 6,
            "hits": {"memory": 3, "registry": 1, "revalidated": 1, "stale cache": 1},
            "hit_rate": 100 * 5 / 6,
        },
        "fetches": {
            "count": 2,
            "bytes": 100,
            "retries": 2,
            "outages": 1,
            "latency_ms": {"p50": 10.0, "p95": 250.0, "max": 250.0},
        },
        "time": {"seconds": 1.0, "session_seconds": 40.0, "overhead": 2.5},
    }
    assert faults(told(figures)) == []


def test_a_report_lists_violations_without_their_payloads_and_counts_those_left_out() -> None:
    figures = figures_of(
        violations=[violation(f"test_{n:05}", payload="{}") for n in range(20_005)],
    )
    report = told(figures)
    assert report["violations"][0] == violation("test_00000")
    assert (len(report["violations"]), report["violations_left_out"]) == (20_000, 5)
    assert faults(report) == []


def test_a_report_of_nothing_has_null_where_nothing_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(path, Figures(), mode="replay", versions=[], missed=[])
    report = json.loads(path.read_text())
    assert report["exit_status"] is None
    assert report["lookups"]["hit_rate"] is None
    assert report["fetches"]["latency_ms"] == {"p50": None, "p95": None, "max": None}
    assert report["time"]["overhead"] is None
    assert faults(report) == []


names = st.text(st.characters(), max_size=5)
counts = st.integers(0, 3)


@given(
    uses=st.lists(
        st.builds(
            use,
            names,
            names,
            enforcement=st.sampled_from(ENFORCEMENTS),
            source=st.sampled_from(SOURCES),
            release=st.none() | names,
            outage=st.none() | names,
            fetched_at=st.floats(0, 4e9),
            deprecated=st.booleans(),
            conforming=counts,
            violating=counts,
            unchecked=counts,
            lookups=counts,
        ),
        max_size=4,
    ),
    fetches=st.lists(
        st.builds(
            fetch,
            names,
            seconds=st.floats(0, 60),
            status=st.sampled_from([None, 200, 304, 404, 503]),
            attempts=st.integers(1, 4),
        ),
        max_size=3,
    ),
    errors=st.lists(st.tuples(names, names, names, st.integers(1, 3)), max_size=2),
    seconds=st.floats(0, 1e6),
    mode=st.sampled_from(MODES),
    lines=st.lists(names, max_size=2),
)
def test_whatever_happened_the_report_keeps_its_contract(
    uses: list[dict[str, Any]],
    fetches: list[dict[str, Any]],
    errors: list[tuple[str, str, str, int]],
    seconds: float,
    mode: str,
    lines: list[str],
) -> None:
    figures = figures_of(
        *uses, fetches=fetches, errors=errors, seconds=seconds, session_seconds=seconds
    )
    report = document(figures, mode=mode, versions=lines, missed=lines, exit_status=None, now=NOON)
    assert faults(json.loads(json.dumps(report, allow_nan=False))) == []


def test_a_report_replaces_that_of_an_earlier_session_and_leaves_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "folder" / "report.json"
    for name in ("a", "b"):
        figures = figures_of(use(name, conforming=1))
        write(path, figures, mode="live", versions=["v1"], missed=[], exit_status=0)
    report = json.loads(path.read_text())
    assert [each["name"] for each in report["schemas"]] == ["b"]
    assert [each.name for each in path.parent.iterdir()] == ["report.json"]


def test_a_report_tells_when_it_was_written(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    write(tmp_path / "it", Figures(), mode="live", versions=[], missed=[])
    written = datetime.fromisoformat(json.loads((tmp_path / "it").read_text())["generated_at"])
    assert before <= written <= datetime.now(UTC)


@pytest.mark.parametrize("name", ["über/\u2028", "\ud800", 'a"b\n'])
def test_a_name_may_hold_anything(tmp_path: Path, name: str) -> None:
    write(tmp_path / "it", figures_of(use(name)), mode="live", versions=[], missed=[])
    assert json.loads((tmp_path / "it").read_text())["schemas"][0]["name"] == name


def test_a_report_that_cannot_be_written_is_the_callers_trouble(tmp_path: Path) -> None:
    tmp_path.joinpath("file").touch()
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file" / "it", Figures(), mode="live", versions=[], missed=[])


def test_the_schema_of_a_report_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(report_schema("report"))
    assert report_schema("report")["properties"]["format"]["const"] == FORMAT


def test_every_property_of_a_report_is_documented_required_and_there_is_no_other() -> None:
    places = dict(objects(report_schema("report")))
    assert len(places) == 11
    for place, node in places.items():
        assert node["additionalProperties"] is False, place
        if place != "#/$defs/hits":
            assert node["required"] == list(node["properties"]), place
        for name, about in node["properties"].items():
            assert about["title"], f"{place}/{name}"
            assert about["description"].endswith("."), f"{place}/{name}"


def test_the_schema_of_a_report_knows_every_mode_level_and_source() -> None:
    properties = report_schema("report")["properties"]
    listed = properties["schemas"]["items"]["properties"]
    assert properties["mode"]["enum"] == list(MODES)
    assert sorted(listed["levels"]["items"]["enum"]) == sorted(ENFORCEMENTS)
    for place in (listed["releases"], properties["old_copies"]):
        assert sorted(place["items"]["properties"]["source"]["enum"]) == sorted(SOURCES)
    hits = report_schema("report")["$defs"]["hits"]["properties"]
    assert set(hits) == {*SOURCES, "memory", "revalidated"}
