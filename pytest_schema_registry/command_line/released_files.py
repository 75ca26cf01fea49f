"""The files of a directory registry that ``export`` writes, and what each change comes to."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import files
from pytest_schema_registry.contracts.drift import compared
from pytest_schema_registry.errors import (
    InvalidAnswer,
    InvalidSchema,
    InvalidSettings,
    RegistryUnavailable,
    SchemaNotFound,
)
from pytest_schema_registry.registries.bare_schemas import registered
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.file_contents import CORRECT
from pytest_schema_registry.registries.queries import Kind, Query, Result
from pytest_schema_registry.registries.schema_files import SchemaFiles
from pytest_schema_registry.schema_types import all_types

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import NoReturn

    from pytest_schema_registry.schemas import Schema

#: The members that are the registry's. Those that a model does not have stay in its file.
KEPT = ("$id", "$schema_id", "$track", "$core_version", "deprecated", "deprecation_note")
_RELEASE = "$core_version"


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one schema's file.

    Args:
        name: The schema's name.
        version: The version line.
        file: The file.
        text: Its new content.
        grade: The grade of the change, as of drift.
        reasons: The reasons why the two are incompatible, or why that cannot be decided.
        before: The release that is there; None without one.
        now: The new release; None without one.
        kept: The file that keeps the release that is there, with its content; None where none has
            to be kept.
    """

    name: str
    version: str
    file: Path
    text: str
    grade: str
    reasons: list[dict[str, str]]
    before: str | None
    now: str | None
    kept: tuple[Path, str] | None

    def write(self) -> None:
        """Write the file, unless nothing changes; before that, the one that keeps the old release.

        Raises:
            OSError: A file cannot be written. The old release is still there.
        """
        if self.grade == "same":
            return
        if self.kept is not None:
            files.replace(*self.kept)
        files.replace(self.file, self.text)


class ReleasedFiles:
    """The files of one version line in a directory.

    Args:
        directory: The directory, which may be missing.
        version: The version line.
    """

    def __init__(self, directory: Path, version: str) -> None:
        self._directory = directory
        self._version = version
        shown = str(directory)
        self._registry = DirectoryRegistry(directory, shown)
        self._files = SchemaFiles(directory, shown)

    def change(self, name: str, content: dict[str, Any], release: str | None) -> Change:
        """Return the change that a schema makes, without making it.

        Args:
            name: The schema's name.
            content: The schema, as the model has it.
            release: Its release; None for the one that is there.

        Raises:
            InvalidSettings: The release is there already, as an older one.
            InvalidSchema: The schema is wrong.
            SchemaRegistryError: What is there cannot be read.
        """
        file, before = self._present(name)
        said = {} if before is None else before.content
        said = said if isinstance(said, dict) else {}
        document = {
            "$schema": content.get("$schema"),
            **{each: said[each] for each in KEPT if each in said},
            **({} if release is None else {_RELEASE: release}),
        }
        document |= {each: content[each] for each in content if each != _RELEASE or not release}
        now = self._schema(name, document)
        _compile(now)
        grade, reasons = ("new", []) if before is None else compared(before, now)
        old = None if before is None else before.release
        kept = None
        if now.release is not None and now.release != old:
            kept = self._kept(name, now.release, old, file)
        return Change(
            name=name,
            version=self._version,
            file=file,
            text=json.dumps(document, indent=2, ensure_ascii=False) + "\n",
            grade="same" if grade == "formatting" else grade,
            reasons=reasons,
            before=old,
            now=now.release,
            kept=kept,
        )

    def _present(self, name: str) -> tuple[Path, Schema | None]:
        """Return the file of a schema, and the schema that is in it; None where there is none."""
        file = self._directory / self._version / f"{name}.json"
        if not self._directory.is_dir():
            return file, None
        with self._reading(name):
            found = self._registry.fetch(Query(Kind.SCHEMA, self._version, name))
        if found.is_missing:
            return file, None
        present = self._files.file(self._version, name) or file
        if found.schema.schema_type != "JSON":
            kind = f"{present} is one of {found.schema.schema_type}; give another name"
            raise InvalidSettings("--name", f"a model has a JSON Schema, and {kind}")
        return present, found.schema

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        """Wrap the reading of files: nobody asked a registry, and so no answer is wrong."""
        try:
            yield
        except RegistryUnavailable as exc:
            reason = exc.reason.removesuffix(f": {exc.url}")
            raise InvalidSettings("--to", f"{exc.url} cannot be read: {reason}") from None
        except InvalidAnswer as exc:
            advice = exc.advice
            if advice in ("", CORRECT):
                advice = "correct the file, or remove it"
            label = f"{name} {self._version}"
            raise InvalidSchema(label, "#", exc.reason, exc.url, advice) from None

    def _kept(
        self, name: str, release: str, old: str | None, file: Path
    ) -> tuple[Path, str] | None:
        """Return the file that keeps the release that is there, with its content."""
        if not self._directory.is_dir():
            return None
        with self._reading(name):
            self._registry.history(self._version, name)  # refuses two files that differ
            present = dict(self._files.older(self._version, name))
        if release in present:
            raise InvalidSettings(
                "--release",
                f"{release} of {name} is there already, in {present[release]}; give another one",
            )
        if old is None or old in present:
            return None
        if files.file_name(old) != old:
            raise InvalidSettings(
                "--release", f"{old!r}, which is in {file}, cannot be kept: it is no name of a file"
            )
        return file.with_name(f"{name}@{old}.json"), file.read_text("utf-8")

    def _schema(self, name: str, document: dict[str, Any]) -> Schema:
        try:
            value = registered(document, self._version, name)
        except ValueError as exc:
            raise InvalidSettings("--release", str(exc)) from None
        query = Query(Kind.SCHEMA, self._version, name)
        return Result(query, name, value, time.time(), "directory").schema


def _compile(schema: Schema) -> None:
    """Check that a schema is one. What it refers to elsewhere may not be published yet.

    Raises:
        InvalidSchema: It is none.
    """
    elsewhere: list[object] = []

    def refer(reference: object) -> NoReturn:
        elsewhere.append(reference)
        raise SchemaNotFound("", "", None, "", "")

    try:
        all_types()[schema.schema_type].compile(schema, refer)
    except InvalidSchema:
        if not elsewhere:
            raise
