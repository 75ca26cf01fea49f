from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_schema_registry.retrieval.single_flight import SingleFlight


class Work:
    """Work that goes on until it is let go; its results are numbered."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        number = self.times
        self.begun.release()
        self.let_go.acquire()
        return number

    def fail(self) -> int:
        self()
        raise KeyError


def test_threads_share_work_that_is_under_way_and_nothing_after_it() -> None:
    flights: SingleFlight[str, int] = SingleFlight()
    work = Work()
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(flights.share, "a", work)
        work.begun.acquire()
        others = [threads.submit(flights.share, "a", work) for _ in range(3)]
        assert not work.begun.acquire(timeout=0.3)  # they wait for the first
        assert flights.share("b", lambda: 7) == 7
        work.let_go.release(5)
        assert [each.result() for each in (first, *others)] == [1] * 4
    assert flights.share("a", work) == 2


def test_what_is_renewed_knows_of_no_work_that_is_under_way() -> None:
    flights: SingleFlight[str, int] = SingleFlight()
    work = Work()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(flights.share, "a", work)
        work.begun.acquire()
        flights.renew()
        assert flights.share("a", lambda: 7) == 7
        work.let_go.release()
        assert first.result() == 1


def test_a_failure_is_for_the_thread_that_works_alone() -> None:
    flights: SingleFlight[str, int] = SingleFlight()
    failing, work = Work(), Work()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(flights.share, "a", failing.fail)
        failing.begun.acquire()
        second = threads.submit(flights.share, "a", work)
        assert not work.begun.acquire(timeout=0.3)  # it waits for the first
        failing.let_go.release()
        with pytest.raises(KeyError):
            first.result()
        work.let_go.release()
        assert second.result() == 1
