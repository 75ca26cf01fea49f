"""The entries of the cache as text.

The first line is a digest of the rest, so a truncated, damaged or foreign file counts as a miss.
The second line is a JSON object. Below it stands a schema as it was sent, which is parsed only when
it is needed.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, fields, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast, get_args

from pytest_schema_registry.json_values import Content
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.queries import (
    Kind,
    Missing,
    ProtocolName,
    RegisteredSchema,
    RegistryVerdict,
    Result,
    UserOfId,
)
from pytest_schema_registry.schemas import IndexEntry, ListedReference, Release

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.registries.queries import Query, Value
    from pytest_schema_registry.schemas import Source

#: The layout of entries; those in another one are not read.
_LAYOUT = "schema-registry-4"
#: A schema may contain half a surrogate pair, which strict UTF-8 cannot encode.
_ENCODING = ("utf-8", "surrogatepass")
_TYPES = {"str": str, "str | None": str | None, "bool": bool}
#: The members of the values, each with its type.
_MEMBERS: dict[type[Any], dict[str, Any]] = {
    kind: {each.name: _TYPES.get(str(each.type)) for each in fields(kind)}
    for kind in (RegisteredSchema, Release, IndexEntry)
}
#: The members that messages show as they are; of an index, they show all.
_SHOWN = frozenset({"release", "deprecation_note", "id", "schema_type", "subject"})
#: The member of a missing thing's entry, which no other entry has.
_MISSING = "missing"
#: The beginning of the year 10000, in seconds since the epoch: datetime ends there.
_END_OF_TIME = 253_402_300_800


def written(members: dict[str, Any], schema: str | None = None) -> str:
    """Return the text of a file of the cache.

    Args:
        members: The members of the JSON object.
        schema: The text of the schema below it; None for none.
    """
    lines = [json.dumps(members, separators=(",", ":"))]
    if schema is not None:
        lines.append(schema)
    body = "\n".join(lines)
    return f"{_mark(body.encode(*_ENCODING))}\n{body}"


def read(path: Path) -> tuple[dict[str, Any], str | None]:
    """Read the JSON object in a file of the cache, and the text of the schema below it.

    For a missing, damaged or foreign file, return an empty object and no schema.
    """
    try:
        mark, _, body = path.read_bytes().partition(b"\n")
        if mark != _mark(body).encode():
            return {}, None
        line, _, text = body.partition(b"\n")
        members = json.loads(line)
        schema = text.decode(*_ENCODING) if text else None
    except (OSError, ValueError, RecursionError):
        return {}, None
    return (members, schema) if isinstance(members, dict) else ({}, None)


def _mark(body: bytes) -> str:
    return f"{_LAYOUT} {sha256(body).hexdigest()}"


def of_result(result: Result, session: str) -> str:
    """Return the text of a result's entry.

    Args:
        result: The result.
        session: The id of the session that fetched it.
    """
    schema = None
    match result.value:
        case RegisteredSchema() as found:
            schema = found.content.text
            value: Any = {
                each.name: getattr(found, each.name)
                for each in fields(found)
                if each.name != "content"
            }
        case RegistryVerdict() as verdict:
            value = verdict._asdict()
        case Missing() as missing:
            value = {_MISSING: missing.advice}
        case str() as protocol:
            value = protocol
        case listed:
            value = [each if isinstance(each, UserOfId) else asdict(each) for each in listed]
    members = {
        "url": result.url,
        "session": session,
        "fetched_at": result.fetched_at,
        "etag": result.etag,
        "value": value,
        "exchanged": result.exchanged,
    }
    return written(members, schema)


def result_of(
    members: dict[str, Any], schema: str | None, url: str, query: Query, source: Source
) -> Result | None:
    """Return the result that an entry holds, or None where it is no result of the query.

    Args:
        members: The members of the entry's JSON object.
        schema: The text of the schema below it.
        url: The query's address.
        query: The query.
        source: The place to say that the result comes from.
    """
    if not (
        members.get("url") == url
        and isinstance(members.get("session"), str)
        and isinstance(members.get("fetched_at"), float)
        and 0 <= members["fetched_at"] < _END_OF_TIME
        and isinstance(members.get("etag"), str | None)
        and "value" in members
    ):
        return None
    # Another version of this package may have written other members.
    with suppress(TypeError, ValueError, LookupError, AttributeError):
        return Result(
            query,
            url,
            _value(query, members["value"], schema),
            members["fetched_at"],
            source,
            members["etag"],
            exchanged=tuple(
                (Request(*request), Response(*response))
                for request, response in members["exchanged"]
            ),
        )
    return None


def _value(query: Query, value: Any, schema: str | None) -> Value:
    is_missing = isinstance(value, dict) and _MISSING in value
    if (schema is not None) is not (query.is_for_schema and not is_missing):
        raise ValueError("a schema stands below the entry of a schema, and below no other")
    if is_missing:
        return Missing(_shown(value[_MISSING]))
    match query.kind:
        case Kind.PROTOCOL:
            return cast("ProtocolName", {each: each for each in get_args(ProtocolName)}[value])
        case Kind.USERS_OF_ID:
            return tuple(UserOfId(_text(subject), _text(release)) for subject, release in value)
        case Kind.RELEASES:
            # Several version lines may share an address.
            return tuple(
                replace(Release(**_typed(Release, each)), version=query.version) for each in value
            )
        case Kind.INDEX:
            return tuple(IndexEntry(**_typed(IndexEntry, each)) for each in value)
        case Kind.COMPATIBILITY:
            if not isinstance(value["compatible"], bool | None):
                raise TypeError("compatible")
            reasons, advice = (tuple(map(_shown, value[key])) for key in ("reasons", "advice"))
            return RegistryVerdict(value["compatible"], reasons, advice)
        case _:
            assert schema is not None  # noqa: S101  # see above
            listed = value.pop("references")
            found = RegisteredSchema(
                content=Content(schema),
                references=None
                if listed is None
                else tuple(_reference(*map(_text, each)) for each in listed),
                **_typed(RegisteredSchema, value),
            )
            # Several version lines may share an address.
            return replace(found, version=query.version) if query.kind is Kind.SCHEMA else found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _shown(value: Any) -> str:
    """Return a text that messages show as it is.

    Raises:
        TypeError: It is no text.
        ValueError: It has what cannot be printed.
    """
    if not _text(value).isprintable():
        raise ValueError("it cannot be printed")
    return str(value)


def _reference(name: str, subject: str, release: str) -> ListedReference:
    if release != "latest" and not (release.isascii() and release.isdecimal()):
        raise ValueError("a release is a number")
    return ListedReference(name, _shown(subject), release)


def _typed(kind: type[Any], members: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a value, if each has the type that its dataclass says.

    Raises:
        TypeError: One has another type.
        KeyError: The dataclass has no such member.
        ValueError: One has what cannot be printed, though messages show it.
    """
    types = _MEMBERS[kind]
    for name, member in members.items():
        if not isinstance(member, types[name] or ()):
            raise TypeError(name)
        is_shown = name in _SHOWN or kind is IndexEntry
        if is_shown and isinstance(member, str) and not member.isprintable():
            raise ValueError(name)
    return members
