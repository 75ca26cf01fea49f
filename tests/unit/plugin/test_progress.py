from __future__ import annotations

import pytest

from pytest_schema_registry.plugin.progress import Progress


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
        "\r(erased)schema registry: fetched 1 of 3 schemas"
        "\r(erased)schema registry: fetched 2 of 3 schemas"
        "\r(erased)\rschema registry: fetched 3 schemas in 1.5 s\n"
    )


def test_what_an_old_copy_stands_in_for_is_tried_and_not_fetched() -> None:
    terminal, clock = Terminal(isatty=True), Clock()
    progress = Progress(terminal, clock)
    clock.now += 1
    progress(1, 2, 3)
    assert terminal.written == "\r(erased)schema registry: fetched 1 of 3 schemas, tried 2"


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
