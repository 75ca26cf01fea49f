"""Values for one place of a payload, which differ in one thing each and are plain below it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility import regexes
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import finite, types
from pytest_schema_registry.schema_types.json_schema.compatibility.hints import scalars
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    Impossible,
    collect,
    conjuncts,
    declared_names,
    dependents,
    element,
    member,
    prefix,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
from pytest_schema_registry.schema_types.json_schema.compatibility.values import (
    distinct,
    interleave,
    type_of,
)
from pytest_schema_registry.schema_types.json_schema.document import Place

#: The longest array, and the largest object, that is made to reach a limit.
MOST_MEMBERS = 300
_MOST_NAMES = 4
_MOST_OTHERS = 4
_DESCRIBING = ("additionalProperties", "unevaluatedProperties")
_EXCLUDING = ("if", "not")
#: Up to this number, each integer is a float, too.
_EXACT = 2**53


class Variants:
    """A maker of the variants of a value.

    Args:
        sampler: The maker of plain values.
        patterns: The matcher for ``patternProperties``.
        budget: The budget that each value spends.
    """

    def __init__(self, sampler: Sampler, patterns: Patterns, budget: Budget) -> None:
        self._sampler = sampler
        self._patterns = patterns
        self._budget = budget

    def of(self, place: Place) -> Iterator[Any]:
        """Yield values for a place, the plainest of each alternative first."""
        options = self._sampler.alternatives(place)
        sources = [self._of_one(parts) for parts in options]
        if any(part.get(word) is not None for part in conjuncts(place) for word in _EXCLUDING):
            # The plain values may be refused, and so may all that differ from them in one thing.
            sources.append(self._sampler.values(place, place))
        yield from distinct(interleave(sources))

    def _of_one(self, parts: Place) -> Iterator[Any]:
        self._budget.spend()
        allowed, left = types(parts), finite(parts)
        if left is not None:
            yield from (value for value in left if type_of(value) in allowed)
            return
        kinds = scalars(parts, (), self._patterns)
        sources: list[Any] = []
        if "object" in allowed:
            sources.append(self._objects(parts))
        if "array" in allowed:
            sources.append(self._arrays(parts))
        sources += [kinds["string"], map(_whole, kinds["number"] or kinds["integer"])]
        sources += [kinds["boolean"], kinds["null"]]
        yield from interleave(sources)

    def _objects(self, parts: Place) -> Iterator[dict[str, Any]]:
        try:
            base = self._sampler.object(parts)
        except Impossible:
            return
        yield base
        singles: dict[str, dict[str, Any]] = {}
        for name in self._names(parts):
            with suppress(Impossible):
                singles[name] = self._with(base, parts, name)
        full = dict(base)
        for made in singles.values():
            full |= {name: value for name, value in made.items() if name not in full}
        yield from singles.values()
        yield full
        for name in singles:
            yield {key: value for key, value in full.items() if key != name}
        yield from self._crowds(base, full, parts)

    def _names(self, parts: Place) -> list[str]:
        """Return the members that an object may have beside those it must have."""
        names = declared_names(parts)
        for _, listed in collect(parts, "patternProperties"):
            for pattern in listed:
                names += regexes.examples(pattern)[:_MOST_NAMES]
        others = [part.get(word) for part in parts for word in _DESCRIBING]
        if any(isinstance(each, dict) for each in others) or not names:
            names += self._sampler.names(parts, _MOST_NAMES)
        return list(dict.fromkeys(names))

    def _with(self, base: dict[str, Any], parts: Place, name: str) -> dict[str, Any]:
        made = dict(base)
        pending = [name]
        while pending:
            name = pending.pop()
            if name not in made:
                self._budget.spend()
                made[name] = self._sampler.plain(member(parts, name, self._patterns))
                pending += dependents(parts, name)
        return made

    def _crowds(
        self, base: dict[str, Any], full: dict[str, Any], parts: Place
    ) -> Iterator[dict[str, Any]]:
        limits = [n for word in ("minProperties", "maxProperties") for _, n in collect(parts, word)]
        for size in sorted({int(n) for n in limits if n <= MOST_MEMBERS}):
            crowd = dict(base)
            more = (name for name in self._sampler.names(parts, size) if name not in crowd)
            for name in [*(name for name in full if name not in base), *more]:
                if len(crowd) < size:
                    with suppress(Impossible):
                        crowd[name] = self._sampler.plain(member(parts, name, self._patterns))
            yield crowd

    def _arrays(self, parts: Place) -> Iterator[list[Any]]:
        longest = max((prefix(part)[1] for part in parts), default=0)
        limits = [n for word in ("minItems", "maxItems") for _, n in collect(parts, word)]
        sizes = {0, 1, 2, longest, longest + 1, *(int(n) for n in limits if n <= MOST_MEMBERS)}
        with suppress(Impossible):
            yield self._sampler.array(parts)
        for size in sorted(sizes):
            with suppress(Impossible):
                yield self._sampler.filled(parts, size)
        for part, _ in collect(parts, "contains"):
            words = ("minContains", "maxContains")
            counts = {int(part.get(word) or 1) for word in words}
            for count in sorted(n for n in counts if n <= MOST_MEMBERS):
                with suppress(Impossible):
                    place = part.below("contains")
                    made = [
                        self._sampler.plain((place, *element(parts, at))) for at in range(count)
                    ]
                    yield made
                    others = self._sampler.values(element(parts, count), (), _MOST_OTHERS)
                    yield from ([*made, other] for other in others)


def _whole(number: int | float) -> int | float:
    """Return a number as an integer where it is a small one: readers may take 1.0 for a float."""
    is_whole = isinstance(number, float) and number.is_integer() and abs(number) < _EXACT
    return int(number) if is_whole else number
