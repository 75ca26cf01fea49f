"""The check of a value by a schema of Avro. The engine is imported when a schema is compiled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, cast

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.avro.json_form import (
    MAX_DEPTH,
    as_json,
    from_json,
    is_too_deep,
)
from pytest_schema_registry.schema_types.avro.plain_values import NOT_PLAIN, plain_copy
from pytest_schema_registry.schema_types.schema_type import NoPart
from pytest_schema_registry.schemas import Violation, given
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.schema_types.avro.diagnosis import Walker
    from pytest_schema_registry.schema_types.avro.engine import Engine
    from pytest_schema_registry.schema_types.avro.names import Types
    from pytest_schema_registry.schema_types.avro.plain_values import Copy
    from pytest_schema_registry.schema_types.payloads import Payloads, Violating
    from pytest_schema_registry.schema_types.schema_type import Reference, Validator
    from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema


class Unreadable:
    """A payload whose bytes could not be read: no value, so it never conforms.

    Args:
        said: What is wrong with it.
        size: The number of bytes.
        reason: The engine's reason, which may quote a value; empty without one.
    """

    def __init__(self, said: str, size: int, reason: str = "") -> None:
        self.said = said
        self.size = size
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AvroValidator:
    """A schema of Avro that is ready to check values.

    Args:
        schema: The schema.
        types: Its types.
        engine: The engine's form of it.
        walker: Finds violations, and unknown fields.
        copy: Makes what a reader gets of a plain value; None where hardly any value is plain.
        referred_old: The old copies among the schemas that it refers to.
    """

    schema: Schema
    types: Types
    engine: Engine
    walker: Walker
    copy: Copy | None = None
    referred_old: tuple[OldCopy, ...] = ()

    @property
    def values(self) -> Self:
        """This validator, which also reads and writes the values of its language."""
        return self

    @property
    def old_copies(self) -> tuple[OldCopy, ...]:
        """All old copies on which a verdict rests."""
        return tuple(dict.fromkeys(self.schema.old_copies + self.referred_old))

    def is_valid(self, value: Any) -> bool:
        """Check whether a value conforms."""
        return self.delivered(value) is not None

    def delivered(self, value: Any) -> tuple[Any] | None:
        """Return what a reader gets of a value, in a tuple; None if the value does not conform."""
        if self.copy is not None:
            try:
                return (self.copy(value),)
            except NOT_PLAIN:
                pass  # fastavro decides
        engine = self.engine
        if isinstance(value, Unreadable) or self._is_too_deep(value):
            return None
        if not engine.validates(value):
            return None
        # The usual value is written once.
        got = engine.delivered(value, exactly=True)
        if got is not None:
            return got
        got = engine.delivered(value)
        if got is None or self.walker.allows_unknown:
            return got
        return None if self.walker.has_unknown(value) else got

    def violations(self, value: Any, hide: Redaction) -> tuple[Violation, ...]:
        """Return the violations of a value that ``is_valid`` refused, in the schema's order."""
        root = self.types.root
        if isinstance(value, Unreadable):
            why = f": {value.reason}" if value.reason and not hide else ""
            said = value.said + why
            return (Violation("$", root.pointer, "message", self.as_json(value), said),)
        if self._is_too_deep(value):
            shown = hide.applied(self.as_json(value))
            said = f"it is nested more deeply than {MAX_DEPTH} levels"
            return (Violation("$", root.pointer, "depth", shown, said),)
        return self.walker.violations(value, hide, self.engine)

    def as_json(self, value: Any, *, names: bool = False) -> Any:
        """Return a value as JSON, for people and files.

        Args:
            value: The value.
            names: True to keep the name of a branch that a value has, see :func:`as_json`.
        """
        if isinstance(value, Unreadable):
            return {"$message": f"{value.size} bytes"}
        return as_json(value, self.types.root, names=names)

    def from_json(self, document: Any) -> Any:
        """Return the value in a document: of Avro's JSON encoding, or of ``as_json``."""
        return from_json(self.types.root, document, self.walker.fits)

    def _is_too_deep(self, value: Any) -> bool:
        # Along any other schema, fastavro goes as deep as that only.
        return self.types.is_recursive and is_too_deep(value)

    @property
    def takes_bytes(self) -> bool:
        """True where a value may itself be bytes, so that bytes need not be a message."""
        root = self.types.root
        return any(each.kind in ("bytes", "fixed") for each in (root, *root.inner))

    def read(self, raw: bytes, writer: Self | None = None, *, whole: bytes | None = None) -> Any:
        """Return the value in a message, or an `Unreadable`.

        Args:
            raw: The message, without the id of its schema.
            writer: The schema that it was written with; None for this one.
            whole: The message with the id, where it may be a value, too.
        """
        from pytest_schema_registry.schema_types.avro.engine import NotReadable
        from pytest_schema_registry.schema_types.avro.item_counts import (
            TooManyItems,
            refuse_too_many,
        )

        try:
            refuse_too_many(raw, (self if writer is None else writer).types)
            return self.engine.read(raw, None if writer is None else writer.engine)
        except (NotReadable, TooManyItems) as exc:
            by = f", written by {writer.schema}," if writer is not None else ""
            said = f"the message of {len(raw):,} bytes{by} cannot be read"
            if whole is not None:
                fit = "conform" if self.is_valid(whole) else "do not conform either"
                said = f"{said} (with the id in front, as a value, its {len(whole):,} bytes {fit})"
            return Unreadable(printable(said), len(raw), printable(str(exc)))

    def unreadable(self, raw: bytes) -> Any:
        """Return the value of bytes that are no message."""
        said = (
            f"{len(raw):,} bytes are no message: it begins with a zero byte, and the four bytes of "
            "its schema's id"
        )
        return Unreadable(said, len(raw))

    def as_value(self, raw: bytes, no_message: str) -> Any:
        """Return bytes as the value that they are, or an `Unreadable` that says of both readings.

        Args:
            raw: The bytes.
            no_message: Why they are no message.
        """
        if self.is_valid(raw):
            return raw
        said = f"{len(raw):,} bytes are no message ({no_message}), and no value that conforms"
        (found, *_) = self.violations(raw, Redaction())
        return Unreadable(printable(said), len(raw), printable(found.message))

    def remarks(self) -> Iterator[tuple[str, str]]:
        """Return remarks on the logical types of the schema that check nothing."""
        from pytest_schema_registry.schema_types.avro.remarks import remarks

        return remarks(self.schema, self.types)

    def bundled(self) -> Any:
        """Return the content of the schema with all that it refers to, as one document."""
        from pytest_schema_registry.schema_types.avro.bundle import bundled

        return bundled(self.types.root)

    def of(self, schema: Schema) -> Self:
        """Return this validator for a schema of the same content under another name."""
        return replace(self, schema=schema)


class AvroType:
    """The language Avro.

    Args:
        allows_unknown: True where a record may have fields that its schema does not have.
    """

    name = "AVRO"

    def __init__(self, *, allows_unknown: bool = False) -> None:
        self._allows_unknown = allows_unknown

    def refers_elsewhere(self, schema: Schema) -> bool:
        """Check whether compiling a schema may require another schema."""
        return bool(schema.references)

    def references(self, schema: Schema) -> Iterator[Reference]:  # noqa: ARG002
        """Yield no references: a name says nothing of the subject that defines it."""
        yield from ()

    def compile(
        self, schema: Schema, resolve: Callable[[Reference | ListedReference], Schema]
    ) -> AvroValidator:
        """Prepare a schema to check values.

        Args:
            schema: The schema.
            resolve: Returns the schema that a reference leads to.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
        """
        from pytest_schema_registry.schema_types.avro.diagnosis import Walker
        from pytest_schema_registry.schema_types.avro.engine import Engine, NotAvro
        from pytest_schema_registry.schema_types.avro.names import Types
        from pytest_schema_registry.schema_types.avro.references import (
            place,
            referred_schemas,
            refuse_unknown,
        )
        from pytest_schema_registry.schema_types.avro.wrong_schemas import fault_of

        try:
            referred = referred_schemas(schema, resolve)
            refuse_unknown(schema, referred)
            content = schema.content
            contents = [each.content for each in referred]
            engine = Engine(content, contents)
            places = [place(each) for each in referred]
            types = Types(content, tuple(zip(places, contents, strict=True)))
        except RecursionError:
            reason = "it is nested too deeply"
            raise InvalidSchema(str(schema), "#", reason, schema.origin) from None
        except NotAvro as exc:
            reason = printable(f"it is no Avro schema ({exc})")
            raise InvalidSchema(str(schema), "#", reason, schema.origin) from None
        if fault := fault_of(types):
            reason = printable(fault.said)
            raise InvalidSchema(str(schema), fault.pointer, reason, schema.origin)
        engine.is_recursive = types.is_recursive
        walker = Walker(types, allows_unknown=self._allows_unknown)
        old = tuple(copy for each in referred for copy in each.old_copies)
        return AvroValidator(schema, types, engine, walker, plain_copy(types), old)

    def part(self, document: Schema, pointer: str) -> Schema:
        """Raise NoPart: a schema of Avro is one type."""
        raise NoPart(f"{document.name} is an Avro schema, and {pointer} a part: ask for the whole")

    def display(self, schema: Schema) -> Iterator[str]:
        """Yield the lines that show a schema to a person."""
        from pytest_schema_registry.schema_types.avro.display import display

        return display(schema)

    def differ_in_annotations_only(self, old: Schema, new: Schema) -> bool:
        """Check whether two schemas of different content are equal without their annotations."""
        from pytest_schema_registry.schema_types.avro.annotations import (
            differ_in_annotations_only,
        )

        return differ_in_annotations_only(old, new)

    def conforming_payloads(
        self, of: Validator | dict[str, Any] | bool, limit: int = 100
    ) -> Payloads[Any]:
        """Return values that a schema accepts: all that it allows, in as few as possible."""
        from pytest_schema_registry.schema_types.avro.payloads.conforming import conforming

        return conforming(self._validator_of(of), limit)

    def violating_payloads(
        self,
        of: Validator | dict[str, Any] | bool,
        limit: int = 100,
        hide: Redaction | None = None,
    ) -> Payloads[Violating]:
        """Return values that break one rule of a schema each, with the violation."""
        from pytest_schema_registry.schema_types.avro.payloads.violating import violating

        return violating(self._validator_of(of), limit, hide)

    def _validator_of(self, of: Validator | dict[str, Any] | bool) -> AvroValidator:
        if isinstance(of, AvroValidator):
            return of
        assert isinstance(of, dict | bool)  # noqa: S101  # a validator is of its own language
        # It has no list of references, so none is resolved.
        return self.compile(replace(given(of), schema_type=self.name), cast("Any", given))

    def compare(self, old: Any, new: Any, **asked: Any) -> CompatibilityReport:
        """Report whether values written by one version of a schema can be read by the other."""
        from pytest_schema_registry.schema_types.avro.compatibility.levels import compare

        return compare(old, new, **asked)
