"""The closing lines: what was reached, what came of each step, and how long it took."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

#: The user property of a test: the step, the source, the schema and its size in bytes.
STEP = "real schema"
#: The user property with the seconds that the step took.
SECONDS = "seconds"
#: The user property with the numbers of payloads that were made: conforming, and violating.
MADE = "made"
STEPS = ("compile", "show", "record", "replay", "compare", "payloads")


class Table:
    """Collects the reports of tests, and prints them as one table."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], dict[str, str]] = defaultdict(dict)
        self._outcomes: dict[str, list[str]] = defaultdict(list)
        self._sources: list[str] = []
        self._missing: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties: dict[str, Any] = dict(report.user_properties)
        if STEP not in properties or (report.when != "call" and report.passed):
            return
        step, source, name, size = properties[STEP]
        if step == "source":
            (self._missing if report.skipped else self._sources).append(f"{source}: {name}")
            return
        known = report.skipped and hasattr(report, "wasxfail")
        outcome = "known" if known else report.outcome
        self._outcomes[step].append(outcome)
        if step in STEPS:
            seconds = f"{properties[SECONDS]:.2f}" if SECONDS in properties else ""
            mark = {"passed": "", "known": "~", "skipped": "-"}.get(outcome, "!")
            self._rows[source, name, size][step] = mark + seconds
            if MADE in properties:
                self._rows[source, name, size][MADE] = "+".join(map(str, properties[MADE]))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        write = terminalreporter.write_line
        terminalreporter.section("real schemas")
        columns = (*STEPS, MADE)
        write(_line("seconds (~ known to fail, ! fails)", "KB", columns))
        for (_, name, size), cells in sorted(self._rows.items()):
            write(_line(name, f"{size / 1000:.1f}", [cells.get(each, "") for each in columns]))
        for step, outcomes in self._outcomes.items():
            count = Counter(outcomes)
            rest = ", ".join(
                f"{count[word]} {word}" for word in ("known", "failed", "skipped") if count[word]
            )
            write(f"{step}: {count['passed']} of {len(outcomes)} passed{rest and f'; {rest}'}")
        for source in self._sources:
            write(f"reached: {source}")
        for source in self._missing:
            write(f"not reached: {source}")
        reached, all_of_them = len(self._sources), len(self._sources) + len(self._missing)
        write(f"schemas: {len(self._rows)}; sources reached: {reached} of {all_of_them}")


def _line(name: str, size: str, cells: Iterable[str]) -> str:
    return f"{name:52} {size:>7} " + " ".join(f"{cell:>8}" for cell in cells)
