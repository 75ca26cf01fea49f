"""The proposals of the structural comparison, before any payload has shown them."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_schema_registry.schema_types.json_schema.document import Key, Part, Place

PairKey: TypeAlias = tuple[Key, Key]


@dataclass(frozen=True, slots=True)
class Site:
    """A keyword or subschema in one of the two schemas.

    Args:
        pointer: JSON pointer as a URI fragment.
        value: The value at that pointer.
    """

    pointer: str
    value: Any

    @classmethod
    def of(cls, part: Part, *keys: str | int) -> "Site":
        """Return the site reached from a part by `keys`."""
        below = part.below(*keys)
        return cls(below.pointer, below.schema)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference that probably makes the consumer refuse what the producer emits.

    Args:
        rule: The id of the rule that saw it.
        producer: The counterpart in the producer's schema, None if that says nothing about it.
        consumer: The keyword of the consumer's schema that refuses.
        change: The difference in one sentence, without the names of the versions.
        member: The member or element at fault, None if it is the value itself.
        probes: Values the consumer should refuse, tried first.
        failing: Pointers at or below which a payload has to fail; by default the consumer's.
        kinds: The engine's kinds of failure that show it, empty for any.
    """

    rule: str
    producer: Site | None
    consumer: Site
    change: str
    member: str | int | None = None
    probes: tuple[Any, ...] = ()
    failing: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One step down a payload: into the member or element `at` of a value.

    Args:
        at: The key or index used in a payload.
        label: The name or index in the path; a wildcard for any element or any further member.
        producer: The parts of the producer's schema for the object or array around it.
        consumer: The parts of the consumer's schema for the same object or array.
    """

    at: str | int
    label: str | int
    producer: Place
    consumer: Place


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding with the path down to it.

    Args:
        finding: The difference.
        trail: The steps from the payload's root.
        producer: The parts of the producer's schema there.
        consumer: The parts of the consumer's schema there.
        pair: The pair of places it was found at.
        within: A pair of places, or None. A break found there explains more, so this candidate is
            then dropped.
        uses: The number of places that use the pair of subschemas.
        guessed_at: The pair of places whose condition must hold for it to count, or None.
        also: The other pairs of places that the same parts were found at.
    """

    finding: Finding
    trail: tuple[Step, ...]
    producer: Place
    consumer: Place
    pair: PairKey
    within: PairKey | None = None
    uses: int = 1
    guessed_at: PairKey | None = None
    also: tuple[PairKey, ...] = ()

    @property
    def path(self) -> tuple[str | int, ...]:
        """The path in a payload, with placeholders for any element and any further member."""
        labels = tuple(step.label for step in self.trail)
        member = self.finding.member
        return labels if member is None else (*labels, member)
