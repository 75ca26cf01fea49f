"""A caller that must not wait: it gets what is in memory, or is told that it would have to wait.

An event loop is such a caller. It asks without waiting first, and hands the rest to a thread.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_may_wait = ContextVar("may_wait", default=True)


class MustWait(Exception):
    """The answer is not in memory: it takes a file, a lock, the network or a compilation."""


def without_waiting(ask: Callable[[], T]) -> T:
    """Call a function, and return what it returns.

    Raises:
        MustWait: It would wait.
    """
    token = _may_wait.set(False)
    try:
        return ask()
    finally:
        _may_wait.reset(token)


def about_to_wait() -> None:
    """Tell that the caller is about to wait.

    Raises:
        MustWait: It must not.
    """
    if not _may_wait.get():
        raise MustWait
