"""Where an answer comes from: which steps a mode takes, and the loop that takes them.

    auto     fresh cache entry, registry, stale cache entry, cassette
    live     fresh cache entry, registry
    record   registry once in this session, written to the cassette
    replay   cassette

A directory of schemas takes the registry's place and needs no cache: it cannot be slow or down.
"""

from __future__ import annotations

import threading
from copy import copy
from dataclasses import replace
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from pytest_schema_registry.errors import (
    CassetteDamaged,
    CassetteMissing,
    InvalidAnswer,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.registries import core
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval.cache import SHARED_FAILURES
from pytest_schema_registry.schemas import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pytest_schema_registry.registries.queries import Result
    from pytest_schema_registry.retrieval.cache import Cache
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.retrieval.pauses import Pauses
    from pytest_schema_registry.schemas import IndexEntry
    from pytest_schema_registry.settings.settings import Settings

#: Below this, asking for the schemas themselves takes no more requests than asking for the index.
MIN_CONFIRMED = 2
_CHECK = "check --registry-url, a part of whose path may be missing"


class Registry(Protocol):
    """What answers questions: a client of some wire protocol, or a directory."""

    def fetch(self, question: Query, known: Result | None = None) -> Result: ...

    def close(self) -> None: ...


class Step(Enum):
    """One place to look for an answer."""

    CACHE = auto()
    ASKED = auto()
    REGISTRY = auto()
    STALE = auto()
    CASSETTE = auto()


def steps(settings: Settings) -> tuple[Step, ...]:
    """The places a mode looks in, in order."""
    if settings.offline:
        return (Step.CASSETTE,)
    match settings.mode, settings.remote:
        case "record", True:
            return (Step.ASKED, Step.REGISTRY)
        case "live", True:
            return (Step.CACHE, Step.REGISTRY)
        case "auto", True:
            return (Step.CACHE, Step.REGISTRY, Step.STALE, Step.CASSETTE)
        case "auto", False:
            return (Step.REGISTRY, Step.CASSETTE)
        case _:
            return (Step.REGISTRY,)


class Resolver:
    """Finds the answer to a question, asking each place at most once in a session.

    An answer that is old because the registry gave no new one says so: ``outage`` is its reason.

    Args:
        settings: Decides the places.
        registry: Gives what is asked; a session that the cache serves never opens it.
        cache: What all processes of the session share.
        cassettes: Gives the recorded exchanges.
        answered: Told each answer; while recording, before it replaces its cassette.
        pauses: When what failed is asked again; without it, never in this session.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Callable[[], Registry],
        cache: Cache,
        cassettes: Callable[[], Cassettes],
        answered: Callable[[Result], None] | None = None,
        *,
        pauses: Pauses | None = None,
    ) -> None:
        self._steps = steps(settings)
        self._recording = settings.mode == "record"
        self._remote = settings.remote
        #: Whether an id may lead to another schema from each version line.
        self._knows_lines = Step.REGISTRY in self._steps and not self._remote
        self._address = settings.location.shown if settings.location else ""
        self._registry = registry
        self._cache = cache
        self._cassettes = cassettes
        self._answered = answered
        self._pauses = pauses
        self._failures = cache if pauses is None else pauses
        #: Whether the address has an index, as every registry has.
        self._is_registry = False
        self._outcomes: dict[Query, Result | SchemaRegistryError] = {}
        self._locks: dict[Query, threading.Lock] = {}

    def retrieve(self, question: Query) -> Result:
        """The answer, from wherever the mode allows.

        Raises:
            SchemaRegistryError: No place has it; the first reason is the one that is raised, and
                raised again at the next try, or at those within a pause.
        """
        if question.kind is Kind.BY_ID and not self._knows_lines:
            question = replace(question, version="")
        outcome = self._outcomes.get(question)
        if outcome is None:
            with self._locks.setdefault(question, threading.Lock()):
                outcome = self._outcomes.get(question)
                if outcome is None:
                    outcome = self._outcome(question)
                    if self._pauses is None or _is_final(outcome):
                        self._outcomes[question] = outcome
        if isinstance(outcome, SchemaRegistryError):
            raise copy(outcome)  # each caller's own, with its own traceback
        return outcome

    def _outcome(self, question: Query) -> Result | SchemaRegistryError:
        outage: RegistryUnavailable | None = None
        tried: list[str] = []
        for step in self._steps:
            try:
                answer = self._take(step, question)
                if answer is not None and self._recording and question.kind is Kind.INDEX:
                    self._record(answer)
            except RegistryUnavailable as exc:
                outage = exc
            except (CassetteMissing, CassetteDamaged) as exc:
                if outage is None:
                    return exc
                tried.append(f"cassette {exc.path}: {exc.headline}")
            except SchemaRegistryError as exc:
                return exc
            except RecursionError:  # pragma: no cover  # Python versions differ in what they write
                return InvalidAnswer(str(question), "the JSON is nested too deeply to be kept")
            else:
                if answer is not None:
                    answer = replace(answer, outage=outage.reason) if outage else answer
                    if not self._recording:
                        self._tell(answer)
                    return answer
                if step is Step.STALE:
                    tried.append("the cache: no entry")
        assert outage is not None  # noqa: S101  # every list of steps ends in one that raises
        return RegistryUnavailable(outage.url, outage.reason, outage.unreachable, tuple(tried))

    def _take(self, step: Step, question: Query) -> Result | None:
        match step:
            case Step.CASSETTE:
                return self._cassettes().load(question)
            case Step.REGISTRY:
                return self._fetch(question) if self._remote else self._ask(question)
            case Step.CACHE:
                return self._cache.fresh(self._url(question), question)
            case Step.ASKED:
                return self._cache.asked(self._url(question), question)
            case Step.STALE:  # pragma: no branch  # the last step there is
                return self._cache.stale(self._url(question), question)

    def _fetch(self, question: Query) -> Result:
        url = self._url(question)
        with self._cache.lock(url):
            answer = self._take(self._steps[0], question)
            if answer is not None:
                return answer
            failure = self._failures.failure(url)
            if failure is not None:
                raise failure
            # A registry that cannot be reached at all is not tried again for every other schema.
            outage = self._failures.failure(self._address)
            if isinstance(outage, RegistryUnavailable):
                raise RegistryUnavailable(url, outage.reason, unreachable=True)
            try:
                answer = self._ask(question)
            except SHARED_FAILURES as exc:
                self._failures.keep_failure(url, exc)
                if isinstance(exc, RegistryUnavailable) and exc.unreachable:
                    self._failures.keep_failure(self._address, exc)
                raise
            if self._pauses is not None:
                self._pauses.recovered(url, self._address)
            self._cache.keep(answer)
            return answer

    def _ask(self, question: Query) -> Result:
        if not self._recording:
            known = self._cache.stale(self._url(question), question) if self._remote else None
            return self._believed(self._registry().fetch(question, known))
        answer = self._believed(self._registry().fetch(question))
        # An index may be asked for the sake of a 404 only; it is recorded where it is wanted.
        if question.kind is not Kind.INDEX:
            self._record(answer)
        return answer

    def _believed(self, answer: Result) -> Result:
        """The answer; a 404 only from an address that has an index, as every registry has.

        Raises:
            InvalidAnswer: It has none.
            RegistryUnavailable: Whether it has one cannot be found out.
        """
        if answer.document is not None or not self._remote or self._is_registry:
            return answer
        if answer.question.kind is Kind.INDEX:
            reason = f"there is no index, which every registry has; {_CHECK}"
            raise InvalidAnswer(answer.url, reason)
        try:
            self._fetch(Query(Kind.INDEX))
        except RegistryRefused as exc:
            reason = f"it answered 404, and refused its index with status {exc.status}, which"
            reason = f"{reason} would show that it is a registry; {_CHECK}, and the credentials"
            raise InvalidAnswer(answer.url, reason) from None
        except (InvalidAnswer, RegistryUnavailable) as exc:
            if isinstance(exc, InvalidAnswer) or exc.is_page:
                reason = f"it answered 404, and has no registry's index at {exc.url}; {_CHECK}"
                raise InvalidAnswer(answer.url, reason) from None
            reason = "it answered 404, which is believed of a registry only, and its index"
            raise RegistryUnavailable(answer.url, f"{reason} cannot be had: {exc.reason}") from None
        self._is_registry = True
        return answer

    def _record(self, answer: Result) -> None:
        cassettes = self._cassettes()
        # On some disks names that differ in case are one file.
        path = str(cassettes.path(answer.question)).casefold()
        with self._cache.lock(path):
            self._tell(answer)
            cassettes.save(answer, staging=self._cache.staging(path))

    def _tell(self, answer: Result) -> None:
        if self._answered is not None:
            self._answered(answer)

    def at_hand(self, questions: Collection[Query]) -> set[Query]:
        """Answer the questions that need no request of their own, and say which those are.

        An expired cache entry counts where the registry's index lists it unchanged: one request
        then stands for all of them. Where the index cannot be had, or lists a schema with another
        change token, the schema is asked for itself.

        Args:
            questions: What is going to be asked.
        """
        # A time-to-live of zero says that each schema itself is to be asked for.
        if Step.CACHE not in self._steps or not self._cache.ttl:
            return set()
        many = len(questions) >= MIN_CONFIRMED
        answered = set()
        for question in questions:
            entries = self._kept(question)
            if entries and entries[-1].source == "stale cache":
                entries = self._confirmed(entries) if many else []
            for entry in entries:
                self._outcomes[entry.question] = entry
                self._tell(entry)
            if entries:
                answered.add(question)
        return answered

    def _kept(self, question: Query) -> list[Result]:
        """The cache entries that answer a question, that of the name's other spelling the last."""
        entry = self._cache.stale(self._url(question), question)
        if entry is None:
            return []
        if entry.document is not None:
            return [entry]
        suffixed = question.suffixed
        other = self._cache.stale(self._url(suffixed), suffixed)
        return [] if other is None else [entry, other]

    def _confirmed(self, entries: list[Result]) -> list[Result]:
        """Expired entries as of the registry's index, which may vouch for the last of them."""
        entry = entries[-1]
        said = entry.document
        if said is None or said.get("sha256") is None:
            return []
        listed = self._listed.get((entry.question.version, plain_name(entry.question.name)))
        if listed is None or listed.sha256 != said["sha256"]:
            return []
        # What is said about a schema may change where its content does not.
        if listed.deprecated is not bool(said.get("deprecated")):
            return []
        if listed.release not in (None, said.get("core_version")):
            return []
        # Not written: the index is in the cache, and will vouch in the next session too.
        index = self.retrieve(Query(Kind.INDEX))
        return [replace(each, fetched_at=index.fetched_at, source=index.source) for each in entries]

    @cached_property
    def _listed(self) -> dict[tuple[str, str], IndexEntry]:
        """What the index lists, by version and name; nothing where it cannot be had."""
        try:
            index = self.retrieve(Query(Kind.INDEX))
        except SchemaRegistryError:
            return {}
        # An index that is itself served although it is old says nothing about today.
        if index.document is None or index.source not in ("registry", "cache"):
            return {}
        return {(each.version, each.name): each for each in core.index(index)}

    def _url(self, question: Query) -> str:
        return f"{self._address}/{core.path(question)}"


def _is_final(outcome: Result | SchemaRegistryError) -> bool:
    """Whether to ask again would say the same."""
    return not isinstance(outcome, SchemaRegistryError) and outcome.outage is None
