"""Rules for arrays (applicators, core section 10.3.1; validation, section 6.4)."""

from collections.abc import Iterator

from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Finding, Site
from pytest_schema_registry.schema_types.json_schema.compatibility.place import collect
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.scalars import (
    changed,
    tightened,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.document import Place


def count_tightened(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find tighter limits on the length of arrays."""
    yield from tightened(producer, consumer, "array", "item-count-tightened", "Items")


def unique_items_added(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find arrays whose elements newly have to differ from each other."""
    if "array" not in types(producer) or any(on for _, on in collect(producer, "uniqueItems")):
        return
    for part, on in collect(consumer, "uniqueItems"):
        if on:
            yield changed("unique-items-added", "uniqueItems", producer, part)


def contains_changed(producer: Place, consumer: Place, known: Known) -> Iterator[Finding]:
    """Find changes in what an array has to contain, and how often.

    `contains`, `minContains` and `maxContains` are compared together, as one condition.
    """
    if "array" not in types(producer):
        return
    words = ("contains", "minContains", "maxContains")
    for part, wanted in collect(consumer, "contains"):
        if any(known.same(other, part, words) for other, _ in collect(producer, "contains")):
            continue
        before = [Site.of(other, "contains") for other, _ in collect(producer, "contains")]
        counts = [f"{word} {part.schema[word]}" for word in words[1:] if word in part.schema]
        was = brief(before[0].value) if before else "nothing"
        yield Finding(
            "contains-changed",
            before[0] if before else None,
            Site.of(part, "contains"),
            ", ".join([f"has to contain {was} -> {brief(wanted)}", *counts]),
            failing=tuple(f"{part.pointer}/{word}" for word in words),
        )
