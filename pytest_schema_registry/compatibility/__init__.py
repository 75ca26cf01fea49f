"""The outcome of a comparison of two schemas, whatever their schema language."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import (
        CompatibilityReport as CompatibilityReport,
    )
    from pytest_schema_registry.compatibility.report import Note as Note
    from pytest_schema_registry.compatibility.report import Reason as Reason
    from pytest_schema_registry.compatibility.report import Waived as Waived
    from pytest_schema_registry.schema_types.json_schema.compatibility import (
        NotASchema as NotASchema,
    )
    from pytest_schema_registry.schema_types.json_schema.compatibility import compare as compare

_MODULE_OF = {
    **dict.fromkeys(("CompatibilityReport", "Note", "Reason", "Waived"), f"{__name__}.report"),
    # Users imported these from here before the comparison moved to its language.
    **dict.fromkeys(
        ("NotASchema", "compare"), "pytest_schema_registry.schema_types.json_schema.compatibility"
    ),
}

__all__ = [*_MODULE_OF]  # noqa: PLE0604  # strings, from the table above


def __getattr__(name: str) -> Any:
    # Import lazily: a process that reads settings, or a report, must not import the comparison.
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
