"""The profiles of the branches of unions, each made once.

A proof compares each branch with all others. Without this, 40 branches take twice as long.
"""

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.place import alternatives
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import (
    Profile,
    disjoint,
)
from pytest_schema_registry.schema_types.json_schema.document import Key, Part, identity


class Profiles:
    """The profiles of the branches of unions.

    Args:
        budget: The budget that their making spends.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._profiles: dict[Key, Profile] = {}
        #: The profiles of the ways to satisfy a branch that is a union itself.
        self._ways: dict[Key, list[Profile]] = {}

    def of(self, branch: Part) -> Profile:
        """Return the profile of a branch."""
        key = identity((branch,))
        if key not in self._profiles:
            self._profiles[key] = Profile.of((branch,))
        return self._profiles[key]

    def are_apart(self, own: Profile, branch: Part) -> bool:
        """Check whether it is plain that no value of an option fits a branch, or any part of it.

        Args:
            own: The profile of the option.
            branch: The branch, which may be a union itself.
        """
        if disjoint(own, self.of(branch)):
            return True
        key = identity((branch,))
        if key not in self._ways:
            self._ways[key] = [Profile.of(way) for way in alternatives((branch,))]
            self._budget.spend(len(self._ways[key]))
        ways = self._ways[key]
        return len(ways) > 1 and all(disjoint(own, way) for way in ways)
