"""The registry and the cassettes of a session, opened when they are first needed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

from pytest_schema_registry.forks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.registries.protocol import Registry, WireProtocol
    from pytest_schema_registry.registries.queries import Fetch
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.settings.settings import Settings

T = TypeVar("T")


class Lazy(Generic[T]):
    """A value that is made when it is first needed, once, however many threads need it.

    Args:
        make: Makes the value.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self.made: T | None = None

    def __call__(self) -> T:
        with self._lock:
            if self.made is None:
                self.made = self._make()
            return self.made


def registry(
    settings: Settings,
    protocol: WireProtocol,
    observe: Callable[[Fetch], None] | None = None,
    clock: Callable[[], float] = time.time,
) -> Registry:
    """Return the registry of the settings: a client over HTTP, or a directory.

    Args:
        settings: Settings that have a location.
        protocol: The wire format.
        observe: Called after each request over HTTP, retries included.
        clock: Returns seconds since the epoch.
    """
    location = settings.location
    assert location is not None  # noqa: S101  # replay asks nothing
    if location.directory is not None:
        from pytest_schema_registry.registries.directory import DirectoryRegistry

        return DirectoryRegistry(
            location.directory,
            location.shown,
            max_bytes=settings.max_schema_size,
            layout=settings.layout,
        )
    from pytest_schema_registry.registries.http import RegistryClient

    return RegistryClient(
        protocol,
        location,
        credentials=settings.credentials,
        timeout=settings.timeout,
        max_bytes=settings.max_schema_size,
        clock=clock,
        observe=observe,
    )


def cassettes(settings: Settings, protocol: WireProtocol) -> Cassettes:
    """Return the session's cassettes.

    Args:
        settings: The settings.
        protocol: The wire format of what they record.
    """
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes

    return Cassettes(
        settings.root,
        settings.cassettes,
        protocol,
        settings.record_command,
        is_alone=settings.is_unconfigured,
        is_beside=settings.location is not None and settings.location.directory is not None,
    )


def prepare_recording() -> None:
    """Import the writer of cassettes before a test can mock anything that it imports."""
    from pytest_schema_registry.retrieval.cassettes import vcr_writer  # noqa: F401
