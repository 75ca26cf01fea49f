"""The store of cassettes: finds and replaces recorded interactions, one file per schema."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pytest_schema_registry import files
from pytest_schema_registry.duplicate_keys import KeyTwice
from pytest_schema_registry.errors import CassetteDamaged, CassetteMissing, CassetteNotWritten
from pytest_schema_registry.forks import Lock
from pytest_schema_registry.json_values import READER
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.protocol import WrongAnswer, drive
from pytest_schema_registry.registries.queries import Kind, Result
from pytest_schema_registry.retrieval.cassettes.interaction import (
    OURS,
    UNPRINTABLE,
    Interaction,
)
from pytest_schema_registry.retrieval.cassettes.vcr_reader import (
    NotACassette,
    interactions_in,
    short,
)
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.text import said_by

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Query

MAX_BYTES = 50_000_000
#: The folders of what belongs to no version line.
_FOLDERS = {Kind.BY_ID: "by-id", Kind.USERS_OF_ID: "ids"}
#: The statuses of answers.
_ANSWERS = (200, 404, 410)
#: What no cassette of a 404 alone has.
_HAS_ANSWER = b"code: 200"


class Cassettes:
    """A directory of recorded interactions.

    Args:
        root: The directory that ``directory`` is relative to.
        directory: The directory, as it is shown in messages.
        protocol: The wire format of what is recorded.
        command: The command that records, shown where a recording is missing.
        is_alone: True where no registry is configured.
        is_beside: True where the registry is a directory.

    Attributes:
        used: The paths of the cassettes that were read or written.
    """

    def __init__(
        self,
        root: Path,
        directory: Path,
        protocol: WireProtocol,
        command: str,
        *,
        is_alone: bool = False,
        is_beside: bool = False,
    ) -> None:
        self._root = root
        self._directory = directory
        self._protocol = protocol
        self._command = command
        self._is_alone = is_alone
        self._is_beside = is_beside
        self.used: set[Path] = set()
        self._saving = Lock()

    def has(self, query: Query) -> bool:
        """Check whether there is a cassette for a query."""
        return (self._root / self.path(query)).exists()

    def path(self, query: Query) -> Path:
        """Return the path of the query's cassette, relative to the root directory."""
        if query.kind is Kind.INDEX:
            return self._directory / "index.yaml"
        if query.kind is Kind.PROTOCOL:
            return self._directory / "protocol.yaml"
        name = files.file_name(plain_name(query.name))
        if query.kind is Kind.COMPATIBILITY:
            lines = (files.file_name(line) for line in (query.version, query.later))
            return self._directory.joinpath("compatibility", *lines, f"{name}.yaml")
        if query.kind in _FOLDERS:
            return self._directory / _FOLDERS[query.kind] / f"{name}.yaml"
        if query.kind is Kind.REFERENCE:
            # A subject is no name of a test, so its whole text counts.
            subject = files.file_name(query.name)
            return self._directory / "references" / query.version / f"{subject}.yaml"
        return self._directory / files.file_name(query.version) / f"{name}.yaml"

    def names(self) -> list[tuple[str, str]]:
        """Return the names of the schemas that are recorded, each with its version line."""
        found = []
        for path in sorted((self._root / self._directory).glob("*/*.yaml")):
            name, folder = _name_in(path.stem), path.parent.name
            if name is not None and folder not in _FOLDERS.values():
                with suppress(OSError):  # who needs this cassette says what is wrong with it
                    text = path.read_bytes()
                    if OURS in text and _HAS_ANSWER in text:
                        found.append((name, folder))
        return found

    def load(self, query: Query) -> Result:
        """Return the recorded result.

        Raises:
            CassetteMissing: The result was not recorded.
            CassetteDamaged: The file is not a cassette, or holds no result of this query.
        """
        path = self.path(query)
        interactions = self._interactions(path, str(query))
        self.used.add(path)
        replayed: list[Interaction] = []

        def send(request: Request) -> Response:
            found = [each for each in interactions if _is_of(each, request)]
            asked = f"{request.method} {request.path}"
            if not found and replayed:
                raise self._damaged(path, f"it lacks {asked}")
            if not found:
                raise self._missing(path, str(query))
            each = found[0]
            if each.status not in _ANSWERS:
                reason = f"it records status {each.status}, which is no answer"
                raise self._damaged(path, reason)
            if any(_differs(other, each) for other in found[1:]):
                # A merge of two branches leaves such a file.
                raise self._damaged(path, f"it records two different answers to {asked}")
            replayed.append(each)
            return Response(each.status, each.body, is_recorded=True)

        try:
            value = drive(self._protocol.ask(query), send)
        except WrongAnswer as exc:
            raise self._damaged(path, str(exc)) from None
        except KeyTwice as exc:
            raise self._damaged(path, f"in the recorded body, {exc}") from None
        except (ValueError, RecursionError) as exc:
            reason = f"the recorded body is not JSON ({short(exc)})"
            raise self._damaged(path, reason) from None
        first = replayed[0]
        recorded_at = first.recorded_at or (self._root / path).stat().st_mtime
        return Result(query, first.uri, value, recorded_at, "cassette")

    def save(self, result: Result, *, staging: Path) -> None:
        """Record a result in its cassette, and keep the other interactions there.

        The caller holds the cassette's lock, which lies in the cache. Processes with another cache
        do not see it, so this method takes a second lock that all of the user's processes share.

        Args:
            result: The result; one that came over HTTP has its requests and responses.
            staging: The path at which the file is written before it moves to its final place.

        Raises:
            CassetteNotWritten: The file cannot be written; the old one is still there.
        """
        from pytest_schema_registry.retrieval.cassettes import vcr_writer

        path = self.path(result.query)
        self.used.add(path)
        # A directory has no address that means anything elsewhere.
        base = result.url.removesuffix(self._protocol.path(result.query))
        base = "file:///" if result.source == "directory" else base
        exchanged = self._exchanged(result)
        recorded = [_interaction(result, base, *each) for each in exchanged]
        try:
            with self._saving, files.locked(self._root / self._directory):
                kept = [
                    each
                    for each in self._others(result.query)
                    if not any(_is_of(each, request) for request, _ in exchanged)
                ]
                text = vcr_writer.text_of([*kept, *recorded])
                files.replace(self._root / path, text, staging=staging)
        except OSError as exc:
            raise CassetteNotWritten(str(path), said_by(exc)) from None

    def _exchanged(self, result: Result) -> tuple[tuple[Request, Response], ...]:
        """Return the requests and responses of a result; for a directory, as they would be sent."""
        if result.source != "directory":
            return result.exchanged
        from pytest_schema_registry.registries.core import body

        request = Request(self._protocol.path(result.query))
        if result.is_missing:
            return ((request, Response(404, "")),)
        return ((request, Response(200, body(result.query, result.value))),)

    def _others(self, query: Query) -> list[Interaction]:
        """Return the interactions of a cassette that may stay when a query is recorded in it."""
        path = self.path(query)
        try:
            others = self._interactions(path, str(query))
        except (CassetteMissing, CassetteDamaged):
            return []
        if query.kind is Kind.COMPATIBILITY:
            others = [each for each in others if each.status != 200]  # of other releases
        return others

    def _interactions(self, path: Path, wanted: str) -> list[Interaction]:
        try:
            raw = files.read_at_most(self._root / path, MAX_BYTES)
        except FileNotFoundError:
            raise self._missing(path, wanted) from None
        except OSError as exc:
            raise self._damaged(path, f"it cannot be read ({said_by(exc)})") from None
        if len(raw) > MAX_BYTES:
            raise self._damaged(path, f"it is larger than {MAX_BYTES:,} bytes")
        try:
            return interactions_in(raw)
        except NotACassette as exc:
            raise self._damaged(path, str(exc)) from None

    def _missing(self, path: Path, wanted: str) -> CassetteMissing:
        return CassetteMissing(
            str(path), wanted, self._command, self._is_alone, beside=self._is_beside
        )

    def _damaged(self, path: Path, reason: str) -> CassetteDamaged:
        return CassetteDamaged(str(path), reason, self._command)


def _name_in(stem: str) -> str | None:
    """Return the name of a schema from the name of its cassette's file; None where it is cut."""
    name = unquote(stem[1:].rpartition("~")[0]) if stem.startswith("~") else stem
    return name if files.file_name(name) == stem else None


def _interaction(result: Result, base: str, request: Request, response: Response) -> Interaction:
    return Interaction(
        uri=f"{base}{request.path}",
        status=200 if response.status == 200 else 404,
        body=_indented(response.body) if response.body else "",
        recorded_at=result.fetched_at,
        method=request.method,
    )


def _is_of(interaction: Interaction, request: Request) -> bool:
    is_there = interaction.uri.endswith(f"/{request.path}")
    return is_there and interaction.method == request.method


def _differs(one: Interaction, other: Interaction) -> bool:
    return one.status in _ANSWERS and (one.status, one.text) != (other.status, other.text)


def _indented(body: str) -> str:
    document = READER.decode(body)
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    if UNPRINTABLE.search(text):
        return json.dumps(document, indent=2, sort_keys=True)
    return text
