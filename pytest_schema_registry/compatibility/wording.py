"""JSON values as text for a person to read."""

import json
from collections.abc import Iterable
from typing import Any

#: The end of a reason's change whose values are no longer listed; `sentences` looks for it.
GONE = " no longer allowed"
#: The number of characters that are kept before the first difference of two texts.
_SHARED = 10


def cut(text: str, width: int) -> str:
    """Cut a text at its end to a width in characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def brief(value: Any, width: int = 60) -> str:
    """Write a JSON value on one line, cut only at its end."""
    return cut(json.dumps(value, ensure_ascii=False), width)


def contrast(before: Any, after: Any, width: int = 60) -> str:
    """Write two JSON values as `before -> after`, cut to where they differ."""
    texts = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (before, after)]
    pairs = enumerate(zip(*texts, strict=False))
    shared = next((at for at, (one, other) in pairs if one != other), min(map(len, texts)))
    if max(map(len, texts)) > width and shared > width - 2 * _SHARED:
        texts = ["…" + text[shared - _SHARED :] for text in texts]
    return " -> ".join(cut(text, width) for text in texts)


def listed(values: Iterable[Any], most: int = 4) -> str:
    """Write the first few values, separated by commas, and how many more there are."""
    values = list(values)
    text = ", ".join(brief(value, 30) for value in values[:most])
    return text if len(values) <= most else f"{text} and {len(values) - most} more"
