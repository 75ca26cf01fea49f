"""The rewriting that closes the tuples of a schema, so that they have described elements only.

It is to the elements of arrays what `close_objects` is to the members of objects. An array whose
elements beyond the described ones are described as well, or have to be there, stays open.
"""

from collections.abc import Iterable

from pytest_schema_registry.schema_types.json_schema.compatibility.facets import largest, types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    is_open,
    prefix,
    rest_keyword,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.surroundings import Alternative
from pytest_schema_registry.schema_types.json_schema.document import Part

_OTHERS = ("contains", "unevaluatedItems")


def described_length(parts: Iterable[Part]) -> int | None:
    """Return the number of elements that parts describe one by one.

    None if they describe none of them so, or also the elements beyond.
    """
    parts = tuple(parts)
    longest = max((prefix(part)[1] for part in parts), default=0)
    least = largest(parts, "minItems")
    if not longest or any(map(_describes_others, parts)):
        return None
    return longest if least is None or least[1] <= longest else None


def is_open_tuple(part: Part) -> bool:
    """Check whether a part describes elements one by one, and takes others."""
    return bool(prefix(part)[1]) and part.get(rest_keyword(part)) is not False


def close_tuples(options: Iterable[Alternative], kept: set[str]) -> None:
    """Close the tuples of a document.

    Args:
        options: The ways to satisfy each place of a payload.
        kept: Pointers of the parts that have to stay as they are.
    """
    spared = set(kept)
    found: dict[str, Part] = {}
    for option in options:
        if "array" not in types(option.parts):
            continue
        around = option.around
        length = described_length(around.values())
        for pointer, part in around.items():
            if length is None or prefix(part)[1] < length:
                spared.add(pointer)
            else:
                found[pointer] = part
    for pointer, part in found.items():
        if pointer not in spared:
            part.schema[rest_keyword(part)] = False


def _describes_others(part: Part) -> bool:
    rest = rest_keyword(part)
    others = part.get(rest) is not None and not is_open((part.below(rest),))
    closed = prefix(part)[1] and part.get(rest) is False
    return (others and not closed) or any(part.get(word) is not None for word in _OTHERS)
