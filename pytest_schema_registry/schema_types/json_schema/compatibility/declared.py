"""Payloads that hold declared members only: what is sent by those who send nothing else.

Closing a schema leaves open what it cannot close without refusing more than it should. So a payload
that is to show a break is looked at itself.
"""

from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.closing import (
    Members,
    described,
    says,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Checker, Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    element,
    member,
    work,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.surroundings import (
    Option,
    reachable,
    ways,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import type_of
from pytest_schema_registry.schema_types.json_schema.document import Key, Place, identity


class Declared:
    """Tells whether a payload obeys a schema, and holds declared members only.

    Args:
        written: The schema as it is written.
        budget: What the search is charged to.
    """

    def __init__(self, written: Checker, budget: Budget) -> None:
        self._written = written
        self._root = written.document.part()
        self._patterns = Patterns()
        self._budget = budget
        self._ways: dict[Key, list[Option]] = {}

    @property
    def is_everything(self) -> bool:
        """Whether nothing that the schema accepts is left out, since no member is declared."""
        return not any(described(part).names for part in reachable([self._root]))

    def __call__(self, payload: Any) -> bool:
        """Whether there is a way to satisfy the schema that declares each member.

        Raises:
            BudgetExceeded: It takes too long.
        """
        self._budget.spend(self._written.cost)
        return self._written.accepts(payload) and self._holds(payload, (self._root,))

    def _holds(self, value: Any, place: Place) -> bool:
        if not isinstance(value, dict | list) or not value:
            return True
        return any(
            self._fits(value, option)
            for option in self._ways_of(place)
            if type_of(value) in types(option.parts)
        )

    def _ways_of(self, place: Place) -> list[Option]:
        key = identity(place)
        if key not in self._ways:
            self._ways[key] = list(ways(place))
            self._budget.spend(work(option.parts for option in self._ways[key]))
        return self._ways[key]

    def _fits(self, value: Any, option: Option) -> bool:
        self._budget.spend()
        parts = tuple(option.around.values())
        if isinstance(value, list):
            return all(
                self._holds(each, _inside(parts, partial(element, index=at)))
                for at, each in enumerate(value)
            )
        return self._declares(value, parts) and all(
            self._holds(each, _inside(parts, partial(member, name=name, patterns=self._patterns)))
            for name, each in value.items()
        )

    def _declares(self, names: Iterable[str], parts: Place) -> bool:
        if not any(described(part).names for part in parts):
            return True  # a map
        said = reduce(Members.joined, map(says, parts))
        return said.others or all(
            name in said.names
            or any(self._patterns.matches(pattern, name) for pattern in said.patterns)
            for name in names
        )


def _inside(parts: Place, applies: Callable[[Place], Place]) -> Place:
    return tuple(found for part in parts for found in applies((part,)))
