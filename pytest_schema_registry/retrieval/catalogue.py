"""The catalogue of a registry: finds schemas by name, and chooses among their versions."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_schema_registry import addresses
from pytest_schema_registry.errors import (
    CassetteMissing,
    InvalidAnswer,
    InvalidSettings,
    SchemaNotFound,
    SchemaRegistryError,
)
from pytest_schema_registry.recent import Recent
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval.nearest import Known, advice_on, advised
from pytest_schema_registry.retrieval.negotiation import negotiated
from pytest_schema_registry.retrieval.references import References
from pytest_schema_registry.retrieval.spellings import by_either_spelling
from pytest_schema_registry.schema_types.compiler import Compiler
from pytest_schema_registry.schema_types.schema_type import NoPart
from pytest_schema_registry.schemas import Schema, plain_name
from pytest_schema_registry.text import printable
from pytest_schema_registry.waiting import about_to_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_schema_registry.registries.queries import RegistryVerdict, Result, UserOfId
    from pytest_schema_registry.retrieval.resolver import Resolver
    from pytest_schema_registry.schema_types.schema_type import Reference, SchemaType, Validator
    from pytest_schema_registry.schemas import IndexEntry, ListedReference, OldCopy, Release


#: The most schemas that are kept in memory.
_ROOM = 10_000


class Catalogue:
    """The schemas, releases and verdicts of a registry.

    Args:
        resolver: Answers queries.
        types: The schema languages, by the registries' word for each.
        versions: The version lines, oldest first.
        served: Called with the old copies that an index, a list of releases or a verdict rests on;
            a schema carries its own.
        follows: True to retrieve with each schema those that it refers to.
        rechecks: True to look before each check whether what a schema refers to has changed.
    """

    def __init__(
        self,
        resolver: Resolver,
        types: Mapping[str, SchemaType],
        versions: Sequence[str],
        served: Callable[[tuple[OldCopy, ...]], None],
        *,
        follows: bool,
        rechecks: bool = False,
    ) -> None:
        self._resolver = resolver
        self._types = types
        self._versions = versions
        self._compiler = Compiler(types, self.referred, rechecks=rechecks)
        self._references = References(resolver, self.schema, tuple(reversed(versions)))
        self._served = served
        self._follows = follows
        #: Each test asks for its schema, and making one of a result takes 10 µs. With each stand
        #: the results that it was made of.
        self._schemas: Recent[Query, tuple[Schema, tuple[Result, ...]]] = Recent(_ROOM)

    def validator(self, schema: Schema) -> Validator:
        """Return the validator of a schema.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
        """
        return self._compiler.validator(schema)

    def type_of(self, schema: Schema) -> SchemaType:
        """Return the language of a schema.

        Raises:
            UnsupportedSchemaType: It is none that is checked here.
        """
        return self._compiler.type_of(schema)

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
        """Return a schema, or a part of one, in one version line.

        Args:
            name: The schema's name, with or without the ``.schema`` ending; of a part, with the
                pointer.
            version: The version line.
            release: A release within the line; None for the current one.

        Raises:
            SchemaNotFound: The line has no such schema, or no such release.
            InvalidSettings: The registry's protocol knows no such line, or no such release.
            SchemaRegistryError: The schema cannot be had, for another reason.
        """
        schema, _ = self._held(Query(Kind.SCHEMA, version, plain_name(name), release))
        return schema

    def _held(self, query: Query) -> tuple[Schema, tuple[Result, ...]]:
        """Return a schema from memory or anew, and the results that it was made of."""
        kept = self._schemas.get(query)
        if kept is not None and all(map(self._resolver.holds, kept[1])):
            return kept
        document, pointer = addresses.split(query.name)
        if pointer:
            about_to_wait()
            whole, results = self._held(replace(query, name=document))
            schema = self.part_of(whole, pointer)
        else:
            schema, results = self._found(query)
        self._schemas.keep(query, (schema, results))
        # Once it is kept, because schemas may refer to each other.
        if self._follows:
            with suppress(SchemaRegistryError):
                self.retrieve_references(schema)
        return schema, results

    def _found(self, query: Query) -> tuple[Schema, tuple[Result, ...]]:
        self._check(query.version, query.release)
        if query.release is not None and not self._resolver.protocol.holds(
            query.version, query.release
        ):
            raise SchemaNotFound(
                printable(query.name),
                query.version,
                query.release,
                "the meaning of a number as a version",
                "ask for one of the two only",
            )
        result, old, results = by_either_spelling(self._resolver, query)
        if result.is_missing:
            error = SchemaNotFound(
                printable(query.name),
                query.version,
                query.release,
                result.origin,
                advice_on(result),
            )
            raise error.resting_on(old).addressed_by(self._variable_of(result))
        return replace(result.schema, old_copies=old), results

    def _variable_of(self, result: Result) -> str:
        """Return the environment variable of the address that a result came from; or nothing."""
        return "" if result.source == "cassette" else self._resolver.address_variable

    def advised(self, error: SchemaNotFound | CassetteMissing, name: str) -> SchemaRegistryError:
        """Return the error of a name that was not found, with what the registry has instead.

        Args:
            error: The error.
            name: The name that was asked for.
        """
        return advised(error, name, Known(self._resolver.known_names()), self._versions)

    def part_of(self, document: Schema, pointer: str) -> Schema:
        """Return the schema that a pointer leads to in a document.

        Raises:
            SchemaNotFound: It leads to none.
            InvalidSchema: The document cannot be read, or what the part needs of it is wrong.
        """
        try:
            return self._compiler.type_of(document).part(document, pointer)
        except (NoPart, ValueError) as exc:
            name = printable(f"{document.name}{pointer}")
            advice = printable(str(exc))
            raise SchemaNotFound(
                name, document.version, document.release, document.origin, advice
            ).resting_on(document.old_copies) from None

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
        return negotiated(lambda version: self.schema(name, version, release), candidates, release)

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
        document, pointer = addresses.split(name)
        if pointer:
            raise InvalidSettings(
                "the registry's verdict",
                f"it compares whole documents, and {pointer} is a part of {document}; "
                "--registry-compat-source=local compares parts",
            )
        sides = self.schema(name, old), self.schema(name, new)
        earlier, later = (side.release for side in sides)
        query = Query(Kind.COMPATIBILITY, old, plain_name(name), earlier, new, later, sides)
        result, copies, _ = by_either_spelling(self._resolver, query)
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
            document, _ = addresses.split(plain_name(name))
            query = Query(Kind.RELEASES, version, document)
            result, found, _ = by_either_spelling(self._resolver, query)
            old += found
            if not result.is_missing:
                holds = self._resolver.protocol.holds
                listed += (each for each in result.releases if holds(version, each.release))
        self._served(old)
        if not listed:
            lines = ", ".join(versions)
            raise SchemaNotFound(printable(name), lines, None, result.origin, advice_on(result))
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

        Args:
            reference: The reference.

        Raises:
            SchemaNotFound: The reference leads to no schema of the registry.
            SchemaRegistryError: The schema cannot be had, for another reason.
        """
        return self._references.referred(reference)

    def with_id(self, schema_id: str, version: str) -> Schema | None:
        """Return the schema that has a global id; None where there is none.

        Args:
            schema_id: The id.
            version: The version line that is preferred; empty for none.

        Raises:
            SchemaRegistryError: The registry cannot be asked.
        """
        return self._references.with_id(schema_id, version)

    def held_names(self) -> list[tuple[str, str]]:
        """Return the names that were retrieved or are recorded, each with its version line."""
        if self._resolver.is_offline:
            return self._resolver.known_names()
        return sorted({(each.name, each.version) for each in self._schemas.newest_last()})
