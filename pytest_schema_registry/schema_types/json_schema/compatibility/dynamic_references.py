"""The translation of dynamic references into plain ones, where both mean the same.

The target of a dynamic reference depends on the resources that the evaluation has come through
(2020-12 core, section 8.2.3.2; 2019-09 core, section 8.2.4.2.2). In a schema of one resource, that
resource is always the outermost, so the target is the one that a `$ref` has.
"""

from pytest_schema_registry.schema_types.json_schema.document import Document, Schema

_DYNAMIC = ("$dynamicRef", "$recursiveRef")
#: What makes a subschema a resource of its own, or one of another draft.
_APART = frozenset({"$id", "$schema"})


def with_plain_references(schema: Schema) -> Schema:
    """Write `$ref` for each dynamic reference in a schema that embeds no other resource.

    Args:
        schema: A valid schema without words that its draft does not know. It is changed in place.
    """
    document = Document(schema)
    inner = (part for pointer, part in document.subschemas if pointer != "#")
    if document.ambiguous or any(part.keys() & _APART for part in inner):
        return schema
    for pointer, part in document.subschemas:
        for word in _DYNAMIC:
            reference = part.get(word)
            if not isinstance(reference, str) or "$ref" in part:
                continue
            if document.resolve(reference, pointer) is not None:
                part["$ref"] = part.pop(word)
    return schema
