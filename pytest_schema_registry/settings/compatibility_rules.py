"""Compatibility rules: they say which version lines of a schema must stay compatible.

A rule is a line ``NAMES: OLD -> NEW`` with a name or a pattern of names, and two or more version
lines, oldest first. After it, the user may write a level (``backward``, ``forward``, ``full``), a
policy (``tolerant``, ``strict``), ``+defaults`` and ``transitive``. A transitive rule compares each
line with all before it, not only with the one before.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Self, get_args

from pytest_schema_registry.compatibility.report import Level, Policy
from pytest_schema_registry.patterns import is_pattern
from pytest_schema_registry.schemas import SchemaKey, plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_ASKED: dict[str, tuple[str, str | bool]] = {
    **{level: ("level", level) for level in get_args(Level)},
    **{policy: ("policy", policy) for policy in get_args(Policy)},
    "+defaults": ("defaults", True),
    "transitive": ("transitive", True),
}
_KNOWN = f"there are {', '.join(_ASKED)}"
_EXAMPLE = "write NAMES: OLD -> NEW and what is asked, such as telemetry.*: v1 -> v2 backward"


class Case(NamedTuple):
    """One comparison that a rule asks for.

    Args:
        name: The schema's name.
        old: The older version line.
        new: The newer one.
        level: The directions in which it is compatible.
        policy: What is assumed of producers and consumers.
        defaults: True where a required member that has a default may be missing.
    """

    name: str
    old: str
    new: str
    level: Level = "backward"
    policy: Policy = "tolerant"
    defaults: bool = False

    def __str__(self) -> str:
        asked = [f"{self.old}->{self.new}", self.level]
        asked += ["strict"] if self.policy == "strict" else []
        asked += ["+defaults"] if self.defaults else []
        return f"{self.name}[{' '.join(asked)}]"


class CompatibilityRule(NamedTuple):
    """One rule.

    Args:
        text: The rule as it was written.
        names: A name or a pattern of names.
        versions: The version lines, oldest first; at least two.
        level: The direction in which they must be compatible.
        policy: The policy on unknown members.
        defaults: True where a required member that has a default may be missing.
        transitive: True where each line is compared with all before it.
    """

    text: str
    names: str
    versions: tuple[str, ...]
    level: Level = "backward"
    policy: Policy = "tolerant"
    defaults: bool = False
    transitive: bool = False

    @classmethod
    def parse(cls, line: str) -> Self:
        """Parse a rule.

        Raises:
            ValueError: The line cannot be understood.
        """
        names, _, rest = line.rpartition(":")
        words = rest.replace("->", " -> ").split()
        versions = words[:1]
        words = words[1:]
        while len(words) > 1 and words[0] == "->":
            versions.append(words[1])
            words = words[2:]
        if not names.strip() or len(versions) < 2 or "->" in versions:
            raise ValueError(f"{line!r} is no rule; {_EXAMPLE}")
        if any("@" in version for version in versions):
            raise ValueError(f"{line!r} has an @ in a version; it stands before one; {_EXAMPLE}")
        if len(set(versions)) < len(versions):
            raise ValueError(f"{line!r} compares a version with itself; {_EXAMPLE}")
        chosen: dict[str, Any] = {}
        for word in words:
            asked = _ASKED.get(word)
            if asked is None or asked[0] in chosen:
                raise ValueError(f"{word!r} in {line!r} is one word too many; {_KNOWN}")
            chosen[asked[0]] = asked[1]
        return cls(line, plain_name(names.strip()), tuple(versions), **chosen)

    @property
    def is_pattern(self) -> bool:
        """True where the rule has a pattern: only a list of all schemas tells which it means."""
        return is_pattern(self.names)

    def cases(self, listed: Collection[SchemaKey] | None) -> Iterator[Case]:
        """Yield the comparisons that the rule asks for, by name.

        If a schema is missing from a line in the middle, the lines around that one are compared.

        Args:
            listed: All schemas; None to take it that each version has the schema of the rule.
        """
        if listed is None:
            listed = {SchemaKey(self.names, version) for version in self.versions}
        for name, there in self._found(listed):
            for old, new in combinations(there, 2) if self.transitive else pairwise(there):
                yield Case(name, old, new, self.level, self.policy, self.defaults)

    def alone(self, listed: Collection[SchemaKey]) -> Iterator[tuple[str, SchemaKey]]:
        """Yield a test's title and the key of each schema that is in only one of the versions.

        Args:
            listed: All schemas.
        """
        for name, there in self._found(listed):
            if len(there) == 1:
                first, *_, last = self.versions
                case = Case(name, first, last, self.level, self.policy, self.defaults)
                yield str(case), SchemaKey(name, there[0])

    def absent(self, listed: Collection[SchemaKey]) -> list[str]:
        """Return the versions of the rule that have no schema of its names.

        Args:
            listed: All schemas.
        """
        there = {version for _, versions in self._found(listed) for version in versions}
        return [version for version in self.versions if version not in there]

    def _found(self, listed: Collection[SchemaKey]) -> Iterator[tuple[str, list[str]]]:
        for name in sorted({key.name for key in listed}):
            if fnmatchcase(name, self.names):
                yield name, [line for line in self.versions if SchemaKey(name, line) in listed]
