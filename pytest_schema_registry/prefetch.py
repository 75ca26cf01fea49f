"""Retrieving schemas ahead of their use, several at a time."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

MAX_IN_FLIGHT = 16
THREAD_NAME = "schema-registry-prefetch"


def concurrently(work: Callable[[T], None], items: Iterable[T]) -> None:
    """Do work on items, at most 16 at a time, and wait until all is done.

    Args:
        work: What to do with one item; it raises nothing.
        items: The items.
    """
    # Daemon threads, not an executor: Ctrl-C must not wait for a registry that does not answer.
    pending = deque(items)

    def run() -> None:
        while True:
            try:
                item = pending.popleft()
            except IndexError:
                return
            work(item)

    threads = [
        threading.Thread(target=run, name=THREAD_NAME, daemon=True)
        for _ in range(min(MAX_IN_FLIGHT, len(pending)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
