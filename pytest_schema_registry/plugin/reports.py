"""The reading of tests' reports: their outcome in pytest's words, and the events they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.plugin.raw_options import EVENTS, UNCHECKED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.plugin.session import PluginSession


class Reports:
    """The reader of the reports that a process logs, its own or those of its workers.

    Args:
        add: Takes the events that a process has sent; never called in a worker.
        is_worker: True where a controller reports for this process.
    """

    def __init__(self, add: Callable[[dict[str, Any]], None], *, is_worker: bool) -> None:
        self._add = add
        self._is_worker = is_worker
        #: The plugin in this process; None while nothing has needed it.
        self.process: PluginSession | None = None
        #: The number of workers that have not reported their end.
        self.open_workers = 0

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        # Nothing was checked, so the payload did not fail. It is an error, as in a fixture.
        is_error = report.failed and hasattr(report, UNCHECKED)  # a rerun's report has not failed
        return ("error", "E", "ERROR") if is_error else None

    # Before a worker sends the report.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.process is not None:
            self.process.events.logged(report)
        events = getattr(report, EVENTS, None)
        if events is not None and not self._is_worker:
            # pytest keeps all reports, and Python's collector would walk their events again.
            delattr(report, EVENTS)
            self._add(events)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        # A worker that crashed sends no output; the reports of its tests are here already.
        output = getattr(node, "workeroutput", None)
        if output is not None:
            self.open_workers -= 1
            if EVENTS in output:
                self._add(output[EVENTS])
