"""Compatibility rules: which version lines of which schemas must speak to each other.

A rule is a line ``NAMES: OLD -> NEW`` with a name or a pattern of names, and two or more version
lines, oldest first. Behind it may stand a level (``backward``, ``forward``, ``full``), a policy
(``tolerant``, ``strict``), ``+defaults``, and ``transitive``: each line is then compared with all
before it, not only with the one before.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pytest_schema_registry.compatibility.report import Level, Policy
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
_WILDCARDS = frozenset("*?[")
_EXAMPLE = "write NAMES: OLD -> NEW and what is asked, such as telemetry.*: v1 -> v2 backward"


class Case(NamedTuple):
    """One comparison that a rule asks for."""

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


class Rule(NamedTuple):
    """One rule.

    Args:
        text: The rule as it was written.
        names: A name or a pattern of names.
        versions: The version lines, oldest first; at least two.
        level: In which direction they must speak to each other.
        policy: How unknown members are taken.
        defaults: Whether a required member that has a default may be missing.
        transitive: Whether each line is compared with all before it.
    """

    text: str
    names: str
    versions: tuple[str, ...]
    level: Level = "backward"
    policy: Policy = "tolerant"
    defaults: bool = False
    transitive: bool = False

    @property
    def is_pattern(self) -> bool:
        """Whether it takes a list of the schemas to know which are meant."""
        return not _WILDCARDS.isdisjoint(self.names)

    def cases(self, listed: Collection[SchemaKey] | None) -> Iterator[Case]:
        """The comparisons that the rule asks for, by name.

        A schema that a line in the middle does not have is compared across it.

        Args:
            listed: The schemas that there are; None where each version has the rule's own.
        """
        if listed is None:
            listed = {SchemaKey(self.names, version) for version in self.versions}
        for name, there in self._found(listed):
            for old, new in combinations(there, 2) if self.transitive else pairwise(there):
                yield Case(name, old, new, self.level, self.policy, self.defaults)

    def alone(self, listed: Collection[SchemaKey]) -> Iterator[tuple[str, SchemaKey]]:
        """What the rule matches that is in one of its versions only, with what names the test.

        Args:
            listed: The schemas that there are.
        """
        for name, there in self._found(listed):
            if len(there) == 1:
                first, *_, last = self.versions
                case = Case(name, first, last, self.level, self.policy, self.defaults)
                yield str(case), SchemaKey(name, there[0])

    def _found(self, listed: Collection[SchemaKey]) -> Iterator[tuple[str, list[str]]]:
        for name in sorted({pair.name for pair in listed}):
            if fnmatchcase(name, self.names):
                yield name, [line for line in self.versions if SchemaKey(name, line) in listed]


def parsed(line: str) -> Rule:
    """The rule in a line.

    Raises:
        ValueError: It cannot be understood.
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
    return Rule(line, plain_name(names.strip()), tuple(versions), **chosen)
