"""Notes: facts about a change that are worth knowing but do not change the verdict."""

from collections import deque
from collections.abc import Iterator
from typing import TypeAlias

from pytest_schema_registry.compatibility.report import Direction, Note
from pytest_schema_registry.compatibility.wording import brief, contrast, listed
from pytest_schema_registry.json_values import ANY_ELEMENT, json_path
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import finite
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    conjuncts,
    declared_names,
    element,
    member,
    required,
)
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
        shared = set(declared_names(other))
        for name in declared_names(one):
            if name in shared:
                step = (*keys, name)
                pending.append((step, member(one, name, patterns), member(other, name, patterns)))
        pending.append(((*keys, ANY_ELEMENT), element(one, 0), element(other, 0)))


def _at(keys: Keys, one: Place, other: Place, direction: Direction) -> Iterator[Note]:
    producer, consumer = (one, other) if direction == "backward" else (other, one)
    yield from _renamed(keys, one, other)
    yield from _reworded(json_path(keys), one, other)
    yield from _relisted(json_path(keys), producer, consumer, direction)
    yield from _defaulted(keys, producer, consumer)


def _renamed(keys: Keys, one: Place, other: Place) -> Iterator[Note]:
    before, after = _declared(one), _declared(other)
    added = [name for name in after if name not in before]
    for name in before:
        if name in after:
            continue
        for candidate in added:
            if before[name] == after[candidate]:
                now = f"-> {json_path((*keys, candidate))}"
                yield Note("probable-rename", json_path((*keys, name)), now)
                added.remove(candidate)
                break


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
    for word in (*_WORDING, "$id", "discriminator"):
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
