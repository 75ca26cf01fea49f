"""The schemas that the embedded server serves: those of a registry, with changes on top.

The changes are in memory only. The registry behind them never learns of them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from pytest_schema_registry.errors import CassetteMissing, SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.registries.bare_schemas import registered, releases, verdict_between
from pytest_schema_registry.registries.queries import (
    Kind,
    Missing,
    Query,
    RegisteredSchema,
    Result,
)
from pytest_schema_registry.registries.type_files import definers
from pytest_schema_registry.schema_types import avro_names
from pytest_schema_registry.schemas import IndexEntry, ListedReference, plain_name
from pytest_schema_registry.text import numbered, one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_schema_registry.registries.queries import Value

#: The version line whose releases come after those of all others.
_LAST_LINE = "latest"


class Listing(Protocol):
    """A registry that tells all that it has, so that it can be served."""

    def fetch(self, query: Query, known: Result | None = None) -> Result:
        """Answer a query for a schema, by its name or its id, or for the index."""

    def names(self) -> dict[str, set[str]]:
        """Return the names of the schemas in each version line, those of older releases too."""

    def held(self) -> set[str]:
        """Return the names of the schemas that are at hand, without a request."""

    def history(self, version: str, name: str) -> list[tuple[RegisteredSchema, str]]:
        """Return the releases of a schema in a version line, oldest first.

        Each comes with the time of its publication, in ISO 8601.
        """

    def unnamed(self, name: str) -> list[RegisteredSchema]:
        """Return what references may lead to by a name that is not among the names."""


@dataclass(frozen=True, slots=True)
class Published:
    """One version of a schema, over all version lines.

    Args:
        number: Its number among all versions of the schema, from 1.
        schema: The schema.
        created_at: The time of its publication, in ISO 8601; empty where that is not known.
    """

    number: int
    schema: RegisteredSchema
    created_at: str


@dataclass(slots=True)
class _Changed:
    """The versions of a schema that was changed, and the highest number that was ever given."""

    versions: list[Published]
    highest: int

    def line(self, version: str) -> list[Published]:
        """Return the versions in a version line, the current one last."""
        return [each for each in self.versions if each.schema.version == version]


class ServedSchemas:
    """The schemas of a registry, with changes on top.

    The methods that read raise what the registry raises.

    Args:
        registry: The registry; its schemas are copied when they are changed.
    """

    def __init__(self, registry: Listing) -> None:
        self._registry = registry
        self._changed: dict[str, _Changed] = {}

    def reset(self) -> None:
        """Forget all changes."""
        self._changed = {}

    def publish(
        self, name: str, version: str, schema: Any, release: str | None, schema_type: str = "JSON"
    ) -> None:
        """Add a schema, which is from now on the current one of its version line.

        Args:
            name: The schema's name.
            version: The version line.
            schema: The schema.
            release: The release; None for the one in ``$core_version``.
            schema_type: The registries' word for its language.

        Raises:
            ValueError: The release cannot be one, or a type that the schema uses is defined twice.
        """
        name = plain_name(name)
        references = None if schema_type == "JSON" else self._references(schema, name, version)
        published = registered(
            schema, version, name, release, schema_type=schema_type, references=references
        )
        found = self._copy(name)
        found.highest += 1
        now = datetime.now(UTC).isoformat()
        found.versions.append(Published(found.highest, published, now))
        self._keep(name, found)

    def remove(self, name: str, version: str) -> None:
        """Take a schema away, with all releases of the version line.

        Raises:
            SchemaNotFound: It is not there.
        """
        found = self._changeable(name, version)
        gone = found.line(version)
        found.versions = [each for each in found.versions if each not in gone]

    def deprecate(self, name: str, version: str, note: str | None) -> None:
        """Deprecate the current release of a version line.

        Raises:
            SchemaNotFound: It is not there.
        """
        found = self._changeable(name, version)
        current = found.line(version)[-1]
        schema = replace(current.schema, deprecated=True, deprecation_note=one_line(note))
        at = found.versions.index(current)
        found.versions = [*found.versions]
        found.versions[at] = replace(current, schema=schema)

    def names(self) -> dict[str, set[str]]:
        """Return the names of the schemas in each version line, those of older releases too."""
        changed = self._changed
        lines = {line: names - changed.keys() for line, names in self._registry.names().items()}
        for name, found in changed.items():
            for each in found.versions:
                lines.setdefault(each.schema.version, set()).add(name)
        return lines

    def held(self) -> set[str]:
        """Return the names of the schemas that are at hand, without a request."""
        return self._registry.held() | self._changed.keys()

    def versions(
        self, name: str, lines: Mapping[str, set[str]] | None = None
    ) -> Iterator[Published]:
        """Yield the versions of a schema over all version lines, in the order of their numbers.

        ``v1`` comes before ``v2`` before ``v10``, and ``latest`` comes after them. What is
        published to the server comes after all that was there, whatever its line.

        Args:
            name: The schema's name.
            lines: The names in each version line; None to look them up.
        """
        changed = self._changed.get(name)
        if changed is not None:
            yield from changed.versions
            return
        lines = self._registry.names() if lines is None else lines
        numbers = count(1)
        for line in sorted(lines, key=lambda each: (each == _LAST_LINE, numbered(each))):
            if name in lines[line]:
                for found, created_at in self._registry.history(line, name):
                    yield Published(next(numbers), found, created_at)
        if not any(name in names for names in lines.values()):
            # It is none of the listed names, but references to it need a name and a number.
            for each in self._registry.unnamed(name):
                yield Published(next(numbers), each, "")

    def fetch(self, query: Query) -> Result:
        """Answer a query for a schema, the index, the releases of a schema or a comparison."""
        value: Value | None
        match query.kind:
            case Kind.INDEX:
                value = self._index(query)
            case Kind.RELEASES:
                value = releases(self._line(query.version, query.name)) or None
            case Kind.COMPATIBILITY:
                value = self._compatibility(query)
            case Kind.BY_ID:
                value = self._by_id(query)
            case _:
                value = self._schema(query)
        value = Missing() if value is None else value
        return Result(query, f"{query}", value, datetime.now(UTC).timestamp(), "registry")

    def _copy(self, name: str) -> _Changed:
        """Return the versions of a schema, to be changed, and kept by :meth:`_keep`."""
        found = self._changed.get(name)
        if found is None:
            versions = list(self.versions(name))
            found = _Changed(versions, len(versions))
        return found

    def _keep(self, name: str, found: _Changed) -> None:
        self._changed = {**self._changed, name: found}

    def _changeable(self, name: str, version: str) -> _Changed:
        """Return the versions of a schema that a version line has, to be changed.

        Raises:
            SchemaNotFound: The line does not have it.
        """
        name = plain_name(name)
        found = self._copy(name)
        if not found.line(version):
            lines = ", ".join(dict.fromkeys(each.schema.version for each in found.versions))
            advice = f"it is in {lines}" if lines else "publish it first, or check the name"
            where = "registry_server"
            raise SchemaNotFound(printable(name), printable(version), None, where, advice)
        self._keep(name, found)
        return found

    def _line(self, version: str, name: str) -> list[tuple[RegisteredSchema, str]]:
        """Return the releases of a version line, oldest first; of two of one name, the later."""
        found = self._changed.get(plain_name(name))
        if found is None:
            return self._registry.history(version, name)
        line = {each.schema.release: each for each in reversed(found.line(version))}
        return [(each.schema, each.created_at) for each in reversed(line.values())]

    def _schema(self, query: Query) -> RegisteredSchema | None:
        found = self._changed.get(plain_name(query.name))
        if found is None:
            return _schema_of(self._registry.fetch(query))
        for each in reversed(found.line(query.version)):
            if query.release in (None, "", each.schema.release):
                return each.schema
        return None

    def _by_id(self, query: Query) -> RegisteredSchema | None:
        """Return the schema that has an id: a changed one, or else the registry's."""
        for name, found in self._changed.items():
            for version in sorted(
                {each.schema.version for each in found.versions},
                key=lambda each: (each != query.version, each),
            ):
                current = self._schema(Query(Kind.SCHEMA, version, name))
                if current is not None and query.name in _ids(current):
                    return current
        # The registry's answer may be one that was changed, while another line has the id, too.
        lines = self._registry.names() if self._changed else ()
        for version in (query.version, *lines):
            schema = _schema_of(self._registry.fetch(replace(query, version=version)))
            if schema is not None and schema.name not in self._changed:
                return schema
        return None

    def _compatibility(self, query: Query) -> Value | None:
        old = self._schema(Query(Kind.SCHEMA, query.version, query.name, query.release))
        new = self._schema(Query(Kind.SCHEMA, query.later, query.name, query.later_release))
        if old is None or new is None:
            return None
        return verdict_between(old, new, f"{query}", self._referred)

    def _references(self, schema: Any, name: str, version: str) -> tuple[ListedReference, ...]:
        """Return the references of a schema of Avro to those of a version line, by its types.

        A schema that is not at hand is not fetched for it.

        Raises:
            ValueError: Two schemas define a type that it uses.
        """
        lines: dict[str, str] = {}

        def defined(other: str) -> frozenset[str]:
            with suppress(SchemaRegistryError):  # it defines nothing for as long as it is broken
                for found in self._in_line(version, other):
                    if found.schema_type == "AVRO":
                        lines[other] = found.version
                        return avro_names(found.content.parsed()).defined
            return frozenset()

        listed = []
        for each in sorted(avro_names(schema).needed):
            found = definers(each, sorted(self.held() - {name}), defined)
            if len(found) > 1:
                raise ValueError(f"the type {each} is defined in {' and in '.join(found)}")
            listed += [ListedReference(each, other, lines[other]) for other in found]
        return tuple(listed)

    def _in_line(self, version: str, name: str) -> list[RegisteredSchema]:
        """Return the schema of a version line, or what is known only as a reference."""
        with suppress(CassetteMissing):
            found = self._schema(Query(Kind.SCHEMA, version, name))
            if found is not None:
                return [found]
        return self._registry.unnamed(name)

    def _referred(self, reference: ListedReference) -> RegisteredSchema | None:
        return self._schema(Query(Kind.SCHEMA, reference.release, reference.subject))

    def _index(self, query: Query) -> tuple[IndexEntry, ...]:
        listed = self._registry.fetch(query).entries
        entries = [each for each in listed if each.name not in self._changed]
        for name, found in self._changed.items():
            current = {each.schema.version: each.schema for each in found.versions}
            entries += (_entry(name, schema) for schema in current.values())
        return tuple(sorted(entries, key=lambda entry: (entry.version, entry.name)))


def _schema_of(result: Result) -> RegisteredSchema | None:
    return result.value if isinstance(result.value, RegisteredSchema) else None


def _ids(schema: RegisteredSchema) -> tuple[str | None, Any]:
    content = schema.content.parsed()
    return schema.id, content.get("$id") if isinstance(content, dict) else None


def _entry(name: str, schema: RegisteredSchema) -> IndexEntry:
    facts = schema.version, schema.release, schema.token, schema.deprecated, schema.id
    return IndexEntry(name, *facts, schema_type=schema.schema_type)
