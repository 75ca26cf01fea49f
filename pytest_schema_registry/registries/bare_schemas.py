"""Bare schemas as a registry has them: with a release, an id, a deprecation and verdicts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from pytest_schema_registry.errors import InvalidAnswer, InvalidSchema, SchemaNotFound
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.registries.core_documents import release_fault, text_or_none
from pytest_schema_registry.registries.queries import (
    Kind,
    Query,
    RegisteredSchema,
    RegistryVerdict,
    Result,
)
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.schema_type import NotASchema
from pytest_schema_registry.schemas import Release
from pytest_schema_registry.text import lines, one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.schema_types.schema_type import Reference
    from pytest_schema_registry.schemas import ListedReference, Schema


def registered(
    schema: Any,
    version: str,
    name: str,
    release: str | None = None,
    place: str | None = None,
    *,
    schema_type: str = "JSON",
    references: tuple[ListedReference, ...] | None = None,
) -> RegisteredSchema:
    """Return a schema as the registry has it, with what the schema's own members tell.

    Avro takes members that it does not know as metadata (specification, "Schema Declaration"). So
    ``$core_version``, ``deprecated`` and the others mean the same in both languages.

    Args:
        schema: The schema as JSON data.
        version: The version line.
        name: The schema's name.
        release: The release; None for the one in ``$core_version``.
        place: The address that is the schema's id unless it has ``$schema_id``; None for ``$id``.
        schema_type: The registries' word for its language.
        references: The schemas that it refers to, by a list; None where it has no list.

    Raises:
        ValueError: The release cannot be one.
    """
    content = Content.of(schema)
    said = schema if isinstance(schema, dict) else {}
    stated = release or text_or_none(said.get("$core_version")) or None
    if fault := release_fault(stated):
        raise ValueError(fault)
    return RegisteredSchema(
        name=name,
        version=version,
        release=stated,
        content=content,
        token=content.digest,
        deprecated=said.get("deprecated") is True,
        deprecation_note=one_line(text_or_none(said.get("deprecation_note"))),
        id=text_or_none(said.get("$schema_id")) or place or text_or_none(said.get("$id")) or name,
        schema_type=schema_type,
        references=references,
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


def verdict_between(
    old: RegisteredSchema,
    new: RegisteredSchema,
    url: str,
    referred: Callable[[ListedReference], RegisteredSchema | None],
) -> RegistryVerdict:
    """Return whether consumers of one schema read what producers of another write.

    Args:
        old: The producers' schema.
        new: The consumers' schema.
        url: The address of the question, for the error.
        referred: Returns the schema that a listed reference leads to.

    Raises:
        InvalidAnswer: One of them is wrong, or they are not of one language that is compared here.
    """
    language = all_types().get(old.schema_type)
    if language is None or old.schema_type != new.schema_type:
        kinds = dict.fromkeys((old.schema_type, new.schema_type))
        raise InvalidAnswer(url, f"schemas of the type {' and '.join(kinds)} are not compared")

    def resolve(reference: Reference | ListedReference) -> Schema:
        entry = cast("ListedReference", reference)  # as each schema with references has a list
        found = referred(entry)
        if found is None:
            raise SchemaNotFound(printable(entry.subject), printable(entry.release), None, url, "")
        return _schema(found, url)

    try:
        # Without a list, what a schema refers to is not looked up: a reference that matters leaves
        # the comparison undecided.
        sides = [
            each.content.parsed()
            if each.references is None
            else language.compile(_schema(each, url), resolve).bundled()
            for each in (old, new)
        ]
        report = language.compare(*sides)
    except NotASchema as exc:
        raise InvalidAnswer(url, str(exc)) from None
    except InvalidSchema as exc:
        raise InvalidAnswer(url, exc.headline) from None
    return verdict_of(report)


def _schema(found: RegisteredSchema, url: str) -> Schema:
    query = Query(Kind.SCHEMA, found.version, found.name)
    return Result(query, url, found, datetime.now(UTC).timestamp(), "directory").schema


def verdict_of(report: CompatibilityReport) -> RegistryVerdict:
    """Return a comparison's outcome as a registry's verdict, with one line for each reason."""
    from pytest_schema_registry.compatibility import rendering, sentences

    return RegistryVerdict(
        compatible=report.compatible is True,
        reasons=lines(map(rendering.line, report.reasons)),
        advice=lines(sentences.advice(report)),
    )
