"""The schemas of a session's registry, as the embedded server serves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import (
    CassetteMissing,
    InvalidAnswer,
    InvalidSettings,
    SchemaNotFound,
)
from pytest_schema_registry.registries.queries import Kind, Missing, RegisteredSchema, Result
from pytest_schema_registry.schemas import IndexEntry
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_schema_registry.registries.queries import Query, Value
    from pytest_schema_registry.retrieval.catalogue import Catalogue
    from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema

#: The registry, or the cassettes, have no such schema.
_NOT_THERE = (SchemaNotFound, CassetteMissing, InvalidSettings)


class SessionSchemas:
    """The schemas of a session's registry: what it has retrieved, and what it can retrieve.

    A schema that was not retrieved yet is retrieved as any other: once, and cached or recorded.
    In replay, there are only the cassettes. What they do not have is an error, not a 404: the code
    under test might go on with another version, and nobody would know why.

    Args:
        catalogue: The session's catalogue.
        versions: The version lines, for a registry whose index does not tell them.
        served: Called with the old copies that an answer rests on.
        offline: True where the cassettes are the only source.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        versions: Sequence[str],
        served: Callable[[tuple[OldCopy, ...]], None],
        *,
        offline: bool,
    ) -> None:
        self._catalogue = catalogue
        self._versions = versions
        self._served = served
        self._offline = offline
        #: What served schemas refer to, by lists of subjects.
        self._listed: set[ListedReference] = set()

    def fetch(self, query: Query, known: Result | None = None) -> Result:  # noqa: ARG002
        """Answer a query for a schema, by its name or its id, or for the index.

        Raises:
            CassetteMissing: In replay, the schema was not recorded.
            InvalidAnswer: The schema is of a language that is not served.
            SchemaRegistryError: The registry cannot be asked, for another reason.
        """
        value: Value | None
        value = self._index() if query.kind is Kind.INDEX else self._schema(query)
        value = Missing() if value is None else value
        return Result(query, f"{query}", value, datetime.now(UTC).timestamp(), "registry")

    def names(self) -> dict[str, set[str]]:
        """Return the names of the schemas in each version line."""
        lines: dict[str, set[str]] = {}
        for entry in self._index():
            has_lines = self._catalogue.lists_lines or self._offline
            for line in (entry.version,) if has_lines else self._versions:
                lines.setdefault(line, set()).add(entry.name)
        return lines

    def held(self) -> set[str]:
        """Return the names of the schemas that were retrieved, or recorded."""
        names = {name for name, _ in self._catalogue.held_names()}
        return names | {each.subject for each in self._listed}

    def history(self, version: str, name: str) -> list[tuple[RegisteredSchema, str]]:
        """Return the releases of a schema in a version line, oldest first.

        Each comes with the time of its publication, in ISO 8601.
        """
        current = self._found(name, version, None)
        if current is None:
            return []
        try:
            listed = self._catalogue.releases(name, (version,))
        except (SchemaNotFound, CassetteMissing):
            listed = ()
        times = {each.release: each.created_at or "" for each in listed}
        # A release without a name is the current one.
        named = (each for each in times if each and each != current.release)
        older = (self._found(name, version, each) for each in named)
        found = [*(each for each in older if each is not None), current]
        return [(each, times.get(each.release or "", "")) for each in found]

    def unnamed(self, name: str) -> list[RegisteredSchema]:
        """Return the versions of a subject that served schemas refer to.

        In replay, nothing else tells of them: they were recorded as references.
        """
        listed = sorted({each for each in self._listed if each.subject == name})
        return [self._registered(self._catalogue.referred(each)) for each in listed]

    def _index(self) -> tuple[IndexEntry, ...]:
        if not self._offline:
            return self._catalogue.index()
        found = [self._served_one(name, line) for name, line in self._catalogue.held_names()]
        return tuple(
            IndexEntry(
                each.name,
                each.version,
                each.release,
                each.token,
                each.deprecated,
                each.id,
                schema_type=each.schema_type,
            )
            for each in found
            if each is not None
        )

    def _schema(self, query: Query) -> RegisteredSchema | None:
        if query.kind is Kind.BY_ID:
            try:
                schema = self._catalogue.with_id(query.name, query.version)
            except _NOT_THERE:
                return None
            return None if schema is None else self._registered(schema)
        try:
            schema = self._catalogue.schema(query.name, query.version, query.release)
        except (SchemaNotFound, InvalidSettings):
            return None
        return self._registered(schema)

    def _served_one(self, name: str, version: str) -> RegisteredSchema | None:
        try:
            return self._found(name, version, None)
        except InvalidAnswer:
            return None

    def _found(self, name: str, version: str, release: str | None) -> RegisteredSchema | None:
        try:
            return self._registered(self._catalogue.schema(name, version, release))
        except _NOT_THERE:
            return None

    def _registered(self, schema: Schema) -> RegisteredSchema:
        """Return a schema as it is served.

        Raises:
            InvalidAnswer: Its language is not served. A 404 could be taken for a schema that is not
                there.
        """
        self._served(schema.old_copies)
        if schema.subject is not None:
            self._listed.update(schema.references or ())
        if schema.schema_type not in ("JSON", "AVRO"):
            served = "only JSON Schema and Avro are served"
            reason = f"{schema} is of the type {schema.schema_type}, and {served}"
            advice = "let the code under test ask the registry itself for it"
            raise InvalidAnswer(schema.url, printable(reason), advice)
        return RegisteredSchema(
            name=schema.name,
            version=schema.version,
            release=schema.release,
            content=schema.published,
            token=schema.published.digest,
            deprecated=schema.deprecated,
            deprecation_note=schema.deprecation_note,
            id=schema.id,
            schema_type=schema.schema_type,
            subject=schema.subject,
            references=schema.references,
        )
