"""What the plugin does in one process that needs it. The wiring, and no logic."""

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
    from pytest_schema_registry.contracts.payload_replay import Successors
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.plugin.markers import MarkerArgs, SchemaRequest
    from pytest_schema_registry.registry import SchemaRegistry
    from pytest_schema_registry.retrieval.cache import Session
    from pytest_schema_registry.retrieval.prefetch import Progress
    from pytest_schema_registry.settings.settings import Settings

#: What a run leaves nothing out of: the project, the contract tests, or neither.
Extent = Literal["project", "contracts", "part"]
NAME = "_registry_name"
WANTED = "registry_wanted"
#: How a run ends that has seen what it would judge.
JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class PluginSession:
    """The plugin in one process: the only one, the controller, or a worker.

    Args:
        config: The session's.
        places: What was written for the session.
        session_id: What all processes of the session have in common.
        started: When it began, as :func:`time.perf_counter` says.
        is_worker: Whether a controller reports what happens here.

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
        #: What the current test's checks have raised.
        self.unseen = Unseen()
        self._expectations = Expectations(self.unseen)
        self._params: dict[str, Any] = {}
        self._declared: dict[pytest.Item, MarkerArgs] = {}
        self._contracts: dict[tuple[SchemaRequest, tuple[str, ...]], Contract] = {}
        self._watch: Watch | None = None
        self._idle_lines: list[str] = []
        #: Of which no test, and so no comparison, is left out of this run.
        self.extent: Extent = "part"
        #: Whether there are compatibility rules, or waivers.
        self.has_rules = False
        if self._written.is_anything:
            if not is_worker:
                self._written.refuse_moved_root()
                self._written.refuse_lost_payloads()
                self._look_into_files()
            rules = self.settings.compatibility or self.settings.waivers or self.rules_error
            self.has_rules = bool(rules)

    def _look_into_files(self) -> None:
        """What is wrong in the files that settings name stops the session before any test, too."""
        if self.settings.ratchet or self.settings.dead_letters:
            with self._written.looking_into("ratchet", "dead-letters"):
                self._new_rollout()
        if self.settings.waivers:
            from pytest_schema_registry.compatibility.waivers import load

            with self._written.looking_into("waivers"):
                load(self.settings.waivers, self.settings.root)

    @property
    def settings(self) -> Settings:
        """What the session was told; a session that was told nothing, and asks nothing, has none.

        Raises:
            InvalidSettings: Something on the command line or in the ini file is wrong.
        """
        return self._written.settings

    @property
    def rules_error(self) -> InvalidSettings | None:
        """What is wrong with the compatibility rules in the environment."""
        return self._written.rules_error

    @property
    def insists_on_coverage(self) -> bool:
        """Whether coverage is asked for of this very run, and not only where there is any."""
        return self._written.insists_on_coverage

    @cached_property
    def registry(self) -> SchemaRegistry:
        """The process's registry, made when the first test needs it.

        Raises:
            InvalidEnvironment: An environment variable that counts is wrong.
        """
        if self._written.environment_error is not None:
            # Each test's own, with its own traceback.
            raise copy(self._written.environment_error)
        from pytest_schema_registry.registry import SchemaRegistry

        cache_dir = self.settings.cache_dir or items.cache_directory(self._config)
        recorder = self.rollout.recorder
        if self.settings.drift != "off":
            from pytest_schema_registry.contracts.drift import watch

            self._watch = watch(self.settings, recorder.drifted)
        answered = None if self._watch is None else self._watch.answered
        return SchemaRegistry.from_settings(
            self.settings,
            self._session,
            cache_dir,
            recorder.fetched,
            answered,
            served=self.rollout.served,
        )

    @cached_property
    def asked_registry(self) -> SchemaRegistry:
        """The same as tests hold it."""
        __tracebackhide__ = True
        with self.unseen:
            registry = self.registry
        from pytest_schema_registry.plugin.noting_registry import AskedRegistry

        return AskedRegistry(registry, self.unseen)

    @cached_property
    def rollout(self) -> Rollout:
        """What follows from what this process's tests do, made when the first one needs it."""
        rollout = self._new_rollout()
        if self._item is not None:
            rollout.begin_test(self._item.nodeid)
        return rollout

    @property
    def _is_used(self) -> bool:
        """Whether anything was done with a schema here."""
        return "rollout" in vars(self)

    @cached_property
    def evolution(self) -> Evolution:
        """The comparisons of schemas, made when the first test asks for one."""
        from pytest_schema_registry.contracts.evolution import Evolution

        with self.unseen:
            return Evolution(self.registry, self.rollout, self.settings)

    @cached_property
    def _successors(self) -> Successors | None:
        """What payloads say about the version line that comes next, where that is asked."""
        if self.settings.replay_payloads is None:
            return None
        from pytest_schema_registry.contracts.payload_replay import Successors

        return Successors(self.registry, self.rollout, *self.settings.replay_payloads)

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
        """What the current test may ask, shared by all tests that are about the same.

        Args:
            version: The version line it is about; None where that is negotiated.
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
        """What a run may ask, shared by all that are about the same.

        Args:
            wanted: What it is about.
            versions: The version lines it is run against; empty for the session's.
        """
        contract = self._contracts.get((wanted, versions))
        if contract is None:
            from pytest_schema_registry.contracts.contract import Contract

            contract = self._contracts[wanted, versions] = Contract(
                self.registry,
                wanted,
                self.rollout,
                versions=versions or self.settings.versions,
                verbose=self._config.get_verbosity() > 1,
                successors=self._successors,
            )
        return contract

    def begin_test(self, item: pytest.Item) -> None:
        """Another test begins."""
        self._item = item
        self._has_failed = False
        self.unseen.clear()
        self._expectations.watch()
        self._params = items.params(item)
        if self._is_used:
            self.rollout.begin_test(item.nodeid)

    @property
    def has_checked(self) -> bool:
        """Whether the current test has asked for a check, whatever came of it."""
        return self._is_used and self.rollout.has_checked

    @property
    def verbosity(self) -> int:
        """How much the user wants to see."""
        return self._config.get_verbosity()

    def pytest_report_header(self) -> str | None:
        return self.settings.describe() if self._written.is_anything else None

    @property
    def names_payloads(self) -> bool:
        """Whether it is written down where golden payloads are."""
        return self._written.payloads_setting is not None

    def letters_file(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """What collects an argument, if it holds dead letters."""
        from pytest_schema_registry.plugin.payload_items import letters_file

        return letters_file(path, parent, self)

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Run a contract test against each version line that it declares, and each name."""
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
        """Fetch what is declared before the first test, where no tool of the user's is in the way.

        What cannot be had is remembered, and becomes the error of the tests that declare it.
        """
        users = [item for item in session.items if VERSION in getattr(item, "fixturenames", ())]
        wanted = [each for item in session.items for each in getattr(item, WANTED, ())]
        lists = self._written.lists_only
        if (users or wanted) and not lists and self._written.environment_error is None:
            started = time.perf_counter()
            for item in users:
                with suppress(InvalidSettings):  # which is said where the test runs
                    self._declared[item] = items.declaration(item)
            wanted += [
                declared.wanted(items.params(item).get(NAME), items.params(item).get(VERSION))
                for item, declared in self._declared.items()
            ]
            self.registry.prefetch(wanted, self._progress())
            if self.settings.enforcement:
                self._refuse_idle_rules(wanted)
            if self.settings.ratchet and self.settings.mode != "record":
                # Recording is of what tests use.
                self._idle_lines = self.rollout.idle_lines(wanted, self.registry)
            self.rollout.recorder.seconds += time.perf_counter() - started

    def _progress(self) -> Progress | None:
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        # Nobody sees a worker's; what it fetches is in the controller's summary.
        if self._is_worker or terminal is None or self._config.get_verbosity() < 0:
            return None
        from pytest_schema_registry.retrieval.prefetch import Progress

        return Progress(terminal)

    def _refuse_idle_rules(self, wanted: list[SchemaRequest]) -> None:
        idle = self.rollout.idle_rules(wanted, self.registry)
        if idle:
            # Seen by the controller, which never collects under xdist; stops the run either way.
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
        # There are more reports than those of the phases: a subtest has its own.
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
        """What happened in this process since it was last asked."""
        if self._watch is not None:
            started = time.perf_counter()
            self._watch.settle(self.registry.bundled)
            self.rollout.recorder.seconds += time.perf_counter() - started
        return self.rollout.recorder.drained()

    def remaining_facts(self, exitstatus: int) -> dict[str, Any]:
        """What no test's report has told yet, and how long this process took.

        Args:
            exitstatus: pytest's; whoever interrupts a run does not wait for a registry.
        """
        if not self._is_used:
            return {}
        if self._successors is not None and exitstatus in JUDGED:
            started = time.perf_counter()
            self.rollout.recorder.succeeded(self._successors.checked())
            self.rollout.recorder.seconds += time.perf_counter() - started
        facts = {**self._facts(), "session_seconds": time.perf_counter() - self._started}
        facts |= {"idle_lines": self._idle_lines} if self._idle_lines else {}
        return facts | ({"extent": self.extent} if self.settings.waivers else {})

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self._is_worker and (facts := self.remaining_facts(exitstatus)):
            self._config.workeroutput[FACTS] = facts  # type: ignore[attr-defined]  # xdist's

    def pytest_unconfigure(self) -> None:
        self._expectations.unwatch()
        if "registry" in vars(self):
            self.registry.close()
