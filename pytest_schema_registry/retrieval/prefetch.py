"""Prefetching: retrieves schemas before their use, several at a time."""

from __future__ import annotations

import queue
import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from pytest_schema_registry.addresses import split
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.schemas import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pytest_schema_registry.schemas import SchemaRequest

T = TypeVar("T")
R = TypeVar("R")

THREAD_NAME = "schema-registry-prefetch"


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
    requests: Collection[SchemaRequest],
    retrieve: Callable[[SchemaRequest], bool],
    revalidate: Callable[[Collection[Query]], set[Query]],
    *,
    at_most: int,
    observe: Callable[[int, int, int], None] | None = None,
) -> None:
    """Retrieve schemas: first those that the cache can serve, then the others.

    Args:
        requests: The schemas, each with its name.
        retrieve: Retrieves one schema, and returns whether the registry sent it.
        revalidate: Serves the queries that the cache can answer, and returns them.
        at_most: The largest number of schemas in work at a time.
        observe: Called after each of the others, with the numbers of schemas that the registry
            sent, that were tried, and that are to be tried.
    """
    query_of = {
        each: Query(Kind.SCHEMA, each.version, split(plain_name(each.name or ""))[0])
        for each in requests
        if each.version is not None and each.release is None
    }
    settled = revalidate(set(query_of.values()))
    kept = [each for each, query in query_of.items() if query in settled]
    for _ in concurrently(retrieve, kept, at_most):
        pass  # the schemas they refer to may need a request
    elsewhere = [each for each in dict.fromkeys(requests) if query_of.get(each) not in settled]
    fetched = 0
    for tried, had in enumerate(concurrently(retrieve, elsewhere, at_most), 1):
        fetched += had
        if observe is not None:
            observe(fetched, tried, len(elsewhere))
