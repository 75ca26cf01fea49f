"""The resolver of queries: it looks in one place after the other, and asks each at most once."""

from __future__ import annotations

import threading
import time
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import (
    CassetteDamaged,
    CassetteMissing,
    InvalidAnswer,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.queries import Kind, Query, Result
from pytest_schema_registry.retrieval.cache import SHARED_FAILURES
from pytest_schema_registry.retrieval.steps import Step, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pytest_schema_registry.registries.protocol import Registry, WireProtocol
    from pytest_schema_registry.registries.queries import ProtocolName
    from pytest_schema_registry.retrieval.cache import Cache
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.retrieval.pauses import Pauses
    from pytest_schema_registry.schemas import IndexEntry
    from pytest_schema_registry.settings.settings import Settings

#: The fewest schemas for which one index request saves requests.
MIN_CONFIRMED = 2
_CHECK = "check --registry-url, a part of whose path may be missing"


class Resolver:
    """The resolver of queries: it asks each place at most once per query in a session.

    Where the registry gave no new result, an old copy is served, and its ``outage`` is the reason.

    Args:
        settings: The settings, which decide the places.
        protocol: The registry's wire format, which gives each query its address.
        registry: Opens the registry; a session that the cache serves never calls it.
        cache: The cache that all processes of the session share.
        cassettes: Opens the cassettes.
        answered: Called with each result; while recording, before it replaces its cassette.
        pauses: The pauses after which failed requests are repeated; None never repeats one in this
            session.

    Attributes:
        protocol: The registry's wire format.
    """

    def __init__(
        self,
        settings: Settings,
        protocol: WireProtocol,
        registry: Callable[[], Registry],
        cache: Cache,
        cassettes: Callable[[], Cassettes],
        *,
        answered: Callable[[Result], None] | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self._steps = steps(settings)
        self._recording = settings.mode == "record"
        self._remote = settings.remote
        #: True where one id may mean another schema in each version line.
        self._knows_lines = Step.REGISTRY in self._steps and not self._remote
        self._address = settings.location.shown if settings.location else ""
        self.protocol = protocol
        self._registry = registry
        self._cache = cache
        self._cassettes = cassettes
        self._answered = answered
        self._pauses = pauses
        self._failures = cache if pauses is None else pauses
        #: True once the address has shown an index, as every registry has.
        self._is_registry = False
        self._outcomes: dict[Query, Result | SchemaRegistryError] = {}
        self._locks: dict[Query, threading.Lock] = {}

    def retrieve(self, query: Query) -> Result:
        """Return the result of a query from the first place that has it.

        Raises:
            SchemaRegistryError: No place has a result. The error is the first place's. Later calls
                raise it again; with ``pauses``, only those within a pause do.
        """
        if query.kind is Kind.BY_ID and not self._knows_lines:
            query = replace(query, version="")
        outcome = self._outcomes.get(query)
        if outcome is None:
            with self._locks.setdefault(query, threading.Lock()):
                outcome = self._outcomes.get(query)
                if outcome is None:
                    outcome = self._outcome(query)
                    if self._pauses is None or _is_final(outcome):
                        self._outcomes[query] = outcome
        if isinstance(outcome, SchemaRegistryError):
            raise copy(outcome)  # each caller's own, with its own traceback
        return outcome

    def _outcome(self, query: Query) -> Result | SchemaRegistryError:
        url = self._url(query)
        outage: RegistryUnavailable | None = None
        tried: list[str] = []
        for step in self._steps:
            try:
                result = self._take(step, query, url)
                if result is not None and self._recording and self._shares_an_address(query):
                    self._record(result)
            except RegistryUnavailable as exc:
                outage = exc
            except (CassetteMissing, CassetteDamaged) as exc:
                if outage is None:
                    return exc
                tried.append(f"cassette {exc.path}: {exc.headline}")
            except SchemaRegistryError as exc:
                return exc
            except RecursionError:  # pragma: no cover  # Python versions differ in what they write
                return InvalidAnswer(str(query), "the JSON is nested too deeply to be kept")
            else:
                if result is not None:
                    result = replace(result, outage=outage.reason) if outage else result
                    if not self._recording:
                        self._tell(result)
                    return result
                if step is Step.STALE:
                    tried.append("the cache: no entry")
        assert outage is not None  # noqa: S101  # every list of steps ends in one that raises
        return RegistryUnavailable(outage.url, outage.reason, outage.unreachable, tuple(tried))

    def _take(self, step: Step, query: Query, url: str) -> Result | None:
        match step:
            case Step.CASSETTE:
                return self._cassettes().load(query)
            case Step.REGISTRY:
                return self._fetch(query, url) if self._remote else self._ask(query, None)
            case Step.CACHE:
                return self._cached(url, query)
            case Step.ASKED:
                return self._cache.asked(url, query)
            case Step.STALE:  # pragma: no branch  # the last step there is
                return self._cache.stale(url, query)

    def _cached(self, url: str, query: Query) -> Result | None:
        """Return a cache entry that holds without a request, or None.

        What never changes holds however old its entry is, unless the time-to-live is zero. One
        numbered release may also be the entry of another address.
        """
        entry = self._cache.fresh(url, query)
        release = self.protocol.fixed_release(query)
        if entry is not None or (release is None and query.kind is not Kind.PROTOCOL):
            return entry
        copies = (f"{self._address}/{path}" for path in self.protocol.copies(query))
        for address in (url, *copies):
            entry = self._cache.stale(address, query)
            if entry is None or entry.is_missing:
                continue
            if release is not None and entry.schema.release != release:
                continue
            if entry.source != "stale cache":
                return replace(entry, url=url)
            if self._cache.ttl:
                return replace(entry, url=url, source="cache")
        return None

    def _fetch(self, query: Query, url: str) -> Result:
        with self._cache.lock(url):
            result = self._take(self._steps[0], query, url)
            if result is not None:
                return result
            failure = self._failures.failure(url)
            if failure is not None:
                raise failure
            # A registry that cannot be reached at all is not tried again for every other schema.
            outage = self._failures.failure(self._address)
            if isinstance(outage, RegistryUnavailable):
                raise RegistryUnavailable(url, outage.reason, unreachable=True)
            try:
                known = None if self._recording else self._cache.stale(url, query)
                result = self._ask(query, known)
            except SHARED_FAILURES as exc:
                self._failures.keep_failure(url, exc)
                if isinstance(exc, RegistryUnavailable) and exc.unreachable:
                    self._failures.keep_failure(self._address, exc)
                raise
            if self._pauses is not None:
                self._pauses.recovered(url, self._address)
            self._cache.keep(result)
            return result

    def _ask(self, query: Query, known: Result | None) -> Result:
        result = self._believed(self._registry().fetch(query, known))
        if not self._recording:
            return replace(result, exchanged=())
        # Here, and not where it is written: the cache keeps it, too, and a 404 may repeat secrets.
        result = replace(result, exchanged=self.protocol.recorded(result.exchanged))
        if not self._shares_an_address(query):  # else `_outcome` records it
            self._record(result)
        return result

    def _shares_an_address(self, query: Query) -> bool:
        """Check whether a result may have been fetched for another query, with another cassette.

        An index may be fetched only to confirm a 404. A fixed release may be a version line of its
        own, and a release of another line; and one list of releases may be that of several lines.
        """
        is_list = query.kind in (Kind.INDEX, Kind.RELEASES)
        return is_list or self.protocol.fixed_release(query) is not None

    def _believed(self, result: Result) -> Result:
        """Return the result, but accept a 404 only from an address that is a registry's.

        A 404 that is not signed is believed where there is an index, which every registry has.
        Without one, the address is probably wrong, and its 404 does not mean that a schema is
        missing.

        Raises:
            InvalidAnswer: The address has no index, or refuses it.
            RegistryUnavailable: The index cannot be had, so its existence is unknown.
        """
        if not result.is_missing or not self._remote or self._is_registry:
            return result
        if self.protocol.signs_404s:
            return result
        if result.query.kind is Kind.INDEX:
            reason = f"there is no index, which every registry has; {_CHECK}"
            raise InvalidAnswer(result.url, reason)
        try:
            index = Query(Kind.INDEX)
            self._fetch(index, self._url(index))
        except RegistryRefused as exc:
            reason = f"it answered 404, and refused its index with status {exc.status}, which"
            reason = f"{reason} would show that it is a registry; {_CHECK}, and the credentials"
            raise InvalidAnswer(result.url, reason) from None
        except (InvalidAnswer, RegistryUnavailable) as exc:
            if isinstance(exc, InvalidAnswer) or exc.is_page:
                reason = f"it answered 404, and has no registry's index at {exc.url}; {_CHECK}"
                raise InvalidAnswer(result.url, reason) from None
            reason = "it answered 404, which is believed of a registry only, and its index"
            raise RegistryUnavailable(result.url, f"{reason} cannot be had: {exc.reason}") from None
        self._is_registry = True
        return result

    def _record(self, result: Result) -> None:
        cassettes = self._cassettes()
        if result.value == "core" and not cassettes.has(result.query):
            return  # the protocol of cassettes that say nothing of it
        # On some disks names that differ in case are one file.
        path = str(cassettes.path(result.query)).casefold()
        with self._cache.lock(path):
            self._tell(result)
            cassettes.save(result, staging=self._cache.staging(path))

    def record_protocol(self, name: ProtocolName) -> None:
        """Record the protocol of the registry, which nobody had to ask for."""
        query = Query(Kind.PROTOCOL)
        path = self.protocol.path(query)
        # A directory has no address that means anything elsewhere.
        url = self._url(query) if self._remote else f"file:///{path}"
        said = Response(200, '["JSON"]') if name == "confluent" else Response(404, "")
        exchanged = ((Request(path), said),)
        self._record(Result(query, url, name, time.time(), "registry", exchanged=exchanged))

    def _tell(self, result: Result) -> None:
        if self._answered is not None:
            self._answered(result)

    def revalidate(self, queries: Collection[Query]) -> set[Query]:
        """Serve what the cache can, and return the queries that were served.

        Expired entries are revalidated with one index request for all of them. An entry is served
        where the index lists its schema unchanged. Where the index cannot be had, or lists the
        schema with another change token, the schema needs a request of its own.

        Args:
            queries: The queries that are about to be made.
        """
        # A time-to-live of zero demands a request for each schema.
        if Step.CACHE not in self._steps or not self._cache.ttl:
            return set()
        many = self.protocol.has_change_tokens and len(queries) >= MIN_CONFIRMED
        answered = set()
        for query in queries:
            entries = self._kept(query)
            if entries and entries[-1].source == "stale cache":
                entries = self._confirmed(entries) if many else []
            for entry in entries:
                self._outcomes[entry.query] = entry
                self._tell(entry)
            if entries:
                answered.add(query)
        return answered

    def _kept(self, query: Query) -> list[Result]:
        """Return the cache entries that answer a query.

        A 404 counts only together with the entry for the name's other spelling, which comes last.
        """
        url = self._url(query)
        entry = self._cached(url, query) or self._cache.stale(url, query)
        if entry is None:
            return []
        if not entry.is_missing or not self.protocol.has_second_spelling:
            return [entry]
        suffixed = query.suffixed
        other = self._cache.stale(self._url(suffixed), suffixed)
        return [] if other is None else [entry, other]

    def _confirmed(self, entries: list[Result]) -> list[Result]:
        """Return expired entries with the index's age, if the index lists the last one unchanged.

        Otherwise return an empty list.
        """
        entry = entries[-1]
        if entry.is_missing:
            return []
        schema = entry.schema
        listed = self._listed.get((schema.version, schema.name))
        if listed is None or schema.token is None or listed.sha256 != schema.token:
            return []
        # The deprecation and the release may change while the content stays the same.
        if listed.deprecated is not schema.deprecated:
            return []
        if listed.release not in (None, schema.release):
            return []
        # The entries are not rewritten: the cached index confirms them in the next session, too.
        index = self.retrieve(Query(Kind.INDEX))
        return [replace(each, fetched_at=index.fetched_at, source=index.source) for each in entries]

    @cached_property
    def _listed(self) -> dict[tuple[str, str], IndexEntry]:
        """The entries of the index, by version and name; empty where the index cannot be had."""
        try:
            index = self.retrieve(Query(Kind.INDEX))
        except SchemaRegistryError:
            return {}
        # An old copy of the index says nothing about today.
        if index.is_missing or index.source not in ("registry", "cache"):
            return {}
        return {(each.version, each.name): each for each in index.entries}

    def _url(self, query: Query) -> str:
        return f"{self._address}/{self.protocol.path(query)}"


def _is_final(outcome: Result | SchemaRegistryError) -> bool:
    """Check whether an outcome may be kept: it is neither an error nor an old copy."""
    return not isinstance(outcome, SchemaRegistryError) and outcome.outage is None
