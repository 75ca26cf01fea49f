"""A store that keeps what was used last.

``functools.lru_cache`` was looked at: a value in it that has aged cannot be replaced. cachetools'
cache needs a lock around each look-up.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The values that were used last, by key; threads may share it.

    Args:
        room: The most values that are kept.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return the value of a key, or None without one."""
        value = self._values.get(key)
        if value is not None:
            # Another thread may have dropped it since.
            with suppress(KeyError):
                self._values.move_to_end(key)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, and drop the one whose use is the longest ago where there is no room."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._room:
            self._values.popitem(last=False)

    def newest_last(self) -> tuple[K, ...]:
        """Return the keys, the one whose use is the longest ago first."""
        return tuple(self._values)

    def __len__(self) -> int:
        return len(self._values)
