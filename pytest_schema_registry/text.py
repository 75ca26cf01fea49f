"""Text: printable lines, values and lists for people, and what UTF-8 has a form for."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

#: The largest number of characters that are printed of a line.
MAX_LINE = 4_000
#: The largest number of values that a sentence lists.
MAX_LISTED = 10
_ROOM_FOR_REST = 40
#: The commands that CI systems obey anywhere in a line: ``##[group]``, ``##vso[…]``.
_COMMAND = re.compile(r"#(?=#[a-z]*\[)", re.IGNORECASE)
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def shown(value: Any, length: int = 60) -> str:
    """Encode a value as JSON, cut to a length; encoding stops at that length."""
    text = ""
    for part in _ENCODER.iterencode(value):
        text += part
        if len(text) > length:
            return f"{text[: length - 3]}..."
    return text


def printable(line: str) -> str:
    r"""Make a line safe to print, so that neither a terminal nor a CI system obeys its content.

    Characters that steer a terminal become escapes (``\x1b``), a workflow command gets a backslash
    (``\::add-mask::``), and a very long line is cut.
    """
    line = visible(cut(line, MAX_LINE))
    bare = line.lstrip()
    # GitHub's runner obeys a command that begins a line, even after white space.
    if bare.startswith("::"):
        line = f"{line[: len(line) - len(bare)]}\\{bare}"
    return cut(_COMMAND.sub(r"#\\", line), MAX_LINE)


def visible(text: str) -> str:
    r"""Write the characters that are not printable as escapes: ``\x1b``, ``\u202e``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def printable_text(text: str) -> str:
    """Make each line of a text safe to print."""
    return "\n".join(map(printable, text.split("\n")))


def show_escapes() -> None:
    r"""Let the standard output and error show ``\u2717`` where their encoding has no ✗."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def one_line(text: str | None) -> str | None:
    """Put a text into one line, and leave out the characters that a terminal would obey."""
    if text is None:
        return None
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Put each text into one line, and leave out those that are empty."""
    return tuple(line for text in texts if (line := one_line(text)))


def said_by(exc: Exception) -> str:
    """Return what an exception says; of one of the system, without its number and its path."""
    return getattr(exc, "strerror", None) or str(exc)


def cut(text: str, length: int) -> str:
    """Cut a text to a length; its end then tells how much is left out."""
    if len(text) <= length:
        return text
    head = text[: length - _ROOM_FOR_REST]
    return f"{head}... ({len(text) - len(head):,} more characters)"


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode()


def numbered(text: str) -> list[str | Decimal]:
    """Return the key that sorts texts by the numbers in them: ``v2`` < ``v10``."""
    from decimal import Decimal  # unlike int, it reads any number of digits

    return [Decimal(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]


def listed(items: Sequence[str], joint: str = "or", *, more: int = 0) -> str:
    """Join items as in a sentence: ``a, b or c``; of many, only the first and the number of others.

    Args:
        items: The items.
        joint: The word before the last item.
        more: The number of items beside these.
    """
    if rest := len(items[MAX_LISTED:]) + more:
        return f"{', '.join(items[:MAX_LISTED])} and {rest:,} more"
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def encodes(text: str) -> bool:
    """Check whether a text has a form in UTF-8, which lone surrogates do not have."""
    try:
        str.encode(text)
    except UnicodeEncodeError:
        return False
    return True
