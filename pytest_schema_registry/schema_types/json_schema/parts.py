"""A part of a document as a JSON Schema of its own, whose references lead where they led.

The document may be a JSON Schema, or have schemas in it, as an OpenAPI document has. The part's
schema keeps the places of the document, so that a pointer in a message is one in the document. It
has only what the part reaches: a document may have thousands of parts, and each is compiled.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote, urldefrag

from pytest_schema_registry.addresses import pointer_to
from pytest_schema_registry.schema_types.json_schema.api_documents import (
    as_json_schemas,
    dialect_of,
)
from pytest_schema_registry.schema_types.json_schema.document import (
    is_index,
    references,
    split,
    subschemas,
)
from pytest_schema_registry.schema_types.json_schema.drafts import draft_of, identifier_of
from pytest_schema_registry.schema_types.json_schema.keywords import (
    ANNOTATIONS,
    DEFINITIONS,
    keywords_of,
)
from pytest_schema_registry.schema_types.json_schema.references import nodes
from pytest_schema_registry.schema_types.schema_type import NoPart
from pytest_schema_registry.text import listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The most objects of a document that are looked at for a pointer like one that leads nowhere.
_SEARCHED = 100_000
#: The most pointers that a message names.
_NAMED = 3


class Part(NamedTuple):
    """A part of a document.

    Args:
        content: The part as a JSON Schema of its own.
        reached: Each schema of the document that the part needs, by the keys to it.
        deprecated: True where the part itself says that it is deprecated.
    """

    content: Any
    reached: dict[tuple[str, ...], Any]
    deprecated: bool


def part_of(document: Any, keys: Sequence[str], name: str, default_metaschema: str) -> Part:
    """Return a part of a document.

    Args:
        document: The document.
        keys: The keys that lead to the part.
        name: The document's name.
        default_metaschema: The ``$schema`` of a schema that states none.

    Raises:
        NoPart: The keys lead to no JSON Schema.
    """
    schema = _at(document, keys)
    if not isinstance(document, dict) or not isinstance(schema, dict | bool):
        raise NoPart(_what_is_near(document, keys, name))
    if isinstance(schema, dict) and {"schemaFormat", "schema"} <= schema.keys():
        # AsyncAPI 3.0, "Multi Format Schema Object"
        return part_of(document, (*keys, "schema"), name, default_metaschema)
    stated = dialect_of(document)
    draft = draft_of({"$schema": stated or default_metaschema})
    head = {} if stated is None else {"$schema": stated}
    reach = _reach(document, tuple(keys), draft)
    kept = document if reach.is_whole else _kept(document, reach.targets)
    kept = as_json_schemas(document, kept, reach.targets)
    is_deprecated = isinstance(schema, dict) and schema.get("deprecated") is True
    pointer = "#" + "".join(f"/{_escaped(key)}" for key in keys)
    # Beside a reference, keywords are asserted, too, or up to draft 7 ignored.
    beside = keywords_of(draft) - DEFINITIONS - ANNOTATIONS - {"$schema"}
    if not reach.needs_root and beside.isdisjoint(kept):
        content = {**kept, **head, "$ref": pointer}
    else:
        identifier = identifier_of(draft)
        own = document.get(identifier)
        base = own if isinstance(own, str) and own else quote(name, safe="")
        embedded = {name: {**kept, identifier: base}}
        target = f"{urldefrag(base).url}{pointer}"
        content = {**head, "$ref": target, "definitions" if draft <= 7 else "$defs": embedded}
    reached = {target: _at(kept, target) for target in reach.targets}
    return Part(content, reached, is_deprecated)


class _Reach(NamedTuple):
    """What a part reaches.

    Args:
        targets: The keys to each schema that the part needs.
        is_whole: True where all of the document has to be kept.
        needs_root: True where the document's own root is needed, or its identifier.
    """

    targets: tuple[tuple[str, ...], ...]
    is_whole: bool
    needs_root: bool


def _reach(document: Any, keys: tuple[str, ...], draft: int) -> _Reach:
    identifier = identifier_of(draft)
    own = document.get(identifier)
    own = urldefrag(own).url if isinstance(own, str) else ""
    reached = {_whole_list(document, keys): None}
    is_whole = needs_root = False
    for target in _growing(reached):
        for _, schema in subschemas(_at(document, target)):
            # What is identified by other means than its place is found in the whole only.
            is_whole |= bool(target) and isinstance(schema.get(identifier), str)
            for _, text in references(schema):
                resource, fragment = _parts_of(text)
                needs_root |= bool(resource) and bool(own)
                if resource not in ("", own):
                    is_whole = is_whole or _identifies(document, identifier)
                    continue
                needs_root |= not fragment
                is_whole |= not fragment.startswith("/")
                found = tuple(split(unquote(fragment)))
                if found and _at(document, found) is not None:
                    reached.setdefault(_whole_list(document, found))
    return _Reach(tuple(reached), is_whole, needs_root)


def _identifies(document: Any, identifier: str) -> bool:
    """Check whether a document identifies a schema in it, which a reference may lead to."""
    inside = (schema for pointer, schema in subschemas(document) if pointer != "#")
    return any(isinstance(schema.get(identifier), str) for schema in inside)


def _growing(reached: dict[tuple[str, ...], None]) -> Iterator[tuple[str, ...]]:
    """Yield the keys of a dict that grows while they are walked."""
    at = 0
    while at < len(reached):
        yield from (pending := list(islice(reached, at, None)))
        at += len(pending)


def _parts_of(reference: str) -> tuple[str, str]:
    resource, _, fragment = reference.partition("#")
    return resource, fragment


def _whole_list(document: Any, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys as far as the first list: places in it count from its beginning."""
    for length in range(len(keys)):
        if isinstance(_at(document, keys[:length]), list):
            return keys[:length]
    return keys


def _kept(document: Any, targets: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """Return a document that has nothing but some values, each at its place."""
    kept: dict[str, Any] = {}
    for target in sorted(targets, key=len):
        there, whole = kept, document
        for key in target[:-1]:
            whole = whole[key]
            there = there.setdefault(key, {})
            if there is whole:
                break
        else:
            there[target[-1]] = whole[target[-1]]
    return kept


def _at(document: Any, keys: Sequence[str]) -> Any:
    """Return the value that keys lead to (RFC 6901, section 4); None where there is none."""
    for key in keys:
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and is_index(key) and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document


def _escaped(key: str) -> str:
    """Write a key for the fragment of a reference (RFC 6901, section 6)."""
    return quote(key.replace("~", "~0").replace("/", "~1"), safe="!$&'()*+,;=:@~")


def _what_is_near(document: Any, keys: Sequence[str], name: str) -> str:
    """Describe what a pointer leads to instead of a schema, with the pointers that are near."""
    if not isinstance(document, dict):
        return f"{name} has no parts: it is {shown(document)}"
    value = _at(document, keys)
    if value is not None:
        kind = "an array" if isinstance(value, list) else shown(value)
        return f"{name} has {kind} at {pointer_to(tuple(keys))}, which is no JSON Schema"
    ends = reversed(range(len(keys)))
    known = next(keys[:end] for end in ends if _is_object(document, keys[:end]))
    missing, rest = keys[len(known)], keys[len(known) + 1 :]
    siblings = {f"{each}": None for each in _at(document, known)}
    near: list[tuple[str | int, ...]] = [
        (*known, each, *rest)
        for each in get_close_matches(missing, siblings, n=_NAMED)
        if _is_object(document, (*known, each, *rest))
    ]
    if not near:
        paths = (path for path, _ in islice(nodes(document), _SEARCHED))
        last = keys[-1].lower()
        near = [path for path in paths if path and f"{path[-1]}".lower() == last]
    if near:
        return f"did you mean {listed([name + pointer_to(each) for each in near[:_NAMED]])}?"
    inside = [each for each in siblings if _is_object(document, (*known, each))]
    where = pointer_to(tuple(known)) if known else "#"
    if not inside:
        return f"{name} has no schemas below {where}"
    return f"{name} has at {where}: {listed(inside, 'and')}"


def _is_object(document: Any, keys: Sequence[str]) -> bool:
    return isinstance(_at(document, keys), dict)
