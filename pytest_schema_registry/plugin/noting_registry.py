"""The registry that tests hold: its errors count for the test that calls it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registry import SchemaRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.contracts.unseen import Unseen

#: The methods of a registry whose errors are noted.
QUESTIONS = (
    "get_schema",
    "validate_payload",
    "form",
    "compiled",
    "violation",
    "bundled",
    "check_compatibility",
    "index",
    "versions",
)


class AskedRegistry(SchemaRegistry):
    """A registry that notes the errors it raises.

    The plugin itself asks the registry behind it where it can go on without an answer.

    Args:
        registry: The registry behind it; both share their attributes.
        unseen: The collection that notes the errors.
    """

    def __init__(self, registry: SchemaRegistry, unseen: Unseen) -> None:
        vars(self).update(vars(registry))
        self.behind = registry
        self.unseen = unseen


def _noted(question: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(question)
    def asked(self: AskedRegistry, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with self.unseen:
            return question(self.behind, *args, **kwargs)

    return asked


for _name in QUESTIONS:
    setattr(AskedRegistry, _name, _noted(getattr(SchemaRegistry, _name)))
