"""How large a schema is once references are replaced by what they refer to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pytest_schema_registry.compatibility.document import (
    REFERENCES,
    Document,
    Part,
    references,
    subschemas,
)

_IN_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else", "not")
_BY_NAME = ("dependentSchemas", "dependencies")
_ALL = frozenset({*REFERENCES, *_IN_LISTS, *_SINGLE, *_BY_NAME})


def unfolded(document: Document) -> int:
    """The most subschemas that may apply to a single value, counted once for each way to them.

    Shared definitions that refer to each other twice double this at each step, and with it the
    time that the engine takes for one payload.
    """
    sizes: dict[str, int] = {}
    inside: dict[str, list[Part]] = {}
    pending = [Part(document, pointer, found) for pointer, found in subschemas(document.root)]
    anchored: dict[str, list[Part]] = defaultdict(list)
    for part in pending:
        if (name := part.get("$dynamicAnchor")) is not None:
            anchored[name].append(part)
    while pending:
        part = pending[-1]
        if part.pointer not in inside:
            inside[part.pointer] = list(_inner(part, anchored))
        waiting = [inner for inner in inside[part.pointer] if inner.pointer not in sizes]
        if part.pointer not in sizes and waiting:
            sizes[part.pointer] = 1  # what comes back to where it started counts once
            pending += waiting
            continue
        pending.pop()
        sizes[part.pointer] = 1 + sum(sizes[inner.pointer] for inner in inside[part.pointer])
    return max(sizes.values(), default=1)


def _inner(part: Part, anchored: Mapping[str, list[Part]]) -> Iterator[Part]:
    if not isinstance(part.schema, dict) or _ALL.isdisjoint(part.schema):
        return
    yield from _targets(part, anchored)
    for word in _IN_LISTS:
        yield from (part.below(word, at) for at in range(len(part.get(word) or ())))
    yield from (part.below(word) for word in _SINGLE if part.get(word) is not None)
    for word in _BY_NAME:
        yield from (part.below(word, name) for name in part.get(word) or {})


def _targets(part: Part, anchored: Mapping[str, list[Part]]) -> Iterator[Part]:
    """What references may lead to: a dynamic one to any such anchor (core, section 8.2.3.2)."""
    for word, reference in references(part.schema):
        target = part.document.resolve(reference, part.pointer)
        others = anchored.get(reference.rpartition("#")[2], []) if word == "$dynamicRef" else []
        found = {each.pointer: each for each in (target, *others) if each is not None}
        yield from found.values()
