from __future__ import annotations

import threading

import pytest

from pytest_schema_registry.retrieval.prefetch import THREAD_NAME, Progress, concurrently
from tests.processes import PATIENCE


class Terminal:
    """Keeps what is written to it."""

    def __init__(self, *, isatty: bool) -> None:
        self.isatty = isatty
        self.written = ""

    def rewrite(self, line: str, **markup: bool) -> None:
        self.written += f"\r{'(erased)' if markup else ''}{line}"

    def write_line(self, line: str) -> None:
        self.written += f"{line}\n"


class Clock:
    """Seconds, which pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


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


def test_a_second_passes_in_silence() -> None:
    terminal = Terminal(isatty=True)
    progress = Progress(terminal, Clock())
    for tried in (1, 2, 3):
        progress(tried, tried, 3)
    assert terminal.written == ""


def test_who_watches_a_terminal_sees_one_line_that_is_rewritten() -> None:
    terminal, clock = Terminal(isatty=True), Clock()
    progress = Progress(terminal, clock)
    clock.now += 1
    progress(1, 1, 3)
    progress(2, 2, 3)
    clock.now += 0.5
    progress(3, 3, 3)
    assert terminal.written == (
        "\r(erased)schema registry: fetched 1 / 3"
        "\r(erased)schema registry: fetched 2 / 3"
        "\r(erased)\rschema registry: fetched 3 schemas in 1.5 s\n"
    )


def test_a_log_has_one_line() -> None:
    terminal, clock = Terminal(isatty=False), Clock()
    progress = Progress(terminal, clock)
    clock.now += 1
    for tried in (1, 2, 3):
        progress(tried, tried, 3)
    assert terminal.written == "schema registry: fetched 3 schemas in 1.0 s\n"


@pytest.mark.parametrize(
    ("fetched", "total", "said"),
    [(1, 1, "1 schema"), (1, 2, "1 of 2 schemas"), (0, 1, "0 of 1 schema")],
)
def test_what_cannot_be_had_is_not_counted(fetched: int, total: int, said: str) -> None:
    terminal, clock = Terminal(isatty=False), Clock()
    progress = Progress(terminal, clock)
    clock.now += 2
    progress(fetched, total, total)
    assert terminal.written == f"schema registry: fetched {said} in 2.0 s\n"
