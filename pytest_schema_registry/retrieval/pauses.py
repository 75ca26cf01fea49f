"""What failed, and when that is asked again: for what lives longer than a test session."""

from __future__ import annotations

import time
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.errors import SchemaRegistryError

#: Seconds.
FIRST = 1.0
LONGEST = 30.0


class _Failure(NamedTuple):
    error: SchemaRegistryError
    pause: float
    until: float


class Pauses:
    """The failures of one process, each of which holds for a pause only.

    The first pause is of 1 s; while an address fails again, each is twice as long as the one before
    it, up to 30 s.

    Args:
        clock: Seconds, from any point in time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, _Failure] = {}

    def failure(self, url: str) -> SchemaRegistryError | None:
        """How the last request for the address failed, unless the pause after it is over."""
        failed = self._failures.get(url)
        if failed is None or self._clock() >= failed.until:
            return None
        return copy(failed.error)

    def keep_failure(self, url: str, error: SchemaRegistryError) -> None:
        """Begin the pause after a request for an address that failed."""
        before = self._failures.get(url)
        pause = FIRST if before is None else min(2 * before.pause, LONGEST)
        self._failures[url] = _Failure(error, pause, self._clock() + pause)

    def recovered(self, *urls: str) -> None:
        """Forget how addresses failed, as a request was answered."""
        for url in urls:
            self._failures.pop(url, None)
