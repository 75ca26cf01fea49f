"""The exceptions that the current test's checks raised, and that the test was not seen to expect.

A test may catch what a check raises, or lose it in a thread, a pool or a task. Then it passes,
although nothing was checked. So each check adds its exception here, and ``pytest.raises`` removes
the exception that it expects. An exception that is still here after the test's body passed is lost.
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

#: The exceptions of a check: an error if it could not be made, or else its verdict.
Raised = SchemaRegistryError | ContractViolation | IncompatibleSchemas


class Unseen:
    """The unexpected exceptions of a test's checks.

    As a context manager, it adds the exception of a check that leaves its block.
    """

    def __init__(self) -> None:
        # In the order of raising, and by identity, because an exception may define `__eq__`.
        self._raised: dict[int, Raised] = {}

    def add(self, raised: Raised) -> None:
        """Add an exception that a check raises."""
        self._raised.setdefault(id(raised), raised)

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, raised: BaseException | None, _traceback: object) -> None:
        if isinstance(raised, Raised):
            self.add(raised)

    @property
    def lost(self) -> Raised | None:
        """The first error, or else the first verdict; None if the test expected all of them."""
        raised = tuple(self._raised.values())  # a thread may be adding
        errors = (each for each in raised if isinstance(each, SchemaRegistryError))
        return next(errors, raised[0] if raised else None)

    def taken_from(self, raised: BaseException) -> Raised | None:
        """Remove a reported exception, or the members of its group. Return the first one found."""
        taken = [self._raised.pop(id(each), None) for each in leaves(raised)]
        return next((each for each in taken if each is not None), None)

    def expected(self, raised: BaseException) -> None:
        """Remove an exception that the test expects."""
        self._raised.pop(id(raised), None)

    def clear(self) -> None:
        """Remove all exceptions, because their test is over."""
        self._raised.clear()


def leaves(raised: BaseException) -> Iterator[BaseException]:
    """Yield an exception itself, or the members of an exception group, at any depth."""
    if isinstance(raised, BaseExceptionGroup):
        for each in raised.exceptions:
            yield from leaves(each)
    else:
        yield raised
