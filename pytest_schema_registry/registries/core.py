"""The Core Schema Registry's wire format: paths, and the meaning of bodies. No IO.

A registry that speaks another wire format needs a second module like this one, and a client.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from pytest_schema_registry import duplicate_keys as doubles
from pytest_schema_registry.json_values import READER
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.schemas import IndexEntry, Release, Schema, plain_name

if TYPE_CHECKING:
    from pytest_schema_registry.registries.queries import Result

_SIGN = re.compile(r"[ \t\n\r]*([{}:,])[ \t\n\r]*")
#: The longest text from a registry that a message repeats.
MAX_QUOTED = 200


def path(question: Query) -> str:
    """Return the path and query string of a query, relative to the registry's base URL."""
    match question.kind:
        case Kind.INDEX:
            return "index"
        case Kind.BY_ID:
            return f"schemas/by-id/{segment(question.name)}"
        case Kind.RELEASES:
            return f"{_schema_path(question)}/versions"
        case Kind.COMPATIBILITY:
            asked = {
                "name": question.name,
                "from_track": question.version,
                "from_version": question.release,
                "to_track": question.later,
                "to_version": question.later_release,
            }
            known = {key: value for key, value in asked.items() if value is not None}
            return f"compat/check?{urlencode(known, errors='surrogatepass')}"
        case Kind.SCHEMA:  # pragma: no branch  # the last kind there is
            if not question.release:
                return _schema_path(question)
            query = urlencode({"version": question.release}, errors="surrogatepass")
            return f"{_schema_path(question)}?{query}"


def _schema_path(question: Query) -> str:
    return f"schemas/{segment(question.version)}/{segment(question.name)}"


def segment(text: str) -> str:
    """Quote a text as one segment of a path.

    The text may contain anything: a ``$ref`` may have half a surrogate pair.
    """
    if text in (".", ".."):
        # `quote` leaves dots alone, but these segments lead elsewhere (RFC 3986 section 5.2.4).
        return text.replace(".", "%2E")
    return quote(text, safe="", errors="surrogatepass")


def fault(question: Query, document: Any) -> str | None:
    """Return the reason why a document is no result of the query, or None where it is one."""
    match question.kind:
        case Kind.INDEX:
            return _index_fault(document)
        case Kind.RELEASES:
            return _releases_fault(document)
        case Kind.BY_ID:
            return _content_fault(document)
        case Kind.COMPATIBILITY:
            return _compatibility_fault(document)
        case Kind.SCHEMA:  # pragma: no branch  # the last kind there is
            return _content_fault(document) or _identity_fault(question, document)


def document(text: str, *, strict: bool = False) -> tuple[Any, str | None]:
    """Read the JSON value in a text, and the text of the schema in it.

    The schema's text is None where the value is not an object with a schema.

    Args:
        text: The text that a registry sent.
        strict: True refuses a duplicate key in the schema here; otherwise it is refused only when
            the schema is used.

    Raises:
        KeyTwice: The document around the schema has a key twice; with ``strict``, or the schema.
        ValueError: The text is not JSON.
    """
    members: dict[str, Any] = {}
    schema = None
    with suppress(ValueError):
        place = _past(text, 0, "{")
        while place is not None:
            key, place = READER.raw_decode(text, place)
            start = _past(text, place, ":")
            if start is None or not isinstance(key, str) or key in members:
                break
            reader = READER if key == "content" and not strict else doubles.STRICT
            members[key], end = reader.raw_decode(text, start)
            schema = text[start:end] if key == "content" else schema
            place = _past(text, end, ",")
            if _past(text, end, "}") == len(text):
                return members, schema
    # The text is not an object, is an empty one, or is wrong: then this raises the reason.
    return doubles.read(text), None


def _past(text: str, place: int, sign: str) -> int | None:
    """Return the place after a sign and the white space around it; None at another sign."""
    found = _SIGN.match(text, place)
    return found.end() if found is not None and found[1] == sign else None


def _content_fault(document: Any) -> str | None:
    if not isinstance(document, dict):
        return f"a schema's answer is a JSON object, not {_kind_of(document)}"
    if "content" not in document:
        return "the answer has no 'content'"
    if not isinstance(document["content"], dict | bool):
        return f"'content' is {_kind_of(document['content'])}, not a JSON Schema"
    return _types_fault(document, "name", "track", "core_version", "sha256", "deprecation_note")


def _types_fault(said: dict[str, Any], *texts: str) -> str | None:
    for key in texts:
        if not isinstance(said.get(key), str | None):
            return f"{key!r} is {_kind_of(said[key])}, not a string"
    if not isinstance(said.get("deprecated"), bool | None):
        return f"'deprecated' is {_kind_of(said['deprecated'])}, not a boolean"
    # Messages show the release unescaped.
    if not (said.get("core_version") or "").isprintable():
        return "'core_version' has what cannot be printed"
    return None


def _identity_fault(question: Query, document: Any) -> str | None:
    asked = {"track": question.version, "core_version": question.release}
    for key, wanted in asked.items():
        given = document.get(key)
        if wanted is not None and given is not None and given != wanted:
            return f"asked for {key} {wanted!r}, it answered with {_quoted(given)}"
    name = document.get("name")
    if name is not None and plain_name(name) != plain_name(question.name):
        return f"asked for {question.name!r}, it answered with {_quoted(name)}"
    return None


def _quoted(text: str) -> str:
    """Quote a registry's text whole or not at all: half a secret could not be scrubbed."""
    return repr(text) if len(text) <= MAX_QUOTED else f"(a text of {len(text):,} characters)"


def _releases_fault(document: Any) -> str | None:
    if not isinstance(document, list):
        return f"a list of releases is a JSON array, not {_kind_of(document)}"
    for place, release in enumerate(document):
        if not isinstance(release, dict) or not isinstance(release.get("core_version"), str):
            return f"entry {place} of the releases has no 'core_version'"
        if wrong := _types_fault(release, "sha256", "created_at"):
            return f"in entry {place} of the releases, {wrong}"
    return None


def _index_fault(document: Any) -> str | None:
    tracks = document.get("tracks") if isinstance(document, dict) else None
    if not isinstance(tracks, dict):
        return "an index is a JSON object with 'tracks'"
    for track, listing in tracks.items():
        schemas = listing.get("schemas") if isinstance(listing, dict) else None
        if not isinstance(schemas, list):
            return f"track {_quoted(track)} has no list of 'schemas'"
        for place, entry in enumerate(schemas):
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                return f"entry {place} of track {_quoted(track)} has no 'name'"
            if wrong := _types_fault(entry, "sha256", "latest_core_version", "$schema_id"):
                return f"in entry {place} of track {_quoted(track)}, {wrong}"
            # A rule that names no schema makes a test of each that the index lists.
            if not entry["name"].isprintable() or not track.isprintable():
                return f"entry {place} of track {_quoted(track)} has a name that cannot be printed"
    return None


def _compatibility_fault(document: Any) -> str | None:
    if not isinstance(document, dict):
        return f"a verdict on compatibility is a JSON object, not {_kind_of(document)}"
    if not isinstance(document.get("compatible"), bool):
        return "the answer has no 'compatible' that is a boolean"
    for key in ("breaking_reasons", "advice"):
        lines = document.get(key) or []
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            return f"{key!r} is not a list of strings"
    return None


def _kind_of(value: Any) -> str:
    kinds = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else kinds.get(type(value), "a number")


def schema(answer: Result) -> Schema:
    """Return the schema in a result that :func:`fault` found nothing wrong with.

    Args:
        answer: The result, with a document.
    """
    document = answer.document
    assert answer.content is not None  # noqa: S101  # every answer that is a schema has one
    return Schema(
        name=plain_name(answer.question.name),
        version=answer.question.version,
        release=document.get("core_version") or answer.question.release,
        published=answer.content,
        token=document.get("sha256"),
        deprecated=bool(document.get("deprecated")),
        deprecation_note=_line(document.get("deprecation_note")),
        source=answer.source,
        fetched_at=datetime.fromtimestamp(answer.fetched_at, UTC),
        url=answer.url,
        outage=answer.outage,
        old_copies=answer.old_copies,
    )


def identified(answer: Result) -> Schema:
    """Return the schema in a result of a query by global id, under the name that it states.

    Args:
        answer: The result, with a document.
    """
    found = schema(answer)
    name = _line(answer.document.get("name")) or found.name
    version = _line(answer.document.get("track")) or ""
    return replace(found, name=plain_name(name), version=version)


def _line(text: str | None) -> str | None:
    """Put a registry's text into one line, without characters that a terminal would obey."""
    if text is None:
        return None
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def releases(answer: Result) -> tuple[Release, ...]:
    """Return the releases in a result that :func:`fault` found nothing wrong with, oldest first."""
    return tuple(
        Release(
            name=plain_name(answer.question.name),
            version=answer.question.version,
            release=entry["core_version"],
            sha256=entry.get("sha256") or "",
            created_at=entry.get("created_at"),
            deprecated=bool(entry.get("deprecated")),
        )
        for entry in answer.document
    )


class Said(NamedTuple):
    """A registry's own verdict on compatibility, each text in one line."""

    compatible: bool
    reasons: tuple[str, ...]
    advice: tuple[str, ...]


def compatibility(answer: Result) -> Said:
    """Return the verdict in a result that :func:`fault` found nothing wrong with."""
    document = answer.document
    reasons, advice = (
        tuple(line for text in document.get(key) or () if (line := _line(text)))
        for key in ("breaking_reasons", "advice")
    )
    return Said(document["compatible"], reasons, advice)


def index(answer: Result) -> tuple[IndexEntry, ...]:
    """Return the index entries in a result that :func:`fault` found nothing wrong with.

    They are sorted by version and name.
    """
    entries = (
        IndexEntry(
            name=plain_name(entry["name"]),
            version=track,
            release=entry.get("latest_core_version"),
            sha256=entry.get("sha256"),
            deprecated=bool(entry.get("deprecated")),
            schema_id=entry.get("$schema_id"),
        )
        for track, listing in answer.document["tracks"].items()
        for entry in listing["schemas"]
    )
    return tuple(sorted(entries, key=lambda entry: (entry.version, entry.name)))
