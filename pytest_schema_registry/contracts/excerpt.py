"""An excerpt of a payload: the whole of a small one, of a large one the part that matters."""

from __future__ import annotations

import json
from typing import Any

from pytest_schema_registry.json_values import json_path, path_steps

#: The most characters of an excerpt.
MAX_LENGTH = 1_500
MAX_LINES = 40
_ENCODER = json.JSONEncoder(ensure_ascii=False, indent=2)


def excerpt(payload: Any, path: str) -> str:
    """Return an excerpt of a payload as indented JSON.

    Of a large payload, it is the largest part that fits and that the path leads through. Where no
    such part fits, it is the beginning of the innermost one.

    Args:
        payload: The payload as JSON, already redacted.
        path: The place in the payload that matters.
    """
    steps = path_steps(path)
    part: Any = payload
    reached, text = 0, _text(payload)
    for step in steps:
        if _fits(text) or not isinstance(part, dict | list):
            break
        try:
            part = part[step]  # type: ignore[index]  # the wrong kind of step is a TypeError
        except (LookupError, TypeError):
            break  # it is missing there
        reached += 1
        text = _text(part)
    if not _fits(text):
        lines = text[:MAX_LENGTH].split("\n")[:MAX_LINES]
        text = "\n".join([*lines, "..."])
    return f"at {json_path(steps[:reached])}:\n{text}" if reached else text


def _fits(text: str) -> bool:
    return len(text) <= MAX_LENGTH and text.count("\n") < MAX_LINES


def _text(value: Any) -> str:
    """Encode a value; encoding stops soon after the most that is shown, at any depth."""
    text = ""
    for part in _ENCODER.iterencode(value):
        text += part
        if len(text) > MAX_LENGTH:
            break
    return text
