"""A bounded number of items of many keys, of which each key has an equal share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Item = TypeVar("Item")


class Shares(Generic[Item]):
    """The first items of each key, in a given order.

    The items that are kept do not depend on the order in which they come, nor on the number of
    processes that they come from.

    Args:
        most: The most items that are kept in all; each key has at least one.
        order: Returns the sort key of an item: the first items are kept.
    """

    def __init__(self, most: int, order: Callable[[Item], Any]) -> None:
        self._most = most
        self._order = order
        self._kept: dict[Hashable, list[Item]] = {}
        self._added: Counter[Hashable] = Counter()

    @property
    def _share(self) -> int:
        return max(1, self._most // max(1, len(self._kept)))

    def add(self, key: Hashable, item: Item) -> None:
        """Add an item of a key."""
        if key not in self._kept:
            self._kept[key] = []
            # The share of each is smaller now. To look at all for each new key would cost too much.
            if len(self._kept).bit_count() == 1:
                for kept in self._kept.values():
                    self._trim(kept)
        self._added[key] += 1
        self._kept[key].append(item)
        self._trim(self._kept[key])

    def _trim(self, kept: list[Item]) -> None:
        # To sort at each item would cost too much, so up to twice the share is in memory.
        if len(kept) > 2 * self._share:
            kept[:] = sorted(kept, key=self._order)[: self._share]

    def of(self, key: Hashable) -> list[Item]:
        """Return the kept items of a key, in order."""
        return sorted(self._kept.get(key, ()), key=self._order)[: self._share]

    def left_out(self, key: Hashable) -> int:
        """Return the number of a key's items that are not kept."""
        return self._added[key] - len(self.of(key))

    @property
    def kept(self) -> list[Item]:
        """The kept items of all keys."""
        return [item for key in self._kept for item in self.of(key)]

    @property
    def all_left_out(self) -> int:
        """The number of items that are not kept."""
        return self._added.total() - len(self.kept)
