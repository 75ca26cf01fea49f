"""The payloads that are made for a schema, whatever its language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schemas import Violation

_Item = TypeVar("_Item")
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Violating(NamedTuple):
    """A payload that breaks one rule of a schema.

    Args:
        payload: The payload.
        violation: The violation, as a check of the payload reports it.
    """

    payload: Any
    violation: Violation


class Payloads(Sequence[_Item]):
    """The payloads that were made for a schema, smallest first.

    They are the same in every run. Each access makes a payload anew, so a test may change what it
    got.

    Args:
        schema: The name of the schema.
        texts: The payloads as JSON text.
        uncovered: What no payload shows, and why.
        reason: The reason why there are no payloads; empty where there are some.
        make: Makes what a caller gets of an index and the payload at it.
    """

    def __init__(
        self,
        schema: str,
        texts: Sequence[str],
        uncovered: tuple[str, ...],
        reason: str,
        make: Callable[[int, Any], _Item],
    ) -> None:
        self.schema = schema
        #: What no payload shows, each with the reason.
        self.uncovered = uncovered
        #: True once somebody has asked why there are no payloads.
        self.is_reason_read = False
        self._reason = reason
        self._texts = tuple(texts)
        self._make = make

    @property
    def reason(self) -> str:
        """The reason why there are no payloads; empty where there are some."""
        self.is_reason_read = True
        return self._reason

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, index: int) -> _Item: ...

    @overload
    def __getitem__(self, index: slice) -> list[_Item]: ...

    def __getitem__(self, index: int | slice) -> _Item | list[_Item]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        return self._make(at, json.loads(self._texts[at]))

    def __repr__(self) -> str:
        count = f"{len(self)} payload{'' if len(self) == 1 else 's'}"
        parts = [f"{count} for {self.schema}"]
        parts += [self._reason] if self._reason else []
        if self and self.uncovered:
            parts.append(f"{len(self.uncovered)} not covered")
        return printable(f"<{': '.join(parts)}>")


def compact(payload: Any) -> str:
    """Return a payload as compact JSON, by which payloads are ordered."""
    return _WRITE(payload)
