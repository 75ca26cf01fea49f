"""The files that define the named types of Avro, where nothing but the type's name tells them.

An Avro schema refers to a type by its full name, and a directory has no list of references. The
file of a version line that has that name, and defines the type, is meant. Otherwise it is the only
file of the line that defines it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.registries.file_contents import AVRO_ENDING, is_avro
from pytest_schema_registry.schema_types import avro_names
from pytest_schema_registry.schemas import ListedReference
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from pathlib import Path

    #: What tells a file from the one that was read before.
    Mark = tuple[int, int, int]


def definers(
    type_name: str, names: Iterable[str], defined: Callable[[str], Container[str]]
) -> list[str]:
    """Return the names of the schemas that define a type.

    The schema that has the type's own name is the only one, where it defines it.

    Args:
        type_name: The full name of the type.
        names: The names of the schemas.
        defined: Returns the types that a schema defines, by its name.
    """
    found: list[str] = []
    # The type's own name comes first, so that no other schema is read in vain.
    for name in sorted(names, key=lambda each: each != type_name):
        if type_name in defined(name):
            found.append(name)
        if found == [type_name]:
            break
    return found


class TypeFiles:
    """The types that files define. Each is read again only if it has changed.

    Args:
        read: Returns the schema in a file, as JSON data.
    """

    def __init__(self, read: Callable[[Path], Any]) -> None:
        self._read = read
        self._kept: dict[Path, tuple[Mark | None, frozenset[str]]] = {}

    def references(
        self, path: Path, schema: Any, name: str, version: str, beside: Mapping[str, Path]
    ) -> tuple[ListedReference, ...]:
        """Return the references of a schema to other files.

        A type that no file defines has none. The engine says that it is unknown.

        Args:
            path: The schema's file.
            schema: The schema, as JSON data.
            name: The schema's name.
            version: The version line.
            beside: The current files of the version line, by the names of their schemas.

        Raises:
            InvalidAnswer: Two files define one of the types, or a file that may define it is wrong.
            RegistryUnavailable: A file that may define one of the types cannot be read.
            RecursionError: The schema is nested too deeply.
        """
        needed = sorted(avro_names(schema).needed)
        files = {each: file for each, file in beside.items() if each != name and is_avro(file)}
        found = ((each, self._definer(path, each, files)) for each in needed)
        return tuple(
            ListedReference(each, definer, version)
            for each, definer in found
            if definer is not None
        )

    def _definer(self, path: Path, type_name: str, files: Mapping[str, Path]) -> str | None:
        """Return the name of the schema that defines a type; None where none does."""
        unread: Exception | None = None

        def defined(name: str) -> frozenset[str]:
            nonlocal unread
            try:
                return self._defined(files[name])
            except (InvalidAnswer, RegistryUnavailable, RecursionError) as exc:
                unread = unread or exc
                return frozenset()

        found = definers(type_name, files, defined)
        if len(found) > 1:
            said = " and ".join(f"{files[each]}" for each in found)
            reason = f"the type {type_name} is defined in {len(found)} files: {said}"
            advice = f"define it once, or in {type_name}{AVRO_ENDING}"
            raise InvalidAnswer(str(path), printable(reason), printable(advice))
        if found:
            return found[0]
        if unread is not None:
            # The file that cannot be read may define it.
            raise unread
        return None

    def _defined(self, file: Path) -> frozenset[str]:
        mark = _mark(file)
        kept = self._kept.get(file)
        if kept is None or kept[0] != mark:
            kept = self._kept[file] = mark, avro_names(self._read(file)).defined
        return kept[1]


def _mark(file: Path) -> Mark | None:
    with suppress(OSError):  # the error is raised where the file is read
        found = file.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
    return None
