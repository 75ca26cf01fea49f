"""The reader of cassettes: the interactions in a file of vcrpy's layout.

A file as `vcr_writer` writes it is read here; any other is left to the YAML reader. Both check
everything in a file, and trust none of it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.retrieval.cassettes.interaction import (
    MARGIN,
    UNPRINTABLE,
    Interaction,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

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


class NotACassette(Exception):
    """A file is no cassette; its text says why."""


def interactions_in(raw: bytes) -> list[Interaction]:
    """Return the interactions in the bytes of a cassette.

    Raises:
        NotACassette: The bytes are none.
    """
    interactions = _as_written(raw)
    return list(_read(_as_yaml(raw))) if interactions is None else interactions


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
        raise NotACassette(f"it is not YAML as vcrpy writes it ({short(exc)})") from None
    # YAML's constructors of dates, numbers and truth values raise all of these.
    except (ValueError, LookupError, AttributeError, OverflowError, RecursionError) as exc:
        raise NotACassette(f"it holds what no cassette holds ({short(exc)})") from None


def _read(data: Any) -> Iterable[Interaction]:
    interactions = data.get("interactions") if isinstance(data, dict) else None
    if not isinstance(interactions, list):
        raise NotACassette("it has no list of interactions")
    if "version" not in data:
        # vcrpy writes the version last, so a file cut between two interactions has none.
        raise NotACassette("its end is missing")
    times = _times(data.get("metadata"))
    for place, interaction in enumerate(interactions):
        try:
            method = interaction["request"].get("method", "GET")
            uri = interaction["request"]["uri"]
            status = interaction["response"]["status"]["code"]
            body = interaction["response"]["body"]["string"]
        except (AttributeError, TypeError, LookupError):
            raise NotACassette(f"interaction {place} is incomplete") from None
        is_text = all(isinstance(each, str) for each in (method, uri, body))
        if not is_text or type(status) is not int:
            raise NotACassette(f"interaction {place} has values of the wrong type")
        if not uri.isprintable():
            raise NotACassette(f"interaction {place} has an address that cannot be printed")
        if not 100 <= status <= 599:
            raise NotACassette(f"interaction {place} has a status that HTTP has not")
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
            raise NotACassette("a time of recording is no time") from None
    return times


def short(exc: BaseException) -> str:
    """Return what an exception says, in one line that is not long."""
    return " ".join(str(exc).split())[:200]
