"""Confirmation of kept results by the registry's index: one request for all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.schemas import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_schema_registry.registries.queries import Result
    from pytest_schema_registry.schemas import IndexEntry


class Confirmation:
    """Confirms results by an index that tells which schemas have changed.

    Args:
        retrieve: Retrieves a query's result; it is asked for the index only.
    """

    def __init__(self, retrieve: Callable[[Query], Result]) -> None:
        self._retrieve = retrieve
        self._read: tuple[Result | None, Mapping[tuple[str, str], IndexEntry]] = (None, {})

    def confirmed(self, result: Result) -> Result | None:
        """Return a result with the index's age, if the index shows that it is still right.

        A schema is confirmed where the index lists it unchanged; a 404, where the index does not
        list the name. Return None where the index cannot be had, or does not tell.

        Args:
            result: The result of a query for a schema.
        """
        index = self._index()
        if index is None:
            return None
        listed = self._entries(index)
        is_same = (
            (result.query.version, plain_name(result.query.name)) not in listed
            if result.is_missing
            else _is_unchanged(result, listed)
        )
        if not is_same:
            return None
        return replace(result, fetched_at=index.fetched_at, source=index.source, outage=None)

    def _index(self) -> Result | None:
        """Return the index; None where it cannot be had."""
        try:
            index = self._retrieve(Query(Kind.INDEX))
        except SchemaRegistryError:
            return None
        # An old copy of the index says nothing about today.
        is_new = index.source in ("registry", "cache") and index.outage is None
        return None if index.is_missing or not is_new else index

    def _entries(self, index: Result) -> Mapping[tuple[str, str], IndexEntry]:
        read, entries = self._read
        if read is not index:
            entries = {(each.version, each.name): each for each in index.entries}
            self._read = index, entries
        return entries


def _is_unchanged(result: Result, listed: Mapping[tuple[str, str], IndexEntry]) -> bool:
    schema = result.schema
    entry = listed.get((schema.version, schema.name))
    if entry is None or schema.token is None or entry.sha256 != schema.token:
        return False
    # The deprecation and the release may change while the content stays the same.
    return entry.deprecated is schema.deprecated and entry.release in (None, schema.release)
