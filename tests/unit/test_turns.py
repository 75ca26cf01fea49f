from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import sleep

import pytest

from pytest_schema_registry import turns
from pytest_schema_registry.turns import in_turn, others_turn


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread computes out of turn, however busy the machine is."""
    monkeypatch.setattr(turns, "_PATIENCE", 60)


@pytest.mark.usefixtures("_patient")
def test_one_thread_computes_at_a_time() -> None:
    lock, under_way, most = threading.Lock(), 0, 0

    def compute() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        sleep(0.001)  # lets another thread run, if it may
        under_way -= 1

    with ThreadPoolExecutor(4) as threads:
        for _ in range(20):
            threads.submit(in_turn, lock, compute)
    assert most == 1


@pytest.mark.usefixtures("_patient")
def test_a_thread_that_waits_lets_another_compute_first() -> None:
    lock, done, order = threading.Lock(), threading.Event(), []

    def wait() -> None:
        with others_turn():
            assert done.wait(10)
        order.append("waited")

    def compute() -> None:
        order.append("computed")
        done.set()

    with ThreadPoolExecutor(2) as threads:
        threads.submit(in_turn, lock, wait)
        threads.submit(in_turn, lock, compute)
    assert order == ["computed", "waited"]
    assert not lock.locked()


def test_a_thread_that_keeps_its_turn_while_it_waits_stops_nobody() -> None:
    lock, done = threading.Lock(), threading.Event()
    with ThreadPoolExecutor(2) as threads:
        keeping = threads.submit(in_turn, lock, partial(done.wait, 10))
        threads.submit(in_turn, lock, done.set)
        assert keeping.result()
    assert not lock.locked()


def test_without_turns_a_thread_waits_as_it_is() -> None:
    with others_turn():
        pass
