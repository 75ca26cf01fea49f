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
from typing import TYPE_CHECKING, Protocol

from pytest_schema_registry.cache import SHARED_FAILURES
from pytest_schema_registry.errors import (
    CassetteDamaged,
    CassetteMissing,
    InvalidAnswer,
    RegistryUnavailable,
    SchemaRegistryError,
)

if TYPE_CHECKING:
    from pytest_schema_registry.cache import Cache
    from pytest_schema_registry.cassettes import Cassettes
    from pytest_schema_registry.schemas import Answer, Question
    from pytest_schema_registry.settings import Settings


class Registry(Protocol):
    """What answers questions: a client of some wire protocol, or a directory."""

    @property
    def address(self) -> str: ...

    def url(self, question: Question) -> str: ...

    def fetch(self, question: Question) -> Answer: ...

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

    Args:
        settings: Decides the places.
        registry: What is asked; None in replay.
        cache: What all processes of the session share; None where nothing is asked over a network.
        cassettes: Recorded exchanges.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry | None,
        cache: Cache,
        cassettes: Cassettes,
    ) -> None:
        self._steps = steps(settings)
        self._recording = settings.mode == "record"
        self._remote = settings.remote
        self._registry = registry
        self._cache = cache
        self._cassettes = cassettes
        self._outcomes: dict[Question, Answer | SchemaRegistryError] = {}
        self._locks: dict[Question, threading.Lock] = {}

    def retrieve(self, question: Question) -> Answer:
        """The answer, from wherever the mode allows.

        Raises:
            SchemaRegistryError: No place has it; the first reason is the one that is raised, and
                raised again at the next try.
        """
        outcome = self._outcomes.get(question)
        if outcome is None:
            with self._locks.setdefault(question, threading.Lock()):
                outcome = self._outcomes.get(question)
                if outcome is None:
                    outcome = self._outcomes[question] = self._outcome(question)
        if isinstance(outcome, SchemaRegistryError):
            raise copy(outcome)  # each caller's own, with its own traceback
        return outcome

    def _outcome(self, question: Question) -> Answer | SchemaRegistryError:
        outage: RegistryUnavailable | None = None
        tried: list[str] = []
        for step in self._steps:
            try:
                answer = self._take(step, question)
            except RegistryUnavailable as exc:
                outage = exc
            except (CassetteMissing, CassetteDamaged) as exc:
                if outage is None:
                    return exc
                tried.append(f"cassette {exc.path}: {exc.headline}")
            except SchemaRegistryError as exc:
                return exc
            except RecursionError:
                return InvalidAnswer(str(question), "the JSON is nested too deeply to be kept")
            else:
                if answer is not None:
                    return replace(answer, outage=outage.reason) if outage else answer
                if step is Step.STALE:
                    tried.append("the cache: no entry")
        assert outage is not None  # noqa: S101  # every list of steps ends in one that raises
        return RegistryUnavailable(outage.url, outage.reason, outage.unreachable, tuple(tried))

    def _take(self, step: Step, question: Question) -> Answer | None:
        match step:
            case Step.CASSETTE:
                return self._cassettes.load(question)
            case Step.REGISTRY:
                return self._fetch(question) if self._remote else self._ask(question)
            case Step.CACHE:
                return self._cache.fresh(self._url(question), question)
            case Step.ASKED:
                return self._cache.asked(self._url(question), question)
            case Step.STALE:
                return self._cache.stale(self._url(question), question)

    def _fetch(self, question: Question) -> Answer:
        assert self._registry is not None  # noqa: S101  # replay has no such step
        url = self._registry.url(question)
        with self._cache.lock(url):
            first = self._steps[0]
            answer = self._take(first, question)
            if answer is not None:
                return answer
            failure = self._cache.failure(url)
            if failure is not None:
                raise failure
            # A registry that cannot be reached at all is not tried again for every other schema.
            everything = self._registry.address
            outage = self._cache.failure(everything)
            if isinstance(outage, RegistryUnavailable):
                raise RegistryUnavailable(url, outage.reason, unreachable=True)
            try:
                answer = self._ask(question)
            except SHARED_FAILURES as exc:
                self._cache.keep_failure(url, exc)
                if isinstance(exc, RegistryUnavailable) and exc.unreachable:
                    self._cache.keep_failure(everything, exc)
                raise
            self._cache.keep(answer)
            return answer

    def _ask(self, question: Question) -> Answer:
        assert self._registry is not None  # noqa: S101  # replay has no such step
        answer = self._registry.fetch(question)
        if self._recording:
            path = self._cassettes.path(question)
            with self._cache.lock(str(path)):
                self._cassettes.save(answer, staging=self._cache.staging(str(path)))
        return answer

    def _url(self, question: Question) -> str:
        assert self._registry is not None  # noqa: S101  # replay has no such step
        return self._registry.url(question)
