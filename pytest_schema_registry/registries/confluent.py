"""The Confluent Schema Registry's protocol: the requests that each query takes.

A registry of this kind has subjects, each with versions numbered from 1. The settings say which
subject a schema's name means, and what a version line is: the latest version, a number, the latest
version with a given property, or the latest version of a subject of its own.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.registries import confluent_documents as documents
from pytest_schema_registry.registries.messages import Request, Response, segment
from pytest_schema_registry.registries.protocol import WrongAnswer
from pytest_schema_registry.registries.queries import Kind, Missing, RegistryVerdict
from pytest_schema_registry.schemas import IndexEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_schema_registry.registries.protocol import Exchange, Exchanged
    from pytest_schema_registry.registries.queries import (
        ProtocolName,
        Query,
        RegisteredSchema,
        Value,
    )
    from pytest_schema_registry.schemas import Schema

LATEST = "latest"
#: The line of a subject's version, and the release in it: ``3`` and ``v3`` mean version 3.
_NUMBER = re.compile("v?([1-9][0-9]{0,8})", re.ASCII)
#: The end of the path of a schema's readable copy in a cassette.
_READABLE = "/schema"
_DIFFERS = "the readable copy of the schema differs from the registry's answer beside it"


class ConfluentProtocol:
    """The protocol of the Confluent Schema Registry, and of those that speak its REST API.

    Args:
        subject: The template of a schema's subject. ``{name}`` stands for the schema's name, and
            ``{version}`` for the version line, which is then a subject of its own.
        version_property: The metadata property whose value is the version line; None for none.
    """

    name: ProtocolName = "confluent"
    versions = (LATEST,)
    default_draft = "7"
    headers: Mapping[str, str] = {
        "Accept": "application/vnd.schemaregistry.v1+json, "
        "application/vnd.schemaregistry+json, application/json",
        # Without it, a newer registry leaves out members that an old client does not know.
        "Confluent-Accept-Unknown-Properties": "true",
    }
    has_second_spelling = False
    has_global_ids = False
    has_change_tokens = False
    lists_lines = False
    has_subjects = True
    signs_404s = True

    def __init__(self, subject: str = "{name}", version_property: str | None = None) -> None:
        self._template = subject
        self._property = version_property
        #: True where a version line is a subject, or the value of a property.
        self._has_named_lines = "{version}" in subject or version_property is not None

    def check(self, version: str, release: str | None = None) -> None:
        """Check that a version line is one that a registry of this kind has.

        Raises:
            ValueError: It is not; the message says what to write instead.
        """
        if not (self._has_named_lines or version == LATEST or _NUMBER.fullmatch(version)):
            raise ValueError(
                f"{version!r} is no version of a subject; write latest or a number such as 3, or "
                "say with --registry-subject or --registry-version-property what a version is"
            )
        if release is not None and not re.fullmatch("[1-9][0-9]{0,8}", release, re.ASCII):
            raise ValueError(
                f"{release!r} is no release; a release is a subject's number, such as 3"
            )

    def holds(self, version: str, release: str) -> bool:
        """Check whether a version line may have a release: line 3 has release 3 only."""
        return self._number(version) in (None, release)

    def fixed_release(self, query: Query) -> str | None:
        """Return the number of the version that a query is for; None where it is for another."""
        match query.kind:
            case Kind.REFERENCE:
                return query.version if query.version.isdecimal() else None
            case Kind.SCHEMA:
                return query.release or self._number(query.version)
            case _:
                return None

    def copies(self, query: Query) -> tuple[str, ...]:
        """Return the paths at which the latest version, or a listed one, may be kept already."""
        if (release := self.fixed_release(query)) is None:
            return ()
        versions = f"{self._subject_path(query)}/versions"
        paths = (f"{versions}/{release}", f"{versions}/{LATEST}")
        return tuple(path for path in paths if path != self.path(query))

    def path(self, query: Query) -> str:
        match query.kind:
            case Kind.INDEX:
                return "subjects"
            case Kind.RELEASES:
                return f"{self._subject_path(query)}/versions"
            case Kind.USERS_OF_ID:
                return f"schemas/ids/{_segment(query.name)}/versions"
            case Kind.REFERENCE:
                return f"{self._subject_path(query)}/versions/{query.version}?deleted=true"
            case Kind.COMPATIBILITY:
                # Each pair of releases has an answer of its own; the fragment is never sent.
                old = self._subject_path(query)
                pair = _fragment(query.later, query.later_release)
                return f"compatibility/{old}/versions/{query.release}{pair}"
            case _:
                release = self.fixed_release(query)
                if release is None and self._is_property(query.version):
                    said = {"key": self._property, "value": query.version}
                    asked = urlencode(said, errors="surrogatepass")
                    return f"{self._subject_path(query)}/metadata?{asked}"
                return f"{self._subject_path(query)}/versions/{release or LATEST}"

    def ask(self, query: Query) -> Exchange[Value]:
        if query.kind is Kind.COMPATIBILITY:
            return (yield from self._compatibility(query))
        response = yield Request(self.path(query))
        subject = self._subject(query)
        if response.status != 200:
            return documents.missing(response, subject if query.kind is Kind.SCHEMA else "")
        document = documents.read(response.body)
        match query.kind:
            case Kind.INDEX:
                return self._index(documents.subjects(document))
            case Kind.RELEASES:
                return documents.releases(query, document)
            case Kind.USERS_OF_ID:
                return documents.users_of_id(document)
            case _:
                found = documents.schema(query, document, subject, self.fixed_release(query))
                if response.is_recorded:
                    yield from _compare(found, self.path(query))
                return found

    def recorded(self, exchanged: Sequence[tuple[Request, Response]]) -> Exchanged:
        """Return what a cassette keeps, with a readable copy of each schema.

        The registry sends a schema as a text inside JSON, which no diff shows well. The copy stands
        beside the answer. Of a 404 only the code is kept: the message may name a principal.
        """
        kept: list[tuple[Request, Response]] = []
        for request, response in exchanged:
            if response.status != 200:
                said = json.dumps({"error_code": documents.code(response)})
                kept.append((request, Response(response.status, said)))
                continue
            document = documents.read(response.body)
            if isinstance(document, dict) and isinstance(document.get("schema"), str):
                text = documents.readable(document["schema"])
                kept.append((request, Response(200, documents.kept(document))))
                kept.append((Request(_beside(request.path)), Response(200, text)))
            else:
                kept.append((request, Response(200, response.body)))
        return tuple(kept)

    def _compatibility(self, query: Query) -> Exchange[RegistryVerdict | Missing]:
        """Ask whether readers of the later schema can read what the earlier one describes.

        The registry judges by the level of the subject that the path names. BACKWARD asks whether
        the schema that is sent reads what the registered one describes, FORWARD the opposite, and
        FULL both (Confluent Schema Registry, "Schema Evolution and Compatibility").
        """
        earlier, later = query.sides
        stem = yield from _level(earlier)
        if stem in ("BACKWARD", "FULL"):
            said = yield from _judged(later, against=earlier)
        else:
            # A subject of its own has a level of its own.
            if later.subject != earlier.subject:
                stem = yield from _level(later)
            if stem == "BACKWARD":
                return _undecided(f"{later.subject} has level BACKWARD, {earlier.subject} FORWARD")
            said = yield from _judged(earlier, against=later)
        if stem == "FULL" and isinstance(said, RegistryVerdict) and not said.compatible:
            return _undecided("level FULL asks for both directions, and one of them fails", said)
        return said

    def _index(self, subjects: list[str]) -> tuple[IndexEntry, ...]:
        """Return the schemas that the template makes of subjects, and leave out the others."""
        pattern = re.escape(self._template)
        pattern = pattern.replace(re.escape("{name}"), "(?P<name>.+)", 1)
        pattern = pattern.replace(re.escape("{version}"), r"(?P<version>\w[\w.-]*)", 1)
        found = (re.fullmatch(pattern, subject) for subject in subjects)
        entries = (
            IndexEntry(each["name"], each.groupdict().get("version", ""), None, None, False, None)
            for each in found
            if each is not None
        )
        return tuple(sorted(entries, key=lambda entry: (entry.version, entry.name)))

    def _subject(self, query: Query) -> str:
        if query.kind is Kind.REFERENCE:
            return query.name
        return self._template.replace("{version}", query.version).replace("{name}", query.name)

    def _subject_path(self, query: Query) -> str:
        return f"subjects/{_segment(self._subject(query))}"

    def _is_property(self, version: str) -> bool:
        return self._property is not None and version != LATEST

    def _number(self, version: str) -> str | None:
        """Return the number that a version line means; None where it means none."""
        found = None if self._has_named_lines else _NUMBER.fullmatch(version)
        return None if found is None else found[1]


def _compare(found: RegisteredSchema, path: str) -> Exchange[None]:
    """Compare a recorded schema with its readable copy.

    Raises:
        WrongAnswer: They differ.
    """
    copy = yield Request(_beside(path))
    if copy.status != 200 or canonical(documents.read(copy.body)) != found.content.canonical:
        raise WrongAnswer(_DIFFERS)


def _level(schema: Schema) -> Exchange[str]:
    response = yield Request(f"config/{_segment(schema.subject or '')}?defaultToGlobal=true")
    if response.status != 200:
        raise WrongAnswer("it answered 404 when it was asked for its compatibility level")
    return documents.level(documents.read(response.body))


def _judged(sent: Schema, *, against: Schema) -> Exchange[RegistryVerdict | Missing]:
    path = f"subjects/{_segment(against.subject or '')}/versions/{against.release}?verbose=true"
    body = {
        # A text that is no JSON is kept as a JSON string.
        "schema": sent.content if sent.schema_type == "PROTOBUF" else sent.text,
        "schemaType": sent.schema_type,
        "references": [
            {"name": name, "subject": subject, "version": -1 if release == LATEST else int(release)}
            for name, subject, release in sent.references or ()
        ],
    }
    # A cassette keeps no body, and must not take one schema's verdict for another's.
    path = f"compatibility/{path}{_fragment(sent.version, sent.release)}"
    response = yield Request(path, "POST", json.dumps(body))
    if response.status != 200:
        return documents.missing(response)
    return documents.verdict(documents.read(response.body))


def _undecided(why: str, said: RegistryVerdict | None = None) -> RegistryVerdict:
    return RegistryVerdict(None, (why, *(said.reasons if said is not None else ())))


def _beside(path: str) -> str:
    """Return the path of the readable copy of a schema."""
    route, question, asked = path.partition("?")
    return f"{route}{_READABLE}{question}{asked}"


def _fragment(version: str, release: str | None) -> str:
    """Return a fragment that tells apart two questions about one path; it is never sent."""
    return f"#{quote(f'{version}/{release}', errors='surrogatepass')}"


def _segment(text: str) -> str:
    """Quote a text as one segment of a path, and leave colons as they are.

    Some registries do not decode an escape that is not needed, and a colon sets off a context.
    """
    return segment(text, safe=":")
