"""What it takes to have the schemas of a slow Confluent registry, beside its official client."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from confluent_kafka.schema_registry import SchemaRegistryClient

from tests.benchmarks.measure import Row, interleaved
from tests.benchmarks.retrieving import DECLARED, STOPWATCH, TTL
from tests.benchmarks.sessions import session
from tests.benchmarks.slow_registry import DELAY, TYPES, names, slow_registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: We have 16 requests under way at once, but the CPU of the session and of the server takes time,
#: too. On 2 cores that had other work to do, two runs measured 4.5 and 4.9; the rest is margin.
AT_LEAST = 4


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Row group 10.

    Args:
        directory: An empty one.
        short: Whether proof that it works is enough.
    """
    schemas, rounds = (5, 1) if short else (200, 3)
    # Of few schemas, a busy machine takes longer for the imports than for the waiting.
    at_least = None if short else AT_LEAST
    subjects = names(schemas)
    directory.joinpath("test_own.py").write_text(DECLARED.format(names=subjects))
    # From collection on, for that is when the registry is asked which protocol it speaks.
    directory.joinpath("conftest.py").write_text(STOPWATCH.format(hook="pytest_collection"))
    paths = [f"/subjects/{subject}/versions/latest" for subject in subjects]
    entries = directory / "entries"

    with slow_registry(schemas, protocol="confluent") as registry:

        def declared(*expected: str, ttl: float = 86_400) -> float:
            """Seconds in which a session has its schemas, by these requests."""
            options = (
                f"--registry-url={registry.url}",
                f"--registry-cache-dir={entries}",
                f"--registry-cache-ttl={ttl:g}",
            )
            registry.asked()
            session(directory, *options, outcome=f"{schemas} passed")
            asked = registry.asked()
            assert sorted(asked) == sorted(expected), asked
            return float(directory.joinpath("fetched_in.txt").read_text())

        def cold() -> float:
            shutil.rmtree(entries, ignore_errors=True)
            return declared(TYPES, *paths)

        def revalidated() -> float:
            time.sleep(TTL)
            return declared(*paths, ttl=TTL)

        def by_client() -> float:
            # Imported before, which is generous: a session's time has its imports in it.
            registry.asked()
            start = time.perf_counter()
            with SchemaRegistryClient({"url": registry.url}) as client:
                for subject in subjects:
                    assert client.get_latest_version(subject).subject == subject
            seconds = time.perf_counter() - start
            assert registry.asked() == paths
            return seconds

        kinds: dict[str, Callable[[], float]] = {
            "cold": cold,
            "warm": declared,
            "revalidated": revalidated,
            "client": by_client,
        }
        timings = interleaved(kinds, rounds)
    each = f"{schemas} declared subjects at {DELAY * 1e3:.0f} ms a request"
    client = "  the official client, one by one"
    return [
        Row(10, f"{each}, cold: {1 + schemas} requests", timings.scaled("cold", 1), "s"),
        Row(10, "  within their time: none", timings.scaled("warm", 1), "s"),
        Row(10, f"  after it: {schemas}", timings.scaled("revalidated", 1), "s"),
        Row(10, f"{client}: {schemas}", timings.scaled("client", 1), "s"),
        Row(10, f"{client} / cold", timings.ratios("client", "cold"), at_least=at_least),
        Row(10, f"{client} / after their time", timings.ratios("client", "revalidated")),
    ]
