"""Queries to a registry and their results: frozen values, the same for every registry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from pytest_schema_registry.schemas import NAME_SUFFIX, Content, OldCopy, plain_name
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Source


class Kind(StrEnum):
    """The subject of a query."""

    SCHEMA = "schema"
    BY_ID = "by-id"
    RELEASES = "releases"
    INDEX = "index"
    COMPATIBILITY = "compatibility"


@dataclass(frozen=True, slots=True)
class Query:
    """One query to a registry; equal queries have equal results.

    Args:
        kind: The subject of the query.
        version: The version line; for a global id, the line of the schema that refers to it.
        name: The schema's name, or its global id.
        release: A release within the line; None for the current one.
        later: The version line that consumers moved to; only for a query about compatibility.
        later_release: The release within ``later``.
    """

    kind: Kind
    version: str = ""
    name: str = ""
    release: str | None = None
    later: str = ""
    later_release: str | None = None

    @property
    def is_for_schema(self) -> bool:
        """True where a result holds a schema."""
        return self.kind in (Kind.SCHEMA, Kind.BY_ID)

    @property
    def suffixed(self) -> Self:
        """The same query by the name with the ``.schema`` ending that some registries list."""
        return replace(self, name=self.name + NAME_SUFFIX)

    def __str__(self) -> str:
        if self.kind is Kind.INDEX:
            return "the index"
        if self.kind is Kind.BY_ID:
            return f"the schema with the id {printable(self.name)}"
        what = printable(f"{self.name} {self.version}")
        if self.kind is Kind.RELEASES:
            return f"the releases of {what}"
        if self.kind is Kind.COMPATIBILITY:
            return f"the compatibility of {what} -> {self.later}"
        return f"{what} release {self.release}" if self.release else what


@dataclass(frozen=True, slots=True)
class Result:
    """A registry's answer to one query, wherever it was kept since.

    Args:
        question: The query.
        url: The address that was requested, without credentials.
        document: The registry's answer; None exactly when it has no such thing (404).
        fetched_at: The time of the answer, in seconds since the epoch.
        source: The place where the answer was kept.
        etag: The ETag that confirms the answer; None where the registry sent none.
        outage: The reason why an old copy was served; None where none was.
        content: The schema of the document, which then has None in its place.
    """

    question: Query
    url: str
    document: Any
    fetched_at: float
    source: Source
    etag: str | None = None
    outage: str | None = None
    content: Content | None = None

    @classmethod
    def of(
        cls,
        question: Query,
        url: str,
        whole: Any,
        fetched_at: float,
        source: Source,
        *,
        etag: str | None = None,
        text: str | None = None,
    ) -> Self:
        """Create a result from a document as a registry sends it.

        Args:
            question: The query.
            url: The address that was requested, without credentials.
            whole: The document; None for a 404.
            fetched_at: The time of the answer, in seconds since the epoch.
            source: The place where the document was kept.
            etag: The ETag that confirms the document.
            text: The JSON text of the schema in the document, if the caller has it.
        """
        if whole is None or not question.is_for_schema:
            return cls(question, url, whole, fetched_at, source, etag)
        document = {**whole, "content": None}  # keeps the place of the key for `whole`
        content = Content.of(whole["content"]) if text is None else Content(text)
        return cls(question, url, document, fetched_at, source, etag, content=content)

    @property
    def whole(self) -> Any:
        """The document as a registry sends it."""
        if self.content is None:
            return self.document
        return {**self.document, "content": self.content.parsed()}

    @property
    def old_copies(self) -> tuple[OldCopy, ...]:
        """The result as an old copy, if it is one; otherwise an empty tuple."""
        if self.outage is None:
            return ()
        return (OldCopy(self._subject, self.source, self.fetched_at, self.outage, self.url),)

    @property
    def _subject(self) -> str:
        """The subject of the query in words, with the name without its ending."""
        asked = self.question
        if asked.kind is not Kind.BY_ID:
            asked = replace(asked, name=plain_name(asked.name))
        if self.document is None:
            return f"the 404 of {asked}"
        if asked.kind is Kind.SCHEMA:
            asked = replace(asked, release=self.document.get("core_version") or asked.release)
        return str(asked)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One exchange with a registry, retries included.

    Args:
        kind: The kind of the query.
        name: The schema's name; empty where the query has none.
        version: The version line; empty where the query has none.
        seconds: The duration in seconds.
        bytes: The length of the answer's body.
        attempts: The number of requests sent.
        status: The HTTP status of the answer; None without one.
    """

    kind: str
    name: str
    version: str
    seconds: float
    bytes: int
    attempts: int
    status: int | None
