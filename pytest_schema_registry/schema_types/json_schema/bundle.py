"""Bundling: a schema and all it refers to in one document (2020-12 core, section 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from pytest_schema_registry.schema_types.json_schema.document import is_reference
from pytest_schema_registry.schema_types.json_schema.drafts import (
    LATEST,
    METASCHEMAS,
    draft_of,
    identifier_of,
)
from pytest_schema_registry.schema_types.json_schema.keywords import keywords_of
from pytest_schema_registry.schema_types.json_schema.references import (
    base_uri,
    document_name,
    without_own_version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_schema_registry.schemas import Schema


def bundled(schema: Schema, referred: Mapping[str, Any], default_draft: str = LATEST.name) -> Any:
    """Return the content of a schema, with all schemas that it refers to embedded.

    The identifiers of schemas of its own version line leave out the version, so that bundles of v1
    and v2 compare equal.

    Args:
        schema: The schema.
        referred: The content of other schemas, by the URI that they are referred to with.
        default_draft: The draft of a schema without ``$schema``.
    """
    content = schema.content
    if not isinstance(content, dict):
        return content
    if default_draft != LATEST.name:
        content.setdefault("$schema", METASCHEMAS[default_draft])
    if not referred:
        return content
    draft = draft_of(content)
    own = base_uri(schema)
    known_as = "" if is_reference(content, draft) else content.get(identifier_of(draft), "")
    # Its own identifier may be relative. It is resolved as its references are.
    identifier, _ = urldefrag(urljoin(own, known_as))
    plain = without_own_version(schema, identifier)
    whole = _identified(content, plain, draft)
    keyword = "definitions" if draft <= 7 else "$defs"
    embedded = whole[keyword] = dict(whole.get(keyword, {}))
    for uri, document in referred.items():
        name = document_name(schema, uri)
        key = name if name not in embedded else uri
        embedded[key] = _identified(document, without_own_version(schema, uri), draft)
    if any(document_name(schema, uri).startswith("../") for uri in referred):
        # A schema of another version line may refer back to this line, by identifiers that have a
        # version. So each schema of this line is embedded under such an identifier, too.
        # For this schema, that is its stated identifier if this is relative, since its references
        # are resolved against it. Otherwise it is the identifier that its name gives.
        with_version = own if plain == identifier else identifier
        for uri, document in {with_version: content, **referred}.items():
            if without_own_version(schema, uri) != uri:
                embedded[uri] = _identified(document, uri, draft)
    return whole


def _identified(document: Any, uri: str, draft: int) -> dict[str, Any]:
    """Return a copy of a schema that has an identifier and asserts the same."""
    identifier = {identifier_of(draft): uri}
    if not isinstance(document, dict):
        return {**identifier, "allOf": [document]}
    if is_reference(document, draft):
        # Up to draft 7, siblings of `$ref` are ignored. In the copy they would count, because
        # `$ref` moves into `allOf`: drop them. Keep definitions and unknown words, since
        # references may lead to schemas below them.
        silent = keywords_of(draft) - {"$schema", "definitions"}
        kept = {key: value for key, value in document.items() if key not in silent}
        return {**kept, **identifier, "allOf": [{"$ref": document["$ref"]}]}
    return {**document, **identifier}
