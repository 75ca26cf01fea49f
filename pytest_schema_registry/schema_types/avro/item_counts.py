"""The items without bytes that a message counts.

An item of null, of an empty record, or of a fixed of size 0 takes no byte. So a message of ten
bytes may count 2**39 of them, and a reader would make them all. Each other value takes a byte at
least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schema_types.avro.names import Type, Types

#: The most items, as of values in other payloads.
MAX_ITEMS = 5_000_000
_SIZES = {"null": 0, "boolean": 1, "float": 4, "double": 8}


class TooManyItems(ValueError):
    """A message counts more items without bytes than a payload may have values."""

    def __init__(self) -> None:
        super().__init__(f"it counts more than {MAX_ITEMS:,} items that take no bytes")


def refuse_too_many(raw: bytes, types: Types) -> None:
    """Refuse a message that counts too many items without bytes.

    Args:
        raw: The message, without the id of its schema. What follows a byte that is wrong is not
            looked at.
        types: The types of the schema that it was written with.

    Raises:
        TooManyItems: It has too many, or is too deep to count them.
    """
    if not types.empty_items:
        return
    try:
        _Walk(raw, types.empty_items).along(types.root)
    except IndexError:
        pass  # the engine says what is wrong
    except RecursionError:
        raise TooManyItems from None


class _Walk:
    """A walk along the bytes of a value (Avro specification, "Binary Encoding").

    Args:
        raw: The bytes.
        empty: The types of items that take no byte.
    """

    def __init__(self, raw: bytes, empty: frozenset[Type]) -> None:
        self._raw = raw
        self._empty = empty
        self._at = 0
        self._items = 0

    def along(self, type_: Type) -> None:
        """Go to the end of a value.

        Raises:
            IndexError: There is no such value.
            TooManyItems: There is, and it has too many items.
        """
        match type_.kind:
            case "int" | "long" | "enum":
                self._long()
            case "bytes" | "string":
                self._skip(self._long())
            case "fixed":
                self._skip(type_.schema["size"])
            case "record":
                for each in type_.fields:
                    self.along(each.type)
            case "union":
                self.along(type_.inner[self._long()])
            case "map":
                for count in self._blocks():
                    for _ in range(count):
                        self._skip(self._long())
                        self.along(type_.inner[0])
            case "array":
                self._array(type_.inner[0])
            case _:
                self._skip(_SIZES[type_.kind])

    def _array(self, item: Type) -> None:
        for count in self._blocks():
            if item not in self._empty:
                for _ in range(count):
                    self.along(item)
                continue
            self._items += count
            if self._items > MAX_ITEMS:
                raise TooManyItems

    def _blocks(self) -> Iterator[int]:
        while count := self._long():
            if count < 0:
                self._long()  # the number of the block's bytes
            yield abs(count)

    def _skip(self, size: int) -> None:
        self._at += size
        if size < 0 or self._at > len(self._raw):
            raise IndexError

    def _long(self) -> int:
        value = shift = 0
        while True:
            byte = self._raw[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
