"""Whether two versions of a JSON Schema still speak to each other, and why not."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.errors import NotASchema as NotASchema
    from pytest_schema_registry.compatibility.levels import compare as compare
    from pytest_schema_registry.compatibility.report import (
        CompatibilityReport as CompatibilityReport,
    )
    from pytest_schema_registry.compatibility.report import Note as Note
    from pytest_schema_registry.compatibility.report import Reason as Reason
    from pytest_schema_registry.compatibility.report import Waived as Waived

_MODULE_OF = {
    "CompatibilityReport": "report",
    "NotASchema": "errors",
    "Note": "report",
    "Reason": "report",
    "Waived": "report",
    "compare": "levels",
}

__all__ = [*_MODULE_OF]  # noqa: PLE0604  # strings, from the table above


def __getattr__(name: str) -> Any:
    # Rules in the ini file need the words of this package in each process, and nothing else.
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
