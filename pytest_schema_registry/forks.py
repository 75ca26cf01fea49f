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
    """A thing that a forked process has to renew."""

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

    def acquire(self) -> None:
        """Wait for the lock."""
        self._lock.acquire()

    def release(self) -> None:
        """Let go of the lock."""
        self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _raised: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.release()


def _renew_all() -> None:
    for thing in list(_living):
        thing.renew()


with suppress(AttributeError):  # Windows has no such function, and nothing forks there
    os.register_at_fork(after_in_child=_renew_all)
