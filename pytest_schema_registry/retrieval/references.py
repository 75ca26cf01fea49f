"""References between schemas: by the registry's list, by name, or by a global id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import CassetteMissing, SchemaNotFound
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval.nearest import advice_on
from pytest_schema_registry.retrieval.negotiation import negotiated
from pytest_schema_registry.schemas import ListedReference, Schema
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_schema_registry.retrieval.resolver import Resolver
    from pytest_schema_registry.schema_types.schema_type import Reference

#: The keywords that may hold a schema's global id.
_IDENTIFIERS = ("$id", "id", "$schema_id")


class References:
    """The finder of the schemas that others refer to.

    Args:
        resolver: Answers queries.
        schema: Returns the schema of a name in a version line.
        newest_first: The version lines, newest first.
    """

    def __init__(
        self,
        resolver: Resolver,
        schema: Callable[[str, str], Schema],
        newest_first: Sequence[str],
    ) -> None:
        self._resolver = resolver
        self._schema = schema
        self._newest_first = newest_first

    def referred(self, reference: Reference | ListedReference) -> Schema:
        """Return the schema that a reference leads to: by the registry's list, its name or its id.

        Where the reference has a name but no version, the newest version line is taken that has
        the schema and does not deprecate it.

        Args:
            reference: The reference.

        Raises:
            SchemaNotFound: The reference leads to no schema of the registry.
            SchemaRegistryError: The schema cannot be had, for another reason.
        """
        if isinstance(reference, ListedReference):
            if not self._resolver.protocol.has_subjects:
                return self._schema(reference.subject, reference.release)
            query = Query(Kind.REFERENCE, reference.release, reference.subject)
            result = self._resolver.retrieve(query)
            if result.is_missing:
                where = f"version {reference.release}"
                raise SchemaNotFound(
                    printable(reference.subject), where, None, result.origin, advice_on(result)
                ).resting_on(result.old_copies)
            return result.schema
        if reference.target is not None:
            return self._by_path(reference, *reference.target)
        if not self._resolver.protocol.has_global_ids:
            uri = printable(reference.uri)
            advice = "refer to it by its name; this registry finds no schema by a $id"
            raise SchemaNotFound(uri, "any version", None, "the registry's protocol", advice)
        result = self._resolver.retrieve(Query(Kind.BY_ID, reference.version, reference.uri))
        if not result.is_missing:
            found = result.schema
            # Where several version lines share an id, the one of the reference's own line is meant.
            return self._in_line(reference.uri, found, reference.version) or found
        if reference.name is not None:
            found = self._named(reference.name, reference.version)
            return replace(found, old_copies=result.old_copies + found.old_copies)
        uri = printable(reference.uri)
        raise SchemaNotFound(uri, "any version", None, result.origin, advice_on(result)).resting_on(
            result.old_copies
        )

    def with_id(self, schema_id: str, version: str) -> Schema | None:
        """Return the schema that has a global id; None where there is none.

        Args:
            schema_id: The id.
            version: The version line that is preferred; empty for none.

        Raises:
            SchemaRegistryError: The registry cannot be asked.
        """
        if not self._resolver.protocol.has_global_ids:
            return None
        result = self._resolver.retrieve(Query(Kind.BY_ID, version, schema_id))
        return None if result.is_missing else result.schema

    def _by_path(self, reference: Reference, version: str | None, name: str) -> Schema:
        """Return the schema at a path below a version line: by its name, or else by its ``$id``.

        A path through a directory is an ``$id`` first, because few registries have a version line
        of that name.
        """
        path = reference.path
        if path is None or not self._resolver.protocol.has_global_ids:
            return self._named(name, version)
        if "/" in path and (found := self._with_id(reference, path)) is not None:
            return found
        try:
            return self._named(name, version)
        except SchemaNotFound as exc:
            # An old 404 is no answer to go on with.
            is_sure = "/" not in path and not exc.old_copies
            found = self._with_id(reference, path) if is_sure else None
            if found is None:
                raise
            return found

    def _with_id(self, reference: Reference, schema_id: str) -> Schema | None:
        """Return the schema that has a relative path as its ``$id``; None where there is none.

        Args:
            reference: The reference to the schema.
            schema_id: The path.
        """
        try:
            result = self._resolver.retrieve(Query(Kind.BY_ID, reference.version, schema_id))
        except CassetteMissing:  # recorded before references were looked for in this way
            return None
        if result.is_missing:
            return None
        found = result.schema
        return self._in_line(schema_id, found, reference.version) or found

    def _in_line(self, schema_id: str, found: Schema, version: str) -> Schema | None:
        """Return the schema of the same name and global id in another version line, or None.

        Args:
            schema_id: The id.
            found: The schema that the registry has under the id.
            version: The version line; empty for none.
        """
        if not version or found.version in ("", version):
            return None
        try:
            own = self._schema(found.name, version)
        except (SchemaNotFound, CassetteMissing):
            return None
        content = own.content if isinstance(own.content, dict) else {}
        return own if schema_id in map(content.get, _IDENTIFIERS) else None

    def _named(self, name: str, version: str | None) -> Schema:
        if version:
            return self._schema(name, version)
        return negotiated(lambda line: self._schema(name, line), self._newest_first)
