"""What the current test's checks have raised, and the test has not been seen to expect.

A test may catch what a check raises, or lose it in a thread, a pool or a task, and then pass
although nothing was checked. So a check leaves what it raises here, and ``pytest.raises`` takes it
away where it names what it catches. What is left when the test's body has passed was lost.
"""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import (
    ContractViolation,
    IncompatibleSchemas,
    SchemaRegistryError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What a check raises: that it could not be made, or its verdict.
Raised = SchemaRegistryError | ContractViolation | IncompatibleSchemas


class Unseen:
    """What was raised and not expected; as a context manager, notes what comes out of a block."""

    def __init__(self) -> None:
        # By identity: an exception may define what equals it. In the order of raising.
        self._raised: dict[int, Raised] = {}
        self._watched: list[tuple[type, str, Callable[..., Any], Callable[..., Any]]] = []
        self._knows_unittest = False

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

    def clear(self) -> None:
        """Forget everything: its test is over."""
        self._raised.clear()

    def watch(self) -> None:
        """Have what expects exceptions tell of those that it catches.

        ``matches`` is the public method that ``pytest.raises`` decides by; it is given the very
        exception that came out of the block. To look for live ``pytest.RaisesExc`` objects when
        an error is raised would walk the whole heap, would not know which thread or task entered
        one, and would take the outermost for what catches it. It is ``matches`` and not
        ``__exit__``, as Python looks the latter up when a block is entered, and a test may make
        us within one.
        """
        if not self._watched:
            self._watch(pytest.RaisesExc, "matches")
            self._watch(pytest.RaisesGroup, "matches")
        if not self._knows_unittest and (unittest := sys.modules.get("unittest")) is not None:
            self._knows_unittest = True
            context = unittest.TestCase().assertRaises(Exception)  # noqa: PT027  # its class
            self._watch(type(context), "__exit__")

    def unwatch(self) -> None:
        """Put back what was there, where nobody has replaced it since."""
        for kind, name, watched, original in self._watched:
            if getattr(kind, name) is watched:
                setattr(kind, name, original)
        self._watched.clear()

    def _watch(self, kind: type, name: str) -> None:
        original = getattr(kind, name)

        @wraps(original)
        def watched(expectation: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = original(expectation, *args, **kwargs)
            if result and self._raised:
                for arg in (*args, *kwargs.values()):
                    if isinstance(arg, BaseException):
                        self._expected(expectation, arg)
            return result

        self._watched.append((kind, name, watched, original))
        setattr(kind, name, watched)

    def _expected(self, expectation: Any, caught: BaseException) -> None:
        for each in leaves(caught):
            if names(expectation, each):
                self._raised.pop(id(each), None)


def names(expectation: Any, raised: BaseException) -> bool:
    """Whether an expectation is of what a check raises, and not of just any exception.

    ``pytest.raises(Exception)`` passes as well where the registry is down, and does not mean it.

    Args:
        expectation: A class, a tuple of classes, or what ``pytest.raises``, ``pytest.RaisesGroup``
            or ``assertRaises`` returns.
        raised: What it matches.
    """
    if isinstance(expectation, pytest.RaisesGroup):
        return any(names(each, raised) for each in expectation.expected_exceptions)
    # unittest's has another name for them.
    kinds: Any = getattr(expectation, "expected", expectation)
    if isinstance(expectation, pytest.RaisesExc):
        kinds = expectation.expected_exceptions
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if isinstance(raised, SchemaRegistryError):
        # Beside another class, it would be a test that passes whether or not anything was checked.
        ours = all(issubclass(kind, SchemaRegistryError) for kind in kinds)
        return ours and isinstance(raised, kinds)
    verdicts = tuple(kind for kind in kinds if issubclass(kind, AssertionError))
    return isinstance(raised, verdicts)


def leaves(raised: BaseException) -> Iterator[BaseException]:
    """An exception, or those that a group holds."""
    if isinstance(raised, BaseExceptionGroup):
        for each in raised.exceptions:
            yield from leaves(each)
    else:
        yield raised
