"""The figures for GitHub Actions: a step's summary, and annotations on its run.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
import warnings
from itertools import accumulate
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import SchemaRegistryWarning
from pytest_schema_registry.reporting.marks import Marks
from pytest_schema_registry.reporting.summary import (
    counted,
    not_enforced,
    old_copies,
    table,
    totals,
)
from pytest_schema_registry.text import cut, printable, printable_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pytest_schema_registry.reporting.figures import Figures

#: The most bytes that GitHub takes for one step's summary. It shows nothing of a longer one.
LIMIT = 1024 * 1024
#: The most lines that an annotation shows.
MAX_LINES = 20
#: The most tests that have an annotation, and a line, of their own.
MAX_TESTS = 8
#: The most characters of a line.
MAX_LINE = 500
#: The bytes kept for the line that counts the schemas not listed.
_ROOM_FOR_REST = 100


def step_summary(
    figures: Figures, missed: Sequence[str], drift: Sequence[str] = (), *, limit: int = LIMIT
) -> str:
    """Return the summary of a run as Markdown; an empty text if no test used a schema.

    Args:
        figures: The session's figures.
        missed: One line for each missed gate.
        drift: The lines on drift.
        limit: The most bytes of the text. Schemas beyond it are counted, not listed.
    """
    if not figures.used:
        return ""
    versions, marks, unlisted = table(figures, Marks(), every=False)
    closing = [f"- {line}" for line in totals(figures, every=False, costs=True)]
    closing += [f"- {_code(line)}" for line in not_enforced(figures)]
    for test, lines in _violations(figures):
        closing += [f"- {_code(test)}", *(f"  - {_code(cut(line, MAX_LINE))}" for line in lines)]
    closing += [f"- {_code(cut(line.strip(), MAX_LINE))}" for line in drift[:MAX_LINES]]
    closing += [f"- gate failed: {_code(line)}" for line in missed]
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


def workflow_commands(
    figures: Figures, missed: Sequence[str], drift: Sequence[str] = ()
) -> list[str]:
    """Return the workflow commands that annotate the run: warnings, violations and missed gates.

    GitHub shows at most ten warnings and ten errors of a step, so each command sums up many.

    Args:
        figures: The session's figures.
        missed: One line for each missed gate.
        drift: The lines on drift.
    """
    commands = [_command("warning", "not enforced", line) for line in not_enforced(figures)]
    if figures.old_copies:
        lines = old_copies(list(figures.old_copies.values()))
        if rest := len(lines[MAX_LINES:]):
            lines = [*lines[:MAX_LINES], f"  and {counted(rest, 'more line')}"]
        commands.append(_command("warning", "old copies", "\n".join(lines)))
    if drift:
        commands.append(_command("warning", "drift", "\n".join(drift[:MAX_LINES])))
    for test, lines in _violations(figures):
        said = "\n".join([test, *lines[:MAX_LINES]])
        commands.append(_command("error", "violation", said, file=_file_of(test)))
    return commands + [_command("error", "gate failed", line) for line in missed]


def _violations(figures: Figures) -> list[tuple[str, list[str]]]:
    """Return the tests that a violation failed, each with its violations; of many, the first."""
    found: dict[str, list[str]] = {}
    for each in sorted(figures.violations):
        if each.outcome == "violating":
            found.setdefault(each.test, []).append(str(each))
    tests = sorted(found.items())
    if rest := tests[MAX_TESTS:]:
        names = [test for test, _ in rest]
        more = f"and {counted(len(rest), 'more test')} with violations"
        tests = [*tests[:MAX_TESTS], (more, names[:MAX_LINES])]
    if figures.violations_left_out:
        tests.append((f"and {counted(figures.violations_left_out, 'more violation')}", []))
    return tests


def _file_of(test: str) -> str:
    """Return the file of a test, for an annotation beside it; empty where the id names none."""
    return test.partition("::")[0] if "::" in test else ""


def append(path: Path, text: str) -> None:
    """Append to the file that ``GITHUB_STEP_SUMMARY`` names. A failure only gives a warning.

    Args:
        path: The file. Other tools of the same step write to it too.
        text: The text to append.
    """
    raw = text.encode("utf-8", "replace")
    try:
        with path.open("ab") as file:
            if file.tell():
                # The existing text may lack its last newline.
                raw = b"\n" + raw
            if file.tell() + len(raw) <= LIMIT:
                file.write(raw)
                return
        reason = f"with what is there it is longer than the {LIMIT:,} bytes that GitHub takes"
    except OSError as exc:
        reason = str(exc)
    with warnings.catch_warnings():
        # With `-W error`, the warning would otherwise end the run.
        warnings.simplefilter("always", SchemaRegistryWarning)
        said = f"the step's summary cannot be written: {reason}"
        warnings.warn(SchemaRegistryWarning(said), stacklevel=2)


def _row(first: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"


def _cell(text: str) -> str:
    return _code(text).replace("|", r"\|")


def _code(text: str) -> str:
    """Format a text as a code span (CommonMark 6.1), which only its closing backticks can end."""
    line = printable(" ".join(text.split()))
    mark = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    space = " " if len(mark) > 1 else ""
    return f"{mark}{space}{line}{space}{mark}" if line else ""


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)


def _command(command: str, title: str, message: str, *, file: str = "") -> str:
    """Format a workflow command, escaped as in @actions/core's command.ts."""
    place = f"file={_property(file)}," if file else ""
    title = _property(f"schema registry: {title}")
    return f"::{command} {place}title={title}::{_escaped(printable_text(message))}"


def _property(text: str) -> str:
    return _escaped(printable(text)).replace(":", "%3A").replace(",", "%2C")


def _escaped(data: str) -> str:
    return data.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
