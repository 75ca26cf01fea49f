"""The Core Schema Registry's documents: their faults, the values they mean, and the way back."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from pytest_schema_registry import duplicate_keys as doubles
from pytest_schema_registry.json_values import READER
from pytest_schema_registry.registries import core_avro
from pytest_schema_registry.registries.queries import Kind, RegisteredSchema, RegistryVerdict
from pytest_schema_registry.schemas import LANGUAGES, IndexEntry, Release, plain_name
from pytest_schema_registry.text import lines, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.json_values import Content
    from pytest_schema_registry.registries.queries import Query, Value

_SIGN = re.compile(r"[ \t\n\r]*([{}:,])[ \t\n\r]*")
#: The longest text from a registry that a message repeats.
MAX_QUOTED = 200


def is_of_another_protocol(body: str) -> bool:
    """Check whether the body of a 404 is one that only a Confluent registry sends.

    Args:
        body: The body, which may be any text.
    """
    with suppress(ValueError, RecursionError):
        said = READER.decode(body)
        return said == "Not Found" or (isinstance(said, dict) and "error_code" in said)
    return False


def fault(query: Query, document: Any) -> str | None:
    """Return the reason why a document is no result of the query, or None where it is one."""
    match query.kind:
        case Kind.INDEX:
            return _index_fault(document)
        case Kind.RELEASES:
            return _releases_fault(document)
        case Kind.BY_ID:
            return _content_fault(document)
        case Kind.COMPATIBILITY:
            return _compatibility_fault(document)
        case _:  # a schema
            return _content_fault(document) or _identity_fault(query, document)


def read(text: str, *, strict: bool = False) -> tuple[Any, str | None]:
    """Read the JSON value in a text, and the text of the schema in it.

    The schema's text is None where the value is not an object with a schema.

    Args:
        text: The text that a registry sent.
        strict: True refuses a duplicate key in the schema here; otherwise it is refused only when
            the schema is used.

    Raises:
        KeyTwice: The document around the schema has a key twice; with ``strict``, or the schema.
        ValueError: The text is not JSON.
        RecursionError: The value is nested too deeply.
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
    is_avro = core_avro.is_avro(document)
    if is_avro and (fault := core_avro.references_fault(document)):
        return fault
    kinds, language = LANGUAGES["AVRO" if is_avro else "JSON"]
    if not isinstance(document["content"], kinds):
        return f"'content' is {_kind_of(document['content'])}, not {language}"
    return _types_fault(document, "name", "track", "core_version", "sha256", "deprecation_note")


def _types_fault(said: dict[str, Any], *texts: str) -> str | None:
    for key in texts:
        if not isinstance(said.get(key), str | None):
            return f"{key!r} is {_kind_of(said[key])}, not a string"
    if not isinstance(said.get("deprecated"), bool | None):
        return f"'deprecated' is {_kind_of(said['deprecated'])}, not a boolean"
    return release_fault(said.get("core_version"))


def release_fault(release: str | None) -> str | None:
    """Return the reason why a text cannot be a release, or None: messages show it unescaped."""
    return None if (release or "").isprintable() else "'core_version' has what cannot be printed"


def _identity_fault(query: Query, document: Any) -> str | None:
    asked = {"track": query.version, "core_version": query.release}
    for key, wanted in asked.items():
        given = document.get(key)
        if wanted is not None and given is not None and given != wanted:
            return f"asked for {key} {wanted!r}, it answered with {_quoted(given)}"
    name = document.get("name")
    if name is not None and plain_name(name) != plain_name(query.name):
        return f"asked for {query.name!r}, it answered with {_quoted(name)}"
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


def schema(query: Query, document: dict[str, Any], content: Content) -> RegisteredSchema:
    """Return the schema in a document that :func:`fault` found nothing wrong with.

    Args:
        query: The query; one by global id takes the name that the document states.
        document: The document.
        content: The schema in it.
    """
    is_by_id = query.kind is Kind.BY_ID
    name = (is_by_id and one_line(document.get("name"))) or query.name
    return RegisteredSchema(
        name=plain_name(name),
        version=(one_line(document.get("track")) or "") if is_by_id else query.version,
        release=document.get("core_version") or query.release,
        content=content,
        token=document.get("sha256"),
        deprecated=bool(document.get("deprecated")),
        deprecation_note=one_line(document.get("deprecation_note")),
        id=text_or_none(document.get("$schema_id")),
        **core_avro.facts(document),
    )


def text_or_none(value: Any) -> str | None:
    """Return a text as it is, and None for any other value."""
    return value if isinstance(value, str) else None


def releases(query: Query, document: list[dict[str, Any]]) -> tuple[Release, ...]:
    """Return the releases in a document that :func:`fault` found nothing wrong with."""
    return tuple(
        Release(
            name=plain_name(query.name),
            version=query.version,
            release=entry["core_version"],
            sha256=entry.get("sha256") or "",
            created_at=entry.get("created_at"),
            deprecated=bool(entry.get("deprecated")),
        )
        for entry in document
    )


def verdict(document: dict[str, Any]) -> RegistryVerdict:
    """Return the verdict in a document that :func:`fault` found nothing wrong with."""
    reasons, advice = (lines(document.get(key) or ()) for key in ("breaking_reasons", "advice"))
    return RegistryVerdict(document["compatible"], reasons, advice)


def index(document: dict[str, Any]) -> tuple[IndexEntry, ...]:
    """Return the index entries in a document that :func:`fault` found nothing wrong with."""
    entries = (
        IndexEntry(
            name=plain_name(entry["name"]),
            version=track,
            release=entry.get("latest_core_version") or None,
            sha256=entry.get("sha256"),
            deprecated=bool(entry.get("deprecated")),
            schema_id=entry.get("$schema_id"),
            error=one_line(text_or_none(entry.get("error"))),
        )
        for track, listing in document["tracks"].items()
        for entry in listing["schemas"]
    )
    return tuple(sorted(entries, key=lambda entry: (entry.version, entry.name)))


def document(query: Query, value: Value) -> Any:
    """Return the JSON document that a registry would send for a value.

    Args:
        query: The query.
        value: What the registry has for it; not None.
    """
    if isinstance(value, RegisteredSchema):
        return {
            "name": value.name,
            "track": value.version,
            "core_version": value.release,
            "sha256": value.token,
            "$schema_id": value.id,
            "content": value.content.parsed(),
            "deprecated": value.deprecated,
            "deprecation_note": value.deprecation_note,
            **core_avro.members(value),
        }
    if isinstance(value, RegistryVerdict):
        return {
            "compatible": value.compatible,
            "breaking_reasons": list(value.reasons),
            "advice": list(value.advice),
            "x_compat": None,
        }
    if query.kind is Kind.INDEX:
        return {"tracks": _tracks(cast("tuple[IndexEntry, ...]", value))}
    return [
        {
            "core_version": each.release,
            "sha256": each.sha256,
            "created_at": each.created_at,
            "deprecated": each.deprecated,
        }
        for each in cast("tuple[Release, ...]", value)
    ]


def _tracks(entries: Iterable[IndexEntry]) -> dict[str, Any]:
    tracks = {}
    for track, listed in groupby(entries, key=attrgetter("version")):
        schemas = [_entry(each) for each in listed]
        tracks[track] = {"count": len(schemas), "schemas": schemas}
    return tracks


def _entry(entry: IndexEntry) -> dict[str, Any]:
    if entry.error is not None:
        return {"name": entry.name, "deprecated": False, "error": entry.error}
    return {
        "name": entry.name,
        "$schema_id": entry.schema_id,
        "sha256": entry.sha256,
        "latest_core_version": entry.release,
        "deprecated": entry.deprecated,
    }
