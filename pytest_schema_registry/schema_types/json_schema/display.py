"""The display of a schema for people: its fields with their types and limits."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pytest_schema_registry.schema_types.json_schema.document import Document
from pytest_schema_registry.schema_types.json_schema.references import base_uri
from pytest_schema_registry.schema_types.json_schema.type_phrases import (
    MAX_DEPTH,
    Shape,
    phrase,
    union_phrase,
)
from pytest_schema_registry.text import MAX_LISTED, cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schemas import Schema

#: A definition whose fields take no more lines is shown again wherever it is used.
_SHORT = 10
#: The most fields that are shown. References can give a small schema more than fit on a disk.
_MAX_FIELDS = 20_000
_MAX_NAME = 60


def display(schema: Schema) -> Iterator[str]:
    """Yield the lines that show a schema.

    Args:
        schema: The schema.
    """
    deprecated = "no"
    if schema.deprecated:
        deprecated = f"yes: {schema.deprecation_note}" if schema.deprecation_note else "yes"
    yield printable(schema.label)
    for label, value in (
        ("release", schema.release or "not stated"),
        ("deprecated", deprecated),
        ("digest", schema.digest[:8]),
        ("from", schema.origin),
        ("chosen", schema.reason),
    ):
        if value:
            yield printable(f"  {label:<12}{value}")
    yield ""
    whole = Shape(Document(schema.content, base_uri(schema)).part())
    lines = list(islice(_Fields().of(whole.inner, ()), _MAX_FIELDS))
    if not lines or whole.inner is not whole or not whole.has_own_members:
        yield printable(f"  {phrase(whole)}")
    width = max((len(line.name) for line in lines), default=0)
    need = max((len(line.need) for line in lines), default=0)
    for name, wanted, text in lines:
        yield printable(f"  {name:<{width}}  {wanted:<{need}}  {text}")
    if len(lines) == _MAX_FIELDS:
        yield "  and more"


class _Line(NamedTuple):
    """One line: a field, or an alternative and its name.

    Args:
        name: The indented name.
        need: Whether the field is required; empty for an alternative.
        text: The type in words.
    """

    name: str
    need: str
    text: str


class _Fields:
    """The fields of a schema, where a long or recursive definition is shown only once."""

    def __init__(self) -> None:
        #: By the key of a shape: the path of the field that shows its fields, and the number of
        #: lines that they take. The number is None until all are shown.
        self._shown: dict[tuple[int, ...], tuple[str, int | None]] = {}

    def of(self, shape: Shape, path: tuple[str, ...]) -> Iterator[_Line]:
        """Yield the fields of an object and, after each, the fields below it.

        Args:
            shape: The schema of the object.
            path: The names of the fields and alternatives that lead to it.
        """
        above = ".".join(path)
        self._shown.setdefault(shape.key, (above, None))
        count, indent = 0, "  " * len(path)
        for name, is_required, member in shape.members():
            for line in self._field(indent, (*path, name), is_required, member):
                yield line
                count += 1
        others = shape.others()
        if others is not None and others.is_false:
            yield _Line(f"{indent}(others)", "optional", "not allowed")
            count += 1
        elif others is not None and (shape.has_own_members or others.has_fields):
            for line in self._field(indent, (*path, "(others)"), False, others):
                yield line
                count += 1
        for line in self._alternatives(shape, indent, path):
            yield line
            count += 1
        self._shown[shape.key] = self._shown[shape.key][0], count

    def _field(
        self, indent: str, path: tuple[str, ...], is_required: bool, member: Shape
    ) -> Iterator[_Line]:
        hint, below = self._below(member.inner, path)
        need = "required" if is_required else "optional"
        yield _Line(indent + cut(path[-1], _MAX_NAME), need, phrase(member) + hint)
        yield from below

    def _below(self, shape: Shape, path: tuple[str, ...]) -> tuple[str, Iterator[_Line]]:
        """Return what stands behind the type of a shape, and the lines below it."""
        nothing: Iterator[_Line] = iter(())
        if not shape.has_fields:
            return "", nothing
        if shape.key in self._shown:
            above, length = self._shown[shape.key]
            if length is None or length > _SHORT:
                return f", with the fields of {above or 'the whole'}", nothing
        if len(path) > MAX_DEPTH:
            return ", with fields that are too deep to be shown", nothing
        return "", self.of(shape, path)

    def _alternatives(self, shape: Shape, indent: str, path: tuple[str, ...]) -> Iterator[_Line]:
        """Yield the alternatives of an object, each with its fields below it."""
        for title, branches in shape.unions():
            if shape.has_own_members:
                yield _Line(f"{indent}({title})", "", union_phrase(branches, ()))
            fielded = [(at, each) for at, each in branches if each.has_fields]
            if len(fielded) == 1:
                yield from self._below(fielded[0][1].inner, path)[1]
                continue
            for at, each in fielded:
                name = each.name or str(at)
                if len(branches) <= MAX_LISTED:
                    yield from self._named(name, phrase(each), each, indent, path)
                else:
                    number = sum(1 for _ in each.inner.members())
                    yield _Line(f"{indent}({name})", "", f"{phrase(each)} of {number:,} fields")
        for title, each in shape.conditions():
            yield from self._named(title, union_phrase([(1, each)], ()), each, indent, path)

    def _named(
        self, name: str, text: str, shape: Shape, indent: str, path: tuple[str, ...]
    ) -> Iterator[_Line]:
        name = cut(name, _MAX_NAME)
        hint, below = self._below(shape.inner, (*path, name))
        yield _Line(f"{indent}({name})", "", text + hint)
        yield from below
