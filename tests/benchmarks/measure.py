"""Contenders side by side: in turns, in one process, so that a busy machine slows all of them."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

VERSIONS_OF = (
    "pytest",
    "pytest-xdist",
    "jsonschema",
    "jsonschema-rs",
    "fastjsonschema",
    "fastavro",
    "httpx",
    "confluent-kafka",
    "vcrpy",
    "PyYAML",
    "pydantic",
)
RATIO = "x"
COUNT = ""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        group: The row group's number.
        what: What was measured.
        values: The measurements, one a round; ratios are of the same round's measurements.
        unit: Of the values; ``x`` for a ratio, empty for a count.
        at_least: The target, where more is better.
        at_most: The target, where less is better.
    """

    group: int
    what: str
    values: Sequence[float]
    unit: str = RATIO
    at_least: float | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None without one."""
        if self.at_least is not None:
            return self.median >= self.at_least
        return None if self.at_most is None else self.median <= self.at_most

    @property
    def counts(self) -> bool:
        """Whether it is a count, which no other process on the machine changes."""
        return self.unit == COUNT

    @property
    def cells(self) -> tuple[str, ...]:
        target = ""
        if self.at_least is not None:
            target = f">= {self.at_least:g}"
        elif self.at_most is not None:
            target = f"<= {self.at_most:g}"
        return (
            str(self.group),
            self.what,
            *map(_number, (min(self.values), self.median, max(self.values))),
            self.unit,
            target,
            {True: "PASS", False: "MISS", None: ""}[self.met],
        )


@dataclass(frozen=True)
class Timings:
    """Seconds of each contender, round by round."""

    seconds: Mapping[str, list[float]] = field(default_factory=dict)

    def scaled(self, contender: str, factor: float) -> list[float]:
        return [factor * each for each in self.seconds[contender]]

    def ratios(self, above: str, below: str) -> list[float]:
        pairs = zip(self.seconds[above], self.seconds[below], strict=True)
        return [numerator / denominator for numerator, denominator in pairs]

    def differences(self, more: str, less: str, factor: float) -> list[float]:
        pairs = zip(self.seconds[more], self.seconds[less], strict=True)
        return [factor * (minuend - subtrahend) for minuend, subtrahend in pairs]


def interleaved(contenders: Mapping[str, Callable[[], float]], rounds: int) -> Timings:
    """Let the contenders run in turns, each round in the opposite order of the one before.

    Args:
        contenders: Run once and say how many seconds that took.
        rounds: How often each is measured, after one run that is not.
    """
    for run in contenders.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    for _ in range(rounds):
        for name in order:
            seconds[name].append(contenders[name]())
        order.reverse()
    return Timings(seconds)


def per_call(work: Callable[[], object], batch: float) -> Callable[[], float]:
    """A contender that says what one call costs this thread, in seconds of CPU.

    Args:
        work: What is called.
        batch: Seconds that a measurement takes, at least one call.
    """
    calls, spent = 1, _spent(work, 1)
    while spent < batch / 2 and calls < 1_000_000:
        calls = max(2 * calls, int(calls * batch / max(spent, 1e-6) / 2))
        spent = _spent(work, calls)
    return each_of(calls, work)


def each_of(calls: int, work: Callable[[], object]) -> Callable[[], float]:
    """A contender like that of :func:`per_call`, of exactly so many calls."""
    return lambda: _spent(work, calls) / calls


def _spent(work: Callable[[], object], calls: int) -> float:
    # CPU time: what else the machine does in the meantime is nobody's cost.
    start = time.thread_time()
    for _ in range(calls):
        work()
    return time.thread_time() - start


def machine() -> str:
    """What was measured on."""
    versions = []
    for name in VERSIONS_OF:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} absent")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} CPUs, load {load}\n{', '.join(versions)}"
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as text."""
    heads = ("#", "what", "min", "median", "max", "unit", "target", "")
    lines = [heads, *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 2 <= place <= 4 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _number(value: float) -> str:
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
