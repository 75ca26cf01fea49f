"""What an induction takes for granted of the schemas that it is about."""

import re
from typing import Any
from urllib.parse import unquote, urljoin

from pytest_schema_registry.schema_types.json_schema.document import Document, draft_of, subschemas

_IDENTIFIERS = ("$id", "id", "$anchor", "$dynamicAnchor")
_DYNAMIC = frozenset({"$dynamicRef", "$recursiveRef"})


def hold(document: Document) -> bool:
    """Whether each reference in a document leads to one known subschema, in one dialect."""
    schemas = dict(subschemas(document.root))
    if any(schema.keys() & _DYNAMIC for schema in schemas.values()):
        return False
    if any(
        "$schema" in schema and draft_of(schema) != document.draft for schema in schemas.values()
    ):
        return False
    if document.ambiguous or _repeated(schemas):
        return False  # which of them is meant is for the engine to say
    return all(
        _leads_to(document, schema["$ref"], pointer, schemas)
        for pointer, schema in schemas.items()
        if isinstance(schema.get("$ref"), str)
    )


def _repeated(schemas: dict[str, dict[str, Any]]) -> bool:
    """Whether something reads like an identifier twice, be it one in this draft or not."""
    found = [
        _spelled_alike(schema[keyword])
        for schema in schemas.values()
        for keyword in _IDENTIFIERS
        if isinstance(schema.get(keyword), str)
    ]
    return len(set(found)) < len(found)


def _spelled_alike(identifier: str) -> str:
    """The same text for all that may be one URI in another spelling (RFC 3986, section 6.2)."""
    text = unquote(urljoin("http://base/", identifier.strip("#"))).casefold()
    return re.sub(r":(?:80|443)?(?=/)|(?<!:)/+$|(?<=[^:/])/+(?=/)", "", text)


def _leads_to(
    document: Document, reference: str, pointer: str, schemas: dict[str, dict[str, Any]]
) -> bool:
    """Whether a reference leads to a subschema of the document.

    Not so for a meta-schema, which the engine has and the document has not, and for what stands
    below a keyword of data, where no reference was looked at.
    """
    target = document.resolve(reference, pointer)
    return target is not None and (isinstance(target.schema, bool) or target.pointer in schemas)
