"""The structural comparison: walks two schemas side by side and proposes what may have broken.

It decides nothing, because a proposal counts only once a payload shows it. It only has to look in
the right places, shallow ones first.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.children import Child, children
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
    forbids,
    is_open,
    telling,
    unions,
    work,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules import findings
from pytest_schema_registry.schema_types.json_schema.compatibility.rules import (
    unions as union_rules,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.document import Part, Place, identity

_MOST_PAIRS = 5_000
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
            elif candidate.pair != unique[key].pair:
                # Branches of a union that share their base are broken by it alike.
                unique[key] = replace(unique[key], also=(*unique[key].also, candidate.pair))
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
        others = union_rules.others(options, pair.consumer)
        for option, is_other in zip(options, others, strict=True):
            # The rules compare each part of one side with each part of the other.
            self._budget.spend(work([option] * len(pair.consumer)))
            flat = replace(pair, producer=option, settled=True)
            lost = None if whole else self._lost(flat, pair, is_other=is_other)
            if lost is not None:
                self._propose(flat, iter([lost]))
                continue
            self._propose(
                flat,
                findings(option, pair.consumer, self._patterns, self._known, formats=self._formats),
            )
            for child in self._entered(flat):
                step = Step(child.at, child.label, option, pair.consumer)
                trail = (*pair.trail, step)
                self._enter(child.producer, child.consumer, trail, pair)

    def _accepts(self, producer: Place, consumer: Place) -> bool:
        return all(self._known.accepted(producer, part) for part in consumer)

    def _lost(self, flat: _Pair, pair: _Pair, *, is_other: bool) -> Finding | None:
        branch = _branch_of(flat.producer, pair.producer)
        if branch is None:
            return None
        if not types(flat.producer) & types(pair.consumer):
            return union_rules.kind_lost(branch, pair.consumer)
        return union_rules.object_lost(branch, flat.producer, pair.consumer) if is_other else None

    def _match_unions(self, pair: _Pair, options: list[Place]) -> None:
        for keyword, holder in unions(pair.consumer):
            listed = branches(holder, keyword)
            self._budget.spend(work([listed] * len(options)))
            assigned = union_rules.assign(options, [(one,) for one in listed])
            for option, (taken, nearest) in zip(options, assigned, strict=True):
                if any(self._accepts(option, conjuncts((one,))) for one in listed):
                    continue  # if it is lost after all, then because another branch holds as well
                branch = _branch_of(option, pair.producer) or next(iter(option), None)
                within = None
                # Unions within a branch of the producer are options of their own, and a branch of
                # the consumer that is a union is for several of them.
                own = taken or (nearest if unions(conjuncts(nearest)) else None)
                if own is not None:
                    within = self._enter(option, own, pair.trail, pair, settled=True)
                if branch is not None:
                    lost = union_rules.branch_lost(branch, holder, keyword, nearest[0])
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

    def _entered(self, pair: _Pair) -> Iterator[Child]:
        """Yield the children that the comparison enters; propose what it need not look into."""
        for child in children(pair.producer, pair.consumer, self._patterns):
            if is_open(child.consumer) or forbids(child.producer) is not None:
                continue
            refused = forbids(child.consumer)
            if refused is not None and refused.pointer.endswith(_CLOSING):
                continue  # the rules report it at the object or array itself
            if child.rule is None or refused is not None or not is_open(child.producer):
                yield child
            else:
                self._propose_narrowed(pair, child, child.rule)

    def _propose_narrowed(self, pair: _Pair, child: Child, rule: str) -> None:
        """Propose that the consumer limits what the producer leaves open."""
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


def _branch_of(option: Place, place: Place) -> Part | None:
    """Return the branch that makes one way to satisfy a place out of the place.

    Of unions within each other, that is the innermost branch that has a name, such as a model.
    """
    listed = [p for p in option if p.pointer.rpartition("/")[0].endswith(("anyOf", "oneOf"))]
    if not listed:
        # In older drafts a reference hides the branch that it stands in.
        beside = identity(place)
        return next((part for part in option if identity((part,))[0] not in beside), None)
    named = [part for part in listed if part.get("$ref") or part.get("title")]
    return (named or listed[:1])[-1]
