"""Redaction: finds the values that are never shown, and copies a payload without them.

This is the only importer of jsonpath_rfc9535, and imports it only where a path is given.
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
#: A name after a dot: RFC 9535 allows no hyphen in it, so it is rewritten in quotes.
_NAME = re.compile(r"(\.\.?)([^.\[\]*]+)")
#: Characters that only paths of RFC 9535 contain: a path with one of them is not rewritten.
_STRICT = frozenset("'\"?@")


class Redaction:
    """The values to hide, selected by field name or by path.

    A field name (``password``) may be a pattern (``pass*``), and is compared without regard to
    case. A path (``$.cards[*].number``, ``$..token``) follows RFC 9535, filters included; a name
    after a dot may have hyphens, in addition.

    Args:
        patterns: Field names and paths.

    Raises:
        ValueError: A path cannot be parsed, or leads to no value.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        names = {each.casefold() for each in patterns if not each.startswith("$")}
        self._names = frozenset(names)
        self._patterns = tuple(name for name in names if not _WILDCARDS.isdisjoint(name))
        self._paths = tuple(_parsed(each) for each in patterns if each.startswith("$"))

    def __bool__(self) -> bool:
        return bool(self._names or self._paths)

    def visible(self, path: Sequence[str | int]) -> Sequence[str | int]:
        """Return a path as far as it may be shown: inside a hidden value, names are hidden, too.

        The payload itself is not known here. So a step counts as hidden if that depends on the
        payload's values or on the length of an array.

        Args:
            path: A place in a payload.
        """
        ends = (end for end in range(1, len(path)) if self._may_hide(path[:end]))
        return path[: next(ends, len(path))]

    def applied(self, value: Any) -> Any:
        """Return a payload as it may be shown, with all hidden values replaced.

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
    """Quote the names after a dot in a path, as they were read before RFC 9535 was supported.

    Such a name may have hyphens, and one made of digits is an index, too.
    """

    def bracketed(step: re.Match[str]) -> str:
        dots, name = step.groups()
        quoted = "'" + name.replace("\\", r"\\") + "'"
        index = f", {int(name)}" if name.isascii() and name.isdecimal() else ""
        return f"{'..' if dots == '..' else ''}[{quoted}{index}]"

    return pattern if _STRICT & set(pattern) else _NAME.sub(bracketed, pattern)


def _places(query: JSONPathQuery, payload: Any) -> Iterable[tuple[str | int, ...]]:
    """Return the places that a path leads to in a payload.

    Where they cannot be found out, return the root, so that all of the payload is hidden.
    """
    from jsonpath_rfc9535 import JSONPathError, JSONPathNode

    nodes = [JSONPathNode(value=payload, location=(), parent=None, root=payload)]
    try:
        # The library's own evaluation recurses as deeply as the payload is nested.
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
    """Yield nodes and all containers in them, each once."""
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
    """Check whether a path leads to a place in some possible payload."""
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
