"""The Confluent Schema Registry's documents: their faults, and the values they mean.

Members that are not named here are ignored, because registries of this kind add their own. Where a
member may be absent, it may be null as well.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import duplicate_keys
from pytest_schema_registry.json_values import READER, Content
from pytest_schema_registry.registries.protocol import WrongAnswer
from pytest_schema_registry.registries.queries import (
    Missing,
    RegisteredSchema,
    RegistryVerdict,
    UserOfId,
)
from pytest_schema_registry.schemas import ListedReference, Release
from pytest_schema_registry.text import lines, one_line

if TYPE_CHECKING:
    from pytest_schema_registry.registries.messages import Response
    from pytest_schema_registry.registries.queries import Query

#: The codes of a 404 that say what the registry does not have.
NO_SUBJECT, NO_VERSION, NO_SCHEMA = 40401, 40402, 40403
#: The codes of a 404 for what the registry had, and deleted.
DELETED = (40404, 40406)
#: The largest number that four bytes hold, as they do in a message.
_LARGEST = 2**32 - 1
#: The type of a schema whose document states none.
DEFAULT_TYPE = "AVRO"
#: The members of a schema's document that a cassette keeps.
_KEPT = ("id", "metadata", "references", "schema", "schemaType", "subject", "version")
_NO_CODE = "it answered 404 without a code of the registry, so the answer is not the registry's"
_LOOK = "check --registry-url, a part of whose path may be missing, and the proxies on the way"
_LIST = "with pytest-schema-registry list"


def read(body: str) -> Any:
    """Read a document, and refuse a duplicate key.

    Raises:
        KeyTwice: The document has a key twice.
        ValueError: The text is not JSON.
        RecursionError: The value is nested too deeply.
    """
    return duplicate_keys.read(body)


def code(response: Response) -> int:
    """Return the code of a 404.

    Raises:
        WrongAnswer: It has none of the codes by which a registry says what it does not have.
    """
    try:
        said = READER.decode(response.body)
    except (ValueError, RecursionError):
        said = None
    found = said.get("error_code") if isinstance(said, dict) else None
    if response.status != 404 or found not in (NO_SUBJECT, NO_VERSION, NO_SCHEMA, *DELETED):
        raise WrongAnswer(_NO_CODE, _LOOK)
    return int(found)


def missing(response: Response, subject: str = "") -> Missing:
    """Return the value of a 404.

    Args:
        response: The response.
        subject: The subject that a test's schema means; empty where the query is not for one.

    Raises:
        WrongAnswer: It is not a registry's own 404.
    """
    said = code(response)
    if said in DELETED:
        return Missing("it was deleted")
    if said == NO_VERSION:
        return Missing(f"see which versions there are {_LIST}")
    if said != NO_SUBJECT:
        return Missing()
    # Some registries hide what the credentials may not read, and what they have not loaded yet.
    advice = [f"see what there is {_LIST}"]
    advice.append("or the credentials may not read it, or the registry has only just started")
    if subject and not subject.endswith(("-value", "-key")):
        advice.append("the subjects of a topic end in -value and -key (--registry-subject)")
    return Missing("; ".join(advice))


def schema(query: Query, document: Any, subject: str, release: str | None) -> RegisteredSchema:
    """Return the schema in a document.

    Args:
        query: The query, for a version line or for a listed reference.
        document: The document.
        subject: The subject that was asked for.
        release: The number of the version that was asked for; None for the latest one.

    Raises:
        WrongAnswer: The document holds no schema, or another one.
    """
    if not isinstance(document, dict) or not isinstance(document.get("schema"), str):
        raise WrongAnswer("the answer has no 'schema' that is a text")
    number = document.get("version")
    if not _is_number(number):
        raise WrongAnswer("the answer has no 'version' that is a number")
    if release is not None and str(number) != release:
        raise WrongAnswer(f"asked for version {release} of a subject, it answered with {number}")
    schema_type = document.get("schemaType") or DEFAULT_TYPE
    if not isinstance(schema_type, str) or not schema_type.isprintable():
        raise WrongAnswer("'schemaType' is not a word")
    known = document.get("id")
    properties = _properties(document)
    content, parsed = _content(schema_type, document["schema"])
    said = parsed if schema_type == "JSON" and isinstance(parsed, dict) else {}
    note = said.get("deprecation_note") or properties.get("deprecation_note")
    return RegisteredSchema(
        name=query.name,
        version=query.version,
        release=str(number),
        content=content,
        deprecated=said.get("deprecated") is True or properties.get("deprecated") == "true",
        deprecation_note=one_line(note) if isinstance(note, str) else None,
        id=str(known) if _is_number(known) else None,
        schema_type=schema_type,
        subject=subject,
        references=_references(document.get("references"), subject),
    )


def _content(schema_type: str, text: str) -> tuple[Content, Any]:
    """Return the content of a schema's text, with the JSON value in it."""
    content = Content(text if schema_type == "JSON" else readable(text))
    try:
        parsed = content.parsed()
    except (ValueError, RecursionError):
        parsed = None
    if schema_type == "JSON" and not isinstance(parsed, dict | bool):
        raise WrongAnswer("'schema' is not the JSON text of an object or a boolean")
    return content, parsed


def _properties(document: dict[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata")
    properties = metadata.get("properties") if isinstance(metadata, dict) else None
    return properties if isinstance(properties, dict) else {}


def _references(listed: Any, subject: str) -> tuple[ListedReference, ...]:
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise WrongAnswer("'references' is not a list")
    return tuple(_reference(each, subject) for each in listed)


def _reference(listed: Any, subject: str) -> ListedReference:
    said = listed if isinstance(listed, dict) else {}
    name, target, number = said.get("name"), said.get("subject"), said.get("version")
    is_number = _is_number(number) or (isinstance(number, int) and number == -1)
    if not (isinstance(name, str) and isinstance(target, str) and target and is_number):
        raise WrongAnswer("an entry of 'references' has no name, subject and version")
    if not target.isprintable():
        raise WrongAnswer("an entry of 'references' has a subject that cannot be printed")
    # Subjects in a reference are relative to the context of the subject that has it.
    context = context_of(subject)
    whole = target if not context or target.startswith(":.") else f"{context}{target}"
    return ListedReference(name, whole, "latest" if number == -1 else str(number))


def context_of(subject: str) -> str:
    """Return the prefix ``:.context:`` of a subject, or an empty text."""
    end = subject.find(":", 1) + 1
    return subject[:end] if subject.startswith(":.") else ""


def numbers(document: Any) -> list[str]:
    """Return the numbers of a subject's versions.

    Raises:
        WrongAnswer: The document is no list of numbers.
    """
    if not isinstance(document, list) or not all(map(_is_number, document)):
        raise WrongAnswer("a list of versions is a JSON array of numbers")
    return [str(number) for number in sorted(document)]


def releases(query: Query, document: Any) -> tuple[Release, ...]:
    """Return the releases of a schema."""
    return tuple(
        Release(query.name, query.version, number, "", None, deprecated=False)
        for number in numbers(document)
    )


def subjects(document: Any) -> list[str]:
    """Return the names of all subjects.

    Raises:
        WrongAnswer: The document is no list of names.
    """
    listed = [] if document is None else document
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise WrongAnswer("a list of subjects is a JSON array of texts")
    if not all(each.isprintable() for each in listed):
        raise WrongAnswer("a subject has a name that cannot be printed")
    return listed


def users_of_id(document: Any) -> tuple[UserOfId, ...]:
    """Return the versions of subjects that use an id.

    Raises:
        WrongAnswer: The document is no list of them.
    """
    found = []
    for each in document if isinstance(document, list) else [document]:
        said = each if isinstance(each, dict) else {}
        if not isinstance(said.get("subject"), str) or not _is_number(said.get("version")):
            raise WrongAnswer("an entry has no 'subject' and 'version'")
        found.append(UserOfId(said["subject"], str(said["version"])))
    return tuple(found)


def level(document: Any) -> str:
    """Return the level by which a registry judges a subject, without its ``_TRANSITIVE``.

    One version is named in each question, so the transitive levels decide the same.

    Raises:
        WrongAnswer: The document states no level, or one that compares nothing.
    """
    said = document.get("compatibilityLevel") if isinstance(document, dict) else None
    stem = said.removesuffix("_TRANSITIVE") if isinstance(said, str) else None
    if stem == "NONE":
        raise WrongAnswer(
            "the subject's compatibility level is NONE, which compares nothing; set another level, "
            "or --registry-compat-source=local"
        )
    if stem not in ("BACKWARD", "FORWARD", "FULL"):
        raise WrongAnswer("the answer has no 'compatibilityLevel' that is known")
    return stem


def verdict(document: Any) -> RegistryVerdict:
    """Return the registry's verdict on a pair of schemas.

    Raises:
        WrongAnswer: The document holds no verdict.
    """
    said = document.get("is_compatible") if isinstance(document, dict) else None
    if not isinstance(said, bool):
        raise WrongAnswer("the answer has no 'is_compatible' that is a boolean")
    messages = document.get("messages") or []
    if not isinstance(messages, list):
        raise WrongAnswer("'messages' is not a list")
    reasons = () if said else lines(map(str, messages))
    return RegistryVerdict(said, reasons)


def kept(document: dict[str, Any]) -> str:
    """Return the JSON text of a schema's document, with the members that a cassette keeps."""
    members = {name: document[name] for name in _KEPT if document.get(name) is not None}
    if "metadata" in members:
        members["metadata"] = {"properties": _properties(document)}
    return json.dumps(members)


def readable(text: str) -> str:
    """Return a schema's text as JSON: as it is, or as a JSON string where it is no JSON."""
    try:
        READER.decode(text)
    except (ValueError, RecursionError):
        return json.dumps(text)
    return text


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST
