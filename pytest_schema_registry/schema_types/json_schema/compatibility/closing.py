"""The objects of a schema closed: nothing but the declared members is left.

Closing every part that declares members would not do. What is inherited from another part, what a
condition or a dependency adds and what a pattern describes is declared as well, and a part may
serve several places. So a part is closed around everything that is said below it, and only if
nothing that applies beside it, at any place, has more to say about members.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import ANNOTATIONS
from pytest_schema_registry.schema_types.json_schema.compatibility.surroundings import (
    Option,
    beside,
    options,
)
from pytest_schema_registry.schema_types.json_schema.document import REST, Document, Part, Place

_IDENTIFIERS = frozenset({"$id", "id"})


@dataclass(frozen=True, slots=True)
class Members:
    """What is said about the members of an object.

    Args:
        names: Members that are named.
        patterns: Patterns of members' names.
        others: Whether the members beyond those have a schema.
    """

    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    others: bool = False

    def joined(self, more: "Members") -> "Members":
        """What either says."""
        return Members(
            self.names | more.names, self.patterns | more.patterns, self.others or more.others
        )

    def within(self, more: "Members") -> bool:
        """Whether it says nothing beyond the other."""
        return self.names <= more.names and self.patterns <= more.patterns and not self.others


def close(document: Document, kept: set[str], budget: Budget) -> None:
    """Close the objects of a document that declare members.

    Args:
        document: The document to change.
        kept: Pointers of the parts that have to stay as they are.
        budget: What the search for those parts is charged to.
    """
    plan = _Plan(document, kept, budget)
    for part in plan.chosen():
        plan.limit(part)


class _Plan:
    def __init__(self, document: Document, kept: set[str], budget: Budget) -> None:
        self._said: dict[str, Members] = {}
        self._below: dict[str, tuple[set[str], Members]] = {}
        self._spared = set(kept)
        self._options = [
            option for option in options(document, budget) if "object" in types(option.parts)
        ]
        for option in self._options:
            self._spare(option)

    def chosen(self) -> list[Part]:
        """The parts to close: for each way to be an object, the one that says the least."""
        found: dict[str, Part] = {}
        for option in self._options:
            fit = [part for part in option.parts if part.pointer not in self._spared]
            if fit and not _is_closed(option.parts):
                part = min(fit, key=self._size)
                found[part.pointer] = part
        return list(found.values())

    def limit(self, part: Part) -> None:
        """Close a part around what is said in it and below it."""
        _, members = self._reach(part)
        if members.within(described(part)):
            part.schema["additionalProperties"] = False
            return
        if part.is_reference:
            # What stands beside a reference would be ignored.
            part.schema["allOf"] = [{"$ref": part.schema.pop("$ref")}]
        limit = _limit(members, part.document.draft)
        part.schema["allOf"] = [*part.schema.get("allOf", []), limit]

    def _spare(self, option: Option) -> None:
        """Note which parts of an option cannot be closed without losing what is declared."""
        declared = any(described(part).names for part in option.parts)
        for part in option.around.values():
            if part.pointer not in self._spared and not (
                declared and _can_be_changed(part) and self._says_all(part, option)
            ):
                self._spared.add(part.pointer)

    def _says_all(self, part: Part, option: Option) -> bool:
        reached, members = self._reach(part)
        return not members.others and all(
            self._says(other).within(members)
            for pointer, other in option.around.items()
            if pointer not in reached
        )

    def _size(self, part: Part) -> tuple[int, bool, int]:
        reached, members = self._reach(part)
        plain = members.within(described(part))
        return len(members.names) + len(members.patterns), not plain, len(reached)

    def _reach(self, part: Part) -> tuple[set[str], Members]:
        """The parts that apply along with one, and what they say about members."""
        if part.pointer not in self._below:
            parts = list(beside([part]))
            members = reduce(Members.joined, map(self._says, parts), Members())
            self._below[part.pointer] = {other.pointer for other in parts}, members
        return self._below[part.pointer]

    def _says(self, part: Part) -> Members:
        if part.pointer not in self._said:
            self._said[part.pointer] = says(part)
        return self._said[part.pointer]


def _is_closed(parts: Place) -> bool:
    rest = [part.get("additionalProperties") for part in parts]
    # What one part takes as additional is evaluated to all of them.
    evaluated = any(value not in (None, False) for value in rest)
    unevaluated = [part.get("unevaluatedProperties") for part in parts]
    return False in rest or (False in unevaluated and not evaluated)


def _can_be_changed(part: Part) -> bool:
    if not isinstance(part.schema, dict):
        return False
    # Taken out of a reference's shadow, anything that asserts or identifies would count.
    hidden = part.schema.keys() - ANNOTATIONS - {"$ref"}
    hidden |= part.schema.keys() & _IDENTIFIERS if part.pointer != "#" else set()
    return not (part.is_reference and hidden)


def described(part: Part) -> Members:
    """The members that a part describes itself."""
    if part.is_reference:
        return Members()
    return Members(
        frozenset(part.get("properties") or {}), frozenset(part.get("patternProperties") or {})
    )


def says(part: Part) -> Members:
    """All that a part says about members: those it requires, or makes others depend on, as well."""
    if part.is_reference:
        return Members()
    others = any(isinstance(value, dict) for value in _rest(part))
    named = Members(frozenset(_mentioned(part)), others=others)
    return described(part).joined(named)


def _rest(part: Part) -> list[Any]:
    return [] if part.is_reference else [part.get(word) for word in REST]


def _mentioned(part: Part) -> Iterator[str]:
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
