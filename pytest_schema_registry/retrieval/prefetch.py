"""Prefetching: retrieves schemas before their use, several at a time, and shows the progress."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.schemas import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pytest_schema_registry.plugin.markers import SchemaRequest

T = TypeVar("T")
R = TypeVar("R")

THREAD_NAME = "schema-registry-prefetch"
#: Seconds of silence before the progress is shown.
PATIENCE = 1.0


def concurrently(work: Callable[[T], R], items: Iterable[T], at_most: int) -> Iterator[R]:
    """Call a function on items in several threads, and yield the results as they arrive.

    Args:
        work: The function to call on one item; it raises nothing.
        items: The items.
        at_most: The largest number of items in work at a time.
    """
    # Daemon threads, not an executor: Ctrl-C must not wait for a registry that does not answer.
    pending = deque(items)
    finished: queue.SimpleQueue[tuple[R, ...]] = queue.SimpleQueue()

    def run() -> None:
        try:
            while True:
                try:
                    item = pending.popleft()
                except IndexError:
                    return
                finished.put((work(item),))
        finally:
            finished.put(())  # even after an exception, or the loop below would never end

    running = min(at_most, len(pending))
    for _ in range(running):
        threading.Thread(target=run, name=THREAD_NAME, daemon=True).start()
    while running:
        result = finished.get()
        yield from result
        running -= not result


def prefetch(
    wanted: Collection[SchemaRequest],
    retrieve: Callable[[SchemaRequest], bool],
    revalidate: Callable[[Collection[Query]], set[Query]],
    *,
    at_most: int,
    observe: Callable[[int, int, int], None] | None = None,
) -> None:
    """Retrieve schemas: first those that the cache can serve, then the others.

    Args:
        wanted: The schemas, each with its name.
        retrieve: Retrieves one schema, and returns whether it can be had.
        revalidate: Serves the queries that need no request of their own, and returns those.
        at_most: The largest number of schemas in work at a time.
        observe: Called after each of the others, with the numbers of schemas that were retrieved,
            that were tried, and that are to be tried.
    """
    question_of = {
        each: Query(Kind.SCHEMA, each.version, plain_name(each.name or ""))
        for each in wanted
        if each.version is not None and each.release is None
    }
    asking = {query: each for each, query in question_of.items()}
    settled = revalidate(asking)
    for _ in concurrently(retrieve, [asking[query] for query in settled], at_most):
        pass  # the schemas they refer to may need a request
    elsewhere = [each for each in dict.fromkeys(wanted) if question_of.get(each) not in settled]
    fetched = 0
    for tried, had in enumerate(concurrently(retrieve, elsewhere, at_most), 1):
        fetched += had
        if observe is not None:
            observe(fetched, tried, len(elsewhere))


class Terminal(Protocol):
    """The part of pytest's terminal reporter that `Progress` uses."""

    @property
    def isatty(self) -> bool: ...

    def rewrite(self, line: str, **markup: bool) -> None: ...

    def write_line(self, line: str) -> None: ...


class Progress:
    """The progress of prefetching, shown where that takes longer than a second.

    A terminal shows one line that is rewritten in place. At the end, one line tells how long it
    took. A log shows only that last line.

    Args:
        terminal: The terminal to write to.
        clock: Returns seconds since any fixed point in time.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._clock = clock
        self._began = clock()

    def __call__(self, fetched: int, tried: int, total: int) -> None:
        """Show the progress after one more schema was tried.

        Args:
            fetched: The number of schemas retrieved so far.
            tried: The number tried so far; those that were not retrieved cannot be had.
            total: The number of schemas to try.
        """
        seconds = self._clock() - self._began
        if seconds < PATIENCE:
            return
        if tried < total:
            if self._terminal.isatty:
                self._terminal.rewrite(f"schema registry: fetched {tried} / {total}", erase=True)
            return
        if self._terminal.isatty:
            self._terminal.rewrite("", erase=True)
            self._terminal.rewrite("")
        count = f"{total}" if fetched == total else f"{fetched} of {total}"
        noun = "schema" if total == 1 else "schemas"
        self._terminal.write_line(f"schema registry: fetched {count} {noun} in {seconds:.1f} s")
