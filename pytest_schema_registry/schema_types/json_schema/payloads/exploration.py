"""The exploration of a schema: payloads that conform, each with what it shows of the schema.

It is guided by coverage. A payload that the engine accepts is looked at with the engine's own list
of the schemas that accepted each of its values. Each place that it reaches for the first time is
then varied inside this payload. So a place is explored in the smallest payload that reaches it, at
any depth, and recursion ends where it shows nothing new.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import value_at
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.place import element, member
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.schema_types.json_schema.document import (
    NAMED_SCHEMAS,
    REFERENCES,
    Document,
    Key,
    Part,
    Place,
    identity,
    split,
)
from pytest_schema_registry.schema_types.json_schema.keywords import SCHEMAS
from pytest_schema_registry.schema_types.json_schema.payloads.goals import Goal, shown
from pytest_schema_registry.schema_types.json_schema.payloads.variants import Variants
from pytest_schema_registry.schema_types.payloads import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import jsonschema_rs

#: The schemas below these keywords do not describe what a value is to be.
_ASIDE = frozenset({"not", "if", "propertyNames"})
_ENGINE_BASE = "json-schema:///"
_LONGEST = 100_000
_SEEDS = 200
#: The engine's list has about this many entries for one step of a budget.
_UNITS_IN_A_STEP = 10
_GOALS_IN_A_STEP = 20

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A payload that conforms.

    Args:
        payload: The payload.
        text: The same as compact JSON.
        goals: What it shows of the schema, as a set of bits.
        applied: The schemas that accepted each of its values, by the path to that.
    """

    payload: Any
    text: str
    goals: int
    applied: dict[Path, Place]


class GoalBits:
    """Goals as bits of a number, which are far faster to compare than sets."""

    def __init__(self) -> None:
        self._bits: dict[Goal, int] = {}

    def of(self, goals: Iterable[Goal]) -> int:
        """Return the set of some goals."""
        bits = self._bits
        found = 0
        for goal in goals:
            found |= 1 << bits.setdefault(goal, len(bits))
        return found

    def has(self, found: int, goal: Goal) -> bool:
        """Check whether a set has a goal."""
        bit = self._bits.get(goal)
        return bit is not None and bool(found >> bit & 1)


@dataclass(slots=True)
class Exploration:
    """The search for payloads that conform to one schema.

    Args:
        document: The schema, with all that it refers to.
        engine: The engine's validator of the document.
        is_valid: The verdict that counts.
        accepts: Checks a value for one place of a payload.
        steps: The number of steps that the search may take.
        most: The number of payloads after which those that show nothing new are dropped.
    """

    document: Document
    engine: jsonschema_rs.Validator
    is_valid: Callable[[Any], bool]
    accepts: Callable[[Place, Any, Budget], bool]
    steps: int
    most: int
    examples: list[Example] = field(default_factory=list)
    bits: GoalBits = field(default_factory=GoalBits)
    #: What some payload shows.
    met: int = 0
    #: The schemas that some value of a payload was accepted by.
    visited: dict[str, Part] = field(default_factory=dict)
    #: True where the steps did not suffice to vary all places.
    is_cut: bool = False
    patterns: Patterns = field(default_factory=Patterns)
    _seen: set[str] = field(default_factory=set)
    _explored: set[Key] = field(default_factory=set)
    _active: deque[tuple[Any, Path, Iterator[Any]]] = field(default_factory=deque)
    _parts: dict[str, Part | None] = field(default_factory=dict)
    _pointers: frozenset[str] = frozenset()
    # Variants of a payload share most of their values. Each value is kept, so its id stays its own.
    _shown: dict[tuple[str, int], tuple[Any, int]] = field(default_factory=dict)

    def run(self) -> None:
        """Make the payloads."""
        self._pointers = frozenset(pointer for pointer, _ in self.document.subschemas)
        budget = Budget(self.steps)
        sampler = self.sampler(budget)
        variants = Variants(sampler, self.patterns, budget)
        root = (self.document.part(),)
        self._explored.add(identity(root))
        self._active.append((None, (), variants.of(root)))
        try:
            self._vary(variants, budget)
            if not self.examples:
                for payload in sampler.values(root, root, _SEEDS):
                    self._try(payload, variants, budget)
                    self._vary(variants, budget)
            self._mix(variants, budget)
        except BudgetExceeded:
            self.is_cut = True

    def sampler(self, budget: Budget) -> Sampler:
        """Return a maker of plain values for places of the schema."""
        return Sampler(
            self.patterns, budget, lambda place, value: self.accepts(place, value, budget)
        )

    def _vary(self, variants: Variants, budget: Budget) -> None:
        """Try the variants of all places, one of each place in turn."""
        while self._active:
            payload, path, values = self._active.popleft()
            try:
                value = next(values)
            except StopIteration:
                continue
            self._active.append((payload, path, values))
            self._try(replaced(payload, path, value), variants, budget)

    def _mix(self, variants: Variants, budget: Budget) -> None:
        """Combine the variants in pairs, as long as there are too few payloads."""
        found = sorted(self.examples, key=lambda each: (len(each.text), each.text))
        for one, other in combinations(found, 2):
            if len(self.examples) >= self.most:
                return
            self._try(_merged(found[0].payload, one.payload, other.payload), variants, budget)

    def _try(self, payload: Any, variants: Variants, budget: Budget) -> None:
        budget.spend()
        text = compact(payload)
        key = equality_key(payload)
        if key in self._seen or len(text) > _LONGEST:
            return
        self._seen.add(key)
        if not self.is_valid(payload):
            return
        example = self._example(payload, text, budget)
        is_new = example.goals & ~self.met
        if is_new or len(self.examples) < self.most:
            self.met |= example.goals
            self.examples.append(example)
        if is_new:
            self._begin(example, variants)

    def _begin(self, example: Example, variants: Variants) -> None:
        """Begin to vary the values of an example whose places are new."""
        for path, parts in example.applied.items():
            value = value_at(example.payload, path)
            steps: Iterable[str | int] = ()
            if isinstance(value, dict | list):
                steps = value if isinstance(value, dict) else range(len(value))
            for step in steps:
                if isinstance(step, str):
                    place = member(parts, step, self.patterns)
                else:
                    place = element(parts, step)
                key = identity(place)
                if place and key not in self._explored:
                    self._explored.add(key)
                    self._active.append((example.payload, (*path, step), variants.of(place)))

    def _example(self, payload: Any, text: str, budget: Budget) -> Example:
        units = self.engine.evaluate(payload).list()["details"]
        budget.spend(1 + len(units) // _UNITS_IN_A_STEP)
        applied: dict[str, dict[str, Part]] = {}
        for unit in units:
            part = self._part(unit) if unit["valid"] else None
            if part is not None and not _is_aside(unit["evaluationPath"]):
                applied.setdefault(unit["instanceLocation"], {})[part.pointer] = part
        goals = 0
        places: dict[Path, Place] = {}
        for at, found in applied.items():
            path, value = _located(payload, at)
            places[path] = tuple(found.values())
            for part in found.values():
                goals |= self._goals(part, value, budget)
        return Example(payload, text, goals, places)

    def _goals(self, part: Part, value: Any, budget: Budget) -> int:
        key = part.pointer, id(value)
        if key not in self._shown:
            self.visited[part.pointer] = part
            goals = [Goal(part.pointer, "visited")]
            if isinstance(part.schema, dict):
                goals += shown(part, value)
            budget.spend(len(goals) // _GOALS_IN_A_STEP)
            self._shown[key] = value, self.bits.of(goals)
        return self._shown[key][1]

    def _part(self, unit: jsonschema_rs.OutputUnit) -> Part | None:
        """Return the schema that a unit of the engine is about; None where it is a keyword."""
        location = unit["schemaLocation"]
        if location not in self._parts:
            pointer = self.pointer_of(location)
            found = None if pointer is None else self.document.at(pointer)
            is_schema = found is not None and self._is_schema(found, unit["evaluationPath"])
            self._parts[location] = found if is_schema else None
        return self._parts[location]

    def pointer_of(self, location: str) -> str | None:
        """Return the pointer of a location that the engine gives; None outside the document."""
        # Without an absolute identifier, the engine gives a pointer alone, or its own base.
        is_pointer = not location or location.startswith("/")
        uri = f"#{location}" if is_pointer else location.removeprefix(_ENGINE_BASE)
        return self.document.pointer_of(uri, "#")

    def _is_schema(self, part: Part, evaluation_path: str) -> bool:
        parent, _, key = part.pointer.rpartition("/")
        referred = evaluation_path.rpartition("/")[2] in REFERENCES
        return referred or key in SCHEMAS or parent not in self._pointers


def _is_aside(evaluation_path: str) -> bool:
    """Check whether a path of the engine leads through a keyword that describes no value."""
    steps = iter(evaluation_path.split("/"))
    for step in steps:
        if step in NAMED_SCHEMAS:
            next(steps, None)  # a name may be that of a keyword
        elif step in _ASIDE:
            return True
    return False


def _located(payload: Any, pointer: str) -> tuple[Path, Any]:
    """Return the path and the value at a pointer of the engine."""
    path: list[str | int] = []
    value = payload
    for key in split(f"#{pointer}"):
        step: str | int = int(key) if isinstance(value, list) else key
        value = value[step]
        path.append(step)
    return tuple(path), value


def _merged(base: Any, one: Any, other: Any) -> Any:
    """Return a value with what two others change in a base; the second one wins."""
    if not (isinstance(base, dict) and isinstance(one, dict) and isinstance(other, dict)):
        return one if other == base else other
    made: dict[str, Any] = {}
    for name in dict.fromkeys([*one, *other]):
        if name in one and name in other:
            made[name] = _merged(base.get(name), one[name], other[name])
        elif name not in base:
            made[name] = one[name] if name in one else other[name]
    return made


def replaced(payload: Any, path: Path, value: Any) -> Any:
    """Return a payload with another value at a path."""
    if not path:
        return value
    step, *rest = path
    copy: Any = dict(payload) if isinstance(payload, dict) else list(payload)
    copy[step] = replaced(copy[step], tuple(rest), value)
    return copy
