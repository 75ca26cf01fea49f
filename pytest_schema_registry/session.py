"""What the plugin does in one process that needs it. The wiring, and no logic."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_schema_registry import host
from pytest_schema_registry.errors import InvalidSettings, SchemaRegistryError
from pytest_schema_registry.host import FACTS, UNCHECKED, VERSION
from pytest_schema_registry.written import Written

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_schema_registry.cache import Session
    from pytest_schema_registry.contract import Contract
    from pytest_schema_registry.declarations import Declaration, Wanted
    from pytest_schema_registry.drift import Watch
    from pytest_schema_registry.evolution import Evolution
    from pytest_schema_registry.prefetch import Progress
    from pytest_schema_registry.registry import SchemaRegistry
    from pytest_schema_registry.rollout import Rollout
    from pytest_schema_registry.settings import Settings
    from pytest_schema_registry.successors import Successors

#: What a run leaves nothing out of: the project, the contract tests, or neither.
Extent = Literal["project", "contracts", "part"]
NAME = "_registry_name"
WANTED = "registry_wanted"
#: How a run ends that has seen what it would judge.
JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class Process:
    """The plugin in one process: the only one, the controller, or a worker.

    Args:
        config: The session's.
        session_id: What all processes of the session have in common.
        owns_session: Whether this process is the last one to end.
        started: When it began, as :func:`time.perf_counter` says.

    Raises:
        InvalidSettings: Something on the command line or in the ini file is wrong.
    """

    def __init__(
        self,
        config: pytest.Config,
        *,
        session_id: str,
        owns_session: bool,
        started: float,
    ) -> None:
        self._config = config
        self._written = Written(config)
        self._session_id = session_id
        self._owns_session = owns_session
        self._started = started
        self._declared: dict[pytest.Item, Declaration] = {}
        self._contracts: dict[tuple[Wanted, tuple[str, ...]], Contract] = {}
        self._watch: Watch | None = None
        #: Of which no test, and so no comparison, is left out of this run.
        self.extent: Extent = "part"
        if self._written.is_anything and self._owns_session:
            self._look_into_files()

    def _look_into_files(self) -> None:
        """What is wrong in the files that settings name stops the session before any test, too."""
        if self.settings.ratchet or self.settings.dead_letters:
            with self._written.looking_into("ratchet", "dead-letters"):
                self._new_rollout()
        if self.settings.waivers:
            from pytest_schema_registry import waivers

            with self._written.looking_into("waivers"):
                waivers.load(self.settings.waivers, self.settings.root)

    @property
    def settings(self) -> Settings:
        """What the session was told; a session that was told nothing, and asks nothing, has none.

        Raises:
            InvalidSettings: Something on the command line or in the ini file is wrong.
        """
        return self._written.settings

    @property
    def has_rules(self) -> bool:
        """Whether the settings have compatibility rules, or waivers."""
        return self._written.is_anything and bool(
            self.settings.compatibility or self.settings.waivers or self.rules_error
        )

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

        cache_dir = self.settings.cache_dir or host.cache_directory(self._config)
        recorder = self.rollout.recorder
        if self.settings.drift != "off":
            from pytest_schema_registry.drift import watch

            self._watch = watch(self.settings, recorder.drifted)
        answered = None if self._watch is None else self._watch.answered
        return SchemaRegistry.from_settings(
            self.settings, self._session, cache_dir, recorder.fetched, answered
        )

    @cached_property
    def rollout(self) -> Rollout:
        """What follows from what this process's tests do, made when the first one needs it."""
        rollout = self._new_rollout()
        if "_item" in vars(self):
            rollout.begin_test(self._item.nodeid)
        return rollout

    @cached_property
    def evolution(self) -> Evolution:
        """The comparisons of schemas, made when the first test asks for one."""
        from pytest_schema_registry.evolution import Evolution

        return Evolution(self.registry, self.rollout, self.settings)

    @cached_property
    def _successors(self) -> Successors | None:
        """What payloads say about the version line that comes next, where that is asked."""
        if self.settings.replay_payloads is None:
            return None
        from pytest_schema_registry.successors import Successors

        return Successors(self.registry, self.rollout, *self.settings.replay_payloads)

    def _new_rollout(self) -> Rollout:
        from pytest_schema_registry.rollout import Rollout

        return Rollout.from_settings(self.settings, self._session)

    @cached_property
    def _session(self) -> Session:
        from pytest_schema_registry.cache import Session

        return Session(self._session_id, session_directory(self._session_id))

    @property
    def version(self) -> str:
        """The version line that the current test is about."""
        version: str | None = self._params.get(VERSION)
        return version or self.contract_of_test(None).version

    def contract_of_test(self, version: str | None) -> Contract:
        """What the current test may ask, shared by all tests that are about the same.

        Args:
            version: The version line it is about; None where that is negotiated.
        """
        declared = self._declared.get(self._item) or host.declaration(self._item)
        if not declared.is_run_by(self._params.get(NAME), self._params.get(VERSION)):
            raise InvalidSettings(
                "@pytest.mark.registry_schema",
                "on a parameter, or on a test that is collected already, it can no longer choose "
                "names and versions; put it on the test",
            )
        return self.contract(declared.wanted(self._params.get(NAME), version), declared.versions)

    def contract(self, wanted: Wanted, versions: tuple[str, ...] = ()) -> Contract:
        """What a run may ask, shared by all that are about the same.

        Args:
            wanted: What it is about.
            versions: The version lines it is run against; empty for the session's.
        """
        contract = self._contracts.get((wanted, versions))
        if contract is None:
            from pytest_schema_registry.contract import Contract

            contract = self._contracts[wanted, versions] = Contract(
                self.registry,
                wanted,
                self.rollout,
                versions=versions or self.settings.versions,
                verbose=self._config.get_verbosity() > 1,
                successors=self._successors,
            )
        return contract

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._item = item
        self._params = host.params(item)
        if "rollout" in vars(self):
            self.rollout.begin_test(item.nodeid)

    @property
    def verbosity(self) -> int:
        """How much the user wants to see."""
        return self._config.get_verbosity()

    def pytest_report_header(self) -> str | None:
        return self.settings.describe() if self._written.is_anything else None

    def payload_file(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """What collects a file, if it holds payloads."""
        from pytest_schema_registry.golden import collector

        return collector(path, parent, self, is_argument=parent.session.isinitpath(path))

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Run a contract test against each version line that it declares, and each name."""
        try:
            declared = host.declaration(metafunc.definition)
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
                    self._declared[item] = host.declaration(item)
            wanted += [
                declared.wanted(host.params(item).get(NAME), host.params(item).get(VERSION))
                for item, declared in self._declared.items()
            ]
            self.registry.prefetch(wanted, self._progress())
            if self.settings.enforcement:
                self._refuse_idle_rules(wanted)
            self.rollout.recorder.seconds += time.perf_counter() - started

    def _progress(self) -> Progress | None:
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        # A worker of xdist has none; what it fetches is in the controller's summary.
        if terminal is None or self._config.get_verbosity() < 0:
            return None
        from pytest_schema_registry.prefetch import Progress

        return Progress(terminal)

    def _refuse_idle_rules(self, wanted: list[Wanted]) -> None:
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
        if call.when == "call" and "rollout" in vars(self):
            item.user_properties += self.rollout.recorder.properties()
        report = yield
        if "rollout" in vars(self) and (report.when == "call" or not report.passed):
            try:
                self.rollout.judged(passed=report.passed)
            except InvalidSettings as exc:
                report.sections.append(("schema registry", str(exc)))
        if report.when == "teardown" and (facts := self._facts()):
            vars(report)[FACTS] = facts
        if call.excinfo is not None and isinstance(call.excinfo.value, SchemaRegistryError):
            if not hasattr(report, "wasxfail"):
                vars(report)[UNCHECKED] = True
            elif not host.expects(item, call.excinfo.value):
                # An xfail speaks of the payload; that nothing was checked must not hide behind it.
                del report.wasxfail
                report.outcome = "failed"
                vars(report)[UNCHECKED] = True
        return report

    def _facts(self) -> dict[str, Any]:
        """What happened in this process since it was last asked."""
        if "rollout" not in vars(self):
            return {}
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
        if "rollout" not in vars(self):
            return {}
        if self._successors is not None and exitstatus in JUDGED:
            started = time.perf_counter()
            self.rollout.recorder.succeeded(self._successors.checked())
            self.rollout.recorder.seconds += time.perf_counter() - started
        facts = {**self._facts(), "session_seconds": time.perf_counter() - self._started}
        return facts | ({"extent": self.extent} if self.settings.waivers else {})

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if not self._owns_session and (facts := self.remaining_facts(exitstatus)):
            self._config.workeroutput[FACTS] = facts  # type: ignore[attr-defined]  # xdist's

    def pytest_unconfigure(self) -> None:
        if "registry" in vars(self):
            self.registry.close()
        directory = session_directory(self._session_id)
        if self._owns_session and directory.exists():
            shutil.rmtree(directory, ignore_errors=True)


def session_directory(session_id: str) -> Path:
    """Where a session caches what it cannot, or may not, keep for the next."""
    return Path(tempfile.gettempdir()) / f"pytest-schema-registry-{session_id}"
