"""Single flight: threads that want one thing at the same time share the work for it."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Generic, TypeVar

from pytest_schema_registry.forks import renew_in_children
from pytest_schema_registry.turns import others_turn

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """The work that is under way, by what it is for.

    The name is that of Go's ``singleflight``.
    """

    def __init__(self) -> None:
        self.renew()
        renew_in_children(self)

    def renew(self) -> None:
        """Forget the work that is under way in a parent process."""
        self._changing = threading.Lock()
        self._under_way: dict[K, Future[T]] = {}

    def share(self, key: K, work: Callable[[], T]) -> T:
        """Return what the work under way for a key comes to; do it here where none is.

        Args:
            key: What the work is for.
            work: The work. An exception that it raises is for this thread alone: another thread
                that waits does the work anew.
        """
        while True:
            with self._changing:
                flight = self._under_way.get(key)
                if flight is None:
                    mine = self._under_way[key] = Future[T]()
                    break
            try:
                with others_turn():
                    return flight.result()
            except CancelledError:
                continue
        try:
            value = work()
            mine.set_result(value)
            return value
        finally:
            with self._changing:
                self._under_way.pop(key, None)  # it is absent if the work forked this process
            mine.cancel()  # which does nothing to one that has its result
