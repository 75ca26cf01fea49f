"""The comparison engine: it decides whether two JSON Schemas are compatible."""

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
    # Import lazily: an import of this package alone does not need the engine.
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
