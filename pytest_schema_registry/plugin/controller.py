"""The reporting process: it folds the events of all processes, judges them and ends the run."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.plugin.events import JUDGED
from pytest_schema_registry.plugin.raw_options import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.plugin.session import PluginSession
    from pytest_schema_registry.reporting.figures import Figures
    from pytest_schema_registry.reporting.page.evidence import Evidence
    from pytest_schema_registry.schemas import SchemaKey
    from pytest_schema_registry.settings.settings import Settings

#: The kinds of events that have their own module in :mod:`~pytest_schema_registry.reporting`.
CHAPTERS = ("cassettes", "comparisons", "drift", "payload_replay")


class Controller:
    """The work that one process does for the whole run, with xdist and without.

    Args:
        process: The plugin in the same process.
    """

    def __init__(self, process: PluginSession) -> None:
        self._process = process
        self._figures: Figures | None = None
        self._evidence: Evidence | None = None
        self._tightened: list[str] = []
        self._unused_lines: list[str] = []
        self._missed: list[str] = []
        #: The address of the page; empty until it is written.
        self._page = ""
        self._chapters: dict[str, Any] = {}
        self._is_incomplete = False
        #: The scopes that processes collected: "project", "contracts" or "part".
        self._scopes: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # A "rerun" has neither failed nor been skipped: another run of its test counts.
        if (report.failed or report.skipped) and RULES not in report.keywords:
            self._is_incomplete = True

    def add(self, events: dict[str, Any]) -> None:
        """Fold in the events that a process has collected since its last report."""
        if self._figures is None:
            from pytest_schema_registry.reporting.figures import Figures

            self._figures = Figures()
        self._figures.add(events)
        if self._process.settings.html is not None:
            if self._evidence is None:
                from pytest_schema_registry.reporting.page.evidence import Evidence

                self._evidence = Evidence()
            self._evidence.add(events)
        # All workers read the same ratchet, so any worker's lines are those of all.
        self._unused_lines = events.get("unused_lines", self._unused_lines)
        for kind in CHAPTERS:
            if found := events.get(kind):
                self._chapter(kind).add(found)
        if (scope := events.get("collection_scope")) is not None:
            self._scopes.add(scope)

    def _chapter(self, kind: str) -> Any:
        if kind not in self._chapters:
            self._chapters[kind] = _module(kind).Fold()
        return self._chapters[kind]

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        # A run that stops early has not seen everything that it would judge.
        stopped = session.shouldfail or session.shouldstop
        self._finish(exitstatus, counts=exitstatus in JUDGED and not stopped)
        session.exitstatus = self._exit_status(exitstatus)

    def _finish(self, exitstatus: int, *, counts: bool) -> None:
        """Judge the run, and write its files.

        Args:
            exitstatus: pytest's.
            counts: True where the run has seen everything that it would judge.
        """
        if events := self._process.events.remaining(exitstatus):
            self.add(events)
        insists = self._process.configuration.insists_on_coverage
        if self._figures is None:
            is_judged = insists or self._process.settings.waivers is not None
            if exitstatus != pytest.ExitCode.OK or not is_judged:
                return
            self.add({"session_seconds": 0.0})
        assert self._figures is not None  # noqa: S101  # something was added
        figures = self._figures
        if counts and figures.used and self._process.settings.replay_payloads:
            self._chapter("payload_replay")  # reported and judged even without a payload
        self._judge_chapters(counts=counts)
        if figures.used or figures.old_copies or insists:
            self._tighten(figures)
            if counts:
                self._judge(figures)
            self._write(figures, self._exit_status(exitstatus))
        elif "comparisons" in self._chapters:
            self._write_page(figures, self._exit_status(exitstatus))

    def _exit_status(self, of_tests: int) -> int:
        failed = self._missed and of_tests == pytest.ExitCode.OK
        return pytest.ExitCode.TESTS_FAILED if failed else of_tests

    def _judge_chapters(self, *, counts: bool) -> None:
        settings, now = self._settings, datetime.now(UTC)
        if settings.waivers is not None:
            comparisons = self._chapter("comparisons")
            comparisons.is_incomplete, comparisons.scopes = self._is_incomplete, self._scopes
        if "cassettes" in self._chapters:
            is_whole = bool(self._scopes) and "part" not in self._scopes
            self._chapters["cassettes"].is_complete = (
                counts and is_whole and not self._is_incomplete
            )
        missed: dict[str, list[str]] = {}
        if counts:
            for kind, found in self._chapters.items():
                missed[kind] = _module(kind).missed(found, settings, now)
                self._missed += missed[kind]
        if (path := settings.drift_report) is not None and settings.drift.action != "off":
            drift, found = _module("drift"), self._chapter("drift")
            with self._missing_file("--registry-drift-report", path):
                drift.write(path, found, settings, missed.get("drift", []), now)

    def _tighten(self, figures: Figures) -> None:
        if self._process.settings.ratchet is None:
            return
        from pytest_schema_registry.contracts.ratchet import add

        try:
            new = add(self._process.settings.ratchet, figures.conformed())
        except SchemaRegistryError as exc:
            self._missed.append(str(exc))
        else:
            self._tightened = sorted(map(str, new))

    def _judge(self, figures: Figures) -> None:
        from pytest_schema_registry.reporting import gates

        listed: set[SchemaKey] | SchemaRegistryError = set()
        if self._process.settings.require_coverage:
            listed = self._listed()
            # The index decides what is missing, and may itself be an old copy.
            figures.add({"old_copies": self._process.rollout.recorder.flush_old_copies()})
        self._missed += gates.missed(self._settings, figures, listed)

    @property
    def _settings(self) -> Settings:
        """The settings, with the version lines of the run where a gate needs them."""
        settings = self._process.settings
        if settings.require_coverage or settings.replay_payloads:
            return settings._replace(versions=self._process.versions)
        return settings

    def _listed(self) -> set[SchemaKey] | SchemaRegistryError:
        """Return the keys in the registry's index, or the error that leaves none."""
        from pytest_schema_registry.schemas import SchemaKey

        try:
            index = self._process.registry.index()
        except SchemaRegistryError as exc:
            return exc
        return {SchemaKey(entry.name, entry.version) for entry in index}

    def _cache_size(self) -> int:
        """Return the number of entries in the cache; 0 where the settings allow no registry."""
        try:
            return self._process.source.cache_size()
        except SchemaRegistryError:
            return 0

    def _write(self, figures: Figures, exitstatus: int) -> None:
        settings = self._process.settings
        if (path := settings.report) is not None:
            from pytest_schema_registry.reporting import report

            with self._missing_file("--registry-report", path):
                report.write(
                    path,
                    figures,
                    mode=settings.mode,
                    versions=self._process.versions,
                    missed=self._missed,
                    exit_status=exitstatus,
                )
        if (path := settings.metrics) is not None:
            from pytest_schema_registry.reporting import metrics

            with self._missing_file("--registry-metrics", path):
                metrics.write(path, figures, cache_size=self._cache_size())
        self._write_page(figures, exitstatus)
        if step_summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            from pytest_schema_registry.reporting import github

            text = github.step_summary(figures, self._missed, self._drift_lines())
            github.append(Path(step_summary), text)

    def _write_page(self, figures: Figures, exitstatus: int) -> None:
        settings = self._process.settings
        if (path := settings.html) is None:
            return
        from pytest_schema_registry.reporting.page import page

        assert self._evidence is not None  # noqa: S101  # it has all events that the figures have
        now = datetime.now(UTC)
        lines = {
            kind: _module(kind).lines(found, settings, now)
            for kind, found in self._chapters.items()
        }
        with self._missing_file("--registry-html", path):
            page.write(
                path,
                page.Session(
                    figures=figures,
                    evidence=self._evidence,
                    settings=settings,
                    versions=self._process.versions,
                    missed=self._missed,
                    exit_status=exitstatus,
                    drift=self._chapters.get("drift"),
                    lines=lines | {"ratchet": self._ratchet_lines},
                ),
                now,
            )
            self._page = path.as_uri()

    def _drift_lines(self) -> list[str]:
        """Return the lines on drift, for GitHub; a recording is no drift."""
        drift = self._chapters.get("drift")
        if drift is None or self._process.settings.mode == "record":
            return []
        # A verbosity below 0 leaves out what is no drift.
        lines: list[str] = _module("drift").lines(
            drift, self._process.settings, datetime.now(UTC), verbosity=-1
        )
        return lines

    @contextmanager
    def _missing_file(self, option: str, path: Path) -> Iterator[None]:
        try:
            yield
        except FileExistsError:
            why = f"{path} was left as it is, for it is no earlier report"
            self._missed.append(f"{option}: {why}; name another file, or remove it")
        except OSError as exc:
            # Not the error's own text: that names the file that would have moved there.
            why = f"{path} cannot be written: {exc.strerror or exc}"
            self._missed.append(f"{option}: {why}; make its folder writable")

    @property
    def _ratchet_lines(self) -> list[str]:
        """The lines on what has changed in the ratchet, or should."""
        from pytest_schema_registry.reporting.lines import in_yellow

        said = []
        if self._tightened:
            said.append(f"strict from now on: {', '.join(self._tightened)}")
        if self._unused_lines:
            unused = ", ".join(self._unused_lines)
            unused = f"in the ratchet, of no test or schema: {unused}; correct or remove it"
            said += in_yellow([unused])
        return said

    @pytest.hookimpl(trylast=True)  # the same place, whenever this object is made
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._figures is None:
            return
        from pytest_schema_registry.reporting.lines import markup, printable_lines
        from pytest_schema_registry.reporting.marks import marks_for
        from pytest_schema_registry.reporting.summary import (
            heading_colour,
            summary,
        )
        from pytest_schema_registry.text import printable_text

        marks = marks_for(getattr(sys.__stdout__, "encoding", None))
        verbosity = self._process.verbosity
        settings, now = self._process.settings, datetime.now(UTC)
        said = self._ratchet_lines
        for kind, found in sorted(self._chapters.items()):
            said += _module(kind).lines(found, settings, now, verbosity=verbosity)
        lines = summary(
            self._figures,
            marks,
            verbosity=verbosity,
            costs=settings.judges_costs,
            paint=self._process.paint,
            width=self._process.columns,
        )
        if self._page and verbosity >= 0:
            said.append(f"page: {self._page}")
        lines += printable_lines(said)
        if lines or self._missed:
            colour = "red" if self._missed else heading_colour(self._figures, lines)
            # `section` would leave the line that pytest has begun for us to end, below the heading.
            terminalreporter.write_sep("=", "schema registry", **{colour: True})
        for line in lines:
            terminalreporter.write_line(line, **markup(line))
        for line in self._missed:
            missed = printable_text(f"gate failed: {line}")
            terminalreporter.write_line(missed, red=True, bold=True)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            from pytest_schema_registry.reporting import github

            for command in github.workflow_commands(
                self._figures, self._missed, self._drift_lines()
            ):
                terminalreporter.write_line(command)


def _module(kind: str) -> Any:
    from pytest_schema_registry.reporting import (
        comparisons,
        drift,
        payload_replay,
        unused_cassettes,
    )

    return {
        "cassettes": unused_cassettes,
        "comparisons": comparisons,
        "drift": drift,
        "payload_replay": payload_replay,
    }[kind]
