"""A second proof of containment, by induction over the payload.

The engine's own proof gives up on recursive schemas and on some keywords of objects. This one
splits the claim "the consumer's schemas accept whatever the producer's schemas accept" along the
structure of a payload. While other claims are proved, a claim about a member or an element may be
assumed, because a payload is finite. A claim about the same value may not be assumed. In the end,
claims about a few keywords without references remain, and the engine decides those: see `leaves`.

A wrong choice among the branches of a union costs the proof, never its soundness.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import (
    finite,
    smallest,
    types,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.leaves import (
    Leaves,
    Unproved,
    same,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    alternatives,
    branches,
    conjuncts,
    declared_names,
    element,
    forbids,
    is_open,
    member,
    prefix,
    required,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.premises import hold
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import (
    Profile,
    disjoint,
    similarity,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.schema_types.json_schema.document import Key, Part, Place, identity

_DEEPEST = 12
_BEYOND = frozenset({"unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"})
# In drafts 6 and 7 the engine decodes and parses content; each keyword depends on the other.
_CONTENT = frozenset({"contentEncoding", "contentMediaType"})
_UNCERTAIN = ("/unevaluatedProperties", "/unevaluatedItems")


class _Claim(NamedTuple):
    """The claim that the consumer's place accepts every value that the producer's place accepts."""

    producer: Place
    consumer: Place


def proved(
    producer: Part, consumer: Part, patterns: Patterns, *, formats: bool, budget: Budget
) -> bool:
    """Try to prove that the consumer accepts every payload that the producer accepts.

    False means that there is no proof, not that something breaks.

    Args:
        producer: The schema that payloads are written by.
        consumer: The schema that they are read by.
        patterns: The matcher for names of members.
        formats: Whether `format` is asserted.
        budget: The budget that each step spends.

    Raises:
        BudgetExceeded: The search for a proof takes too long.
    """
    documents = (producer.document, consumer.document)
    if not all(map(hold, documents)):
        return False
    drafts = {document.draft for document in documents}
    if len(drafts) > 1 and min(drafts) <= 4:
        return False  # only in draft 4, 1.0 is not an integer
    try:
        _Induction(patterns, formats, budget, same_draft=len(drafts) == 1).run(producer, consumer)
    except Unproved:
        return False
    return True


class _Induction:
    """One proof, with the engine's answers about leaves and the profiles of branches."""

    def __init__(
        self, patterns: Patterns, formats: bool, budget: Budget, *, same_draft: bool
    ) -> None:
        self._patterns = patterns
        self._budget = budget
        self._leaves = Leaves(formats, budget, same_draft=same_draft)
        # In a union, each branch is compared with each. Without kept profiles, a comparison of 40
        # branches takes twice as long.
        self._profiles: dict[Key, Profile] = {}

    def run(self, producer: Part, consumer: Part) -> None:
        seen = set()
        waiting = deque([_Claim((producer,), (consumer,))])
        while waiting:
            claim = waiting.popleft()
            key = identity(claim.producer), identity(claim.consumer)
            if key in seen or is_open(claim.consumer):
                continue
            seen.add(key)
            for option in alternatives(claim.producer):
                waiting.extend(self._same_value(option, claim.consumer, 0))

    def _same_value(self, option: Place, consumer: Place, depth: int) -> list[_Claim]:
        """Return the claims about members and elements that remain for one alternative."""
        self._budget.spend()
        if depth > _DEEPEST:
            raise Unproved
        if _impossible(option):
            return []
        left: list[_Claim] = []
        for part in conjuncts(consumer):
            if part.schema is False:
                raise Unproved
            if isinstance(part.schema, dict) and not self._given(option, part):
                left += self._keywords(option, part, depth)
        return left

    def _given(self, option: Place, part: Part) -> bool:
        """Check whether an equal schema, without a reference, is among the producer's parts."""
        text = equality_key(part.schema)
        return '"$ref"' not in text and any(
            equality_key(other.schema) == text and other.document.draft == part.document.draft
            for other in option
        )

    def _keywords(self, option: Place, part: Part, depth: int) -> list[_Claim]:
        beyond = _BEYOND | _CONTENT if part.document.draft <= 7 else _BEYOND
        if part.schema.keys() & beyond:
            raise Unproved
        self._leaves.prove(option, part)
        left = self._choices(option, part, depth)
        allowed = types(option)
        if "object" in allowed:
            if set(required((part,))) - set(required(option)):
                raise Unproved
            left += self._members(option, part)
        if "array" in allowed:
            left += self._elements(option, part)
        return left

    def _choices(self, option: Place, part: Part, depth: int) -> list[_Claim]:
        left: list[_Claim] = []
        for keyword in ("anyOf", "oneOf"):
            listed = branches(part, keyword)
            if listed:
                left += self._one_of(option, listed, depth, exclusive=keyword == "oneOf")
        # A value that obeys both outcomes is valid, whichever of them the condition selects.
        outcomes = [part.below(word) for word in ("then", "else") if word in part.schema]
        if "if" not in part.schema or any(same(p, part, ("if", "then", "else")) for p in option):
            outcomes = []
        for outcome in outcomes:
            left += self._same_value(option, (outcome,), depth + 1)
        for word in ("dependentSchemas", "dependencies"):
            for trigger, value in (part.get(word) or {}).items():
                if isinstance(value, dict | bool):
                    left += self._same_value(option, (part.below(word, trigger),), depth + 1)
        return left

    def _one_of(
        self, option: Place, listed: list[Part], depth: int, *, exclusive: bool
    ) -> list[_Claim]:
        own = Profile.of(option)
        profiles = [self._profile(branch) for branch in listed]
        order = sorted(range(len(listed)), key=lambda at: -similarity(own, profiles[at]))
        for at in order:
            others = profiles[:at] + profiles[at + 1 :]
            if exclusive and not all(disjoint(own, other) for other in others):
                continue
            try:
                return self._same_value(option, (listed[at],), depth + 1)
            except Unproved:
                continue
        raise Unproved

    def _profile(self, branch: Part) -> Profile:
        key = identity((branch,))
        if key not in self._profiles:
            self._profiles[key] = Profile.of((branch,))
        return self._profiles[key]

    def _members(self, option: Place, part: Part) -> Iterator[_Claim]:
        universe = _all_names(option)
        if universe is None:
            universe = dict.fromkeys([*declared_names(option), *declared_names((part,))])
            yield from self._described(option, part)
        for name in universe:
            ours = _certain(member(option, name, self._patterns))
            theirs = member((part,), name, self._patterns)
            if theirs and forbids(ours) is None:
                yield _Claim(ours, theirs)

    def _described(self, option: Place, part: Part) -> Iterator[_Claim]:
        """Yield claims about the members that neither side declares by name."""
        patterns = part.get("patternProperties") or {}
        for pattern in patterns:
            ours = [
                p.below("patternProperties", pattern)
                for p in option
                if pattern in (p.get("patternProperties") or {})
            ]
            if not ours and not is_open((part.below("patternProperties", pattern),)):
                raise Unproved
            yield _Claim(tuple(ours), (part.below("patternProperties", pattern),))
        rest = part.get("additionalProperties")
        if rest is None or is_open((part.below("additionalProperties"),)):
            return
        limiting = [p for p in option if p.get("additionalProperties") is not None]
        if not limiting:
            raise Unproved
        closed = (p for p in limiting if p.schema["additionalProperties"] is False)
        chosen = next(closed, limiting[0])
        consumer = (part.below("additionalProperties"),)
        for pattern in chosen.get("patternProperties") or {}:
            if pattern not in patterns:
                yield _Claim((chosen.below("patternProperties", pattern),), consumer)
        if chosen.schema["additionalProperties"] is not False:
            yield _Claim((chosen.below("additionalProperties"),), consumer)

    def _elements(self, option: Place, part: Part) -> Iterator[_Claim]:
        longest = max(prefix(other)[1] for other in (*option, part))
        most = smallest(option, "maxItems")
        for at in range(longest + 1):
            if most is not None and most[1] <= at:
                return
            ours = _certain(element(option, at))
            if forbids(ours) is not None:
                continue
            theirs = element((part,), at)
            if theirs:
                yield _Claim(ours, theirs)


def _impossible(option: Place) -> bool:
    return forbids(option) is not None or not types(option) or finite(option) == []


def _certain(place: Place) -> Place:
    """Drop the parts under `unevaluated…` from a place, because they may not apply after all."""
    return tuple(part for part in place if not part.pointer.endswith(_UNCERTAIN))


def _all_names(option: Place) -> dict[str, None] | None:
    """Return every name that a member may have, None if their number is unlimited."""
    for part in option:
        if part.get("additionalProperties") is False and not part.get("patternProperties"):
            return dict.fromkeys(part.get("properties") or {})
        if part.get("propertyNames") is not None and part.document.draft > 4:
            listed = finite(conjuncts((part.below("propertyNames"),)))
            if listed is not None:
                return dict.fromkeys(name for name in listed if isinstance(name, str))
    return None
