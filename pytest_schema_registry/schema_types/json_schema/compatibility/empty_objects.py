"""The empty object, which is all that closed objects without a common member share.

A producer's `oneOf` of such objects refuses the empty one, because several of its branches hold. So
no value of one branch fits another one, although each branch accepts the empty object.
"""

from pytest_schema_registry.schema_types.json_schema.compatibility.facets import types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import conjuncts
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import Profile
from pytest_schema_registry.schema_types.json_schema.document import Part
from pytest_schema_registry.schema_types.json_schema.keywords import SILENT

#: The keywords that do not refuse the empty object, beside `type`.
_IDLE = frozenset(
    {"properties", "patternProperties", "additionalProperties", "unevaluatedProperties"}
    | {"propertyNames", "maxProperties", "dependencies", "dependentRequired", "dependentSchemas"}
)
_KNOWN = _IDLE | SILENT | {"type", "$ref", "allOf"}


def share_only_the_empty(one: Profile, other: Profile) -> bool:
    """Check whether it is plain that no value but the empty object fits both."""
    return one.types & other.types == {"object"} and any(
        ours.isdisjoint(theirs) and not our_patterns and not their_patterns
        for ours, our_patterns in one.limits
        for theirs, their_patterns in other.limits
    )


def accepts_the_empty(part: Part) -> bool:
    """Check whether it is plain that a part accepts the empty object."""
    found = conjuncts((part,))
    return "object" in types(found) and all(
        each.schema is True or (isinstance(each.schema, dict) and each.schema.keys() <= _KNOWN)
        for each in found
    )
