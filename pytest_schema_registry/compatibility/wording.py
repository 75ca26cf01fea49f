"""How values and paths are written down for a person."""

import json
import re
from collections.abc import Iterable
from typing import Any

_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$-]*")


def brief(value: Any, width: int = 60) -> str:
    """A JSON value on one line, cut in the middle of nothing but its tail."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else text[: width - 1] + "…"


def path(keys: Iterable[str | int]) -> str:
    """A path in a payload, such as `$.lines[*].qty`."""
    text = "$"
    for key in keys:
        if isinstance(key, int) or key == "[*]":
            text += f"[{key}]" if isinstance(key, int) else "[*]"
        elif key == "*" or _PLAIN_NAME.fullmatch(key):
            text += f".{key}"
        else:
            text += f"[{json.dumps(key, ensure_ascii=False)}]"
    return text


def listed(values: Iterable[Any], most: int = 4) -> str:
    """A few values, separated by commas, and how many more there are."""
    values = list(values)
    text = ", ".join(brief(value, 30) for value in values[:most])
    return text if len(values) <= most else f"{text} and {len(values) - most} more"
