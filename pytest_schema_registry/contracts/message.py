"""The message of a Confluent serializer: a zero byte, the id of a schema, and the payload.

A JSON text never begins with a zero byte, so a message cannot be taken for one (Confluent
Platform, "Wire format").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.errors import WrongSchemaId
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.retrieval.catalogue import Catalogue
    from pytest_schema_registry.schemas import Schema

#: What a message may be passed as.
BYTES = (bytes, bytearray, memoryview)
#: The rule that bytes break which cannot be read as a message. No language has a keyword like it.
UNREAD = "message"
_MAGIC = 0
_ID_BYTES = 4
#: The context in front of a subject.
_CONTEXT = re.compile(r"\A:\.[^:]*:")


class Message(NamedTuple):
    """A message, taken apart.

    Args:
        schema_id: The registry's id of the schema that the producer wrote it with.
        payload: The payload.
    """

    schema_id: str
    payload: bytes


def message_of(text: Any) -> Message | None:
    """Take a message apart; return None for anything else."""
    if not isinstance(text, BYTES):
        return None
    raw = bytes(text)
    start = 1 + _ID_BYTES
    if len(raw) < start or raw[0] != _MAGIC:
        return None
    return Message(str(int.from_bytes(raw[1:start], "big")), raw[start:])


def payload_of(text: Any, schema: Schema | None, catalogue: Catalogue, rollout: Rollout) -> Any:
    """Return a payload without the id that a Confluent serializer puts in front of it.

    Args:
        text: The payload, which may be such a message.
        schema: The schema that it is checked against; None where it is not checked.
        catalogue: Finds the subjects that use an id.
        rollout: Warns of an id of another version of the schema's subject.

    Raises:
        WrongSchemaId: The id is that of no version of the schema's subject.
        SchemaRegistryError: The registry cannot be asked for the id.
    """
    message = message_of(text)
    if message is None:
        return text
    if schema is not None:
        release = release_of(message, schema, catalogue)
        if release is not None:
            rollout.written_by(schema, message.schema_id, release)
    return message.payload


def release_of(message: Message, schema: Schema, catalogue: Catalogue) -> str | None:
    """Return the version of a schema's subject that a message was written with.

    It is None for the schema's own, and where the registry has no ids of that kind.

    Args:
        message: The message.
        schema: The schema.
        catalogue: Finds the subjects that use an id.

    Raises:
        WrongSchemaId: The id is that of no version of the schema's subject.
        SchemaRegistryError: The registry cannot be asked for the id.
    """
    if schema.id == message.schema_id or schema.subject is None:
        return None
    users = catalogue.users_of_id(message.schema_id)
    own = [each.release for each in users if _is_called(each.subject, schema.subject)]
    if not own:
        there = tuple(printable(f"{subject} version {release}") for subject, release in users)
        what, subject = printable(str(schema)), printable(schema.subject)
        raise WrongSchemaId(what, subject, message.schema_id, there)
    return own[-1]


def _is_called(listed: str, subject: str) -> bool:
    """Check whether a registry may list a subject in this form.

    Where the registry's address names a context, the registry puts it in front of each subject.
    """
    is_bare = _CONTEXT.match(subject) is None
    return listed == subject or (is_bare and _CONTEXT.sub("", listed) == subject)
