"""The certain effects of `unevaluatedProperties` and `unevaluatedItems` (2020-12 core, section 11).

The former sees what the schema that has it evaluates, behind its references and in its branches
too. Which branches hold depends on the value. A member that none of them can evaluate is refused
anyway.
"""

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.surroundings import beside
from pytest_schema_registry.schema_types.json_schema.document import REST, Part, Place

_UNCERTAIN = ("/unevaluatedProperties", "/unevaluatedItems")


def certain(place: Place) -> Place:
    """Drop the parts under `unevaluated…` from a place, because they may not apply after all."""
    return tuple(part for part in place if not part.pointer.endswith(_UNCERTAIN))


def is_unevaluated(place: Place, name: str, patterns: Patterns) -> bool:
    """Check whether a part refuses unevaluated members, and nothing can evaluate this one.

    Args:
        place: Parts that apply to one object, whose references all lead to a known subschema.
        name: The member's name.
        patterns: The matcher for names of members.
    """
    return any(
        part.get("unevaluatedProperties") is False
        and not _evaluates(part, name, patterns, ("additionalProperties",))
        and not any(
            _evaluates(other, name, patterns, REST)
            for other in beside([part])
            if other.pointer != part.pointer
        )
        for part in place
    )


def _evaluates(part: Part, name: str, patterns: Patterns, rest: tuple[str, ...]) -> bool:
    return (
        name in (part.get("properties") or {})
        or any(part.get(word) is not None for word in rest)
        or any(patterns.matches(each, name) for each in part.get("patternProperties") or {})
    )
