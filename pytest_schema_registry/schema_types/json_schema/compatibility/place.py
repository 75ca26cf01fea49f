"""The parts of a schema that apply at one place of a payload.

References are followed, and conjunctions are flattened.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.schema_types.json_schema.document import (
    REFERENCES,
    Key,
    Part,
    Place,
    identity,
)
from pytest_schema_registry.schema_types.json_schema.keywords import DEFINITIONS, SILENT

_MOST_ALTERNATIVES = 250
_MOST_EXPANSIONS = 500
_MOST_BRANCHES = 200
_WIDER = frozenset({*REFERENCES, "allOf"})
_CHOOSING = frozenset({"anyOf", "oneOf", "if"})
#: About this many parts of a place are brought together in one step of a budget.
_PARTS_IN_A_STEP = 8


class Impossible(Exception):
    """No payload could be made for a place."""


def conjuncts(place: Iterable[Part]) -> Place:
    """Return all parts that must hold at once, with those behind `$ref` and in `allOf`.

    See core, sections 8.2 and 10.2.1. References that cannot be followed are left out: only a
    proof would have to know what they refer to.
    """
    place = tuple(place)
    if len(place) == 1 and not _has_any(place[0], _WIDER):
        return place
    if not any(_has_any(part, _WIDER) for part in place):
        known = {(id(part.document), part.pointer): part for part in place}
        return place if len(known) == len(place) else tuple(known.values())
    found: list[Part] = []
    seen: set[tuple[int, str]] = set()
    pending = list(place[::-1])
    while pending:
        part = pending.pop()
        key = (id(part.document), part.pointer)
        if key in seen:
            continue
        seen.add(key)
        if not isinstance(part.schema, dict):
            found.append(part)
            continue
        referred = list(part.targets())
        if part.is_reference:
            pending.extend(referred)
            continue
        found.append(part)
        pending.extend(branches(part, "allOf")[::-1])
        pending.extend(referred)
    return tuple(found)


def text_of(part: Part) -> str:
    """Return a part as a text that equal ones share, without the definitions that it holds."""
    schema = part.schema
    if isinstance(schema, dict) and not DEFINITIONS.isdisjoint(schema):
        schema = {word: value for word, value in schema.items() if word not in DEFINITIONS}
    return equality_key(schema)


def telling(parts: Place, *, settled: bool = False) -> Key:
    """Identify a place by the parts that constrain a value, however they were reached.

    Args:
        parts: The place's conjuncts.
        settled: True where one branch of each union is among them.
    """
    silent = SILENT | {"$ref", "allOf"}
    if settled:
        silent |= {"anyOf", "oneOf"}
    return identity(
        tuple(
            part
            for part in parts
            if not isinstance(part.schema, dict) or part.schema.keys() - silent
        )
    )


def branches(part: Part, keyword: str) -> list[Part]:
    """Return the subschemas listed under `allOf`, `anyOf` or `oneOf`."""
    listed = part.get(keyword)
    return [part.below(keyword, at) for at in range(len(listed))] if listed else []


def unions(parts: Place) -> list[tuple[str, Part]]:
    """Return the unions among the parts, as pairs (keyword, part that holds it)."""
    return [(word, part) for part in parts for word in ("anyOf", "oneOf") if part.get(word)]


def alternatives(place: Place) -> list[Place]:
    """Return the ways to satisfy a place. Most of them have no choice left.

    One union varies at a time over the first branches of the others. So all branches appear early,
    before the product of all unions. A condition is a choice between its outcomes.

    Each value that the place accepts is accepted by one of its alternatives. The reverse is not
    true: an alternative leaves out exclusions, such as that no other branch of a `oneOf` holds,
    and choices beyond the limits.
    """
    finished: list[Place] = []
    pending = deque[tuple[Place, frozenset[tuple[int, str]]]]([(conjuncts(place), frozenset())])
    left = _MOST_EXPANSIONS
    while pending and left and len(finished) + len(pending) <= _MOST_ALTERNATIVES:
        left -= 1
        parts, chosen = pending.popleft()
        choice = next(_choices(parts, chosen), None)
        if choice is None:
            finished.append(parts)
            continue
        key, options = choice
        grown = [(conjuncts((*parts, *option)), chosen | {key}) for option in options]
        pending.appendleft(grown[0])
        pending.extend(grown[1:])
    return [*finished, *(parts for parts, _ in pending)]


def work(places: Iterable[Sequence[Part]]) -> int:
    """Return the steps of a budget that it takes to look at the parts of places one by one."""
    return 1 + sum(map(len, places)) // _PARTS_IN_A_STEP


def all_branches(place: Iterable[Part]) -> Place:
    """Return the parts of a place and of each branch, condition, negation and dependent below."""
    found: dict[tuple[int, str], Part] = {}
    pending = list(conjuncts(place))
    while pending and len(found) < _MOST_BRANCHES:
        part = pending.pop(0)
        if (id(part.document), part.pointer) in found:
            continue
        found[id(part.document), part.pointer] = part
        inner = [branch for word in ("anyOf", "oneOf") for branch in branches(part, word)]
        inner += [
            part.below(word) for word in ("if", "then", "else", "not") if part.get(word) is not None
        ]
        for word in ("dependentSchemas", "dependencies"):
            inner += [
                part.below(word, name)
                for name, value in (part.get(word) or {}).items()
                if isinstance(value, dict)
            ]
        pending += conjuncts(inner)
    return tuple(found.values())


def _choices(
    parts: Place, chosen: frozenset[tuple[int, str]]
) -> Iterator[tuple[tuple[int, str], list[Place]]]:
    holders = [part for part in parts if _has_any(part, _CHOOSING)]
    if not holders:
        return
    # An alternative already contains the chosen branch beside the union that it comes from.
    held = set(identity(parts))
    for part in holders:
        for word in ("anyOf", "oneOf"):
            key = (id(part.document), f"{part.pointer}/{word}")
            listed = branches(part, word) if key not in chosen else []
            if listed and not any(_is_held(branch, held) for branch in listed):
                yield key, [(branch,) for branch in listed]
        key = (id(part.document), f"{part.pointer}/if")
        if part.get("if") is not None and part.document.draft >= 7 and key not in chosen:
            taken = [part.below("if")] + ([part.below("then")] if "then" in part.schema else [])
            # Of several conditions at most one holds as a rule, such as one for each version.
            yield key, [(part.below("else"),) if "else" in part.schema else (), tuple(taken)]


def _is_held(branch: Part, held: set[tuple[int, str]]) -> bool:
    """Check whether all parts of a branch are among others. Of a reference, that is its target."""
    return held.issuperset(identity(conjuncts((branch,))))


def _has_any(part: Part, keywords: frozenset[str]) -> bool:
    return isinstance(part.schema, dict) and not keywords.isdisjoint(part.schema)


def member(parts: Place, name: str, patterns: Patterns) -> Place:
    """Return the parts that apply to the member `name` of an object (core, section 10.3.2)."""
    found: list[Part] = []
    evaluated = False
    for part in parts:
        schema = part.schema
        if not isinstance(schema, dict):
            continue
        here = [part.below("properties", name)] if name in (schema.get("properties") or {}) else []
        here += [
            part.below("patternProperties", pattern)
            for pattern in schema.get("patternProperties") or {}
            if patterns.matches(pattern, name)
        ]
        if not here and schema.get("additionalProperties") is not None:
            here = [part.below("additionalProperties")]
        evaluated = evaluated or bool(here)
        found += here
    if not evaluated:
        found += [
            part.below("unevaluatedProperties")
            for part in parts
            if part.get("unevaluatedProperties") is not None
        ]
    return tuple(found)


def element(parts: Place, index: int) -> Place:
    """Return the parts that apply to the element `index` of an array (core, section 10.3.1)."""
    found: list[Part] = []
    for part in parts:
        keyword, count = prefix(part)
        if index < count:
            found.append(part.below(keyword, index))
            continue
        rest = rest_keyword(part)
        if part.get(rest) is not None:
            found.append(part.below(rest))
    if not found:
        found = [
            part.below("unevaluatedItems")
            for part in parts
            if part.get("unevaluatedItems") is not None
        ]
    return tuple(found)


def prefix(part: Part) -> tuple[str, int]:
    """Return the keyword for positional elements in this part's draft, and how many it lists."""
    keyword = "prefixItems" if part.document.draft >= 2020 else "items"
    listed = part.get(keyword)
    return keyword, len(listed) if isinstance(listed, list) else 0


def rest_keyword(part: Part) -> str:
    """Return the keyword for the elements after the positional ones in this part."""
    if part.document.draft < 2020 and isinstance(part.get("items"), list):
        return "additionalItems"
    return "items"


def declared_names(parts: Place) -> list[str]:
    """Return the members that any part declares by name."""
    return list(dict.fromkeys(name for part in parts for name in part.get("properties") or {}))


def required(parts: Place) -> dict[str, Part]:
    """Return the members that any part requires, each with the first part that does."""
    found: dict[str, Part] = {}
    for part in parts:
        listed = part.get("required")
        if isinstance(listed, list):
            for name in listed:
                found.setdefault(name, part)
    return found


def is_open(place: Place) -> bool:
    """Check whether a place allows every value."""
    return all(
        part.schema is True or (isinstance(part.schema, dict) and not part.schema.keys() - SILENT)
        for part in conjuncts(place)
    )


def forbids(place: Place) -> Part | None:
    """Return the first part that allows nothing (the schema `false`), None if there is none."""
    return next((part for part in conjuncts(place) if part.schema is False), None)


def collect(parts: Place, keyword: str) -> list[tuple[Part, Any]]:
    """Return every part that has a keyword, with the keyword's value."""
    found: list[tuple[Part, Any]] = []
    for part in parts:
        value = part.schema.get(keyword) if isinstance(part.schema, dict) else None
        if value is not None:
            found.append((part, value))
    return found


def contained(parts: Place) -> Place:
    """Return the parts that apply to an element of an array because of `contains`."""
    return tuple(part.below("contains") for part, _ in collect(parts, "contains"))


def dependents(parts: Place, name: str) -> list[str]:
    """Return the members that must be present if the member `name` is."""
    found: list[str] = []
    for word in ("dependentRequired", "dependencies"):
        for _, listed in collect(parts, word):
            found += listed[name] if isinstance(listed.get(name), list) else []
    return found


def dependency_names(parts: Place) -> list[str]:
    """Return the members whose presence requires other members or a schema."""
    words = ("dependentRequired", "dependentSchemas", "dependencies")
    return [name for word in words for _, listed in collect(parts, word) for name in listed]
