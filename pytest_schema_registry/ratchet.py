"""What has conformed once, and is strict from then on: a committed file that only grows.

One line a schema and version line (``telemetry.FeedbackEvent@v1``), sorted, so that two branches
which both add to it merge. Taking a line out is a person's decision.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_schema_registry import files
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import Pair

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

HEADER = (
    "# Schemas that contract tests have conformed to, and must from now on.",
    "# pytest-schema-registry adds lines; only people take them out.",
)
#: A name may hold the sign, too.
_COMMENT = re.compile(r"(?:^|\s)#.*")


def load(path: Path) -> frozenset[Pair]:
    """What the file lists; nothing where there is no file yet.

    Raises:
        InvalidSettings: It cannot be read, or a line is none of its own.
    """
    return _listed(path, _lines(path))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidSettings("--registry-ratchet", f"{path} cannot be read: {exc}") from None


def _listed(path: Path, lines: list[str]) -> frozenset[Pair]:
    pairs = set()
    for number, line in enumerate(lines, 1):
        entry = _entry(line)
        if not entry:
            continue
        try:
            pairs.add(Pair.parse(entry))
        except ValueError as exc:
            raise InvalidSettings(
                "--registry-ratchet",
                f"{path}, line {number}: {exc}; restore the file from version control, or take "
                "the line out",
            ) from None
    return frozenset(pairs)


def add(path: Path, pairs: Collection[Pair]) -> frozenset[Pair]:
    """Write what has conformed beside what the file lists; what that added.

    Args:
        path: The file; sessions that end at the same time take turns.
        pairs: What conformed.

    Raises:
        InvalidSettings: The file cannot be read or written.
    """
    try:
        with files.turn(path):
            lines = _lines(path) or [*HEADER]
            new = frozenset(pairs) - _listed(path, lines)
            if new:
                for entry in sorted(map(str, new)):
                    lines.insert(_place(lines, entry), entry)
                files.replace(path, "\n".join(lines) + "\n")
            return new
    except OSError as exc:
        raise InvalidSettings("--registry-ratchet", f"{path} cannot be written: {exc}") from None


def _entry(line: str) -> str:
    return _COMMENT.sub("", line).strip()


def _place(lines: list[str], entry: str) -> int:
    """Where a new line goes: below the last that comes before it, or else above the first."""
    entries = [(number, _entry(line)) for number, line in enumerate(lines)]
    before = [number for number, each in entries if each and each < entry]
    others = [number for number, each in entries if each]
    return before[-1] + 1 if before else min(others, default=len(lines))
