"""The schema languages, behind one seam: see ``schema_type`` for what each of them can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.schema_type import SchemaType


def all_types(*, formats: bool = True, default_draft: str = "2020-12") -> dict[str, SchemaType]:
    """Return the schema languages by the word that registries have for each.

    Args:
        formats: Whether a JSON Schema's ``format`` is an assertion (2020-12 Validation, section
            7.2.2).
        default_draft: The draft of a JSON Schema without ``$schema``.
    """
    # Import lazily: importing this package alone must not load an engine.
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType

    json_schema = JSONSchemaType(formats=formats, default_draft=default_draft)
    return {json_schema.name: json_schema}
