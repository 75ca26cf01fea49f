"""The progress of prefetching, shown in the terminal where that takes long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds of silence before the progress is shown.
PATIENCE = 1.0


class Terminal(Protocol):
    """The part of pytest's terminal reporter that shows the progress."""

    @property
    def isatty(self) -> bool: ...

    def rewrite(self, line: str, **markup: bool) -> None: ...

    def write_line(self, line: str) -> None: ...


class Progress:
    """The progress of prefetching, shown where that takes longer than a second.

    A terminal shows one line that is rewritten in place. At the end, one line tells how long it
    took. A log shows only that last line.

    Args:
        terminal: The terminal to write to.
        clock: Returns seconds since any fixed point in time.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._clock = clock
        self._began = clock()

    def __call__(self, fetched: int, tried: int, total: int) -> None:
        """Show the progress after one more schema was tried.

        Args:
            fetched: The number of schemas that the registry sent so far.
            tried: The number tried so far; the others came from an old copy, or cannot be had.
            total: The number of schemas to try.
        """
        seconds = self._clock() - self._began
        if seconds < PATIENCE:
            return
        if tried < total:
            if self._terminal.isatty:
                without = "" if fetched == tried else f", tried {tried}"
                said = f"schema registry: fetched {fetched} of {total} schemas{without}"
                self._terminal.rewrite(said, erase=True)
            return
        if self._terminal.isatty:
            self._terminal.rewrite("", erase=True)
            self._terminal.rewrite("")
        count = f"{total}" if fetched == total else f"{fetched} of {total}"
        noun = "schema" if total == 1 else "schemas"
        self._terminal.write_line(f"schema registry: fetched {count} {noun} in {seconds:.1f} s")
