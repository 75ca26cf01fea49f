"""The premises of an induction: conditions that the two schemas have to meet."""

import re
from typing import Any
from urllib.parse import unquote, urljoin

from pytest_schema_registry.schema_types.json_schema.document import Document, subschemas
from pytest_schema_registry.schema_types.json_schema.drafts import draft_of

_IDENTIFIERS = ("$id", "id", "$anchor", "$dynamicAnchor")
_DYNAMIC = frozenset({"$dynamicRef", "$recursiveRef"})


def hold(document: Document) -> bool:
    """Check whether each reference leads to one known subschema, and no other draft is stated."""
    schemas = dict(subschemas(document.root))
    if any(schema.keys() & _DYNAMIC for schema in schemas.values()):
        return False
    if any(
        "$schema" in schema and draft_of(schema) != document.draft for schema in schemas.values()
    ):
        return False
    if document.ambiguous or _repeated(schemas):
        return False  # only the engine knows which of them a reference means
    return all(
        _leads_to(document, schema["$ref"], pointer, schemas)
        for pointer, schema in schemas.items()
        if isinstance(schema.get("$ref"), str)
    )


def _repeated(schemas: dict[str, dict[str, Any]]) -> bool:
    """Check whether two identifiers read alike.

    Keywords that identify nothing in this draft count as well.
    """
    found = [
        _spelled_alike(schema[keyword])
        for schema in schemas.values()
        for keyword in _IDENTIFIERS
        if isinstance(schema.get(keyword), str)
    ]
    return len(set(found)) < len(found)


def _spelled_alike(identifier: str) -> str:
    """Return one text for all spellings that may mean the same URI (RFC 3986, section 6.2).

    Some different URIs share a text as well, which only costs the proof.
    """
    text = unquote(urljoin("http://base/", identifier.strip("#"))).casefold()
    return re.sub(r":(?:80|443)?(?=/)|(?<!:)/+$|(?<=[^:/])/+(?=/)", "", text)


def _leads_to(
    document: Document, reference: str, pointer: str, schemas: dict[str, dict[str, Any]]
) -> bool:
    """Check whether a reference leads to a subschema of the document.

    A meta-schema is not one: the engine has it, but the document does not. A value below a keyword
    of data, such as `const`, is not one either: the references in it were not checked.
    """
    target = document.resolve(reference, pointer)
    return target is not None and (isinstance(target.schema, bool) or target.pointer in schemas)
