"""A copy of a schema that has one optional member more, and so is backward compatible."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMBER = "added_since"
_MANY = ("definitions", "$defs", "properties", "patternProperties")
_LISTS = ("allOf", "anyOf", "oneOf")


def with_one_member_more(schema: Any) -> Any:
    """Copy a schema and declare an optional member in the first object that it describes.

    The member is a string where the object lists its members. Where it says something of other
    members too, the new one may be anything, because an old producer may send it already.
    """
    copy = deepcopy(schema)
    place = next(_objects(copy), copy)
    anything = "properties" not in place or _is_said_something_of(place)
    place.setdefault("properties", {})[MEMBER] = {} if anything else {"type": "string"}
    return copy


def _is_said_something_of(place: dict[str, Any]) -> bool:
    others = [place.get("additionalProperties", False), place.get("unevaluatedProperties", False)]
    patterns = place.get("patternProperties", {})
    return any(others) or any(re.search(pattern, MEMBER) for pattern in patterns)


def _objects(root: Any) -> Iterator[dict[str, Any]]:
    """Yield the schemas with members, breadth first, from the root and what it refers to."""
    pending, seen = [root], set()
    for node in pending:  # grows while it is walked
        if not isinstance(node, dict) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.get("properties"), dict):
            yield node
        pending.append(_referred(root, node.get("$ref")))
        for keyword in _LISTS:
            pending.extend(node.get(keyword, ()))
        for keyword in _MANY:
            pending.extend(node.get(keyword, {}).values())


def _referred(root: Any, reference: Any) -> Any:
    """Return what a reference within the schema leads to; None for any other."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    node = root
    for part in reference[2:].split("/"):
        node = node.get(part.replace("~1", "/").replace("~0", "~")) if node else None
    return node
