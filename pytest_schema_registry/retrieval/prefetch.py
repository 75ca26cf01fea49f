"""Retrieving schemas ahead of their use: several at a time, and saying how far that is."""

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
#: Seconds after which somebody may wonder what is going on.
PATIENCE = 1.0


def concurrently(work: Callable[[T], R], items: Iterable[T], at_most: int) -> Iterator[R]:
    """Do work on items, several at a time, and yield what it gives, whatever is done first.

    Args:
        work: What to do with one item; it raises nothing.
        items: The items.
        at_most: How many are worked on at a time.
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
            finished.put(())  # even where it did raise: nobody waits for a thread that is gone

    running = min(at_most, len(pending))
    for _ in range(running):
        threading.Thread(target=run, name=THREAD_NAME, daemon=True).start()
    while running:
        result = finished.get()
        yield from result
        running -= not result


def ahead(
    wanted: Collection[SchemaRequest],
    retrieve: Callable[[SchemaRequest], bool],
    at_hand: Callable[[Collection[Query]], set[Query]],
    *,
    at_most: int,
    observe: Callable[[int, int, int], None] | None = None,
) -> None:
    """Retrieve schemas: first what one question settles for many, then the others.

    Args:
        wanted: The schemas, each with its name.
        retrieve: Retrieves one, and says whether it can be had.
        at_hand: Answers those questions that need no request of their own, and says which.
        at_most: How many are retrieved at a time.
        observe: Told how many there are, were asked for and will be, each time one was.
    """
    question_of = {
        each: Query(Kind.SCHEMA, each.version, plain_name(each.name or ""))
        for each in wanted
        if each.version is not None and each.release is None
    }
    asking = {question: each for each, question in question_of.items()}
    settled = at_hand(asking)
    for _ in concurrently(retrieve, [asking[question] for question in settled], at_most):
        pass  # what they refer to may be elsewhere
    elsewhere = [each for each in dict.fromkeys(wanted) if question_of.get(each) not in settled]
    fetched = 0
    for tried, had in enumerate(concurrently(retrieve, elsewhere, at_most), 1):
        fetched += had
        if observe is not None:
            observe(fetched, tried, len(elsewhere))


class Terminal(Protocol):
    """What is used of pytest's terminal reporter."""

    @property
    def isatty(self) -> bool: ...

    def rewrite(self, line: str, **markup: bool) -> None: ...

    def write_line(self, line: str) -> None: ...


class Progress:
    """Says how far fetching is, where it takes longer than a second.

    Whoever watches a terminal sees one line that is rewritten in place. What is left of it, and all
    that a log shows, is how long it took.

    Args:
        terminal: Where to say it.
        clock: Seconds, from any point in time.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._clock = clock
        self._began = clock()

    def __call__(self, fetched: int, tried: int, total: int) -> None:
        """Take note.

        Args:
            fetched: How many schemas there are by now.
            tried: How many have been asked for; the others cannot be had.
            total: How many there are to be.
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
