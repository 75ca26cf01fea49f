"""The events of one process on their way to the controller: on reports of tests, and at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.plugin.raw_options import EVENTS

if TYPE_CHECKING:
    from pytest_schema_registry.plugin.session import PluginSession

#: The exit statuses of a run that has seen everything that it would judge.
JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class ProcessEvents:
    """The events of a process, each of which is sent once.

    Args:
        process: The plugin in that process.
        started: The start of the session, in seconds of :func:`time.perf_counter`.
    """

    def __init__(self, process: PluginSession, started: float) -> None:
        self._process = process
        self._started = started
        #: The events on the last report of a test, until that report is logged.
        self._unlogged: dict[str, Any] = {}

    def add_properties(self, item: pytest.Item) -> None:
        """Give a test that has run the properties of the schemas it used, for its report."""
        rollout = self._process.rollout_in_use
        if rollout is not None:
            item.user_properties += rollout.recorder.properties()

    def settle(self, report: pytest.TestReport) -> None:
        """Tell the rollout how a phase of the test ended, and put events on the last report.

        Args:
            report: The report of the phase, or of a subtest.
        """
        test, rollout = self._process.test, self._process.rollout_in_use
        is_xfailed = report.skipped and hasattr(report, "wasxfail")
        test.has_xfailed |= is_xfailed
        test.has_failed |= not (report.passed or is_xfailed)
        if report.when == "teardown":
            test.end()
            if rollout is not None:
                rollout.judged()
                if events := self._flush(report.nodeid):
                    vars(report)[EVENTS] = self._unlogged = events

    def logged(self, report: pytest.TestReport) -> None:
        """Keep what a report says, or forget it where pytest does not count this run of the test.

        pytest-rerunfailures makes the reports of a whole run, calls the one that failed a "rerun",
        and may never log the one with the run's events.

        Args:
            report: The report of a phase, or of a subtest, as it is logged.
        """
        test, rollout = self._process.test, self._process.rollout_in_use
        if rollout is None:
            return
        outcome: str = report.outcome
        if outcome == "rerun":
            test.letters.clear()
            self.uncount()
        elif report.failed or (report.when == "teardown" and test.has_failed):
            try:
                rollout.keep_letters()
            except InvalidSettings as exc:
                report.sections.append(("schema registry", str(exc)))
        if getattr(report, EVENTS, None) is self._unlogged:
            self._unlogged = {}

    def uncount(self) -> None:
        """Take the verdicts out of the events that no logged report has carried."""
        if self._unlogged:
            self._process.rollout.recorder.uncounted(self._unlogged)
            self._unlogged.clear()

    def _flush(self, test: str = "") -> dict[str, Any]:
        """Return the events of this process since the last call, which are those of a test."""
        process = self._process
        if process.watch is not None:
            with process.timed():
                process.watch.settle(lambda schema: process.judge.validator(schema).bundled())
        return process.rollout.recorder.flush(test)

    def remaining(self, exitstatus: int) -> dict[str, Any]:
        """Return the events that no test's report has carried, and this process's duration.

        Args:
            exitstatus: pytest's. After an interrupted run no payload is checked again: its user
                does not want to wait for a registry.
        """
        process = self._process
        if process.rollout_in_use is None:
            return {}
        if process.replay is not None and exitstatus in JUDGED:
            with process.timed():
                process.rollout_in_use.recorder.replayed(process.replay.checked())
        events = {**self._flush(), "session_seconds": time.perf_counter() - self._started}
        events |= {"unused_lines": process.unused_lines} if process.unused_lines else {}
        if process.settings.waivers or process.settings.uses_cassettes:
            events["collection_scope"] = process.collection_scope
        if process.source_in_use is not None and process.settings.uses_cassettes:
            events["cassettes"] = sorted(map(str, process.source_in_use.used_cassettes))
        return events
