from __future__ import annotations

import threading

import pytest

from pytest_schema_registry.retrieval.prefetch import THREAD_NAME, concurrently
from tests.processes import PATIENCE


def test_everything_is_done_once() -> None:
    assert sorted(concurrently(lambda item: item * 2, range(100), 8)) == list(range(0, 200, 2))


def test_nothing_is_done_where_there_is_nothing() -> None:
    assert list(concurrently(str, [], 8)) == []


@pytest.mark.parametrize("at_most", [1, 3])
def test_no_more_are_worked_on_at_a_time_than_allowed(at_most: int) -> None:
    lock, under_way, most = threading.Lock(), 0, 0
    full = threading.Barrier(at_most)

    def work(_item: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        full.wait(PATIENCE)  # until as many are under way as may be
        with lock:
            under_way -= 1

    assert len(list(concurrently(work, range(12), at_most))) == 12
    assert most == at_most


def test_what_is_done_first_comes_first() -> None:
    has_come = threading.Event()

    def work(item: str) -> str:
        assert item == "early" or has_come.wait(PATIENCE)
        return item

    done = []
    for item in concurrently(work, ["late", "early"], 2):
        done.append(item)
        has_come.set()
    assert done == ["early", "late"]


def test_a_worker_that_dies_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    died: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: died.append(args.exc_type))

    def work(item: int) -> int:
        if item == 0:
            raise ZeroDivisionError
        return item

    assert sorted(concurrently(work, range(8), 2)) == list(range(1, 8))
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join()
    assert died == [ZeroDivisionError]
