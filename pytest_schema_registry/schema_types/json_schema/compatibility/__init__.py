"""The comparison of two JSON Schemas, which decides whether they are compatible."""

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schema_types.schema_type import NotASchema as NotASchema

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.json_schema.compatibility.levels import (
        compare as compare,
    )

__all__ = ["NotASchema", "compare"]


def __getattr__(name: str) -> Any:
    # Import lazily: an import of this package alone must not load the comparison.
    if name != "compare":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pytest_schema_registry.schema_types.json_schema.compatibility.levels import compare

    return compare
