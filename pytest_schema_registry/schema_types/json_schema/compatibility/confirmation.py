"""The search for payloads: a candidate counts only once a payload fails where it says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Checker, Failure
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Candidate, Step
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    Impossible,
    branches,
    element,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import each_fits_one
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.document import Place, join, split

_MOST_VALUES = 400
_MOST_DOUBTFUL = 60
_FEW = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """A payload that the producer's schema accepts and the consumer's refuses.

    Args:
        payload: The payload.
        message: The engine's message about it.
    """

    payload: Any
    message: str


class Witness:
    """A search for payloads that a producer may emit and a consumer refuses.

    Args:
        producer: The producer's compiled schema.
        consumer: The consumer's compiled schema.
        sampler: The maker of the payloads.
        budget: The budget that each check spends.
        emits: Tells whether a producer sends a payload that its schema accepts.
    """

    def __init__(
        self,
        producer: Checker,
        consumer: Checker,
        sampler: Sampler,
        budget: Budget,
        emits: Callable[[Any], bool],
    ) -> None:
        self._producer = producer
        self._consumer = consumer
        self._sampler = sampler
        self._budget = budget
        self._emits = emits

    def show(self, candidate: Candidate, *, few: bool = False) -> Shown | None:
        """Return a payload that fails exactly where the candidate says, or None.

        Args:
            candidate: The candidate.
            few: True to try the most promising values only.
        """
        if _is_about_ambiguity(candidate) and self._is_unambiguous(candidate):
            return None
        path = tuple(step.at for step in candidate.trail)
        for payload in self._payloads(candidate, few=few):
            for failure in self._refusals(payload):
                if _fits(failure, candidate, path) and self._certain(payload):
                    return Shown(payload, failure.message)
        return None

    def find(self, producer: Place, consumer: Place, most: int) -> tuple[Any, Failure] | None:
        """Return any payload that the consumer refuses, with its first failure, or None."""
        for payload in self._sampler.values(producer, consumer, most):
            refusals = self._refusals(payload)
            if refusals and self._certain(payload):
                return payload, refusals[0]
        return None

    def _is_unambiguous(self, candidate: Candidate) -> bool:
        options = self._sampler.alternatives(candidate.producer)
        listed = candidate.finding.consumer.pointer
        return all(
            each_fits_one(options, branches(part, "oneOf"))
            for part in candidate.consumer
            if join(part.pointer, "oneOf") == listed
        )

    def _refusals(self, payload: Any) -> list[Failure]:
        """Return the failures of a payload; none if the consumer accepts it or nobody emits it."""
        self._budget.spend(self._producer.cost + self._consumer.cost)
        if not self._producer.accepts(payload) or self._consumer.accepts(payload):
            return []
        if not self._emits(payload):
            return []
        failures = self._consumer.failures(payload)
        self._budget.spend(len(failures))
        return failures

    def _certain(self, payload: Any) -> bool:
        return not (self._producer.gives_up_on(payload) or self._consumer.gives_up_on(payload))

    def _payloads(self, candidate: Candidate, *, few: bool) -> Iterator[Any]:
        trail = candidate.trail
        bases = [list(self._bases(step)) for step in trail]
        most = max(map(len, bases), default=1)
        for value in self._values(candidate, few=few):
            for choice in range(most):
                payload = value
                for step, options in zip(reversed(trail), reversed(bases), strict=True):
                    base = options[min(choice, len(options) - 1)]
                    payload = self._sampler.wrapped(base, step.at, payload, step.producer)
                yield payload

    def _values(self, candidate: Candidate, *, few: bool) -> Iterator[Any]:
        yield from candidate.finding.probes
        both = (*candidate.producer, *candidate.consumer)
        if candidate.finding.member is not None:
            # Prefer a payload that fails only because of the missing or unexpected member.
            for place in (both, candidate.producer):
                try:
                    plain = self._sampler.plain(place)
                except Impossible:
                    continue
                if isinstance(plain, dict):
                    name = candidate.finding.member
                    yield {key: value for key, value in plain.items() if key != name}
        # Most payloads show a truly ambiguous union, so trying a few of them is enough.
        doubtful = candidate.within is not None or _is_about_ambiguity(candidate)
        most = _FEW if few else _MOST_DOUBTFUL if doubtful else _MOST_VALUES
        yield from self._sampler.values(candidate.producer, candidate.consumer, most)

    def _bases(self, step: Step) -> Iterator[Any]:
        found = 0
        for place in ((*step.producer, *step.consumer), step.producer):
            try:
                yield self._sampler.plain(place)
                found += 1
            except Impossible:
                continue
        if isinstance(step.at, int) and element(step.producer, step.at):
            yield []
        elif not found:
            yield {}


def _is_about_ambiguity(candidate: Candidate) -> bool:
    return candidate.finding.rule == "union-became-ambiguous"


def _fits(failure: Failure, candidate: Candidate, path: tuple[str | int, ...]) -> bool:
    finding = candidate.finding
    if failure.path != path and not (
        # `additionalItems` and the like fail at the array, not at the element.
        failure.member is not None and (*failure.path, failure.member) == path
    ):
        return False
    if finding.member is not None and failure.member != finding.member:
        return False
    if finding.kinds and failure.kind not in finding.kinds:
        return False
    pointers = finding.failing or (finding.consumer.pointer,)
    return any(_below(failure.keys, tuple(split(pointer))) for pointer in pointers)


def _below(keys: tuple[str, ...], pointer: tuple[str, ...]) -> bool:
    if keys[: len(pointer)] == pointer:
        return True
    # Inside an embedded resource the engine counts from the resource's own root.
    tails = (pointer[at:] for at in range(1, len(pointer)))
    return bool(keys) and any(keys[: len(tail)] == tail for tail in tails)
