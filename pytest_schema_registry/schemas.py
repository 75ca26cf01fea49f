"""Frozen values: a schema, what identifies it, and a violation of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, Self

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import READER, canonical, sha256_of
from pytest_schema_registry.text import printable

Source = Literal["registry", "cache", "stale cache", "cassette", "directory", "value"]

#: Some registries list a schema with this ending; with and without it is the same schema.
NAME_SUFFIX = ".schema"


class SchemaKey(NamedTuple):
    """A schema's name and a version line."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The pair in ``NAME@VERSION``, the name with or without its ``.schema`` ending.

        A name may hold the sign, a version never does: the last one stands between them.

        Raises:
            ValueError: One of the two is missing.
        """
        name, _, version = text.rpartition("@")
        name, version = name.strip(), version.strip()
        if not name or not version:
            raise ValueError(f"{text!r} is not NAME@VERSION, such as telemetry.FeedbackEvent@v1")
        return cls(plain_name(name), version)


class Content:
    """A JSON Schema as it was published: as text, which nothing parses before it has to.

    Args:
        text: JSON in any form, known to be valid; or what a cache kept of it.
    """

    __slots__ = ("_canonical", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._canonical: str | None = None

    @classmethod
    def of(cls, parsed: Any) -> Self:
        """The same from JSON data."""
        content = cls(canonical(parsed))
        content._canonical = content.text
        return content

    @property
    def canonical(self) -> str:
        """Canonical JSON."""
        if self._canonical is None:
            self._canonical = canonical(self.parsed())
        return self._canonical

    @property
    def digest(self) -> str:
        """The SHA-256 of canonical JSON, in lower-case hex."""
        return sha256_of(self.canonical)

    def parsed(self) -> Any:
        """The schema as JSON data of the caller's own."""
        return READER.decode(self.text)

    def __eq__(self, other: object) -> bool:
        return self.canonical == other.canonical if isinstance(other, Content) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.canonical)


@dataclass(frozen=True, slots=True, order=True)
class OldCopy:
    """An old answer that was served because the registry did not give a new one.

    Args:
        what: What it is about: a schema, the index, a 404.
        source: Where it was kept.
        fetched_at: When it was fetched, in seconds since the epoch.
        outage: Why the registry did not answer.
        url: The address that did not.
    """

    what: str
    source: Source
    fetched_at: float
    outage: str
    url: str = ""

    def __str__(self) -> str:
        where = origin(self.source, self.url, datetime.fromtimestamp(self.fetched_at, UTC))
        return f"{self.what} was served from the {where}, because {self.outage}"


@dataclass(frozen=True, slots=True)
class Schema:
    """One release of one schema, and where it came from.

    ``reason`` says why a negotiation chose this version, ``outage`` why an old copy was served;
    both are None otherwise. ``old_copies`` are all old answers that led to it: itself, and those
    that a negotiation rests on.
    """

    name: str
    version: str
    release: str | None
    published: Content = field(repr=False)
    token: str | None
    deprecated: bool
    deprecation_note: str | None
    source: Source
    fetched_at: datetime
    url: str
    reason: str | None = None
    outage: str | None = None
    old_copies: tuple[OldCopy, ...] = field(default=(), repr=False)

    @property
    def content(self) -> Any:
        """The JSON Schema, parsed anew at each access: changing it changes nothing for anyone.

        Raises:
            InvalidSchema: It is nested too deeply, or what was cached is not JSON.
        """
        try:
            return self.published.parsed()
        except (RecursionError, ValueError) as exc:
            reason = f"it cannot be read ({_why_not(exc)})"
            raise InvalidSchema(str(self), "#", reason, self.origin) from None

    @property
    def text(self) -> str:
        """The JSON Schema as JSON, in whichever form it came."""
        return self.published.text

    @property
    def digest(self) -> str:
        """The SHA-256 of canonical JSON, in lower-case hex: what this project compares."""
        return self.published.digest

    @property
    def sha256(self) -> str:
        """The registry's own change token, where it sent one; our digest otherwise."""
        return self.token or self.digest

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
        return printable(f"{self.path}: {self.message}")


class Verdict(NamedTuple):
    """Whether a payload conforms, and its violations, best match first.

    True where the payload conforms, and only there. A plain tuple of two would always be true.
    """

    is_valid: bool
    errors: tuple[Violation, ...] = ()

    def __bool__(self) -> bool:
        return self.is_valid


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


def given(content: dict[str, Any] | bool) -> Schema:
    """A JSON Schema that was given as a value, and is in no registry.

    Raises:
        InvalidSchema: It is not JSON, or nested too deeply.
    """
    try:
        published = Content.of(content)
    except (RecursionError, TypeError, ValueError) as exc:
        raise InvalidSchema("the given schema", "#", _why_not(exc), "given as a value") from None
    return Schema(
        name="the given schema",
        version="",
        release=None,
        published=published,
        token=None,
        deprecated=False,
        deprecation_note=None,
        source="value",
        fetched_at=datetime.now(UTC),
        url="",
    )


def _why_not(exc: Exception) -> str:
    """Why something is no JSON Schema that can be worked with."""
    return "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
