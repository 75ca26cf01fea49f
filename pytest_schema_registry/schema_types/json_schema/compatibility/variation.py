"""The variation of a plain payload: one thing at a time, around the limits of schemas.

Values of all types, objects and arrays take turns, so a caller that needs few sees some of each.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schema_types.json_schema.compatibility.facets import finite, types
from pytest_schema_registry.schema_types.json_schema.compatibility.hints import literals, scalars
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    Impossible,
    collect,
    contained,
    declared_names,
    dependency_names,
    element,
    member,
    prefix,
    required,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import (
    interleave,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
    from pytest_schema_registry.schema_types.json_schema.compatibility.sampler import Sampler
    from pytest_schema_registry.schema_types.json_schema.document import Place

MOST_VALUES = 64
MOST_MEMBERS = 300
MOST_NAMES = 12
_MOST_REPEATED = 4
#: Names that no schema is likely to declare.
STRANGERS = ("zz", "z", "Z", "z z")


class Variation:
    """The variation of the payloads of a sampler.

    Args:
        sampler: Makes plain payloads, and the varied ones of members and elements.
        budget: The budget that the making of payloads spends.
    """

    def __init__(self, sampler: Sampler, budget: Budget) -> None:
        self._sampler = sampler
        self._patterns = sampler.patterns
        self._budget = budget

    def of(self, parts: Place, wanted: Place) -> Iterator[Any]:
        """Yield payloads for a place without alternatives, the plainest of each type first.

        Args:
            parts: The parts that the payload has to obey.
            wanted: The schemas whose limits are worth crossing.
        """
        self._budget.spend()
        left, allowed = finite(parts), types(parts)
        if left is not None:
            yield from (value for value in left if type_of(value) in allowed)
            return
        kinds = scalars(parts, wanted, self._patterns)
        numbers = kinds["number"] or kinds["integer"]
        sources: list[Iterable[Any]] = [kinds["string"], numbers, kinds["boolean"], kinds["null"]]
        if "object" in allowed:
            sources.append(self._objects(parts, wanted))
        if "array" in allowed:
            sources.append(self._arrays(parts, wanted))
        sources.append([value for value in literals(wanted) if type_of(value) in allowed])
        yield from interleave(sources)

    def _objects(self, parts: Place, hints: Place) -> Iterator[dict[str, Any]]:
        try:
            base = self._sampler.object(parts)
        except Impossible:
            return
        yield base
        both = (*parts, *hints)
        found = [*declared_names(both), *required(both), *dependency_names(both)]
        found += self._sampler.described_names(both)
        varied = [
            self._members(base, parts, hints, name, MOST_VALUES if name in found else MOST_NAMES)
            for name in dict.fromkeys([*found, *STRANGERS])
        ]
        full = dict(base)
        for name in declared_names(parts):
            place = member(parts, name, self._patterns)
            full[name] = self._plain_or(place, None)
        yield from self._crowded(base, parts, both)
        yield full
        yield from interleave(varied)
        for name in dict.fromkeys([*declared_names(both), *required(both)]):
            if name in full:
                yield {key: value for key, value in full.items() if key != name}

    def _members(
        self, base: dict[str, Any], parts: Place, hints: Place, name: str, most: int
    ) -> Iterator[dict[str, Any]]:
        self._budget.spend()
        wanted = member(hints, name, self._patterns)
        for value in self._sampler.values(member(parts, name, self._patterns), wanted, most):
            yield {**base, name: value}

    def _crowded(self, base: dict[str, Any], parts: Place, both: Place) -> Iterator[dict[str, Any]]:
        limits = [n for word in ("minProperties", "maxProperties") for _, n in collect(both, word)]
        sizes = {int(n) + more for n in limits for more in (-1, 0, 1) if n < MOST_MEMBERS}
        for size in sorted(sizes):
            crowd = dict(base)
            more = (name for name in self._sampler.names(parts, MOST_MEMBERS) if name not in crowd)
            for name in islice(more, max(size - len(base), 0)):
                crowd[name] = self._plain_or(member(parts, name, self._patterns), 1)
            yield crowd

    def _arrays(self, parts: Place, hints: Place) -> Iterator[list[Any]]:
        try:
            base = self._sampler.array(parts)
        except Impossible:
            return
        yield base
        both = (*parts, *hints)
        yield from self._lengths(parts, both)
        longest = max((prefix(part)[1] for part in both), default=0)
        count = min(longest + 1, MOST_MEMBERS)
        yield from interleave([self._elements(base, parts, hints, at) for at in range(count)])

    def _elements(
        self, base: list[Any], parts: Place, hints: Place, at: int
    ) -> Iterator[list[Any]]:
        self._budget.spend()
        wanted = (*element(hints, at), *contained(hints))
        earlier: list[Any] = []
        for count, value in enumerate(self._sampler.values(element(parts, at), wanted)):
            items = self._sampler.wrapped(base, at, value, parts)
            yield items
            if count < _MOST_REPEATED:
                yield [*items[: at + 1], value, *items[at + 2 :]]
                if earlier and type_of(earlier[-1]) != type_of(value):
                    # A union of arrays may take each of the two kinds, and not both.
                    yield [*items[: at + 1], earlier[-1], *items[at + 2 :]]
                earlier.append(value)

    def _lengths(self, parts: Place, both: Place) -> Iterator[list[Any]]:
        words = ("minItems", "maxItems", "minContains", "maxContains")
        limits = [n for word in words for _, n in collect(both, word)]
        sizes = {int(n) + more for n in limits for more in (-1, 0, 1) if n < MOST_MEMBERS}
        for size in sorted({*sizes, 2} if collect(both, "uniqueItems") else sizes):
            for inner in ((), contained(both)):
                try:
                    yield [self._sampler.plain((*element(parts, at), *inner)) for at in range(size)]
                    yield self._sampler.filled(parts, size)
                except Impossible:
                    continue

    def _plain_or(self, place: Place, otherwise: Any) -> Any:
        try:
            return self._sampler.plain(place)
        except Impossible:
            return otherwise
