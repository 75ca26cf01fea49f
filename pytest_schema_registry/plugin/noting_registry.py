"""The registry that tests hold: its errors count for the test that calls it."""

from __future__ import annotations

from functools import wraps
from inspect import isfunction
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registry import SchemaRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.contracts.unseen import Unseen


class NotingRegistry(SchemaRegistry):
    """A registry that notes the errors it raises, and has no state but the registry behind it.

    The plugin itself asks the registry behind it where it can go on without an answer.

    Args:
        behind: The registry that answers.
        unseen: The collection that notes the errors.
    """

    def __init__(self, behind: SchemaRegistry, unseen: Unseen) -> None:
        self.behind = behind
        self.unseen = unseen


def _noting(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def noting(self: NotingRegistry, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with self.unseen:
            return method(self.behind, *args, **kwargs)

    return noting


for _name, _method in vars(SchemaRegistry).items():
    if isfunction(_method) and not _name.startswith("_"):
        setattr(NotingRegistry, _name, _noting(_method))
