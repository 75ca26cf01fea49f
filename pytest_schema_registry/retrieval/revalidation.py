"""Revalidation: the cache's entries that answer queries before any of them is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Query, Result
    from pytest_schema_registry.retrieval.confirmation import Confirmation

#: The fewest schemas for which one index request saves requests.
MIN_CONFIRMED = 2


class Revalidation:
    """Revalidates the cache's entries of one registry.

    Args:
        protocol: The registry's wire format.
        confirmation: Confirms entries by the index.
        cached: Returns the entry that holds for a query without a request, or None.
        old: Returns the entry of a query, however old it is, or None.
    """

    def __init__(
        self,
        protocol: WireProtocol,
        confirmation: Confirmation,
        cached: Callable[[Query], Result | None],
        old: Callable[[Query], Result | None],
    ) -> None:
        self._protocol = protocol
        self._confirmation = confirmation
        self._cached = cached
        self._old = old

    def entries(self, queries: Collection[Query]) -> Iterator[tuple[Query, list[Result]]]:
        """Yield the queries that the cache answers, each with the entries that do so.

        Expired entries are confirmed with one index request for all of them. An entry counts where
        the index lists its schema unchanged. Where the index cannot be had, or lists the schema
        with another change token, the schema needs a request of its own.

        Args:
            queries: The queries that are about to be made.
        """
        many = self._protocol.has_change_tokens and len(queries) >= MIN_CONFIRMED
        for query in queries:
            entries = self._kept(query)
            if entries and entries[-1].source == "stale cache":
                entries = self._confirmed(entries) if many else []
            if entries:
                yield query, entries

    def _kept(self, query: Query) -> list[Result]:
        """Return the entries that answer a query.

        A 404 counts only together with the entry for the name's other spelling, which comes last.
        """
        entry = self._cached(query) or self._old(query)
        if entry is None:
            return []
        if not entry.is_missing or not self._protocol.has_second_spelling:
            return [entry]
        other = self._old(query.suffixed)
        return [] if other is None else [entry, other]

    def _confirmed(self, entries: list[Result]) -> list[Result]:
        """Return expired entries with the index's age, if the index lists the last one unchanged.

        Otherwise return an empty list.
        """
        entry = entries[-1]
        confirmed = None if entry.is_missing else self._confirmation.confirmed(entry)
        if confirmed is None:
            return []
        # The entries are not rewritten: the cached index confirms them in the next session, too.
        then, source = confirmed.fetched_at, confirmed.source
        return [
            *(replace(each, fetched_at=then, source=source) for each in entries[:-1]),
            confirmed,
        ]
