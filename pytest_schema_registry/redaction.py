"""Values that are never shown: which they are, and a copy of a payload without them.

The only importer of jsonpath_rfc9535, which is imported where a path is given.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jsonpath_rfc9535 import JSONPathNode, JSONPathQuery

REDACTED = "<redacted>"
_WILDCARDS = frozenset("*?[")
_EXAMPLES = "write it as $.cards[*].number, $..token or $['order-id']"
#: A name after a dot, in which RFC 9535 allows no hyphen; and what only stands in other paths.
_NAME = re.compile(r"(\.\.?)([^.\[\]*]+)")
_STRICT = frozenset("'\"?@")


class Redaction:
    """Hides values by field name (``password``) or by path (``$.cards[*].number``, ``$..token``).

    Names may be patterns (``pass*``), and are compared without regard to case. Paths are those of
    RFC 9535, filters included; after a dot, a name may have hyphens.

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

    def visible(self, path: Sequence[str | int]) -> Sequence[str | int]:
        """A path as far as it may be shown: in what is hidden, the names are hidden, too.

        It is one of a payload that nobody can look into: what depends on its values, or on the
        length of an array, is hidden.

        Args:
            path: A place in a payload.
        """
        ends = (end for end in range(1, len(path)) if self._may_hide(path[:end]))
        return path[: next(ends, len(path))]

    def applied(self, value: Any) -> Any:
        """A payload as it may be shown, with all that is hidden in it replaced.

        Args:
            value: A JSON value.
        """
        if not self:
            return value
        hidden = {place for query in self._paths for place in _places(query, value)}
        return REDACTED if () in hidden else self._copy(value, (), hidden)

    def _copy(self, value: Any, path: tuple[str | int, ...], hidden: set[Any]) -> Any:
        if isinstance(value, dict):
            copy = {}
            for name, each in value.items():
                place = (*path, name)
                is_hidden = place in hidden or self._hides_name(name)
                copy[name] = REDACTED if is_hidden else self._copy(each, place, hidden)
            return copy
        if isinstance(value, list):
            items = []
            for index, each in enumerate(value):
                place = (*path, index)
                items.append(REDACTED if place in hidden else self._copy(each, place, hidden))
            return items
        return value

    def _hides_name(self, name: str) -> bool:
        name = name.casefold()
        return name in self._names or any(fnmatchcase(name, each) for each in self._patterns)

    def _may_hide(self, path: Sequence[str | int]) -> bool:
        last = path[-1]
        if isinstance(last, str) and self._hides_name(last):
            return True
        return any(_may_match(query.segments, path) for query in self._paths)


def _parsed(pattern: str) -> JSONPathQuery:
    from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError

    environment = JSONPathEnvironment()
    environment.max_recursion_depth = 1_000  # a payload's depth is bounded elsewhere
    try:
        query = environment.compile(pattern)
    except JSONPathError as exc:
        try:
            query = environment.compile(_with_any_names(pattern))
        except JSONPathError:
            reason = f"{pattern!r} is no path ({exc}); {_EXAMPLES}"
            raise ValueError(reason) from None
    if not query.segments:
        raise ValueError(f"{pattern!r} names no value; {_EXAMPLES}")
    return query


def _with_any_names(pattern: str) -> str:
    """A path whose names after a dot are as they were understood before RFC 9535 was."""

    def bracketed(step: re.Match[str]) -> str:
        dots, name = step.groups()
        quoted = "'" + name.replace("\\", r"\\") + "'"
        index = f", {int(name)}" if name.isascii() and name.isdecimal() else ""
        return f"{'..' if dots == '..' else ''}[{quoted}{index}]"

    return pattern if _STRICT & set(pattern) else _NAME.sub(bracketed, pattern)


def _places(query: JSONPathQuery, payload: Any) -> Iterable[tuple[str | int, ...]]:
    """Where a path leads to in a payload; everywhere, where that cannot be found out."""
    from jsonpath_rfc9535 import JSONPathError, JSONPathNode

    nodes = [JSONPathNode(value=payload, location=(), parent=None, root=payload)]
    try:
        # The library's own way from segment to segment recurses as deep as the payload is.
        for segment in query.segments:
            start = _and_below(nodes) if _is_descendant(segment) else nodes
            found = (
                each for node in start for one in segment.selectors for each in one.resolve(node)
            )
            nodes = list({each.location: each for each in found}.values())
    except (JSONPathError, RecursionError):
        return [()]
    return [node.location for node in nodes]


def _and_below(nodes: Sequence[JSONPathNode]) -> Iterable[JSONPathNode]:
    """Nodes and all containers in them, each once."""
    seen = set()
    left = list(nodes)
    while left:
        node = left.pop()
        if node.location in seen:
            continue
        seen.add(node.location)
        yield node
        members: Iterable[tuple[str | int, Any]] = ()
        if isinstance(node.value, dict):
            members = node.value.items()
        elif isinstance(node.value, list):
            members = enumerate(node.value)
        left += [
            node.new_child(value, key, node)
            for key, value in members
            if isinstance(value, dict | list)
        ]


def _may_match(segments: Sequence[Any], path: Sequence[str | int]) -> bool:
    """Whether a path may lead to a place, whatever the payload is."""
    if not segments or not path:
        return not segments and not path
    first, *rest = segments
    starts = range(len(path)) if _is_descendant(first) else (0,)
    return any(
        any(_may_select(selector, path[start]) for selector in first.selectors)
        and _may_match(rest, path[start + 1 :])
        for start in starts
    )


def _is_descendant(segment: Any) -> bool:
    from jsonpath_rfc9535.segments import JSONPathRecursiveDescentSegment

    return isinstance(segment, JSONPathRecursiveDescentSegment)


def _may_select(selector: Any, key: str | int) -> bool:
    from jsonpath_rfc9535.selectors import IndexSelector, NameSelector, SliceSelector

    if isinstance(selector, NameSelector):
        return selector.name == key
    if isinstance(selector, IndexSelector):
        return isinstance(key, int) and (selector.index == key or selector.index < 0)
    return isinstance(key, int) or not isinstance(selector, SliceSelector)
