"""The conversion of a payload into plain JSON, or an error that names the value that has no form.

Models serialise themselves. The fields of dataclasses and attrs classes, tuples, and subclasses of
JSON's own types are read here.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.message import message_of
from pytest_schema_registry.contracts.payload_text import NotAValue
from pytest_schema_registry.contracts.plain_json import MAX_BITS, refuse_unbounded
from pytest_schema_registry.errors import PayloadNotJSON
from pytest_schema_registry.json_values import json_path
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.text import cut, encodes, printable

if TYPE_CHECKING:
    from pytest_schema_registry.redaction import Redaction

#: The types that a model's `model_dump()` leaves as they are, and its JSON form does not.
_OF_PYTHON_MODE = ("datetime", "date", "time", "UUID", "Decimal", "set", "frozenset")

_ADVICE = {
    "datetime": "pass value.isoformat(), or a model that serialises itself",
    "date": "pass value.isoformat(), or a model that serialises itself",
    "time": "pass value.isoformat(), or a model that serialises itself",
    "UUID": "pass str(value)",
    "Decimal": "pass float(value) or str(value), whichever the producer sends",
    "set": "pass sorted(value)",
    "frozenset": "pass sorted(value)",
    "generator": "pass list(value)",
    "bytes": "pass value.decode(), or its base64, whichever the producer sends; "
    "where the whole payload is JSON text, say text=True",
    "bytearray": "pass value.decode(), or its base64, whichever the producer sends; "
    "where the whole payload is JSON text, say text=True",
}
_GENERAL_ADVICE = "convert it the way the producer does before it sends"
#: The most conversions of one value: a class may serialise itself as an instance of another.
_CONVERSIONS = range(10)
_SCALARS = (str, int, float)
_NOTHING = object()


class _NoForm(Exception):  # becomes PayloadNotJSON, with the path in words
    def __init__(self, path: Any, what: str, value: Any, advice: str, said: str = "") -> None:
        super().__init__()
        self.path = path
        self.what = what
        self.value = value
        self.advice = advice
        self.said = said  # by the user's code


def plain_copy(payload: Any, redaction: Redaction | None) -> Any:
    """Return the plain JSON that a payload is converted into.

    Args:
        payload: Any value.
        redaction: Hides values in the error.

    Raises:
        PayloadNotJSON: A value has no JSON form, or there are too many.
    """
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
        # Redaction cannot look into a value without a JSON form, nor into what the user's code
        # raised: so hide the whole value, and drop the cause.
        shown = exc.what
        if exc.value is not _NOTHING:
            shown = _with_value(exc.what, REDACTED if redaction else _shown(exc.value))
        if exc.said and not redaction:
            shown += f"; {exc.said}"
        path = printable(json_path(steps))
        advice = exc.advice
        is_member = exc.path is not None and isinstance(payload, dict)
        if is_member and "pydantic" in sys.modules and exc.what in _OF_PYTHON_MODE:
            advice = f'pass the model itself, or model_dump(mode="json"); without a model, {advice}'
        raise PayloadNotJSON(path, shown, advice) from (None if redaction else exc.__cause__)


def _with_value(kind: str, value: str) -> str:
    """Write a type before a value, unless the value begins with it: ``UUID('…')``."""
    return value if kind in value.partition("(")[0] else f"{kind} {value}"


def _copied(payload: Any) -> Any:
    __tracebackhide__ = True  # a traceback begins at the user's code
    result: list[Any] = [None]
    # A path is a chain of (parent, step), so that depth costs nothing until one is shown.
    level: list[tuple[Any, Any, Any, Any]] = [(payload, result, 0, None)]
    size = depth = 0
    while level:
        size, depth = size + len(level), depth + 1
        refuse_unbounded(size, depth)
        below: list[tuple[Any, Any, Any, Any]] = []
        for value, target, key, path in level:
            try:
                converted = target[key] = _shallow(value, path)
            except _NoForm:
                raise
            except Exception as exc:  # the user's code, which may raise anything
                raise _raised(value, path, "code", exc) from exc
            if type(converted) is dict:
                below += [(each, converted, name, (path, name)) for name, each in converted.items()]
            elif type(converted) is list:
                below += [
                    (each, converted, place, (path, place)) for place, each in enumerate(converted)
                ]
        level = below
    return result[0]


def _shallow(value: Any, path: Any) -> Any:
    """Convert one value to its JSON form, but not its members: the caller converts those next."""
    __tracebackhide__ = True
    converted = value
    for _ in _CONVERSIONS:
        if isinstance(converted, _SCALARS):
            return _scalar(converted, path)
        if converted is None:
            return None
        if isinstance(converted, dict):
            return {_key(key, path): each for key, each in converted.items()}
        if isinstance(converted, (list, tuple)):
            return list(converted)
        if isinstance(converted, NotAValue):
            raise _NoForm(path, converted.what, converted.name, converted.advice)
        converted = _from_class(converted, path)
    raise _refusal(value, path, "its own serialisation leads to no JSON value; mend that")


def _scalar(value: str | float, path: Any) -> Any:
    """Return the plain value of a str, int or float, or a subclass, as json.dumps writes it."""
    if isinstance(value, str):
        if not encodes(value):
            raise _refusal(value, path, "a lone surrogate has no UTF-8; send text that has")
        return str.__str__(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if int.bit_length(value) > MAX_BITS:
            raise _refusal(value, path, "no reader takes a number of so many digits; send text")
        return int.__int__(value)
    number = float.__float__(value)
    if not math.isfinite(number):
        raise _refusal(value, path, "JSON has no such number; send null or text")
    return number


def _from_class(value: Any, path: Any) -> Any:
    __tracebackhide__ = True
    kind = type(value)
    try:
        if is_pydantic(value):
            return value.model_dump(mode="json")
        if hasattr(kind, "__struct_fields__") and (library := _msgspec_of(kind)):
            return library.to_builtins(value)
    except Exception as exc:  # the user's code, which may raise anything
        if is_pydantic(value) and (member := _culprit(value, path)) is not None:
            value, path = member
        raise _raised(value, path, "serialisation", exc) from exc
    if dataclasses.is_dataclass(kind):
        return _members(value, [each.name for each in dataclasses.fields(kind)], path)
    if hasattr(kind, "__attrs_attrs__"):
        return _members(value, [each.name for each in kind.__attrs_attrs__], path)
    advice = _ADVICE.get(kind.__name__, _GENERAL_ADVICE)
    if path is None and (message := message_of(value)) is not None:
        advice = (
            f"it starts with a registry's header (schema id {message.schema_id}): pass text=True"
        )
    if hasattr(kind, "__members__"):
        advice = "pass value.value"
    if isinstance(value, type):
        name = value.__name__
        advice = (
            "it is a class: pass an instance of it, or test all that it sends: "
            f"assert_produces({name}, …)"
        )
    raise _refusal(value, path, advice)


def is_pydantic(value: Any) -> bool:
    """Check whether a value is an instance of a pydantic model."""
    kind = type(value)
    return hasattr(kind, "__pydantic_serializer__") and hasattr(kind, "model_dump")


def _culprit(model: Any, path: Any) -> tuple[Any, Any] | None:
    """Find the member that a model cannot serialise, with its path; None if no single one."""
    found = None
    for _ in _CONVERSIONS:  # a model may be a member of itself
        for name in getattr(type(model), "model_fields", ()):
            try:
                model.model_dump(mode="json", include={name})
            except Exception:  # noqa: BLE001  # the user's code, which may raise anything
                model, path = getattr(model, "__dict__", {}).get(name), (path, name)
                found = model, path
                break
        else:
            break
        if not is_pydantic(model):
            break
    return found


def _msgspec_of(kind: type) -> Any:
    """Return the msgspec module that made a class, so that a test's double is never used."""
    made_by = [str(each.__module__) for each in type.mro(type(kind))]
    names = [each for each in made_by if each.partition(".")[0] == "msgspec"]
    return sys.modules.get(names[0]) if names else None


def _members(value: Any, names: list[str], path: Any) -> dict[str, Any]:
    """Read the declared fields of a dataclass or attrs instance."""
    __tracebackhide__ = True
    members = {}
    name = ""
    try:
        for name in names:
            members[name] = getattr(value, name)
    except Exception as exc:  # a field never set, or a property of the user's that raises
        what = f"{type(value).__name__} has no value there: reading it raises"
        advice = "set the field, or give it a default; a producer could not send it either"
        raise _NoForm((path, name), f"{what} {type(exc).__name__}", _NOTHING, advice) from exc
    return members


def _key(key: Any, path: Any) -> str:
    if not isinstance(key, str):
        raise _refusal(key, path, "keys are strings in JSON; pass str(key) if the producer does")
    if not encodes(key):
        raise _refusal(key, path, "a lone surrogate has no UTF-8; send text that has")
    return str.__str__(key)


def _refusal(value: Any, path: Any, advice: str) -> _NoForm:
    return _NoForm(path, type(value).__name__, value, advice)


def _raised(value: Any, path: Any, what: str, exc: Exception) -> _NoForm:
    advice = f"its own {what} raises {type(exc).__name__}; mend that"
    return _NoForm(path, type(value).__name__, value, advice, _first_line_of(exc))


def _first_line_of(exc: Exception) -> str:
    """Return the first line that an exception of the user's code says."""
    try:
        text = str(exc).strip().partition("\n")[0]
    except Exception:  # noqa: BLE001  # the user's code, which may raise anything
        text = ""
    return cut(text, 200)


def _shown(value: Any) -> str:
    try:
        text = ascii(value)
    except ValueError:  # an integer of too many digits
        return "that is too long to be shown"
    except Exception:  # noqa: BLE001  # the user's code, which may raise anything
        return "that cannot be shown"
    return text if len(text) <= 80 else f"{text[:77]}..."
