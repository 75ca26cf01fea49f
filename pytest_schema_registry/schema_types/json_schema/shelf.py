"""What was made for one schema and takes long to make, kept for the next payload."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable


class Shelf:
    """Things by key, each in the hands of one thread at a time; the oldest ones go first.

    Args:
        room: The weight of all things that are kept.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._things: dict[Hashable, tuple[Any, int]] = {}
        self._changing = threading.Lock()

    def take(self, key: Hashable) -> Any:
        """The thing, which is nobody else's until it is put back; None where there is none."""
        with self._changing:
            return self._things.pop(key, (None, 0))[0]

    def put(self, key: Hashable, thing: Any, weight: int) -> None:
        """Keep a thing, in place of the oldest ones where room is short; none that is too heavy."""
        if weight > self._room:
            return
        with self._changing:
            self._things.pop(key, None)
            self._things[key] = thing, weight
            while sum(each for _, each in self._things.values()) > self._room:
                del self._things[next(iter(self._things))]
