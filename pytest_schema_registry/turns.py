"""Turns of threads that work for one event loop: while one computes, the others wait.

If several computed, the event loop would compete with all of them for the interpreter, and stand
still for longer.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

T = TypeVar("T")

#: Seconds after which a thread computes out of turn: whoever has the turn may be waiting for it.
_PATIENCE = 0.1

_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)


class _Turn:
    """A thread's part in the turns of all threads that share a lock."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._has_it = False

    def take(self) -> None:
        self._has_it = self._lock.acquire(timeout=_PATIENCE)

    def give_up(self) -> None:
        if self._has_it:
            self._has_it = False
            self._lock.release()


def in_turn(lock: threading.Lock, work: Callable[[], T]) -> T:
    """Call a function while no other thread computes, and return what it returns.

    Args:
        lock: The lock of all threads that take turns.
        work: The function.
    """
    turn = _Turn(lock)
    token = _turn.set(turn)
    turn.take()
    try:
        return work()
    finally:
        turn.give_up()
        _turn.reset(token)


@contextmanager
def others_turn() -> Iterator[None]:
    """Let the other threads compute while this one waits for a file, a lock or the network."""
    turn = _turn.get()
    if turn is None:
        yield
        return
    turn.give_up()
    try:
        yield
    finally:
        turn.take()
