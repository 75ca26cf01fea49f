"""The proof by induction alone, without the engine's own and without payloads."""

from __future__ import annotations

from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.induction import proved
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.document import Document


def holds(producer: Any, consumer: Any) -> bool:
    """Check whether the induction proves that a consumer accepts all that a producer sends."""
    ours, theirs = Document(producer), Document(consumer)
    return proved(
        ours.part(),
        theirs.part(),
        Patterns(),
        formats=True,
        budget=Budget(),
        known=Known.of(ours, theirs, Budget()),
    )
