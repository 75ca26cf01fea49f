"""The embedded server in this process: one for all tests, and afresh for each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_schema_registry.registries.connections import BackgroundServer
from pytest_schema_registry.registries.faults import FaultyApp, Traffic
from pytest_schema_registry.registries.registry_server import RegistryServer
from pytest_schema_registry.registries.served import ServedSchemas
from pytest_schema_registry.registries.server import CONFLUENT_PREFIX, create_app_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.registries.served import Listing


class EmbeddedServer:
    """A server in a thread of this process, on a free loopback port.

    Args:
        registry: The registry whose schemas it serves.
    """

    def __init__(self, registry: Listing) -> None:
        self._schemas = ServedSchemas(registry)
        self._app = FaultyApp(
            create_app_for(self._schemas), lambda scope: self._server.cut(scope["client"])
        )
        self._server = BackgroundServer(self._app)

    @contextmanager
    def for_one_test(self) -> Iterator[RegistryServer]:
        """Give the server to one test, and forget what the test did to it."""
        url = self._server.url
        traffic = self._app.traffic
        try:
            yield RegistryServer(url, f"{url}{CONFLUENT_PREFIX}", self._schemas, traffic)
        finally:
            self._server.cut_all(then=self._begin)

    def _begin(self) -> None:
        self._app.traffic = Traffic()
        self._schemas.reset()

    def stop(self) -> None:
        """Close all connections and the port, and end the thread."""
        self._server.stop()
