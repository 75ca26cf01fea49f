"""The layout of a directory of schemas: which file has which schema."""

from __future__ import annotations

import os
import re
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The version line of all files where a template has no ``{version}``.
ONLY_VERSION = "latest"
_EXAMPLE = "such as {name}.{version}.schema.json"
_PLACEHOLDER = re.compile(r"(\{name\}|\{version\})")
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
#: A name or a version: no folder, and hidden from nobody.
_ANY = r"[^/.][^/]*"
#: What looks like a version wherever it stands: v2, 1.10.0-rc.1, 2025-06-18.
_NUMBERED = r"v?[0-9]+(?:[._-][0-9]+)*(?:[._-]?(?:alpha|beta|rc|dev|pre|a|b)(?:[._-]?[0-9]+)?)?"


class Layout:
    """A template of the paths of schemas in a directory, with ``{name}`` and ``{version}``.

    Args:
        template: The template.

    Raises:
        ValueError: It is none; the message says why.
    """

    def __init__(self, template: str) -> None:
        if fault := _fault(template):
            raise ValueError(f"{template!r} is no layout: {fault}")
        self.template = template
        # In orders.created.v1.2.json, a version with a dot is told from a name with a dot by its
        # form. Where nothing looks like a version, it is what stands between the last two dots.
        self._patterns = (
            _pattern(template, {"name": f"{_ANY}?", "version": _NUMBERED}),
            _pattern(template, {"name": _ANY, "version": f"{_ANY}?"}),
        )
        self._segments = [re.compile(_loose(each)) for each in template.split("/")]

    def __eq__(self, other: object) -> bool:
        return self.template == other.template if isinstance(other, Layout) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.template)

    def __repr__(self) -> str:
        return f"Layout({self.template!r})"

    @property
    def folder(self) -> str:
        """The folder that all files are in, relative to the directory; empty for itself."""
        *folders, _ = self.template.split("/")
        return "/".join(takewhile(lambda each: "{" not in each, folders))

    def path(self, version: str, name: str) -> str:
        """Return the path of a schema's file, relative to the directory, with ``/``."""
        values = {"{version}": version, "{name}": name}
        return _PLACEHOLDER.sub(lambda found: values[found[0]], self.template)

    def read(self, path: str) -> tuple[str, str] | None:
        """Return the version line and the name that a path has; None where it fits no template."""
        for pattern in self._patterns:
            if found := pattern.fullmatch(path):
                named = found.groupdict()
                return named.get("version", ONLY_VERSION), named["name"]
        return None

    def files(self, directory: Path) -> Iterator[tuple[str, str, str]]:
        """Yield the version line, the name and the path of each schema's file, in no order.

        Raises:
            OSError: The directory cannot be read.
        """
        for path in self._paths(directory):
            if found := self.read(path):
                yield *found, path

    def _paths(self, directory: Path, folder: str = "", depth: int = 0) -> Iterator[str]:
        with os.scandir(directory / folder) as entries:
            for entry in entries:
                if not self._segments[depth].fullmatch(entry.name):
                    continue
                if depth == len(self._segments) - 1:
                    yield folder + entry.name
                # DirEntry's own is_dir() raises an error at a link that leads to itself.
                elif (directory / folder / entry.name).is_dir():
                    yield from self._paths(directory, f"{folder}{entry.name}/", depth + 1)


def _fault(template: str) -> str | None:
    """Return why a text is no template of paths, with what to write; None where it is one."""
    unknown = [each for each in _BRACES.findall(template) if not _PLACEHOLDER.fullmatch(each)]
    *folders, file = template.split("/")
    if unknown:
        return f"it has {unknown[0]}; write {{name}} and {{version}}, {_EXAMPLE}"
    if "{name}" not in template:
        return f"write {{name}} in it, {_EXAMPLE}"
    if "}{" in template:
        return f"write a sign between {{name}} and {{version}}, {_EXAMPLE}"
    if not template.isprintable() or "\\" in template or not {"", ".", ".."}.isdisjoint(folders):
        return f"write a path below the directory, with / between folders, {_EXAMPLE}"
    if re.search(r"\.\w+$", file) is None:
        return f"end it as the names of the files end, {_EXAMPLE}"
    return None


def _pattern(template: str, patterns: Mapping[str, str]) -> re.Pattern[str]:
    written = ""
    for part in _PLACEHOLDER.split(template):
        key = part[1:-1]
        if not _PLACEHOLDER.fullmatch(part):
            written += re.escape(part)
        elif f"(?P<{key}>" in written:
            written += f"(?P={key})"
        else:
            written += f"(?P<{key}>{patterns[key]})"
    return re.compile(written)


def _loose(segment: str) -> str:
    parts = _PLACEHOLDER.split(segment)
    return "".join(_ANY if _PLACEHOLDER.fullmatch(part) else re.escape(part) for part in parts)
