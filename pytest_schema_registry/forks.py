"""Renewal in a forked process, which has none of its parent's other threads.

What another thread held or did at the time of the fork would be held, and under way, for ever.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from types import TracebackType


class Renewable(Protocol):
    """What has to be renewed in a forked process."""

    def renew(self) -> None:
        """Forget what other threads hold and do."""


_living: WeakSet[Renewable] = WeakSet()


def renew_in_children(thing: Renewable) -> None:
    """Have a thing renewed in each process that is forked from this one, while the thing lives."""
    _living.add(thing)


class Lock:
    """A lock that is free in a forked process, whichever thread held it in the parent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Be free."""
        self._lock = threading.Lock()

    def acquire(self, timeout: float = -1) -> bool:
        """Wait for the lock, and return True once this thread has it.

        Args:
            timeout: The most seconds to wait; -1 for no limit.
        """
        return self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        """Let go of the lock."""
        self._lock.release()

    def locked(self) -> bool:
        """Check whether some thread has it."""
        return self._lock.locked()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _raised: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


def _renew_all() -> None:
    for thing in list(_living):
        thing.renew()


with suppress(AttributeError):  # Windows has no such function, and nothing forks there
    os.register_at_fork(after_in_child=_renew_all)
