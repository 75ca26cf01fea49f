"""The payload as it goes over the wire: its JSON form, or an error that says why it has none."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import PayloadNotJSON
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.schemas import json_path
from pytest_schema_registry.wording import printable

if TYPE_CHECKING:
    from pytest_schema_registry.redaction import Redaction

MAX_VALUES = 5_000_000
#: The engine recurses on the machine's stack, which ends without an exception.
MAX_DEPTH = 500
#: Python neither writes nor reads an integer of more than 4,300 digits.
MAX_BITS = 14_000

_ADVICE = {
    "datetime": "pass value.isoformat(), or a model that serialises itself",
    "date": "pass value.isoformat(), or a model that serialises itself",
    "time": "pass value.isoformat(), or a model that serialises itself",
    "UUID": "pass str(value)",
    "Decimal": "pass float(value) or str(value), whichever the producer sends",
    "set": "pass sorted(value)",
    "frozenset": "pass sorted(value)",
    "bytes": "pass value.decode(), or its base64, whichever the producer sends; "
    "where the whole payload is JSON text, say text=True",
    "bytearray": "pass value.decode(), or its base64, whichever the producer sends; "
    "where the whole payload is JSON text, say text=True",
}
_GENERAL_ADVICE = "convert it the way the producer does before it sends"


def json_form(payload: Any, redaction: Redaction | None = None) -> Any:
    """The payload's JSON form: itself where it is plain JSON, else a converted copy.

    Args:
        payload: dict, list and JSON scalars; pydantic models, dataclasses, attrs and msgspec
            classes, tuples and subclasses of str, int and float, at any depth; or a whole httpx or
            requests response, whose body is read as JSON text.
        redaction: Hides values in the error.

    Raises:
        PayloadNotJSON: A value has no JSON form, or none that is beyond doubt.
    """
    if _is_plain(payload):
        return payload
    if _is_response(payload):
        return from_text(payload.content, redaction)
    return _converted(payload, redaction)


def from_text(text: Any, redaction: Redaction | None = None) -> Any:
    """The JSON value in a text (RFC 8259), with nothing let pass that a strict reader refuses.

    Args:
        text: str or bytes.
        redaction: Hides values in the error.

    Raises:
        PayloadNotJSON: It is not JSON, or has NaN, a number beyond floats, or a key twice.
    """
    if not isinstance(text, str | bytes | bytearray):
        kind = type(text).__name__
        raise PayloadNotJSON("$", f"it is of type {kind}", "text=True takes str or bytes")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_NotAValue)
    except RecursionError:
        raise PayloadNotJSON("$", "nested too deeply", "send it flatter") from None
    except ValueError as exc:
        raise PayloadNotJSON("$", str(exc), "text=True takes one JSON value as text") from None
    return value if _is_plain(value) else _converted(value, redaction)


class _NoForm(Exception):  # becomes PayloadNotJSON, with the path in words
    def __init__(self, path: Any, what: str, value: Any, advice: str) -> None:
        super().__init__()
        self.path = path
        self.what = what
        self.value = value
        self.advice = advice


class _NotAValue:
    """Stands in a parsed text where JSON has no value, until its path is known."""

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
    return _NotAValue(twice, "an object that has twice the key", "send each key once")


def _is_response(payload: Any) -> bool:
    # By name, so that neither library is imported to ask: an instance means it is loaded.
    return any(
        (library := sys.modules.get(name)) and isinstance(payload, library.Response)
        for name in ("httpx", "requests")
    )


def _is_plain(payload: Any) -> bool:
    values = [payload]
    level_ends, depth = 1, 0
    for place, value in enumerate(values):  # grows while it is walked, level by level
        if place == level_ends:
            level_ends, depth = len(values), depth + 1
            _bound(len(values), depth)
        kind = type(value)
        if kind is str:
            if not value.isascii() and not _encodes(value):
                return False
        elif kind is dict:
            for key in value:
                if type(key) is not str or not (key.isascii() or _encodes(key)):
                    return False
            values.extend(value.values())
        elif kind is list:
            values.extend(value)
        elif kind is float:
            if not math.isfinite(value):
                return False
        elif (kind is not int or value.bit_length() > MAX_BITS) and not (
            value is None or kind is bool
        ):
            return False
    return True


def _bound(size: int, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise PayloadNotJSON(
            "$",
            f"nested more than {MAX_DEPTH} levels deep",
            "does it contain itself? send it flatter",
        )
    if size > MAX_VALUES:
        raise PayloadNotJSON(
            "$", f"more than {MAX_VALUES:,} values", "does it contain itself? send less"
        )


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _converted(payload: Any, redaction: Redaction | None) -> Any:
    try:
        return _copied(payload)
    except _NoForm as exc:
        steps = []
        path = exc.path
        while path is not None:
            path, step = path
            steps.append(step)
        steps.reverse()
        if redaction:
            steps = list(redaction.visible(steps))
        # A value without a JSON form cannot be looked into for what it must not show.
        value = REDACTED if redaction else _shown(exc.value)
        raise PayloadNotJSON(
            printable(json_path(steps)), f"{exc.what} {value}", exc.advice
        ) from None


def _copied(payload: Any) -> Any:
    result: list[Any] = [None]
    # A path is a chain of (parent, step), so that depth costs nothing until one is shown.
    level: list[tuple[Any, Any, Any, Any]] = [(payload, result, 0, None)]
    size = depth = 0
    while level:
        size, depth = size + len(level), depth + 1
        _bound(size, depth)
        below: list[tuple[Any, Any, Any, Any]] = []
        for value, target, key, path in level:
            form = target[key] = _shallow(value, path)
            if type(form) is dict:
                below += [(each, form, name, (path, name)) for name, each in form.items()]
            elif type(form) is list:
                below += [(each, form, place, (path, place)) for place, each in enumerate(form)]
        level = below
    return result[0]


def _shallow(value: Any, path: Any) -> Any:
    """One value's JSON form, its members left for later."""
    if isinstance(value, dict):
        return {_key(key, path): each for key, each in value.items()}
    if isinstance(value, list | tuple):
        return list(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if not _encodes(value):
            raise _refusal(value, path, "a lone surrogate has no UTF-8; send text that has")
        return str.__str__(value)  # of a str enum: its value, as json.dumps writes it
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise _refusal(value, path, "no reader takes a number of so many digits; send text")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refusal(value, path, "JSON has no such number; send null or text")
        return float(value)
    if isinstance(value, _NotAValue):
        raise _NoForm(path, value.what, value.name, value.advice)
    return _from_class(value, path)


def _from_class(value: Any, path: Any) -> Any:
    kind = type(value)
    try:
        if hasattr(kind, "__pydantic_serializer__") and hasattr(kind, "model_dump"):
            return value.model_dump(mode="json")
        if hasattr(kind, "__struct_fields__") and (msgspec := sys.modules.get("msgspec")):
            return msgspec.to_builtins(value)
    except (TypeError, ValueError) as exc:
        name = type(exc).__name__
        raise _refusal(value, path, f"its own serialisation raises {name}; mend that") from None
    if dataclasses.is_dataclass(kind):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(kind)}
    if hasattr(kind, "__attrs_attrs__"):
        return {each.name: getattr(value, each.name) for each in kind.__attrs_attrs__}
    advice = _ADVICE.get(kind.__name__, _GENERAL_ADVICE)
    if hasattr(kind, "__members__"):
        advice = "pass value.value"
    raise _refusal(value, path, advice)


def _key(key: Any, path: Any) -> str:
    if not isinstance(key, str):
        raise _refusal(key, path, "keys are strings in JSON; pass str(key) if the producer does")
    if not _encodes(key):
        raise _refusal(key, path, "a lone surrogate has no UTF-8; send text that has")
    return str.__str__(key)


def _refusal(value: Any, path: Any, advice: str) -> _NoForm:
    return _NoForm(path, type(value).__name__, value, advice)


def _shown(value: Any) -> str:
    try:
        text = ascii(value)
    except ValueError:  # an integer of too many digits
        return "that is too long to be shown"
    return text if len(text) <= 80 else f"{text[:77]}..."
