"""What the current test's checks have raised, and the test has not been seen to expect.

A test may catch what a check raises, or lose it in a thread, a pool or a task, and then pass
although nothing was checked. So a check leaves what it raises here, and ``pytest.raises`` takes it
away where it names what it catches. What is left when the test's body has passed was lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.errors import (
    ContractViolation,
    IncompatibleSchemas,
    SchemaRegistryError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a check raises: that it could not be made, or its verdict.
Raised = SchemaRegistryError | ContractViolation | IncompatibleSchemas


class Unseen:
    """What was raised and not expected; as a context manager, notes what comes out of a block."""

    def __init__(self) -> None:
        # By identity: an exception may define what equals it. In the order of raising.
        self._raised: dict[int, Raised] = {}

    def add(self, raised: Raised) -> None:
        """Note what a check raises."""
        self._raised.setdefault(id(raised), raised)

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, raised: BaseException | None, _traceback: object) -> None:
        if isinstance(raised, Raised):
            self.add(raised)

    @property
    def lost(self) -> Raised | None:
        """The first error, or else the first verdict; None where all were expected."""
        raised = tuple(self._raised.values())  # a thread may be adding
        errors = (each for each in raised if isinstance(each, SchemaRegistryError))
        return next(errors, raised[0] if raised else None)

    def taken_from(self, raised: BaseException) -> Raised | None:
        """Take away what an exception that is reported is or groups; return the first of it."""
        taken = [self._raised.pop(id(each), None) for each in leaves(raised)]
        return next((each for each in taken if each is not None), None)

    def expected(self, raised: BaseException) -> None:
        """Take away an exception that the test has said it expects."""
        self._raised.pop(id(raised), None)

    def clear(self) -> None:
        """Forget everything: its test is over."""
        self._raised.clear()


def leaves(raised: BaseException) -> Iterator[BaseException]:
    """An exception, or those that a group holds."""
    if isinstance(raised, BaseExceptionGroup):
        for each in raised.exceptions:
            yield from leaves(each)
    else:
        yield raised
