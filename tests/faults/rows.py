"""Rows of faults, and what is expected of each: where, in which modes, and with what in the log."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.published import CONTENTS
from tests.faults.wire import Wire, redirected, well
from tests.local_registry import ORDER, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from tests.faults.bench import Bench
    from tests.faults.wire import Behaviour

    RegistryFault = Callable[[Bench], AbstractContextManager[str]]
    DiskFault = Callable[[Bench], AbstractContextManager[None]]

TOKEN = "tok-en-that-nobody-else-may-see"
#: Every situation of every row, in minutes; otherwise one of each, in seconds.
FULL = os.environ.get("SCHEMA_REGISTRY_TEST_FAULTS") == "all"
#: Where a test is no row: the modes that ask, with and without pytest-xdist.
MODES = ("auto", "live", "record") if FULL else ("auto",)
WORKERS = (0, 2) if FULL else (0,)


class Situation(Enum):
    """A mode, and what earlier sessions left: old cache entries, recordings."""

    AUTO = ("auto", False, False)
    AUTO_CACHED = ("auto", True, False)
    AUTO_RECORDED = ("auto", False, True)
    LIVE = ("live", True, True)
    RECORD = ("record", True, True)
    REPLAY = ("replay", True, True)

    def __init__(self, mode: str, cached: bool, recorded: bool) -> None:
        self.mode = mode
        self.cached = cached
        self.recorded = recorded


NETWORKED = tuple(each for each in Situation if each is not Situation.REPLAY)


@dataclass(frozen=True)
class Expected:
    """What comes of a session that judges two payloads by two versions of a schema.

    Args:
        source: Where the schemas are served from; None where the tests error.
        text: What the error, or the warning, says; with ``…`` for what is left out.
        warning: The kind of warning.
        requests: How many stand in the server's log.
        seconds: How long it may take, beside the start of pytest.
        replaces: Whether the registry's answer takes the place of what was kept.
    """

    source: str | None = None
    text: str = ""
    warning: str | None = None
    requests: int | range = 0
    seconds: float = 10.0
    replaces: bool = False


#: Where a fault has no way in.
UNHARMED = Expected("cassette")
FROM_CASSETTES = {Situation.REPLAY: UNHARMED}


def served(
    *situations: Situation, requests: int | range = 2, **expected: Any
) -> dict[Situation, Expected]:
    """The registry's answer is taken."""
    answer = Expected("registry", requests=requests, **expected)
    return dict.fromkeys(situations or NETWORKED, answer)


def refusal(
    text: str, *situations: Situation, requests: int | range = 2, **expected: Any
) -> dict[Situation, Expected]:
    """The tests error, whatever is kept."""
    error = Expected(None, text, requests=requests, **expected)
    return dict.fromkeys(situations, error) or dict.fromkeys(NETWORKED, error) | FROM_CASSETTES


def outage(text: str, requests: int | range, **expected: Any) -> dict[Situation, Expected]:
    """There is no answer: ``auto`` helps itself to what is kept, and says so."""
    everywhere = refusal(text, requests=requests, **expected)
    old = replace(everywhere[Situation.AUTO], warning="StaleSchemaWarning")
    return everywhere | {
        Situation.AUTO_CACHED: replace(old, source="stale cache"),
        Situation.AUTO_RECORDED: replace(old, source="cassette"),
    }


def healthy(bench: Bench) -> AbstractContextManager[str]:
    return nullcontext(bench.registry.url)


def replying(*first: Reply, always: Reply | None = None) -> RegistryFault:
    """A registry that first gives some replies to each address, then one for ever, or good ones."""

    def registry(bench: Bench) -> AbstractContextManager[str]:
        for path in bench.published.paths:
            bench.registry.script(path, *first)
        if always is not None:
            bench.registry.always(always)
        return healthy(bench)

    return registry


def missing(status: int) -> RegistryFault:
    """A registry that has an index, and of the schemas none."""

    def registry(bench: Bench) -> AbstractContextManager[str]:
        for version in CONTENTS:
            for name in (ORDER, f"{ORDER}.schema"):
                bench.registry.always(Reply(status), f"schemas/{version}/{name}")
        return healthy(bench)

    return registry


def behaving(behave: Behaviour) -> RegistryFault:
    """A registry below HTTP."""

    @contextmanager
    def registry(bench: Bench) -> Iterator[str]:
        with Wire(behave, published=bench.published) as server:
            bench.requests = server.requests
            yield server.url

    return registry


@contextmanager
def to_another_host(bench: Bench) -> Iterator[str]:
    """A registry that sends everybody to another host, which must not learn of the credentials."""
    bench.setenv("SCHEMA_REGISTRY_TOKEN", TOKEN)
    try:
        other = Wire(well, "127.0.0.2", published=bench.published)
    except OSError:
        pytest.skip("needs 127.0.0.2")
    with other, Wire(redirected(other.url), published=bench.published) as server:
        bench.requests = other.requests
        yield server.url
    assert all(TOKEN in request for request in server.requests)
    assert not any(TOKEN in request for request in other.requests)


@contextmanager
def down(bench: Bench) -> Iterator[str]:
    """A registry that refuses connections."""
    with bench.registry.down():
        yield bench.registry.url


def untouched(_bench: Bench) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Row:
    """A fault, and what is expected in each situation that it can occur in.

    Args:
        name: What is wrong.
        expect: What comes of it.
        registry: Gives the registry's address, and is its fault.
        disk: The fault of the disk, where what earlier sessions left already is.
        timeout: ``--registry-timeout``.
        in_process: Whether ``SchemaRegistry`` without pytest shows the same.
    """

    name: str
    expect: Mapping[Situation, Expected]
    registry: RegistryFault = healthy
    disk: DiskFault = untouched
    timeout: float = 10.0
    in_process: bool = True


@dataclass(frozen=True)
class Trial:
    """A row in one situation.

    Args:
        row: The row.
        situation: One of those that it can occur in.
        workers: As ``-n`` has it; None without pytest.
    """

    row: Row
    situation: Situation
    workers: int | None

    def __str__(self) -> str:
        runner = "without pytest" if self.workers is None else f"-n {self.workers}"
        return f"{self.row.name}, {self.situation.name.lower()}, {runner}"


def trials(rows: Sequence[Row]) -> list[Trial]:
    """All situations of all rows, with and without workers; in short, a row's one or another."""
    if FULL:
        return [
            Trial(row, situation, workers)
            for row in rows
            for situation, expected in row.expect.items()
            for workers in ((None,) if expected is UNHARMED and row.in_process else (0, 2))
        ]
    short = []
    for turn, row in enumerate(rows):
        harmed = [situation for situation, each in row.expect.items() if each is not UNHARMED]
        workers = None if row.in_process else 0
        short.append(Trial(row, harmed[turn % len(harmed)], workers))
    return short
