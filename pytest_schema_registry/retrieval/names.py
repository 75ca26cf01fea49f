"""The names of a registry's schemas that match a pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WILDCARDS = frozenset("*?")


def is_pattern(name: str) -> bool:
    """Check whether a name has a wildcard of the shell."""
    return not _WILDCARDS.isdisjoint(name)


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names that a pattern matches, sorted, each once."""
    return sorted({name for name in names if fnmatchcase(name, pattern)})
