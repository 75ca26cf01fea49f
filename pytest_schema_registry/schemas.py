"""Frozen values: a schema and its key, a registry's lists, and a payload's verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from pytest_schema_registry import addresses
from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import Content, refuse_other_keys
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_schema_registry.settings.enforcement import Enforcement

Source = Literal["registry", "cache", "stale cache", "cassette", "directory", "value"]

#: The end of a message on a union of which several branches come equally close.
TIED = "of them come equally close"
#: The languages of schemas, each with the JSON values that a schema may be, and its words.
LANGUAGES: dict[str, tuple[tuple[type, ...], str]] = {
    "JSON": ((dict, bool), "a JSON Schema"),
    "AVRO": ((dict, list, str), "an Avro schema"),
}
#: Some registries list a schema with this ending; with and without it is the same schema.
NAME_SUFFIX = ".schema"


class SchemaKey(NamedTuple):
    """A schema's name and a version line.

    Args:
        name: The name, without the ``.schema`` ending; of a part, with its pointer.
        version: The version line.
    """

    name: str
    version: str

    def __str__(self) -> str:
        document, pointer = addresses.split(self.name)
        return f"{document}@{self.version}{pointer}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``NAME@VERSION``, and drop the ``.schema`` ending that the name may have.

        Behind the version may stand the pointer to a part: ``NAME@VERSION#/json/pointer``.

        Raises:
            ValueError: The name or the version is missing.
        """
        address = addresses.Address.parse(text)
        if address.version is None:
            raise ValueError(f"{text!r} is not NAME@VERSION, such as telemetry.FeedbackEvent@v1")
        return cls(plain_name(address.name), address.version)


class SchemaRequest(NamedTuple):
    """The schema that a run of a test is about, as far as its markers, parameters or file tell."""

    name: str | None
    version: str | None
    release: str | None = None
    prefer: str | None = None
    fallback: str | None = None
    enforcement: Enforcement | None = None


@dataclass(frozen=True, slots=True, order=True)
class OldCopy:
    """An old answer that was served because the registry did not give a new one.

    Args:
        what: The subject of the answer: a schema, the index, a 404.
        source: The place where the answer was kept.
        fetched_at: The time of the fetch, in seconds since the epoch.
        outage: The reason why the registry gave no new answer.
        url: The address that gave none.
    """

    what: str
    source: Source
    fetched_at: float
    outage: str
    url: str = ""

    def __str__(self) -> str:
        where = origin(self.source, self.url, datetime.fromtimestamp(self.fetched_at, UTC))
        return f"{self.what} was served from the {where}, because {self.outage}"


class ListedReference(NamedTuple):
    """A reference of a schema, as the registry lists it beside the schema.

    Args:
        name: The text by which the schema refers to the other one.
        subject: The subject that has the other one.
        release: The number of the subject's version; ``latest`` for its newest one. In a registry
            without subjects, the version line of the schema.
    """

    name: str
    subject: str
    release: str


@dataclass(frozen=True, slots=True)
class Schema:
    """One release of one schema, and where it came from.

    Args:
        name: The name, without the ``.schema`` ending; of a part, with its pointer.
        version: The version line; empty where it is not known.
        release: The release within the line; None where it is not known.
        published: The JSON Schema itself.
        token: The registry's change token; None without one.
        deprecated: True where the registry calls it deprecated.
        deprecation_note: The registry's note on that, in one line; None without one.
        source: The place that it was retrieved from.
        fetched_at: The time of the fetch; of a recording, the time of recording.
        url: The address that was requested, without credentials; empty for a given value.
        reason: The reason why a negotiation chose this version; None without a negotiation.
        outage: The reason why an old copy was served; None where none was.
        old_copies: All old answers that led to the schema: itself, and those that a negotiation
            rests on.
        id: The registry's id of the content; None where it tells none.
        schema_type: The registry's word for the schema's language: ``JSON``, ``AVRO`` or another.
        subject: The subject that has the schema; None in a registry without subjects.
        references: The schemas that this one refers to, where the registry lists them. None where
            references lead to names and ids of the registry.
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
    id: str | None = None
    schema_type: str = "JSON"
    subject: str | None = None
    references: tuple[ListedReference, ...] | None = None

    @property
    def content(self) -> Any:
        """The JSON Schema, parsed anew at each access, so that a change to it affects nobody else.

        Raises:
            InvalidSchema: It is nested too deeply, or the cached text is not JSON.
        """
        try:
            return self.published.parsed()
        except (RecursionError, ValueError) as exc:
            reason = f"it cannot be read ({_why_not(exc)})"
            raise InvalidSchema(str(self), "#", reason, self.origin) from None

    @property
    def text(self) -> str:
        """The JSON Schema as JSON text, in the form in which it came."""
        return self.published.text

    @property
    def digest(self) -> str:
        """The SHA-256 of canonical JSON, in lower-case hex; this project compares schemas by it."""
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
        """The place the schema came from, with its age if it was not fetched just now."""
        return origin(self.source, self.url, self.fetched_at)


@dataclass(frozen=True, slots=True)
class Release:
    """One release within a version line, as the registry lists it.

    Args:
        name: The schema's name, without the ``.schema`` ending.
        version: The version line.
        release: The release; empty where the registry does not tell it.
        sha256: The registry's change token; empty without one.
        created_at: The time of the release, as the registry writes it; None without one.
        deprecated: True where the registry calls it deprecated.
    """

    name: str
    version: str
    release: str
    sha256: str
    created_at: str | None
    deprecated: bool


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One schema in the registry's index.

    Args:
        name: The name, without the ``.schema`` ending.
        version: The version line; empty where the registry does not tell which lines have it.
        release: The current release; None where the registry does not tell it.
        sha256: The registry's change token; None without one.
        deprecated: True where the registry calls it deprecated.
        schema_id: The global id; None where the registry does not tell it.
        error: The reason why a directory's file cannot be read; None otherwise.
        schema_type: The registry's word for the schema's language; None where it does not tell it.
    """

    name: str
    version: str
    release: str | None
    sha256: str | None
    deprecated: bool
    schema_id: str | None
    error: str | None = None
    schema_type: str | None = None


def in_lines(entries: Iterable[IndexEntry], versions: Sequence[str]) -> tuple[IndexEntry, ...]:
    """Return index entries with their version lines, sorted by version and name.

    Args:
        entries: The entries; one without a version line may be in any.
        versions: The version lines that such an entry is taken to be in.
    """
    found = (
        entry if entry.version else replace(entry, version=version)
        for entry in entries
        for version in ([entry.version] if entry.version else versions)
    )
    return tuple(sorted(found, key=lambda entry: (entry.version, entry.name)))


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a payload breaks a schema.

    Args:
        path: The place in the payload, as ``$.items[0].price``.
        schema_path: The place in the schema, as a JSON Pointer fragment (RFC 6901 section 6).
        keyword: The JSON Schema keyword that is violated.
        value: The value at ``path``.
        message: The rule in words.
        causes: For ``anyOf`` and ``oneOf``, the violations of the branch that came closest.
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
    """The verdict on a payload: ``is_valid``, and its violations, best match first.

    It is true only where the payload conforms. A plain tuple of two would always be true.
    """

    is_valid: bool
    errors: tuple[Violation, ...] = ()

    def __bool__(self) -> bool:
        return self.is_valid


def plain_name(name: str) -> str:
    """Return the name without the ``.schema`` ending that some registries list.

    The name of a part gets the one spelling of its pointer.
    """
    document, pointer = addresses.split(name)
    return (document.removesuffix(NAME_SUFFIX) or document) + pointer


def age(then: datetime, now: datetime | None = None) -> str:
    """Return the time since `then`, in the largest unit that fits at least twice: ``3 days``."""
    seconds = max(0, int(((now or datetime.now(UTC)) - then).total_seconds()))
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def origin(source: Source, url: str, fetched_at: datetime) -> str:
    """Describe the place something came from, with its age if it was not fetched just now."""
    if source == "value":
        return "given as a value"
    if source in ("registry", "directory"):
        return f"{source} {url}"
    return f"{source} of {url}, fetched {age(fetched_at)} ago"


def given(content: dict[str, Any] | bool) -> Schema:
    """Return the schema for a JSON Schema that was given as a value, and is in no registry.

    Raises:
        InvalidSchema: The value is not JSON, or is nested too deeply.
    """
    try:
        published = Content.of(content)
        refuse_other_keys(content)
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
    """Return the reason why something cannot be used as a JSON Schema."""
    return "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
