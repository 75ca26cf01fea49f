"""The keywords of each draft, and the removal of all others from a schema.

A keyword of another draft and a custom keyword assert nothing, and no meta-schema checks the value
below them. In such a value, only the target of a reference is a schema.
"""

from collections.abc import Iterator
from typing import Any

from pytest_schema_registry.schema_types.json_schema.document import (
    NAMED_SCHEMAS,
    Document,
    Schema,
    draft_of,
    join,
    references,
    split,
    subschemas,
)

_ALWAYS = frozenset(
    {"$ref", "$schema", "title", "description", "default", "type", "enum", "format"}
    | {"allOf", "anyOf", "oneOf", "not", "definitions", "dependencies", "items", "required"}
    | {"properties", "patternProperties", "additionalProperties", "minProperties", "maxProperties"}
    | {"minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    # No draft knows these, but notes tell of them.
    | {"discriminator", "example"}
)
_LATER = 9999  # later than any draft
#: The first and the last draft in which the engine knows a keyword.
_SPANS = {
    "id": (0, 4),
    "additionalItems": (0, 2019),
    **dict.fromkeys(("$id", "const", "contains", "propertyNames", "examples"), (6, _LATER)),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), (6, _LATER)),
    **dict.fromkeys(("if", "then", "else", "$comment", "readOnly", "writeOnly"), (7, _LATER)),
    **dict.fromkeys(("$defs", "$anchor", "$vocabulary", "deprecated"), (2019, _LATER)),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "contentSchema"), (2019, _LATER)),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), (2019, _LATER)),
    **dict.fromkeys(("minContains", "maxContains"), (2019, _LATER)),
    **dict.fromkeys(("$recursiveRef", "$recursiveAnchor"), (2019, 2019)),
    **dict.fromkeys(("$dynamicRef", "$dynamicAnchor", "prefixItems"), (2020, _LATER)),
}
#: The value of these keywords is a schema or a list of schemas.
_SCHEMAS = frozenset(
    {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "items", "prefixItems", "contains"}
    | {"additionalItems", "additionalProperties", "propertyNames", "contentSchema"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)


def known(root: Schema) -> Schema:
    """Copy a schema without the keywords that its draft does not know.

    The copy asserts the same. All that references lead to is kept, at the same pointers.

    Args:
        root: A schema that follows its meta-schema. It is not changed.
    """
    draft = draft_of(root)
    keywords = keywords_of(draft)
    whole = Document(root)
    targets: dict[str, Any] = {}
    while True:
        found: Schema = _copied(root, draft, keywords)
        between: set[str] = set()
        for pointer in sorted(targets, key=len):
            between |= _graft(found, pointer, _copied(targets[pointer], draft, keywords))
        document = Document(found)
        missing = {
            pointer: target.schema
            for pointer in _referred(document)
            if pointer in between or document.at(pointer) is None
            if (target := whole.at(pointer)) is not None
        }
        if not missing:
            return found
        targets |= missing  # each of them may refer to more


def keywords_of(draft: int) -> frozenset[str]:
    """Return the keywords that a draft knows."""
    return _ALWAYS | {word for word, (first, last) in _SPANS.items() if first <= draft <= last}


def _copied(schema: Any, draft: int, keywords: frozenset[str]) -> Any:
    if isinstance(schema, list):
        return [_copied(each, draft, keywords) for each in schema]
    if not isinstance(schema, dict) or ("$schema" in schema and draft_of(schema) != draft):
        return schema
    found = {}
    for word, value in schema.items():
        if word not in keywords:
            continue
        if word in NAMED_SCHEMAS and isinstance(value, dict):
            found[word] = {name: _copied(each, draft, keywords) for name, each in value.items()}
        else:
            found[word] = _copied(value, draft, keywords) if word in _SCHEMAS else value
    return found


def _referred(document: Document) -> Iterator[str]:
    """Yield the pointers that the references in a document lead to within it."""
    for pointer, schema in subschemas(document.root):
        for _, reference in references(schema):
            target = document.pointer_of(reference, pointer)
            if target is not None:
                yield target


def _graft(root: Any, pointer: str, schema: Any) -> set[str]:
    """Put a schema at a pointer, and return the pointers of the objects made on the way."""
    made = set()
    *outer, last = split(pointer)
    node, here = root, "#"
    for key in outer:
        here = join(here, key)
        if isinstance(node, list):
            node = node[int(key)]
            continue
        if key not in node:
            node[key] = {}
            made.add(here)
        node = node[key]
    node[last] = schema
    return made
