"""The geometry of the page's charts. A chart is a bar of segments, or a row of columns."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from pytest_schema_registry.reporting.summary import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_schema_registry.reporting.figures import Figures

#: The width of a chart, and the height of its columns, in its own units.
WIDTH = 600
HEIGHT = 100
#: The least width of a segment that has anything, so that one failure among thousands is seen.
LEAST = 4
#: The upper bounds of the columns of fetch times, in ms.
BOUNDS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000)
_KINDS = {
    "conforming": "conforms",
    "refused": "refused",
    "xfailed": "xfailed",
    "violating": "violates",
    "warned": "warned",
    "unchecked": "untested",
}
#: A count of checks -> the words for it, and the kind that gives it its colour.
CHECKS = {outcome: (words, _KINDS[outcome]) for outcome, (words, _) in OUTCOMES.items()}
#: A source of lookups -> its kind.
SOURCES = {
    "memory": "conforms",
    "cache": "refused",
    "cassette": "cassette",
    "directory": "xfailed",
    "revalidated": "untested",
    "registry": "warned",
    "stale cache": "violates",
    "value": "plain",
}


class Segment(NamedTuple):
    """A part of a bar, or a column.

    Args:
        label: What it counts.
        number: The number.
        kind: The kind of its colour.
        start: The place where it begins, in units of the chart.
        size: Its width in a bar; its height as a column.
    """

    label: str
    number: int
    kind: str
    start: float
    size: float


class Chart(NamedTuple):
    """A chart, with the sentence that says the same in words.

    Args:
        title: What it shows.
        shape: "bar" or "columns".
        segments: Its parts, from left to right.
    """

    title: str
    shape: str
    segments: list[Segment]

    @property
    def text(self) -> str:
        """The chart in words."""
        parts = (f"{each.number:,} {each.label}" for each in self.segments if each.number)
        return f"{self.title}: {', '.join(parts)}"


def charts(figures: Figures) -> list[Chart]:
    """Return the charts that have something to show."""
    records = figures.records.values()
    checks = [
        (label, sum(getattr(record, outcome) for record in records), kind)
        for outcome, (label, kind) in CHECKS.items()
    ]
    checks.append(("could not be made", figures.errors.total(), "unchecked"))
    hits = [(source, figures.hits[source], kind) for source, kind in SOURCES.items()]
    found = [Chart("Checks", "bar", bar(checks)), Chart("Lookups by source", "bar", bar(hits))]
    if figures.fetches:
        times = [1_000 * fetch.seconds for fetch in figures.fetches]
        found.append(Chart("Fetches by duration", "columns", columns(times)))
    return [chart for chart in found if chart.segments]


def bar(counts: Iterable[tuple[str, int, str]]) -> list[Segment]:
    """Return a bar's segments: each is as wide as its share, and none is too narrow to be seen."""
    some = [(label, count, kind) for label, count, kind in counts if count]
    total = sum(count for _, count, _ in some)
    wanted = [max(LEAST, WIDTH * count / total) for _, count, _ in some]
    scale = WIDTH / sum(wanted) if wanted else 0
    ends = accumulate((scale * width for width in wanted), initial=0.0)
    return [
        Segment(label, count, kind, round(start, 1), round(end - start, 1))
        for (label, count, kind), (start, end) in zip(some, pairwise(ends), strict=True)
    ]


def columns(times: Sequence[float]) -> list[Segment]:
    """Return the columns of fetch times, each as high as its share of the highest.

    Args:
        times: The durations in ms.
    """
    edges = [*BOUNDS, float("inf")]
    within = [sum(each <= edge for each in times) for edge in edges]
    counts = [within[0], *(after - before for before, after in pairwise(within))]
    labels = [
        f"up to {edge:g} ms" if edge < 1_000 else f"up to {edge / 1_000:g} s" for edge in BOUNDS
    ]
    labels.append(f"above {BOUNDS[-1] / 1_000:g} s")
    step = WIDTH / len(counts)
    return [
        Segment(label, count, "conforms", round(place * step, 1), _height(count, max(counts)))
        for place, (label, count) in enumerate(zip(labels, counts, strict=True))
    ]


def _height(count: int, highest: int) -> float:
    return round(max(LEAST, HEIGHT * count / highest), 1) if count else 0
