"""What another thread of the parent held or did is free, and not under way, in a forked process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER, LocalRegistry

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
PATIENCE = 60


def run(program: str) -> None:
    """Run a program that forks; a child that waits for ever is killed with it."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(program)]
    subprocess.run(command, check=True, timeout=PATIENCE)


def test_a_lock_that_another_thread_holds_is_free_in_a_child() -> None:
    run("""
        import os, threading
        from pytest_schema_registry.forks import Lock

        lock, held, let_go = Lock(), threading.Event(), threading.Event()

        def hold():
            with lock:
                held.set()
                let_go.wait()

        threading.Thread(target=hold).start()
        held.wait()
        if not (child := os.fork()):
            with lock:
                os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        let_go.set()
        raise SystemExit(status)
    """)


def test_work_that_is_under_way_in_the_parent_is_done_anew_in_a_child() -> None:
    run("""
        import os, threading
        from pytest_schema_registry.retrieval.single_flight import SingleFlight

        flights, begun, let_go = SingleFlight(), threading.Event(), threading.Event()

        def slow():
            begun.set()
            let_go.wait()
            return "parent"

        found = []
        thread = threading.Thread(target=lambda: found.append(flights.share("a", slow)))
        thread.start()
        begun.wait()
        if not (child := os.fork()):
            os._exit(0 if flights.share("a", lambda: "child") == "child" else 1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        let_go.set()
        thread.join()
        raise SystemExit(status or found != ["parent"])
    """)


def test_work_that_forks_ends_in_both_processes() -> None:
    run("""
        import os
        from pytest_schema_registry.retrieval.single_flight import SingleFlight

        child = SingleFlight().share("a", os.fork)
        if not child:
            os._exit(0)
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """)


@pytest.mark.parametrize("closed", [False, True])
def test_an_asynchronous_registry_that_was_used_serves_a_child(
    local_registry: LocalRegistry, tmp_path: Path, closed: bool
) -> None:
    program = f"""
        import asyncio, os, threading, time
        from pytest_schema_registry import AsyncSchemaRegistry

        registry = AsyncSchemaRegistry({local_registry.url!r}, cache_dir={str(tmp_path)!r})

        def get(version):
            return asyncio.run(registry.get_schema({ORDER!r}, version)).version

        get("v1")
        if {closed}:
            asyncio.run(registry.close())
        time.sleep(0.3)  # its thread waits for work
        if not (child := os.fork()):
            if {closed}:
                asyncio.run(registry.close())
                os._exit(0)
            os._exit(0 if get("v2") == "v2" else 1)
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    run(program)
