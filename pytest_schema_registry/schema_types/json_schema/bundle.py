"""A schema and what it refers to, as one document (JSON Schema 2020-12 core, section 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schema_types.json_schema.document import (
    draft_of,
    identifier_of,
    is_reference,
)
from pytest_schema_registry.schema_types.json_schema.drafts import keywords_of
from pytest_schema_registry.schema_types.json_schema.references import (
    base_uri,
    document_name,
    lineless,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_schema_registry.schemas import Schema

#: What a schema without ``$schema`` has to say to be of a draft.
_DIALECTS = {
    "4": "http://json-schema.org/draft-04/schema#",
    "6": "http://json-schema.org/draft-06/schema#",
    "7": "http://json-schema.org/draft-07/schema#",
    "2019-09": "https://json-schema.org/draft/2019-09/schema",
}


def bundled(schema: Schema, referred: Mapping[str, Any], default_draft: str = "2020-12") -> Any:
    """The content of a schema with all that it refers to embedded.

    What is of the schema's own version line is identified as of none, so that the documents of two
    lines do not differ in their identifiers.

    Args:
        schema: The schema.
        referred: The content of other schemas, by the URI that they are referred to with.
        default_draft: The draft of a schema without ``$schema``.
    """
    content = schema.content
    if not isinstance(content, dict):
        return content
    if default_draft in _DIALECTS:
        content.setdefault("$schema", _DIALECTS[default_draft])
    if not referred:
        return content
    draft = draft_of(content)
    own = base_uri(schema)
    known_as = None if is_reference(content, draft) else content.get(identifier_of(draft))
    whole = _identified(content, known_as or lineless(schema, own), draft)
    keyword = "definitions" if draft <= 7 else "$defs"
    embedded = whole[keyword] = dict(whole.get(keyword, {}))
    for uri, document in referred.items():
        name = document_name(schema, uri)
        key = name if name not in embedded else uri
        embedded[key] = _identified(document, lineless(schema, uri), draft)
    if any(document_name(schema, uri).startswith("../") for uri in referred):
        # From another line references may lead back to this one, by its name.
        for uri, document in {own: content, **referred}.items():
            if lineless(schema, uri) != uri:
                embedded[uri] = _identified(document, uri, draft)
    return whole


def _identified(document: Any, uri: str, draft: int) -> dict[str, Any]:
    """A schema that says the same, and who it is."""
    identifier = {identifier_of(draft): uri}
    if not isinstance(document, dict):
        return {**identifier, "allOf": [document]}
    if is_reference(document, draft):
        # What nobody hears must not be heard, and what references lead to must stay in its place.
        silent = keywords_of(draft) - {"$schema", "definitions"}
        kept = {key: value for key, value in document.items() if key not in silent}
        return {**kept, **identifier, "allOf": [{"$ref": document["$ref"]}]}
    return {**document, **identifier}
