"""The registry that tests hold: its errors count for the test that calls it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registry import SchemaRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.unseen import Unseen
    from pytest_schema_registry.retrieval.schema_source import SchemaSource

#: The methods of a registry whose errors are noted.
NOTED = ("get_schema", "validate_payload", "check_compatibility", "index", "versions")


class NotingRegistry(SchemaRegistry):
    """A registry that notes the errors it raises.

    Args:
        source: Gives the schemas.
        judge: Judges the payloads.
        unseen: The collection that notes the errors.
    """

    def __init__(self, source: SchemaSource, judge: Judge, unseen: Unseen) -> None:
        self._own = None
        self._source = source
        self._judge = judge
        self._unseen = unseen


def _noted(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def noted(self: NotingRegistry, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with self._unseen:
            return method(self, *args, **kwargs)

    return noted


for _name in NOTED:
    setattr(NotingRegistry, _name, _noted(getattr(SchemaRegistry, _name)))
