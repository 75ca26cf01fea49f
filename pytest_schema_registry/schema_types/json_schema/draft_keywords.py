"""The removal from a schema of all keywords that its draft does not know.

A keyword of another draft and a custom keyword assert nothing, and no meta-schema checks the value
below them. In such a value, only the target of a reference is a schema.
"""

from collections.abc import Iterator
from typing import Any

from pytest_schema_registry.schema_types.json_schema.document import (
    NAMED_SCHEMAS,
    Document,
    Schema,
    join,
    references,
    split,
    subschemas,
)
from pytest_schema_registry.schema_types.json_schema.drafts import draft_of
from pytest_schema_registry.schema_types.json_schema.keywords import SCHEMAS, keywords_of


def without_unknown_keywords(root: Schema) -> Schema:
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
            found[word] = _copied(value, draft, keywords) if word in SCHEMAS else value
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
