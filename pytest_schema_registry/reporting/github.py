"""Figures for GitHub Actions: a step's summary, and annotations on its run.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
import warnings
from itertools import accumulate
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import SchemaRegistryWarning
from pytest_schema_registry.reporting.summary import (
    Marks,
    counted,
    not_enforced,
    old_copies,
    table,
    totals,
)
from pytest_schema_registry.text import printable, printable_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pytest_schema_registry.reporting.figures import Figures

#: The bytes that GitHub takes of one step; of a longer summary it shows nothing.
LIMIT = 1024 * 1024
#: How many lines an annotation shows.
MAX_LINES = 20
_ROOM_FOR_REST = 100


def step_summary(figures: Figures, missed: Sequence[str], *, limit: int = LIMIT) -> str:
    """The lines that close a run, as Markdown; empty where no test used a schema.

    Args:
        figures: The session's figures.
        missed: One line for each gate that was missed.
        limit: How many bytes it may have; schemas beyond are counted, not listed.
    """
    if not figures.used:
        return ""
    versions, marks, unlisted = table(figures, Marks(), every=False)
    closing = [f"- {line}" for line in totals(figures, every=False)]
    closing += [f"- {_code(line)}" for line in not_enforced(figures)]
    closing += [f"- missed: {_code(line)}" for line in missed]
    head = ["### Schema registry", ""]
    if marks:
        head += [_row("", map(_cell, versions)), _row("---", ["---"] * len(versions))]
    if unlisted:
        closing.insert(0, f"- {_code(unlisted)}")
    room = limit - _size([*head, "", *closing]) - _ROOM_FOR_REST
    rows = [_row(_cell(name), row) for name, row in marks.items()]
    fitting = sum(size <= room for size in accumulate(_size([row]) for row in rows))
    if rest := len(rows) - fitting:
        closing.insert(0, f"- {counted(rest, 'schema')} not listed, as GitHub takes no more")
    return "\n".join([*head, *rows[:fitting], "", *closing, ""])


def workflow_commands(figures: Figures, missed: Sequence[str]) -> list[str]:
    """Workflow commands that annotate the run with what nobody may miss.

    GitHub shows ten warnings and ten errors of a step, so that each of these stands for many.

    Args:
        figures: The session's figures.
        missed: One line for each gate that was missed.
    """
    commands = [_command("warning", "not enforced", line) for line in not_enforced(figures)]
    if figures.old_copies:
        lines = old_copies(list(figures.old_copies.values()))
        if rest := len(lines[MAX_LINES:]):
            lines = [*lines[:MAX_LINES], f"  and {counted(rest, 'more line')}"]
        commands.append(_command("warning", "old copies", "\n".join(lines)))
    return commands + [_command("error", "missed", line) for line in missed]


def append(path: Path, text: str) -> None:
    """Add to the file that ``GITHUB_STEP_SUMMARY`` names; a test run does not fail for its sake.

    Args:
        path: The file; other tools of the same step write to it too.
        text: What to add.
    """
    raw = text.encode("utf-8", "replace")
    try:
        with path.open("ab") as file:
            if file.tell():
                # What stands there may end within a line.
                raw = b"\n" + raw
            if file.tell() + len(raw) <= LIMIT:
                file.write(raw)
                return
        reason = f"with what is there it is longer than the {LIMIT:,} bytes that GitHub takes"
    except OSError as exc:
        reason = str(exc)
    with warnings.catch_warnings():
        # As an error it would end the run of those who turn warnings into errors.
        warnings.simplefilter("always", SchemaRegistryWarning)
        said = f"the step's summary cannot be written: {reason}"
        warnings.warn(SchemaRegistryWarning(said), stacklevel=2)


def _row(first: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"


def _cell(text: str) -> str:
    return _code(text).replace("|", r"\|")


def _code(text: str) -> str:
    """A text as a code span (CommonMark 6.1), where only the mark of its end means anything."""
    line = printable(" ".join(text.split()))
    mark = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    space = " " if len(mark) > 1 else ""
    return f"{mark}{space}{line}{space}{mark}" if line else ""


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)


def _command(command: str, title: str, message: str) -> str:
    """A workflow command, escaped as in @actions/core's command.ts."""
    title = _escaped(f"schema registry: {title}").replace(":", "%3A").replace(",", "%2C")
    return f"::{command} title={title}::{_escaped(printable_text(message))}"


def _escaped(data: str) -> str:
    return data.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
