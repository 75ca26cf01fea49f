from __future__ import annotations

import pytest

from pytest_schema_registry import CassetteMissing, InvalidSettings, SchemaRegistryError
from pytest_schema_registry.reporting.figures import Figures
from pytest_schema_registry.reporting.gates import missed
from pytest_schema_registry.schemas import SchemaKey
from pytest_schema_registry.settings.settings import Settings
from tests.events import fetch, figures_of, switched_off, use

LINES = ("v1", "v2")
EVERY_GATE = Settings(
    versions=LINES,
    min_hit_rate=90.0,
    max_fetch_p95=100.0,
    max_overhead=5.0,
    fail_on_stale=True,
    require_coverage=True,
)


def test_a_run_without_gates_misses_none() -> None:
    figures = figures_of(use("a", conforming=1, outage="it was down"), fetches=[fetch("a")])
    assert missed(Settings(), figures, []) == []


def test_where_nothing_was_measured_no_gate_is_missed() -> None:
    assert missed(EVERY_GATE, Figures(), []) == []


def test_a_figure_on_the_bound_is_within_it() -> None:
    figures = figures_of(
        use("a", conforming=10),
        fetches=[fetch("a", seconds=0.1)],
        seconds=5.0,
        session_seconds=100.0,
    )
    assert missed(EVERY_GATE, figures, [SchemaKey("a", "v1")]) == []


def test_each_missed_gate_is_one_line_with_what_to_do() -> None:
    figures = figures_of(
        use("a", conforming=4),
        use("b", source="stale cache", outage="it was down", conforming=1),
        fetches=[fetch("a", seconds=0.25)],
        seconds=6.0,
        session_seconds=100.0,
    )
    assert missed(EVERY_GATE, figures, [SchemaKey("c", "v2")]) == [
        (
            "hit rate 80.0 %, at least 90 % required by --registry-min-hit-rate: "
            "keep --registry-cache-dir between runs, or raise --registry-cache-ttl"
        ),
        (
            "fetch p95 250.0 ms, at most 100 ms allowed by --registry-max-fetch-p95: "
            "look at the registry's own latency, or lower --registry-max-in-flight"
        ),
        (
            "overhead 6.0 %, at most 5 % allowed by --registry-max-overhead: "
            "keep --registry-cache-dir between runs, or replay with --registry-offline"
        ),
        (
            "1 old copy was used because the registry gave no new answer; "
            "--registry-fail-on-stale allows none: find out why it gave none"
        ),
        (
            "1 schema has no contract test (c@v2); --registry-require-coverage allows none: test "
            "what is named, or name it in --registry-coverage-exclude"
        ),
    ]


@pytest.mark.parametrize(
    ("seconds", "allowed", "shown"),
    [
        (0.10004, 100.0, "100.04 ms, at most 100 ms"),
        (0.1001, 100.04, "100.1 ms, at most 100.04 ms"),
        (0.25, 100.0, "250.0 ms, at most 100 ms"),
        (0.25000000000001, 250.0, "250.00000000001 ms, at most 250 ms"),
    ],
)
def test_a_figure_is_shown_with_the_digits_that_set_it_apart_from_the_bound(
    seconds: float, allowed: float, shown: str
) -> None:
    (line,) = missed(
        Settings(max_fetch_p95=allowed), figures_of(fetches=[fetch("a", seconds=seconds)]), []
    )
    assert line.startswith(f"fetch p95 {shown} allowed by")


def test_a_rate_just_below_is_not_rounded_up_to_what_is_required() -> None:
    figures = figures_of(use("a", conforming=10_000), fetches=[fetch("a")])
    (line,) = missed(Settings(min_hit_rate=100.0), figures, [])
    assert line.startswith("hit rate 99.99 %, at least 100 % required by --registry-min-hit-rate")


def test_only_what_was_judged_is_covered() -> None:
    figures = figures_of(
        use("conforming", conforming=1),
        use("violating", violating=1),
        use("warned", enforcement="warn", violating=1),
        use("looked_at", lookups=1),
        switched_off("switched_off"),
        errors=[("not_had", "v1", "SchemaNotFound", 1)],
    )
    listed = [SchemaKey(name, "v1") for name in figures.names]
    (line,) = missed(Settings(versions=LINES, require_coverage=True), figures, listed)
    assert line.startswith(
        "3 schemas have no contract test (looked_at@v1, not_had@v1, switched_off@v1); --"
    )


def test_of_many_uncovered_schemas_five_are_named() -> None:
    listed = [SchemaKey(name, "v1") for name in "gfedcbag"]
    (line,) = missed(Settings(versions=LINES, require_coverage=True), Figures(), listed)
    assert line.startswith(
        "7 schemas have no contract test (a@v1, b@v1, c@v1, d@v1, e@v1 and 2 more); --"
    )


def test_what_is_excluded_or_of_another_version_needs_no_contract_test() -> None:
    settings = Settings(
        require_coverage=True, versions=("v1",), coverage_exclude=("internal.*", "Old")
    )
    listed = [SchemaKey("a", "v2"), SchemaKey("internal.Thing", "v1"), SchemaKey("Old", "v1")]
    assert missed(settings, Figures(), listed) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            CassetteMissing("index.yaml", "index", "pytest"),
            "no recording of index); record it with --registry-mode record",
        ),
        (
            InvalidSettings("SCHEMA_REGISTRY_TIMEOUT", "it is no number"),
            "SCHEMA_REGISTRY_TIMEOUT: it is no number)",
        ),
    ],
)
def test_without_an_index_the_coverage_is_not_known(error: SchemaRegistryError, said: str) -> None:
    assert missed(Settings(versions=LINES, require_coverage=True), Figures(), error) == [
        (
            "coverage unknown, required by --registry-require-coverage: the registry's index "
            f"cannot be had ({said}"
        )
    ]
