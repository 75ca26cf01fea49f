"""The engine of Avro, fastavro: the only importer of it.

Its verdict is what production does: Confluent's serializer for Python writes with it. A payload is
valid if fastavro validates it, writes it, and reads back what it wrote. fastavro raises any kind of
exception on a value or a schema that it did not expect.
"""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

import fastavro
from fastavro.validation import validate

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Each schema stands in a record of one field, which has the same bytes: fastavro keeps the named
#: types of a parsed record, and of no other type.
_RECORD, _FIELD = "pytest_schema_registry_payload", "value"
#: The most bytes of a message of a recursive type that the fast reader gets. It recurses on the
#: machine's stack, and a level takes a byte at least: an overflow kills the process.
_MAX_RECURSIVE = 1_000
#: fastavro's reader in Python, which has no public name. Instead of killing the process, it raises.
_SLOW = "fastavro._read_py"
#: The most characters of fastavro's own words.
_MAX_SAID = 300


class NotAvro(ValueError):
    """fastavro takes no such schema; the text says why."""


class NotReadable(ValueError):
    """The bytes are not what the writer's schema would have written; the text says why."""


class Engine:
    """A schema as fastavro has parsed it.

    Args:
        content: The schema, as JSON data.
        referred: The contents of the schemas that it refers to, each after those that it needs.

    Raises:
        NotAvro: fastavro takes no such schema.
    """

    def __init__(self, content: Any, referred: Iterable[Any] = ()) -> None:
        named: dict[str, Any] = {}
        #: True where a type may contain itself.
        self.is_recursive = False
        try:
            for each in referred:
                fastavro.parse_schema(each, named)
            self._parsed: Any = fastavro.parse_schema(
                {
                    "type": "record",
                    "name": _RECORD,
                    "fields": [{"name": _FIELD, "type": content}],
                },
                named,
            )
        except Exception as exc:  # noqa: BLE001  # see above
            raise NotAvro(_said(exc)) from None

    def is_valid(self, value: Any) -> bool:
        """Check whether fastavro validates a value, writes it, and reads it back."""
        return self.validates(value) and self.delivered(value) is not None

    def validates(self, value: Any) -> bool:
        """Check whether fastavro validates a value; it may be unable to write it all the same.

        Args:
            value: A value that is not too deep: it recurses on the machine's stack.
        """
        try:
            return bool(validate({_FIELD: value}, self._parsed, raise_errors=False))
        except Exception:  # noqa: BLE001  # see above
            return False

    def delivered(self, value: Any, *, exactly: bool = False) -> tuple[Any] | None:
        """Write a value and read it back. Return what a reader gets, or None if that fails.

        Args:
            value: A value that fastavro validates: its writer may kill the process on another.
            exactly: True to fail also where a record has an unknown field, or lacks one without a
                default, which may still be nullable.
        """
        out = BytesIO()
        try:
            fastavro.schemaless_writer(
                out, self._parsed, {_FIELD: value}, strict_allow_default=exactly
            )
            out.seek(0)
            return (_field(fastavro.schemaless_reader(out, self._parsed, None)),)
        except Exception:  # noqa: BLE001  # see above
            return None

    def why_not_delivered(self, value: Any) -> str:
        """Return fastavro's words on a value that it does not validate, write or read back."""
        out = BytesIO()
        try:
            validate({_FIELD: value}, self._parsed)
            fastavro.schemaless_writer(out, self._parsed, {_FIELD: value})
            out.seek(0)
            fastavro.schemaless_reader(out, self._parsed, None)
        except Exception as exc:  # noqa: BLE001  # see above
            return _said(exc)
        return "fastavro takes it now"

    def written(self, value: Any) -> bytes:
        """Return the bytes of a valid value."""
        out = BytesIO()
        fastavro.schemaless_writer(out, self._parsed, {_FIELD: value})
        return out.getvalue()

    def read(self, raw: bytes, writer: Engine | None = None) -> Any:
        """Return the value in a message.

        Args:
            raw: The message's bytes.
            writer: The schema that it was written with; None for this one.

        Raises:
            NotReadable: The bytes are no such value, or do not end with it.
        """
        engines = (self, writer or self)
        is_deep = any(each.is_recursive for each in engines) and len(raw) > _MAX_RECURSIVE
        read: Any = (import_module(_SLOW) if is_deep else fastavro).schemaless_reader
        file = BytesIO(raw)
        try:
            found = _field(read(file, engines[1]._parsed, self._parsed if writer else None))
        except EOFError:
            raise NotReadable("the bytes end in the middle of a value") from None
        except Exception as exc:  # noqa: BLE001  # see above
            raise NotReadable(_said(exc)) from None
        if rest := len(raw) - file.tell():
            raise NotReadable(f"{rest:,} bytes follow after the end of the value")
        return found


def _field(record: Any) -> Any:
    return record[_FIELD]


def _said(exc: Exception) -> str:
    """Return what an exception says, in one line, with its kind where it says little."""
    text = " ".join(str(exc).split())[:_MAX_SAID]
    return text if len(text.split()) > 2 else f"{type(exc).__name__}: {text}"
