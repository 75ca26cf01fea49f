"""Redaction: finds the values that are never shown, and copies a payload without them.

This is the only importer of jsonpath_rfc9535, and imports it only where a path is given.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.patterns import is_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jsonpath_rfc9535 import JSONPathQuery

REDACTED = "<redacted>"
_EXAMPLES = "write it as $.cards[*].number, $..token or $['order-id']"
#: A name after a dot: RFC 9535 allows no hyphen in it, so it is rewritten in quotes.
_NAME = re.compile(r"(\.\.?)([^.\[\]*]+)")
#: Characters that only paths of RFC 9535 contain: a path with one of them is not rewritten.
_STRICT = frozenset("'\"?@")
#: A string or a character, in a path as the library writes it.
_PART = re.compile(r"'(?:[^'\\]|\\.)*'|.", re.DOTALL)


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
        self._written = tuple(patterns)
        names = {each.casefold() for each in patterns if not each.startswith("$")}
        self._names = frozenset(names)
        self._patterns = tuple(filter(is_pattern, names))
        self._paths = tuple(_parsed(each) for each in patterns if each.startswith("$"))
        self._segments = tuple(map(_segments, self._paths))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Redaction) and self._written == other._written

    def __hash__(self) -> int:
        return hash(self._written)

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
        return any(_may_match(segments, path) for segments in self._segments)


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
            problem = str(exc).partition("\n")[0]
            reason = f"{pattern!r} is no path ({problem}); {_EXAMPLES}"
            raise ValueError(reason) from None
    if str(query) == "$":
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
    from jsonpath_rfc9535 import JSONPathError

    try:
        return [node.location for node in query.finditer(payload)]
    except (JSONPathError, RecursionError):
        return [()]


class _Segment(NamedTuple):
    """A segment of a path: its selectors as they are written, and whether ``..`` leads to it."""

    is_descendant: bool
    selectors: tuple[str, ...]


def _segments(query: JSONPathQuery) -> list[_Segment]:
    """Split a path as the library writes it: ``$['a'][0, 'b']..[*]``.

    The library's parsed form is private, and differs between its versions.
    """
    segments: list[_Segment] = []
    selectors = [""]
    depth = 0
    is_descendant = False
    for part in _PART.findall(str(query)[1:]):
        if part in ("[", "("):
            depth += 1
        elif part in ("]", ")"):
            depth -= 1
        if depth == 0 and part == "]":
            segments.append(_Segment(is_descendant, tuple(each.strip() for each in selectors)))
            selectors, is_descendant = [""], False
        elif depth == 0:
            is_descendant = True
        elif depth == 1 and part == ",":
            selectors.append("")
        elif depth > 1 or part != "[":
            selectors[-1] += part
    return segments


def _may_match(segments: Sequence[_Segment], path: Sequence[str | int]) -> bool:
    """Check whether a path leads to a place in some possible payload."""
    if not segments or not path:
        return not segments and not path
    first, *rest = segments
    starts = range(len(path)) if first.is_descendant else (0,)
    return any(
        any(_may_select(selector, path[start]) for selector in first.selectors)
        and _may_match(rest, path[start + 1 :])
        for start in starts
    )


def _may_select(selector: str, key: str | int) -> bool:
    if selector[0] == "'":
        return isinstance(key, str) and bool(_parsed(f"$[{selector}]").find({key: None}))
    if selector[0] in "*?":
        return True
    depends_on_length = ":" in selector or selector[0] == "-"
    return isinstance(key, int) and (depends_on_length or int(selector) == key)
