"""The strict reader of a payload that is JSON text. It marks the values that JSON does not have."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from pytest_schema_registry.errors import PayloadNotJSON

#: The advice on a text, wherever it comes from. The command line has more to say of its files.
ONE_VALUE = "make the text one JSON value"
_UTF8 = "JSON between systems is UTF-8 without a byte order mark (RFC 8259 section 8.1); "
ENCODED = f"{_UTF8}send text.encode()"


class NotAValue:
    """A marker in parsed text for a value that JSON does not have. The path is found later."""

    def __init__(
        self,
        name: str,
        what: str = "the number",
        advice: str = "JSON has no such number; send null or text",
    ) -> None:
        self.name = name
        self.what = what
        self.advice = advice


def _unique(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return NotAValue(twice, "an object that has twice the key", "send each key once")


def parse(text: Any) -> Any:
    """Parse a text. Where it has a value that JSON does not have, the result has a `NotAValue`.

    Args:
        text: str, bytes, bytearray or memoryview.

    Raises:
        PayloadNotJSON: The text is not JSON in UTF-8, or has a byte order mark.
    """
    if isinstance(text, bytes | bytearray | memoryview):
        text = _decoded(bytes(text))
    if not isinstance(text, str):
        kind = type(text).__name__
        raise PayloadNotJSON("$", f"it is of type {kind}", "text=True takes str or bytes")
    if text.startswith("\ufeff"):
        raise PayloadNotJSON("$", "it begins with a byte order mark", _UTF8 + "send it without")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=NotAValue)
    except RecursionError:
        raise PayloadNotJSON("$", "nested too deeply", "send it flatter") from None
    except ValueError as exc:
        raise PayloadNotJSON("$", str(exc), ONE_VALUE) from None


def _decoded(raw: bytes) -> str:
    # json.loads would detect UTF-16 and UTF-32 by their zero bytes, and accept them.
    encoding = json.detect_encoding(raw)
    if not encoding.startswith("utf-8"):
        name = encoding[:6].upper()
        raise PayloadNotJSON("$", f"it is {name}", ENCODED)
    try:
        return raw.decode()
    except UnicodeDecodeError as exc:
        what = f"it is not UTF-8 ({exc.reason} at byte {exc.start})"
        raise PayloadNotJSON("$", what, ENCODED) from None
