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
from pytest_schema_registry.schema_types.json_schema.compatibility.elements import (
    differ_in_an_element,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.empty_objects import (
    accepts_the_empty,
    share_only_the_empty,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import (
    finite,
    smallest,
    types,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.leaves import (
    Leaves,
    Unproved,
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
    telling,
    text_of,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.premises import hold
from pytest_schema_registry.schema_types.json_schema.compatibility.profiles import Profiles
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import (
    Profile,
    disjoint,
    similarity,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.compatibility.unevaluated import (
    certain,
    is_unevaluated,
)
from pytest_schema_registry.schema_types.json_schema.document import Part, Place, identity

_DEEPEST = 12
_BEYOND = frozenset({"unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"})
# In drafts 6 and 7 the engine decodes and parses content; each keyword depends on the other.
_CONTENT = frozenset({"contentEncoding", "contentMediaType"})


class _Claim(NamedTuple):
    """The claim that the consumer's place accepts every value that the producer's place accepts."""

    producer: Place
    consumer: Place


def proved(
    producer: Part,
    consumer: Part,
    patterns: Patterns,
    *,
    formats: bool,
    budget: Budget,
    known: Known,
) -> bool:
    """Try to prove that the consumer accepts every payload that the producer accepts.

    False means that there is no proof, not that something breaks.

    Args:
        producer: The schema that payloads are written by.
        consumer: The schema that they are read by.
        patterns: The matcher for names of members.
        formats: Whether `format` is asserted.
        budget: The budget that each step spends.
        known: Tells which subschemas are the same in both.

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
        _Induction(patterns, formats, budget, known, same_draft=len(drafts) == 1).run(
            producer, consumer
        )
    except Unproved:
        return False
    return True


class _Induction:
    """One proof, with the engine's answers about leaves and the profiles of branches."""

    def __init__(
        self,
        patterns: Patterns,
        formats: bool,
        budget: Budget,
        known: Known,
        *,
        same_draft: bool,
    ) -> None:
        self._patterns = patterns
        self._budget = budget
        self._known = known
        self._leaves = Leaves(formats, budget, known, same_draft=same_draft)
        self._profiles = Profiles(budget)

    def run(self, producer: Part, consumer: Part) -> None:
        seen = set()
        waiting = deque([_Claim((producer,), (consumer,))])
        while waiting:
            claim = waiting.popleft()
            ours, theirs = conjuncts(claim.producer), conjuncts(claim.consumer)
            key = telling(ours), telling(theirs)
            if key in seen or is_open(theirs):
                continue
            seen.add(key)
            if all(self._known.accepted(ours, part) for part in theirs):
                continue
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
        """Check whether an equal schema is among the producer's parts."""
        if self._known.accepted(option, part):
            return True
        text = text_of(part)
        return '"$ref"' not in text and any(
            text_of(other) == text and other.document.draft == part.document.draft
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
        if "if" in part.schema:
            left += self._outcomes(option, part, depth)
        for word in ("dependentSchemas", "dependencies"):
            for trigger, value in (part.get(word) or {}).items():
                if isinstance(value, dict | bool):
                    left += self._same_value(option, (part.below(word, trigger),), depth + 1)
        return left

    def _outcomes(self, option: Place, part: Part, depth: int) -> list[_Claim]:
        """Return the claims that remain for the outcomes of a condition."""
        alike = [p for p in option if self._known.same(p, part, ("if",))]
        if any(self._known.same(p, part, ("then", "else")) for p in alike):
            return []
        if "else" not in part.schema and any(self._has_narrowed(p, part) for p in option):
            return []
        # The producer's own outcomes hold as well where its condition is the same.
        selected = [p.below(word) for p in alike[:1] for word in ("if", "then") if word in p.schema]
        rejected = [p.below("else") for p in alike[:1] if "else" in p.schema]
        left: list[_Claim] = []
        if "then" in part.schema and not disjoint(
            Profile.of(option), self._profiles.of(part.below("if"))
        ):
            held = conjuncts((*option, *selected))
            left += self._same_value(held, (part.below("then"),), depth + 1)
        if "else" in part.schema:
            held = conjuncts((*option, *rejected))
            left += self._same_value(held, (part.below("else"),), depth + 1)
        return left

    def _has_narrowed(self, ours: Part, theirs: Part) -> bool:
        """Check whether the consumer demands the same as the producer does, in fewer cases."""
        return (
            ours.get("if") is not None
            and self._known.same(ours, theirs, ("then",))
            and self._leaves.implies(theirs.below("if"), ours.below("if"))
        )

    def _one_of(
        self, option: Place, listed: list[Part], depth: int, *, exclusive: bool
    ) -> list[_Claim]:
        own = Profile.of(option)
        profiles = [self._profiles.of(branch) for branch in listed]
        refused = tuple(_refused(option)) if exclusive else ()
        is_never_empty = any(map(accepts_the_empty, refused))
        possible = [
            at
            for at, branch in enumerate(listed)
            if exclusive
            and not self._profiles.are_apart(own, branch)
            and not (is_never_empty and share_only_the_empty(own, profiles[at]))
            and not differ_in_an_element(option, branch)
            and not self._known.compared.among(refused, branch)
        ]
        order = sorted(range(len(listed)), key=lambda at: -similarity(own, profiles[at]))
        for at in order:
            if any(other != at for other in possible):
                continue
            try:
                return self._same_value(option, (listed[at],), depth + 1)
            except Unproved:
                continue
        raise Unproved

    def _members(self, option: Place, part: Part) -> Iterator[_Claim]:
        universe = _all_names(option)
        if universe is None:
            universe = dict.fromkeys([*declared_names(option), *declared_names((part,))])
            yield from self._described(option, part)
        for name in universe:
            ours = certain(member(option, name, self._patterns))
            theirs = member((part,), name, self._patterns)
            if theirs and not self._is_refused(option, name, ours):
                yield _Claim(ours, theirs)

    def _is_refused(self, option: Place, name: str, described: Place) -> bool:
        return forbids(described) is not None or is_unevaluated(option, name, self._patterns)

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
            ours = certain(element(option, at))
            if forbids(ours) is not None:
                continue
            theirs = element((part,), at)
            if theirs:
                yield _Claim(ours, theirs)


def _refused(option: Place) -> Iterator[Part]:
    """Yield the branches that refuse all values of an option, because another branch holds."""
    held = {(id(part.document), part.pointer) for part in option}
    for part in option:
        listed = branches(part, "oneOf")
        holding = [held.issuperset(identity(conjuncts((branch,)))) for branch in listed]
        if holding.count(True) == 1:
            yield from (branch for branch, holds in zip(listed, holding, strict=True) if not holds)


def _impossible(option: Place) -> bool:
    return forbids(option) is not None or not types(option) or finite(option) == []


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
