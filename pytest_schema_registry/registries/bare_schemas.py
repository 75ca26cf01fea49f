"""Bare JSON Schemas as a registry has them: with a release, an id, a deprecation and verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidAnswer
from pytest_schema_registry.registries.core_documents import lines, release_fault, text_or_none
from pytest_schema_registry.registries.queries import RegisteredSchema, RegistryVerdict
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.schema_type import NotASchema
from pytest_schema_registry.schemas import Content, Release
from pytest_schema_registry.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.compatibility.report import CompatibilityReport


def registered(
    schema: dict[str, Any] | bool,
    version: str,
    name: str,
    release: str | None = None,
    place: str | None = None,
) -> RegisteredSchema:
    """Return a JSON Schema as the registry has it, with what the schema's own members tell.

    Args:
        schema: The JSON Schema.
        version: The version line.
        name: The schema's name.
        release: The release; None for the one in ``$core_version``.
        place: The address that is the schema's id unless it has ``$schema_id``; None for ``$id``.

    Raises:
        ValueError: The release cannot be one.
    """
    content = Content.of(schema)
    said = schema if isinstance(schema, dict) else {}
    told = release or text_or_none(said.get("$core_version")) or None
    if fault := release_fault(told):
        raise ValueError(fault)
    return RegisteredSchema(
        name=name,
        version=version,
        release=told,
        content=content,
        token=content.digest,
        deprecated=said.get("deprecated") is True,
        deprecation_note=one_line(text_or_none(said.get("deprecation_note"))),
        id=text_or_none(said.get("$schema_id")) or place or text_or_none(said.get("$id")) or name,
    )


def releases(history: Iterable[tuple[RegisteredSchema, str]]) -> tuple[Release, ...]:
    """Return the list of a schema's releases.

    Args:
        history: The releases, oldest first, each with the time of its publication.
    """
    return tuple(
        Release(
            name=schema.name,
            version=schema.version,
            release=schema.release or "",
            sha256=schema.token or "",
            created_at=created_at,
            deprecated=schema.deprecated,
        )
        for schema, created_at in history
    )


def verdict_between(old: RegisteredSchema, new: RegisteredSchema, url: str) -> RegistryVerdict:
    """Return whether consumers of one schema read what producers of another write.

    Args:
        old: The producers' schema.
        new: The consumers' schema.
        url: The address of the question, for the error.

    Raises:
        InvalidAnswer: One of them is not a JSON Schema.
    """
    try:
        report = all_types()["JSON"].compare(old.content.parsed(), new.content.parsed())
    except NotASchema as exc:
        raise InvalidAnswer(url, str(exc)) from None
    return verdict_of(report)


def verdict_of(report: CompatibilityReport) -> RegistryVerdict:
    """Return a comparison's outcome as a registry's verdict, with one line for each reason."""
    from pytest_schema_registry.compatibility import rendering, sentences

    return RegistryVerdict(
        compatible=report.compatible is True,
        reasons=lines(map(rendering.line, report.reasons)),
        advice=lines(sentences.advice(report)),
    )
