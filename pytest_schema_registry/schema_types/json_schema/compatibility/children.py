"""The members and elements below a place in each of two schemas, which a comparison enters."""

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_schema_registry.json_values import ANY_ELEMENT, ANY_MEMBER
from pytest_schema_registry.schema_types.json_schema.compatibility import regexes
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    collect,
    declared_names,
    element,
    member,
    prefix,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules import objects
from pytest_schema_registry.schema_types.json_schema.document import Place

_MOST_EXAMPLES = 2


@dataclass(frozen=True, slots=True)
class Child:
    """A member or an element below a pair of places, with the parts that each schema has for it.

    Args:
        at: The name or the index.
        label: The name or the index in a path; that of any member or element.
        producer: The parts of the schema that payloads are written by.
        consumer: The parts of the schema that they are read by.
        rule: The rule that the consumer breaks if it limits what the producer leaves open; None
            where the producer declares the member.
    """

    at: str | int
    label: str | int
    producer: Place
    consumer: Place
    rule: str | None


def children(producer: Place, consumer: Place, patterns: Patterns) -> Iterator[Child]:
    """Yield what may be below a pair of places: the declared, and examples of the others."""
    allowed = types(producer) & types(consumer)
    if "object" in allowed:
        yield from _members(producer, consumer, patterns)
    if "array" in allowed:
        yield from _elements(producer, consumer)


def _members(producer: Place, consumer: Place, patterns: Patterns) -> Iterator[Child]:
    def child(name: str, label: str, rule: str | None) -> Child:
        ours, theirs = member(producer, name, patterns), member(consumer, name, patterns)
        return Child(name, label, ours, theirs, rule)

    both = (*producer, *consumer)
    declared, sent = dict.fromkeys(declared_names(both)), set(declared_names(producer))
    for name in declared:
        yield child(name, name, None if name in sent else "property-added-to-open")
    described = dict.fromkeys(
        pattern for _, value in collect(both, "patternProperties") for pattern in value
    )
    for pattern in described:
        for name in regexes.examples(pattern)[:_MOST_EXAMPLES]:
            if name not in declared:
                yield child(name, ANY_MEMBER, "pattern-properties-narrowed")
    name = objects.stranger(both, patterns)
    yield child(name, ANY_MEMBER, "additional-properties-narrowed")


def _elements(producer: Place, consumer: Place) -> Iterator[Child]:
    longest = max((prefix(part)[1] for part in (*producer, *consumer)), default=0)
    for at in range(longest + 1):
        label: str | int = at if at < longest else ANY_ELEMENT
        rule = "prefix-item-narrowed" if at < longest else "items-narrowed"
        yield Child(at, label, element(producer, at), element(consumer, at), rule)
