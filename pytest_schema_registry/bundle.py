"""A schema and what it refers to, as one document (JSON Schema 2020-12 core, section 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_schema_registry.references import document_name

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

    What is embedded is identified by what it is called from within the schema, so that the
    documents of two version lines do not differ in their identifiers.

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
    older = (words for draft, words in _OLDER.items() if draft in dialect)
    keyword, identifier = next(older, ("$defs", "$id"))
    content.setdefault(identifier, quote(schema.name))
    embedded = content.setdefault(keyword, {})
    for uri, other in referred.items():
        name = document_name(schema, uri)
        key = name if name not in embedded else uri
        embedded[key] = _identified(other, identifier, quote(name, safe=":/?&=+-._~%"))
    return content


def _identified(content: Any, identifier: str, uri: str) -> Any:
    if isinstance(content, dict):
        return {**content, identifier: uri}
    return {identifier: uri, "allOf": [content]}
