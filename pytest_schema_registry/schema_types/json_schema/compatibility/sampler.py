"""The sampler: makes payloads that one schema probably accepts and another one may refuse.

It is deterministic: no payload depends on chance, so no verdict does. At each place it starts from
the plainest payload and varies one thing at a time. Each payload is a proposal: the engine checks
it at the root.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility import regexes
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import (
    finite,
    largest,
    types,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.hints import (
    preferred_types,
    scalars,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    Impossible,
    all_branches,
    alternatives,
    collect,
    declared_names,
    dependents,
    element,
    member,
    required,
    work,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import (
    Stream,
    distinct,
    equality_key,
    interleave,
    type_of,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.variation import (
    MOST_MEMBERS,
    MOST_NAMES,
    MOST_VALUES,
    STRANGERS,
    Variation,
)
from pytest_schema_registry.schema_types.json_schema.document import Key, Place, identity

_MOST_ALTERNATIVES = 32
_ALL_ALTERNATIVES = 250
_DEEPEST = 24
_UNLIKE_OTHERS = 10


class Sampler:
    """A maker of payloads for the places of a pair of schemas.

    Args:
        patterns: The matcher for `pattern` and `patternProperties`.
        budget: The budget that the making of payloads spends.
        accepts: Checks a plain payload for a place; None to leave that to the caller.
    """

    def __init__(
        self,
        patterns: Patterns,
        budget: Budget,
        accepts: Callable[[Place, Any], bool] | None = None,
    ) -> None:
        self.patterns = patterns
        self._budget = budget
        self._variation = Variation(self, budget)
        self._accepts = accepts
        self._most_alternatives = _MOST_ALTERNATIVES if accepts is None else _ALL_ALTERNATIVES
        self._plain: dict[Key, Any] = {}
        self._values: dict[tuple[Key, Key], Stream] = {}
        self._alternatives: dict[Key, list[Place]] = {}
        self._open: set[Key] = set()
        self._depth = 0

    def alternatives(self, place: Place) -> list[Place]:
        """Return the ways to satisfy a place, computed once."""
        key = identity(place)
        if key not in self._alternatives:
            self._alternatives[key] = alternatives(place)
            self._budget.spend(work(self._alternatives[key]))
        return self._alternatives[key]

    def plain(self, place: Place) -> Any:
        """Return the plainest payload for a place.

        Raises:
            Impossible: None was found, for instance because a required member recurses.
        """
        key = identity(place)
        if key not in self._plain:
            if key in self._open or len(self._open) > _DEEPEST:
                raise Impossible
            self._open.add(key)
            try:
                self._plain[key] = self._first(place)
            finally:
                self._open.discard(key)
        return self._plain[key]

    def values(self, place: Place, hinted: Place, most: int = MOST_VALUES) -> Iterator[Any]:
        """Yield payloads for a place that vary around the limits which `hinted` sets.

        Each payload is made only when it is asked for, because callers need few of the values that
        all members have together.

        Args:
            place: The parts that the payload has to obey.
            hinted: The schemas whose limits are worth crossing.
            most: The number of payloads to make at the most.
        """
        key = identity(place), identity(hinted)
        if key not in self._values:
            self._values[key] = Stream(distinct(self._vary(place, hinted)))
        made = self._values[key]
        for index in range(most):
            if self._depth > _DEEPEST:
                return
            self._depth += 1
            try:
                value = made.at(index)
            except IndexError:
                return
            finally:
                self._depth -= 1
            yield value

    def wrapped(self, base: Any, at: str | int, value: Any, parent: Place) -> Any:
        """Return the payload `base` with `value` as the member or element `at`.

        Args:
            base: The payload around it; one of another type is replaced.
            at: The name or the index.
            value: The value to put there.
            parent: The parts that the payload around it has to obey.
        """
        if isinstance(at, str):
            return {**base, at: value} if isinstance(base, dict) else {at: value}
        items = list(base) if isinstance(base, list) else []
        if len(items) < at:
            try:
                items += self.filled(parent, at)[len(items) :]
            except Impossible:
                items += [None] * (at - len(items))
        return [*items[:at], value, *items[at + 1 :]]

    def _first(self, place: Place) -> Any:
        accepts, is_refused = self._accepts, False
        for parts in self.alternatives(place)[: self._most_alternatives]:
            self._budget.spend()
            with suppress(Impossible):
                value = self._plain_of(parts)
                if accepts is None or accepts(place, value):
                    return value
                is_refused = True
        if accepts is not None and is_refused:
            for value in self.values(place, place):
                if accepts(place, value):
                    return value
        raise Impossible

    def _plain_of(self, parts: Place) -> Any:
        left, allowed = finite(parts), types(parts)
        if left is not None:
            for value in left:
                if type_of(value) in allowed:
                    return value
            raise Impossible
        kinds: dict[str, list[Any]] = {}
        for kind in preferred_types(parts, allowed):
            if kind == "object":
                return self.object(parts)
            if kind == "array":
                return self.array(parts)
            kinds = kinds or scalars(parts, (), self.patterns)
            if kinds[kind]:
                return kinds[kind][0]
        raise Impossible

    def object(self, parts: Place) -> dict[str, Any]:
        """Return the plainest object for a place without alternatives.

        Raises:
            Impossible: None was found.
        """
        found: dict[str, Any] = {}
        pending = list(required(parts))
        while pending:
            name = pending.pop(0)
            if name not in found:
                self._budget.spend()
                found[name] = self.plain(member(parts, name, self.patterns))
                pending += dependents(parts, name)
        least = largest(parts, "minProperties")
        if least and least[1] <= MOST_MEMBERS:
            for name in self.names(parts, MOST_MEMBERS):
                if len(found) >= least[1]:
                    break
                if name not in found:
                    with suppress(Impossible):
                        found[name] = self.plain(member(parts, name, self.patterns))
        return found

    def array(self, parts: Place) -> list[Any]:
        """Return the plainest array for a place without alternatives.

        Raises:
            Impossible: None was found.
        """
        least = largest(parts, "minItems")
        count = int(least[1]) if least else 0
        if count > MOST_MEMBERS:
            raise Impossible
        items = self.filled(parts, count)
        for part, _ in collect(parts, "contains"):
            times = part.schema.get("minContains", 1)
            if not isinstance(times, int | float) or times > MOST_MEMBERS:
                raise Impossible
            for at in range(int(times)):
                place = (part.below("contains"), *element(parts, at))
                items = self.wrapped(items, at, self.plain(place), parts)
        return items

    def filled(self, parts: Place, count: int) -> list[Any]:
        """Return an array of plain elements.

        Args:
            parts: The parts that the array has to obey.
            count: The number of elements.

        Raises:
            Impossible: An element was not found.
        """
        unique = any(flag for _, flag in collect(parts, "uniqueItems"))
        items: list[Any] = []
        seen: set[str] = set()
        for at in range(count):
            self._budget.spend()
            place = element(parts, at)
            item = self.plain(place)
            if unique and equality_key(item) in seen:
                others = (v for v in self.values(place, ()) if equality_key(v) not in seen)
                item = next(others, at + _UNLIKE_OTHERS)
            items.append(item)
            seen.add(equality_key(item))
        return items

    def names(self, parts: Place, most: int) -> Iterator[str]:
        """Yield names that an object may have: those that its schemas declare come first.

        Args:
            parts: The parts that the object has to obey.
            most: The number of names beyond the declared ones.
        """
        yield from declared_names(parts)
        yield from self.described_names(parts)
        yield from STRANGERS
        yield from (f"p{at}" for at in range(most))

    def described_names(self, parts: Place) -> Iterator[str]:
        """Yield names that the patterns and the schemas of names describe."""
        for _, listed in collect(parts, "patternProperties"):
            for pattern in listed:
                yield from regexes.examples(pattern)[:8]
        limits = tuple(part.below("propertyNames") for part, _ in collect(parts, "propertyNames"))
        for limit in limits:
            values = self.values((limit,), limits)
            yield from islice((v for v in values if isinstance(v, str)), MOST_NAMES)

    def _vary(self, place: Place, hinted: Place) -> Iterator[Any]:
        wanted = all_branches(hinted)
        options = self.alternatives(place)[: self._most_alternatives]
        yield from interleave([self._variation.of(parts, wanted) for parts in options])
