"""The embedding of the meta-schema that a schema refers to, so that the comparison can look at it.

OpenAPI 2.0 refers to parts of the meta-schema of draft 4. The engine has that, and the schema does
not. From 2019-09 on, a meta-schema consists of several resources, and is not embedded.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import metaschema
from pytest_schema_registry.schema_types.json_schema.document import (
    Document,
    Schema,
    join,
    subschemas,
)
from pytest_schema_registry.schema_types.json_schema.drafts import draft_numbered

_LAST_OF_ONE_RESOURCE = 7


def with_embedded_metaschema(schema: Schema) -> Schema:
    """Write the meta-schema of a schema's own draft into it, if the schema refers to that.

    Args:
        schema: A valid schema, which is changed in place.
    """
    document = Document(schema)
    if not isinstance(schema, dict) or document.draft > _LAST_OF_ONE_RESOURCE:
        return schema
    uri, _ = urldefrag(draft_numbered(document.draft).metaschema)
    referring = [
        (part, fragment)
        for pointer, part in document.subschemas
        for fragment in _led_to(uri, document, pointer, part)
    ]
    # Each of several resources would need a copy.
    is_one_resource = len({document.base_of(pointer) for pointer, _ in document.subschemas}) == 1
    if not referring or not is_one_resource or uri in schema.get("definitions", {}):
        return schema
    place = join("#/definitions", uri)
    for part, fragment in referring:
        part["$ref"] = place + fragment
    schema["definitions"] = {**schema.get("definitions", {}), uri: _moved(metaschema(uri), place)}
    return schema


def _led_to(uri: str, document: Document, pointer: str, part: dict[str, Any]) -> Iterator[str]:
    """Yield the place in a meta-schema that the reference of a part leads to, if it does."""
    reference = part.get("$ref")
    if isinstance(reference, str) and document.pointer_of(reference, pointer) is None:
        target, fragment = urldefrag(document.uri_of(reference, pointer))
        if target == uri:
            yield fragment


def _moved(found: dict[str, Any], place: str) -> dict[str, Any]:
    """Change a meta-schema so that it means the same at another place of another schema."""
    for word in ("$schema", "$id", "id"):
        found.pop(word, None)
    for _, part in subschemas(found):
        if isinstance(part.get("$ref"), str):
            part["$ref"] = place + part["$ref"].removeprefix("#")
    return found
