"""The exceptions that a test expects: ``pytest.raises`` and unittest's ``assertRaises``."""

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
    """A watch on expectations: an error that a test expects by name does not count as lost.

    Args:
        unseen: The errors of the current test's checks; those that it expects are taken away.
    """

    def __init__(self, unseen: Unseen) -> None:
        self._unseen = unseen
        self._watched: list[tuple[type, str, Callable[..., Any], Callable[..., Any]]] = []
        self._knows_unittest = False

    def watch(self) -> None:
        """Wrap ``pytest.raises`` and ``assertRaises``, so that they report what they catch.

        ``pytest.raises`` decides by its public method ``matches``, which gets the very exception
        that left the block. We do not wrap its ``__exit__``: Python looks that up when the block
        is entered, and a test may start us inside the block. A search for live
        ``pytest.RaisesExc`` objects when an error is raised would be worse. It would walk the
        whole heap, would not know which thread or task entered one, and would take the outermost
        for the one that catches.
        """
        if not self._watched:
            self._watch(pytest.RaisesExc, "matches")
            self._watch(pytest.RaisesGroup, "matches")
        if not self._knows_unittest and (unittest := sys.modules.get("unittest")) is not None:
            self._knows_unittest = True
            context = unittest.TestCase().assertRaises(Exception)  # noqa: PT027  # its class
            self._watch(type(context), "__exit__")

    def unwatch(self) -> None:
        """Restore the original methods, except where somebody has replaced them since."""
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
    """Check whether an expectation names an error of our checks, and not just any exception.

    ``pytest.raises(Exception)`` passes also where the registry is down, but does not mean that.

    Args:
        expectation: A class, a tuple of classes, or what ``pytest.raises``, ``pytest.RaisesGroup``
            or ``assertRaises`` returns.
        raised: The exception that it matches.
    """
    if isinstance(expectation, pytest.RaisesGroup):
        return any(names(each, raised) for each in expectation.expected_exceptions)
    # unittest calls the classes ``expected``.
    kinds: Any = getattr(expectation, "expected", expectation)
    if isinstance(expectation, pytest.RaisesExc):
        kinds = expectation.expected_exceptions
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if isinstance(raised, SchemaRegistryError):
        # With another class beside ours, the test passes whether or not anything was checked.
        ours = all(issubclass(kind, SchemaRegistryError) for kind in kinds)
        return ours and isinstance(raised, kinds)
    verdicts = tuple(kind for kind in kinds if issubclass(kind, AssertionError))
    return isinstance(raised, verdicts)
