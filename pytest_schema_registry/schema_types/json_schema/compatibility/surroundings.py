"""The parts of a schema that apply to one value together, at every place of a payload."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    alternatives,
    branches,
    collect,
    conjuncts,
    contained,
    declared_names,
    element,
    member,
    prefix,
    unions,
    work,
)
from pytest_schema_registry.schema_types.json_schema.document import (
    REST,
    Document,
    Key,
    Part,
    Place,
    identity,
)

_UNIONS = ("anyOf", "oneOf")
_CONDITIONS = ("then", "else", "if", "not")
_MEMBERS = ("properties", "patternProperties")
_BESIDE = ("dependentSchemas", "dependencies")
_OTHERS = (*REST, "contains", "propertyNames")
_ELEMENTS = ("items", "prefixItems", "additionalItems", "unevaluatedItems")
_SAME_VALUE = frozenset({"allOf", *_UNIONS, *_CONDITIONS, *_BESIDE})
_OTHER_VALUES = frozenset({*_MEMBERS, *_OTHERS, *_ELEMENTS})
_CONTAINERS = frozenset({"object", "array"})
# Steps of a budget for each option, beside those for its parts.
_STEPS = 4


class Alternative(NamedTuple):
    """One way to satisfy a place: the parts that apply, and by pointer all that may apply."""

    parts: Place
    around: dict[str, Part]


def all_alternatives(document: Document, budget: Budget) -> Iterator[Alternative]:
    """Yield the ways to satisfy each place of a payload with an object or an array.

    Args:
        document: The schema of the payload.
        budget: The budget that each way spends.
    """
    patterns = Patterns()
    seen: set[Key] = set()
    waiting = deque[Place]([(document.part(),)])
    while waiting:
        place = waiting.popleft()
        if identity(place) in seen:
            continue
        seen.add(identity(place))
        if not _may_contain(conjuncts(place), budget):
            continue
        for option in with_surroundings(place):
            budget.spend(_STEPS + work([option.parts]))
            yield option
            waiting += _inner(tuple(option.around.values()), patterns)


def _may_contain(parts: Place, budget: Budget) -> bool:
    """Check whether a value that satisfies parts may be an object or an array."""
    allowed = types(parts) & _CONTAINERS
    for word, part in unions(parts):
        listed = branches(part, word)
        budget.spend(work([listed]))
        allowed &= frozenset[str]().union(*(types(conjuncts((each,))) for each in listed))
    return bool(allowed)


def with_surroundings(place: Place) -> Iterator[Alternative]:
    """Yield the ways to satisfy one place, each with all parts that may apply."""
    for parts in alternatives(place):
        # Up to draft 7, `parts` has a reference's target only, but the reference can be rewritten.
        listed = {part.pointer: part for part in (*place, *parts)}
        around = listed | {part.pointer: part for part in _undecided(parts)}
        yield Alternative(tuple(listed.values()), around)


def reachable(start: Iterable[Part]) -> Iterator[Part]:
    """Yield every part that may apply anywhere in a payload that the first parts describe."""
    return _closure(start, lambda part: [*_next_to(part), *_inside(part)])


def beside(start: Iterable[Part]) -> Iterator[Part]:
    """Yield every part that may apply to the same value as the first parts do."""
    return _closure(start, _next_to)


def _closure(start: Iterable[Part], more: Callable[[Part], list[Part]]) -> Iterator[Part]:
    seen: set[str] = set()
    pending = list(start)
    while pending:
        part = pending.pop()
        if part.pointer not in seen:
            seen.add(part.pointer)
            yield part
            pending += more(part)


def _undecided(parts: Place) -> Iterator[Part]:
    """Yield the parts that may apply although they are not listed.

    These are conditions, negations, dependents, and the branches of unions without a choice.
    """
    present = {part.pointer for part in parts}
    for part in parts:
        start = _dependent(part)
        start += [part.below(word) for word in ("if", "not") if part.get(word) is not None]
        for word in _UNIONS:
            listed = branches(part, word)
            if not any(other.pointer in present for other in conjuncts(listed)):
                start += listed
        yield from beside(start)


def _inner(parts: Place, patterns: Patterns) -> Iterator[Place]:
    """Yield the places of members and elements, each with all parts that may apply to one value."""
    for name in declared_names(parts):
        yield member(parts, name, patterns)
    described = [
        part.below("patternProperties", pattern)
        for part, listed in collect(parts, "patternProperties")
        for pattern in listed
    ]
    rest = [part.below(word) for word in REST for part, _ in collect(parts, word)]
    for one in (*described, *rest):
        yield (one,)
    # Patterns may overlap, and a member that one part describes may be additional to another.
    if len(described) > 1 or len(rest) > 1:
        yield (*described, *rest)
    present = contained(parts)
    for at in range(max((prefix(part)[1] for part in parts), default=0) + 1):
        yield (*element(parts, at), *present)


def _next_to(part: Part) -> list[Part]:
    # Up to draft 7, a reference that leads to a reference is not among the conjuncts.
    both = (*part.targets(), *conjuncts((part,)))
    found = [target for target in both if target.pointer != part.pointer]
    if not isinstance(part.schema, dict) or _SAME_VALUE.isdisjoint(part.schema):
        return found
    found += [branch for word in ("allOf", *_UNIONS) for branch in branches(part, word)]
    found += [part.below(word) for word in _CONDITIONS if word in part.schema]
    return found + _dependent(part)


def _dependent(part: Part) -> list[Part]:
    return [
        part.below(word, name)
        for word in _BESIDE
        for name, value in (part.get(word) or {}).items()
        if isinstance(value, dict | bool)
    ]


def _inside(part: Part) -> list[Part]:
    if not isinstance(part.schema, dict) or _OTHER_VALUES.isdisjoint(part.schema):
        return []
    found = [part.below(word, name) for word in _MEMBERS for name in part.get(word) or {}]
    found += [part.below(word) for word in _OTHERS if isinstance(part.get(word), dict)]
    for word in _ELEMENTS:
        value = part.get(word)
        if isinstance(value, list):
            found += [part.below(word, at) for at in range(len(value))]
        elif isinstance(value, dict):
            found.append(part.below(word))
    return found
