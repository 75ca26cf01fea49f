"""Whether one JSON Schema still speaks to another: the comparison engine."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.json_schema.compatibility.errors import (
        NotASchema as NotASchema,
    )
    from pytest_schema_registry.schema_types.json_schema.compatibility.levels import (
        compare as compare,
    )

_MODULE_OF = {"NotASchema": "errors", "compare": "levels"}

__all__ = [*_MODULE_OF]  # noqa: PLE0604  # strings, from the table above


def __getattr__(name: str) -> Any:
    # The modules here import the engine, which those who only name this package do not need.
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
