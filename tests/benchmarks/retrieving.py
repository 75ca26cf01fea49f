"""What it takes to have schemas: from cassettes, from a warm cache, from a slow registry."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import vcr

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval.cassettes.store import Cassettes
from tests.benchmarks.measure import Row, interleaved
from tests.benchmarks.samples import schema, size
from tests.benchmarks.sessions import compared, loaded, session
from tests.benchmarks.slow_registry import DELAY, TYPES, names, slow_registry
from tests.documents import result_of
from tests.local_registry import LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RECORDED_URL = "http://registry.invalid"
TTL = 1.0
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
#: Times the hook in which declared schemas are fetched, or one around it.
STOPWATCH = """
import time
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def {hook}():
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
    replayed, warm, fetched = (10, 5, 5) if short else (500, 50, 200)
    rounds = 1 if short else 3
    for name in ("replay", "warm", "fetched"):
        directory.joinpath(name).mkdir()
    return [
        *_replay(directory / "replay", replayed, rounds),
        *_warm(directory / "warm", warm, 1 if short else 4),
        *_fetched(directory / "fetched", fetched, rounds),
    ]


def _document(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "track": "v1", "core_version": "1.0.0", "content": schema(number)}


def _replay(directory: Path, schemas: int, rounds: int) -> list[Row]:
    cassettes = Cassettes(directory, directory, CoreProtocol(), "")
    recorded = names(schemas)
    first = Query(Kind.SCHEMA, "v1", recorded[0])
    url = f"{RECORDED_URL}/schemas/v1/{{}}"
    document = _document(recorded[0], 0)
    answer = result_of(first, url.format(recorded[0]), document, time.time(), "registry")
    cassettes.save(answer, staging=directory / "staging")
    text = cassettes.path(first).read_text()
    files = {}
    for number, name in enumerate(recorded):
        # Saving writes the same, at twenty times the cost.
        file = cassettes.path(replace(first, name=name))
        changed = text.replace(recorded[0], name)
        file.write_text(changed.replace(document["content"]["title"], schema(number)["title"]))
        files[url.format(name)] = str(file)

    def ours() -> int:
        with SchemaRegistry(mode="replay", cassettes=str(directory)) as registry:
            return sum(registry.get_schema(name, "v1").version == "v1" for name in recorded)

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
    cached = names(schemas)
    found = []
    with _registry(directory, cached) as registry:
        options = (
            f"--registry-url={registry.url}",
            f"--registry-cache-dir={directory / 'entries'}",
            "--registry-versions=v1",
            "--registry-cache-ttl=86400",
        )
        for what, text, tests, limit in (
            ("asked for in a test", RETRIEVED, 1, 40),
            ("declared", DECLARED, schemas, None),
        ):
            used = _suite(directory / f"used{tests}", text.format(names=cached))
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


def _fetched(directory: Path, schemas: int, rounds: int) -> list[Row]:
    """Declared schemas from a slow registry: new ones, and known ones whose time has passed."""
    tests = _suite(directory / "tests", DECLARED.format(names=names(schemas)))
    tests.joinpath("conftest.py").write_text(STOPWATCH.format(hook="pytest_collection_finish"))
    with slow_registry(schemas) as registry:
        entries = directory / "entries"
        options = (
            f"--registry-url={registry.url}",
            f"--registry-cache-dir={entries}",
            f"--registry-cache-ttl={TTL:g}",
            "--registry-versions=v1",
        )

        def declared(changed: int | None) -> Callable[[], float]:
            """Seconds for new schemas, or for known ones of which some have changed."""

            def run() -> float:
                if changed is None:
                    shutil.rmtree(entries, ignore_errors=True)
                else:
                    registry.change(changed)
                    time.sleep(TTL)
                registry.asked()
                session(tests, *options, outcome=f"{schemas} passed")
                asked = registry.asked()
                assert len(asked) == len(set(asked)), asked
                # A new address is asked which protocol it speaks; a known one for its index.
                assert len(asked) == 1 + (schemas if changed is None else changed), asked
                assert (TYPES in asked) == (changed is None), asked
                return float(tests.joinpath("fetched_in.txt").read_text())

            return run

        def in_a_loop() -> float:
            start = time.perf_counter()
            with httpx.Client() as client:
                for name in names(schemas):
                    client.get(f"{registry.url}/schemas/v1/{name}").raise_for_status().json()
            return time.perf_counter() - start

        kinds = {"new": declared(None), "unchanged": declared(0), "3 changed": declared(3)}
        timings = interleaved(kinds, rounds)
        loop = interleaved({"loop": in_a_loop}, 1)
    each = f"{schemas} declared schemas at {DELAY * 1e3:.0f} ms a request"
    return [
        Row(7, f"cold fetch of {each}", timings.scaled("new", 1), "s", at_most=1.2),
        Row(7, "  a loop over one httpx client", loop.scaled("loop", 1), "s"),
        Row(
            7,
            f"{each}, after their time, none changed: 1 request",
            timings.scaled("unchanged", 1),
            "s",
            at_most=0.3,
        ),
        Row(7, "  3 of them changed: 4 requests", timings.scaled("3 changed", 1), "s"),
    ]


@contextmanager
def _registry(directory: Path, published: list[str]) -> Iterator[LocalRegistry]:
    registry = LocalRegistry()
    registry.reset(directory / "registry")
    for number, name in enumerate(published):
        registry.publish(name, v1=schema(number))
    registry.start()
    try:
        yield registry
    finally:
        registry.close()


def _suite(directory: Path, text: str) -> Path:
    directory.mkdir()
    directory.joinpath("test_own.py").write_text(text)
    return directory
