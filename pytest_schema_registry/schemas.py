"""Frozen values: a question to a registry, its answer, the schema in it, a violation of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pytest_schema_registry.errors import InvalidSchema

if TYPE_CHECKING:
    from collections.abc import Sequence

Source = Literal["registry", "cache", "stale cache", "cassette", "directory", "value"]

#: Some registries list a schema with this ending; with and without it is the same schema.
NAME_SUFFIX = ".schema"


class Kind(StrEnum):
    """What a question is about."""

    SCHEMA = "schema"
    BY_ID = "by-id"
    RELEASES = "releases"
    INDEX = "index"
    COMPATIBILITY = "compatibility"


class Pair(NamedTuple):
    """A schema's name and a version line."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that can be asked of a registry; equal questions have equal answers.

    ``later`` is the version line that consumers moved to, where compatibility is asked about.
    """

    kind: Kind
    version: str = ""
    name: str = ""
    release: str | None = None
    later: str = ""

    def __str__(self) -> str:
        if self.kind is Kind.INDEX:
            return "the index"
        if self.kind is Kind.BY_ID:
            return f"the schema with the id {self.name}"
        what = f"{self.name} {self.version}"
        if self.kind is Kind.RELEASES:
            return f"the releases of {what}"
        if self.kind is Kind.COMPATIBILITY:
            return f"the compatibility of {what} -> {self.later}"
        return f"{what} release {self.release}" if self.release else what


@dataclass(frozen=True, slots=True)
class Answer:
    """What a registry said to one question, wherever that was kept since.

    ``document`` is None exactly when the registry said that it has no such thing (404).
    ``outage`` says why an old answer was served, where one was.
    """

    question: Question
    url: str
    document: Any
    fetched_at: float
    source: Source
    etag: str | None = None
    outage: str | None = None


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


@dataclass(frozen=True, slots=True)
class Schema:
    """One release of one schema, and where it came from.

    ``sha256`` is the registry's own change token where it sent one; ``digest`` is computed here,
    over canonical JSON, and is what this project compares. ``reason`` says why a negotiation chose
    this version, ``outage`` why an old copy was served; both are None otherwise.
    """

    name: str
    version: str
    release: str | None
    sha256: str
    digest: str
    deprecated: bool
    deprecation_note: str | None
    source: Source
    fetched_at: datetime
    url: str
    reason: str | None = None
    outage: str | None = None
    text: str = field(repr=False, default="true")

    @property
    def content(self) -> Any:
        """The JSON Schema, parsed anew at each access: changing it changes nothing for anyone."""
        return json.loads(self.text)

    @property
    def label(self) -> str:
        """The name with the version: ``telemetry.FeedbackEvent v1``."""
        return f"{self.name} {self.version}".rstrip()

    def __str__(self) -> str:
        return f"{self.label} release {self.release}" if self.release else self.label

    @property
    def origin(self) -> str:
        """Where the schema came from, with its age where it was not asked for just now."""
        return origin(self.source, self.url, self.fetched_at)


@dataclass(frozen=True, slots=True)
class Release:
    """One release within a version line, as the registry lists it."""

    name: str
    version: str
    release: str
    sha256: str
    created_at: str | None
    deprecated: bool


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One schema in the registry's index."""

    name: str
    version: str
    release: str | None
    sha256: str | None
    deprecated: bool
    schema_id: str | None


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a payload breaks a schema.

    Args:
        path: Where in the payload, as ``$.items[0].price``.
        schema_path: Where in the schema, as a JSON Pointer fragment (RFC 6901 section 6).
        keyword: The JSON Schema keyword that is violated.
        value: What stands at ``path``.
        message: The rule in words.
        causes: For ``anyOf`` and ``oneOf``, what is wrong by the branch that came closest.
    """

    path: str
    schema_path: str
    keyword: str
    value: Any
    message: str
    causes: tuple[Violation, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def canonical(document: Any) -> str:
    """Canonical JSON: sorted keys, no insignificant white space (after RFC 8785)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(text: str) -> str:
    """The SHA-256 of a text, in lower-case hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest(document: Any) -> str:
    """The SHA-256 of canonical JSON, in lower-case hex."""
    return sha256_of(canonical(document))


def plain_name(name: str) -> str:
    """The name without the ``.schema`` ending that some registries list."""
    return name.removesuffix(NAME_SUFFIX) or name


def age(then: datetime, now: datetime | None = None) -> str:
    """How long ago, in the largest unit that gives a whole number: ``3 days``, ``40 s``."""
    seconds = max(0, int(((now or datetime.now(UTC)) - then).total_seconds()))
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def origin(source: Source, url: str, fetched_at: datetime) -> str:
    """Where something came from, with its age where it was not asked for just now."""
    if source == "value":
        return "given as a value"
    if source in ("registry", "directory"):
        return f"{source} {url}"
    return f"{source} of {url}, fetched {age(fetched_at)} ago"


def json_path(path: Sequence[str | int]) -> str:
    """A place in a payload as a person writes it (after RFC 9535): ``$.items[0].price``."""
    steps = (
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if step.isidentifier()
        else f"[{json.dumps(step, ensure_ascii=False)}]"
        for step in path
    )
    return "$" + "".join(steps)


def json_pointer(path: Sequence[str | int]) -> str:
    """A place in a schema as a JSON Pointer fragment (RFC 6901 section 6), left unescaped by %."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join(f"/{step}" for step in steps)


def given(content: dict[str, Any] | bool) -> Schema:
    """A JSON Schema that was given as a value, and is in no registry.

    Raises:
        InvalidSchema: It is not JSON, or nested too deeply.
    """
    try:
        own = digest(content)
    except (RecursionError, TypeError, ValueError) as exc:
        reason = "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
        raise InvalidSchema("the given schema", "#", reason, "given as a value") from None
    return Schema(
        name="the given schema",
        version="",
        release=None,
        sha256=own,
        digest=own,
        deprecated=False,
        deprecation_note=None,
        source="value",
        fetched_at=datetime.now(UTC),
        url="",
        text=canonical(content),
    )
