"""Rules for objects (applicators, core section 10.3.2; validation, section 6.5)."""

from collections.abc import Iterator
from typing import Any

from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Finding, Site
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    all_branches,
    collect,
    conjuncts,
    declared_names,
    forbids,
    member,
    required,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.scalars import tightened
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.document import Part, Place, join
from pytest_schema_registry.schema_types.json_schema.keywords import SILENT

STRANGER = "zz"


def required_added(producer: Place, consumer: Place, patterns: Patterns) -> Iterator[Finding]:
    """Find members that may be missing and become required."""
    before = required(producer)
    for name, part in required(consumer).items():
        if name in before or "object" not in types(producer):
            continue
        place = member(producer, name, patterns)
        known = place and forbids(place) is None
        yield Finding(
            "required-added",
            Site(place[0].pointer, place[0].schema) if known else None,
            Site(join(part.pointer, "required"), name),
            f"{brief(name)} may be missing -> required",
            member=name,
        )


def property_removed(producer: Place, consumer: Place, patterns: Patterns) -> Iterator[Finding]:
    """Find declared members that are gone from an object that allows no others."""
    for part, value in collect(consumer, "additionalProperties"):
        if value is not False:
            continue
        for name in declared_names(producer):
            place = member(producer, name, patterns)
            if member((part,), name, patterns)[-1:] != (part.below("additionalProperties"),):
                continue
            if forbids(place) is None:
                yield Finding(
                    "property-removed-from-closed",
                    Site(place[0].pointer, place[0].schema),
                    Site.of(part, "additionalProperties"),
                    f"{brief(name)} is not declared any more, and no other member is allowed",
                    member=name,
                )


def closed(producer: Place, consumer: Place, patterns: Patterns) -> Iterator[Finding]:
    """Find objects that newly refuse members that are not declared."""
    if "object" not in types(producer):
        return
    name = stranger((*producer, *consumer), patterns)
    if forbids(member(producer, name, patterns)):
        return
    before = [Site.of(part, "additionalProperties") for part, _ in _additional(producer)]
    for part, value in _additional(consumer):
        if value is False:
            yield Finding(
                "additional-properties-closed",
                before[0] if before else None,
                Site.of(part, "additionalProperties"),
                "members that are not declared: allowed -> refused",
            )


def names_narrowed(producer: Place, consumer: Place, known: Known) -> Iterator[Finding]:
    """Find new conditions on the names of members."""
    if "object" not in types(producer):
        return
    before = [(part, value) for part, value in collect(producer, "propertyNames")]
    for part, _ in collect(consumer, "propertyNames"):
        if any(known.same(other, part, ("propertyNames",)) for other, _ in before):
            continue
        was = _names(before[0][0]) if before else "any name"
        yield Finding(
            "property-names-narrowed",
            Site.of(before[0][0], "propertyNames") if before else None,
            Site.of(part, "propertyNames"),
            f"{was} -> {_names(part)}",
            failing=tuple(p.pointer for p in all_branches((part.below("propertyNames"),))),
        )


def _names(part: Part) -> str:
    """Return what a part says about the names of members, behind any reference."""
    schema = conjuncts((part.below("propertyNames"),))[-1].schema
    if isinstance(schema, dict):
        schema = {word: value for word, value in schema.items() if word not in SILENT}
    return brief(schema)


def count_tightened(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find tighter limits on the number of members."""
    yield from tightened(producer, consumer, "object", "property-count-tightened", "Properties")


def dependents_added(producer: Place, consumer: Place, known: Known) -> Iterator[Finding]:
    """Find members whose presence newly requires another member or a schema."""
    if "object" not in types(producer):
        return
    before = {(trigger, name) for _, _, trigger, name in _dependent_names(producer)}
    for part, word, trigger, name in _dependent_names(consumer):
        if (trigger, name) not in before:
            yield Finding(
                "dependent-required-added",
                None,
                Site(join(part.pointer, word, trigger), name),
                f"{brief(trigger)} alone -> {brief(trigger)} only with {brief(name)}",
                member=name,
                failing=(join(part.pointer, word),),
            )
    for part, word, trigger in _dependent_schemas(consumer):
        found = [
            other
            for other, keyword, name in _dependent_schemas(producer)
            if (keyword, name) == (word, trigger)
        ]
        if any(known.same(other.below(word), part.below(word), (trigger,)) for other in found):
            continue
        yield Finding(
            "dependent-schema-narrowed",
            None,
            Site.of(part, word, trigger),
            f"objects with {brief(trigger)} have to obey more",
            failing=tuple(p.pointer for p in all_branches((part.below(word, trigger),))),
        )


def stranger(parts: Place, patterns: Patterns) -> str:
    """Return a name that no part declares and, if one can be found, no pattern describes."""
    taken = set(declared_names(parts)) | set(required(parts))
    described = [pattern for _, value in collect(parts, "patternProperties") for pattern in value]
    proposals = [STRANGER, "Z", "z z", "-", "0", *(f"zz{at}" for at in range(len(taken)))]
    free = [name for name in proposals if name not in taken]
    for name in free:
        if not any(patterns.matches(pattern, name) for pattern in described):
            return name
    return free[0]


def _additional(parts: Place) -> list[tuple[Part, Any]]:
    return collect(parts, "additionalProperties")


def _dependent_names(parts: Place) -> Iterator[tuple[Part, str, str, str]]:
    for word in ("dependentRequired", "dependencies"):
        for part, listed in collect(parts, word):
            for trigger, names_ in listed.items():
                if isinstance(names_, list):
                    yield from ((part, word, trigger, name) for name in names_)


def _dependent_schemas(parts: Place) -> list[tuple[Part, str, str]]:
    return [
        (part, word, trigger)
        for word in ("dependentSchemas", "dependencies")
        for part, listed in collect(parts, word)
        for trigger, value in listed.items()
        if isinstance(value, dict | bool)
    ]
