"""What a test says it expects: ``pytest.raises`` and unittest's ``assertRaises``."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.contracts.unseen import leaves
from pytest_schema_registry.errors import SchemaRegistryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.contracts.unseen import Unseen


class Expectations:
    """Takes away from what a test's checks have raised whatever the test expects by name.

    Args:
        unseen: What the checks of the current test have raised.
    """

    def __init__(self, unseen: Unseen) -> None:
        self._unseen = unseen
        self._watched: list[tuple[type, str, Callable[..., Any], Callable[..., Any]]] = []
        self._knows_unittest = False

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
            if result and self._unseen.lost is not None:
                for arg in (*args, *kwargs.values()):
                    if isinstance(arg, BaseException):
                        self._expected(expectation, arg)
            return result

        self._watched.append((kind, name, watched, original))
        setattr(kind, name, watched)

    def _expected(self, expectation: Any, caught: BaseException) -> None:
        for each in leaves(caught):
            if names(expectation, each):
                self._unseen.expected(each)


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
