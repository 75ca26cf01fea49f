"""Prefetching: declared schemas are retrieved before the first test, where that takes a network."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.plugin import items
from pytest_schema_registry.plugin.parametrization import NAME
from pytest_schema_registry.plugin.raw_options import VERSION

if TYPE_CHECKING:
    from pytest_schema_registry.plugin.progress import Progress
    from pytest_schema_registry.plugin.session import PluginSession
    from pytest_schema_registry.schemas import SchemaRequest

#: The attribute of our own items that holds their requests.
REQUESTS = "registry_requests"


class Prefetching:
    """The hook that retrieves schemas before a test can replace the network or the clock.

    Args:
        process: Gives the configuration, the source and the arguments of markers.
        config: The session's.
        is_worker: True where a controller reports for this process.
    """

    def __init__(self, process: PluginSession, config: pytest.Config, *, is_worker: bool) -> None:
        self._process = process
        self._config = config
        self._is_worker = is_worker

    @pytest.hookimpl(trylast=True)  # once the terminal's line on collecting is complete
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Retrieve all declared schemas, where that takes a network.

        A failure is remembered, and becomes the error of the tests that declare the schema.
        """
        process = self._process
        users = [item for item in session.items if VERSION in getattr(item, "fixturenames", ())]
        requests = [each for item in session.items for each in getattr(item, REQUESTS, ())]
        configuration = process.configuration
        if not (users or requests) or configuration.lists_only:
            return
        if configuration.environment_error is not None:
            return  # each test fails with it
        with process.timed():
            for item in users:
                params = items.params(item)
                with suppress(InvalidSettings):  # raised again where the test runs
                    args = process.parametrization.marker_args(item)
                    requests.append(args.request(params.get(NAME), params.get(VERSION)))
            process.source.prefetch(requests, self._progress())
            if process.settings.enforcement:
                self._refuse_unused_rules(requests)
            if process.settings.ratchet and process.settings.mode != "record":
                # A recording holds only what tests use, and this may fetch the index.
                process.unused_lines = process.rollout.unused_lines(
                    requests, process.registry.index
                )

    def _progress(self) -> Progress | None:
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        # Nobody sees a worker's terminal; the controller's summary has its fetches.
        if self._is_worker or terminal is None or self._process.verbosity < 0:
            return None
        from pytest_schema_registry.plugin.progress import Progress

        return Progress(terminal)

    def _refuse_unused_rules(self, requests: list[SchemaRequest]) -> None:
        unused = self._process.rollout.unused_rules(requests, self._process.registry.index)
        if unused:
            # Under xdist the controller never collects, but it sees this report and stops the run.
            text = (
                f"--registry-enforcement: nothing is covered by {', '.join(unused)}; correct it "
                f"(the versions of this run are {', '.join(self._process.versions)}, written so)"
            )
            report = pytest.CollectReport("registry_enforcement", "failed", text, [])
            self._config.hook.pytest_collectreport(report=report)
