"""The structural comparison: walks two schemas side by side and proposes what may have broken.

It decides nothing, because a proposal counts only once a payload shows it. It only has to look in
the right places, shallow ones first.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.json_values import ANY_ELEMENT, ANY_MEMBER
from pytest_schema_registry.schema_types.json_schema.compatibility import regexes
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import (
    Candidate,
    Finding,
    PairKey,
    Site,
    Step,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    all_branches,
    branches,
    collect,
    conjuncts,
    declared_names,
    element,
    forbids,
    is_open,
    member,
    prefix,
    telling,
    unions,
    work,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules import findings, objects
from pytest_schema_registry.schema_types.json_schema.compatibility.rules import (
    unions as union_rules,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.document import Part, Place

_MOST_PAIRS = 5_000
_MOST_EXAMPLES = 2
_OUTCOMES = ("then", "else")
_CLOSING = ("/additionalProperties", "/unevaluatedProperties", "/unevaluatedItems")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A place in each schema that the comparison has come to, with the steps down to it.

    The `owner` is this pair or the nearest one above that a reference leads to, by default the
    first. Its arrivals are counted as uses. The producer's place is `settled` if it is one
    alternative already. Below the outcome of a condition, which may not hold, `guessed_at` is the
    pair that has the condition.
    """

    producer: Place
    consumer: Place
    trail: tuple[Step, ...]
    key: PairKey
    owner: PairKey
    settled: bool = False
    guessed_at: PairKey | None = None


@dataclass(frozen=True, slots=True)
class _Child:
    """A member or an element below a pair, with the parts that each schema has for it."""

    at: str | int
    label: str | int
    producer: Place
    consumer: Place


class Comparison:
    """One walk over a pair of schemas, in the direction from producer to consumer.

    Args:
        producer: The schema that payloads are written by.
        consumer: The schema that they are read by.
        sampler: The source of the alternatives of places, and the matcher of patterns.
        known: Tells which subschemas are the same in both.
        formats: Whether `format` is asserted.
        budget: The budget that the walk spends.
    """

    def __init__(
        self,
        producer: Part,
        consumer: Part,
        sampler: Sampler,
        known: Known,
        *,
        formats: bool,
        budget: Budget,
    ) -> None:
        self._sampler = sampler
        self._patterns = sampler.patterns
        self._known = known
        self._formats = formats
        self._budget = budget
        self._arrivals: Counter[PairKey] = Counter()
        self._edges: defaultdict[PairKey, set[PairKey]] = defaultdict(set)
        self._found: list[tuple[Candidate, PairKey]] = []
        self._waiting = deque[_Pair]()
        self._enter((producer,), (consumer,), (), None)

    def candidates(self) -> list[Candidate]:
        """Return the candidates, shallowest first, once per rule, pair of pointers and member."""
        try:
            while self._waiting and len(self._arrivals) < _MOST_PAIRS:
                self._budget.spend()
                self._visit(self._waiting.popleft())
        except BudgetExceeded:
            self._waiting.clear()
        unique: dict[tuple[str, str | None, str, str | int | None], Candidate] = {}
        for candidate, owner in self._found:
            finding = candidate.finding
            origin = finding.producer.pointer if finding.producer else None
            key = finding.rule, origin, finding.consumer.pointer, finding.member
            if key not in unique:
                unique[key] = replace(
                    candidate,
                    finding=replace(finding, producer=finding.producer or _around(candidate)),
                    uses=self._arrivals[owner],
                )
        return list(unique.values())

    def explained(self, pair: PairKey, broken: set[PairKey]) -> bool:
        """Check whether something is broken in a pair of subschemas or anywhere below it."""
        seen: set[PairKey] = set()
        pending = [pair]
        while pending:
            key = pending.pop()
            if key in broken:
                return True
            if key not in seen:
                seen.add(key)
                pending += self._edges.get(key, ())
        return False

    def _enter(
        self,
        producer: Place,
        consumer: Place,
        trail: tuple[Step, ...],
        parent: _Pair | None,
        *,
        settled: bool = False,
        guessed_at: PairKey | None = None,
    ) -> PairKey:
        ours = producer if settled else conjuncts(producer)
        theirs = conjuncts(consumer)
        key = telling(ours, settled=settled), telling(theirs)
        owner = None
        if parent is not None:
            self._edges[parent.key].add(key)
            owner, guessed_at = parent.owner, guessed_at or parent.guessed_at
        self._arrivals[key] += 1
        if self._arrivals[key] > 1:
            return key
        referred = any(part.get("$ref") for part in (*producer, *consumer))
        owner = key if referred or owner is None else owner
        self._waiting.append(_Pair(ours, theirs, trail, key, owner, settled, guessed_at))
        return key

    def _visit(self, pair: _Pair) -> None:
        if is_open(pair.consumer) or self._accepts(pair.producer, pair.consumer):
            return
        refused = forbids(pair.consumer)
        if refused is not None:
            self._propose(pair, _refused(pair, refused))
            return
        self._propose(pair, union_rules.ambiguous(pair.consumer))
        options = [pair.producer] if pair.settled else self._sampler.alternatives(pair.producer)
        self._match_unions(pair, options)
        self._enter_outcomes(pair, options)
        whole = len(options) == 1
        for option in options:
            # The rules compare each part of one side with each part of the other.
            self._budget.spend(work([option] * len(pair.consumer)))
            flat = replace(pair, producer=option, settled=True)
            lost = None if whole else self._lost(flat, pair)
            if lost is not None:
                self._propose(flat, iter([lost]))
                continue
            self._propose(
                flat,
                findings(option, pair.consumer, self._patterns, self._known, formats=self._formats),
            )
            for child in self._children(flat):
                step = Step(child.at, child.label, option, pair.consumer)
                trail = (*pair.trail, step)
                self._enter(child.producer, child.consumer, trail, pair)

    def _accepts(self, producer: Place, consumer: Place) -> bool:
        return all(self._known.accepted(producer, part) for part in consumer)

    def _lost(self, flat: _Pair, pair: _Pair) -> Finding | None:
        if types(flat.producer) & types(pair.consumer):
            return None
        branch = _branch_of(flat.producer)
        return union_rules.kind_lost(branch, pair.consumer) if branch else None

    def _match_unions(self, pair: _Pair, options: list[Place]) -> None:
        for keyword, holder in unions(pair.consumer):
            listed = branches(holder, keyword)
            self._budget.spend(work([listed] * len(options)))
            for option, (taken, nearest) in zip(
                options, union_rules.assign(options, listed), strict=True
            ):
                if any(self._accepts(option, conjuncts((one,))) for one in listed):
                    continue  # if it is lost after all, then because another branch holds as well
                branch = _branch_of(option) or next(iter(option), None)
                within = None
                # Unions within a branch of the producer are options of their own, and a branch of
                # the consumer that is a union is for several of them.
                own = taken or (nearest if unions(conjuncts((nearest,))) else None)
                if own is not None:
                    within = self._enter(option, (own,), pair.trail, pair, settled=True)
                if branch is not None:
                    lost = union_rules.branch_lost(branch, holder, keyword, nearest)
                    self._propose(replace(pair, producer=option), iter([lost]), within)

    def _enter_outcomes(self, pair: _Pair, options: list[Place]) -> None:
        """Enter what the consumer's conditions may demand of the same value."""
        outcomes = [
            # A value that is to fit `then` has to meet the condition as well.
            ((part.below(word),), conjuncts([part.below("if")] if word == "then" else []))
            for part, _ in collect(pair.consumer, "if")
            for word in _OUTCOMES
            if part.get(word) is not None
        ]
        for outcome, condition in outcomes:
            self._budget.spend(work(options))
            for option in options:
                if not self._accepts(option, conjuncts(outcome)):
                    self._enter(
                        (*option, *condition),
                        outcome,
                        pair.trail,
                        pair,
                        settled=True,
                        guessed_at=pair.key,
                    )

    def _propose(
        self, pair: _Pair, proposed: Iterator[Finding], within: PairKey | None = None
    ) -> None:
        for finding in proposed:
            candidate = Candidate(
                finding,
                pair.trail,
                pair.producer,
                pair.consumer,
                pair.key,
                within,
                guessed_at=pair.guessed_at,
            )
            self._found.append((candidate, pair.owner))

    def _children(self, pair: _Pair) -> Iterator[_Child]:
        allowed = types(pair.producer) & types(pair.consumer)
        if "object" in allowed:
            yield from self._members(pair)
        if "array" in allowed:
            yield from self._elements(pair)

    def _members(self, pair: _Pair) -> Iterator[_Child]:
        both = (*pair.producer, *pair.consumer)
        declared, sent = dict.fromkeys(declared_names(both)), set(declared_names(pair.producer))
        for name in declared:
            yield from self._child(pair, name, name, known=name in sent)
        described = dict.fromkeys(
            pattern for _, value in collect(both, "patternProperties") for pattern in value
        )
        for pattern in described:
            for name in regexes.examples(pattern)[:_MOST_EXAMPLES]:
                if name not in declared:
                    yield from self._child(
                        pair, name, ANY_MEMBER, rule="pattern-properties-narrowed"
                    )
        name = objects.stranger(both, self._patterns)
        yield from self._child(pair, name, ANY_MEMBER, rule="additional-properties-narrowed")

    def _elements(self, pair: _Pair) -> Iterator[_Child]:
        longest = max((prefix(part)[1] for part in (*pair.producer, *pair.consumer)), default=0)
        for at in range(longest + 1):
            label: str | int = at if at < longest else ANY_ELEMENT
            rule = "prefix-item-narrowed" if at < longest else "items-narrowed"
            ours, theirs = element(pair.producer, at), element(pair.consumer, at)
            yield from self._below(pair, _Child(at, label, ours, theirs), rule)

    def _child(
        self,
        pair: _Pair,
        name: str,
        label: str,
        *,
        known: bool = False,
        rule: str = "property-added-to-open",
    ) -> Iterator[_Child]:
        ours = member(pair.producer, name, self._patterns)
        theirs = member(pair.consumer, name, self._patterns)
        yield from self._below(pair, _Child(name, label, ours, theirs), None if known else rule)

    def _below(self, pair: _Pair, child: _Child, rule: str | None) -> Iterator[_Child]:
        if is_open(child.consumer) or forbids(child.producer) is not None:
            return
        refused = forbids(child.consumer)
        if refused is not None and refused.pointer.endswith(_CLOSING):
            return  # the rules report it at the object or array itself
        if rule is None or refused is not None or not is_open(child.producer):
            yield child
            return
        part = child.consumer[0]
        step = Step(child.at, child.label, pair.producer, pair.consumer)
        below = _Pair(child.producer, child.consumer, (*pair.trail, step), pair.key, pair.owner)
        finding = Finding(
            rule,
            None,
            Site(part.pointer, part.schema),
            f"anything -> {brief(part.schema)}",
            failing=tuple(inner.pointer for inner in all_branches(child.consumer)),
        )
        self._propose(below, iter([finding]))


def _refused(pair: _Pair, part: Part) -> Iterator[Finding]:
    last = pair.trail[-1].at if pair.trail else None
    rule = "nothing-allowed"
    if isinstance(last, int):
        rule = "items-closed"
    elif isinstance(last, str):
        rule = "property-forbidden"
    before = pair.producer[0] if pair.producer else None
    yield Finding(
        rule,
        Site(before.pointer, before.schema) if before else None,
        Site(part.pointer, False),
        "nothing is allowed here any more",
    )


def _around(candidate: Candidate) -> Site | None:
    """Return the place in the producer's schema around something that it does not mention."""
    outer = (step.producer for step in reversed(candidate.trail))
    for place in (candidate.producer, *outer):
        if place:
            return Site(place[0].pointer, None)
    return None


def _branch_of(option: Place) -> Part | None:
    return next(
        (part for part in option if part.pointer.rpartition("/")[0].endswith(("anyOf", "oneOf"))),
        None,
    )
