"""The figures in Prometheus' text format. Only this module imports prometheus_client."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from pytest_schema_registry import files
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from prometheus_client.metrics_core import Metric

    from pytest_schema_registry.reporting.figures import Figures

OUTCOMES = ("conforming", "refused", "xfailed", "violating", "warned", "unchecked")
MODES = {"strict": "violating", "warn": "warned"}
ACTIONS = {
    "failed": ("strict", "violating"),
    "warned": ("warn", "warned"),
    "skipped": ("off", "unchecked"),
}
#: Upper bounds in seconds; with the default timeout, retries end at 30.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def write(path: Path, figures: Figures, *, cache_size: int) -> None:
    """Write a file for node_exporter's textfile collector, or for a Pushgateway.

    Args:
        path: The file. The file of an earlier session is replaced in one step.
        figures: The session's figures.
        cache_size: The number of entries in the cache.

    Raises:
        OSError: The file cannot be written, or plainly has no figures.
    """
    # A textfile collector reads only *.prom, so it never reads the staged file.
    text = exposition(figures, cache_size=cache_size)
    files.replace_report(path, text, (".prom", ".txt"), "# HELP schema_")


def exposition(figures: Figures, *, cache_size: int) -> str:
    """Return the figures as the text of a metrics file."""
    registry = CollectorRegistry()
    registry.register(_Families(figures, cache_size))
    return generate_latest(registry).decode()


class _Families:
    """The figures as metric families, which unlike Counter objects add no ``_created`` series."""

    def __init__(self, figures: Figures, cache_size: int) -> None:
        self._figures = figures
        self._cache_size = cache_size

    def collect(self) -> Iterator[Metric]:
        figures = self._figures
        records = figures.records.items()
        sent = {key: figures.hits_of(key)["registry"] for key in figures.records}
        yield _counter(
            "schema_validation",
            "Payloads by what became of them.",
            ("schema", "version", "outcome"),
            (
                ((*key, outcome), getattr(record, outcome))
                for key, record in records
                for outcome in OUTCOMES
            ),
        )
        yield _counter(
            "schema_validation_failures",
            "Payloads that break their contract, by how strictly that is taken.",
            ("schema", "mode"),
            (
                ((key.name, mode), getattr(record, outcome))
                for key, record in records
                for mode, outcome in MODES.items()
            ),
        )
        yield _counter(
            "schema_cache_hits",
            "Lookups of a schema that the registry did not have to send.",
            ("schema",),
            (((key.name,), record.lookups - sent[key]) for key, record in records),
        )
        yield _counter(
            "schema_cache_misses",
            "Lookups of a schema that the registry sent.",
            ("schema",),
            (((key.name,), sent[key]) for key in sent),
        )
        yield GaugeMetricFamily("schema_cache_size", "Entries in the cache.", self._cache_size)
        yield _counter(
            "schema_registry_errors",
            "What could not be checked, by the class of the error.",
            ("schema", "error_type"),
            (((key.name, kind), count) for (key, kind), count in figures.errors.items()),
        )
        yield _counter(
            "schema_enforcement_actions",
            "What followed from violations, and checks that were switched off.",
            ("schema", "severity", "action"),
            (
                ((key.name, severity, action), getattr(record, outcome))
                for key, record in records
                for action, (severity, outcome) in ACTIONS.items()
            ),
        )
        seconds = [fetch.seconds for fetch in figures.fetches]
        within = [(str(bound), sum(each <= bound for each in seconds)) for bound in BUCKETS]
        yield HistogramMetricFamily(
            "schema_fetch_duration_seconds",
            "How long exchanges with the registry took, retries included.",
            [*within, ("+Inf", len(seconds))],
            math.fsum(seconds),
        )


def _counter(
    name: str,
    documentation: str,
    labels: tuple[str, ...],
    counts: Iterable[tuple[tuple[str, ...], int]],
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, documentation, labels=labels)
    totals: Counter[tuple[str, ...]] = Counter()
    for values, count in counts:
        # A name in JSON may contain half of a surrogate pair, which UTF-8 cannot encode.
        totals[tuple(map(printable, values))] += count
    for values, count in sorted(totals.items()):
        family.add_metric(values, count)
    return family
