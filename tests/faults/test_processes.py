"""What can happen to the processes of a session, and between those of several."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.faults.bench import HANGING, Bench, assert_clean
from tests.faults.rows import FULL, MODES, WORKERS
from tests.local_registry import ORDER
from tests.processes import broken, left_behind, started, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_registry import LocalRegistry

NAMES = [f"orders.Order{number}" for number in range(20)]
LARGE = {"type": "object", "description": "x" * 20_000}
LARGE_SUITE = f"""
import pytest

@pytest.mark.registry_schema(*{NAMES}, versions="v1")
def test_order(assert_conforms):
    assert_conforms({{}})
"""
SIGNALS = {"killed": signal.SIGKILL, "interrupted": signal.SIGINT}
if FULL:
    STOPS = [
        (how, mode, turn % 2 * 2)
        for how in SIGNALS
        for mode in ("auto", "record")
        for turn in range(50)
    ]
else:
    STOPS = [("killed", "record", 2), ("interrupted", "auto", 0)]


def assert_whole(directory: Path) -> None:
    assert broken(directory) == []
    for file in directory.rglob("*.yaml"):
        assert "version" in yaml.safe_load(file.read_text())


@pytest.fixture
def large(bench: Bench, local_registry: LocalRegistry) -> Bench:
    for name in NAMES:
        local_registry.publish(name, v1=LARGE)
    bench.write(LARGE_SUITE)
    return bench


@pytest.mark.parametrize(("how", "mode", "workers"), STOPS)
def test_sessions_that_are_stopped_at_any_moment(
    large: Bench, how: str, mode: str, workers: int
) -> None:
    url, sent = large.registry.url, SIGNALS[how]
    enough = random.randint(1, len(NAMES))
    with started(large.command(mode, url, workers=workers), large.path) as session:
        wait_until(lambda: len(large.requests) >= enough)
        time.sleep(random.uniform(0, 0.2))
        os.killpg(session.pid, sent)
        output, _ = session.communicate(timeout=HANGING)
    assert "INTERNALERROR" not in output
    # The moment may be one after the session's end.
    ended = (pytest.ExitCode.OK, pytest.ExitCode.INTERRUPTED, -sent)
    assert session.returncode in ended, output
    assert_whole(large.path)
    observed = large.session(mode, url)
    assert observed.outcomes == {"passed": len(NAMES)}, observed.output
    assert observed.warnings == set()
    assert_whole(large.path)
    assert left_behind(large.path) == []


def test_two_sessions_of_many_workers_on_one_cache(large: Bench) -> None:
    large.ttl = 300
    command = large.command("auto", large.registry.url, workers=4 if FULL else 2)
    sessions = [
        subprocess.Popen(command, cwd=large.path, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [session.communicate(timeout=HANGING)[0] for session in sessions]
    assert [session.returncode for session in sessions] == [0, 0], outputs
    assert_clean("".join(outputs))
    assert large.registry.paths == sorted(f"/schemas/v1/{name}" for name in NAMES)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("mode", MODES)
def test_a_fork_within_a_test(bench: Bench, mode: str, workers: int) -> None:
    bench.write(f"""
        import os

        def test_fork(schema_registry):
            schema_registry.get_schema("{ORDER}", "v1")
            child = os.fork()
            if not child:
                status = 1
                try:
                    status = schema_registry.get_schema("{ORDER}", "v2").version != "v2"
                finally:
                    os._exit(status)
            assert os.waitpid(child, 0)[1] == 0
            assert schema_registry.get_schema("{ORDER}", "v2").source == "registry"
    """)
    observed = bench.session(mode, bench.registry.url, workers=workers)
    assert observed.outcomes == {"passed": 1}, observed.output
    assert len(bench.requests) == 2


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("mode", MODES)
def test_threads_within_a_test(bench: Bench, mode: str, workers: int) -> None:
    bench.write(f"""
        from concurrent.futures import ThreadPoolExecutor

        def test_threads(schema_registry):
            with ThreadPoolExecutor(8) as pool:
                versions = ["v1", "v2"] * 8
                schemas = pool.map(schema_registry.get_schema, ["{ORDER}"] * 16, versions)
                assert [schema.version for schema in schemas] == versions
    """)
    observed = bench.session(mode, bench.registry.url, workers=workers)
    assert observed.outcomes == {"passed": 1}, observed.output
    assert len(bench.requests) == 2
