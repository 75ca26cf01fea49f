"""What has conformed once, and is strict from then on: a committed file that only grows.

One line a schema and version line (``telemetry.FeedbackEvent@v1``), sorted, so that two branches
which both add to it merge. Taking a line out is a person's decision.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_schema_registry import files
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import SchemaKey
from pytest_schema_registry.settings.parsers import version_list

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

OPTION = "--registry-ratchet"
HEADER = (
    "# Schemas that contract tests have conformed to, and must from now on.",
    "# pytest-schema-registry adds lines; only people take them out.",
)
#: A name may hold the sign, too.
_COMMENT = re.compile(r"(?:^|\s)#.*")


def load(path: Path) -> frozenset[SchemaKey]:
    """What the file lists; nothing where there is no file yet.

    Raises:
        InvalidSettings: It cannot be read, a line is none of its own, or its name is misspelt as
            far as can be seen: then all that it lists would be warned about only.
    """
    lines = _lines(path)
    if not lines:
        _refuse_misspelt(path)
    return _listed(path, lines)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidSettings(OPTION, f"{path} cannot be read: {exc}") from None


def _refuse_misspelt(path: Path) -> None:
    if path.exists():
        return
    folder = path.resolve().parent
    if not folder.is_dir():
        raise InvalidSettings(
            OPTION, f"{path} is in no folder that there is; correct the path, or make the folder"
        )
    from difflib import get_close_matches

    names = [each.name for each in folder.iterdir() if each.is_file()]
    for near in get_close_matches(path.name, names, cutoff=0.8):
        if _lists_anything(path.with_name(near)):
            raise InvalidSettings(
                OPTION,
                f"there is no {path}, but there is {near}; correct the name, or make an empty "
                "file of this name where it is another ratchet",
            )


def _lists_anything(path: Path) -> bool:
    try:
        return bool(_listed(path, _lines(path)))
    except InvalidSettings:
        return False


def _listed(path: Path, lines: list[str]) -> frozenset[SchemaKey]:
    pairs = set()
    for number, line in enumerate(lines, 1):
        if entry := _entry(line):
            pair = _pair(entry)
            if pair is None:
                raise InvalidSettings(
                    OPTION,
                    f"{path}, line {number}: {entry!r} is not NAME@VERSION; restore the file from "
                    "version control, or take the line out",
                )
            pairs.add(pair)
    return frozenset(pairs)


def _can_be_listed(pair: SchemaKey) -> bool:
    """Whether a line would be read as what it was written for: names may hold anything."""
    line = str(pair)
    return line.splitlines() == [_entry(line)] and _pair(line) == pair


def _pair(entry: str) -> SchemaKey | None:
    try:
        pair = SchemaKey.parse(entry)
        (line,) = version_list(pair.version)
    except ValueError:
        return None
    return SchemaKey(pair.name, line)


def add(path: Path, pairs: Collection[SchemaKey]) -> frozenset[SchemaKey]:
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
            new = set(filter(_can_be_listed, pairs)) - _listed(path, lines)
            if new:
                for entry in sorted(map(str, new)):
                    lines.insert(_place(lines, entry), entry)
                files.replace(path, "\n".join(lines) + "\n")
            return frozenset(new)
    except OSError as exc:
        raise InvalidSettings(OPTION, f"{path} cannot be written: {exc}") from None


def _entry(line: str) -> str:
    return _COMMENT.sub("", line).strip()


def _place(lines: list[str], entry: str) -> int:
    """Where a new line goes: below the last that comes before it, or else above the first."""
    entries = [(number, _entry(line)) for number, line in enumerate(lines)]
    before = [number for number, each in entries if each and each < entry]
    others = [number for number, each in entries if each]
    return before[-1] + 1 if before else min(others, default=len(lines))
