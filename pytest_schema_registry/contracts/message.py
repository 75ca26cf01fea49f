"""The message of a Confluent serializer: a zero byte, the id of a schema, and the payload.

A JSON text never begins with a zero byte, so a message cannot be taken for one (Confluent
Platform, "Wire format").
"""

from __future__ import annotations

from typing import Any, NamedTuple

_MAGIC = 0
_ID_BYTES = 4


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
    if not isinstance(text, bytes | bytearray | memoryview):
        return None
    raw = bytes(text)
    start = 1 + _ID_BYTES
    if len(raw) < start or raw[0] != _MAGIC:
        return None
    return Message(str(int.from_bytes(raw[1:start], "big")), raw[start:])
