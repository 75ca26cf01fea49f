"""The payload as it goes over the wire: the JSON of a value, of a text or of a whole response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.conversion import plain_copy
from pytest_schema_registry.contracts.payload_text import parse
from pytest_schema_registry.contracts.plain_json import is_plain
from pytest_schema_registry.errors import PayloadNotJSON
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.text import one_line, printable

if TYPE_CHECKING:
    from pytest_schema_registry.redaction import Redaction

#: The most characters of a response that an error shows.
EXCERPT = 80


def to_json(payload: Any, redaction: Redaction | None = None) -> Any:
    """Return the payload's JSON form: the payload if it is plain JSON, else a converted copy.

    Args:
        payload: dict, list and JSON scalars; pydantic models, dataclasses, attrs and msgspec
            classes, tuples and subclasses of str, int and float, at any depth; or a whole httpx or
            requests response, whose body is read as JSON text.
        redaction: Hides values in the error.

    Raises:
        PayloadNotJSON: A value has no JSON form, or more than one is possible.
    """
    if is_plain(payload):
        return payload
    if not _is_response(payload):
        return plain_copy(payload, redaction)
    try:
        body = payload.content
    except Exception as exc:  # noqa: BLE001  # another library's, such as httpx.ResponseNotRead
        why = "its body cannot be had: reading it raises"
        cause = None if redaction else exc
        raise PayloadNotJSON(
            "$", f"{why} {type(exc).__name__}", "read the response before it is checked"
        ) from cause
    try:
        return from_text(body, redaction)
    except PayloadNotJSON as exc:
        if exc.path != "$":
            raise
        raise PayloadNotJSON("$", *_not_json(payload, body, exc, redaction)) from None


def from_text(text: Any, redaction: Redaction | None = None) -> Any:
    """Read the JSON value in a text (RFC 8259), and refuse all that a strict reader refuses.

    Args:
        text: str, bytes, bytearray or memoryview.
        redaction: Hides values in the error.

    Raises:
        PayloadNotJSON: The text is not JSON in UTF-8, or has a byte order mark, NaN, a number too
            large for a float, or an object with a duplicate key.
    """
    value = parse(text)
    return value if is_plain(value) else plain_copy(value, redaction)


def response_line(payload: Any) -> str:
    """Return a line on a response: its status and its type; empty for any other payload."""
    if not _is_response(payload):
        return ""
    status = getattr(payload, "status_code", "of no known status")
    headers = getattr(payload, "headers", {})
    kind = str(headers.get("content-type", "")).partition(";")[0].strip()
    return printable(f"the response is {status}{', ' if kind else ''}{kind}")


def _not_json(
    payload: Any, body: Any, error: PayloadNotJSON, redaction: Redaction | None
) -> tuple[str, str]:
    """Describe a response whose body is not JSON, and say what to do."""
    line = response_line(payload)
    # A response that a test has made may have no body, or a text.
    start = body[:1000].decode("utf-8", "replace") if isinstance(body, bytes) else str(body or "")
    excerpt = (one_line(start[:1000]) or "")[:EXCERPT].strip()
    if not excerpt:
        return f"{line}, and has no text", "check the response's status before its body"
    excerpt = f"{line}: {REDACTED if redaction else excerpt}"
    if line.endswith("json") or "," not in line:  # of no type, it may be JSON as well
        return f"{error.value}; {excerpt}", error.advice
    return excerpt, "check the response's status before its body, or correct the service"


def _is_response(payload: Any) -> bool:
    # By name: this imports no library, and does not touch a double that a test put in place.
    # The TestClient of newer Starlettes gives responses of httpx2.
    return any(
        each.__name__ == "Response"
        and str(each.__module__).partition(".")[0] in ("httpx", "httpx2", "requests")
        for each in type(payload).__mro__
    )
