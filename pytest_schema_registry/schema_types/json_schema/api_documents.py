"""Documents that have JSON Schemas in them: OpenAPI and AsyncAPI, and how each means its schemas.

OpenAPI before 3.1 has words of its own, which are written here as draft 2020-12 has them: ``null``
is a type there, an exclusive bound is a number, and a reference has no siblings (OpenAPI 3.0.3,
"Schema Object"). Of a nullable enum, ``null`` must still be one of the values, as OpenAPI says.
"""

from __future__ import annotations

from functools import reduce
from itertools import chain
from operator import getitem
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import READER, canonical
from pytest_schema_registry.schema_types.json_schema.document import subschemas
from pytest_schema_registry.schema_types.json_schema.drafts import LATEST, METASCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The first words of the versions of OpenAPI whose schemas are almost JSON Schemas.
_BEFORE_3_1 = ("2.", "3.0")
#: OpenAPI's own dialects: draft 2020-12 with annotations.
_OWN_DIALECTS = "https://spec.openapis.org/"
#: The formats that OpenAPI adds as annotations: no JSON Schema draft asserts them.
_ANNOTATED = frozenset(
    {"int32", "int64", "float", "double", "byte", "binary", "password"} | {"char", "decimal"}
)
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def dialect_of(document: dict[str, Any]) -> str | None:
    """Return the ``$schema`` that a document means its schemas by; None where it states none."""
    if _is_openapi(document):
        stated = document.get("jsonSchemaDialect")
        is_stated = isinstance(stated, str) and not stated.startswith(_OWN_DIALECTS)
        return str(stated) if is_stated else LATEST.metaschema
    if isinstance(document.get("asyncapi"), str):
        return METASCHEMAS["7"]
    stated = document.get("$schema")
    return stated if isinstance(stated, str) else None


def as_json_schemas(document: Any, kept: Any = None, reached: Iterable[Sequence[str]] = ()) -> Any:
    """Return a document, or what is kept of it, with its schemas as JSON Schemas.

    Args:
        document: The document.
        kept: What is kept of it; None for all.
        reached: The keys to schemas in it. Without them, one whose place reads like a keyword for
            data is not found, such as that of the response ``default``.
    """
    content = document if kept is None else kept
    if not isinstance(document, dict):
        return content
    dialect = dialect_of(document)
    if dialect is None or dialect == document.get("$schema"):
        return content
    stated = f"{document.get('openapi') or document.get('swagger') or ''}"
    content = READER.decode(canonical(content))
    roots = (content, *(reduce(getitem, keys, content) for keys in reached))
    for _, schema in chain.from_iterable(map(subschemas, roots)):
        if schema.get("format") in _ANNOTATED:
            del schema["format"]
        if stated.startswith(_BEFORE_3_1):
            _raise_to_latest(schema)
    return {**content, "$schema": dialect}


def _is_openapi(document: dict[str, Any]) -> bool:
    return isinstance(document.get("openapi") or document.get("swagger"), str)


def _raise_to_latest(schema: dict[str, Any]) -> None:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        schema.clear()
        schema["$ref"] = reference
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    for exclusive, bound in _BOUNDS.items():
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)
