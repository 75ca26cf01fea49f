"""The diagnosis of a value that does not conform: all its violations, in the schema's order.

It walks the value beside the schema. fastavro gives the verdict on each value without inner ones,
so that the two cannot disagree.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import json_path
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.schema_types.avro.engine import Engine
from pytest_schema_registry.schema_types.avro.json_form import MAX_DEPTH, Misfit, as_json
from pytest_schema_registry.schema_types.avro.messages import (
    did_you_mean,
    not_a_container,
    spoken,
    why_not,
)
from pytest_schema_registry.schema_types.avro.names import ABSENT
from pytest_schema_registry.schemas import Violation
from pytest_schema_registry.text import listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schema_types.avro.names import Field, Type, Types

MAX_VIOLATIONS = 10_000
#: The most values that are looked at in one union. Unions of a recursive type multiply.
MAX_STEPS = 10_000
_Path = tuple[str | int, ...]


class _OutOfSteps(Exception):
    """The walk looked at too many values."""


class Walker:
    """The walks along one schema, with fastavro's parsed leaves, which are kept.

    Args:
        types: The types of the schema.
        allows_unknown: True where a record may have unknown fields.
        max_steps: The most values that are looked at in one union.
    """

    def __init__(
        self, types: Types, *, allows_unknown: bool = False, max_steps: int = MAX_STEPS
    ) -> None:
        self._types = types
        self.allows_unknown = allows_unknown
        self.max_steps = max_steps
        self._leaves: dict[Type, Engine] = {}

    def violations(self, value: Any, hide: Redaction, engine: Engine) -> tuple[Violation, ...]:
        """Return the violations of a value that was refused; at least one.

        Args:
            value: The value.
            hide: The values to hide.
            engine: The engine of the whole schema.
        """
        safe = hide.applied(as_json(value, self._types.root))
        walk = _Walk(self, safe)
        message = "fastavro does not take the payload"
        try:
            if found := tuple(islice(walk.of(self._types.root, value, ()), MAX_VIOLATIONS)):
                return found
            why = "" if hide else f": {engine.why_not_delivered(value)}"
        except (_OutOfSteps, RecursionError):
            why = "; the reason could not be found in so large or so deep a payload"
            if engine.is_valid(value):
                message = "the payload is too large or too deep to look for unknown fields"
                why = "; --registry-avro-unknown-fields allows them"
        return (Violation("$", self._types.root.pointer, "fastavro", safe, message + why),)

    def has_unknown(self, value: Any) -> bool:
        """Check whether a value that fastavro takes has a field that its record does not have."""
        found = _Walk(self, None).of(self._types.root, value, ())
        try:
            # In a union, the field may be unknown to each branch.
            return any(each.keyword in ("unknown-field", "union") for each in found)
        except (_OutOfSteps, RecursionError):
            return True  # it may have one

    def fits(self, type_: Type, value: Any) -> bool:
        """Check whether a value conforms to a type; False if that cannot be found out."""
        try:
            return next(_Walk(self, None).of(type_, value, ()), None) is None
        except (_OutOfSteps, RecursionError):
            return False

    def refused_by(self, type_: Type, value: Any) -> bool:
        """Check whether fastavro refuses a value for a type without inner ones."""
        if type_ not in self._leaves:
            self._leaves[type_] = Engine(type_.schema)
        return not self._leaves[type_].is_valid(value)

    @staticmethod
    def takes_type_in(type_: Type) -> bool:
        """Check whether fastavro takes the name of a record as its ``-type``.

        It refuses the name of one without a namespace, though it writes such a record.
        """
        alone = {"type": "record", "name": type_.name, "fields": []}
        return Engine(alone).validates({"-type": type_.name})

    def missing(self, field: Field) -> str | None:
        """Say why a field must not be missing; None if it may be."""
        if field.default is ABSENT:
            return None if field.may_be_left_out else "it is missing, and has no default"
        if next(_Walk(self, None).of(field.type, field.default, ()), None) is None:
            return None
        return f"it is missing, and fastavro cannot write its default {shown(field.default)}"


class _Walk:
    """One walk along a value.

    Args:
        walker: Judges the leaves.
        safe: The value as JSON, without what is hidden.
    """

    def __init__(self, walker: Walker, safe: Any) -> None:
        self._walker = walker
        self._safe = safe
        self._steps = 0
        self._is_in_union = False

    def of(self, type_: Type, value: Any, path: _Path) -> Iterator[Violation]:
        """Yield the violations of a value.

        Raises:
            _OutOfSteps: It has too many values.
        """
        self._steps += self._is_in_union
        if self._steps > self._walker.max_steps or len(path) > MAX_DEPTH:
            raise _OutOfSteps
        match type_.kind:
            case "union":
                yield from self._union(type_, value, path)
            case "record":
                yield from self._record(type_, value, path)
            case "map" if isinstance(value, Mapping):
                yield from self._map(type_, value, path)
            case "array" if isinstance(value, Sequence | array) and not isinstance(value, str):
                for index, each in enumerate(value):
                    yield from self.of(type_.inner[0], each, (*path, index))
            case "map" | "array":
                yield self._not_a_container(type_, value, path)
            case _ if self._walker.refused_by(type_, value):
                hidden = self._is_hidden(path)
                yield self._made(type_.pointer, path, *why_not(type_, value, is_hidden=hidden))

    def _record(self, type_: Type, value: Any, path: _Path) -> Iterator[Violation]:
        if not isinstance(value, Mapping):
            yield self._not_a_container(type_, value, path)
            return
        for at, each in enumerate(type_.fields):
            if each.name in value:
                yield from self.of(each.type, value[each.name], (*path, each.name))
            elif (why := self._walker.missing(each)) is not None:
                place = f"{type_.pointer}/fields/{at}"
                yield self._made(place, (*path, each.name), "missing", why)
        if "-type" in value and value["-type"] != type_.name:
            said = f"the type is {shown(value['-type'])} here, not {type_.name}"
            yield self._made(type_.pointer, (*path, "-type"), "type", said)
        elif "-type" in value and not self._walker.takes_type_in(type_):
            said = (
                f'fastavro takes no "-type" of {type_.name}, which has no namespace; in a union, '
                f'pass ("{type_.name}", {{…}}), and elsewhere leave it out'
            )
            yield self._made(type_.pointer, (*path, "-type"), "type", said)
        if self._walker.allows_unknown:
            return
        names = [each.name for each in type_.fields]
        for name in value:
            if name not in names and name != "-type":
                lacking = [each for each in names if each not in value]
                meant = did_you_mean(str(name), lacking)
                said = f"{type_.name} has no such field, so no reader gets it{meant}"
                yield self._made(type_.pointer, (*path, str(name)), "unknown-field", said)

    def _map(self, type_: Type, value: Mapping[Any, Any], path: _Path) -> Iterator[Violation]:
        for key, each in value.items():
            if isinstance(key, str):
                yield from self.of(type_.inner[0], each, (*path, key))
            else:
                said = f"the key {spoken(key)} is not a string"
                yield self._made(type_.pointer, (*path, str(key)), "type", said)

    def _union(self, type_: Type, value: Any, path: _Path) -> Iterator[Violation]:
        branches = type_.inner
        if isinstance(value, Misfit):
            yield from self.of(value.branch, value.value, path)
            return
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            name, value = value
            branches = [each for each in branches if each.title == name]
            if not any(each.may_be_named for each in branches):
                yield self._made(type_.pointer, path, "union", _why_not_named(type_, name))
                return
        if isinstance(value, Mapping) and all(each.kind != "map" for each in branches):
            named = [each for each in branches if each.title == value.get("-type")]
            branches = named or branches
        types = [each for each in branches if each.kind != "null"]
        if len(types) == 1 and value is not None:
            yield from self.of(types[0], value, path)
            return
        if not self._is_in_union:
            self._steps = 0
        is_outermost, self._is_in_union = not self._is_in_union, True
        others = []
        fits = False
        for branch in branches:
            violations = list(self.of(branch, value, path))
            fits = not violations
            if fits:
                break
            if branch.kind != "null":
                others.append((branch, violations))
        self._is_in_union = not is_outermost
        if fits:
            return
        text = shown(REDACTED) if self._is_hidden(path) else spoken(value)
        words = listed([each.words for each in type_.inner], "and")
        said = f"{text} fits none of {words}" if words else f"{text} does not fit an empty union"
        # A branch of another kind than the value is not near.
        near = [each for each in others if each[1][0].path != json_path(path)]
        causes: tuple[Violation, ...] = ()
        if near and not self._is_hidden(path):
            nearest, violations = min(near, key=lambda each: len(each[1]))
            said, causes = f"{said}; {nearest.words} is the nearest", tuple(violations)
        yield self._made(type_.pointer, path, "union", said, causes)

    def _not_a_container(self, type_: Type, value: Any, path: _Path) -> Violation:
        said = not_a_container(type_, value, is_hidden=self._is_hidden(path))
        return self._made(type_.pointer, path, "type", said)

    def _made(
        self,
        pointer: str,
        path: _Path,
        keyword: str,
        message: str,
        causes: tuple[Violation, ...] = (),
    ) -> Violation:
        visible, value = self._seen(path)
        if len(visible) < len(path):
            message, causes = f"{shown(REDACTED)} has something that the schema does not allow", ()
        return Violation(json_path(visible), pointer, keyword, value, message, causes)

    def _is_hidden(self, path: _Path) -> bool:
        return bool(self._seen(path)[1] == REDACTED)

    def _seen(self, path: _Path) -> tuple[_Path, Any]:
        """Return a path as far as it may be shown, and the value there; None for a missing one."""
        value = self._safe
        for end, step in enumerate(path):
            if value == REDACTED:
                return path[:end], value
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return path, None
        return path, value


def _why_not_named(union: Type, name: str) -> str:
    for branch in union.inner:
        if branch.title == name:
            return f"fastavro takes no tuple that names {branch.words}; pass the value alone"
    titles = [each.title for each in union.inner]
    return f"the union has no branch {shown(name)}{did_you_mean(name, titles)}"
