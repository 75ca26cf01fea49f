"""A version of a subject, a schema that a client sent, and a request that is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_schema_registry.schemas import given

if TYPE_CHECKING:
    from pytest_schema_registry.json_values import Content
    from pytest_schema_registry.registries.queries import RegisteredSchema
    from pytest_schema_registry.schemas import ListedReference, Schema


class Refused(Exception):
    """A request that is answered with an error.

    Args:
        status: The HTTP status.
        code: The protocol's own code, which says more than the status.
        message: The reason, for a person.
    """

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a subject.

    Args:
        subject: The subject.
        number: The number of the version in it.
        found: The schema.
    """

    subject: str
    number: int
    found: RegisteredSchema

    @property
    def schema(self) -> Schema:
        """The schema, with the name and the version line that its references are relative to."""
        return replace(
            given(True),
            published=self.found.content,
            name=self.subject,
            version=self.found.version,
            subject=self.subject,
            release=str(self.number),
            id=self.found.id,
            schema_type=self.found.schema_type,
        )

    @property
    def properties(self) -> dict[str, str]:
        """The metadata: its version line, its release where it has one, and a deprecation."""
        found = self.found
        properties = {"version": found.version, "release": found.release}
        if found.deprecated:
            properties |= {"deprecated": "true", "deprecation_note": found.deprecation_note}
        return {key: value for key, value in properties.items() if value}


@dataclass(frozen=True, slots=True)
class Posted:
    """A schema that a client sent.

    Args:
        schema_type: The registries' word for its language.
        content: The schema.
        references: The references that it lists.
    """

    schema_type: str
    content: Content
    references: tuple[ListedReference, ...]
