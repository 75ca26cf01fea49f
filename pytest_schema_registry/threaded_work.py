"""Work in threads, for which tasks of asyncio and of trio wait.

anyio was looked at. Its ``to_thread`` gives up the thread of a cancelled task, with what the thread
was about to bring to others. Its ``from_thread`` waits for the event loop: for ever, if that has
stopped. And its first use stalls the loop for an import of 40 ms.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.forks import renew_in_children
from pytest_schema_registry.turns import in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")

THREAD_NAME = "schema-registry"
_CLOSED = "this registry is closed; open another one"


class ThreadedWork:
    """Work in a few threads; tasks that want the same share it.

    A task that is cancelled is let go at once, and the work goes on to its end: its result is kept
    for others.

    Args:
        at_most: The most threads.
    """

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._closing: Future[None] | None = None
        self.renew()
        renew_in_children(self)

    def renew(self) -> None:
        """Begin without the threads of a parent process, and without the work under way there."""
        self._threads = ThreadPoolExecutor(self._at_most, THREAD_NAME)
        self._turns = threading.Lock()
        self._changing = threading.Lock()
        self._under_way: dict[Hashable, Future[Any]] = {}
        if self._closing is not None:
            self._closing = Future()
            self._closing.set_result(None)

    def refuse_if_closed(self) -> None:
        """Do nothing while this is open.

        Raises:
            RuntimeError: It is closed.
        """
        if self._closing is not None:
            raise RuntimeError(_CLOSED)

    async def result(self, key: Hashable, work: Callable[[], T]) -> T:
        """Do work in a thread, and return its result.

        Args:
            key: What the work is for. Tasks share the work that is under way for it.
            work: The work.

        Raises:
            RuntimeError: This is closed.
            Exception: Whatever the work raises.
        """
        with self._changing:
            self.refuse_if_closed()
            future = self._under_way.get(key)
            if is_first := future is None:
                future = self._under_way[key] = self._threads.submit(in_turn, self._turns, work)
        if is_first:
            future.add_done_callback(partial(self._forget, key))
        await _end_of(future)
        try:
            result: T = future.result()
        except SchemaRegistryError as exc:
            # Each task's own, with its own traceback.
            raise copy(exc) from None
        return result

    async def close(self, last: Callable[[], None]) -> None:
        """Take no more work, wait for what is under way, and end the threads.

        Later calls wait for the same. If the caller is cancelled, threads do all this without it.

        Args:
            last: The last work, done after all other.
        """
        with self._changing:
            if self._closing is None:
                pending = list(self._under_way.values())
                self._closing = self._threads.submit(_finish, pending, last)
                self._threads.shutdown(wait=False)
            closing = self._closing
        await _end_of(closing)
        closing.result()
        # They have nothing left to do, so this takes no time.
        self._threads.shutdown(wait=True)

    def _forget(self, key: Hashable, _done: Future[Any]) -> None:
        with self._changing:
            del self._under_way[key]


def _finish(pending: list[Future[Any]], last: Callable[[], None]) -> None:
    wait(pending)
    last()


async def _end_of(future: Future[Any]) -> None:
    """Wait for a future of another thread, without a thread of one's own."""
    ended, call_soon = _event_here()

    def tell(_done: Future[Any]) -> None:
        # The event loop may be closed by now.
        with suppress(RuntimeError):
            call_soon(ended.set)

    future.add_done_callback(tell)
    await ended.wait()


def _event_here() -> tuple[Any, Callable[[Callable[[], object]], object]]:
    """Return an event of the running loop, and how other threads have this loop call something."""
    trio = sys.modules.get("trio")
    if trio is not None:
        # The loop is asyncio's; or it must be, while another thread is importing trio.
        with suppress(RuntimeError, AttributeError):
            return trio.Event(), trio.lowlevel.current_trio_token().run_sync_soon
    return asyncio.Event(), asyncio.get_running_loop().call_soon_threadsafe
