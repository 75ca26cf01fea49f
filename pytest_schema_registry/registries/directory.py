"""A registry in a directory: it answers the same queries without a network or a server.

<directory>/<version>/<name>.json            the bare JSON Schema; .schema.json works too
<directory>/<version>/<name>@<release>.json  an older release of the line
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import duplicate_keys as doubles
from pytest_schema_registry import files
from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.core_documents import (
    lines,
    release_fault,
    text_or_none,
)
from pytest_schema_registry.registries.messages import segment
from pytest_schema_registry.registries.queries import (
    Kind,
    Missing,
    Query,
    RegisteredSchema,
    RegistryVerdict,
    Result,
)
from pytest_schema_registry.registries.schema_files import SchemaFiles, twin_of, why
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.schema_type import NotASchema
from pytest_schema_registry.schemas import Content, IndexEntry, Release, plain_name
from pytest_schema_registry.settings import DEFAULT_MAX_SCHEMA_SIZE
from pytest_schema_registry.text import one_line, printable

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.registries.queries import Value


class DirectoryRegistry:
    """A registry that answers from files what others answer over HTTP.

    Args:
        directory: The directory of version lines.
        shown: The directory's name in messages and addresses.
        max_bytes: The largest file that is read, in bytes.
    """

    def __init__(
        self, directory: Path, shown: str, *, max_bytes: int = DEFAULT_MAX_SCHEMA_SIZE
    ) -> None:
        self._disk = SchemaFiles(directory, shown)
        self._max_bytes = max_bytes
        self._shown = shown.rstrip("/")

    def fetch(self, query: Query, known: Result | None = None) -> Result:  # noqa: ARG002
        """Answer from the directory's files as they are now.

        Raises:
            RegistryUnavailable: The directory or a file in it cannot be read.
            InvalidAnswer: A file is not a JSON Schema, or two files contradict each other.
        """
        value: Value | None
        match query.kind:
            case Kind.INDEX:
                value = self._index()
            case Kind.BY_ID:
                value = self._by_id(query)
            case Kind.RELEASES:
                value = self._releases(query.version, query.name) or None
            case Kind.COMPATIBILITY:
                value = self._compatibility(query)
            case _:
                value = self._schema(query)
        now = datetime.now(UTC).timestamp()
        value = Missing() if value is None else value
        return Result(query, self._url(query), value, now, "directory")

    def names(self) -> dict[str, set[str]]:
        """Return the names of the schemas in each version line, those of older releases too."""
        return {version: self._disk.names(version) for version in self._disk.versions()}

    def history(self, version: str, name: str) -> list[tuple[RegisteredSchema, Path]]:
        """Return the releases of a schema in a version line, oldest first, each with its file.

        Raises:
            RegistryUnavailable: The directory or a file of the schema cannot be read.
            InvalidAnswer: A file is not a JSON Schema, or two files contradict each other.
        """
        name = plain_name(name)
        file, older = self._disk.file(version, name), self._disk.older(version, name)
        current = None if file is None else self._read(file, version, name)
        if current is not None:
            self._refuse_another(current, older)
        found = [
            (self._read(path, version, name, release), path)
            for release, path in older
            if current is None or release != current.release
        ]
        if current is not None and file is not None:
            found.append((current, file))
        return found

    def close(self) -> None:
        """Do nothing, because no file stays open."""

    def _url(self, query: Query) -> str:
        """Return the address of a query's result.

        For a current schema, it is the path of its file; otherwise, the path of the HTTP request.
        """
        if query.kind is Kind.SCHEMA and not query.release:
            return f"{self._shown}/{query.version}/{segment(query.name)}.json"
        return f"{self._shown}/{CoreProtocol().path(query)}"

    def _schema(self, query: Query) -> RegisteredSchema | None:
        current = self._current(query.version, query.name)
        if current is not None and query.release is None:
            return current
        if current is not None and query.release == current.release:
            self._refuse_another(current, self._disk.older(query.version, query.name))
            return current
        if query.release:
            # Found by listing, not by building a path: a name or a release may hold anything.
            for release, path in self._disk.older(query.version, query.name):
                if release == query.release:
                    return self._read(path, query.version, plain_name(query.name), release)
        return None

    def _compatibility(self, query: Query) -> RegistryVerdict | None:
        old = self._schema(Query(Kind.SCHEMA, query.version, query.name, query.release))
        new = self._schema(Query(Kind.SCHEMA, query.later, query.name, query.later_release))
        if old is None or new is None:
            return None
        try:
            report = all_types()["JSON"].compare(old.content.parsed(), new.content.parsed())
        except NotASchema as exc:
            raise InvalidAnswer(self._url(query), str(exc)) from None
        return verdict_of(report)

    def _by_id(self, query: Query) -> RegisteredSchema | None:
        """Return the schema that has an id, from the query's version line or else the first other.

        Raises:
            InvalidAnswer: Several schemas of a line have the id, or a file is not a JSON Schema and
                no other has the id.
            RegistryUnavailable: A file cannot be read, and no other has the id.
        """
        unread: InvalidAnswer | RegistryUnavailable | None = None
        written = canonical(query.name)
        for version in sorted(self._disk.versions(), key=lambda each: each != query.version):
            found = []
            for name, path in sorted(self._disk.files(version).items()):
                try:
                    schema = self._read(path, version, name)
                except (InvalidAnswer, RegistryUnavailable) as exc:
                    unread = unread or exc
                    continue
                # A schema's own $id may differ from the id that the registry gave it.
                if schema.id == query.name or (
                    written in schema.content.text
                    and _own_id(schema.content.parsed()) == query.name
                ):
                    found.append((schema, path))
            if len(found) > 1:
                said = " and ".join(f"{path}" for _, path in found)
                reason = f"{len(found)} schemas of {version} have the id {query.name}: {said}"
                raise InvalidAnswer(self._url(query), printable(reason))
            if found:
                schema, _ = found[0]
                return replace(schema, name=one_line(schema.name) or schema.name)
        if unread is not None:
            # The file that cannot be read may have the id, so a 404 could be wrong.
            raise unread
        return None

    def _current(self, version: str, name: str) -> RegisteredSchema | None:
        path = self._disk.file(version, plain_name(name))
        return None if path is None else self._read(path, version, plain_name(name))

    def _refuse_another(self, current: RegisteredSchema, older: list[tuple[str, Path]]) -> None:
        """Refuse a current schema if an older file has the same release with other content.

        Args:
            current: The current schema.
            older: The older releases, with their files.

        Raises:
            InvalidAnswer: There is such a file.
        """
        version, name, release = current.version, current.name, current.release
        for other, path in older:
            if other == release and self._read(path, version, name).token != current.token:
                raise InvalidAnswer(
                    str(path),
                    f"release {release} of {name} is in two files that differ: this one and "
                    f"{self._disk.file(version, name)}",
                )

    def _releases(self, version: str, name: str) -> tuple[Release, ...]:
        return tuple(
            Release(
                name=schema.name,
                version=version,
                release=schema.release or "",
                sha256=schema.token or "",
                created_at=_written_at(path),
                deprecated=schema.deprecated,
            )
            for schema, path in self.history(version, name)
        )

    def _index(self) -> tuple[IndexEntry, ...]:
        entries = [
            self._entry(path, version, name)
            for version in self._disk.versions()
            for name, path in self._disk.files(version).items()
        ]
        return tuple(sorted(entries, key=lambda entry: (entry.version, entry.name)))

    def _entry(self, path: Path, version: str, name: str) -> IndexEntry:
        """Return a schema's entry in the index.

        A file that cannot be read is listed by its name, with the reason. So a damaged file fails
        only those who use it, and stays visible to all.
        """
        shown, line = _printable(name), _printable(version)
        try:
            schema = self._read(path, version, name)
        except (InvalidAnswer, RegistryUnavailable) as exc:
            return IndexEntry(shown, line, None, None, False, None, _printable(exc.reason))
        return IndexEntry(shown, line, schema.release, schema.token, schema.deprecated, schema.id)

    def _read(
        self, path: Path, version: str, name: str, release: str | None = None
    ) -> RegisteredSchema:
        if (twin := twin_of(path)) is not None:
            reason = f"two files are the same schema, {path} and {twin}; take one of them away"
            raise InvalidAnswer(str(path), printable(reason))
        try:
            raw = files.read_at_most(path, self._max_bytes)
            if len(raw) > self._max_bytes:
                raise InvalidAnswer(str(path), f"it is larger than {self._max_bytes:,} bytes")
            schema = doubles.read(raw.decode("utf-8-sig"))
        except OSError as exc:
            raise RegistryUnavailable(str(path), why(exc)) from None
        except RecursionError:
            raise InvalidAnswer(str(path), "the JSON is nested too deeply to be read") from None
        except doubles.KeyTwice as exc:
            raise InvalidAnswer(str(path), str(exc)) from None
        except ValueError as exc:
            raise InvalidAnswer(str(path), f"the file is not JSON ({exc})") from None
        if not isinstance(schema, dict | bool):
            raise InvalidAnswer(str(path), "the file is JSON, but not a JSON Schema")
        content = Content.of(schema)
        said = schema if isinstance(schema, dict) else {}
        told = release or text_or_none(said.get("$core_version")) or None
        if fault := release_fault(told):
            raise InvalidAnswer(str(path), fault)
        return RegisteredSchema(
            name=name,
            version=version,
            release=told,
            content=content,
            token=content.digest,
            deprecated=said.get("deprecated") is True,
            deprecation_note=one_line(text_or_none(said.get("deprecation_note"))),
            id=text_or_none(said.get("$schema_id")) or text_or_none(said.get("$id")) or name,
        )


def _own_id(schema: Any) -> Any:
    return schema.get("$id") if isinstance(schema, dict) else None


def _printable(text: str) -> str:
    """Escape a text that cannot be printed, for the index: a file's name can hold anything."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _written_at(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()


def verdict_of(report: CompatibilityReport) -> RegistryVerdict:
    """Return a comparison's outcome as a registry's verdict, with one line for each reason."""
    from pytest_schema_registry.compatibility import rendering, sentences

    return RegistryVerdict(
        compatible=report.compatible is True,
        reasons=lines(map(rendering.line, report.reasons)),
        advice=lines(sentences.advice(report)),
    )
