"""The plugin's work in one process that needs it: the wiring, and no logic."""

from __future__ import annotations

import time
from contextlib import contextmanager
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pytest_schema_registry.contracts.current_test import CurrentTest
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.plugin import items
from pytest_schema_registry.plugin.configuration import Configuration
from pytest_schema_registry.plugin.events import ProcessEvents
from pytest_schema_registry.plugin.expectations import Expectations
from pytest_schema_registry.plugin.parametrization import Parametrization
from pytest_schema_registry.plugin.raw_options import EVENTS
from pytest_schema_registry.settings import DEFAULT_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from pytest_schema_registry.contracts.drift import Watch
    from pytest_schema_registry.contracts.evolution import Evolution
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.payload_replay import PayloadReplay
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.plugin.raw_options import RawOptions
    from pytest_schema_registry.registries.embedded import EmbeddedServer
    from pytest_schema_registry.registry import SchemaRegistry
    from pytest_schema_registry.retrieval.cache import SharedSession
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.settings.settings import Settings

#: The tests that a run collects: all of the project, all contract tests, or a part.
CollectionScope = Literal["project", "contracts", "part"]


class PluginSession:
    """The plugin in one process: the only one, the controller, or a worker.

    Args:
        config: The session's.
        raw: The raw values that were written for the session.
        session_id: The id that all processes of the session share.
        started: The start of the session, in seconds of :func:`time.perf_counter`.
        started_at: The start of the whole run, in seconds since the epoch, the same in all
            processes.
        columns: The width of the user's terminal; 0 where there is none.
        is_worker: True where a controller reports for this process.
        item: The test that runs already, if one does.

    Raises:
        InvalidSettings: Something on the command line or in the ini file is wrong.
    """

    def __init__(
        self,
        config: pytest.Config,
        raw: RawOptions,
        session_id: str,
        *,
        started: float,
        started_at: float,
        columns: int,
        is_worker: bool,
        item: pytest.Item | None,
    ) -> None:
        self._config = config
        self.configuration = Configuration(config, raw)
        self._session_id = session_id
        self._is_worker = is_worker
        self._started_at = started_at
        #: The width of the user's terminal; 0 where there is none.
        self.columns = columns
        #: The test that runs now, and the state that ends with it.
        self.test = CurrentTest()
        self.item: pytest.Item | None = None
        self._expectations = Expectations(self.test.unseen)
        #: The source and the rollout; None while nothing has needed them.
        self.source_in_use: SchemaSource | None = None
        self.rollout_in_use: Rollout | None = None
        #: The comparison of cassettes with what the registry says now, if it is asked for.
        self.watch: Watch | None = None
        self._embedded_server: EmbeddedServer | None = None
        #: The events that this process sends.
        self.events = ProcessEvents(self, started)
        #: The runs of each contract test.
        self.parametrization = Parametrization(self)
        #: The ratchet's lines that name no schema of the tests or of the registry.
        self.unused_lines: list[str] = []
        #: "part" until the collection has shown that no test, and so no comparison, is left out.
        self.collection_scope: CollectionScope = "part"
        #: True where there are compatibility rules, or an error in them.
        self.has_rules = False
        if self.configuration.any_set:
            if not is_worker:
                self.configuration.refuse_moved_root()
                self.configuration.refuse_lost_payloads()
                self._look_into_files()
            self.has_rules = bool(self.settings.compatibility or self.configuration.rules_error)
        if item is not None:
            self.begin_test(item)

    @property
    def asks_for_scope(self) -> bool:
        """True where rules are collected, or waivers or cassettes judged, by a run of all tests."""
        if self.has_rules or not self.configuration.any_set:
            return self.has_rules
        return self.settings.waivers is not None or self.settings.uses_cassettes

    def _look_into_files(self) -> None:
        """Read the files that settings name, so that errors in them show before any test runs."""
        settings, looking_into = self._settings_of_rollout, self.configuration.looking_into
        if settings.ratchet is not None:
            from pytest_schema_registry.contracts import ratchet

            with looking_into("ratchet"):
                ratchet.load(settings.ratchet)
        if settings.dead_letters is not None:
            from pytest_schema_registry.contracts.dead_letters import DeadLetters

            with looking_into("dead_letters"):
                DeadLetters(settings.dead_letters)
        if settings.waivers is not None:
            from pytest_schema_registry.compatibility import waivers

            with looking_into("waivers"):
                waivers.load(settings.waivers, settings.root)

    @property
    def settings(self) -> Settings:
        """The session's settings, made if any setting is written or a test needs them.

        Raises:
            InvalidSettings: Something on the command line or in the ini file is wrong.
        """
        return self.configuration.settings

    @property
    def versions(self) -> tuple[str, ...]:
        """The version lines that tests run against.

        Where no setting names any, the registry's protocol decides, which may be asked for here.
        """
        if self.settings.versions is not None:
            return self.settings.versions
        if self.configuration.environment_error is not None:
            return DEFAULT_VERSIONS  # each test fails with the error
        return self.source.versions

    @property
    def source(self) -> SchemaSource:
        """The source of the process's schemas, made when the first test needs one.

        Raises:
            InvalidSettings: An environment variable that counts is wrong, or a file that it names.
        """
        __tracebackhide__ = True
        if self.source_in_use is None:
            self.source_in_use = self._new_source()
        return self.source_in_use

    def refuse_wrong_environment(self) -> None:
        """Refuse a wrong environment variable.

        What a cached property raises has frames of Python's own, which no report can hide.

        Raises:
            InvalidSettings: A variable that counts is wrong.
        """
        __tracebackhide__ = True
        if self.configuration.environment_error is not None:
            with self.test.unseen:
                # A copy for each test, which gets a traceback of its own.
                raise copy(self.configuration.environment_error)

    def _new_source(self) -> SchemaSource:
        __tracebackhide__ = True
        self.refuse_wrong_environment()
        from pytest_schema_registry.retrieval.schema_source import SchemaSource

        cache_dir = None
        if self.settings.uses_cache:
            cache_dir = self.settings.cache_dir or items.cache_directory(self._config)
        recorder = self.rollout.recorder
        # A run that records says what it recorded, whatever it says about drift.
        if self.settings.drift.action != "off" or self.settings.mode == "record":
            from pytest_schema_registry.contracts.drift import watch

            self.watch = watch(self.settings, recorder.drifted, lambda: self.source.cassettes)
        answered = None if self.watch is None else self.watch.answered
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
    def noting_registry(self) -> SchemaRegistry:
        """The registry that tests hold: the same one, but it notes the errors it raises."""
        __tracebackhide__ = True
        with self.test.unseen:
            registry = self.registry
        from pytest_schema_registry.plugin.noting_registry import NotingRegistry

        return NotingRegistry(registry, self.test.unseen)

    @property
    def rollout(self) -> Rollout:
        """The process's rollout, which acts on usages and violations; made on first use."""
        if self.rollout_in_use is None:
            self.rollout_in_use = self._new_rollout()
        return self.rollout_in_use

    def _new_rollout(self) -> Rollout:
        from pytest_schema_registry.contracts.rollout import Rollout

        return Rollout.from_settings(self._settings_of_rollout, self._session, self.test)

    @property
    def _settings_of_rollout(self) -> Settings:
        """The settings; without dead letters where no test runs, as their file would be made."""
        if self.configuration.lists_only:
            return self.settings._replace(dead_letters=None)
        return self.settings

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the duration of a block as time that the plugin took."""
        started = time.perf_counter()
        yield
        self.rollout.recorder.seconds += time.perf_counter() - started

    @cached_property
    def evolution(self) -> Evolution:
        """The comparisons of schemas, made when the first test asks for one."""
        from pytest_schema_registry.contracts.evolution import Evolution

        with self.test.unseen:
            return Evolution(self.source, self.rollout, self.settings, columns=self.columns)

    @property
    def embedded_server(self) -> EmbeddedServer:
        """The registry for the code under test, started when the first test asks for it.

        Raises:
            InvalidSettings: The extra that it needs is not installed, a setting is wrong, or the
                system gives it too little.
        """
        __tracebackhide__ = True
        if self._embedded_server is None:
            try:
                from pytest_schema_registry.registries.embedded import EmbeddedServer
            except ModuleNotFoundError as exc:
                install = "pip install 'pytest-schema-registry[server]'"
                reason = f"it needs {exc.name}: {install}"
                raise InvalidSettings("the fixture registry_server", reason) from None
            listing = self.source.listing()
            try:
                self._embedded_server = EmbeddedServer(listing)
            except (OSError, RuntimeError) as exc:
                reason = (
                    f"its server cannot start ({exc}); close what tests leave open, or raise the "
                    "limits of the process (ulimit)"
                )
                raise InvalidSettings("the fixture registry_server", reason) from None
        return self._embedded_server

    @cached_property
    def replay(self) -> PayloadReplay | None:
        """The check of payloads against the next version line; None if no setting asks for it."""
        if self.settings.replay_payloads is None:
            return None
        from pytest_schema_registry.contracts.payload_replay import PayloadReplay

        old, new = self.settings.replay_payloads
        return PayloadReplay(self.source, self.judge, self.rollout, old=old, new=new)

    @cached_property
    def _session(self) -> SharedSession:
        from pytest_schema_registry import files
        from pytest_schema_registry.retrieval.cache import SharedSession

        directory = files.session_directory(self._session_id)
        return SharedSession(self._session_id, directory, self._started_at)

    def begin_test(self, item: pytest.Item) -> None:
        """Make a test the current one."""
        self.item = item
        self.events.uncount()
        self.test.begin(item.nodeid)
        self._expectations.watch()

    @property
    def verbosity(self) -> int:
        """The verbosity that the user asked for; 0 by default."""
        return self._config.get_verbosity()

    def paint(self, text: str, colour: str) -> str:
        """Return a text in a colour of pytest's, where the terminal shows colours."""
        return self._config.get_terminal_writer().markup(text, **{colour: True} if colour else {})

    def pytest_report_header(self) -> str | None:
        return self.settings.describe() if self.configuration.any_set else None

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self._is_worker and (events := self.events.remaining(exitstatus)):
            self._config.workeroutput[EVENTS] = events  # type: ignore[attr-defined]  # xdist's

    def pytest_unconfigure(self) -> None:
        self._expectations.unwatch()
        if self._embedded_server is not None:
            self._embedded_server.stop()
        if self.source_in_use is not None:
            self.source_in_use.close()
