"""The size of a schema after each reference is replaced by its target."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pytest_schema_registry.schema_types.json_schema.document import (
    REFERENCES,
    Document,
    Part,
    references,
)

_IN_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else", "not")
_BY_NAME = ("dependentSchemas", "dependencies")
_ALL = frozenset({*REFERENCES, *_IN_LISTS, *_SINGLE, *_BY_NAME})
_ALL_BUT_REF = _ALL - {"$ref"}


def unfolded(*documents: Document) -> int:
    """Return the most subschemas that may apply to one value, counted once for each way to them.

    Definitions that refer to the next one twice double this number at each step. The time that the
    engine takes for one payload doubles with it.

    Args:
        documents: A schema and the schemas that it refers to.
    """
    sizes: dict[int, int] = {}
    inside: dict[int, list[Part]] = {}
    pending: list[Part] = []
    anchored: dict[str, list[Part]] = defaultdict(list)
    for document in documents:
        counted: set[tuple[str, str]] = set()
        for pointer, schema in document.subschemas:
            if isinstance(name := schema.get("$dynamicAnchor"), str):
                anchored[name].append(Part(document, pointer, schema))
            if _ALL.isdisjoint(schema):
                continue  # it counts as one
            if _ALL_BUT_REF.isdisjoint(schema) and isinstance(schema["$ref"], str):
                # Most of a large schema is the same few references, again and again.
                same = document.base_of(pointer), schema["$ref"]
                if same in counted:
                    continue
                counted.add(same)
            pending.append(Part(document, pointer, schema))
    while pending:
        part = pending[-1]
        key = id(part.schema)
        if key not in inside:
            inside[key] = list(_inner(part, documents, anchored))
        if key not in sizes:
            waiting = [inner for inner in inside[key] if id(inner.schema) not in sizes]
            sizes[key] = 1  # a reference back to here counts once
            if waiting:
                pending += waiting
                continue
        pending.pop()
        sizes[key] = 1 + sum(sizes[id(inner.schema)] for inner in inside[key])
    return max(sizes.values(), default=1)


def _inner(
    part: Part, documents: Sequence[Document], anchored: Mapping[str, list[Part]]
) -> Iterator[Part]:
    if not isinstance(part.schema, dict):
        return
    words = _ALL.intersection(part.schema)
    if not words:
        return
    if not words.isdisjoint(REFERENCES):
        yield from _targets(part, documents, anchored)
    # No meta-schema checks these values below an unknown keyword, so each needs a look at its type.
    for word in _IN_LISTS:
        if isinstance(branches := part.schema.get(word), list):
            yield from (part.below(word, at) for at in range(len(branches)))
    yield from (part.below(word) for word in _SINGLE if word in words)
    for word in _BY_NAME:
        if isinstance(schemas := part.schema.get(word), dict):
            yield from (part.below(word, name) for name in schemas)


def _targets(
    part: Part, documents: Sequence[Document], anchored: Mapping[str, list[Part]]
) -> Iterator[Part]:
    """Yield the possible targets of the references of a part.

    A dynamic reference may lead to any dynamic anchor of its name (core, section 8.2.3.2).
    """
    for word, reference in references(part.schema):
        target = part.document.resolve(reference, part.pointer)
        if target is None:
            uri = part.document.uri_of(reference, part.pointer)
            places = (document.find(uri) for document in documents)
            target = next((place for place in places if place is not None), None)
        others = anchored.get(reference.rpartition("#")[2], []) if word == "$dynamicRef" else []
        found = {id(each.schema): each for each in (target, *others) if each is not None}
        yield from found.values()
