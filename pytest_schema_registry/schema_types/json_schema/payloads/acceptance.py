"""The check of a value against the schemas of one place, before it becomes a part of a payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jsonschema_rs

from pytest_schema_registry.json_values import READER, canonical
from pytest_schema_registry.schema_types.json_schema.compatibility.place import conjuncts
from pytest_schema_registry.schema_types.json_schema.document import Key, Place, identity
from pytest_schema_registry.schema_types.json_schema.drafts import (
    METASCHEMAS,
    draft_numbered,
    identifier_of,
)
from pytest_schema_registry.schema_types.json_schema.patterns import respelled_schema

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
    from pytest_schema_registry.schema_types.json_schema.document import Document
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType

#: A plain value may break these keywords. It obeys all others.
_DOUBTFUL = frozenset(
    {"not", "oneOf", "if", "dependentSchemas", "dependencies", "contains", "uniqueItems"}
    | {"unevaluatedProperties", "unevaluatedItems", "propertyNames", "maxProperties", "maxItems"}
    | {"format", "pattern", "patternProperties", "minProperties", "additionalProperties"}
)
#: The steps that it takes to compile a place of a small schema, and the subschemas of a large one
#: that take one more.
_COMPILED = 5
_COMPILED_IN_A_STEP = 500
_BASE = "urn:schema"


class Acceptance:
    """The validators of the places of one document.

    Args:
        schema_type: The language, with its settings.
        document: The schema, with all that it refers to.
    """

    def __init__(self, schema_type: JSONSchemaType, document: Document) -> None:
        self._type = schema_type
        self._document = document
        self._validators: dict[Key, jsonschema_rs.Validator | None] = {}
        root = document.root
        stated = root.get(identifier_of(document.draft)) if isinstance(root, dict) else None
        self._base = stated.partition("#")[0] if isinstance(stated, str) and ":" in stated else ""
        self._base = self._base or _BASE
        text = respelled_schema(canonical(root))
        self._content = root if text is None else READER.decode(text)
        self._registry: jsonschema_rs.Registry | None = None

    def accepts(self, place: Place, value: Any, budget: Budget) -> bool:
        """Check whether the schemas of a place accept a value, as far as they can be asked."""
        parts = conjuncts(place)
        if all(not isinstance(p.schema, dict) or _DOUBTFUL.isdisjoint(p.schema) for p in parts):
            return True
        key = identity(place)
        budget.spend()
        if key not in self._validators:
            budget.spend(_COMPILED + len(self._document.subschemas) // _COMPILED_IN_A_STEP)
            self._validators[key] = self._compiled(place)
        validator = self._validators[key]
        return validator is None or validator.is_valid(value)

    def _compiled(self, place: Place) -> jsonschema_rs.Validator | None:
        draft = draft_numbered(self._document.draft)
        references = [{"$ref": self._base + quote(part.pointer, safe="#/")} for part in place]
        schema = {"$schema": METASCHEMAS[draft.name], "allOf": references}
        try:
            if self._registry is None:
                resources = [(self._base, self._content)]
                self._registry = jsonschema_rs.Registry(
                    resources, draft=_engine_draft(draft.number)
                )
            options: Any = {"registry": self._registry, "offline": True}
            return self._type.engine(schema, canonical(schema), **options)
        except (ValueError, TypeError):  # a part that is known by an identifier of its own
            return None


def _engine_draft(number: int) -> int:
    drafts = {
        4: jsonschema_rs.Draft4,
        6: jsonschema_rs.Draft6,
        7: jsonschema_rs.Draft7,
        2019: jsonschema_rs.Draft201909,
    }
    return drafts.get(number, jsonschema_rs.Draft202012)
