"""What the structural comparison proposes, before any payload has shown it."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_schema_registry.schema_types.json_schema.document import Key, Part, Place

PairKey: TypeAlias = tuple[Key, Key]


@dataclass(frozen=True, slots=True)
class Site:
    """A keyword or subschema in one of the two schemas.

    Args:
        pointer: JSON pointer as a URI fragment.
        value: What stands there.
    """

    pointer: str
    value: Any

    @classmethod
    def of(cls, part: Part, *keys: str | int) -> "Site":
        """The site reached from a part by `keys`."""
        below = part.below(*keys)
        return cls(below.pointer, below.schema)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference that probably makes the consumer refuse what the producer emits.

    Args:
        rule: The id of the rule that saw it.
        producer: Where the producer's schema says what it says, None where it is silent.
        consumer: The keyword of the consumer's schema that refuses.
        change: One sentence about the difference, without saying whose it is.
        member: The member or element it is about, where the value itself is not at fault.
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
        label: How the path shows it, "*" for any element or any further member.
        producer: What the producer's schema says about the value stepped into.
        consumer: The same of the consumer's schema.
    """

    at: str | int
    label: str | int
    producer: Place
    consumer: Place


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding with the way down to it.

    Args:
        finding: The difference.
        trail: The steps from the payload's root.
        producer: What the producer's schema says there.
        consumer: What the consumer's schema says there.
        pair: The pair of places it was found at.
        within: The pair that explains it better if anything is broken there.
        uses: In how many places the pair of subschemas is used.
    """

    finding: Finding
    trail: tuple[Step, ...]
    producer: Place
    consumer: Place
    pair: PairKey
    within: PairKey | None = None
    uses: int = 1

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where in a payload it is; any element and any further member have names of their own."""
        labels = tuple(step.label for step in self.trail)
        member = self.finding.member
        return labels if member is None else (*labels, member)
