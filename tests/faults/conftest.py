from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.faults.bench import Bench
from tests.faults.published import CORE
from tests.faults.rows import FULL, Trial

if TYPE_CHECKING:
    from tests.local_registry import LocalRegistry

ROW = "fault"

if sys.platform == "win32":
    # Sockets, mounts and signals are used as POSIX has them.
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def bench(
    pytester: pytest.Pytester, local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    return Bench(pytester, local_registry, CORE, monkeypatch)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    assert isinstance(item, pytest.Function)
    trial = item.callspec.params.get("trial") if hasattr(item, "callspec") else None
    words = item.originalname.removeprefix("test_").replace("_", " ")
    item.user_properties.append((ROW, trial.row.name if isinstance(trial, Trial) else words))


def pytest_configure(config: pytest.Config) -> None:
    if FULL:
        config.pluginmanager.register(Table())


class Table:
    """All rows, and how many hold, printed at the end of the full form."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        row = dict(report.user_properties).get(ROW)
        if row is not None and (report.when == "call" or report.outcome != "passed"):
            self._rows[str(row)].append(report.outcome)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("faults")
        for row, outcomes in sorted(self._rows.items()):
            held = outcomes.count("passed")
            terminalreporter.write_line(f"{held:4} of {len(outcomes):3}  {row}")
        hold = sum("failed" not in outcomes for outcomes in self._rows.values())
        terminalreporter.write_line(f"{hold} of {len(self._rows)} rows hold")
