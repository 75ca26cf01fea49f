"""What a contract suite on many workers costs: requests, and our share of the workers' CPU."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Row
from tests.benchmarks.sessions import session
from tests.benchmarks.slow_registry import names, slow_registry

if TYPE_CHECKING:
    from pathlib import Path

WORKERS = 8
TESTS = """
import pytest
from tests.benchmarks.samples import event

@pytest.mark.registry_schema({name!r})
@pytest.mark.parametrize("number", range({tests}))
def test_own(assert_conforms, number):
    assert_conforms(event())
"""
#: Looks, at each tick of the kernel's clock that a worker uses after collection, whether a frame of
#: ours is on the stack, and whether that one only waits for the engine to compile a schema. A tick
#: takes some milliseconds, and a worker is soon done, so there are several sessions.
PROFILER = """
import json
import os
import signal
from pathlib import Path

import pytest
import pytest_schema_registry

OURS = os.path.dirname(pytest_schema_registry.__file__)
seen = {"ours": 0, "engine": 0, "all": 0}

def look(_signal, frame):
    seen["all"] += 1
    seen["engine"] += frame.f_code.co_name == "_validator"
    while frame is not None:
        if frame.f_code.co_filename.startswith(OURS):
            seen["ours"] += 1
            return
        frame = frame.f_back

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_finish():
    yield
    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)

def pytest_sessionfinish(session):
    signal.setitimer(signal.ITIMER_PROF, 0)
    if hasattr(session.config, "workerinput"):
        Path(f"seen-{os.getpid()}.json").write_text(json.dumps(seen))
"""


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Row group 8.

    Args:
        directory: An empty one.
        short: Whether proof that it works is enough.
    """
    schemas, each, rounds = (5, 2, 1) if short else (200, 10, 5)
    directory.joinpath("conftest.py").write_text(PROFILER)
    for number, name in enumerate(names(schemas)):
        file = directory / f"test_{number:03}.py"
        file.write_text(TESTS.format(name=name, tests=each))
    with slow_registry(schemas, "event") as registry:
        options = (f"--registry-url={registry.url}", "--registry-versions=v1", f"-n{WORKERS}")
        session(directory, *options, outcome=f"{schemas * each} passed")
        asked = registry.asked()
        for _ in range(rounds - 1):
            session(directory, *options, outcome=f"{schemas * each} passed")
    seen = [json.loads(file.read_text()) for file in directory.glob("seen-*.json")]
    shares, engine = (
        [100 * worker[whose] / worker["all"] for worker in seen if worker["all"]]
        for whose in ("ours", "engine")
    )
    what = f"{schemas * each:,} contract tests on {schemas} schemas, {WORKERS} workers"
    return [
        Row(8, f"{what}: requests for a URL", [len(asked) / len(set(asked))], "", at_most=1),
        Row(8, "  our share of a worker's CPU after collection", shares, "%", at_most=1),
        Row(8, "  of it the engine's, compiling schemas", engine, "%"),
    ]
