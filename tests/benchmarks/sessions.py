"""pytest sessions in processes of their own, and what they cost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Timings, interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[2]
HEAVY = ("filelock", "httpx", "jsonschema", "jsonschema_rs", "referencing", "vcr", "yaml")
#: Other plugins would only make our share look smaller.
ALONE = ("-p", "no:anyio", "-p", "no:hypothesispytest")
QUIET = ("-p", "no:randomly", "-p", "no:cacheprovider", "-q", *ALONE)
_LOADED = "loaded.txt"
#: Looks when pytest has returned, since laziness leaks in the last hooks.
_LOOK_AT_THE_END = f"""
import sys, pytest
status = pytest.main(sys.argv[1:])
with open({_LOADED!r}, "w") as file:
    print(*(name for name in {HEAVY!r} if name in sys.modules), file=file)
sys.exit(status)
"""


@dataclass(frozen=True)
class Session:
    """What a session cost.

    Args:
        wall: Seconds by the clock.
        cpu: Seconds of CPU, of all of its processes.
        output: What it printed.
    """

    wall: float
    cpu: float
    output: str


def session(directory: Path, *arguments: str | Path, outcome: str) -> Session:
    """Run a session.

    Args:
        directory: Where its tests are.
        arguments: On its command line.
        outcome: What its last line starts with: ``10 passed``.
    """
    return _run(directory, [sys.executable, "-m", "pytest", *QUIET, *arguments], outcome)


def loaded(directory: Path, *arguments: str | Path, outcome: str) -> tuple[str, ...]:
    """Which heavy modules a session has imported when it is over."""
    _run(directory, [sys.executable, "-c", _LOOK_AT_THE_END, *QUIET, *arguments], outcome)
    return tuple((directory / _LOADED).read_text().split())


def compared(runs: Mapping[str, Callable[[], Session]], rounds: int) -> tuple[Timings, Timings]:
    """The wall time and the CPU time of sessions that run in turns, after one of each unmeasured.

    Args:
        runs: What runs a session.
        rounds: How often each is measured.
    """
    cpu: dict[str, list[float]] = {name: [] for name in runs}

    def timed(name: str) -> Callable[[], float]:
        def run() -> float:
            done = runs[name]()
            cpu[name].append(done.cpu)
            return done.wall

        return run

    wall = interleaved({name: timed(name) for name in runs}, rounds)
    return wall, Timings({name: seconds[1:] for name, seconds in cpu.items()})


def _run(directory: Path, command: list[str | Path], outcome: str) -> Session:
    variables = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SCHEMA_REGISTRY_", "PYTEST_", "COVERAGE_"))
        and key != "PYTHONDONTWRITEBYTECODE"
    }
    before, start = _children(), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=directory,
        env=variables | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": _bytecode().name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    ended, after = time.perf_counter(), _children()
    last = done.stdout.strip().rpartition("\n")[2].strip("= ")
    if not last.startswith(outcome):
        raise AssertionError(f"expected {outcome!r}, got:\n{done.stdout[-4000:]}")
    return Session(ended - start, after - before, done.stdout)


@cache
def _bytecode() -> tempfile.TemporaryDirectory[str]:
    """Where modules are kept compiled, as they are where a wheel was installed."""
    return tempfile.TemporaryDirectory()


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
