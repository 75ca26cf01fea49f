"""The files of payloads that ``check`` reads, as strictly as golden payloads are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.command_line import standard_input
from pytest_schema_registry.contracts.payload_text import ENCODED, ONE_VALUE
from pytest_schema_registry.errors import PayloadNotJSON
from pytest_schema_registry.text import said_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: The endings of files with a payload on each line (jsonlines.org).
LINES = (".jsonl", ".ndjson")
_ADVICE = {
    ONE_VALUE: "correct it; a file has one payload, and one of .jsonl or .ndjson has one a line",
    ENCODED: "save it as UTF-8, without a byte order mark",
}


class Payload(NamedTuple):
    """A payload in a file.

    Args:
        file: The file as it was named.
        line: The number of its line; None where the file is one payload.
        value: The payload as JSON.
    """

    file: str
    line: int | None
    value: Any


class Unreadable(NamedTuple):
    """A file, or a line of one, that is no payload.

    Args:
        file: The file as it was named.
        line: The number of the line; None for the whole file.
        reason: The reason.
        advice: What to do.
    """

    file: str
    line: int | None
    reason: str
    advice: str


def place(found: Payload | Unreadable) -> str:
    """Return the place of a payload, as messages name it."""
    file = standard_input.LABEL if found.file == standard_input.NAME else found.file
    return file if found.line is None else f"{file}, line {found.line}"


def payloads(
    files: Iterable[str], to_json: Callable[[bytes], Any]
) -> Iterator[Payload | Unreadable]:
    """Yield the payloads in some files, one after the other.

    Args:
        files: The files; ``-`` is the standard input.
        to_json: Reads JSON text, and raises PayloadNotJSON for any other.
    """
    for file in files:
        is_empty = True
        try:
            for line, text in _texts(file):
                is_empty = False
                yield _read(file, line, text, to_json)
        except OSError as exc:
            reason = f"it cannot be read: {said_by(exc)}"
            yield Unreadable(file, None, reason, "correct the path")
            continue
        if is_empty:
            yield Unreadable(file, None, "it has no payload", "add one, or leave the file out")


def _texts(file: str) -> Iterator[tuple[int | None, bytes]]:
    """Yield the JSON texts in a file, each with the number of its line.

    Raises:
        OSError: The file cannot be read.
    """
    if file == standard_input.NAME:
        text = standard_input.stream().read()
        yield from _numbered(text.split(b"\n")) if _is_in_lines(text) else _whole(text)
    elif file.lower().endswith(LINES):
        with Path(file).open("rb") as opened:
            yield from _numbered(opened)
    else:
        yield from _whole(Path(file).read_bytes())


def _whole(text: bytes) -> Iterator[tuple[None, bytes]]:
    if text.strip():
        yield None, text


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line


def _is_in_lines(text: bytes) -> bool:
    """Check whether a text has several lines, and the first of them is a whole JSON value."""
    first, _, rest = text.lstrip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _read(
    file: str, line: int | None, text: bytes, to_json: Callable[[bytes], Any]
) -> Payload | Unreadable:
    try:
        return Payload(file, line, to_json(text))
    except PayloadNotJSON as exc:
        reason = f"it is not JSON at {exc.path}: {exc.value}"
        return Unreadable(file, line, reason, _ADVICE.get(exc.advice, exc.advice))
