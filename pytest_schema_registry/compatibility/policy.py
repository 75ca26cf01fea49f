"""Policies: how a schema is read on the side that writes and on the side that reads.

A policy rewrites the two schemas before they are compared as written. A rewritten producer accepts
no more than the original and a rewritten consumer no less, so whatever breaks under a policy also
breaks as written. Below a `not`, an `if` or a `oneOf` whose branches overlap a narrower part
would widen the whole: such parts stay as they are.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pytest_schema_registry.compatibility.document import Document, Part, Place, Schema
from pytest_schema_registry.compatibility.facets import finite
from pytest_schema_registry.compatibility.place import (
    alternatives,
    branches,
    collect,
    conjuncts,
    names,
    required,
)
from pytest_schema_registry.compatibility.rules.unions import disjoint, tags

_CONTRARY = ("not", "if", "contains", "propertyNames")
_MEMBERS = ("properties", "patternProperties")
_BESIDE = ("dependentSchemas", "dependencies")
_OTHERS = ("additionalProperties", "unevaluatedProperties", "contains", "propertyNames")
_ELEMENTS = ("items", "prefixItems", "additionalItems", "unevaluatedItems")


def as_producer(schema: Schema) -> Schema:
    """A schema for those who write: they send what is declared and nothing else.

    Objects that declare members are closed. The tag of a tagged union is sent even where the
    schema lets it be left out, as pydantic's does for a literal with a default.

    Args:
        schema: A valid schema; it is not changed.
    """
    document = Document(_copy(schema))
    kept = _kept(document, optional_tags=True)
    places = [part for part in _places(document) if part.pointer not in kept]
    composed = {
        part.pointer
        for place in places
        for option in alternatives((place,))
        if len(declaring := [part for part in option if _declares(part)]) > 1
        for part in declaring
    }
    for place in places:
        for part in _union_holders(place):
            _require_tags(part)
    for place in places:
        parts = {part.pointer: part for option in alternatives((place,)) for part in option}
        if parts.keys() & kept:
            continue
        declaring = [part for part in parts.values() if _declares(part)]
        if any(part.pointer in composed for part in declaring):
            _close_around(place, tuple(parts.values()))
        else:
            for part in declaring:
                _close(part)
    return document.root


def as_consumer(schema: Schema, *, opened: bool, defaults: bool) -> Schema:
    """A schema for those who read.

    Args:
        schema: A valid schema; it is not changed.
        opened: Whether members that are not declared are ignored rather than refused.
        defaults: Whether a required member with a default may be missing.
    """
    document = Document(_copy(schema))
    kept = _kept(document, optional_tags=False)
    for part in _reachable([document.part()]):
        if part.pointer in kept or not isinstance(part.schema, dict):
            continue
        if opened:
            for keyword in ("additionalProperties", "unevaluatedProperties"):
                if part.schema.get(keyword) is False:
                    del part.schema[keyword]
        if defaults and isinstance(part.get("required"), list):
            part.schema["required"] = [
                name for name in part.schema["required"] if not _has_default(part, name)
            ]
    return document.root


def _copy(schema: Schema) -> Any:
    return json.loads(json.dumps(schema))


def _has_default(part: Part, name: str) -> bool:
    if name not in (part.get("properties") or {}):
        return False
    place = conjuncts((part.below("properties", name),))
    tag = finite(place) is not None  # without its tag a union could become ambiguous
    return not tag and any("default" in p.schema for p in place if isinstance(p.schema, dict))


def _kept(document: Document, *, optional_tags: bool) -> set[str]:
    contrary: list[Part] = []
    for part in _reachable([document.part()]):
        contrary += [part.below(word) for word in _CONTRARY if part.get(word) is not None]
        listed = branches(part, "oneOf")
        if not _apart(listed, optional_tags=optional_tags):
            contrary += listed
    return {part.pointer for part in _reachable(contrary)}


def _apart(listed: list[Part], *, optional_tags: bool) -> bool:
    places: list[Place] = [conjuncts((branch,)) for branch in listed]
    return disjoint(places) or (optional_tags and _tag(places) is not None)


def _tag(places: list[Place]) -> str | None:
    found = [tags(place) for place in places]
    for name in found[0] if found else ():
        values = [known.get(name, frozenset[str]()) for known in found]
        if all(values) and sum(map(len, values)) == len(frozenset[str]().union(*values)):
            return name
    return None


def _union_holders(place: Part) -> Iterator[Part]:
    for part in _beside([place]):
        if part.get("oneOf"):
            yield part


def _require_tags(holder: Part) -> None:
    places = [conjuncts((branch,)) for branch in branches(holder, "oneOf")]
    name = None if disjoint(places) else _tag(places)
    if name is None:
        return
    for place in places:
        for part in place:
            if name in (part.get("properties") or {}) and name not in required((part,)):
                part.schema["required"] = [*part.schema.get("required", []), name]


def _declares(part: Part) -> bool:
    return bool(part.get("properties"))


def _close(part: Part) -> None:
    if part.get("additionalProperties") not in (None, True):
        return
    if part.get("unevaluatedProperties") not in (None, True):
        return
    for name in _mentioned((part,)):
        part.schema["properties"].setdefault(name, {})
    part.schema["additionalProperties"] = False


def _close_around(place: Part, parts: Place) -> None:
    described = [value for _, value in collect(parts, "additionalProperties") if value is not True]
    described += [v for _, v in collect(parts, "unevaluatedProperties") if v is not True]
    if described or place.document.draft <= 4:
        return
    listed: list[dict[str, Any]] = [{"enum": [*names(parts), *_mentioned(parts)]}]
    for _, value in collect(parts, "patternProperties"):
        listed += [{"pattern": pattern} for pattern in value]
    limit = {"propertyNames": listed[0] if len(listed) == 1 else {"anyOf": listed}}
    if place.document.draft <= 7 and "$ref" in place.schema:
        # What stands beside a reference would be ignored.
        reference = place.schema.pop("$ref")
        place.schema["allOf"] = [{"$ref": reference}]
    place.schema["allOf"] = [*place.schema.get("allOf", []), limit]


def _mentioned(parts: Place) -> list[str]:
    found = list(required(parts))
    for word in ("dependentRequired", "dependencies"):
        for _, listed in collect(parts, word):
            for trigger, others in listed.items():
                found += [trigger, *(others if isinstance(others, list) else ())]
    return [name for name in dict.fromkeys(found) if name not in names(parts)]


def _places(document: Document) -> Iterator[Part]:
    """The root and every subschema that applies to a member or an element, not to the whole."""
    yield document.part()
    for part in _reachable([document.part()]):
        yield from _inside(part)


def _reachable(start: Iterable[Part]) -> Iterator[Part]:
    seen: set[str] = set()
    pending = list(start)
    while pending:
        part = pending.pop()
        if part.pointer in seen:
            continue
        seen.add(part.pointer)
        yield part
        pending += _next_to(part)
        pending += _inside(part)


def _beside(start: Iterable[Part]) -> Iterator[Part]:
    seen: set[str] = set()
    pending = list(start)
    while pending:
        part = pending.pop()
        if part.pointer not in seen:
            seen.add(part.pointer)
            yield part
            pending += _next_to(part)


def _next_to(part: Part) -> list[Part]:
    found = [target for target in conjuncts((part,)) if target.pointer != part.pointer]
    if not isinstance(part.schema, dict):
        return found
    found += [branch for word in ("allOf", "anyOf", "oneOf") for branch in branches(part, word)]
    found += [part.below(word) for word in ("then", "else", "if", "not") if word in part.schema]
    found += [
        part.below(word, name)
        for word in _BESIDE
        for name, value in (part.get(word) or {}).items()
        if isinstance(value, dict | bool)
    ]
    return found


def _inside(part: Part) -> list[Part]:
    found = [part.below(word, name) for word in _MEMBERS for name in part.get(word) or {}]
    found += [part.below(word) for word in _OTHERS if isinstance(part.get(word), dict)]
    for word in _ELEMENTS:
        value = part.get(word)
        if isinstance(value, list):
            found += [part.below(word, at) for at in range(len(value))]
        elif isinstance(value, dict):
            found.append(part.below(word))
    return found
