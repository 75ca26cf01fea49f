"""Patterns of names: the wildcards of a shell, ``*``, ``?`` and ``[…]``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WILDCARDS = frozenset("*?[")


def is_pattern(name: str) -> bool:
    """Check whether a name has a wildcard."""
    return not _WILDCARDS.isdisjoint(name)


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names that a pattern matches, sorted, each once.

    A name that is written like the pattern counts, too: ``Page[int]`` does not match itself.
    """
    return sorted({name for name in names if name == pattern or fnmatchcase(name, pattern)})
