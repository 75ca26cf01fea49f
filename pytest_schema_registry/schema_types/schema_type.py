"""The seam for schema languages: each implements a `SchemaType` and a `Validator`.

A language whose schemas name others implements a `Reference`, too. No language imports another.
Outside this package, nothing imports from a language's own folder, but for `compatibility`, which
offers ``compare`` to users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schema_types.payloads import Payloads, Violating
    from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema, Violation


class NotASchema(ValueError):
    """One of the two schemas of a comparison is no schema of its language."""


class NoPart(LookupError):
    """A pointer leads to no schema in a document; the text is what to do."""


class Reference(Protocol):
    """One reference that leads out of a schema."""

    @property
    def uri(self) -> str:
        """Its target, absolute and without a fragment."""

    @property
    def text(self) -> str:
        """The reference as the schema has it."""

    @property
    def version(self) -> str:
        """The version line of the schema that has it; empty outside the registry."""

    @property
    def target(self) -> tuple[str | None, str] | None:
        """The version and the name that it refers to; None where it is a global id."""

    @property
    def path(self) -> str | None:
        """Its target as a path below a version line; None where it is a global id.

        A schema may have that path as its ``$id``.
        """

    @property
    def name(self) -> str | None:
        """The schema name in its text; None where the text is no plain name."""


class Values(Protocol):
    """The values of a language whose payloads are no JSON: what a serializer makes bytes of."""

    @property
    def takes_bytes(self) -> bool:
        """True where a value may itself be bytes, so that bytes need not be a message."""

    def delivered(self, value: Any) -> tuple[Any] | None:
        """Return what a reader gets of a value, in a tuple; None if the value does not conform."""

    def as_json(self, value: Any, *, names: bool = False) -> Any:
        """Return a value as JSON, for people and files.

        Args:
            value: The value.
            names: True to keep the names of types that it has for its parts; they are no part of
                a path, so what is shown or hidden does not have them.
        """

    def from_json(self, document: Any) -> Any:
        """Return the value in a JSON document: in the language's own encoding, or of ``as_json``.

        What is neither stays as it is, so that the verdict falls on it.
        """

    def read(self, raw: bytes, writer: Any = None, *, whole: bytes | None = None) -> Any:
        """Return the value in a message; if it cannot be read, a value that never conforms.

        Args:
            raw: The message, without the id of its schema.
            writer: The values of the schema that it was written with; None for this one.
            whole: The message with the id, where it may be a value, too; the error says of both.
        """

    def as_value(self, raw: bytes, no_message: str) -> Any:
        """Return the bytes themselves if they conform, and else a value that never conforms.

        Args:
            raw: The bytes, which are no message of the schema's subject.
            no_message: Why they are none, for the error, which says of both readings.
        """

    def unreadable(self, raw: bytes) -> Any:
        """Return a value that never conforms, for bytes that are no message."""


class Validator(Protocol):
    """A schema that is ready to check payloads."""

    @property
    def values(self) -> Values | None:
        """What reads and writes payloads that are no JSON; None where they are JSON."""

    @property
    def schema(self) -> Schema:
        """The schema."""

    @property
    def is_valid(self) -> Callable[[Any], bool]:
        """The engine's verdict on a payload, given as JSON or as ``values`` has it.

        It may be a field, which adds no call.
        """

    @property
    def referred_old(self) -> tuple[OldCopy, ...]:
        """The old copies among the schemas that it refers to."""

    @property
    def old_copies(self) -> tuple[OldCopy, ...]:
        """All old copies on which a verdict rests: its own and the referred ones."""

    def violations(self, payload: Any, hide: Redaction) -> tuple[Violation, ...]:
        """Return the violations of a payload that ``is_valid`` refused.

        JSON Schema's come best match first, Avro's in the schema's order.

        Args:
            payload: The payload as JSON, or as ``values`` has it.
            hide: The values to hide.

        Raises:
            InvalidSchema: A rule of the schema takes too many steps to be decided.
        """

    def remarks(self) -> Iterable[tuple[str, str]]:
        """Return remarks on the parts of the schema that look like assertions and are none.

        Each remark is a pair: its subject, and one line of text. The subject lets a caller give
        each remark only once.
        """

    def bundled(self) -> Any:
        """Return the content of the schema with all that it refers to, as one document."""

    def of(self, schema: Schema) -> Self:
        """Return this validator for a schema of the same content under another name."""


class SchemaType(Protocol):
    """A schema language."""

    @property
    def name(self) -> str:
        """The registries' word for it, such as ``JSON``."""

    def refers_elsewhere(self, schema: Schema) -> bool:
        """Check whether compiling a schema may require another schema."""

    def references(self, schema: Schema) -> Iterable[Reference]:
        """Return the references of a schema that lead out of it, in no order."""

    def compile(
        self, schema: Schema, resolve: Callable[[Reference | ListedReference], Schema]
    ) -> Validator:
        """Prepare a schema to check payloads.

        Args:
            schema: The schema.
            resolve: Returns the schema that a reference leads to.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
        """

    def part(self, document: Schema, pointer: str) -> Schema:
        """Return the schema that a pointer leads to in a document, as one of its own.

        Raises:
            NoPart: It leads to none.
            InvalidSchema: The document cannot be read, or what the part needs of it is wrong.
        """

    def display(self, schema: Schema) -> Iterator[str]:
        """Yield the lines that show a schema to a person."""

    def differ_in_annotations_only(self, old: Schema, new: Schema) -> bool:
        """Check whether two schemas of different content are equal without their annotations.

        Args:
            old: The older schema.
            new: The newer schema.
        """

    def compare(self, old: Any, new: Any, **asked: Any) -> CompatibilityReport:
        """Report whether payloads written by one version of a schema can be read by the other.

        Args:
            old: The content of the older schema, with all that it refers to.
            new: The content of the newer schema, with all that it refers to.
            asked: The level, the policy, and further settings of the language's comparison.

        Raises:
            NotASchema: One of them is no schema of this language.
        """

    def conforming_payloads(
        self, of: Validator | dict[str, Any] | bool, limit: int = 100
    ) -> Payloads[Any]:
        """Return payloads that a schema accepts: all that it allows, in as few as possible.

        They have each optional member and leave it out, and they have each value, branch, bound and
        length of the schema, at any depth. They have no members that the schema does not describe,
        unless it requires them. Each was checked by the engine. No two are equal. They are the same
        in every run, and the smallest comes first.

        Args:
            of: A validator of this language, or a schema as a value, which refers to no other one.
            limit: The most payloads.

        Returns:
            A sequence. Its ``uncovered`` says what no payload shows, and why. Its ``reason`` says
            why it is empty.

        Raises:
            InvalidSchema: The given value is wrong, or refers to another schema.
        """

    def violating_payloads(
        self,
        of: Validator | dict[str, Any] | bool,
        limit: int = 100,
        hide: Redaction | None = None,
    ) -> Payloads[Violating]:
        """Return payloads that break one rule of a schema each, with the violation.

        Args:
            of: A validator of this language, or a schema as a value, which refers to no other one.
            limit: The most payloads.
            hide: The values to hide in violations; None for no values.

        Returns:
            A sequence. Its ``uncovered`` says which rules no payload breaks. Its ``reason`` says
            why it is empty.

        Raises:
            InvalidSchema: The given value is wrong, or refers to another schema.
        """
