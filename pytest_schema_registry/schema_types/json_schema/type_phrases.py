"""The shape of a value, from all the subschemas that apply to it, and its type in words."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pytest_schema_registry.schema_types.json_schema.document import (
    REFERENCES,
    REST,
    references,
    split,
)
from pytest_schema_registry.text import MAX_LISTED, listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schema_types.json_schema.document import Part

#: The deepest level whose fields are shown.
MAX_DEPTH = 6
#: Alternatives and items are shown in one line, so fewer of their levels are shown.
_MAX_PHRASE_DEPTH = 3
#: The most alternatives that are listed below the first level.
_MAX_INNER = 3
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "uniqueItems": "no item twice",
    "pattern": "matching {}",
}
_UNIONS = {"anyOf": "any of", "oneOf": "one of"}


_MEMBERS = ("properties", "patternProperties")
#: A subschema with these keywords alone says nothing of its own.
_BARE = frozenset({*REFERENCES, "title", "description", "default", "deprecated"})
_SILENT = _BARE | {"allOf", "$defs", "definitions", "$schema", "$id", "$comment"}


class Shape:
    """All that a subschema says about a value, with what it refers to and what it joins in allOf.

    Args:
        start: The subschema; several where all of them apply to the same value.
        known: Whether shapes of the same schema have fields, by their keys, as far as it is known.
    """

    def __init__(self, *start: Part, known: dict[tuple[int, ...], bool] | None = None) -> None:
        self._known = {} if known is None else known
        #: The subschemas that say something themselves.
        self.parts: list[Part] = []
        #: The references that lead out of the schema.
        self.unresolved: list[str] = []
        #: The references that lead back to where they were followed from.
        self.circles: list[str] = []
        #: The name of the definition that it is; empty where it has none.
        self.name = ""
        #: The objects that may have annotations, also where a reference hides them.
        self.said = [part.schema for part in start if isinstance(part.schema, dict)]
        seen: set[int] = set()
        pending = list(start)
        while pending:
            part = pending.pop(0)
            if not isinstance(part.schema, dict):
                self.parts.append(part)
                continue
            seen.add(id(part.schema))
            inner = []
            for _, text in references(part.schema):
                target = part.document.resolve(text, part.pointer)
                if target is None:
                    self.unresolved.append(text)
                elif id(target.schema) in seen:
                    self.circles.append(text)
                else:
                    inner.append(target)
            if inner and start == (part,) and (part.is_reference or part.schema.keys() <= _BARE):
                self.name = split(inner[0].pointer)[-1] if "/" in inner[0].pointer else ""
            if not part.is_reference:
                inner += _schemas(part, "allOf")
                if not part.schema.keys() <= _SILENT:
                    self.parts.append(part)
            pending[:0] = [each for each in inner if id(each.schema) not in seen]

    def of(self, *start: Part) -> Shape:
        """Return the shape of another value, which shares what is known of this schema."""
        return Shape(*start, known=self._known)

    @property
    def key(self) -> tuple[int, ...]:
        """What tells this shape from another one of the same schema."""
        return tuple(id(part.schema) for part in self.parts)

    @property
    def is_false(self) -> bool:
        """True where no value has this shape."""
        return any(part.schema is False for part in self.parts)

    @cached_property
    def inner(self) -> Shape:
        """The shape of the items where it is an array; otherwise it is this shape."""
        items = [part.below("items") for part in self.parts if isinstance(part.get("items"), dict)]
        return self.of(*items) if items else self

    @property
    def has_own_members(self) -> bool:
        """True where members of the value are named, whatever alternative is taken."""
        return any(part.get(word) for part in self.parts for word in _MEMBERS)

    @property
    def is_union(self) -> bool:
        """True where it is one of several alternatives."""
        return any(isinstance(part.get(word), list) for part in self.parts for word in _UNIONS)

    @property
    def has_fields(self) -> bool:
        """True where the value, or each of its items, has fields that are shown below it."""
        shape = self.inner
        if shape.key not in self._known:
            seen: set[tuple[int, ...]] = set()
            found = shape._has_fields(seen)
            # Without any field, nothing that was looked at on the way has one.
            self._known.update({shape.key: True} if found else dict.fromkeys(seen, False))
        return self._known[shape.key]

    def _has_fields(self, seen: set[tuple[int, ...]]) -> bool:
        if self.key in seen:
            return False
        seen.add(self.key)
        others = self.others()
        if self.has_own_members or (others is not None and others.is_false):
            return True
        inner = [branch for _, branches in self.unions() for _, branch in branches]
        inner += [] if others is None else [others]
        inner += [shape for _, shape in self.conditions()]
        return any(each.inner._has_fields(seen) for each in inner)

    @property
    def required(self) -> dict[str, None]:
        """The names of the required members."""
        names = (part.get("required") for part in self.parts)
        lists = (each for each in names if isinstance(each, list))
        return {name: None for each in lists for name in each if isinstance(name, str)}

    def members(self) -> Iterator[tuple[str, bool, Shape]]:
        """Yield the members by name or pattern, whether each is required, and its shape."""
        found: dict[str, list[Part]] = {}
        for word, form in zip(_MEMBERS, ("{}", "/{}/"), strict=True):
            for part in self.parts:
                if isinstance(members := part.get(word), dict):
                    for name in members:
                        found.setdefault(form.format(name), []).append(part.below(word, name))
        required = self.required
        for name, parts in found.items():
            yield name, name in required, self.of(*parts)
        yield from ((name, True, self.of()) for name in required if name not in found)

    def others(self) -> Shape | None:
        """Return the shape of the members without a name; None where nothing is said of them."""
        rest = [
            part.below(word)
            for part in self.parts
            for word in REST
            if isinstance(part.get(word), dict) or part.get(word) is False
        ]
        return self.of(*rest) if rest else None

    def unions(self) -> Iterator[tuple[str, list[tuple[int, Shape]]]]:
        """Yield alternatives, each with its number, after the words for how many may apply."""
        for part in self.parts:
            yield from self.unions_of(part)

    def unions_of(self, part: Part) -> Iterator[tuple[str, list[tuple[int, Shape]]]]:
        """Yield the alternatives of a single part of the shape, as `unions` does."""
        for word, title in _UNIONS.items():
            if isinstance(part.get(word), list):
                yield (
                    title,
                    [(at, self.of(each)) for at, each in enumerate(_schemas(part, word), 1)],
                )

    def conditions(self) -> Iterator[tuple[str, Shape]]:
        """Yield the shapes that apply to some values only, each after the words for which."""
        for part in self.parts:
            if part.get("if") is not None:
                for word in ("then", "else"):
                    yield from ((word, self.of(each)) for each in _schemas(part, word))
            if isinstance(members := part.get("dependentSchemas"), dict):
                for name in members:
                    yield f"with {name}", self.of(part.below("dependentSchemas", name))


def phrase(shape: Shape, within: tuple[tuple[int, ...], ...] = ()) -> str:
    """Return the type of a value in words.

    Args:
        shape: The value's shape.
        within: The keys of the shapes that this one is an alternative or an item of.
    """
    if len(within) > _MAX_PHRASE_DEPTH or (shape.parts and shape.key in within):
        return shape.name or "..."
    within = (*within, shape.key)
    kinds = dict.fromkeys(_kind(part, shape, within) for part in shape.parts)
    kinds |= dict.fromkeys(shape.unresolved)
    if len(kinds) > 1:
        kinds.pop("anything", None)
    words = [listed(list(kinds), "and") or next(iter(shape.circles), "anything")]
    for part in shape.parts:
        if isinstance(part.get("format"), str):
            words.append(f"in the format {part.get('format')}")
        words += [
            text.format(shown(part.get(key)))
            for key, text in _LIMITS.items()
            if part.get(key) is not None
        ]
    for schema in shape.said:
        if "default" in schema:
            words.append(f"default {shown(schema['default'])}")
        if schema.get("deprecated") is True:
            words.append("deprecated")
    return ", ".join(dict.fromkeys(words))


def union_phrase(branches: list[tuple[int, Shape]], within: tuple[tuple[int, ...], ...]) -> str:
    """Return alternatives in words; an object with fields is called by its name or number.

    Args:
        branches: The alternatives, each with its number.
        within: As of `phrase`.
    """
    most = MAX_LISTED if len(within) < 2 else _MAX_INNER
    objects = sum(branch.has_fields for _, branch in branches)
    texts = []
    for at, branch in branches[:most]:
        if branch.has_fields:
            texts.append(branch.name or (f"object ({at})" if objects > 1 else "object"))
        elif branch.name and branch.is_union:
            texts.append(branch.name)
        elif (text := phrase(branch, within)) == "anything" and (names := branch.required):
            texts.append(f"with {listed(list(names), 'and')}")
        else:
            texts.append(text)
    texts = list(dict.fromkeys(texts))
    apart = [f"({text})" if ", " in text else text for text in texts[:-1]]
    return listed([*apart, *texts[-1:]], more=len(branches[most:]))


def _kind(part: Part, shape: Shape, within: tuple[tuple[int, ...], ...]) -> str:
    schema = part.schema
    if not isinstance(schema, dict):
        return "anything" if schema is True else "nothing"
    if isinstance(values := schema.get("enum"), list):
        return listed([shown(each) for each in values[:MAX_LISTED]], more=len(values[MAX_LISTED:]))
    if "const" in schema:
        return shown(schema["const"])
    if not shape.has_own_members:
        for _, branches in shape.unions_of(part):
            return union_phrase(branches, within)
    named = any(word in schema for word in _MEMBERS)
    kind = schema.get("type", "object" if named else "anything")
    if kind == "array" and "items" in schema:
        return f"array of {phrase(shape.of(*_schemas(part, 'items')), within)}"
    rest = [part.below(word) for word in REST if isinstance(part.get(word), dict)]
    if kind == "object" and rest and not named:
        return f"object of {phrase(shape.of(*rest), within)}"
    return listed([str(each) for each in kind]) if isinstance(kind, list) else str(kind)


def _schemas(part: Part, word: str) -> list[Part]:
    """Return the schemas below a keyword that has one schema, or a list of them."""
    value = part.get(word)
    if isinstance(value, list):
        return [part.below(word, at) for at in range(len(value))]
    return [] if value is None else [part.below(word)]
