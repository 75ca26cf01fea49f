"""The payload of a language that has bytes of its own: a value as its serializer takes it.

A test may pass the value, the message that the serializer made of it, or its JSON encoding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.message import BYTES, message_of, release_of
from pytest_schema_registry.contracts.payloads import from_text
from pytest_schema_registry.errors import WrongSchemaId
from pytest_schema_registry.schemas import ListedReference

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.retrieval.catalogue import Catalogue
    from pytest_schema_registry.schema_types.schema_type import Validator, Values
    from pytest_schema_registry.schemas import Schema

    #: Told of a schema, and the id and the version that a message was written with instead.
    Warn = Callable[[Schema, str, str], None]


def value_of(  # noqa: PLR0917  # one fact each
    payload: Any,
    validator: Validator,
    values: Values,
    catalogue: Catalogue,
    redaction: Redaction,
    warn: Warn | None = None,
    *,
    text: bool = False,
) -> Any:
    """Return the value in a payload.

    Args:
        payload: The value itself; a message, as bytes; or with ``text`` its JSON encoding, too.
        validator: The schema that it is checked against.
        values: Reads and writes its values.
        catalogue: Finds the schema that a message was written with.
        redaction: Hides values in an error.
        warn: Warns of a message that was written with another version of the subject.
        text: True where anything but a message is JSON text.

    Raises:
        PayloadNotJSON: The text is not JSON.
        WrongSchemaId: The id in a message is that of no version of the schema's subject.
        SchemaRegistryError: The schema that a message was written with cannot be had.
    """
    if not isinstance(payload, BYTES):
        return values.from_json(from_text(payload, redaction)) if text else payload
    raw = bytes(payload)
    message = message_of(raw)
    may_be_value = values.takes_bytes and not text
    if message is None and text:
        return values.from_json(from_text(raw, redaction))
    if message is None:
        why = "a message begins with a zero byte and the four bytes of an id"
        return values.as_value(raw, why) if may_be_value else values.unreadable(raw)
    schema = validator.schema
    if may_be_value and schema.subject is None:
        return values.as_value(raw, "this registry has no ids")
    try:
        release = release_of(message, schema, catalogue)
    except WrongSchemaId as exc:
        if may_be_value:
            why = f"their id {exc.schema_id} is that of no version of {exc.subject}"
            return values.as_value(raw, why)
        raise
    whole = raw if may_be_value else None
    if release is None:
        return values.read(message.payload, whole=whole)
    if warn is not None:
        warn(schema, message.schema_id, release)
    written = ListedReference(schema.name, schema.subject or "", release)
    writer = catalogue.validator(catalogue.referred(written)).values
    return values.read(message.payload, writer, whole=whole)
