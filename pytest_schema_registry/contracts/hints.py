"""Hints from what a test passed: a violation is often one of the call, and not of the producer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.conversion import is_pydantic
from pytest_schema_registry.contracts.explanation import missing_name, part
from pytest_schema_registry.contracts.payload_text import parse
from pytest_schema_registry.contracts.payloads import response_line
from pytest_schema_registry.errors import PayloadNotJSON
from pytest_schema_registry.json_values import path_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_schema_registry.schemas import Violation

BY_ALIAS = 'pass model_dump(mode="json", by_alias=True)'
_UNDECLARED = ("additionalProperties", "unevaluatedProperties")


class Hints:
    """The hints for the violations of one payload.

    Args:
        payload: The payload as the test passed it.
        content: The content of the schema.
        violations: The violations.
    """

    def __init__(self, payload: Any, content: Any, violations: Iterable[Violation]) -> None:
        lines: dict[tuple[str, str, str], str] = {}
        said: dict[str, None] = {}
        for each in _all(violations):
            hint = _hint(payload, content, each)
            if hint is not None:  # said once, at its first violation
                key = each.path, each.schema_path, each.message
                lines.setdefault(key, "" if hint in said else hint)
                said[hint] = None
        #: The hint for each violation, by its path, its rule and its message; empty if it is said
        #: already. One rule may miss several members.
        self.lines: Mapping[tuple[str, str, str], str] = lines
        #: A line on the response that the test passed; empty if it passed none.
        self.response = response_line(payload)
        advice = [each.partition(": ")[2] for each in said if ": pass " in each]
        #: What to do next; empty if the call is right.
        self.advice = advice[0] if advice else ""


def _all(violations: Iterable[Violation]) -> Iterator[Violation]:
    for each in violations:
        yield each
        yield from _all(each.causes)


def _hint(payload: Any, content: Any, violation: Violation) -> str | None:
    value = violation.value
    if violation.keyword == "type" and isinstance(value, str):
        # Not the payload's own `==`, which may raise.
        return _text_hint(value, is_whole=isinstance(payload, str) and value == payload)
    steps = path_steps(violation.path)
    if value is None and steps:
        return _null_hint(payload, content, violation, steps)
    if isinstance(value, dict):
        names: Iterable[Any] = ()
        if violation.keyword == "required":
            names = [missing_name(violation.message)]
        elif violation.keyword in _UNDECLARED:
            names = value
        return _alias_hint(_reached(payload, steps), names)
    return None


def _text_hint(text: str, *, is_whole: bool) -> str | None:
    try:
        is_json = isinstance(parse(text), dict | list)
    except PayloadNotJSON:
        return None
    if not is_json:
        return None
    said = "the string is itself JSON"
    return f"{said}: pass text=True" if is_whole else f"{said}: is it encoded twice?"


def _null_hint(
    payload: Any, content: Any, violation: Violation, steps: list[str | int]
) -> str | None:
    *above, name = steps
    parts = violation.schema_path.split("/")
    if parts[-3:-2] != ["properties"] or not isinstance(name, str):
        return None
    parent = part(content, "/".join(parts[:-3]))
    if not isinstance(parent, dict) or name in parent.get("required", ()):
        return None
    is_of_model = is_pydantic(_reached(payload, above))
    return "the member may be left out" + (" (exclude_none=True)" if is_of_model else "")


def _alias_hint(model: Any, names: Iterable[Any]) -> str | None:
    if not is_pydantic(model):
        return None
    for name in names:
        for field, about in type(model).model_fields.items():
            alias = about.serialization_alias or about.alias
            if alias != field and name in (alias, field) and alias is not None:
                return f"{alias} is the model's alias of {field}: {BY_ALIAS}"
    return None


def _reached(value: Any, steps: Iterable[str | int]) -> Any:
    """Return the part of a payload that a path leads to, as the test passed it; None if unknown.

    It runs none of the payload's own code.
    """
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list | tuple):
            value = value[step] if isinstance(step, int) and step < len(value) else None
        else:
            value = getattr(value, "__dict__", {}).get(step)
    return value
