"""A registry in a directory: it answers the same queries without a network or a server.

<directory>/<version>/<name>.json            the bare JSON Schema; .schema.json works too
<directory>/<version>/<name>@<release>.json  an older release of the line

Names that begin with a dot are not the registry's: ``.git``, or files that an editor or a Mac
leaves behind.
"""

from __future__ import annotations

import os
import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import duplicate_keys as doubles
from pytest_schema_registry import files
from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.registries import core
from pytest_schema_registry.registries.queries import Kind, Query, Result
from pytest_schema_registry.schemas import NAME_SUFFIX, plain_name
from pytest_schema_registry.settings import DEFAULT_MAX_SCHEMA_SIZE
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from pathlib import Path


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
        self._directory = directory
        self._max_bytes = max_bytes
        self._shown = shown.rstrip("/")

    def url(self, question: Query) -> str:
        """Return the address of a query's result.

        For a current schema, it is the path of a file; otherwise, the path that the wire uses.
        """
        if question.kind is Kind.SCHEMA and not question.release:
            return f"{self._shown}/{question.version}/{core.segment(question.name)}.json"
        return f"{self._shown}/{core.path(question)}"

    def fetch(self, question: Query, known: Result | None = None) -> Result:  # noqa: ARG002
        """Answer from the directory's files as they are now.

        Raises:
            RegistryUnavailable: The directory or a file in it cannot be read.
            InvalidAnswer: A file is not a JSON Schema.
        """
        document: Any
        match question.kind:
            case Kind.INDEX:
                document = self._index()
            case Kind.BY_ID:
                document = self._by_id(question)
            case Kind.RELEASES:
                document = self._releases(question.version, question.name) or None
            case Kind.COMPATIBILITY:
                document = self._compatibility(question)
            case Kind.SCHEMA:  # pragma: no branch  # the last kind there is
                document = self._schema(question)
        # A file, too, may hold what no registry may answer.
        if document is not None and (reason := core.fault(question, document)):
            raise InvalidAnswer(self.url(question), reason)
        now = datetime.now(UTC).timestamp()
        return Result.of(question, self.url(question), document, now, "directory")

    def close(self) -> None:
        """Do nothing, because no file stays open."""

    def _schema(self, question: Query) -> dict[str, Any] | None:
        current = self._current(question.version, question.name)
        if current is not None and question.release is None:
            return current
        if current is not None and question.release == current["core_version"]:
            self._refuse_another(current)
            return current
        if question.release:
            # Found by listing, not by building a path: a name or a release may hold anything.
            for release, path in self._older(question.version, question.name):
                if release == question.release:
                    return self._read(path, question.version, plain_name(question.name), release)
        return None

    def _compatibility(self, question: Query) -> dict[str, Any] | None:
        from pytest_schema_registry.schema_types.json_schema.compatibility import NotASchema

        name = question.name
        old = self._schema(Query(Kind.SCHEMA, question.version, name, question.release))
        new = self._schema(Query(Kind.SCHEMA, question.later, name, question.later_release))
        if old is None or new is None:
            return None
        try:
            return verdict(old, new)
        except NotASchema as exc:
            raise InvalidAnswer(self.url(question), str(exc)) from None

    def _by_id(self, question: Query) -> dict[str, Any] | None:
        """Return the schema that has an id, from the query's version line or else the first other.

        Raises:
            InvalidAnswer: Several schemas of a line have the id, or a file is not a JSON Schema and
                no other has the id.
            RegistryUnavailable: A file cannot be read, and no other has the id.
        """
        unread: InvalidAnswer | RegistryUnavailable | None = None
        for version in sorted(self._versions(), key=lambda each: each != question.version):
            found = []
            for name, path in sorted(self._files(version).items()):
                try:
                    schema = self._read(path, version, name)
                except (InvalidAnswer, RegistryUnavailable) as exc:
                    unread = unread or exc
                    continue
                content = schema["content"]
                own = content.get("$id") if isinstance(content, dict) else None
                if question.name in (schema["$schema_id"], own):
                    found.append((schema, path))
            if len(found) > 1:
                said = " and ".join(f"{path}" for _, path in found)
                reason = f"{len(found)} schemas of {version} have the id {question.name}: {said}"
                raise InvalidAnswer(self.url(question), printable(reason))
            if found:
                return found[0][0]
        if unread is not None:
            # The file that cannot be read may have the id, so a 404 could be wrong.
            raise unread
        return None

    def _current(self, version: str, name: str) -> dict[str, Any] | None:
        path = self._files(version).get(plain_name(name))
        return None if path is None else self._read(path, version, plain_name(name))

    def _refuse_another(self, current: dict[str, Any]) -> None:
        """Refuse a current schema if an older file has the same release with other content.

        Raises:
            InvalidAnswer: There is such a file.
        """
        version, name, release = (current[key] for key in ("track", "name", "core_version"))
        for other, path in self._older(version, name):
            if other == release and self._read(path, version, name)["sha256"] != current["sha256"]:
                raise InvalidAnswer(
                    str(path),
                    f"release {release} of {name} is in two files that differ: this one and "
                    f"{self._files(version)[name]}",
                )

    def _releases(self, version: str, name: str) -> list[dict[str, Any]]:
        current = self._current(version, name)
        if current is not None:
            self._refuse_another(current)
        schemas = [
            (self._read(path, version, plain_name(name), release), path)
            for release, path in self._older(version, name)
            if current is None or release != current["core_version"]
        ]
        if current is not None:
            schemas.append((current, self._files(version)[plain_name(name)]))
        return [
            {
                "core_version": schema["core_version"] or "",
                "sha256": schema["sha256"],
                "created_at": _written_at(path),
                "deprecated": schema["deprecated"],
            }
            for schema, path in schemas
        ]

    def _index(self) -> dict[str, Any]:
        tracks = {}
        for version in self._versions():
            files = sorted(self._files(version).items())
            schemas = [self._entry(path, version, name) for name, path in files]
            tracks[_printable(version)] = {"count": len(schemas), "schemas": schemas}
        return {"tracks": tracks, "generated_at": datetime.now(UTC).isoformat()}

    def _entry(self, path: Path, version: str, name: str) -> dict[str, Any]:
        """Return a schema's entry in the index.

        A file that cannot be read is listed by its name, with the reason. So a damaged file fails
        only those who use it, and stays visible to all.
        """
        try:
            schema = self._read(path, version, name)
        except (InvalidAnswer, RegistryUnavailable) as exc:
            wrong: str | None = exc.reason
        else:
            wrong = core.fault(Query(Kind.SCHEMA, version, name), schema)
        if wrong is not None:
            return {"name": _printable(name), "deprecated": False, "error": _printable(wrong)}
        return {
            "name": _printable(name),
            "$schema_id": schema["$schema_id"],
            "sha256": schema["sha256"],
            "latest_core_version": schema["core_version"],
            "deprecated": schema["deprecated"],
        }

    def _versions(self) -> list[str]:
        try:
            return sorted(
                path.name
                for path in self._directory.iterdir()
                if not path.name.startswith(".") and path.is_dir()
            )
        except OSError as exc:
            raise RegistryUnavailable(self._shown, _why(exc), True) from None

    def _files(self, version: str) -> dict[str, Path]:
        """Return the current schema files of a version line, by name."""
        return {
            plain_name(path.name.removesuffix(".json")): path
            for path in self._listing(version)
            if "@" not in path.name
        }

    def _older(self, version: str, name: str) -> list[tuple[str, Path]]:
        """Return the older releases of a schema, oldest first, each once."""
        prefix = f"{plain_name(name)}@"
        older: dict[str, Path] = {}
        for path in self._listing(version):
            if path.name.startswith(prefix):
                release = path.name.removeprefix(prefix).removesuffix(".json")
                older.setdefault(release.removesuffix(NAME_SUFFIX), path)
        return sorted(older.items(), key=lambda each: _precedence(each[0]))

    def _listing(self, version: str) -> list[Path]:
        if version not in self._versions():
            return []
        try:
            with os.scandir(self._directory / version) as entries:
                names = sorted(
                    entry.name
                    for entry in entries
                    if entry.name.endswith(".json") and not entry.name.startswith(".")
                )
        except OSError as exc:
            raise RegistryUnavailable(self._shown, _why(exc), True) from None
        return [self._directory / version / name for name in names]

    def _read(
        self, path: Path, version: str, name: str, release: str | None = None
    ) -> dict[str, Any]:
        if (twin := _twin(path)) is not None:
            reason = f"two files are the same schema, {path} and {twin}; take one of them away"
            raise InvalidAnswer(str(path), printable(reason))
        try:
            raw = files.read_at_most(path, self._max_bytes)
            if len(raw) > self._max_bytes:
                raise InvalidAnswer(str(path), f"it is larger than {self._max_bytes:,} bytes")
            content = doubles.read(raw.decode("utf-8-sig"))
        except OSError as exc:
            raise RegistryUnavailable(str(path), _why(exc)) from None
        except RecursionError:
            raise InvalidAnswer(str(path), "the JSON is nested too deeply to be read") from None
        except doubles.KeyTwice as exc:
            raise InvalidAnswer(str(path), str(exc)) from None
        except ValueError as exc:
            raise InvalidAnswer(str(path), f"the file is not JSON ({exc})") from None
        if not isinstance(content, dict | bool):
            raise InvalidAnswer(str(path), "the file is JSON, but not a JSON Schema")
        said = content if isinstance(content, dict) else {}
        return {
            "name": name,
            "track": version,
            "core_version": release or _text(said.get("$core_version")),
            "sha256": digest(content),
            "$schema_id": _text(said.get("$schema_id")) or _text(said.get("$id")) or name,
            "content": content,
            "deprecated": said.get("deprecated") is True,
            "deprecation_note": _text(said.get("deprecation_note")),
        }


def _twin(path: Path) -> Path | None:
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
    return _numbered(final), not hyphen, _numbered(early)


def _numbered(text: str) -> list[str | int]:
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]


def _printable(text: str) -> str:
    """Escape a text that cannot be printed, for the index: a file's name can hold anything."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _why(exc: OSError) -> str:
    return f"{exc.strerror or exc}: {exc.filename}" if exc.filename else str(exc)


def _written_at(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()


def verdict(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Compare the schemas of two documents, and return the verdict in the wire's format.

    Raises:
        NotASchema: One of the documents holds no JSON Schema.
    """
    from pytest_schema_registry.schema_types.json_schema.compatibility import compare

    return {**compare(old["content"], new["content"]).as_wire(), "x_compat": None}
