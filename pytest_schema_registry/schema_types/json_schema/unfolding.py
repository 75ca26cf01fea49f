"""The size of a schema after each reference is replaced by its target."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pytest_schema_registry.schema_types.json_schema.document import (
    REFERENCES,
    Document,
    Key,
    Part,
    identity,
    references,
    subschemas,
)

_IN_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else", "not")
_BY_NAME = ("dependentSchemas", "dependencies")
_ALL = frozenset({*REFERENCES, *_IN_LISTS, *_SINGLE, *_BY_NAME})


def unfolded(*documents: Document) -> int:
    """Return the most subschemas that may apply to one value, counted once for each way to them.

    Definitions that refer to the next one twice double this number at each step. The time that the
    engine takes for one payload doubles with it.

    Args:
        documents: A schema and the schemas that it refers to.
    """
    sizes: dict[Key, int] = {}
    inside: dict[Key, list[Part]] = {}
    pending = [
        Part(document, pointer, found)
        for document in documents
        for pointer, found in subschemas(document.root)
    ]
    anchored: dict[str, list[Part]] = defaultdict(list)
    for part in pending:
        if isinstance(name := part.get("$dynamicAnchor"), str):
            anchored[name].append(part)
    while pending:
        part = pending[-1]
        key = identity((part,))
        if key not in inside:
            inside[key] = list(_inner(part, documents, anchored))
        waiting = [inner for inner in inside[key] if identity((inner,)) not in sizes]
        if key not in sizes and waiting:
            sizes[key] = 1  # a reference back to here counts once
            pending += waiting
            continue
        pending.pop()
        sizes[key] = 1 + sum(sizes[identity((inner,))] for inner in inside[key])
    return max(sizes.values(), default=1)


def _inner(
    part: Part, documents: Sequence[Document], anchored: Mapping[str, list[Part]]
) -> Iterator[Part]:
    if not isinstance(part.schema, dict) or _ALL.isdisjoint(part.schema):
        return
    yield from _targets(part, documents, anchored)
    # No meta-schema checks these values below an unknown keyword, so each needs a look at its type.
    for word in _IN_LISTS:
        if isinstance(branches := part.get(word), list):
            yield from (part.below(word, at) for at in range(len(branches)))
    yield from (part.below(word) for word in _SINGLE if part.get(word) is not None)
    for word in _BY_NAME:
        if isinstance(schemas := part.get(word), dict):
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
        found = {identity((each,)): each for each in (target, *others) if each is not None}
        yield from found.values()
