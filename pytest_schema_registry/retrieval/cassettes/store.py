"""The store of cassettes: finds, reads and replaces recorded interactions, one file per schema.

A file in the layout that we write is read here; any other is left to the YAML reader. Both check
everything in a file, and trust none of it.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pytest_schema_registry import files
from pytest_schema_registry.duplicate_keys import KeyTwice
from pytest_schema_registry.errors import CassetteDamaged, CassetteMissing, CassetteNotWritten
from pytest_schema_registry.json_values import READER
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.protocol import WrongAnswer, drive
from pytest_schema_registry.registries.queries import Kind, Result
from pytest_schema_registry.retrieval.cassettes.interaction import (
    MARGIN,
    OURS,
    UNPRINTABLE,
    Interaction,
)
from pytest_schema_registry.schemas import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Query

MAX_BYTES = 50_000_000
#: The folders of what belongs to no version line.
_FOLDERS = {Kind.BY_ID: "by-id", Kind.USERS_OF_ID: "ids"}
#: What no cassette of a 404 alone has.
_HAS_ANSWER = b"code: 200"
_PRINTABLE_ASCII = b"\n" + bytes(range(0x20, 0x7F))
#: The layout that `vcr_writer` writes, except for addresses that YAML would quote.
_HEAD = "interactions:\n"
_ADDRESS = r"(?:https?|file)://[\w./:%~?&=+-]{1,100}(?<!:)"
_REQUEST = re.compile(
    "- request:\n    body: null\n    headers: {}\n    method: GET\n"
    rf"    uri: ({_ADDRESS})\n"
    "  response:\n    body:\n"
    r"      string: (''|\|-(?=\n {8}[{\[]\n))",
    re.ASCII,
)
_HEADERS = "\n    headers:\n      content-type:\n      - application/json\n    status:\n"
_STATUS = re.compile(
    rf"{_HEADERS}      code: (200|404)\n      message: (?:OK|Not Found)\n", re.ASCII
)
_TIME = rf"    ({_ADDRESS}): '([0-9T:+-]+)'\n"
_END = re.compile(rf"metadata:\n  recorded_at:\n(?P<times>(?:{_TIME})+)version: 1\n", re.ASCII)


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
        self._saving = threading.Lock()

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
            for each in interactions:
                if _is_of(each, request):
                    break
            else:
                if replayed:
                    raise self._damaged(path, f"it lacks {request.method} {request.path}")
                raise self._missing(path, str(query))
            if each.status not in (200, 404, 410):
                reason = f"it records status {each.status}, which is no answer"
                raise self._damaged(path, reason)
            replayed.append(each)
            return Response(each.status, each.body, is_recorded=True)

        try:
            value = drive(self._protocol.ask(query), send)
        except WrongAnswer as exc:
            raise self._damaged(path, str(exc)) from None
        except KeyTwice as exc:
            raise self._damaged(path, f"in the recorded body, {exc}") from None
        except (ValueError, RecursionError) as exc:
            reason = f"the recorded body is not JSON ({_short(exc)})"
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
            raise CassetteNotWritten(str(path), str(exc.strerror or exc)) from None

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
            raise self._damaged(path, f"it cannot be read ({exc.strerror or exc})") from None
        if len(raw) > MAX_BYTES:
            raise self._damaged(path, f"it is larger than {MAX_BYTES:,} bytes")
        try:
            interactions = _as_written(raw)
            return list(_read(_as_yaml(raw))) if interactions is None else interactions
        except _NotACassette as exc:
            raise self._damaged(path, str(exc)) from None

    def _missing(self, path: Path, wanted: str) -> CassetteMissing:
        return CassetteMissing(
            str(path), wanted, self._command, self._is_alone, beside=self._is_beside
        )

    def _damaged(self, path: Path, reason: str) -> CassetteDamaged:
        return CassetteDamaged(str(path), reason, self._command)


class _NotACassette(Exception):  # becomes CassetteDamaged, with the path
    pass


def _name_in(stem: str) -> str | None:
    """Return the name of a schema from the name of its cassette's file; None where it is cut."""
    name = unquote(stem[1:].rpartition("~")[0]) if stem.startswith("~") else stem
    return name if files.file_name(name) == stem else None


def _as_written(raw: bytes) -> list[Interaction] | None:
    """Read a cassette in the layout that we write, in a tenth of the time that YAML takes.

    Return None where any byte differs from that layout: the YAML reader then reads the file.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    # Most of a cassette is printable ASCII: without it, the search takes a tenth of the time.
    unusual = raw.translate(None, delete=_PRINTABLE_ASCII).decode()
    if not text.startswith(_HEAD) or UNPRINTABLE.search(unusual):
        return None
    found = []
    place = len(_HEAD)
    while request := _REQUEST.match(text, place):
        end = text.find(_HEADERS, request.end())
        status = _STATUS.match(text, end)
        if status is None:  # also where there are no such headers
            return None
        body = text[request.end() : end]
        if body and request[2] == "''":
            return None
        # YAML would read another body if a line were not indented, or the last ones were blank.
        if body.count("\n") != body.count(MARGIN) or body[-1:] not in ("", "}", "]"):
            return None
        found.append((request[1], int(status[1]), body))
        place = status.end()
    tail = _END.fullmatch(text, place)
    if tail is None:
        return None
    times = _times({"recorded_at": dict(re.findall(_TIME, tail["times"], re.ASCII))})
    return [
        Interaction(uri, code, body, times.get(uri), margin=MARGIN) for uri, code, body in found
    ]


def _as_yaml(raw: bytes) -> Any:
    from pytest_schema_registry import yaml_reader

    try:
        return yaml_reader.load(raw)
    except yaml_reader.NotYAML as exc:
        raise _NotACassette(f"it is not YAML as vcrpy writes it ({_short(exc)})") from None
    # YAML's constructors of dates, numbers and truth values raise all of these.
    except (ValueError, LookupError, AttributeError, OverflowError, RecursionError) as exc:
        raise _NotACassette(f"it holds what no cassette holds ({_short(exc)})") from None


def _read(data: Any) -> Iterable[Interaction]:
    interactions = data.get("interactions") if isinstance(data, dict) else None
    if not isinstance(interactions, list):
        raise _NotACassette("it has no list of interactions")
    if "version" not in data:
        # vcrpy writes the version last, so a file cut between two interactions has none.
        raise _NotACassette("its end is missing")
    times = _times(data.get("metadata"))
    for place, interaction in enumerate(interactions):
        try:
            method = interaction["request"].get("method", "GET")
            uri = interaction["request"]["uri"]
            status = interaction["response"]["status"]["code"]
            body = interaction["response"]["body"]["string"]
        except (AttributeError, TypeError, LookupError):
            raise _NotACassette(f"interaction {place} is incomplete") from None
        is_text = all(isinstance(each, str) for each in (method, uri, body))
        if not is_text or type(status) is not int:
            raise _NotACassette(f"interaction {place} has values of the wrong type")
        if not uri.isprintable():
            raise _NotACassette(f"interaction {place} has an address that cannot be printed")
        if not 100 <= status <= 599:
            raise _NotACassette(f"interaction {place} has a status that HTTP has not")
        yield Interaction(uri, status, body, times.get(uri), method)


def _times(metadata: Any) -> dict[str, float]:
    recorded = metadata.get("recorded_at") if isinstance(metadata, dict) else None
    if not isinstance(recorded, dict):
        return {}
    times = {}
    for uri, written in recorded.items():
        # The message leaves the value out: the repr of nested aliases would fill the memory.
        try:
            times[uri] = datetime.fromisoformat(written).astimezone(UTC).timestamp()
        except (TypeError, ValueError, OverflowError):
            raise _NotACassette("a time of recording is no time") from None
    return times


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


def _indented(body: str) -> str:
    document = READER.decode(body)
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    if UNPRINTABLE.search(text):
        return json.dumps(document, indent=2, sort_keys=True)
    return text


def _short(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:200]
