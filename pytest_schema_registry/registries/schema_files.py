"""The files of a directory of schemas: which there are, and what their names say.

`SchemaFiles` has those of folders of versions, `LaidOutFiles` those of any other layout. Names that
begin with a dot are not the registry's: ``.git``, or files that an editor or a Mac leaves behind.
"""

from __future__ import annotations

import os
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.registries.file_contents import AVRO_ENDING, why
from pytest_schema_registry.schemas import NAME_SUFFIX, plain_name
from pytest_schema_registry.text import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal
    from pathlib import Path

    from pytest_schema_registry.settings.layout import Layout


_ENDINGS = (".json", AVRO_ENDING)


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

    def twin(self, path: Path) -> Path | None:
        """Find another file of the same schema name; return None where there is none."""
        stem = _stem(path.name)
        found = (_twin(path, stem, _beside(path, ending)) for ending in _ENDINGS)
        return next((each for each in found if each is not None), None)

    def older(self, version: str, name: str) -> list[tuple[str, Path]]:
        """Return the older releases of a schema, oldest first, each once."""
        prefix = f"{plain_name(name)}@"
        older: dict[str, Path] = {}
        for file in self._listing(version):
            if file.startswith(prefix):
                release = _stem(file).removeprefix(prefix)
                older.setdefault(
                    release.removesuffix(NAME_SUFFIX), self._directory / version / file
                )
        return sorted(older.items(), key=lambda each: _precedence(each[0]))

    def _listed(self, version: str) -> Iterator[tuple[str, str]]:
        """Yield the names of a version line, each with the name of its current file."""
        for file in self._listing(version):
            if "@" not in file:
                yield plain_name(_stem(file)), file

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
                    if entry.name.endswith(_ENDINGS) and not entry.name.startswith(".")
                )
        except OSError as exc:
            raise RegistryUnavailable(self._shown, why(exc), True) from None


def _stem(file: str) -> str:
    """Return the name of a file without its ending."""
    return file.rpartition(".")[0]


def _beside(path: Path, ending: str) -> Callable[[str], Path]:
    return lambda stem: path.with_name(f"{stem}{ending}")


def _twin(path: Path, stem: str, beside: Callable[[str], Path]) -> Path | None:
    """Find another file of the same schema name; return None where there is none.

    Its name differs only in its ending, in the ``.schema`` before that, or in the Unicode form of
    its letters.

    Args:
        path: The file.
        stem: The part of its name that is the schema's.
        beside: Returns the path of the file with another such part.
    """
    name = plain_name(stem)
    spellings = {name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))}
    for other_stem in (f"{spelling}{end}" for spelling in spellings for end in ("", NAME_SUFFIX)):
        other = beside(other_stem)
        if other == path or plain_name(other_stem) not in spellings:
            continue
        with suppress(OSError):  # the other name may be too long for a file
            # Some disks find a file by either Unicode form of its name.
            if other.exists() and not other.samefile(path):
                return other
    return None


def _precedence(release: str) -> tuple[list[str | Decimal], bool, list[str | Decimal]]:
    """Return the key that sorts releases: ``1.9.0`` < ``1.10.0-dev`` < ``1.10.0``."""
    final, hyphen, early = release.partition("-")
    return numbered(final), not hyphen, numbered(early)


class LaidOutFiles:
    """The files of a directory that has a layout of its own, as they are at each call.

    The methods raise `RegistryUnavailable` where the directory cannot be read.

    Args:
        directory: The directory.
        shown: The directory's name in messages.
        layout: The layout.
    """

    def __init__(self, directory: Path, shown: str, layout: Layout) -> None:
        self._directory = directory
        self._shown = shown.rstrip("/")
        self._layout = layout

    def versions(self) -> list[str]:
        """Return the version lines that files are in, sorted."""
        return sorted({version for version, _, _ in self._found()})

    def files(self, version: str) -> dict[str, Path]:
        """Return the schema files of a version line, by name."""
        return {
            plain_name(name): self._directory / path
            for line, name, path in self._found()
            if line == version
        }

    def file(self, version: str, name: str) -> Path | None:
        """Return the schema file of a name; None without one."""
        return self.files(version).get(name)

    def names(self, version: str) -> set[str]:
        """Return the names of a version line."""
        return set(self.files(version))

    def older(self, _version: str, _name: str) -> list[tuple[str, Path]]:
        """Return no older releases: only folders of versions have them."""
        return []

    def twin(self, path: Path) -> Path | None:
        """Find another file of the same schema; return None where there is none."""
        read = self._layout.read(path.relative_to(self._directory).as_posix())
        if read is None:  # a file that only references lead to
            return None
        version, name = read
        return _twin(path, name, lambda each: self._directory / self._layout.path(version, each))

    def at(self, uri: str) -> tuple[str, str, Path] | None:
        """Return what :meth:`below` returns, for the path in a ``file:`` URI.

        Args:
            uri: ``file://localhost/path``, ``file:///path`` or ``file://path``.

        Raises:
            InvalidAnswer: The file is a link that leads out of the directory.
        """
        path, _, _ = uri.removeprefix("file:").removeprefix("//localhost/").partition("?")
        with suppress(UnicodeError):
            return self.below(os.fsdecode(unquote_to_bytes(path)).strip("/"))
        return None

    def below(self, below: str) -> tuple[str, str, Path] | None:
        """Return the version line, the name and the path of a file; None where there is none.

        A file that fits no template, such as one of common definitions, has its path as its name,
        and no version line.

        Args:
            below: The path from the directory, or from the folder of it that all schemas are in.

        Raises:
            InvalidAnswer: The file is a link that leads out of the directory.
        """
        for folder in dict.fromkeys(("", self._layout.folder)):
            whole = f"{folder}/{below}" if folder else below
            is_named = _is_plain(whole) or self._layout.read(whole) is not None
            file = self._existing(folder, below) if is_named else None
            if file is None:
                continue
            if not file.resolve().is_relative_to(self._directory.resolve()):
                raise InvalidAnswer(
                    str(file), "it is a link out of the directory", "put the file itself there"
                )
            found = file.relative_to(self._directory).as_posix()
            version, name = self._layout.read(found) or ("", found)
            return version, plain_name(name), file
        return None

    def address(self, path: Path) -> str:
        """Return the ``file:`` URI of a file, from the directory.

        It has a host (RFC 8089, section 2), because Python's urljoin takes that of the base where
        a URI has none.
        """
        below = path.relative_to(self._directory).as_posix()
        return f"file://localhost/{quote(os.fsencode(below))}"

    def _existing(self, folder: str, below: str) -> Path | None:
        """Return the file at a path, whose first part may lack its upper case.

        In ``file://Order.json``, that part stands where a URI has its host, and hosts are written
        in lower case.

        Args:
            folder: The folder that the path starts from, relative to the directory.
            below: The path.
        """
        start = self._directory / folder
        first, _, rest = below.partition("/")
        with suppress(OSError, ValueError):
            names = [each.name for each in start.iterdir() if each.name.lower() == first.lower()]
            found = [name for name in names if (start / name / rest).is_file()]
            if first in found or len(found) == 1:
                return start / (first if first in found else found[0]) / rest
        return None

    def _found(self) -> list[tuple[str, str, str]]:
        try:
            return sorted(self._layout.files(self._directory))
        except OSError as exc:
            raise RegistryUnavailable(self._shown, why(exc), True) from None


def _is_plain(path: str) -> bool:
    """Check that a path leads down, and through nothing hidden."""
    return "\\" not in path and not any(part[:1] in ("", ".") for part in path.split("/"))
