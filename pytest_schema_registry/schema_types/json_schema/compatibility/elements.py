"""The elements that tell arrays apart: one that both have to have, and that cannot fit both."""

from pytest_schema_registry.schema_types.json_schema.compatibility.facets import largest, types
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    conjuncts,
    element,
    prefix,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import (
    Profile,
    disjoint,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.unevaluated import certain
from pytest_schema_registry.schema_types.json_schema.document import Part, Place


def differ_in_an_element(one: Place, branch: Part) -> bool:
    """Check whether it is plain that no array fits both, because of an element it has to have.

    Args:
        one: One way to satisfy a place.
        branch: A branch of a union.
    """
    other = conjuncts((branch,))
    if types(one) & types(other) != {"array"}:
        return False
    least = largest((*one, *other), "minItems")
    longest = max(prefix(part)[1] for part in (*one, *other))
    return least is not None and any(
        at < least[1] and disjoint(_profile(one, at), _profile(other, at))
        for at in range(longest + 1)
    )


def _profile(place: Place, at: int) -> Profile:
    return Profile.of(certain(element(place, at)))
