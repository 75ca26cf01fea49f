"""The recording of results: each goes into its cassette, and into no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.registries.queries import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Query, Result
    from pytest_schema_registry.retrieval.cache import Cache
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes


class Recording:
    """The recording of a session's results.

    Args:
        protocol: The registry's wire format.
        cache: Has the locks that all processes of the session share.
        cassettes: Opens the cassettes.
        answered: Called with each result, before it replaces its cassette. What it returns is
            called once the cassette is written.
    """

    def __init__(
        self,
        protocol: WireProtocol,
        cache: Cache,
        cassettes: Callable[[], Cassettes],
        answered: Callable[[Result], Callable[[], None]] | None,
    ) -> None:
        self._protocol = protocol
        self._cache = cache
        self._cassettes = cassettes
        self._answered = answered

    def shares_an_address(self, query: Query) -> bool:
        """Check whether a result may have been fetched for another query, with another cassette.

        An index may be fetched only to confirm a 404. A fixed release may be a version line of its
        own, and a release of another line; and one list of releases may be that of several lines.
        """
        is_list = query.kind in (Kind.INDEX, Kind.RELEASES)
        return is_list or self._protocol.fixed_release(query) is not None

    def record(self, result: Result) -> None:
        """Write a result into its cassette.

        Raises:
            CassetteNotWritten: The file cannot be written.
        """
        cassettes = self._cassettes()
        if result.value == "core" and not cassettes.has(result.query):
            return  # the protocol of cassettes that say nothing of it
        # On some disks names that differ in case are one file.
        path = str(cassettes.path(result.query)).casefold()
        with self._cache.lock(path):
            written = None if self._answered is None else self._answered(result)
            cassettes.save(result, staging=self._cache.staging(path))
            if written is not None:
                written()
