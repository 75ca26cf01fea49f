"""Notes: facts about a change that are worth knowing but do not change the verdict."""

from collections import deque
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TypeAlias

from pytest_schema_registry.compatibility.report import Direction, Note
from pytest_schema_registry.compatibility.wording import brief, contrast, listed
from pytest_schema_registry.json_values import json_path
from pytest_schema_registry.schema_types.json_schema.compatibility.children import children
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import finite, types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    branches,
    conjuncts,
    declared_names,
    required,
    unions,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import assign
from pytest_schema_registry.schema_types.json_schema.compatibility.values import (
    equality_key,
    missing,
)
from pytest_schema_registry.schema_types.json_schema.document import (
    Document,
    Key,
    Part,
    Place,
    Schema,
    identity,
)

Keys: TypeAlias = tuple[str | int, ...]

_MOST_PLACES = 2_000
# More branches than a person writes; each of one side is measured against each of the other.
_MOST_BRANCHES = 40
_WORDING = ("title", "description", "default")
_SHOWN = 36


def notes(old: Schema, new: Schema, direction: Direction) -> tuple[Note, ...]:
    """Collect the notes that a reader of both schemas would make.

    Args:
        old: The older schema.
        new: The newer schema.
        direction: The direction asked for. An `enum` that changed without harm in this direction
            breaks the other one.
    """
    found: list[Note] = []
    for keys, one, other in _places(old, new):
        found += _at(keys, one, other, direction)
    return tuple(dict.fromkeys(found))


def _places(old: Schema, new: Schema) -> Iterator[tuple[Keys, Place, Place]]:
    patterns = Patterns()
    seen: set[tuple[Key, Key]] = set()
    pending: deque[tuple[Keys, Place, Place]] = deque()
    pending.append(((), (Document(old).part(),), (Document(new).part(),)))
    while pending and len(seen) < _MOST_PLACES:
        keys, before, after = pending.popleft()
        one, other = conjuncts(before), conjuncts(after)
        pair = identity(one), identity(other)
        if pair in seen or not one or not other:
            continue
        seen.add(pair)
        yield keys, one, other
        unshared = set(declared_names(one)) ^ set(declared_names(other))
        for child in children(one, other, patterns):
            if child.at not in unshared:
                pending.append(((*keys, child.label), child.producer, child.consumer))
        pending += ((keys, *versions) for versions in _versions(one, other))


def _versions(one: Place, other: Place) -> Iterator[tuple[Place, Place]]:
    """Yield the branches of two unions that are versions of each other.

    A model is a version of the same model that may be null.
    """
    ours, theirs = _branches(one), _branches(other)
    if not (ours or theirs) or max(len(ours), len(theirs)) > _MOST_BRANCHES:
        return
    before, after = ours or [one], theirs or [other]
    for place, (taken, _) in zip(before, assign(before, after), strict=True):
        if taken is not None and (declared_names(conjuncts(place)) or (ours and theirs)):
            yield place, taken


def _branches(parts: Place) -> list[Place]:
    """Return the branches of the only union of a place; none if it has no union, or several.

    Branches that only add to what is beside the union have no type, and are left out.
    """
    held = unions(parts)
    listed = branches(held[0][1], held[0][0]) if len(held) == 1 else []
    found = [(branch, conjuncts((branch,))) for branch in listed]
    return [(one,) for one, place in found if types(place) < types(()) or unions(place)]


def _at(keys: Keys, one: Place, other: Place, direction: Direction) -> Iterator[Note]:
    producer, consumer = (one, other) if direction == "backward" else (other, one)
    yield from _renamed(keys, one, other)
    yield from _reworded(json_path(keys), one, other)
    yield from _relisted(json_path(keys), producer, consumer, direction)
    yield from _defaulted(keys, producer, consumer)


def _renamed(keys: Keys, one: Place, other: Place) -> Iterator[Note]:
    before, after = _declared(one), _declared(other)
    removed = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    alike = [(name, now) for name in removed for now in added if before[name] == after[now]]
    taken: dict[str, str] = {}
    for name, now in sorted(alike, key=_unlikeness):
        if name not in taken and now not in taken.values():
            taken[name] = now
    for name in filter(taken.__contains__, removed):
        now = f"-> {json_path((*keys, taken[name]))}"
        yield Note("probable-rename", json_path((*keys, name)), now)


def _unlikeness(names: tuple[str, str]) -> float:
    """Return how unlike two names are, whatever their case and their underscores."""
    one, other = (name.replace("_", "").replace("-", "").lower() for name in names)
    return -SequenceMatcher(None, one, other).ratio()


def _declared(parts: Place) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        for name, schema in (part.get("properties") or {}).items():
            kept = schema
            if isinstance(schema, dict):
                kept = {word: value for word, value in schema.items() if word not in _WORDING}
            found[name] = equality_key(kept)
    return found


def _reworded(where: str, one: Place, other: Place) -> Iterator[Note]:
    # The texts of a union are not those of a model.
    words = ("default",) if bool(unions(one)) != bool(unions(other)) else _WORDING
    for word in (*words, "$id", "discriminator"):
        before = [part.schema[word] for part in one if _has(part, word)]
        after = [part.schema[word] for part in other if _has(part, word)]
        if not (before or after) or equality_key(before[:1]) == equality_key(after[:1]):
            continue
        if before and after:
            change = contrast(before[0], after[0], _SHOWN)
        else:
            sides = (brief(found[0], _SHOWN) if found else "none" for found in (before, after))
            change = " -> ".join(sides)
        yield Note(f"{word.lstrip('$')}-changed", where, change)


def _relisted(where: str, producer: Place, consumer: Place, direction: Direction) -> Iterator[Note]:
    sent, known = finite(producer), finite(consumer)
    if sent is None or known is None or missing(sent, known):
        return
    spare = missing(known, sent)
    if spare and direction == "backward":
        yield Note("enum-widened", where, f"newly allowed: {listed(spare)}; breaks forward")
    elif spare:
        yield Note("enum-narrowed", where, f"no longer sent: {listed(spare)}; breaks backward")


def _defaulted(keys: Keys, producer: Place, consumer: Place) -> Iterator[Note]:
    for name, part in required(consumer).items():
        schema = (part.get("properties") or {}).get(name)
        if name not in required(producer) and isinstance(schema, dict) and "default" in schema:
            value = brief(schema["default"], 30)
            text = f"has the default {value}, but validators do not fill it in"
            yield Note("required-relies-on-default", json_path((*keys, name)), text)


def _has(part: Part, word: str) -> bool:
    return isinstance(part.schema, dict) and word in part.schema
