"""The files of a directory of schemas: which there are, and what their names say.

Names that begin with a dot are not the registry's: ``.git``, or files that an editor or a Mac
leaves behind.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import RegistryUnavailable
from pytest_schema_registry.schemas import NAME_SUFFIX, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SchemaFiles:
    """The files of a directory, as they are at each call.

    All methods raise `RegistryUnavailable` where the directory cannot be read.

    Args:
        directory: The directory of version lines.
        shown: The directory's name in messages.
    """

    def __init__(self, directory: Path, shown: str) -> None:
        self._directory = directory
        self._shown = shown.rstrip("/")

    def versions(self) -> list[str]:
        """Return the version lines, sorted."""
        try:
            return sorted(
                path.name
                for path in self._directory.iterdir()
                if not path.name.startswith(".") and path.is_dir()
            )
        except OSError as exc:
            raise RegistryUnavailable(self._shown, why(exc), True) from None

    def files(self, version: str) -> dict[str, Path]:
        """Return the current schema files of a version line, by name."""
        return {name: self._directory / version / file for name, file in self._listed(version)}

    def file(self, version: str, name: str) -> Path | None:
        """Return the current schema file of a name; None without one."""
        file = dict(self._listed(version)).get(name)
        return None if file is None else self._directory / version / file

    def names(self, version: str) -> set[str]:
        """Return the names of a version line, those with nothing but older releases too."""
        listing = self._listing(version)
        older = {file.partition("@")[0] for file in listing if "@" in file}
        # The name in front of a release never has the ``.schema`` ending.
        return {name for name, _ in self._listed(version)} | {
            name for name in older if name and name == plain_name(name)
        }

    def older(self, version: str, name: str) -> list[tuple[str, Path]]:
        """Return the older releases of a schema, oldest first, each once."""
        prefix = f"{plain_name(name)}@"
        older: dict[str, Path] = {}
        for file in self._listing(version):
            if file.startswith(prefix):
                release = file.removeprefix(prefix).removesuffix(".json")
                older.setdefault(
                    release.removesuffix(NAME_SUFFIX), self._directory / version / file
                )
        return sorted(older.items(), key=lambda each: _precedence(each[0]))

    def _listed(self, version: str) -> Iterator[tuple[str, str]]:
        """Yield the names of a version line, each with the name of its current file."""
        for file in self._listing(version):
            if "@" not in file:
                yield plain_name(file.removesuffix(".json")), file

    def _listing(self, version: str) -> list[str]:
        """Return the names of the files of a version line, sorted.

        They become paths only where one is read: to make all of them takes most of a request.
        """
        if version not in self.versions():
            return []
        try:
            with os.scandir(self._directory / version) as entries:
                return sorted(
                    entry.name
                    for entry in entries
                    if entry.name.endswith(".json") and not entry.name.startswith(".")
                )
        except OSError as exc:
            raise RegistryUnavailable(self._shown, why(exc), True) from None


def twin_of(path: Path) -> Path | None:
    """Find another file of the same schema name; return None where there is none.

    Its name differs only in the ``.schema`` ending or in the Unicode form of its letters.
    """
    name = plain_name(path.name.removesuffix(".json"))
    spellings = {name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))}
    for stem in (f"{spelling}{end}" for spelling in spellings for end in ("", NAME_SUFFIX)):
        other = path.with_name(f"{stem}.json")
        is_another = other.name != path.name and plain_name(stem) in spellings and other.exists()
        # Some disks find a file by either Unicode form of its name.
        if is_another and not other.samefile(path):
            return other
    return None


def _precedence(release: str) -> tuple[list[str | int], bool, list[str | int]]:
    """Return the key that sorts releases: ``1.9.0`` < ``1.10.0-dev`` < ``1.10.0``."""
    final, hyphen, early = release.partition("-")
    return numbered(final), not hyphen, numbered(early)


def numbered(text: str) -> list[str | int]:
    """Return the key that sorts texts by the numbers in them: ``v2`` < ``v10``."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]


def why(exc: OSError) -> str:
    """Return the reason why a file or a directory cannot be read."""
    return f"{exc.strerror or exc}: {exc.filename}" if exc.filename else str(exc)
