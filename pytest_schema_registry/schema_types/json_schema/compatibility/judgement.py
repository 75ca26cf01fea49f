"""The verdict on one direction: proof, disproof, explanation, in this order."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.comparison import Comparison
from pytest_schema_registry.schema_types.json_schema.compatibility.confirmation import (
    Shown,
    Witness,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.declared import (
    Confirmed,
    Declared,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import (
    Checker,
    Failure,
    Patterns,
    Verdict,
    covers,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import (
    Candidate,
    Finding,
    PairKey,
    Site,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.guesses import repeated
from pytest_schema_registry.schema_types.json_schema.compatibility.induction import proved
from pytest_schema_registry.schema_types.json_schema.compatibility.place import conjuncts
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.schema_types.json_schema.document import (
    Document,
    Part,
    Schema,
    join,
    references,
    subschemas,
)

# This many payloads are tried against a proof: enough to notice an unsound one.
_SECOND_LOOK = 120
_WHOLE_LOOK = 3_000
# The engine takes about a tenth of a second for one payload of a schema of this size.
_LARGEST = 1_000_000
# Limits on schemas for the engine's proof. At each it was measured to take a tenth of a second.
_LONGEST = 120_000
_MOST_BRANCHES = 64
_MOST_ALTERNATIVES = 128

_RULES_BY_KIND = {
    "Type": "type-narrowed",
    "Enum": "enum-value-removed",
    "Constant": "const-changed",
    "Minimum": "minimum-raised",
    "ExclusiveMinimum": "minimum-raised",
    "Maximum": "maximum-lowered",
    "ExclusiveMaximum": "maximum-lowered",
    "MultipleOf": "multiple-of-changed",
    "MinLength": "length-tightened",
    "MaxLength": "length-tightened",
    "Pattern": "pattern-changed",
    "Format": "format-changed",
    "ContentEncoding": "format-changed",
    "ContentMediaType": "format-changed",
    "Required": "required-added",
    "AdditionalProperties": "additional-properties-closed",
    "PropertyNames": "property-names-narrowed",
    "MinProperties": "property-count-tightened",
    "MaxProperties": "property-count-tightened",
    "MinItems": "item-count-tightened",
    "MaxItems": "item-count-tightened",
    "AdditionalItems": "items-closed",
    "UniqueItems": "unique-items-added",
    "Contains": "contains-changed",
    "Not": "not-added",
    "AnyOf": "union-branch-lost",
    "OneOfNotValid": "union-branch-lost",
    "OneOfMultipleValid": "union-became-ambiguous",
    "UnevaluatedProperties": "unevaluated-changed",
    "UnevaluatedItems": "unevaluated-changed",
}


Breaks: TypeAlias = frozenset[tuple[str, tuple[str | int, ...]]]


@dataclass(frozen=True, slots=True)
class Explained:
    """A finding, its path in a payload, and the payload that shows it if there is one."""

    finding: Finding
    path: tuple[str | int, ...]
    uses: int = 1
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one direction.

    Args:
        compatible: True if proved, False if shown or proved, None if undecided.
        reasons: The findings, confirmed or not.
    """

    compatible: bool | None
    reasons: tuple[Explained, ...] = ()


def judge(
    producer: Checker,
    consumer: Checker,
    *,
    formats: bool,
    budget: Budget,
    known: Known | None = None,
    doubted: bool = True,
    known_breaks: Breaks = frozenset(),
    emits: Declared | Confirmed | None = None,
) -> Judgement:
    """Decide whether the consumer accepts everything the producer may emit.

    Args:
        producer: The schema that payloads are written by.
        consumer: The schema that they are read by.
        formats: Whether `format` is asserted.
        budget: The budget that the search spends.
        known: Tells which subschemas are the same in both; None if no policy changed them.
        doubted: Whether to look for a payload that contradicts a proof.
        known_breaks: The rules and paths of known breaks, which are not shown again.
        emits: Tells whether producers send a payload, and whether it really breaks; None if both
            always hold.
    """
    if max(producer.size, consumer.size) > _LARGEST:
        return undecided("budget-exceeded", "a schema explodes when its references are followed")
    known = known or Known.of(producer.document, consumer.document, budget)
    search = _Search(
        producer, consumer, known, formats=formats, budget=budget, emits=emits or _anything
    )
    if search.is_equal():
        return Judgement(True)
    if known_breaks:
        proof: Verdict = "no"  # what is known to break needs no proof
    elif any(_takes_long(each.document) for each in (producer, consumer)):
        proof = "unknown"
    else:
        proof = covers(consumer.schema, producer.schema, formats=formats)
    if proof == "yes" or (proof == "unknown" and search.proved()):
        reasons = search.second_look() if doubted else ()
        return Judgement(not reasons, reasons)
    if proof == "no" and not (emits is None or emits.is_everything):
        proof = "unknown"  # the break may concern payloads that nobody sends
    reasons = search.explanations(known_breaks)
    if any(reason.shown for reason in reasons):
        return Judgement(False, tuple(reason for reason in reasons if reason.shown))
    if search.exceeded:
        reasons = undecided("budget-exceeded", search.exceeded).reasons
    elif not reasons:
        said = "something breaks" if proof == "no" else "neither proved nor refuted"
        reasons = undecided("unsupported-keyword", said).reasons
    return Judgement(False if proof == "no" else None, reasons)


class _Search:
    """The search for a proof and for payloads that break, within one budget."""

    def __init__(
        self,
        producer: Checker,
        consumer: Checker,
        known: Known,
        *,
        formats: bool,
        budget: Budget,
        emits: Callable[[Any], bool],
    ) -> None:
        self._sampler = Sampler(Patterns(), budget)
        self._witness = Witness(producer, consumer, self._sampler, budget, emits)
        self._producer = producer.document.part()
        self._consumer = consumer.document.part()
        self._formats = formats
        self._budget = budget
        self._known = known
        #: The bound that ended the search; empty if none did.
        self.exceeded = ""

    def is_equal(self) -> bool:
        """Check whether the two schemas are the same but for their annotations."""
        try:
            return self._known.accepted((self._producer,), self._consumer)
        except BudgetExceeded:
            return False

    def proved(self) -> bool:
        """Try an induction over the payload, because the engine's own proof gave up."""
        try:
            return proved(
                self._producer,
                self._consumer,
                self._sampler.patterns,
                formats=self._formats,
                budget=self._budget,
                known=self._known,
            )
        except BudgetExceeded:
            return False

    def second_look(self) -> tuple[Explained, ...]:
        """Look for a payload that contradicts a proof. If there is one, the payload is right."""
        try:
            return self._anything(_SECOND_LOOK)
        except BudgetExceeded:
            return ()

    def explanations(self, known_breaks: Breaks) -> tuple[Explained, ...]:
        """Return the findings, each with a payload if there is one."""
        comparison = Comparison(
            self._producer,
            self._consumer,
            self._sampler,
            self._known,
            formats=self._formats,
            budget=self._budget,
        )
        candidates = sorted(comparison.candidates(), key=_rank)
        found: dict[int, Explained] = {}
        broken: set[PairKey] = set()
        told: set[int] = set()
        try:
            # Few of many candidates break. Each is tried a little before any is tried at length.
            for few in (True, False):
                for at, one in enumerate(candidates):
                    if at in found and found[at].shown:
                        continue
                    if one.within and (few or comparison.explained(one.within, broken)):
                        continue
                    if (one.finding.rule, one.path) in known_breaks:
                        broken.update((one.pair, *one.also))
                        told.add(at)
                        continue
                    shown = self._witness.show(one, few=few)
                    if shown is not None:
                        broken.update((one.pair, *one.also))
                        told.add(at)
                    found[at] = Explained(one.finding, one.path, one.uses, shown)
            if not broken:
                return (*_in_order(found), *self._anything(_WHOLE_LOOK))
        except BudgetExceeded as exc:
            self.exceeded = str(exc)
        for at in repeated({at: candidates[at] for at in sorted(told)}):
            found.pop(at, None)
        return _in_order(found)

    def _anything(self, most: int) -> tuple[Explained, ...]:
        found = self._witness.find((self._producer,), (self._consumer,), most)
        return () if found is None else (_from_failure(*found, self._consumer),)


def _rank(candidate: Candidate) -> tuple[bool, bool]:
    """Return the sort key: first what explains most, and of that what always holds."""
    return candidate.within is not None, candidate.guessed_at is not None


def _in_order(found: dict[int, Explained]) -> tuple[Explained, ...]:
    return tuple(found[at] for at in sorted(found))


def _takes_long(document: Document) -> bool:
    """Check whether the engine would take seconds to bring a schema into its canonical form.

    It multiplies out the parts that apply together, and compares the branches of a `oneOf` with
    each other.
    """
    if len(equality_key(document.root)) > _LONGEST:
        return True
    for pointer, schema in subschemas(document.root):
        if len(schema.get("oneOf", ())) > _MOST_BRANCHES:
            return True
        if "allOf" in schema:
            parts = conjuncts((Part(document, pointer, schema),))
            if prod(map(_alternatives_of, parts)) > _MOST_ALTERNATIVES:
                return True
    return False


def _alternatives_of(part: Part) -> int:
    listed = prod(len(part.get(word) or (None,)) for word in ("anyOf", "oneOf"))
    return listed if part.get("if") is None else 2 * listed


def _anything(_payload: Any) -> bool:
    return True


def _from_failure(payload: Any, failure: Failure, consumer: Part) -> Explained:
    pointer = join("#", *failure.keys)
    target = consumer.document.at(pointer)
    member = failure.member
    path = failure.path if member is None else (*failure.path, member)
    finding = Finding(
        _RULES_BY_KIND.get(failure.kind, "nothing-allowed"),
        None,
        Site(pointer, None if target is None else target.schema),
        failure.message,
    )
    return Explained(finding, path, shown=Shown(payload, failure.message))


def undecided(rule: str, text: str, schema: Schema = True) -> Judgement:
    """Return the judgement that the question is undecided.

    Args:
        rule: The id of the obstacle.
        text: The obstacle in a sentence.
        schema: The schema at fault. Its first reference that leads nowhere is pointed out.
    """
    site = Site("#", None)
    if rule == "unresolvable-reference":
        site = _dangling(schema) or site
        text = text if site.value is None else f"{brief(site.value)} is not in the schema"
    return Judgement(None, (Explained(Finding(rule, None, site, text), ()),))


def _dangling(schema: Schema) -> Site | None:
    document = Document(schema)
    for pointer, subschema in subschemas(schema):
        for word, reference in references(subschema):
            if document.resolve(reference, pointer) is None:
                return Site(join(pointer, word), reference)
    return None
