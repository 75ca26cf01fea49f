"""What a long-lived registry costs a service: beside a check, in its event loop, over a day."""

from __future__ import annotations

import asyncio
import gc
import pathlib
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING, Any

from core_registry_client import RegistryClient

from pytest_schema_registry import AsyncSchemaRegistry, SchemaRegistry
from pytest_schema_registry.contracts.judge import Judge
from pytest_schema_registry.retrieval.cache import SharedSession
from pytest_schema_registry.retrieval.pauses import Pauses
from pytest_schema_registry.retrieval.schema_source import SchemaSource
from pytest_schema_registry.schemas import SchemaRequest
from pytest_schema_registry.settings.settings import Origin, resolve
from tests.benchmarks.measure import Row
from tests.benchmarks.samples import event
from tests.benchmarks.slow_registry import names, slow_registry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

SCHEMAS = 200
TTL = 300.0
#: The rounds of a day, of one every five minutes.
DAY = 288
#: Seconds between two looks at how long the event loop has stood still.
TICK = 0.001
#: How often all schemas are asked for at once.
ROUNDS = 5
#: Holds the lock of the address that is given for half a second.
HOLDER = """
import sys, time
from pathlib import Path
from pytest_schema_registry.retrieval.cache import Cache, SharedSession

directory, url = sys.argv[1:]
with Cache(Path(directory), SharedSession("", Path()), ttl=0, lock_timeout=10).lock(url):
    print("held", flush=True)
    time.sleep(0.5)
"""


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Measure row group 11."""
    calls = 200 if short else 10_000
    schemas, rounds, times = (20, 12, 1) if short else (SCHEMAS, DAY, ROUNDS)
    with slow_registry(schemas, "event") as registry:
        return [
            *asyncio.run(_memory(registry.url, calls)),
            *asyncio.run(_loop(registry.url, directory)),
            *_at_once(registry.url, schemas, times, directory),
            *_day(registry, schemas, rounds, directory),
        ]


async def _memory(url: str, calls: int) -> list[Row]:
    name, payload = names(1)[0], event()
    with SchemaRegistry(url) as one:
        async with AsyncSchemaRegistry(url) as other:
            schema = await other.get_schema(name, "v1")
            work: dict[str, tuple[Callable[[], Any], Callable[[], Awaitable[Any]]]] = {
                "get_schema": (
                    lambda: one.get_schema(name, "v1"),
                    lambda: other.get_schema(name, "v1"),
                ),
                "validate_payload": (
                    lambda: one.validate_payload(schema, payload),
                    lambda: other.validate_payload(schema, payload),
                ),
            }
            found = []
            for what, (call, awaited) in work.items():
                ratios = []
                for _ in range(6):
                    start = time.thread_time()
                    for _ in range(calls):
                        call()
                    middle = time.thread_time()
                    for _ in range(calls):
                        await awaited()
                    ratios.append((time.thread_time() - middle) / (middle - start))
                at_most = 1.5 if what == "validate_payload" else None
                row = Row(11, f"{what} awaited / called", ratios[1:], at_most=at_most)
                found.append(row)
    return found


async def _loop(url: str, directory: Path) -> list[Row]:
    """Measure the longest time that the event loop stands still for one schema."""
    first, second, locked = names(3)
    cache = directory / "loop"
    command = [sys.executable, "-c", HOLDER, str(cache), f"{url}/schemas/v1/{locked}"]
    async with AsyncSchemaRegistry(url, cache_dir=cache) as registry:
        stalls = [
            (await _stall(lambda: registry.get_schema(first, "v1")), "the first fetch", 100),
            (await _stall(lambda: registry.get_schema(second, "v1")), "a later one", 20),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            start = time.perf_counter()
            stall = await _stall(lambda: registry.get_schema(locked, "v1"))
            assert time.perf_counter() - start > 0.3  # it has waited for the lock
            stalls.append((stall, "another process holds the cache's lock", 20))
    return [
        Row(11, f"the event loop stands still: {what}", [1_000 * stall], "ms", at_most=limit)
        for stall, what, limit in stalls
    ]


def _at_once(url: str, schemas: int, times: int, directory: Path) -> list[Row]:
    """Measure many schemas that are asked for at once, and what stands still meanwhile."""
    wanted = names(schemas)
    stalls: dict[str, list[float]] = {"cold": [], "from disk": []}
    seconds: dict[str, list[float]] = {"prefetch": [], "gather": [], "core-registry-client": []}
    for number in range(times):
        own = directory / f"round{number}"
        own.mkdir()
        source = _source(url, own)
        start = time.perf_counter()
        source.prefetch([SchemaRequest(name, "v1") for name in wanted])
        seconds["prefetch"].append(time.perf_counter() - start)
        source.close()
        for what, found in stalls.items():
            stall, took = asyncio.run(_gather(url, wanted, own / "cache"))
            found.append(1_000 * stall)
            if what == "cold":
                seconds["gather"].append(took)
        seconds["core-registry-client"].append(asyncio.run(_gather_with_client(url, wanted)))
    return [
        *(
            Row(
                11,
                f"the event loop stands still: {schemas} at once, {what}",
                found,
                "ms",
                at_most=20,
            )
            for what, found in stalls.items()
        ),
        Row(11, f"{schemas} schemas at once, gathered", seconds["gather"], "s"),
        Row(11, "  the same, prefetched by a session", seconds["prefetch"], "s"),
        Row(11, "  the same, with core-registry-client", seconds["core-registry-client"], "s"),
    ]


async def _gather(url: str, wanted: list[str], cache: Path) -> tuple[float, float]:
    async with AsyncSchemaRegistry(url, cache_dir=cache) as registry:
        start = time.perf_counter()
        stall = await _stall(lambda: _gathered(registry, wanted))
        return stall, time.perf_counter() - start


async def _gather_with_client(url: str, wanted: list[str]) -> float:
    """Fetch with a client that has no cache, checks nothing, and opens 100 connections."""
    async with RegistryClient(url) as client:
        start = time.perf_counter()
        await asyncio.gather(*(client.fetch_schema("v1", name) for name in wanted))
        return time.perf_counter() - start


def _gathered(registry: AsyncSchemaRegistry, wanted: list[str]) -> Awaitable[Any]:
    return asyncio.gather(*(registry.get_schema(name, "v1") for name in wanted))


async def _stall(work: Callable[[], Awaitable[Any]]) -> float:
    """Return the longest time in which the event loop ran nothing else, in seconds."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            slept = time.perf_counter()
            await asyncio.sleep(TICK)
            longest = max(longest, time.perf_counter() - slept - TICK)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(10 * TICK)
    longest = 0.0
    await work()
    await asyncio.sleep(2 * TICK)
    ticking.cancel()
    return longest


def _source(url: str, directory: Path, clock: Callable[[], float] = time.time) -> SchemaSource:
    given = {"url": url, "cache-ttl": TTL}
    settings = resolve(Origin(lambda option: option.name, given), root=directory)
    own = SharedSession("own", directory / "own")
    return SchemaSource(settings, own, None, pauses=Pauses(clock), clock=clock)


def _day(registry: Any, schemas: int, rounds: int, directory: Path) -> list[Row]:
    """Measure the requests and the memory of rounds, one every time-to-live."""
    now = [1_800_000_000.0]
    own = directory / "day"
    own.mkdir()
    source = _source(registry.url, own, lambda: now[0])
    held = SchemaRegistry.over(source, Judge(source))

    def look() -> None:
        now[0] += TTL
        for name in names(schemas):
            held.validate_payload(f"{name}@v1", event())

    def memory() -> int:
        """Do one round, and return the bytes that are in use after it."""
        look()
        gc.collect()
        # pathlib has the interpreter keep names, in a table that doubles at its own time.
        kept = tracemalloc.Filter(inclusive=False, filename_pattern=pathlib.__file__)
        traces = tracemalloc.take_snapshot().filter_traces([kept])
        return sum(each.size for each in traces.statistics("filename"))

    tracemalloc.start()
    for _ in range(rounds // 3):
        look()
    registry.asked()
    before = memory()
    for _ in range(rounds - 2):
        look()
    grown = memory() - before
    tracemalloc.stop()
    asked = Counter(registry.asked())
    source.close()
    return [
        Row(
            11,
            f"requests for {rounds} rounds of {schemas}",
            [sum(asked.values())],
            "",
            at_most=rounds,
        ),
        Row(11, "  memory that they leave", [grown / 1_000], "KB", at_most=100),
    ]
