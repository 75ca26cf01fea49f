"""The rewriting of a `oneOf` of objects whose branches do not say that they are objects.

FHIR's union of its resources is one. All of its branches take a number, since their keywords are
about objects only. So the union takes no number, as exactly one branch has to hold. To a comparison
that looks at one branch at a time, each takes numbers. Here each branch gets `"type": "object"`,
which leaves the union's meaning as it is.
"""

from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.close_objects import (
    can_be_changed,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.place import branches, conjuncts
from pytest_schema_registry.schema_types.json_schema.compatibility.premises import hold
from pytest_schema_registry.schema_types.json_schema.document import Document, Part, Schema
from pytest_schema_registry.schema_types.json_schema.keywords import SILENT

#: The keywords that are about objects only (2020-12 Validation, section 6.5, and earlier drafts).
_OF_OBJECTS = frozenset(
    {"properties", "patternProperties", "additionalProperties", "unevaluatedProperties"}
    | {"required", "minProperties", "maxProperties", "propertyNames"}
    | {"dependencies", "dependentRequired", "dependentSchemas"}
)
_PLAIN = _OF_OBJECTS | SILENT | {"$ref", "allOf"}


def with_typed_branches(schema: Schema) -> Schema:
    """Give each branch of a `oneOf` the type that the union as a whole has.

    Args:
        schema: A valid schema, which is changed in place.
    """
    document = Document(schema)
    parts = (Part(document, pointer, found) for pointer, found in document.subschemas)
    listed = [branches(part, "oneOf") for part in parts if not part.is_reference]
    plain = [each for one in listed if _are_plain(one) for each in one]
    if plain and hold(document):  # else a reference may lead elsewhere
        for branch in plain:
            _limit(branch)
    return schema


def _are_plain(listed: list[Part]) -> bool:
    """Check whether there are several branches, and each says something of objects only."""
    return len(listed) > 1 and all(map(_is_plain, listed))


def _is_plain(branch: Part) -> bool:
    found = [part.schema for part in conjuncts((branch,))]
    return (
        can_be_changed(branch)
        and all(isinstance(schema, dict) and schema.keys() <= _PLAIN for schema in found)
        and any(schema.keys() & _OF_OBJECTS for schema in found)
    )


def _limit(branch: Part) -> None:
    schema: dict[str, Any] = branch.schema
    if branch.is_reference:
        # A keyword beside the reference would be ignored.
        schema["allOf"] = [{"$ref": schema.pop("$ref")}]
    schema["type"] = "object"
