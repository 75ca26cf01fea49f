"""Whether two versions of a JSON Schema still speak to each other, and why not."""

from pytest_schema_registry.compatibility.errors import NotASchema
from pytest_schema_registry.compatibility.levels import compare
from pytest_schema_registry.compatibility.report import CompatibilityReport, Note, Reason, Waived

__all__ = ["CompatibilityReport", "NotASchema", "Note", "Reason", "Waived", "compare"]
