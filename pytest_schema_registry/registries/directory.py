"""A registry in a directory: it answers the same queries without a network or a server.

<directory>/<version>/<name>.json            the bare JSON Schema; .schema.json works too
<directory>/<version>/<name>.avsc            the bare schema of Avro
<directory>/<version>/<name>@<release>.json  an older release of the line; .avsc works too

A layout has other paths. Its files have no older releases, and references may lead to them by file.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.registries.bare_schemas import (
    registered,
    releases,
    verdict_between,
)
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.file_contents import (
    AVRO_ENDING,
    CORRECT,
    TOO_DEEP,
    content,
    is_avro,
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
from pytest_schema_registry.registries.schema_files import (
    LaidOutFiles,
    SchemaFiles,
)
from pytest_schema_registry.registries.type_files import TypeFiles
from pytest_schema_registry.schemas import IndexEntry, plain_name
from pytest_schema_registry.settings import DEFAULT_LAYOUT, DEFAULT_MAX_SCHEMA_SIZE
from pytest_schema_registry.text import one_line, printable

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.registries.queries import Value
    from pytest_schema_registry.settings.layout import Layout


class DirectoryRegistry:
    """A registry that answers from files what others answer over HTTP.

    Args:
        directory: The directory of version lines.
        shown: The directory's name in messages and addresses.
        max_bytes: The largest file that is read, in bytes.
        layout: The layout of the files; None for that of version folders.
    """

    def __init__(
        self,
        directory: Path,
        shown: str,
        *,
        max_bytes: int = DEFAULT_MAX_SCHEMA_SIZE,
        layout: Layout | None = None,
    ) -> None:
        self._layout = layout
        self._disk: SchemaFiles | LaidOutFiles = (
            SchemaFiles(directory, shown)
            if layout is None
            else LaidOutFiles(directory, shown, layout)
        )
        self._types = TypeFiles(lambda path: content(path, max_bytes))
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
                value = releases(self.history(query.version, query.name)) or None
            case Kind.COMPATIBILITY:
                value = self._compatibility(query)
            case _:
                value = self._schema(query)
        now = datetime.now(UTC).timestamp()
        value = Missing(self._advice(query)) if value is None else value
        return Result(query, self._url(query, value), value, now, "directory")

    def names(self) -> dict[str, set[str]]:
        """Return the names of the schemas in each version line, those of older releases too."""
        return {version: self._disk.names(version) for version in self._disk.versions()}

    def held(self) -> set[str]:
        """Return the names of the schemas, whatever their version line."""
        return set().union(*self.names().values())

    def history(self, version: str, name: str) -> list[tuple[RegisteredSchema, str]]:
        """Return the releases of a schema in a version line, oldest first.

        Each comes with the time at which its file was written, in ISO 8601.

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
            (self._read(path, version, name, release), _written_at(path))
            for release, path in older
            if current is None or release != current.release
        ]
        if current is not None and file is not None:
            found.append((current, _written_at(file)))
        return found

    def unnamed(self, name: str) -> list[RegisteredSchema]:
        """Return the schema in a file that fits no template: only references lead to it.

        Args:
            name: The path of the file, relative to the directory.

        Raises:
            RegistryUnavailable: The file cannot be read.
            InvalidAnswer: The file is not a JSON Schema.
        """
        if not isinstance(self._disk, LaidOutFiles):
            return []
        found = self._disk.below(name)
        is_it = found is not None and found[:2] == ("", name)
        return [self._read(found[2], "", name)] if found is not None and is_it else []

    def close(self) -> None:
        """Do nothing, because no file stays open."""

    def _url(self, query: Query, value: Value | None = None) -> str:
        """Return the address of a query's result.

        For a current schema, it is the path of its file; otherwise, the path of the HTTP request.

        Args:
            query: The query.
            value: The result; None where it is not known yet.
        """
        if query.kind is Kind.SCHEMA and not query.release:
            if self._layout is not None:
                return f"{self._shown}/{self._layout.path(query.version, segment(query.name))}"
            is_of_avro = isinstance(value, RegisteredSchema) and value.schema_type == "AVRO"
            ending = AVRO_ENDING if is_of_avro else ".json"
            return f"{self._shown}/{query.version}/{segment(query.name)}{ending}"
        return f"{self._shown}/{CoreProtocol().path(query)}"

    def _advice(self, query: Query) -> str:
        """Return what the layout tells of the reason why something is missing; or nothing."""
        if self._layout is None:
            if self._disk.versions():
                return ""
            return (
                f"there is no version folder: put the file at v1/{segment(query.name)}.json, or "
                "say where the files are, as --registry-layout={name}.json does"
            )
        if query.release:
            return f"older releases need --registry-layout={DEFAULT_LAYOUT}"
        if not self._disk.versions():
            return f"no file has a path as --registry-layout={self._layout.template} says"
        return ""

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
        return verdict_between(
            old, new, self._url(query), lambda each: self._current(each.release, each.subject)
        )

    def _by_id(self, query: Query) -> RegisteredSchema | None:
        """Return the schema that has an id, from the query's version line or else the first other.

        Raises:
            InvalidAnswer: Several schemas of a line have the id, or a file is not a JSON Schema and
                no other has the id.
            RegistryUnavailable: A file cannot be read, and no other has the id.
        """
        if isinstance(self._disk, LaidOutFiles) and query.name.startswith("file:"):
            at = self._disk.at(query.name)
            return None if at is None else self._read(at[2], *at[:2])
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
                    schema.schema_type == "JSON"
                    and written in schema.content.text
                    and _own_id(schema.content.parsed()) == query.name
                ):
                    found.append((schema, path))
            if len(found) > 1:
                said = " and ".join(f"{path}" for _, path in found)
                reason = f"{len(found)} schemas of {version} have the id {query.name}: {said}"
                raise InvalidAnswer(self._url(query), printable(reason), "give each another id")
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
                    "give one of the two another release, or take it away",
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
        facts = schema.release, schema.token, schema.deprecated, schema.id
        return IndexEntry(shown, line, *facts, schema_type=schema.schema_type)

    def _read(
        self, path: Path, version: str, name: str, release: str | None = None
    ) -> RegisteredSchema:
        if (twin := self._disk.twin(path)) is not None:
            reason = f"two files are the same schema, {path} and {twin}"
            raise InvalidAnswer(str(path), printable(reason), "take one of the two files away")
        schema = content(path, self._max_bytes)
        language, references = "JSON", None
        try:
            if is_avro(path):
                beside = self._disk.files(version)
                references = self._types.references(path, schema, name, version, beside)
                language = "AVRO"
            return registered(
                schema,
                version,
                name,
                release,
                self._place(path),
                schema_type=language,
                references=references,
            )
        except (RecursionError, ValueError) as exc:
            reason = TOO_DEEP if isinstance(exc, RecursionError) else str(exc)
            raise InvalidAnswer(str(path), reason, CORRECT) from None

    def _place(self, path: Path) -> str | None:
        """Return the address of a file where a layout lets references lead to it; else None."""
        return self._disk.address(path) if isinstance(self._disk, LaidOutFiles) else None


def _own_id(schema: Any) -> Any:
    return schema.get("$id") if isinstance(schema, dict) else None


def _printable(text: str) -> str:
    """Escape a text that cannot be printed, for the index: a file's name can hold anything."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _written_at(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
