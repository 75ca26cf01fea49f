"""Values that are never shown: which they are, and a copy of a payload without them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

REDACTED = "<redacted>"
_WILDCARDS = frozenset("*?[")
_STEP = re.compile(r"\.\.|\.?([^.\[\]]+)|\[(\*|\d+|'[^']*'|\"[^\"]*\")\]")


class Redaction:
    """Hides values by field name (``password``) or by path (``$.cards[*].number``, ``$..token``).

    Names may be patterns (``pass*``), and are compared without regard to case. Paths are a subset
    of RFC 9535: child and wildcard segments, and the descendant segment before a name.

    Args:
        patterns: Field names and paths.

    Raises:
        ValueError: A path cannot be understood.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        names = {each.casefold() for each in patterns if not each.startswith("$")}
        self._names = frozenset(names)
        self._patterns = tuple(name for name in names if not _WILDCARDS.isdisjoint(name))
        self._paths = tuple(_parsed(each) for each in patterns if each.startswith("$"))

    def __bool__(self) -> bool:
        return bool(self._names or self._paths)

    def hides(self, path: Sequence[str | int]) -> bool:
        """Whether the value at a path, or one that it is part of, is hidden."""
        return any(self._matches(path[: end + 1]) for end in range(len(path)))

    def visible(self, path: Sequence[str | int]) -> Sequence[str | int]:
        """A path as far as it may be shown: in what is hidden, the names are hidden, too."""
        ends = (end for end in range(1, len(path)) if self._matches(path[:end]))
        return path[: next(ends, len(path))]

    def applied(self, value: Any, path: tuple[str | int, ...] = ()) -> Any:
        """The value as it may be shown, with all that is hidden in it replaced.

        Args:
            value: A JSON value.
            path: Where it stands in the payload.
        """
        if not self:
            return value
        return REDACTED if self.hides(path) else self._copy(value, path)

    def _copy(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict):
            members: Any = value.items()
        elif isinstance(value, list):
            members = enumerate(value)
        else:
            return value
        copies = {
            key: REDACTED if self._matches((*path, key)) else self._copy(each, (*path, key))
            for key, each in members
        }
        return copies if isinstance(value, dict) else list(copies.values())

    def _matches(self, path: Sequence[str | int]) -> bool:
        last = path[-1] if path else None
        if isinstance(last, str):
            name = last.casefold()
            if name in self._names or any(fnmatchcase(name, each) for each in self._patterns):
                return True
        return any(_match(pattern, path) for pattern in self._paths)


def _parsed(pattern: str) -> tuple[str, ...]:
    steps = []
    place = 1
    while place < len(pattern):
        found = _STEP.match(pattern, place)
        if found is None:
            raise ValueError(f"{pattern!r} is no path; write it as $.cards[*].number or $..token")
        steps.append(found[1] or (found[2] or "..").strip("'\""))
        place = found.end()
    if not steps or steps[-1] == "..":
        raise ValueError(f"{pattern!r} names no value; write it as $.cards[*].number or $..token")
    return tuple(steps)


def _match(pattern: Sequence[str], path: Sequence[str | int]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "..":
        return any(_match(pattern[1:], path[start:]) for start in range(len(path)))
    return bool(path) and pattern[0] in ("*", str(path[0])) and _match(pattern[1:], path[1:])
