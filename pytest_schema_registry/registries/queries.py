"""Queries to a registry and their results: frozen values, the same for every registry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, TypeAlias, cast

from pytest_schema_registry.schemas import (
    NAME_SUFFIX,
    IndexEntry,
    ListedReference,
    OldCopy,
    Release,
    Schema,
    origin,
    plain_name,
)
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from pytest_schema_registry.json_values import Content
    from pytest_schema_registry.registries.messages import Request, Response
    from pytest_schema_registry.schemas import Source


class Kind(StrEnum):
    """The subject of a query."""

    SCHEMA = "schema"
    BY_ID = "by-id"
    RELEASES = "releases"
    INDEX = "index"
    COMPATIBILITY = "compatibility"
    REFERENCE = "reference"
    USERS_OF_ID = "users-of-id"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Query:
    """One query to a registry; equal queries have equal results.

    Args:
        kind: The subject of the query.
        version: The version line; for a global id, the line of the schema that refers to it; for a
            listed reference, the number of the subject's version.
        name: The schema's name, its id, or the subject of a listed reference.
        release: A release within the line; None for the current one.
        later: The version line that consumers moved to; only for a query about compatibility.
        later_release: The release within ``later``.
        sides: The two schemas of a query about compatibility, for a protocol that sends one.
    """

    kind: Kind
    version: str = ""
    name: str = ""
    release: str | None = None
    later: str = ""
    later_release: str | None = None
    sides: tuple[Schema, ...] = field(default=(), repr=False, compare=False)

    @property
    def is_for_schema(self) -> bool:
        """True where a result holds a schema."""
        return self.kind in (Kind.SCHEMA, Kind.BY_ID, Kind.REFERENCE)

    @property
    def suffixed(self) -> Self:
        """The same query by the name with the ``.schema`` ending that some registries list."""
        return replace(self, name=self.name + NAME_SUFFIX)

    def __str__(self) -> str:
        if self.kind is Kind.INDEX:
            return "the index"
        if self.kind is Kind.PROTOCOL:
            return "the registry's protocol"
        if self.kind is Kind.BY_ID:
            return f"the schema with the id {printable(self.name)}"
        if self.kind is Kind.USERS_OF_ID:
            return f"the subjects that use the id {printable(self.name)}"
        what = printable(f"{self.name} {self.version}")
        if self.kind is Kind.RELEASES:
            return f"the releases of {what}"
        if self.kind is Kind.COMPATIBILITY:
            return f"the compatibility of {what} -> {self.later}"
        return f"{what} release {self.release}" if self.release else what


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """A schema as a registry has it, wherever it was kept since.

    Args:
        name: The name, without the ``.schema`` ending.
        version: The version line; empty where the registry does not tell it.
        release: The release; None where the registry does not tell it.
        content: The schema itself.
        token: The registry's change token; None without one.
        deprecated: True where the registry calls it deprecated.
        deprecation_note: The registry's note on that, in one line.
        id: The global id; None where the registry does not tell it.
        schema_type: The registry's word for the schema's language.
        subject: The subject that has the schema; None in a registry without subjects.
        references: The schemas that it refers to, where the registry lists them; None where
            references lead to names and ids.
    """

    name: str
    version: str
    release: str | None
    content: Content
    token: str | None = None
    deprecated: bool = False
    deprecation_note: str | None = None
    id: str | None = None
    schema_type: str = "JSON"
    subject: str | None = None
    references: tuple[ListedReference, ...] | None = None


class RegistryVerdict(NamedTuple):
    """A registry's own verdict on compatibility, each text in one line.

    Args:
        compatible: The verdict; None where the registry's rule does not decide the question.
        reasons: The registry's reasons.
        advice: The registry's advice.
    """

    compatible: bool | None
    reasons: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


class UserOfId(NamedTuple):
    """A version of a subject whose content has a given id.

    Args:
        subject: The subject.
        release: The number of its version.
    """

    subject: str
    release: str


class Missing(NamedTuple):
    """The registry's answer that it has no such thing.

    Args:
        advice: What the protocol knows of the reason; empty where it knows nothing.
    """

    advice: str = ""


ProtocolName: TypeAlias = Literal["core", "confluent"]
#: What a registry has for a query: for SCHEMA, BY_ID and REFERENCE a schema, for RELEASES its
#: releases, oldest first, for INDEX its entries, sorted by version and name, for COMPATIBILITY a
#: verdict, for USERS_OF_ID the versions of subjects, for PROTOCOL a protocol's name.
Value: TypeAlias = (
    RegisteredSchema
    | tuple[Release, ...]
    | tuple[IndexEntry, ...]
    | tuple[UserOfId, ...]
    | RegistryVerdict
    | ProtocolName
    | Missing
)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one query.

    Args:
        query: The query.
        url: The address that was requested, without credentials.
        value: What the registry has.
        fetched_at: The time of the answer, in seconds since the epoch.
        source: The place where the answer was kept.
        etag: The ETag that confirms the answer; None where the registry sent none.
        outage: The reason why an old copy was served; None where none was.
        exchanged: The requests and responses over HTTP. The resolver drops them unless the session
            records.
    """

    query: Query
    url: str
    value: Value
    fetched_at: float
    source: Source
    etag: str | None = None
    outage: str | None = None
    exchanged: tuple[tuple[Request, Response], ...] = field(default=(), repr=False, compare=False)

    @property
    def is_missing(self) -> bool:
        """True where the registry has no such thing."""
        return isinstance(self.value, Missing)

    @property
    def schema(self) -> Schema:
        """The schema of a result that is not missing; only for queries for schemas."""
        found = cast("RegisteredSchema", self.value)
        return Schema(
            name=found.name,
            version=found.version,
            release=found.release,
            published=found.content,
            token=found.token,
            deprecated=found.deprecated,
            deprecation_note=found.deprecation_note,
            source=self.source,
            fetched_at=self._fetched_at,
            url=self.url,
            outage=self.outage,
            old_copies=self.old_copies,
            id=found.id,
            schema_type=found.schema_type,
            subject=found.subject,
            references=found.references,
        )

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases of a result that is not missing; only for queries for releases."""
        return cast("tuple[Release, ...]", self.value)

    @property
    def entries(self) -> tuple[IndexEntry, ...]:
        """The index's entries, where the result is not missing; only for queries for the index."""
        return cast("tuple[IndexEntry, ...]", self.value)

    @property
    def verdict(self) -> RegistryVerdict:
        """The verdict of a result that is not missing; only for queries about compatibility."""
        return cast("RegistryVerdict", self.value)

    @property
    def users_of_id(self) -> tuple[UserOfId, ...]:
        """The users of an id, where the result is not missing; only for queries for those."""
        return cast("tuple[UserOfId, ...]", self.value)

    @property
    def protocol(self) -> ProtocolName:
        """The protocol's name; only for queries for the protocol."""
        return cast("ProtocolName", self.value)

    @property
    def origin(self) -> str:
        """The place the result came from, with its age if it was not fetched just now."""
        return origin(self.source, self.url, self._fetched_at)

    @property
    def old_copies(self) -> tuple[OldCopy, ...]:
        """The result as an old copy, if it is one; otherwise an empty tuple."""
        if self.outage is None:
            return ()
        return (OldCopy(self._subject, self.source, self.fetched_at, self.outage, self.url),)

    @property
    def _fetched_at(self) -> datetime:
        return datetime.fromtimestamp(self.fetched_at, UTC)

    @property
    def _subject(self) -> str:
        """The subject of the query in words, with the name without its ending."""
        asked = self.query
        if asked.kind is not Kind.BY_ID:
            asked = replace(asked, name=plain_name(asked.name))
        if self.is_missing:
            return f"the 404 of {asked}"
        if asked.kind is Kind.SCHEMA:
            asked = replace(asked, release=cast("RegisteredSchema", self.value).release)
        return str(asked)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to a registry over HTTP, retries included.

    Args:
        kind: The kind of the query.
        name: The schema's name; empty where the query has none.
        version: The version line; empty where the query has none.
        seconds: The duration in seconds, with the waits between attempts.
        bytes: The length of the answer's body.
        attempts: The number of times that the request was sent.
        status: The HTTP status of the answer; None without one.
    """

    kind: str
    name: str
    version: str
    seconds: float
    bytes: int
    attempts: int
    status: int | None
