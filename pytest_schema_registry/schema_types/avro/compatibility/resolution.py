"""The walk along a writer's and a reader's schema, by Avro's rules ("Schema Resolution")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pytest_schema_registry.compatibility.wording import GONE, brief
from pytest_schema_registry.json_values import ANY_ELEMENT, ANY_MEMBER, json_path
from pytest_schema_registry.schema_types.avro.logical_types import meaning
from pytest_schema_registry.schema_types.avro.names import ABSENT, full_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schema_types.avro.names import Field, Type

#: What a reader makes of a writer's type beside the same one.
_PROMOTIONS = {
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "string": ("bytes",),
    "bytes": ("string",),
}
_LOGICAL = ("logicalType", "precision", "scale")
#: Any value of the type at a break.
_ANY: Any = object()


class Step(NamedTuple):
    """One step down a writer's value: to a field, an item, a map's value, or a union's branch."""

    kind: Literal["field", "item", "value", "branch"]
    name: str = ""
    branch: Type | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a reader cannot read what a writer may write.

    Args:
        rule: The id of the rule that is broken.
        trail: The steps to it in the writer's value.
        path: Its JSONPath.
        change: The difference in a few words, from the writer to the reader.
        writer: The pointer and the value in the writer's schema.
        reader: The pointer and the value in the reader's schema.
        parts: The writer's and the reader's type there.
        field: The reader's field that the writer does not have; None for another rule.
        value: The writer's value that shows it; ``_ANY`` for any of the type there.
    """

    rule: str
    trail: tuple[Step, ...]
    path: str
    change: str
    writer: tuple[str, Any]
    reader: tuple[str, Any]
    parts: tuple[Type, Type]
    field: Field | None = None
    value: Any = _ANY

    @property
    def has_value(self) -> bool:
        """True where one value of the type shows it, and not any."""
        return self.value is not _ANY


@dataclass(frozen=True, slots=True)
class Remark:
    """A difference that breaks nothing, and is worth knowing."""

    kind: Literal["field-dropped", "default-removed", "logical-type-changed"]
    path: str
    message: str


@dataclass(slots=True)
class Resolution:
    """The resolution of a reader's schema against a writer's.

    Args:
        fits: The pairs of types that are known to fit, or not; those under way are taken to fit.
        is_trial: True to ask whether two types fit, and for no remarks.
    """

    fits: dict[tuple[Type, Type], bool] = field(default_factory=dict)
    is_trial: bool = False
    remarks: list[Remark] = field(default_factory=list)
    _walked: set[tuple[Type, Type]] = field(default_factory=set)

    def breaks(self, writer: Type, reader: Type, trail: tuple[Step, ...] = ()) -> Iterator[Break]:
        """Yield the breaks between two types, in the order of the reader's schema.

        Args:
            writer: The type that values are written with.
            reader: The type that they are read with.
            trail: The steps to them.
        """
        if writer.name:
            if (writer, reader) in self._walked:
                return
            self._walked.add((writer, reader))
        if writer.kind == "union":
            for each in writer.inner:
                yield from self._branch(each, reader, (*trail, Step("branch", branch=each)))
        elif reader.kind == "union":
            yield from self._into_union(writer, reader, trail, "type-changed")
        elif writer.kind != reader.kind:
            if reader.kind in _PROMOTIONS.get(writer.kind, ()):
                self._remark_logical(writer, reader, trail)
            else:
                yield _type_changed(writer, reader, trail)
        elif writer.kind in ("array", "map"):
            step = Step("item" if writer.kind == "array" else "value")
            yield from self.breaks(writer.inner[0], reader.inner[0], (*trail, step))
        elif writer.name:
            yield from self._named(writer, reader, trail)
        else:
            self._remark_logical(writer, reader, trail)

    def _branch(self, writer: Type, reader: Type, trail: tuple[Step, ...]) -> Iterator[Break]:
        if reader.kind == "union":
            yield from self._into_union(writer, reader, trail, "branch-removed")
        elif not self._is_near(writer, reader):
            yield _branch_removed(writer, reader, trail)
        else:
            yield from self.breaks(writer, reader, trail)

    def _into_union(
        self, writer: Type, reader: Type, trail: tuple[Step, ...], rule: str
    ) -> Iterator[Break]:
        fitting = next((each for each in reader.inner if self._fit(writer, each)), None)
        if fitting is not None:
            if not self.is_trial:  # there is no break in it, and maybe something to remark
                yield from self.breaks(writer, fitting, trail)
            return
        near = [each for each in reader.inner if self._is_near(writer, each)]
        if near:
            yield from self.breaks(writer, near[0], trail)
        elif rule == "branch-removed":
            yield _branch_removed(writer, reader, trail)
        else:
            yield _type_changed(writer, reader, trail)

    def _fit(self, writer: Type, reader: Type) -> bool:
        pair = writer, reader
        if pair not in self.fits:
            tried = {**self.fits, pair: True}
            walk = Resolution(tried, is_trial=True)
            fits = next(walk.breaks(writer, reader), None) is None
            # If they do not fit, others may have fitted only because these were taken to.
            self.fits |= {each: found for each, found in tried.items() if fits or not found}
            self.fits[pair] = fits
        return self.fits[pair]

    @staticmethod
    def _is_near(writer: Type, reader: Type) -> bool:
        if writer.kind != reader.kind:
            return reader.kind in _PROMOTIONS.get(writer.kind, ())
        return not writer.name or _is_called(writer, reader)

    def _named(self, writer: Type, reader: Type, trail: tuple[Step, ...]) -> Iterator[Break]:
        if not _is_called(writer, reader):
            change = f"{writer.name} -> {reader.name}"
            sides = (writer.pointer, writer.name), (reader.pointer, reader.name)
            yield Break("name-changed", trail, _path(trail), change, *sides, (writer, reader))
            return
        if writer.kind == "fixed" and writer.schema["size"] != reader.schema["size"]:
            sizes = writer.schema["size"], reader.schema["size"]
            sides = (writer.pointer, sizes[0]), (reader.pointer, sizes[1])
            change = f"{sizes[0]} -> {sizes[1]} bytes"
            yield Break("size-changed", trail, _path(trail), change, *sides, (writer, reader))
        elif writer.kind == "enum":
            yield from _symbols(writer, reader, trail)
        elif writer.kind == "record":
            yield from self._fields(writer, reader, trail)
        if writer.kind == "fixed":
            self._remark_logical(writer, reader, trail)

    def _fields(self, writer: Type, reader: Type, trail: tuple[Step, ...]) -> Iterator[Break]:
        unread = {each.name: each for each in writer.fields}
        for at, each in enumerate(reader.fields):
            found = _written(each, writer)
            if found is not None:
                unread.pop(found.name, None)
                step = Step("field", found.name)
                if found.may_be_left_out and not each.may_be_left_out:
                    said = "it has no default any more, so a value may not leave it out"
                    self.remarks.append(Remark("default-removed", _path((*trail, step)), said))
                yield from self.breaks(found.type, each.type, (*trail, step))
            elif each.default is ABSENT:
                change = "the writer does not have it, and the reader has no default for it"
                yield Break(
                    "field-without-default",
                    trail,
                    _path((*trail, Step("field", each.name))),
                    change,
                    (writer.pointer, None),
                    (f"{reader.pointer}/fields/{at}", each.schema),
                    (writer, reader),
                    each,
                )
        for name in unread:
            path = _path((*trail, Step("field", name)))
            self.remarks.append(Remark("field-dropped", path, "it is written, and nobody reads it"))

    def _remark_logical(self, writer: Type, reader: Type, trail: tuple[Step, ...]) -> None:
        one, other = meaning(writer), meaning(reader)
        if one == other:
            return
        said = " -> ".join(brief(_logical(each) or each.kind) for each in (writer, reader))
        message = f"{said}: the same bytes mean another value"
        if one.of_a_value == other.of_a_value:
            message = f"{said}: the value is the same, but to Avro such decimals do not match"
        self.remarks.append(Remark("logical-type-changed", _path(trail), message))


def _written(of_reader: Field, writer: Type) -> Field | None:
    """Return the writer's field that a reader's field is read from, by its name or an alias."""
    names = [of_reader.name, *_aliases(of_reader.schema)]
    found = (each for name in names for each in writer.fields if each.name == name)
    return next(found, None)


def _symbols(writer: Type, reader: Type, trail: tuple[Step, ...]) -> Iterator[Break]:
    if "default" in reader.schema:
        return
    known = reader.symbols
    gone = [each for each in writer.symbols if each not in known]
    if gone:
        names = ", ".join(map(brief, gone))
        sides = (writer.pointer, writer.symbols), (reader.pointer, known)
        change, parts = f"{names}{GONE}", (writer, reader)
        yield Break("symbol-removed", trail, _path(trail), change, *sides, parts, value=gone[0])


def _type_changed(writer: Type, reader: Type, trail: tuple[Step, ...]) -> Break:
    change = f"{writer.words} -> {reader.words}"
    sides = (writer.pointer, writer.words), (reader.pointer, reader.words)
    return Break("type-changed", trail, _path(trail), change, *sides, (writer, reader))


def _branch_removed(writer: Type, reader: Type, trail: tuple[Step, ...]) -> Break:
    sides = (writer.pointer, writer.words), (reader.pointer, reader.words)
    change = f"{writer.words}{GONE}"
    return Break("branch-removed", trail, _path(trail), change, *sides, (writer, reader))


def _is_called(writer: Type, reader: Type) -> bool:
    """Check whether a reader's type has the name of a writer's, or an alias of that name.

    Only the last part of a name counts (Avro, "Schema Resolution").
    """
    space = reader.name.rpartition(".")[0]
    aliases = (full_name({"name": each}, space)[1] for each in _aliases(reader.schema))
    return _last(writer.name) == _last(reader.name) or writer.name in aliases


def _aliases(schema: dict[str, Any]) -> list[str]:
    """Return the aliases of a type or a field; fastavro does not look at those of a type."""
    said = schema.get("aliases")
    return [each for each in said if isinstance(each, str)] if isinstance(said, list) else []


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _logical(type_: Type) -> dict[str, Any]:
    schema = type_.schema if isinstance(type_.schema, dict) else {}
    return {key: schema[key] for key in _LOGICAL if key in schema}


def _path(trail: tuple[Step, ...]) -> str:
    keys = {"item": ANY_ELEMENT, "value": ANY_MEMBER}
    return json_path(keys.get(each.kind, each.name) for each in trail if each.kind != "branch")
