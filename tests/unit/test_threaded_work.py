from __future__ import annotations

import asyncio
import sys
import threading
from importlib import import_module
from types import ModuleType

import anyio
import pytest

from pytest_schema_registry.errors import SchemaNotFound
from pytest_schema_registry.threaded_work import THREAD_NAME, ThreadedWork

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def nothing() -> None:
    pass


def our_threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith(THREAD_NAME)]


class Held:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        self.begun.set()
        assert self.let_go.wait(10)
        return self.times


async def begun(work: Held) -> None:
    while not work.begun.is_set():
        await anyio.sleep(0.01)


@BACKENDS
def test_tasks_share_work_and_each_has_its_result(backend: str) -> None:
    async def main() -> None:
        threads, work = ThreadedWork(2), Held()
        results: list[int] = []

        async def ask() -> None:
            results.append(await threads.result("a", work))

        async with anyio.create_task_group() as tasks:
            for _ in range(100):
                tasks.start_soon(ask)
            await begun(work)
            assert await threads.result("b", lambda: 7) == 7
            work.let_go.set()
        assert results == [1] * 100
        assert await threads.result("a", work) == 2
        await threads.close(nothing)

    anyio.run(main, backend=backend)
    assert our_threads() == []


@BACKENDS
def test_each_task_has_an_error_of_its_own(backend: str) -> None:
    def fail() -> None:
        raise SchemaNotFound("a", "v1", None, "registry", "look elsewhere")

    async def main() -> None:
        threads = ThreadedWork(1)
        caught: list[SchemaNotFound] = []

        async def ask() -> None:
            with pytest.raises(SchemaNotFound) as said:
                await threads.result("a", fail)
            caught.append(said.value)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            tasks.start_soon(ask)
        assert caught[0] is not caught[1]
        with pytest.raises(ZeroDivisionError):
            await threads.result("b", lambda: 1 // 0)
        await threads.close(nothing)

    anyio.run(main, backend=backend)


@BACKENDS
def test_a_cancelled_task_is_let_go_and_its_work_is_kept_for_others(backend: str) -> None:
    async def main() -> None:
        threads, work = ThreadedWork(1), Held()
        results: list[int] = []

        async def ask() -> None:
            results.append(await threads.result("a", work))

        async with anyio.create_task_group() as others:
            with anyio.move_on_after(0.05) as scope:
                await threads.result("a", work)
            assert scope.cancelled_caught
            others.start_soon(ask)
            await begun(work)
            work.let_go.set()
        assert results in ([1], [2])  # the other one may come a moment after its end
        await threads.close(nothing)

    anyio.run(main, backend=backend)
    assert our_threads() == []


@BACKENDS
def test_closing_waits_for_what_is_under_way_and_can_be_repeated(backend: str) -> None:
    said: list[str] = []

    async def main() -> None:
        threads, work = ThreadedWork(1), Held()

        async def ask() -> None:
            await threads.result("a", work)
            said.append("work")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await begun(work)
            tasks.start_soon(threads.close, lambda: said.append("last"))
            await anyio.sleep(0.05)
            with pytest.raises(RuntimeError, match="this registry is closed"):
                await threads.result("b", nothing)
            assert said == []
            work.let_go.set()
        await threads.close(nothing)

    anyio.run(main, backend=backend)
    assert sorted(said) == ["last", "work"]
    assert our_threads() == []


def test_a_cancelled_close_is_done_all_the_same() -> None:
    said: list[str] = []

    async def main() -> None:
        threads, work = ThreadedWork(1), Held()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(threads.result, "a", work)
            await begun(work)
            with anyio.move_on_after(0.05) as scope:
                await threads.close(lambda: said.append("last"))
            assert scope.cancelled_caught
            work.let_go.set()
        await threads.close(nothing)

    anyio.run(main)
    assert said == ["last"]
    assert our_threads() == []


def test_work_outlives_an_event_loop_that_ends() -> None:
    threads, work = ThreadedWork(1), Held()

    async def give_up() -> None:
        with anyio.move_on_after(0.05):
            await threads.result("a", work)

    async def close() -> None:
        await threads.close(nothing)

    asyncio.run(give_up())
    work.let_go.set()
    asyncio.run(close())
    assert our_threads() == []


async def seven() -> int:
    threads = ThreadedWork(1)
    try:
        return await threads.result("a", lambda: 7)
    finally:
        await threads.close(nothing)


def test_a_loop_of_asyncio_counts_where_trio_is_only_imported() -> None:
    import_module("trio")
    assert asyncio.run(seven()) == 7


def test_without_trio_the_loop_is_that_of_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "trio", raising=False)
    assert asyncio.run(seven()) == 7


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_is_renewed_has_threads_of_its_own_or_stays_closed(is_closed: bool) -> None:
    work = ThreadedWork(2)

    async def ends() -> None:
        if is_closed:
            await work.close(nothing)
        before = work._threads
        work.renew()
        assert work._threads is not before
        if not is_closed:
            assert await work.result("a", lambda: 7) == 7
        await work.close(nothing)
        with pytest.raises(RuntimeError, match="this registry is closed"):
            await work.result("a", nothing)
        before.shutdown()

    anyio.run(ends)
    assert our_threads() == []


def test_a_trio_that_another_thread_is_importing_is_not_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))
    work = ThreadedWork(1)

    async def ends() -> int:
        result = await work.result("a", lambda: 7)
        await work.close(nothing)
        return result

    assert asyncio.run(ends()) == 7
