"""The command line: a module for each command, and what they share."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from pytest_schema_registry.command_line.output import CannotWrite, Output, Status, writing
from pytest_schema_registry.command_line.parser import PROGRAM, command, make_parser
from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.text import printable, show_escapes

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        arguments: The words after the program's name; None for those of this process.
    """
    show_escapes()
    try:
        status = _run(arguments)
        with writing():
            print(end="", flush=True)
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        _drop(sys.stdout)
        return Status.BROKEN_PIPE
    except CannotWrite as exc:
        _drop(sys.stdout)
        try:
            print(printable(f"{PROGRAM}: cannot write: {exc}"), file=sys.stderr)
        except OSError:  # the standard error is, too
            _drop(sys.stderr)
        return Status.IMPOSSIBLE
    return status


def _run(arguments: Sequence[str] | None) -> int:
    options = make_parser().parse_args(arguments)
    output = Output(options.command, as_json=getattr(options, "format", "text") == "json")
    try:
        return command(options.command)(options, output)
    except SchemaRegistryError as exc:
        output.error(str(exc))
    except BrokenPipeError:  # of the output
        raise
    except OSError as exc:  # such as a temporary directory that cannot be written
        output.error(f"{PROGRAM}: {exc}")
    return output.close(Status.IMPOSSIBLE)


def _drop(stream: TextIO) -> None:
    """Lead a stream nowhere: Python flushes it once more when it ends."""
    with suppress(OSError, ValueError):  # it has no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
