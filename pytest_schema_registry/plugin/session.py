"""The plugin's work in one process that needs it: the wiring, and no logic."""

from __future__ import annotations

import time
from contextlib import suppress
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_schema_registry.contracts.unseen import Unseen
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.plugin import items
from pytest_schema_registry.plugin.configuration import Configuration
from pytest_schema_registry.plugin.expectations import Expectations
from pytest_schema_registry.plugin.items import FACTS, VERSION

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pytest_schema_registry.contracts.contract import Contract
    from pytest_schema_registry.contracts.drift import Watch
    from pytest_schema_registry.contracts.evolution import Evolution
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.payload_replay import PayloadReplay
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.plugin.markers import MarkerArgs, SchemaRequest
    from pytest_schema_registry.registry import SchemaRegistry
    from pytest_schema_registry.retrieval.cache import Session
    from pytest_schema_registry.retrieval.prefetch import Progress
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.settings.settings import Settings

#: The tests that a run leaves none out of: the project's, the contract tests, or neither.
Extent = Literal["project", "contracts", "part"]
NAME = "_registry_name"
WANTED = "registry_wanted"
#: The exit statuses of a run that has seen everything that it would judge.
JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class PluginSession:
    """The plugin in one process: the only one, the controller, or a worker.

    Args:
        config: The session's.
        places: The raw values that were written for the session.
        session_id: The id that all processes of the session share.
        started: The start of the session, in seconds of :func:`time.perf_counter`.
        is_worker: True where a controller reports for this process.

    Raises:
        InvalidSettings: Something on the command line or in the ini file is wrong.
    """

    def __init__(
        self,
        config: pytest.Config,
        places: items.RawOptions,
        session_id: str,
        started: float,
        is_worker: bool,
    ) -> None:
        self._config = config
        self._written = Configuration(config, places)
        self._session_id = session_id
        self._is_worker = is_worker
        self._started = started
        self._item: pytest.Item | None = None
        self._has_failed = False
        #: The errors that the current test's checks have raised.
        self.unseen = Unseen()
        self._expectations = Expectations(self.unseen)
        self._params: dict[str, Any] = {}
        self._declared: dict[pytest.Item, MarkerArgs] = {}
        self._contracts: dict[tuple[SchemaRequest, tuple[str, ...]], Contract] = {}
        self._watch: Watch | None = None
        self._idle_lines: list[str] = []
        #: The extent of the run: within it, no test and so no comparison is left out.
        self.extent: Extent = "part"
        #: True where there are compatibility rules (or an error in them), or waivers.
        self.has_rules = False
        if self._written.is_anything:
            if not is_worker:
                self._written.refuse_moved_root()
                self._written.refuse_lost_payloads()
                self._look_into_files()
            rules = self.settings.compatibility or self.settings.waivers or self.rules_error
            self.has_rules = bool(rules)

    def _look_into_files(self) -> None:
        """Read the files that settings name, so that errors in them show before any test runs."""
        if self.settings.ratchet or self.settings.dead_letters:
            with self._written.looking_into("ratchet", "dead-letters"):
                self._new_rollout()
        if self.settings.waivers:
            from pytest_schema_registry.compatibility.waivers import load

            with self._written.looking_into("waivers"):
                load(self.settings.waivers, self.settings.root)

    @property
    def settings(self) -> Settings:
        """The session's settings, made if any setting is written or a test needs them.

        Raises:
            InvalidSettings: Something on the command line or in the ini file is wrong.
        """
        return self._written.settings

    @property
    def rules_error(self) -> InvalidSettings | None:
        """The error in the environment's compatibility rules, or None."""
        return self._written.rules_error

    @property
    def insists_on_coverage(self) -> bool:
        """True where the command line asks for coverage, unless pytest only lists tests."""
        return self._written.insists_on_coverage

    @cached_property
    def source(self) -> SchemaSource:
        """The process's schemas, made when the first test needs one.

        Raises:
            InvalidSettings: An environment variable that counts is wrong, or a file that it names.
        """
        if self._written.environment_error is not None:
            # A copy for each test, which gets a traceback of its own.
            raise copy(self._written.environment_error)
        from pytest_schema_registry.retrieval.schema_source import SchemaSource

        cache_dir = self.settings.cache_dir or items.cache_directory(self._config)
        recorder = self.rollout.recorder
        if self.settings.drift.action != "off":
            from pytest_schema_registry.contracts.drift import watch

            self._watch = watch(self.settings, recorder.drifted)
        answered = None if self._watch is None else self._watch.answered
        return SchemaSource(
            self.settings,
            self._session,
            cache_dir,
            observe=recorder.fetched,
            answered=answered,
            served=self.rollout.served,
        )

    @cached_property
    def judge(self) -> Judge:
        """The judge of the process's payloads."""
        from pytest_schema_registry.contracts.judge import Judge

        return Judge(self.source)

    @cached_property
    def registry(self) -> SchemaRegistry:
        """The process's registry, for the plugin itself."""
        from pytest_schema_registry.registry import SchemaRegistry

        return SchemaRegistry.over(self.source, self.judge)

    @cached_property
    def asked_registry(self) -> SchemaRegistry:
        """The registry that tests hold: its errors count for the test that calls it."""
        __tracebackhide__ = True
        with self.unseen:
            source, judge = self.source, self.judge
        from pytest_schema_registry.plugin.noting_registry import NotingRegistry

        return NotingRegistry(source, judge, self.unseen)

    @cached_property
    def rollout(self) -> Rollout:
        """The process's rollout, which acts on uses and violations; made on first use."""
        rollout = self._new_rollout()
        if self._item is not None:
            rollout.begin_test(self._item.nodeid)
        return rollout

    @property
    def _is_used(self) -> bool:
        """True where this process has used a schema, which makes its rollout."""
        return "rollout" in vars(self)

    @cached_property
    def evolution(self) -> Evolution:
        """The comparisons of schemas, made when the first test asks for one."""
        from pytest_schema_registry.contracts.evolution import Evolution

        with self.unseen:
            return Evolution(self.source, self.rollout, self.settings)

    @cached_property
    def _replay(self) -> PayloadReplay | None:
        """The check of payloads against the next version line; None if no setting asks for it."""
        if self.settings.replay_payloads is None:
            return None
        from pytest_schema_registry.contracts.payload_replay import PayloadReplay

        old, new = self.settings.replay_payloads
        return PayloadReplay(self.source, self.judge, self.rollout, old=old, new=new)

    def _new_rollout(self) -> Rollout:
        from pytest_schema_registry.contracts.rollout import Rollout

        return Rollout.from_settings(self.settings, self._session, self.unseen)

    @cached_property
    def _session(self) -> Session:
        from pytest_schema_registry import files
        from pytest_schema_registry.retrieval.cache import Session

        return Session(self._session_id, files.session_directory(self._session_id))

    @property
    def version(self) -> str:
        """The version line that the current test is about."""
        __tracebackhide__ = True
        version: str | None = self._params.get(VERSION)
        with self.unseen:
            return version or self.contract_of_test(None).version

    def contract_of_test(self, version: str | None) -> Contract:
        """Return the current test's contract, which all tests with the same request share.

        Args:
            version: The version line it is about; None where that is negotiated.

        Raises:
            InvalidSettings: A marker is wrong, or came too late to choose names and versions.
        """
        __tracebackhide__ = True
        with self.unseen:
            assert self._item is not None  # noqa: S101  # only tests ask
            declared = self._declared.get(self._item) or items.declaration(self._item)
            name = self._params.get(NAME)
            if not declared.is_run_by(name, self._params.get(VERSION)):
                raise InvalidSettings(
                    "@pytest.mark.registry_schema",
                    "on a parameter, or on a test that is collected already, it can no longer "
                    "choose names and versions; put it on the test",
                )
            return self.contract(declared.wanted(name, version), declared.versions)

    def contract(self, wanted: SchemaRequest, versions: tuple[str, ...] = ()) -> Contract:
        """Return the contract of a run, which all runs with the same request share.

        Args:
            wanted: The request for the schema that it is about.
            versions: The version lines that its test runs against; empty for the session's.
        """
        contract = self._contracts.get((wanted, versions))
        if contract is None:
            from pytest_schema_registry.contracts.contract import Contract

            contract = self._contracts[wanted, versions] = Contract(
                self.source,
                self.judge,
                wanted,
                self.rollout,
                versions=versions or self.settings.versions,
                verbose=self._config.get_verbosity() > 1,
                replay=self._replay,
            )
        return contract

    def begin_test(self, item: pytest.Item) -> None:
        """Make a test the current one, and reset the state of the one before."""
        self._item = item
        self._has_failed = False
        self.unseen.clear()
        self._expectations.watch()
        self._params = items.params(item)
        if self._is_used:
            self.rollout.begin_test(item.nodeid)

    @property
    def has_checked(self) -> bool:
        """True where the current test has asked for a check, whatever came of it."""
        return self._is_used and self.rollout.has_checked

    @property
    def verbosity(self) -> int:
        """The verbosity that the user asked for; 0 by default."""
        return self._config.get_verbosity()

    def pytest_report_header(self) -> str | None:
        return self.settings.describe() if self._written.is_anything else None

    @property
    def names_payloads(self) -> bool:
        """True where a setting names the folder of golden payloads."""
        return self._written.payloads_setting is not None

    def letters_file(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Return the node that collects a file of dead letters; None for another tool's file."""
        from pytest_schema_registry.plugin.payload_items import letters_file

        return letters_file(path, parent, self)

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize a contract test by its names and its version lines, or else the session's."""
        try:
            declared = items.declaration(metafunc.definition)
        except InvalidSettings as exc:
            raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: {exc}") from None
        if len(declared.names) > 1:
            metafunc.fixturenames.append(NAME)
            metafunc.parametrize(NAME, declared.names)
        # Absent where the user's own fixture or parametrize takes the place of ours.
        if "_registry_versions" in metafunc.fixturenames and not declared.prefer:
            versions = declared.versions or self.settings.versions
            metafunc.parametrize(VERSION, versions, indirect=True)

    @pytest.hookimpl(trylast=True)  # once the terminal's line on collecting is complete
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Fetch all declared schemas before the first test, when no tool of a test is in the way.

        A failure is remembered, and becomes the error of the tests that declare the schema.
        """
        users = [item for item in session.items if VERSION in getattr(item, "fixturenames", ())]
        wanted = [each for item in session.items for each in getattr(item, WANTED, ())]
        lists = self._written.lists_only
        if (users or wanted) and not lists and self._written.environment_error is None:
            started = time.perf_counter()
            for item in users:
                with suppress(InvalidSettings):  # raised again where the test runs
                    self._declared[item] = items.declaration(item)
            wanted += [
                declared.wanted(items.params(item).get(NAME), items.params(item).get(VERSION))
                for item, declared in self._declared.items()
            ]
            self.source.prefetch(wanted, self._progress())
            if self.settings.enforcement:
                self._refuse_idle_rules(wanted)
            if self.settings.ratchet and self.settings.mode != "record":
                # Recording holds what tests use, and this may ask for the index.
                self._idle_lines = self.rollout.unused_lines(wanted, self.registry)
            self.rollout.recorder.seconds += time.perf_counter() - started

    def _progress(self) -> Progress | None:
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        # Nobody sees a worker's terminal; the controller's summary has its fetches.
        if self._is_worker or terminal is None or self._config.get_verbosity() < 0:
            return None
        from pytest_schema_registry.retrieval.prefetch import Progress

        return Progress(terminal)

    def _refuse_idle_rules(self, wanted: list[SchemaRequest]) -> None:
        idle = self.rollout.unused_rules(wanted, self.registry)
        if idle:
            # Under xdist the controller never collects, but it sees this report and stops the run.
            text = f"--registry-enforcement: nothing is covered by {', '.join(idle)}; correct it"
            report = pytest.CollectReport("registry_enforcement", "failed", text, [])
            self._config.hook.pytest_collectreport(report=report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if not self._is_used:
            return (yield)
        if call.when == "call":
            item.user_properties += self.rollout.recorder.properties()
        report = yield
        # Not only the phases have reports: a subtest has its own.
        self._has_failed |= not report.passed
        is_over = report.when == "teardown"
        if is_over or not report.passed:
            try:
                self.rollout.judged(passed=not self._has_failed)
            except InvalidSettings as exc:
                report.sections.append(("schema registry", str(exc)))
        if is_over:
            self.rollout.end_test()
            if facts := self._facts():
                vars(report)[FACTS] = facts
        return report

    def _facts(self) -> dict[str, Any]:
        """Return the facts of this process since the last call."""
        if self._watch is not None:
            started = time.perf_counter()
            self._watch.settle(lambda schema: self.judge.validator(schema).bundled())
            self.rollout.recorder.seconds += time.perf_counter() - started
        return self.rollout.recorder.flush()

    def remaining_facts(self, exitstatus: int) -> dict[str, Any]:
        """Return the facts that no test's report has carried, and this process's duration.

        Args:
            exitstatus: pytest's. After an interrupted run no payload is checked again: its user
                does not want to wait for a registry.
        """
        if not self._is_used:
            return {}
        if self._replay is not None and exitstatus in JUDGED:
            started = time.perf_counter()
            self.rollout.recorder.replayed(self._replay.checked())
            self.rollout.recorder.seconds += time.perf_counter() - started
        facts = {**self._facts(), "session_seconds": time.perf_counter() - self._started}
        facts |= {"idle_lines": self._idle_lines} if self._idle_lines else {}
        return facts | ({"extent": self.extent} if self.settings.waivers else {})

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self._is_worker and (facts := self.remaining_facts(exitstatus)):
            self._config.workeroutput[FACTS] = facts  # type: ignore[attr-defined]  # xdist's

    def pytest_unconfigure(self) -> None:
        self._expectations.unwatch()
        if "source" in vars(self):
            self.source.close()
