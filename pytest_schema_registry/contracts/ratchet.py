"""The ratchet: a committed file of the schemas that have conformed once, and stay strict after.

The file has one line for each schema and version line (``telemetry.FeedbackEvent@v1``). The lines
are sorted, so that two branches which both add lines merge. The plugin only adds lines: a person
decides to remove one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from pytest_schema_registry import files
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import SchemaKey
from pytest_schema_registry.settings.parsers import version_list
from pytest_schema_registry.text import said_by

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

OPTION = "--registry-ratchet"
HEADER = (
    "# Schemas that contract tests have conformed to, and must from now on.",
    "# pytest-schema-registry adds lines; only people take them out.",
)
#: A comment needs a space before its sign, because a name may contain the sign.
_COMMENT = re.compile(r"(?:^|\s)#.*")


def load(path: Path) -> frozenset[SchemaKey]:
    """Return the keys that the file lists; none if there is no file yet.

    Raises:
        InvalidSettings: The file cannot be read, a line is not NAME@VERSION, or the file is missing
            and its name looks misspelt. With a misspelt name, violations of all that the real file
            lists would only be warned about.
    """
    lines = _lines(path)
    if not lines:
        _refuse_misspelt(path)
    return _listed(path, lines)


def lines_of(path: Path) -> dict[SchemaKey, int]:
    """Return the keys that the file lists, each with the number of its line.

    Raises:
        InvalidSettings: The file cannot be read, or a line is not NAME@VERSION.
    """
    lines = _lines(path)
    keys = _listed(path, lines)
    entries = enumerate(map(_entry, lines), 1)
    found = {_pair(entry): number for number, entry in entries if entry}
    return {key: found[key] for key in keys}


def _lines(path: Path) -> list[str]:
    try:
        # Some editors begin a file with a byte order mark.
        return path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidSettings(OPTION, f"{path} cannot be read: {said_by(exc)}") from None


def _refuse_misspelt(path: Path) -> None:
    if path.exists():
        return
    folder = path.resolve().parent
    if not folder.is_dir():
        raise InvalidSettings(
            OPTION, f"{path} is in no folder that there is; correct the path, or make the folder"
        )
    from difflib import get_close_matches

    names: list[str] = []
    with suppress(OSError):  # a folder may be entered that may not be listed
        names += (each.name for each in folder.iterdir() if each.is_file())
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
    keys = set()
    for number, line in enumerate(lines, 1):
        if entry := _entry(line):
            key = _pair(entry)
            if key is None:
                raise InvalidSettings(
                    OPTION,
                    f"{path}, line {number}: {entry!r} is not NAME@VERSION; restore the file from "
                    "version control, or take the line out",
                )
            keys.add(key)
    return frozenset(keys)


def _can_be_listed(key: SchemaKey) -> bool:
    """Check whether the file can hold this key: a name may contain a newline or a comment sign."""
    line = str(key)
    return line.splitlines() == [_entry(line)] and _pair(line) == key


def _pair(entry: str) -> SchemaKey | None:
    try:
        key = SchemaKey.parse(entry)
        (line,) = version_list(key.version)
    except ValueError:
        return None
    return SchemaKey(key.name, line)


def add(path: Path, keys: Collection[SchemaKey]) -> frozenset[SchemaKey]:
    """Add the schemas that conformed to the file. Return the keys that are new in it.

    Args:
        path: The file. A lock makes sessions that end at the same time take turns.
        keys: The keys of the schemas that conformed.

    Raises:
        InvalidSettings: The file cannot be read or written.
    """
    try:
        with files.locked(path):
            lines = _lines(path) or [*HEADER]
            new = set(filter(_can_be_listed, keys)) - _listed(path, lines)
            if new:
                for entry in sorted(map(str, new)):
                    lines.insert(_place(lines, entry), entry)
                files.replace(path, "\n".join(lines) + "\n")
            return frozenset(new)
    except OSError as exc:
        # Not the error's own text: that names the file that would have moved there.
        why = f"{path} cannot be written: {exc.strerror or exc}; make its folder writable"
        raise InvalidSettings(OPTION, why) from None


def _entry(line: str) -> str:
    return _COMMENT.sub("", line).strip()


def _place(lines: list[str], entry: str) -> int:
    """Return the index for a new line: below the last entry that sorts before it, or above all."""
    entries = [(number, _entry(line)) for number, line in enumerate(lines)]
    before = [number for number, each in entries if each and each < entry]
    others = [number for number, each in entries if each]
    return before[-1] + 1 if before else min(others, default=len(lines))
