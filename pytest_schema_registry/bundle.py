"""A schema and what it refers to, as one document (JSON Schema 2020-12 core, section 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.references import base_uri, document_name, lineless

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
#: Where older drafts embed schemas, and what identifies them there.
_OLDER = {
    "draft-04": ("definitions", "id"),
    "draft-06": ("definitions", "$id"),
    "draft-07": ("definitions", "$id"),
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
    dialect = str(content.get("$schema", ""))
    older = next((words for draft, words in _OLDER.items() if draft in dialect), None)
    keyword, identifier = older or ("$defs", "$id")

    def identified(document: Any, uri: str) -> Any:
        if not isinstance(document, dict):
            return {identifier: uri, "allOf": [document]}
        if older and "$ref" in document:
            # Beside a reference these drafts hear nothing, an identifier included.
            heard = {key: document[key] for key in ("$schema", keyword) if key in document}
            return {**heard, identifier: uri, "allOf": [{"$ref": document["$ref"]}]}
        return {**document, identifier: uri}

    own = base_uri(schema)
    whole = identified(content, content.get(identifier, lineless(schema, own)))
    embedded = whole[keyword] = dict(whole.get(keyword, {}))
    for uri, document in referred.items():
        name = document_name(schema, uri)
        key = name if name not in embedded else uri
        embedded[key] = identified(document, lineless(schema, uri))
    if any(document_name(schema, uri).startswith("../") for uri in referred):
        # From another line references may lead back to this one, by its name.
        for uri, document in {own: content, **referred}.items():
            if lineless(schema, uri) != uri:
                embedded[uri] = identified(document, uri)
    return whole
