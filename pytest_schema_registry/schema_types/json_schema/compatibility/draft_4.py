"""The translation of a schema of draft 4 into draft 7, to be compared with one of a later draft.

The words differ little: draft 4 says with a boolean that a bound is excluded. Where the meaning of
a word differs, there is no translation. In draft 4, 1.0 is no integer, and fewer formats are known.
"""

from __future__ import annotations

import json
from typing import Any

from pytest_schema_registry.schema_types.json_schema.document import Document, Schema
from pytest_schema_registry.schema_types.json_schema.drafts import METASCHEMAS
from pytest_schema_registry.schema_types.json_schema.engine_rules import DRAFT_4_FLAGS

#: Words that mean something else in draft 7.
_OTHERS = frozenset({"format", "id"})


def in_draft_7(schema: Schema) -> Schema | None:
    """Return a copy of a schema that means the same in draft 7; None where none is known.

    Args:
        schema: A valid schema of draft 4, without words that draft 4 does not know.
    """
    copy: Schema = json.loads(json.dumps(schema))
    if not isinstance(copy, dict):
        return None
    parts = [part for _, part in Document(copy).subschemas]
    if any(map(_differs, parts)) or any("$schema" in part for part in parts if part is not copy):
        return None
    for part in parts:
        _exclude_bounds(part)
    copy["$schema"] = METASCHEMAS["7"]
    return copy


def _differs(part: dict[str, Any]) -> bool:
    types = part.get("type")
    listed = types if isinstance(types, list) else [types]
    return "integer" in listed or not _OTHERS.isdisjoint(part)


def _exclude_bounds(part: dict[str, Any]) -> None:
    for bound, exclusive in DRAFT_4_FLAGS.items():
        if part.pop(exclusive, False) and bound in part:
            part[exclusive] = part.pop(bound)
