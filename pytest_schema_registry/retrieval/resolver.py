"""The resolver of queries: it looks in one place after the other, and asks each once at a time."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import (
    CassetteDamaged,
    CassetteMissing,
    InvalidAnswer,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.recent import Recent
from pytest_schema_registry.registries.queries import Kind, Query, Result
from pytest_schema_registry.retrieval.belief import Belief
from pytest_schema_registry.retrieval.cache import SHARED_FAILURES
from pytest_schema_registry.retrieval.confirmation import Confirmation
from pytest_schema_registry.retrieval.failures import Failures
from pytest_schema_registry.retrieval.recording import Recording
from pytest_schema_registry.retrieval.revalidation import MIN_CONFIRMED, Revalidation
from pytest_schema_registry.retrieval.single_flight import SingleFlight
from pytest_schema_registry.retrieval.steps import Step, steps
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.waiting import about_to_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pytest_schema_registry.registries.protocol import Registry, WireProtocol
    from pytest_schema_registry.retrieval.cache import Cache
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.retrieval.pauses import Pauses
    from pytest_schema_registry.settings.settings import Settings

#: The most outcomes that are kept in memory.
_ROOM = 10_000


class Resolver:
    """The resolver of queries.

    In a test run it asks each place at most once per query. Outside one it is long-lived: a result
    holds for the time-to-live, and a failure for a pause.

    Where the registry gave no new result, an old copy is served, and its ``outage`` is the reason.

    Args:
        settings: The settings, which decide the places.
        protocol: The registry's wire format, which gives each query its address.
        registry: Opens the registry; a session that the cache serves never calls it.
        cache: The cache that all processes of the session share.
        cassettes: Opens the cassettes.
        answered: Called with each result; while recording, before it replaces its cassette. What
            it returns is called as well; while recording, once the cassette is written.
        pauses: The pauses after which failed requests are repeated; None in a test run, which
            repeats none.

    Attributes:
        protocol: The registry's wire format.
        address_variable: The environment variable that has the registry's address, if one has.
        is_offline: True where the cassettes are the only place.
    """

    def __init__(
        self,
        settings: Settings,
        protocol: WireProtocol,
        registry: Callable[[], Registry],
        cache: Cache,
        cassettes: Callable[[], Cassettes],
        *,
        answered: Callable[[Result], Callable[[], None]] | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self._steps = steps(settings)
        self._remote = settings.remote
        self.is_offline = settings.offline
        #: True where one id may mean another schema in each version line.
        self._knows_lines = Step.REGISTRY in self._steps and not self._remote
        self._address = settings.location.shown if settings.location else ""
        self.address_variable = settings.address_variable
        self.protocol = protocol
        self._registry = registry
        self._cache = cache
        self._cassettes = cassettes
        self._answered = answered
        self._pauses = pauses
        self._failures = Failures(cache, pauses, self._address)
        index = Query(Kind.INDEX)
        self._belief = Belief(
            protocol, lambda: self._fetch(index, self._url(index)), self.address_variable
        )
        self._recording: Recording | None = None
        if settings.mode == "record":
            self._recording = Recording(protocol, cache, cassettes, answered)
        self._confirmation = Confirmation(self.retrieve)
        self._revalidation = Revalidation(
            protocol,
            self._confirmation,
            lambda query: self._cached(self._url(query), query),
            lambda query: cache.stale(self._url(query), query),
        )
        self._outcomes: Recent[Query, Result | SchemaRegistryError] = Recent(_ROOM)
        self._flights: SingleFlight[Query, Result | SchemaRegistryError] = SingleFlight()

    def retrieve(self, query: Query) -> Result:
        """Return the result of a query from the first place that has it.

        Raises:
            SchemaRegistryError: No place has a result. The error is the first place's. Later calls
                raise it again; with ``pauses``, only those within a pause do.
            MustWait: The result is not in memory, and the caller must not wait.
        """
        if query.kind is Kind.BY_ID and not self._knows_lines:
            query = replace(query, version="")
        outcome = self._held(query)
        if outcome is None:
            about_to_wait()
            outcome = self._flights.share(query, lambda: self._held(query) or self._asked(query))
        if isinstance(outcome, SchemaRegistryError):
            # Each caller's own, with its own traceback.
            raise copy(outcome).addressed_by(self.address_variable)
        return outcome

    def holds(self, result: Result) -> bool:
        """Check whether a result of this resolver still holds, without a new look."""
        if self._pauses is None:
            return True
        if result.outage is not None:
            return self._failures.is_paused(self._url(result.query), has_copy=True)
        if result.source == "cassette":
            return True
        return self._never_changes(result) or self._cache.is_young(result.fetched_at)

    def _held(self, query: Query) -> Result | SchemaRegistryError | None:
        """Return the outcome in memory, if it holds."""
        outcome = self._outcomes.get(query)
        if outcome is None or self._pauses is None:
            return outcome
        if isinstance(outcome, SchemaRegistryError):
            is_paused = self._failures.is_paused(self._url(query), has_copy=False)
            return outcome if is_paused else None
        return outcome if self.holds(outcome) else None

    def _asked(self, query: Query) -> Result | SchemaRegistryError:
        outcome = self._outcome(query)
        self._outcomes.keep(query, outcome)
        return outcome

    def _never_changes(self, result: Result) -> bool:
        """Check whether the registry keeps a result for good; a time-to-live of zero asks anew."""
        if result.is_missing or not self._cache.ttl:
            return False
        is_protocol = result.query.kind is Kind.PROTOCOL
        return is_protocol or self.protocol.fixed_release(result.query) is not None

    def _outcome(self, query: Query) -> Result | SchemaRegistryError:
        url = self._url(query)
        outage: RegistryUnavailable | None = None
        tried: list[str] = []
        for step in self._steps:
            try:
                result = self._take(step, query, url)
                if result and self._recording and self._recording.shares_an_address(query):
                    self._recording.record(result)
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
                    result = replace(result, outage=outage.outage) if outage else result
                    if not self._recording:
                        self._tell(result)
                    return result
                if step is Step.STALE:
                    tried.append("the cache: no entry")
        assert outage is not None  # noqa: S101  # every list of steps ends in one that raises
        return RegistryUnavailable(
            outage.url,
            outage.reason,
            outage.unreachable,
            tuple(tried),
            outage.status,
            outage.advice,
        )

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
                return self._old_copy(url, query)

    def _cached(self, url: str, query: Query) -> Result | None:
        """Return a cache entry that holds without a request, or None.

        What never changes holds however old its entry is, unless the time-to-live is zero. One
        numbered release may also be the entry of another address.
        """
        entry = self._cache.fresh(url, query)
        release = self.protocol.fixed_release(query)
        if entry is not None:
            return entry
        if release is None and query.kind is not Kind.PROTOCOL:
            return self._confirmed_alone(url, query)
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

    def _confirmed_alone(self, url: str, query: Query) -> Result | None:
        """Return the old copy of a schema or of its 404, if the index confirms it.

        A test run confirms before it begins: see :meth:`revalidate`.
        """
        by_name = query.kind is Kind.SCHEMA and query.release is None
        if self._pauses is None or not by_name or not self.protocol.has_change_tokens:
            return None
        if not self._cache.ttl or len(self._outcomes) < MIN_CONFIRMED:
            return None
        entry = looked_up = self._old_copy(url, query)
        if entry is not None and entry.is_missing and query.name == plain_name(query.name):
            # The index lists a name without its ending, so it does not tell of one spelling.
            looked_up = self._old_copy(self._url(query.suffixed), query.suffixed)
        confirmed = looked_up and self._confirmation.confirmed(looked_up)
        if entry is None or confirmed is None:
            return None
        return replace(entry, fetched_at=confirmed.fetched_at, source=confirmed.source)

    def _old_copy(self, url: str, query: Query) -> Result | None:
        """Return the registry's last result, from the cache or else from memory.

        Whoever cleans temporary files may have removed the cache of a long-lived registry.
        """
        entry = self._cache.stale(url, query)
        held = self._outcomes.get(query)
        if entry is not None or not isinstance(held, Result) or held.source == "cassette":
            return entry
        return replace(held, source="stale cache", outage=None)

    def _fetch(self, query: Query, url: str) -> Result:
        with self._cache.lock(url):
            result = self._take(self._steps[0], query, url)
            if result is not None:
                return result
            known = None if self._recording else self._old_copy(url, query)
            self._failures.raise_again(url, has_copy=known is not None)
            try:
                result = self._ask(query, known)
            except SHARED_FAILURES as exc:
                self._failures.keep(url, exc)
                raise
            self._failures.forget(url)
            self._cache.keep(result)
            return result

    def _ask(self, query: Query, known: Result | None) -> Result:
        result = self._registry().fetch(query, known)
        if self._remote:
            result = self._belief.believed(result)
        if not self._recording:
            return replace(result, exchanged=())
        # Here, and not where it is written: the cache keeps it, too, and a 404 may repeat secrets.
        result = replace(result, exchanged=self.protocol.recorded(result.exchanged))
        if not self._recording.shares_an_address(query):  # else `_outcome` records it
            self._recording.record(result)
        return result

    def _tell(self, result: Result) -> None:
        if self._answered is not None:
            self._answered(result)()

    def revalidate(self, queries: Collection[Query]) -> set[Query]:
        """Serve what the cache can, and return the queries that were served.

        Args:
            queries: The queries that are about to be made.
        """
        # A time-to-live of zero demands a request for each schema.
        if Step.CACHE not in self._steps or not self._cache.ttl:
            return set()
        answered = set()
        for query, entries in self._revalidation.entries(queries):
            for entry in entries:
                self._outcomes.keep(entry.query, entry)
                self._tell(entry)
            answered.add(query)
        return answered

    def known_names(self) -> list[tuple[str, str]]:
        """Return the names that the registry has, each with its version line, for advice.

        Nothing is asked for: a 404 of the Core protocol has shown the index already, and a
        Confluent registry's list counts only where the session has it. Nothing is recorded.

        Raises:
            MustWait: The caller must not wait for a file.
        """
        about_to_wait()
        index = Query(Kind.INDEX)
        try:
            if not self._remote:
                if self._knows_lines:
                    return _names(self._registry().fetch(index))
                return self._cassettes().names()
        except SchemaRegistryError:
            return []
        url = self._url(index)
        kept = self._cache.fresh(url, index) or self._cache.asked(url, index)
        return [] if kept is None else _names(kept)

    def _url(self, query: Query) -> str:
        return f"{self._address}/{self.protocol.path(query)}"


def _names(index: Result) -> list[tuple[str, str]]:
    return [] if index.is_missing else [(each.name, each.version) for each in index.entries]
