"""A question to a registry, and its answer: frozen values, whoever answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from pytest_schema_registry.schemas import NAME_SUFFIX, Content, OldCopy, plain_name
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Source


class Kind(StrEnum):
    """What a question is about."""

    SCHEMA = "schema"
    BY_ID = "by-id"
    RELEASES = "releases"
    INDEX = "index"
    COMPATIBILITY = "compatibility"


@dataclass(frozen=True, slots=True)
class Query:
    """One thing that can be asked of a registry; equal questions have equal answers.

    Args:
        kind: What it is about.
        version: The version line; for a global id, that of the schema which refers to it.
        name: The schema's name, or its global id.
        release: A release within the line; None for the current one.
        later: The version line that consumers moved to, where compatibility is asked about.
        later_release: The release within that one.
    """

    kind: Kind
    version: str = ""
    name: str = ""
    release: str | None = None
    later: str = ""
    later_release: str | None = None

    @property
    def is_for_schema(self) -> bool:
        """Whether its answer holds a schema."""
        return self.kind in (Kind.SCHEMA, Kind.BY_ID)

    @property
    def suffixed(self) -> Self:
        """The same question by the name with the ending that some registries list."""
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
    """What a registry said to one question, wherever that was kept since.

    Args:
        question: What was asked.
        url: The address that was asked, without credentials.
        document: What was said; None exactly when the registry has no such thing (404).
        fetched_at: When it was said, in seconds since the epoch.
        source: Where it was kept.
        etag: What confirms it, where the registry sent that.
        outage: Why an old answer was served, where one was.
        content: The schema in the document, which then stands here alone.
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
        """The answer that a document is, as a registry sends it.

        Args:
            question: What was asked.
            url: The address that was asked, without credentials.
            whole: The document; None for a 404.
            fetched_at: When it was sent, in seconds since the epoch.
            source: Where it was kept.
            etag: What confirms it.
            text: The JSON of the schema in the document, where that is at hand.
        """
        if whole is None or not question.is_for_schema:
            return cls(question, url, whole, fetched_at, source, etag)
        document = {**whole, "content": None}  # keeps the place of what is taken out
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
        """The answer as an old copy, where it is one; otherwise nothing."""
        if self.outage is None:
            return ()
        return (OldCopy(self._subject, self.source, self.fetched_at, self.outage, self.url),)

    @property
    def _subject(self) -> str:
        """What is answered, by the name without its ending."""
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
        kind: What was asked for.
        name: The schema's name, where one was asked for.
        version: Its version line.
        seconds: How long it took.
        bytes: How long the answer was.
        attempts: How many requests it took.
        status: The HTTP status of the answer; None without one.
    """

    kind: str
    name: str
    version: str
    seconds: float
    bytes: int
    attempts: int
    status: int | None
