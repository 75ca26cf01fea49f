"""The output of a command: lines for a person, or one JSON document for a program.

Each command's document has a schema: ``report_schemas/<command>.schema.json``.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.text import printable_text, said_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_schema_registry.schemas import Schema

#: The documents' format number. Increase it if readers of older documents would misread a new one.
FORMAT = 1
FORMATS = ("text", "json")


class Status(IntEnum):
    """The exit status of a command."""

    YES = 0
    NO = 1
    IMPOSSIBLE = 2
    UNDECIDED = 3
    INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it
    BROKEN_PIPE = 141  # 128 and the number of SIGPIPE


class CannotWrite(Exception):
    """The output cannot be written, such as on a full disk. Its text is the reason."""


@contextmanager
def writing() -> Iterator[None]:
    """Tell an error of the output from all others of the system.

    Raises:
        BrokenPipeError: Who reads, such as `head`, has enough.
        CannotWrite: It cannot be written, for another reason.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise CannotWrite(said_by(exc)) from None


class Output:
    """The output of one command.

    Errors and notes also go to the standard error, in either format.

    Args:
        command: The command's name.
        as_json: True for the JSON document.
    """

    def __init__(self, command: str, *, as_json: bool) -> None:
        self._command = command
        self.as_json = as_json
        self._errors: list[str] = []
        self._notes: dict[str, None] = {}

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines for a person."""
        if not self.as_json:
            for line in lines:
                with writing():
                    print(line)

    def error(self, text: str, *, is_printed: bool = False) -> None:
        """Tell why something could not be done.

        Args:
            text: The text.
            is_printed: True where the command's own lines have it.
        """
        text = printable_text(text)
        self._errors.append(text)
        if not is_printed or self.as_json:
            self._tell(text)

    def note(self, text: str) -> None:
        """Tell once what a person should know, although it changes no result."""
        text = printable_text(text)
        if text not in self._notes:
            self._notes[text] = None
            self._tell(f"note: {text}")

    def close(self, status: Status, **members: Any) -> Status:
        """Print the document of a command that has ended, and return its exit status.

        Args:
            status: The exit status.
            members: The members of the document that are this command's own.
        """
        if self.as_json:
            document = {
                "format": FORMAT,
                "command": self._command,
                "exit_status": status.value,
                "errors": self._errors,
                "notes": [*self._notes],
                **members,
            }
            with writing():
                # In ASCII, so that no terminal or pipe refuses it.
                print(json.dumps(document, indent=2))
        return status

    def _tell(self, text: str) -> None:
        with writing():
            # What was printed so far must come first.
            print(end="", flush=True)
            print(text, file=sys.stderr)


def described(schema: Schema) -> dict[str, Any]:
    """Return what documents say of a schema."""
    return {
        "name": schema.name,
        "version": schema.version,
        "release": schema.release,
        "digest": schema.digest,
        "deprecated": schema.deprecated,
        "source": schema.source,
        "url": schema.url,
    }
