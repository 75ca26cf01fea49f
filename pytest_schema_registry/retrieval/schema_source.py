"""The schemas of one registry: the parts of retrieval, put together by the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.retrieval import opening
from pytest_schema_registry.retrieval.cache import Cache
from pytest_schema_registry.retrieval.catalogue import Catalogue
from pytest_schema_registry.retrieval.opening import Lazy
from pytest_schema_registry.retrieval.prefetch import prefetch
from pytest_schema_registry.retrieval.realm import realm
from pytest_schema_registry.retrieval.resolver import Resolver
from pytest_schema_registry.schema_types import all_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pytest_schema_registry.registries.queries import Fetch, Result
    from pytest_schema_registry.retrieval.cache import SharedSession
    from pytest_schema_registry.retrieval.pauses import Pauses
    from pytest_schema_registry.schemas import OldCopy, Schema, SchemaRequest
    from pytest_schema_registry.settings.settings import Settings


class SchemaSource:
    """The schemas of one registry, from wherever the mode allows.

    Args:
        settings: Validated settings.
        session: The identity that the processes of a session share; its owner closes it.
        cache_dir: The directory of cache entries; None keeps them for this session only.
        observe: Called after each request over HTTP, retries included.
        answered: Called with each result, wherever it came from.
        served: Called with the old copies that a value given to the user rests on.
        pauses: The pauses after which failed requests are repeated; None never repeats one in
            this session.

    Attributes:
        catalogue: Finds schemas by name, and prepares them to check payloads.
    """

    def __init__(
        self,
        settings: Settings,
        session: SharedSession,
        cache_dir: Path | None,
        *,
        observe: Callable[[Fetch], None] | None = None,
        answered: Callable[[Result], None] | None = None,
        served: Callable[[tuple[OldCopy, ...]], None] | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self.settings = settings
        self._observe_served = served
        self._registry = Lazy(lambda: opening.registry(settings, observe))
        self._cache = Cache(
            cache_dir,
            session,
            ttl=settings.cache_ttl,
            # The holder of an address's lock may need its whole time budget, and that of the index.
            lock_timeout=2 * (3 * settings.timeout + 5),
            realm=realm(settings.location, settings.credentials),
        )
        cassettes = Lazy(lambda: opening.cassettes(settings))
        if settings.mode == "record":
            cassettes().prepare()
        self._resolver = Resolver(
            settings,
            opening.protocol(),
            self._registry,
            self._cache,
            cassettes,
            answered=answered,
            pauses=pauses,
        )
        self.catalogue = Catalogue(
            self._resolver,
            all_types(formats=settings.format_assertion, default_draft=settings.default_draft),
            settings.versions,
            self.served,
            # A recording holds all that a check needs, even where the run checks nothing.
            follows=settings.mode == "record",
        )

    def schema(
        self,
        name: str,
        version: str | None = None,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """Return a schema as :meth:`SchemaRegistry.get_schema` does, with the same arguments.

        The caller reports the old copies that the schema rests on, with :meth:`served`.
        """
        if version is not None:
            if prefer is not None or fallback is not None:
                raise TypeError("give a version, or prefer and fallback, not both")
            return self.catalogue.schema(name, version, release)
        candidates: tuple[str, ...]
        if prefer is not None:
            candidates = (prefer,) if fallback is None else (prefer, fallback)
        elif fallback is not None:
            raise TypeError("fallback needs prefer")
        else:
            candidates = self.settings.versions[::-1]
        return self.catalogue.negotiated(name, candidates, release)

    def served(self, old_copies: tuple[OldCopy, ...]) -> None:
        """Report the old copies that a value given to the user rests on."""
        if old_copies and self._observe_served is not None:
            self._observe_served(old_copies)

    def prefetch(
        self,
        requests: Iterable[SchemaRequest],
        observe: Callable[[int, int, int], None] | None = None,
    ) -> None:
        """Retrieve schemas before their use, several at a time, where that takes a network.

        A schema that cannot be had raises no error here: the error is kept, and raised where the
        schema is used.

        Args:
            requests: The schemas; those without a name are left for later.
            observe: Called after each schema that may need a request of its own, with the numbers
                of schemas that were retrieved, that were tried, and that are to be tried.
        """
        if self.settings.remote:
            prefetch(
                [each for each in requests if each.name is not None],
                self._is_retrieved,
                self._resolver.revalidate,
                at_most=self.settings.max_in_flight,
                observe=observe,
            )

    def _is_retrieved(self, request: SchemaRequest) -> bool:
        assert request.name is not None  # noqa: S101  # those without are left for later
        try:
            schema = self.schema(
                request.name, request.version, request.release, request.prefer, request.fallback
            )
            self.catalogue.retrieve_references(schema)
        except SchemaRegistryError:
            return False
        return True

    def cache_size(self) -> int:
        """Return the number of entries in the cache."""
        return self._cache.size()

    def close(self) -> None:
        """Close the connections."""
        if self._registry.made is not None:
            self._registry.made.close()
