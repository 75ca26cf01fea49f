"""How values and paths are written down for a person."""

import json
from collections.abc import Iterable
from typing import Any

#: What stands behind a value that only the other side still lists.
GONE = " no longer allowed"
#: RFC 9535 section 2.5.1.1, member-name-shorthand.
_SHARED = 10


def cut(text: str, width: int) -> str:
    """A text on one line, cut at its end."""
    return text if len(text) <= width else text[: width - 1] + "…"


def brief(value: Any, width: int = 60) -> str:
    """A JSON value on one line, cut in the middle of nothing but its tail."""
    return cut(json.dumps(value, ensure_ascii=False), width)


def contrast(before: Any, after: Any, width: int = 60) -> str:
    """Two JSON values as `before -> after`, cut to where they differ."""
    texts = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (before, after)]
    pairs = enumerate(zip(*texts, strict=False))
    shared = next((at for at, (one, other) in pairs if one != other), min(map(len, texts)))
    if max(map(len, texts)) > width and shared > width - 2 * _SHARED:
        texts = ["…" + text[shared - _SHARED :] for text in texts]
    return " -> ".join(cut(text, width) for text in texts)


def listed(values: Iterable[Any], most: int = 4) -> str:
    """A few values, separated by commas, and how many more there are."""
    values = list(values)
    text = ", ".join(brief(value, 30) for value in values[:most])
    return text if len(values) <= most else f"{text} and {len(values) - most} more"
