"""The room that a page has for details, so that a large session does not make a huge file."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Item = TypeVar("Item")
#: The most characters of a name, an id, an address or a path.
MAX_NAME = 300
#: The most characters of a message.
MAX_MESSAGE = 600
#: What is shown in place of a payload that there is no room for.
LEFT_OUT = "(left out: the page would be too large)"
#: The bytes of the markup around an item.
_MARKUP = 300


class Room:
    """A number of bytes, of which each item that is shown takes some.

    Args:
        size: The bytes.
    """

    def __init__(self, size: float) -> None:
        self._left = size

    def fitting(
        self,
        items: Sequence[Item],
        texts: Callable[[Item], Iterable[str]],
        bare: Callable[[Item], Item] | None = None,
    ) -> list[Item]:
        """Return the first items, as many as have room; the first one always has.

        Args:
            items: The items.
            texts: Returns the texts that the page shows of an item.
            bare: Returns an item without its payload, for a first one that is too large.
        """
        shown: list[Item] = []
        for item in items:
            size = _size(texts(item))
            if size > self._left:
                if shown:
                    break
                fitting = item if bare is None else bare(item)
                return [fitting]
            self._left -= size
            shown.append(item)
        return shown


def _size(texts: Iterable[str]) -> int:
    # A quotation mark takes six bytes as a character reference.
    return _MARKUP + sum(len(escape(text).encode("utf-8", "replace")) for text in texts)
