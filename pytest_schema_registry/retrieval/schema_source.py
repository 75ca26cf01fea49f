"""The schemas of one registry: the parts of retrieval, put together by the settings."""

from __future__ import annotations

import time
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

from pytest_schema_registry.errors import (
    CassetteMissing,
    InvalidSettings,
    SchemaNotFound,
    SchemaRegistryError,
)
from pytest_schema_registry.forks import Lock
from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.registries.detection import Detection
from pytest_schema_registry.retrieval import opening
from pytest_schema_registry.retrieval.cache import Cache
from pytest_schema_registry.retrieval.catalogue import Catalogue
from pytest_schema_registry.retrieval.opening import Lazy
from pytest_schema_registry.retrieval.prefetch import prefetch
from pytest_schema_registry.retrieval.protocol_choice import ProtocolChoice, UnknownRegistry
from pytest_schema_registry.retrieval.realm import realm
from pytest_schema_registry.retrieval.resolver import Resolver
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.settings import DEFAULT_SUBJECT
from pytest_schema_registry.turns import others_turn
from pytest_schema_registry.waiting import about_to_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pytest_schema_registry.registries.directory import DirectoryRegistry
    from pytest_schema_registry.registries.protocol import Registry, WireProtocol
    from pytest_schema_registry.registries.queries import Fetch, Result
    from pytest_schema_registry.registries.served import Listing
    from pytest_schema_registry.retrieval.cache import SharedSession
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.retrieval.pauses import Pauses
    from pytest_schema_registry.schemas import OldCopy, Schema, SchemaRequest
    from pytest_schema_registry.settings.settings import Settings


class _Parts(NamedTuple):
    """The parts of a source that depend on the registry's protocol."""

    protocol: WireProtocol
    versions: tuple[str, ...]
    registry: Lazy[Registry]
    cassettes: Lazy[Cassettes]
    resolver: Resolver
    catalogue: Catalogue
    #: False where the registry did not tell its protocol, and may tell it the next time.
    is_final: bool


class SchemaSource:
    """The schemas of one registry, from wherever the mode allows.

    Nothing is asked before the first schema is, or the first list of version lines.

    Args:
        settings: Validated settings.
        session: The identity that the processes of a session share; its owner closes it.
        cache_dir: The directory of cache entries; None keeps them for this session only.
        observe: Called after each request over HTTP, retries included.
        answered: Called with each result, wherever it came from. What it returns is called, too;
            while recording, once the cassette is written.
        served: Called with the old copies that a value given to the user rests on.
        pauses: The pauses after which failed requests are repeated, for a source that outlives a
            test run; None never repeats one, and never asks again for what it has.
        clock: Returns seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        session: SharedSession,
        cache_dir: Path | None,
        *,
        observe: Callable[[Fetch], None] | None = None,
        answered: Callable[[Result], Callable[[], None]] | None = None,
        served: Callable[[tuple[OldCopy, ...]], None] | None = None,
        pauses: Pauses | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._observe = observe
        self._answered = answered
        self._observe_served = served
        self._pauses = pauses
        self._assembling = Lock()
        self._parts_made: _Parts | None = None
        self._cache = Cache(
            cache_dir,
            session,
            ttl=settings.cache_ttl,
            # The holder of an address's lock may need its whole time budget, and that of the index.
            lock_timeout=2 * (3 * settings.timeout + 5),
            realm=_realm(settings),
            outlives_entries=pauses is not None,
            clock=clock,
        )
        if settings.mode == "record":
            opening.prepare_recording()
        detection = Detection()
        self._detecting = Lazy(lambda: opening.registry(settings, detection))
        self._choice = ProtocolChoice(
            settings,
            self._detecting,
            self._cache,
            Lazy(lambda: opening.cassettes(settings, detection)),
            pauses,
        )

    @property
    def _parts(self) -> _Parts:
        """The parts that depend on the protocol, which may be asked for here.

        Raises:
            InvalidSettings: A version line is none that the protocol knows.
        """
        parts = self._parts_made
        if parts is not None and parts.is_final:
            return parts
        about_to_wait()
        with others_turn():
            self._assembling.acquire()
        try:
            parts = self._parts_made
            if parts is None or not parts.is_final:
                parts = self._parts_made = self._assembled()
            return parts
        finally:
            self._assembling.release()

    def _assembled(self) -> _Parts:
        settings = self.settings
        protocol, unknown = self._choice.choose()
        registry = Lazy(
            lambda: (
                opening.registry(settings, protocol, self._observe, self._clock)
                if unknown is None
                else UnknownRegistry(unknown)
            )
        )
        cassettes = Lazy(lambda: opening.cassettes(settings, protocol))
        resolver = Resolver(
            settings,
            protocol,
            registry,
            self._cache,
            cassettes if unknown is None or not settings.offline else _raising(unknown),
            answered=self._answered,
            pauses=self._pauses,
        )
        draft = settings.default_draft or protocol.default_draft
        versions = settings.versions or settings.version_folders or protocol.versions
        catalogue = Catalogue(
            resolver,
            all_types(
                formats=settings.format_assertion,
                default_draft=draft,
                avro_unknown_fields=settings.avro_unknown_fields,
            ),
            versions,
            self.served,
            # A recording holds all that a check needs, even where the run checks nothing.
            follows=settings.mode == "record",
            # What a schema refers to may change while the schema itself does not.
            rechecks=self._pauses is not None,
        )
        is_final = unknown is None or self._pauses is None
        return _Parts(protocol, versions, registry, cassettes, resolver, catalogue, is_final)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue, which finds schemas by name, and prepares them to check payloads."""
        return self._parts.catalogue

    @property
    def cassettes(self) -> Cassettes:
        """The session's cassettes."""
        return self._parts.cassettes()

    @property
    def versions(self) -> tuple[str, ...]:
        """The version lines, oldest first: the settings', the directory's or the protocol's."""
        return self._parts.versions

    def schema(
        self,
        name: str,
        version: str | None = None,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """Return a schema as :meth:`SchemaRegistry.get_schema` does, with the same arguments.

        The caller reports the old copies that the schema rests on, with :meth:`served`. The error
        of a name that is not found says what the registry has instead.
        """
        try:
            return self._schema(name, version, release, prefer, fallback)
        except (SchemaNotFound, CassetteMissing) as exc:
            raise self.catalogue.advised(exc, name) from None

    def _schema(
        self,
        name: str,
        version: str | None,
        release: str | None,
        prefer: str | None,
        fallback: str | None,
    ) -> Schema:
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
            candidates = self.versions[::-1]
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
                of schemas that the registry sent, that were tried, and that are to be tried.
        """
        if not self.settings.remote:
            return
        with suppress(InvalidSettings):  # raised again where a schema is used
            prefetch(
                [each for each in requests if each.name is not None],
                self._is_fetched,
                self._parts.resolver.revalidate,
                at_most=self.settings.max_in_flight,
                observe=observe,
            )

    def _is_fetched(self, request: SchemaRequest) -> bool:
        """Retrieve a schema and those it refers to; return whether the registry sent it."""
        assert request.name is not None  # noqa: S101  # those without are left for later
        try:
            schema = self._schema(
                request.name, request.version, request.release, request.prefer, request.fallback
            )
            self.catalogue.retrieve_references(schema)
        except SchemaRegistryError:
            return False
        return schema.source == "registry"

    def listing(self) -> Listing:
        """Return all that the session's registry holds, to be served to the code under test."""
        settings, parts = self.settings, self._parts
        is_directory = not settings.offline and not settings.remote
        # A recording needs what is served, too, which its replay then serves.
        if is_directory and settings.mode != "record":
            return cast("DirectoryRegistry", parts.registry())
        from pytest_schema_registry.retrieval.session_schemas import SessionSchemas

        return SessionSchemas(
            parts.catalogue, parts.versions, self.served, offline=settings.offline
        )

    @property
    def used_cassettes(self) -> set[Path]:
        """The paths of the cassettes that were read or written, relative to the root directory."""
        made = self._parts_made and self._parts_made.cassettes.made
        return made.used if made else set()

    def cache_size(self) -> int:
        """Return the number of entries in the cache."""
        return self._cache.size()

    def close(self) -> None:
        """Close the connections."""
        opened = [self._detecting.made]
        if self._parts_made is not None:
            opened.append(self._parts_made.registry.made)
        for registry in opened:
            if registry is not None:
                registry.close()


def _realm(settings: Settings) -> str:
    """Return what tells apart the entries of a cache that share an address.

    A template or a property changes what a name and a version line mean at an address.
    """
    asked_by = realm(settings.location, settings.credentials)
    if settings.layout is not None and settings.location and settings.location.directory:
        return canonical([asked_by, settings.layout.template])
    if settings.subject == DEFAULT_SUBJECT and settings.version_property is None:
        return asked_by
    return canonical([asked_by, settings.subject, settings.version_property])


def _raising(error: SchemaRegistryError) -> Callable[[], NoReturn]:
    def make() -> NoReturn:
        raise copy(error)

    return make
