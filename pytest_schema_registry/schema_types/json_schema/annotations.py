"""Annotations: the keywords that describe a schema, and change no verdict."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.schema_types.json_schema.document import DATA_KEYWORDS, NAMED_SCHEMAS
from pytest_schema_registry.schema_types.json_schema.keywords import ANNOTATIONS

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Schema

#: Matches, in canonical JSON, a reference that leads below an annotation. An escaped reference
#: matches too, because it may lead there.
_REFERENCE = re.compile(
    r'"\$(?:ref|dynamicRef|recursiveRef)":"[^"#]*#[^"]*'
    rf'(?:[%\\]|/(?:{"|".join(map(re.escape, ANNOTATIONS))})[/"])'
)


def differ_in_annotations_only(old: Schema, new: Schema) -> bool:
    """Check whether two schemas of different content are equal without their annotations.

    Args:
        old: The older schema.
        new: The newer schema.
    """
    if any(_REFERENCE.search(each.published.canonical) for each in (old, new)):
        return False
    return canonical(_bare(old.content)) == canonical(_bare(new.content))


def _bare(schema: Any) -> Any:
    """Return the schema without its annotations."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    bare = {}
    for keyword, value in schema.items():
        if keyword in NAMED_SCHEMAS and isinstance(value, dict):
            bare[keyword] = {name: _bare(each) for name, each in value.items()}
        elif keyword not in ANNOTATIONS:
            bare[keyword] = value if keyword in DATA_KEYWORDS else _bare(value)
    return bare
