"""The check that a payload holds what is declared only, as the tolerant policy has producers send.

`close_objects` leaves an object open if a closed one would refuse too much. So each payload that is
to show a break is checked as well.
"""

from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.close_objects import (
    Members,
    described_members,
    mentioned_members,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.close_tuples import (
    described_length,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Checker, Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    element,
    member,
    prefix,
    work,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.surroundings import (
    Alternative,
    reachable,
    with_surroundings,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import type_of
from pytest_schema_registry.schema_types.json_schema.document import Key, Place, identity


class Declared:
    """A check whether a payload obeys a schema and holds declared members and elements only.

    Args:
        written: The schema as it is written.
        budget: The budget that the check spends.
    """

    def __init__(self, written: Checker, budget: Budget) -> None:
        self._written = written
        self._root = written.document.part()
        self._patterns = Patterns()
        self._budget = budget
        self._alternatives: dict[Key, list[Alternative]] = {}

    @property
    def is_everything(self) -> bool:
        """True if the schema declares no member or element: then each valid payload passes."""
        return not any(
            described_members(part).names or prefix(part)[1] for part in reachable([self._root])
        )

    def __call__(self, payload: Any) -> bool:
        """Check whether a payload is valid, and one way to satisfy the schema declares its members.

        Raises:
            BudgetExceeded: The check takes too long.
        """
        self._budget.spend(self._written.cost)
        return self._written.accepts(payload) and self._holds(payload, (self._root,))

    def _holds(self, value: Any, place: Place) -> bool:
        if not isinstance(value, dict | list) or not value:
            return True
        return any(
            self._fits(value, option)
            for option in self._alternatives_of(place)
            if type_of(value) in types(option.parts)
        )

    def _alternatives_of(self, place: Place) -> list[Alternative]:
        key = identity(place)
        if key not in self._alternatives:
            self._alternatives[key] = list(with_surroundings(place))
            self._budget.spend(work(option.parts for option in self._alternatives[key]))
        return self._alternatives[key]

    def _fits(self, value: Any, option: Alternative) -> bool:
        self._budget.spend()
        parts = tuple(option.around.values())
        if isinstance(value, list):
            length = described_length(parts)
            return (length is None or len(value) <= length) and all(
                self._holds(each, _inside(parts, partial(element, index=at)))
                for at, each in enumerate(value)
            )
        return self._declares(value, parts) and all(
            self._holds(each, _inside(parts, partial(member, name=name, patterns=self._patterns)))
            for name, each in value.items()
        )

    def _declares(self, names: Iterable[str], parts: Place) -> bool:
        if not any(described_members(part).names for part in parts):
            return True  # a map: its names are data
        mentioned = reduce(Members.joined, map(mentioned_members, parts))
        return mentioned.others or all(
            name in mentioned.names
            or any(self._patterns.matches(pattern, name) for pattern in mentioned.patterns)
            for name in names
        )


class Confirmed:
    """A check whether a payload is sent, and whether the caller confirms the break.

    The caller may know more than the schemas do, such as a model.

    Args:
        emits: Tells whether a producer sends a payload that its schema accepts; None if always.
        confirms: Tells whether a payload really breaks, as far as anybody else knows.
    """

    is_everything = False

    def __init__(self, emits: Declared | None, confirms: Callable[[Any], bool]) -> None:
        self._emits = emits
        self._confirms = confirms

    def __call__(self, payload: Any) -> bool:
        """Check whether a payload is sent and really breaks.

        Raises:
            BudgetExceeded: The check takes too long.
        """
        return (self._emits is None or self._emits(payload)) and self._confirms(payload)


def _inside(parts: Place, applies: Callable[[Place], Place]) -> Place:
    return tuple(found for part in parts for found in applies((part,)))
