"""Processes that a test starts, stops at some moment, and looks at the remains of."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

#: Seconds after which something hangs, however busy the machine is: what is well takes far less.
PATIENCE = 60.0


@contextmanager
def started(command: Sequence[str], directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a group of its own, which outlives no failure of the test."""
    with subprocess.Popen(
        command,
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextmanager
def without_hanging() -> Iterator[None]:
    """What is done within takes some seconds of CPU; without the bound it is for, it is endless."""
    began = time.process_time()
    yield
    assert time.process_time() - began < PATIENCE


def broken(directory: Path) -> list[Path]:
    """Cache entries that are no longer what their first line says."""
    found = []
    for file in directory.rglob("*.entry"):
        mark, _, body = file.read_bytes().partition(b"\n")
        if mark.rpartition(b" ")[2] != sha256(body).hexdigest().encode():
            found.append(file)
    return found


def left_behind(directory: Path) -> list[Path]:
    """Files that a writer did not finish."""
    return [*directory.rglob("*.new"), *directory.rglob("*.staging")]
