"""The comparison in one direction or both, and the proof of each break: bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.compatibility.report import (
    DIRECTIONS,
    CompatibilityReport,
    Note,
    Reason,
    refuse_unknown,
)
from pytest_schema_registry.schema_types.avro.compatibility.resolution import Resolution
from pytest_schema_registry.schema_types.avro.compatibility.samples import alone, sample
from pytest_schema_registry.schema_types.avro.engine import Engine, NotAvro, NotReadable
from pytest_schema_registry.schema_types.avro.json_form import as_json
from pytest_schema_registry.schema_types.avro.names import Types
from pytest_schema_registry.schema_types.schema_type import NotASchema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.compatibility.report import Direction, Level, Policy
    from pytest_schema_registry.schema_types.avro.compatibility.resolution import Break


class _Side(NamedTuple):
    """One of the two schemas."""

    types: Types
    engine: Engine


def compare(
    old: Any,
    new: Any,
    *,
    level: Level = "backward",
    policy: Policy = "tolerant",
    defaults: bool = False,
) -> CompatibilityReport:
    """Report whether values written by one version of a schema can be read by the other.

    Args:
        old: The older schema, with all that it refers to.
        new: The newer schema, with all that it refers to.
        level: "backward" for new readers of old values, "forward" for old readers of new values,
            "full" for both.
        policy: "tolerant" or "strict". It does not apply to Avro; the report says so of "strict".
        defaults: It does not apply to Avro; the report says so of True.

    Raises:
        NotASchema: One of them is no schema of Avro.
        ValueError: ``level`` or ``policy`` is none of the above.
    """
    refuse_unknown(level, policy)
    sides = _side(old, "old"), _side(new, "new")
    reasons: list[Reason] = []
    notes = list(_settings(policy, defaults=defaults))
    for direction in DIRECTIONS[level]:
        writer, reader = sides if direction == "backward" else sides[::-1]
        resolution = Resolution()
        found = list(resolution.breaks(writer.types.root, reader.types.root))
        reasons += (_reason(each, writer, reader, direction) for each in found)
        notes += (
            Note(each.kind, each.path, _said(each.message, direction))
            for each in resolution.remarks
            # By a default that is new, the older version still reads all that is written.
            if each.kind != "default-removed" or direction == "backward"
        )
    once = tuple(dict.fromkeys(notes))
    return CompatibilityReport(not reasons, tuple(reasons), once, level, "Avro's own")


def _side(content: Any, which: str) -> _Side:
    try:
        engine = Engine(content)  # first, since it says best what is wrong
        return _Side(Types(content), engine)
    except (NotAvro, AttributeError, LookupError, RecursionError, TypeError) as exc:
        raise NotASchema(f"the {which} schema is no Avro schema ({exc})") from None


def _settings(policy: Policy, *, defaults: bool) -> Iterator[Note]:
    said = "does not apply: Avro resolves a reader's schema against a writer's in one way"
    if policy == "strict":
        yield Note("policy", "$", f"strict {said}")
    if defaults:
        yield Note("policy", "$", f"defaults {said}")


def _said(message: str, direction: Direction) -> str:
    return message if direction == "backward" else f"{message} (forward)"


def _reason(found: Break, writer: _Side, reader: _Side, direction: Direction) -> Reason:
    payload, message = _proof(found, writer, reader)
    sides = found.writer, found.reader
    old, new = sides if direction == "backward" else sides[::-1]
    return Reason(
        rule=found.rule,
        verdict="proved" if message is None else "shown by a payload",
        direction=direction,
        path=found.path,
        old_pointer=old[0],
        old_value=old[1],
        new_pointer=new[0],
        new_value=new[1],
        change=found.change,
        message=message or "",
        payload=payload,
        shown=message is not None,
    )


def _proof(found: Break, writer: _Side, reader: _Side) -> tuple[Any, str | None]:
    """Return a value that one side writes and the other cannot read, and the reader's words.

    The words are those on the break alone: of a whole value, another break may come first.
    """
    try:
        value = sample(writer.types.root, found)
        said = _refusal(writer.engine, reader.engine, value)
        if said is None:  # fastavro matches names that Avro does not match
            return None, None
        one, other, part = alone(found)
        said = _refusal(Engine(one), Engine(other), part) or said
    except (RecursionError, ValueError):  # a type has no value, or no place of its own
        return None, None
    return as_json(value, writer.types.root), said


def _refusal(writer: Engine, reader: Engine, value: Any) -> str | None:
    """Return a reader's words on a value that it cannot read; None if it can."""
    try:
        reader.read(writer.written(value), writer)
    except NotReadable as exc:
        return str(exc)
    return None
