from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from pytest_schema_registry.reporting.figures import Figures
from pytest_schema_registry.reporting.metrics import exposition, write
from pytest_schema_registry.text import printable
from tests.events import fetch, figures_of, switched_off, use

if TYPE_CHECKING:
    from pathlib import Path


def series(figures: Figures) -> set[str]:
    """The lines of an exposition, but for its comments and the histogram."""
    lines = exposition(figures, cache_size=7).splitlines()
    return {line for line in lines if not line.startswith(("#", "schema_fetch_"))}


def test_every_figure_has_its_series() -> None:
    figures = figures_of(
        use("a", "v1", conforming=3, violating=1),
        use("a", "v2", enforcement="warn", source="cache", violating=2),
        switched_off("b", "v1", unchecked=4),
        fetches=[fetch("a", "v1")],
        errors=[("c", "v1", "SchemaNotFound", 1), ("c", "v2", "SchemaNotFound", 2)],
    )
    assert series(figures) == {
        'schema_validation_total{outcome="conforming",schema="a",version="v1"} 3.0',
        'schema_validation_total{outcome="refused",schema="a",version="v1"} 0.0',
        'schema_validation_total{outcome="violating",schema="a",version="v1"} 1.0',
        'schema_validation_total{outcome="xfailed",schema="a",version="v1"} 0.0',
        'schema_validation_total{outcome="warned",schema="a",version="v1"} 0.0',
        'schema_validation_total{outcome="unchecked",schema="a",version="v1"} 0.0',
        'schema_validation_total{outcome="conforming",schema="a",version="v2"} 0.0',
        'schema_validation_total{outcome="refused",schema="a",version="v2"} 0.0',
        'schema_validation_total{outcome="violating",schema="a",version="v2"} 0.0',
        'schema_validation_total{outcome="xfailed",schema="a",version="v2"} 0.0',
        'schema_validation_total{outcome="warned",schema="a",version="v2"} 2.0',
        'schema_validation_total{outcome="unchecked",schema="a",version="v2"} 0.0',
        'schema_validation_total{outcome="conforming",schema="b",version="v1"} 0.0',
        'schema_validation_total{outcome="refused",schema="b",version="v1"} 0.0',
        'schema_validation_total{outcome="violating",schema="b",version="v1"} 0.0',
        'schema_validation_total{outcome="xfailed",schema="b",version="v1"} 0.0',
        'schema_validation_total{outcome="warned",schema="b",version="v1"} 0.0',
        'schema_validation_total{outcome="unchecked",schema="b",version="v1"} 4.0',
        'schema_validation_failures_total{mode="strict",schema="a"} 1.0',
        'schema_validation_failures_total{mode="warn",schema="a"} 2.0',
        'schema_validation_failures_total{mode="strict",schema="b"} 0.0',
        'schema_validation_failures_total{mode="warn",schema="b"} 0.0',
        'schema_cache_hits_total{schema="a"} 5.0',
        'schema_cache_hits_total{schema="b"} 0.0',
        'schema_cache_misses_total{schema="a"} 1.0',
        'schema_cache_misses_total{schema="b"} 0.0',
        "schema_cache_size 7.0",
        'schema_registry_errors_total{error_type="SchemaNotFound",schema="c"} 3.0',
        'schema_enforcement_actions_total{action="failed",schema="a",severity="strict"} 1.0',
        'schema_enforcement_actions_total{action="warned",schema="a",severity="warn"} 2.0',
        'schema_enforcement_actions_total{action="skipped",schema="a",severity="off"} 0.0',
        'schema_enforcement_actions_total{action="failed",schema="b",severity="strict"} 0.0',
        'schema_enforcement_actions_total{action="warned",schema="b",severity="warn"} 0.0',
        'schema_enforcement_actions_total{action="skipped",schema="b",severity="off"} 4.0',
    }


def test_a_fetch_counts_in_every_bucket_that_it_fits_into() -> None:
    figures = figures_of(
        fetches=[fetch("a", seconds=0.25), fetch("a", seconds=0.5), fetch("a", seconds=31.0)]
    )
    lines = exposition(figures, cache_size=0).splitlines()
    assert [line for line in lines if line.startswith("schema_fetch_")] == [
        'schema_fetch_duration_seconds_bucket{le="0.005"} 0.0',
        'schema_fetch_duration_seconds_bucket{le="0.01"} 0.0',
        'schema_fetch_duration_seconds_bucket{le="0.025"} 0.0',
        'schema_fetch_duration_seconds_bucket{le="0.05"} 0.0',
        'schema_fetch_duration_seconds_bucket{le="0.1"} 0.0',
        'schema_fetch_duration_seconds_bucket{le="0.25"} 1.0',
        'schema_fetch_duration_seconds_bucket{le="0.5"} 2.0',
        'schema_fetch_duration_seconds_bucket{le="1.0"} 2.0',
        'schema_fetch_duration_seconds_bucket{le="2.5"} 2.0',
        'schema_fetch_duration_seconds_bucket{le="5.0"} 2.0',
        'schema_fetch_duration_seconds_bucket{le="10.0"} 2.0',
        'schema_fetch_duration_seconds_bucket{le="30.0"} 2.0',
        'schema_fetch_duration_seconds_bucket{le="+Inf"} 3.0',
        "schema_fetch_duration_seconds_count 3.0",
        "schema_fetch_duration_seconds_sum 31.75",
    ]


def test_every_metric_has_its_type_even_where_there_is_nothing_to_count() -> None:
    lines = exposition(Figures(), cache_size=0).splitlines()
    assert [line for line in lines if line.startswith("# TYPE")] == [
        "# TYPE schema_validation_total counter",
        "# TYPE schema_validation_failures_total counter",
        "# TYPE schema_cache_hits_total counter",
        "# TYPE schema_cache_misses_total counter",
        "# TYPE schema_cache_size gauge",
        "# TYPE schema_registry_errors_total counter",
        "# TYPE schema_enforcement_actions_total counter",
        "# TYPE schema_fetch_duration_seconds histogram",
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('a"b', r"a\"b"),
        ("a\nb", r"a\\nb"),
        ("\x1b[2J\u202e", r"\\x1b[2J\\u202e"),
        ("a\\nb", r"a\\nb"),
        ("Größe/€", "Größe/€"),
        ("half \ud83d", r"half \\ud83d"),
    ],
)
def test_a_name_is_escaped(name: str, written: str) -> None:
    assert f'schema_cache_hits_total{{schema="{written}"}} 0.0' in series(figures_of(use(name)))


def test_names_that_are_written_alike_are_counted_together() -> None:
    figures = figures_of(use("\ud800", lookups=2), use(r"\ud800", lookups=3))
    assert r'schema_cache_hits_total{schema="\\ud800"} 5.0' in series(figures)


@given(names=st.sets(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_what_prometheus_reads_is_what_can_be_printed(names: set[str]) -> None:
    figures = figures_of(*(use(name, conforming=2) for name in names))
    families = text_string_to_metric_families(exposition(figures, cache_size=0))
    read = {
        sample.labels["schema"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == "schema_cache_hits_total"
    }
    written = Counter(map(printable, names))
    assert read == {name: 2.0 * count for name, count in written.items()}


def test_a_file_replaces_that_of_an_earlier_session_and_leaves_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "folder" / "it.prom"
    for name in ("a", "b\r"):
        figures = figures_of(use(name, conforming=1))
        write(path, figures, cache_size=1)
    assert path.read_bytes().decode() == exposition(figures, cache_size=1)
    assert [each.name for each in path.parent.iterdir()] == ["it.prom"]


def test_a_file_that_cannot_be_written_is_the_callers_trouble(tmp_path: Path) -> None:
    tmp_path.joinpath("file").touch()
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file" / "it.prom", Figures(), cache_size=0)
