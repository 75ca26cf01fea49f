"""A store for things that take long to make for a schema, so that the next payload reuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.forks import Lock

if TYPE_CHECKING:
    from collections.abc import Hashable


class Shelf:
    """A store of things by key, each used by one thread at a time.

    The oldest things are dropped first.

    Args:
        room: The most that all kept things may weigh together.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._things: dict[Hashable, tuple[Any, int]] = {}
        self._changing = Lock()

    def take(self, key: Hashable) -> Any:
        """Remove a thing and return it, for this thread alone; None where there is none."""
        with self._changing:
            return self._things.pop(key, (None, 0))[0]

    def put(self, key: Hashable, thing: Any, weight: int) -> None:
        """Keep a thing unless it alone weighs too much, and drop the oldest ones to make room."""
        if weight > self._room:
            return
        with self._changing:
            self._things.pop(key, None)
            self._things[key] = thing, weight
            while sum(each for _, each in self._things.values()) > self._room:
                del self._things[next(iter(self._things))]
