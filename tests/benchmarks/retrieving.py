"""What it takes to have schemas: from cassettes, from a warm cache, from a slow registry."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import vcr

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.cassettes import Cassettes
from pytest_schema_registry.schemas import Answer, Kind, Question
from tests.benchmarks.measure import Row, interleaved
from tests.benchmarks.samples import schema, size
from tests.benchmarks.sessions import compared, loaded, session
from tests.local_registry import LocalRegistry, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RECORDED_URL = "http://registry.invalid"
DELAY = 0.05
#: What a warm session has no use for.
UNUSED_WHEN_WARM = {"filelock", "httpx", "vcr", "yaml"}

RETRIEVED = """
NAMES = {names!r}

def test_own(registry_schema):
    for name in NAMES:
        assert registry_schema(name).name == name
"""
DECLARED = """
import pytest

@pytest.mark.registry_schema(*{names!r})
def test_own(registry_schema):
    registry_schema()
"""
EMPTY = """
import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_own(number):
    pass
"""
STOPWATCH = """
import time
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_finish():
    start = time.perf_counter()
    yield
    with open("fetched_in.txt", "w") as file:
        file.write(str(time.perf_counter() - start))
"""


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Row group 7.

    Args:
        directory: An empty one.
        short: Whether proof that it works is enough.
    """
    replayed, warm, cold = (10, 5, 5) if short else (500, 50, 200)
    rounds = 1 if short else 3
    for name in ("replay", "warm", "cold"):
        directory.joinpath(name).mkdir()
    return [
        *_replay(directory / "replay", replayed, rounds),
        *_warm(directory / "warm", warm, 1 if short else 4),
        *_cold(directory / "cold", cold, 1),
    ]


def _names(schemas: int) -> list[str]:
    return [f"warehouse.Schema{number:03}" for number in range(schemas)]


def _document(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "track": "v1", "core_version": "1.0.0", "content": schema(number)}


def _replay(directory: Path, schemas: int, rounds: int) -> list[Row]:
    cassettes = Cassettes(directory, directory, "")
    names = _names(schemas)
    first = Question(Kind.SCHEMA, "v1", names[0])
    url = f"{RECORDED_URL}/schemas/v1/{{}}"
    document = _document(names[0], 0)
    answer = Answer(first, url.format(names[0]), document, time.time(), "registry")
    cassettes.save(answer, staging=directory / "staging")
    text = cassettes.path(first).read_text()
    files = {}
    for number, name in enumerate(names):
        # Saving writes the same, at twenty times the cost.
        file = cassettes.path(replace(first, name=name))
        changed = text.replace(names[0], name)
        file.write_text(changed.replace(document["content"]["title"], schema(number)["title"]))
        files[url.format(name)] = str(file)

    def ours() -> int:
        with SchemaRegistry(mode="replay", cassettes=str(directory)) as registry:
            return sum(registry.get_schema(name, "v1").version == "v1" for name in names)

    def by_vcrpy() -> int:
        # One client for all, which is generous: its certificates alone take longer than a cassette.
        found = 0
        with httpx.Client() as client:
            for url, file in files.items():
                with vcr.use_cassette(file, record_mode="none"):
                    found += client.get(url).json()["track"] == "v1"
        return found

    contenders = {name: _wall(work, schemas) for name, work in (("ours", ours), ("vcr", by_vcrpy))}
    timings = interleaved(contenders, rounds)
    what = f"replay of {schemas} schemas of {size(schema()) / 1000:.0f} KB"
    return [
        Row(7, f"{what}: get_schema", timings.scaled("ours", 1), "s", at_most=0.6),
        Row(7, "  vcrpy, a cassette each / get_schema", timings.ratios("vcr", "ours"), at_least=5),
    ]


def _wall(work: Callable[[], int], expected: int) -> Callable[[], float]:
    def run() -> float:
        start = time.perf_counter()
        assert work() == expected
        return time.perf_counter() - start

    return run


def _warm(directory: Path, schemas: int, rounds: int) -> list[Row]:
    names = _names(schemas)
    found = []
    with _registry(directory, names) as registry:
        options = (
            f"--registry-url={registry.url}",
            f"--registry-cache-dir={directory / 'entries'}",
            "--registry-versions=v1",
            "--registry-cache-ttl=86400",
        )
        for what, text, tests, limit in (
            ("asked for in a test", RETRIEVED, 1, 40),
            ("declared, and so compiled", DECLARED, schemas, None),
        ):
            used = _suite(directory / f"used{tests}", text.format(names=names))
            empty = _suite(directory / f"empty{tests}", EMPTY.format(tests=tests))
            run = partial(session, used, *options, outcome=f"{tests} passed")
            run_empty = partial(session, empty, *options, outcome=f"{tests} passed")
            _, cpu = compared({"used": run, "empty": run_empty}, rounds)  # the first one fetches
            modules = loaded(used, *options, outcome=f"{tests} passed")
            heavy = [name for name in modules if name in UNUSED_WHEN_WARM]
            found += [
                Row(
                    7,
                    f"{schemas} cached schemas, {what}, over a session of empty tests: CPU",
                    cpu.differences("used", "empty", 1e3),
                    "ms",
                    at_most=limit,
                ),
                Row(
                    7,
                    f"  unneeded modules imported ({', '.join(heavy) or 'none'})",
                    [len(heavy)],
                    "",
                    at_most=0,
                ),
            ]
        assert len(registry.requests) == schemas
    return found


def _cold(directory: Path, schemas: int, rounds: int) -> list[Row]:
    names = _names(schemas)
    tests = _suite(directory / "tests", DECLARED.format(names=names))
    tests.joinpath("conftest.py").write_text(STOPWATCH)
    with _registry(directory, names) as registry:
        for number, name in enumerate(names):
            reply = Reply(body=_document(name, number), delay=DELAY)
            registry.always(reply, f"schemas/v1/{name}")

        def declared() -> float:
            asked = len(registry.requests)
            options = (f"--registry-url={registry.url}", "--registry-versions=v1")
            session(tests, *options, outcome=f"{schemas} passed")
            assert len(registry.requests) - asked == schemas
            return float(tests.joinpath("fetched_in.txt").read_text())

        def in_a_loop() -> float:
            start = time.perf_counter()
            with httpx.Client() as client:
                for name in names:
                    client.get(f"{registry.url}/schemas/v1/{name}").raise_for_status().json()
            return time.perf_counter() - start

        timings = interleaved({"ours": declared, "loop": in_a_loop}, rounds)
    what = f"cold fetch of {schemas} declared schemas at {DELAY * 1e3:.0f} ms a request"
    return [
        Row(7, what, timings.scaled("ours", 1), "s", at_most=1.2),
        Row(7, "  a loop over one httpx client / it", timings.ratios("loop", "ours")),
    ]


@contextmanager
def _registry(directory: Path, names: list[str]) -> Iterator[LocalRegistry]:
    registry = LocalRegistry()
    registry.reset(directory / "registry")
    for number, name in enumerate(names):
        registry.publish(name, v1=schema(number))
    registry.start()
    try:
        yield registry
    finally:
        registry.stop()


def _suite(directory: Path, text: str) -> Path:
    directory.mkdir()
    directory.joinpath("test_own.py").write_text(text)
    return directory
