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

__all__ = ["CompatibilityReport", "Note", "Reason", "Waived"]


def __getattr__(name: str) -> Any:
    # Import lazily: rules in the ini file need only `wording`, and that in each process.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.report"), name)
