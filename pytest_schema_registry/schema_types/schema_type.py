"""The seam for schema languages: each implements a `SchemaType`, a `Validator` and a `Reference`.

No language imports another. Outside this package, nothing imports from a language's own folder, but
for the two packages that offer ``compare`` to users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema, Violation


class NotASchema(ValueError):
    """One of the two schemas of a comparison is no schema of its language."""


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
    def name(self) -> str | None:
        """The schema name in its text; None where the text is no plain name."""


class Validator(Protocol):
    """A schema that is ready to check payloads."""

    @property
    def schema(self) -> Schema:
        """The schema."""

    @property
    def is_valid(self) -> Callable[[Any], bool]:
        """The engine's own verdict on a payload, given as JSON: a field, which adds no call."""

    @property
    def referred_old(self) -> tuple[OldCopy, ...]:
        """The old copies among the schemas that it refers to."""

    @property
    def old_copies(self) -> tuple[OldCopy, ...]:
        """All old copies on which a verdict rests: its own and the referred ones."""

    def violations(self, payload: Any, hide: Redaction) -> tuple[Violation, ...]:
        """Return the violations of a payload that ``is_valid`` refused, best match first.

        Args:
            payload: The payload as JSON.
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
