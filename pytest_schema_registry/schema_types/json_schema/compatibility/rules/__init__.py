"""The rules: each compares two flat schemas for one value and proposes what may break.

Each rule is a function from the producer's parts and the consumer's parts to findings. A rule may
propose too much, because a finding counts only once a payload shows it. It must not miss much. The
walk that calls the rules takes care of members, elements and branches.
"""

from collections.abc import Iterator

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Finding
from pytest_schema_registry.schema_types.json_schema.compatibility.rules import (
    applicators,
    arrays,
    objects,
    scalars,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.document import Place


def findings(
    producer: Place, consumer: Place, patterns: Patterns, known: Known, *, formats: bool
) -> Iterator[Finding]:
    """Yield the findings that the rules propose for one value.

    Args:
        producer: One way to satisfy the producer's schema.
        consumer: The parts of the consumer's schema for the same value.
        patterns: The matcher for names of members.
        known: Tells which subschemas are the same in both.
        formats: Whether `format` is asserted.
    """
    yield from scalars.type_narrowed(producer, consumer)
    yield from scalars.values_removed(producer, consumer)
    yield from scalars.bounds_tightened(producer, consumer)
    yield from scalars.divisor_changed(producer, consumer)
    yield from scalars.length_tightened(producer, consumer)
    yield from scalars.text_changed(producer, consumer, "pattern")
    if formats:
        yield from scalars.text_changed(producer, consumer, "format")
    yield from arrays.count_tightened(producer, consumer)
    yield from arrays.unique_items_added(producer, consumer)
    yield from arrays.contains_changed(producer, consumer, known)
    yield from objects.required_added(producer, consumer, patterns)
    yield from objects.property_removed(producer, consumer, patterns)
    yield from objects.closed(producer, consumer, patterns)
    yield from objects.names_narrowed(producer, consumer, known)
    yield from objects.count_tightened(producer, consumer)
    yield from objects.dependents_added(producer, consumer, known)
    yield from applicators.not_added(producer, consumer, known)
    yield from applicators.conditional_changed(producer, consumer, known)
    yield from applicators.unevaluated_changed(producer, consumer)
