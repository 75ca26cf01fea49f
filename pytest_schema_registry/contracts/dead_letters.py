"""Dead letters: payloads that broke their contract, kept in a JSON Lines file (jsonlines.org)."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import files
from pytest_schema_registry.contracts.message import UNREAD
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.json_values import digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from pytest_schema_registry.errors import ContractViolation

OPTION = "--registry-dead-letters"
#: The keys of every dead letter. A file whose lines lack them is not one of ours.
KEYS = frozenset({"schema", "version", "payload", "violations"})
#: The first bytes of every line that this module writes.
BEGINNING = b'{"schema": '
_NOT_JSON = object()


def letter(
    violation: ContractViolation, *, test: str, mode: str, enforcement: str, time: datetime
) -> dict[str, Any]:
    """Return a violation as plain data.

    Args:
        violation: The violation; its payload and texts are redacted already.
        test: The id of the test that met it.
        mode: The mode that the schema was retrieved in.
        enforcement: The level at which the violation was enforced.
        time: The time at which the test met it.
    """
    schema = violation.schema
    kept = {
        "schema": schema.name,
        "version": schema.version,
        "release": schema.release,
        "digest": schema.digest,
        "source": schema.source,
        "payload": violation.payload,
    }
    if violation.message is not None:
        kept["message"] = b64encode(violation.message).decode()
    return kept | {
        "violations": [
            {
                "path": found.path,
                "schema_path": found.schema_path,
                "keyword": found.keyword,
                "message": found.message,
            }
            for found in violation.violations
        ],
        "test": test,
        "time": time.isoformat(timespec="seconds"),
        "mode": mode,
        "enforcement": enforcement,
    }


class DeadLetters:
    """A file of dead letters, which holds each payload once. Several processes may add to it.

    Args:
        path: The file. It is created at once, so that a path that cannot be written fails now.

    Raises:
        InvalidSettings: The file cannot be written, or holds something else than dead letters.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: set[str] = set()
        self._known_bytes = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_others(path)
            path.touch()
        except OSError as exc:
            raise self._not_written(exc) from None

    def add(self, letter: dict[str, Any]) -> None:
        """Append a letter, unless the file has its payload already.

        Raises:
            InvalidSettings: The file cannot be written.
        """
        line = json.dumps(letter).encode() + b"\n"
        try:
            with files.locked(self._path), self._path.open("a+b") as file:
                file.seek(self._known_bytes)
                new = file.read()
                self._kept.update(_key(each) for _, each in letters(new))
                tail = new.rpartition(b"\n")[2]
                if tail and not _is_half(tail):
                    file.write(b"\n")
                elif _is_half(tail):
                    # A writer was killed in the middle of its line.
                    file.truncate(file.tell() - len(tail))
                self._known_bytes = file.seek(0, 2)
                if _key(letter) not in self._kept:
                    file.write(line)
        except OSError as exc:
            raise self._not_written(exc) from None

    def _not_written(self, exc: OSError) -> InvalidSettings:
        return InvalidSettings(OPTION, f"{self._path} cannot be written: {exc.strerror or exc}")


def _refuse_others(path: Path) -> None:
    """Raise InvalidSettings if the file exists and holds anything else than dead letters."""
    try:
        *lines, tail = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    if not _is_half(tail):
        lines.append(tail)
    for number, line in enumerate(lines, 1):
        if line.strip() and not _is_letter(_value(line)):
            raise InvalidSettings(
                OPTION,
                f"line {number} of {path} is no dead letter, so the file may be somebody else's; "
                "name another file, or take the line out",
            )


def _is_half(tail: bytes) -> bool:
    """Check whether the last line is the beginning of a letter that was cut off."""
    is_ours = tail.startswith(BEGINNING) or BEGINNING.startswith(tail)
    return is_ours and bool(tail) and _value(tail) is _NOT_JSON


def letters(raw: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the letters in a file's content, each with the number of its line."""
    for number, line in enumerate(raw.split(b"\n"), 1):
        each = _value(line)
        if _is_letter(each):
            yield number, each


def _is_letter(value: Any) -> bool:
    if not isinstance(value, dict) or not value.keys() >= KEYS:
        return False
    named = isinstance(value["schema"], str) and isinstance(value["version"], str)
    found = value["violations"]
    try:
        b64decode(value.get("message", ""), validate=True)
    except (TypeError, ValueError):
        return False
    return named and isinstance(found, list) and all(isinstance(each, dict) for each in found)


def _value(line: bytes) -> Any:
    try:
        return json.loads(line.decode())  # given bytes, json.loads might guess UTF-16
    except (ValueError, RecursionError):
        return _NOT_JSON


def _key(letter: dict[str, Any]) -> str:
    # The payload of a message that cannot be read says its size only.
    message = [letter["message"]] if "message" in letter else []
    return digest([letter["schema"], letter["version"], letter["payload"], *message])


def passed(letter: dict[str, Any]) -> str | bytes | None:
    """Return the payload of a letter as a test passes it: JSON text, or the bytes of a message.

    It is None for a message whose bytes were not kept.
    """
    if "message" in letter:
        return b64decode(letter["message"])
    if any(each.get("keyword") == UNREAD for each in letter["violations"]):
        return None
    return json.dumps(letter["payload"])
