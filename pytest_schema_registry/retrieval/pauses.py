"""Pauses between a failed request and the next one to the same address.

They are for a registry object that lives longer than a test session.
"""

from __future__ import annotations

import time
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.errors import SchemaRegistryError

#: The first pause, in seconds.
FIRST = 1.0
#: The longest pause, in seconds, where an old copy is served meanwhile.
LONGEST = 30.0
#: The longest pause, in seconds, where there is nothing to serve meanwhile.
LONGEST_WITHOUT_COPY = 2.0


class _Failure(NamedTuple):
    error: SchemaRegistryError
    ended_at: float
    pause: float


class Pauses:
    """The failures of one process, each of which holds for a pause only.

    The first pause lasts 1 s. Each further failure of an address doubles the pause: up to 30 s
    where an old copy is served meanwhile, and else up to 2 s.

    Args:
        clock: Returns seconds since any fixed point in time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, _Failure] = {}

    def failure(self, url: str, *, has_copy: bool) -> SchemaRegistryError | None:
        """Return the error of the last request for the address, or None after its pause.

        Args:
            url: The address.
            has_copy: True where an old copy is served during the pause.
        """
        failed = self._failures.get(url)
        if failed is None:
            return None
        pause = failed.pause if has_copy else min(failed.pause, LONGEST_WITHOUT_COPY)
        return copy(failed.error) if self._clock() < failed.ended_at + pause else None

    def keep_failure(self, url: str, error: SchemaRegistryError) -> None:
        """Keep the error of a failed request, and begin the pause after it."""
        before = self._failures.get(url)
        pause = FIRST if before is None else min(2 * before.pause, LONGEST)
        self._failures[url] = _Failure(error, self._clock(), pause)

    def recovered(self, *urls: str) -> None:
        """Forget the failures of addresses, because the registry answered a request."""
        for url in urls:
            self._failures.pop(url, None)
