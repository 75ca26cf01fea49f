"""The rewriting that closes the objects of a schema, so that they allow declared members only.

To close every part that declares members would refuse too much. Another part, a condition, a
dependency or a pattern may declare members as well, and a part may be used in several places. So a
part is closed around all members that it and the parts below it mention. It is closed only if no
part that applies beside it, at any place, mentions more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.surroundings import (
    Alternative,
    beside,
)
from pytest_schema_registry.schema_types.json_schema.document import REST, Part, Place
from pytest_schema_registry.schema_types.json_schema.keywords import SILENT

_IDENTIFIERS = frozenset({"$id", "id"})


@dataclass(frozen=True, slots=True)
class Members:
    """The members of an object that parts of a schema mention.

    Args:
        names: Members that are mentioned by name.
        patterns: Patterns of members' names.
        others: Whether the members beyond those have a schema.
    """

    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    others: bool = False

    def joined(self, more: "Members") -> "Members":
        """Return the members that either mentions."""
        return Members(
            self.names | more.names, self.patterns | more.patterns, self.others or more.others
        )

    def within(self, more: "Members") -> bool:
        """Check whether `more` has all these names and patterns, and these have no `others`."""
        return self.names <= more.names and self.patterns <= more.patterns and not self.others


def is_open_object(part: Part) -> bool:
    """Check whether a part declares members, and takes others as well."""
    return bool(described_members(part).names) and part.get("additionalProperties") is not False


def close_objects(options: Iterable[Alternative], kept: set[str]) -> None:
    """Close the objects of a document that declare members.

    Args:
        options: The ways to satisfy each place of a payload.
        kept: Pointers of the parts that have to stay as they are.
    """
    plan = _Plan(options, kept)
    for part in plan.chosen():
        plan.limit(part)


class _Plan:
    """The choice of the parts of a document to close."""

    def __init__(self, options: Iterable[Alternative], kept: set[str]) -> None:
        # Kept, because many options share the parts around them. All entries are made before the
        # first part is changed, so none is out of date.
        self._below: dict[str, tuple[set[str], Members]] = {}
        self._spared = set(kept)
        self._options = [option for option in options if "object" in types(option.parts)]
        for option in self._options:
            self._spare(option)

    def chosen(self) -> list[Part]:
        """Return the parts to close: for each way to be an object, the one with fewest members."""
        found: dict[str, Part] = {}
        for option in self._options:
            fit = [part for part in option.parts if part.pointer not in self._spared]
            if fit and not _is_closed(option.parts):
                part = min(fit, key=self._size)
                found[part.pointer] = part
        return list(found.values())

    def limit(self, part: Part) -> None:
        """Close a part around the members that it and the parts below it mention."""
        _, members = self._reach(part)
        if members.within(described_members(part)):
            part.schema["additionalProperties"] = False
            return
        if part.is_reference:
            # A keyword beside the reference would be ignored.
            part.schema["allOf"] = [{"$ref": part.schema.pop("$ref")}]
        limit = _limit(members, part.document.draft)
        part.schema["allOf"] = [*part.schema.get("allOf", []), limit]

    def _spare(self, option: Alternative) -> None:
        """Note the parts of an option that cannot be closed without refusing declared members."""
        declared = any(described_members(part).names for part in option.parts)
        for part in option.around.values():
            if part.pointer not in self._spared and not (
                declared and can_be_changed(part) and self._mentions_all(part, option)
            ):
                self._spared.add(part.pointer)

    def _mentions_all(self, part: Part, option: Alternative) -> bool:
        reached, members = self._reach(part)
        return not members.others and all(
            mentioned_members(other).within(members)
            for pointer, other in option.around.items()
            if pointer not in reached
        )

    def _size(self, part: Part) -> tuple[int, bool, int]:
        reached, members = self._reach(part)
        plain = members.within(described_members(part))
        return len(members.names) + len(members.patterns), not plain, len(reached)

    def _reach(self, part: Part) -> tuple[set[str], Members]:
        """Return the pointers of the parts that apply along with one, and their members."""
        if part.pointer not in self._below:
            parts = list(beside([part]))
            members = reduce(Members.joined, map(mentioned_members, parts), Members())
            self._below[part.pointer] = {other.pointer for other in parts}, members
        return self._below[part.pointer]


def _is_closed(parts: Place) -> bool:
    rest = [part.get("additionalProperties") for part in parts]
    # A member that one part takes as additional is evaluated for all of them.
    evaluated = any(value not in (None, False) for value in rest)
    unevaluated = [part.get("unevaluatedProperties") for part in parts]
    return False in rest or (False in unevaluated and not evaluated)


def can_be_changed(part: Part) -> bool:
    """Check whether keywords can be added to a part, and mean there what they should."""
    if not isinstance(part.schema, dict):
        return False
    # Keywords beside the reference are ignored. Once it moves into `allOf`, they would count.
    hidden = part.schema.keys() - SILENT - {"$ref"}
    hidden |= part.schema.keys() & _IDENTIFIERS if part.pointer != "#" else set()
    return not (part.is_reference and hidden)


def described_members(part: Part) -> Members:
    """Return the members that a part describes itself."""
    if part.is_reference:
        return Members()
    return Members(
        frozenset(part.get("properties") or {}), frozenset(part.get("patternProperties") or {})
    )


def mentioned_members(part: Part) -> Members:
    """Return all members that a part mentions, also as required or in dependencies."""
    if part.is_reference:
        return Members()
    others = any(isinstance(value, dict) for value in _rest(part))
    named = Members(frozenset(_mentioned_names(part)), others=others)
    return described_members(part).joined(named)


def _rest(part: Part) -> list[Any]:
    return [] if part.is_reference else [part.get(word) for word in REST]


def _mentioned_names(part: Part) -> Iterator[str]:
    yield from part.get("required") or []
    for word in ("dependentRequired", "dependentSchemas", "dependencies"):
        for trigger, others in (part.get(word) or {}).items():
            yield trigger
            yield from others if isinstance(others, list) else ()


def _limit(members: Members, draft: int) -> dict[str, Any]:
    if draft <= 4:
        return {
            "properties": {name: {} for name in sorted(members.names)},
            "patternProperties": {pattern: {} for pattern in sorted(members.patterns)},
            "additionalProperties": False,
        }
    listed: list[dict[str, Any]] = [{"enum": sorted(members.names)}]
    listed += [{"pattern": pattern} for pattern in sorted(members.patterns)]
    return {"propertyNames": listed[0] if len(listed) == 1 else {"anyOf": listed}}
