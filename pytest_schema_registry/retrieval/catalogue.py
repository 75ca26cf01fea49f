"""The catalogue of a registry: finds schemas by name, and chooses among their versions."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import (
    CassetteMissing,
    InvalidAnswer,
    InvalidSettings,
    SchemaNotFound,
    SchemaRegistryError,
)
from pytest_schema_registry.registries.queries import Kind, Missing, Query
from pytest_schema_registry.schema_types.compiler import Compiler
from pytest_schema_registry.schemas import ListedReference, Schema, age, plain_name
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_schema_registry.registries.queries import RegistryVerdict, Result, UserOfId
    from pytest_schema_registry.retrieval.resolver import Resolver
    from pytest_schema_registry.schema_types.schema_type import Reference, SchemaType, Validator
    from pytest_schema_registry.schemas import IndexEntry, OldCopy, Release


#: The keywords that may hold a schema's global id.
_IDENTIFIERS = ("$id", "id", "$schema_id")


class Catalogue:
    """The schemas, releases and verdicts of a registry.

    Args:
        resolver: Answers queries.
        types: The schema languages, by the registries' word for each.
        versions: The version lines, oldest first.
        served: Called with the old copies that an index, a list of releases or a verdict rests on;
            a schema carries its own.
        follows: True to retrieve with each schema those that it refers to.
    """

    def __init__(
        self,
        resolver: Resolver,
        types: Mapping[str, SchemaType],
        versions: Sequence[str],
        served: Callable[[tuple[OldCopy, ...]], None],
        *,
        follows: bool,
    ) -> None:
        self._resolver = resolver
        self._types = types
        self._compiler = Compiler(types, self.referred)
        self._newest_first = tuple(reversed(versions))
        self._served = served
        self._follows = follows
        #: Each test asks for its schema, and making one of a result takes 10 µs.
        self._schemas: dict[Query, Schema] = {}

    def validator(self, schema: Schema) -> Validator:
        """Return the validator of a schema.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
        """
        return self._compiler.validator(schema)

    def retrieve_references(self, schema: Schema) -> None:
        """Retrieve the schemas that a schema refers to.

        Raises:
            SchemaRegistryError: One of them cannot be retrieved, or a schema is wrong.
        """
        if self._compiler.type_of(schema).refers_elsewhere(schema):
            self._compiler.validator(schema)

    def display(self, schema: Schema) -> Iterator[str]:
        """Yield the lines that show a schema to a person.

        Raises:
            UnsupportedSchemaType: Its language is not known here.
        """
        return self._compiler.type_of(schema).display(schema)

    @property
    def lists_lines(self) -> bool:
        """True where the index tells which version lines have a schema."""
        return self._resolver.protocol.lists_lines

    def is_checked(self, schema: Schema) -> bool:
        """Check whether payloads can be checked against schemas of this one's language."""
        return schema.schema_type in self._types

    def schema(self, name: str, version: str, release: str | None = None) -> Schema:
        """Return a schema in one version line.

        Args:
            name: The schema's name, with or without the ``.schema`` ending.
            version: The version line.
            release: A release within the line; None for the current one.

        Raises:
            SchemaNotFound: The line has no such schema, or no such release.
            InvalidSettings: The registry's protocol knows no such line, or no such release.
            SchemaRegistryError: The schema cannot be had, for another reason.
        """
        query = Query(Kind.SCHEMA, version, plain_name(name), release)
        schema = self._schemas.get(query)
        if schema is None:
            self._check(version, release)
            if release is not None and not self._resolver.protocol.holds(version, release):
                raise SchemaNotFound(
                    printable(query.name),
                    version,
                    release,
                    "the meaning of a number as a version",
                    "ask for one of the two only",
                )
            result, old = self._retrieve(query)
            if result.is_missing:
                raise SchemaNotFound(
                    printable(query.name), version, release, result.origin, _advice(result)
                ).resting_on(old)
            schema = replace(result.schema, old_copies=old)
            if not old:  # the registry may answer the next time
                self._schemas[query] = schema
            # Once it is kept, because schemas may refer to each other.
            if self._follows:
                with suppress(SchemaRegistryError):
                    self.retrieve_references(schema)
        return schema

    def _check(self, version: str, release: str | None) -> None:
        try:
            self._resolver.protocol.check(version, release)
        except ValueError as exc:
            raise InvalidSettings("the version of a schema", str(exc)) from None

    def negotiated(
        self, name: str, candidates: Sequence[str], release: str | None = None
    ) -> Schema:
        """Return a schema in the first version line that has it and does not deprecate it.

        If every line that has the schema deprecates it, the first of these lines is taken.

        Args:
            name: The schema's name, with or without the ``.schema`` ending.
            candidates: The version lines, the preferred one first.
            release: A release within the line; None for the current one.

        Raises:
            SchemaNotFound: None of the version lines has the schema.
            SchemaRegistryError: A version line could not be asked. An outage never falls back to
                the next line silently.
        """
        passed_over: list[str] = []
        old: tuple[OldCopy, ...] = ()
        deprecated: Schema | None = None
        missing: SchemaNotFound | None = None
        for candidate in candidates:
            try:
                schema = self.schema(name, candidate, release)
            except SchemaNotFound as exc:
                missing = exc
                old += exc.old_copies
                passed_over.append(_is_missing(candidate, exc.old_copies))
                continue
            old += schema.old_copies
            if not schema.deprecated:
                reason = _reason(candidate, passed_over)
                return replace(schema, reason=reason, old_copies=old)
            deprecated = deprecated or schema
            note = f": {schema.deprecation_note}" if schema.deprecation_note else ""
            said = _is_deprecated(candidate, schema)
            passed_over.append(f"{said}{note}")
        if deprecated is not None:
            reason = _reason(deprecated.version, passed_over)
            return replace(deprecated, reason=reason, old_copies=old)
        assert missing is not None  # noqa: S101  # there is at least one candidate
        raise SchemaNotFound(
            missing.name, " or ".join(candidates), release, missing.where, missing.advice
        ).resting_on(old)

    def index(self) -> tuple[IndexEntry, ...]:
        """Return the entries of the registry's index, sorted by version and name.

        Raises:
            SchemaNotFound: There is no index.
            SchemaRegistryError: The index cannot be had, for another reason.
        """
        result = self._resolver.retrieve(Query(Kind.INDEX))
        self._served(result.old_copies)
        if result.is_missing:
            raise SchemaNotFound("index", "any version", None, result.origin, "ask by name")
        return result.entries

    def compatibility(self, name: str, old: str, new: str) -> RegistryVerdict:
        """Return the registry's own verdict on two version lines of a schema.

        Args:
            name: The schema's name, with or without the ``.schema`` ending.
            old: The version line of those who write payloads.
            new: The version line of those who read them.

        Raises:
            SchemaNotFound: One of the lines has no such schema.
            InvalidAnswer: The registry does not compare schemas.
            SchemaRegistryError: The verdict cannot be had, for another reason.
        """
        # Registries may require the releases in the query, or one of the schemas.
        sides = self.schema(name, old), self.schema(name, new)
        earlier, later = (side.release for side in sides)
        query = Query(Kind.COMPATIBILITY, old, plain_name(name), earlier, new, later, sides)
        result, copies = self._retrieve(query)
        self._served(sides[0].old_copies + sides[1].old_copies + copies)
        if result.is_missing:
            reason = "it has both schemas, and does not compare them"
            advice = "--registry-compat-source local does"
            # Behind # stands what tells apart questions about one address; it is never sent.
            raise InvalidAnswer(result.url.partition("#")[0], f"{reason}; {advice}")
        return result.verdict

    def releases(self, name: str, versions: Sequence[str]) -> tuple[Release, ...]:
        """Return the releases of a schema in some version lines, oldest first in each.

        Args:
            name: The schema's name, with or without the ``.schema`` ending.
            versions: The version lines; at least one.

        Raises:
            SchemaNotFound: No version line has any.
        """
        listed: list[Release] = []
        old: tuple[OldCopy, ...] = ()
        for version in versions:
            result, found = self._retrieve(Query(Kind.RELEASES, version, plain_name(name)))
            old += found
            if not result.is_missing:
                holds = self._resolver.protocol.holds
                listed += (each for each in result.releases if holds(version, each.release))
        self._served(old)
        if not listed:
            lines = ", ".join(versions)
            raise SchemaNotFound(printable(name), lines, None, result.origin, _advice(result))
        return tuple(listed)

    def users_of_id(self, schema_id: str) -> tuple[UserOfId, ...]:
        """Return the versions of subjects whose content has an id; empty where none has it.

        Raises:
            SchemaRegistryError: The registry cannot be asked.
        """
        result = self._resolver.retrieve(Query(Kind.USERS_OF_ID, name=schema_id))
        self._served(result.old_copies)
        return () if result.is_missing else result.users_of_id

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
            query = Query(Kind.REFERENCE, reference.release, reference.subject)
            result = self._resolver.retrieve(query)
            if result.is_missing:
                where = f"version {reference.release}"
                raise SchemaNotFound(
                    printable(reference.subject), where, None, result.origin, _advice(result)
                ).resting_on(result.old_copies)
            return result.schema
        if reference.target is not None:
            version, name = reference.target
            return self._named(name, version)
        if not self._resolver.protocol.has_global_ids:
            uri = printable(reference.uri)
            advice = "refer to it by its name; this registry finds no schema by a $id"
            raise SchemaNotFound(uri, "any version", None, "the registry's protocol", advice)
        result = self._resolver.retrieve(Query(Kind.BY_ID, reference.version, reference.uri))
        if not result.is_missing:
            found = result.schema
            # Where several version lines share an id, the one of the reference's own line is meant.
            return self._in_line(reference, found, reference.version) or found
        if reference.name is not None:
            found = self._named(reference.name, reference.version)
            return replace(found, old_copies=result.old_copies + found.old_copies)
        uri = printable(reference.uri)
        raise SchemaNotFound(uri, "any version", None, result.origin, _advice(result)).resting_on(
            result.old_copies
        )

    def _in_line(self, reference: Reference, found: Schema, version: str) -> Schema | None:
        """Return the schema of the same name and global id in another version line, or None.

        Args:
            reference: The reference that contains the id.
            found: The schema that the registry has under the id.
            version: The version line; empty for none.
        """
        if not version or found.version in ("", version):
            return None
        try:
            own = self.schema(found.name, version)
        except (SchemaNotFound, CassetteMissing):
            return None
        content = own.content if isinstance(own.content, dict) else {}
        return own if reference.uri in map(content.get, _IDENTIFIERS) else None

    def _named(self, name: str, version: str | None) -> Schema:
        return self.schema(name, version) if version else self.negotiated(name, self._newest_first)

    def _retrieve(self, query: Query) -> tuple[Result, tuple[OldCopy, ...]]:
        """Return a result by a name or its other spelling, and the old copies that it rests on."""
        result = self._resolver.retrieve(query)
        has_second = self._resolver.protocol.has_second_spelling and result.source != "directory"
        if result.is_missing and has_second:
            try:
                other = self._resolver.retrieve(query.suffixed)
            except CassetteMissing:
                return result, result.old_copies
            if not other.is_missing:
                return other, result.old_copies + other.old_copies
            return result, result.old_copies or other.old_copies
        return result, result.old_copies


def _reason(chosen: str, passed_over: list[str]) -> str:
    if not passed_over:
        return f"{chosen} is preferred, and has it"
    return f"{chosen}, because {' and '.join(passed_over)}"


def _is_missing(version: str, old: tuple[OldCopy, ...]) -> str:
    if not old:
        return f"{version} does not have it"
    return f"{version} could not be asked; {_ago(old[0].fetched_at)} it did not have it"


def _is_deprecated(version: str, schema: Schema) -> str:
    if schema.outage is None:
        return f"{version} is deprecated"
    then = schema.fetched_at.timestamp()
    return f"{version} could not be asked; {_ago(then)} it was deprecated"


def _ago(then: float) -> str:
    return f"{age(datetime.fromtimestamp(then, UTC))} ago"


def _advice(result: Result) -> str:
    match result.source:
        case "cache" | "stale cache":
            advice = "check the name; if it was published since, --registry-cache-ttl 0 asks again"
        case "cassette":
            advice = "check the name; if it was published since, record again"
        case _:
            advice = "check the name and the version"
    known = result.value.advice if isinstance(result.value, Missing) else ""
    return f"{advice}; {known}" if known else advice
