"""The policies: they rewrite one schema for its producers and the other for its consumers.

The rewritten schemas are then compared as written. A rewritten producer accepts no more than the
original and a rewritten consumer no less, so whatever breaks under a policy also breaks as written.
Below a `not`, an `if` or a `oneOf` whose branches overlap, a narrower part would widen the whole.
Parts below these, below `contains` and below `propertyNames` stay as they are.
"""

import json
from collections.abc import Iterator
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.close_objects import (
    close_objects,
    is_open_object,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.close_tuples import (
    close_tuples,
    is_open_tuple,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    branches,
    conjuncts,
    is_open,
    prefix,
    required,
    rest_keyword,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.rules.unions import (
    Profile,
    all_disjoint,
    each_two,
    tags,
    told_apart,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.surroundings import (
    all_alternatives,
    reachable,
)
from pytest_schema_registry.schema_types.json_schema.document import (
    REST,
    Document,
    Part,
    Place,
    Schema,
    join,
    split,
)

_REST_OF_A_TUPLE = ("items", "additionalItems")
_CONTRARY = ("not", "if", "contains", "propertyNames")


def as_producer(schema: Schema, budget: Budget) -> Schema:
    """Rewrite a schema for producers, which send declared members only.

    Objects that declare members are closed, and so are tuples. The tag of a tagged union becomes
    required, because producers send it even if the schema lets it be left out. Pydantic's schemas
    do that for a literal with a default.

    Args:
        schema: A valid schema; it is not changed.
        budget: The budget that the search for such objects spends.

    Raises:
        BudgetExceeded: The search takes too long.
    """
    document = Document(_copy(schema))
    kept = _kept(document, optional_tags=True)
    parts = list(reachable([document.part()]))
    for part in parts:
        _require_tags(part, kept)
    if any(is_open_tuple(part) or is_open_object(part) for part in parts):
        options = list(all_alternatives(document, budget))
        close_tuples(options, kept)
        close_objects(options, kept)
    return document.root


def as_consumer(schema: Schema, *, opened: bool, defaults: bool) -> Schema:
    """Rewrite a schema for consumers. Each of the two switches lets them accept more.

    Args:
        schema: A valid schema; it is not changed.
        opened: Whether members and elements that are not declared are ignored, not refused.
        defaults: Whether a required member with a default may be missing.
    """
    document = Document(_copy(schema))
    kept = _kept(document, optional_tags=False)
    telling = _telling(document) if defaults else {}
    for part in reachable([document.part()]):
        if part.pointer in kept or not isinstance(part.schema, dict):
            continue
        if opened:
            tuple_rest = (rest_keyword(part),) if prefix(part)[1] else ()
            for keyword in (*REST, "unevaluatedItems", *tuple_rest):
                if part.schema.get(keyword) is False:
                    del part.schema[keyword]
        if defaults and isinstance(part.get("required"), list):
            names = [
                name
                for name in part.schema.pop("required")
                if name in telling.get(part.pointer, ()) or not _has_default(part, name)
            ]
            if names:  # draft 4 does not take an empty list
                part.schema["required"] = names
    return document.root


def _copy(schema: Schema) -> Any:
    return json.loads(json.dumps(schema))


def _has_default(part: Part, name: str) -> bool:
    declared = [p for p in conjuncts((part,)) if name in (p.get("properties") or {})]
    place = conjuncts(p.below("properties", name) for p in declared)
    return any("default" in p.schema for p in place if isinstance(p.schema, dict))


def _telling(document: Document) -> dict[str, set[str]]:
    """Return, by pointer, the members that tell the branches of a `oneOf` apart.

    They stay required even with a default. Otherwise the union could become ambiguous.
    """
    found: dict[str, set[str]] = {}
    for part in reachable([document.part()]):
        places = [conjuncts((branch,)) for branch in branches(part, "oneOf")]
        names = {name for place in places for name in tags(place)}
        profiles = [Profile.of(place) for place in places]
        names.update(*(one.lacking(other) for one in profiles for other in profiles))
        for other in (other for place in places for other in place):
            found.setdefault(other.pointer, set()).update(names)
    return found


def _kept(document: Document, *, optional_tags: bool) -> set[str]:
    """Return the pointers of the parts that have to stay as they are."""
    found: list[Part] = []
    unions: list[list[Part]] = []
    for part in reachable([document.part()]):
        found += [part.below(word) for word in _CONTRARY if part.get(word) is not None]
        for target in part.targets():
            found += _holders(target)  # a policy would remove the reference's target
        listed = branches(part, "oneOf")
        if not _are_disjoint(listed, optional_tags=optional_tags):
            found += listed
        elif listed:
            unions.append(listed)
    kept = {part.pointer for part in reachable(found)}
    if not optional_tags:
        return kept
    # A tag has to be required in all branches of a union or in none.
    while shared := [listed for listed in unions if not _can_be_disjoint(listed, kept)]:
        unions = [listed for listed in unions if listed not in shared]
        kept |= {part.pointer for listed in shared for part in reachable(listed)}
    return kept


def _holders(target: Part) -> Iterator[Part]:
    """Yield each part that has the target below a keyword that a policy sets or removes."""
    keys = split(target.pointer)
    for at, key in enumerate(keys):
        changed = key in REST or (key in _REST_OF_A_TUPLE and is_open((target,)))
        holder = target.document.at(join("#", *keys[:at])) if changed else None
        if holder is not None:
            yield holder


def _are_disjoint(listed: list[Part], *, optional_tags: bool) -> bool:
    places: list[Place] = [conjuncts((branch,)) for branch in listed]
    if not optional_tags:
        return each_two(places, _stay_disjoint)
    return all_disjoint(places) or _tag(places) is not None


def _stay_disjoint(one: Profile, other: Profile) -> bool:
    """Check whether no value that fits only one of two branches fits both once they are open."""
    return told_apart(one, other) or (
        one.types & other.types == {"object"} and bool(one.lacking(other) and other.lacking(one))
    )


def _can_be_disjoint(listed: list[Part], kept: set[str]) -> bool:
    """Check whether branches are disjoint, or can be made so without changing a kept part."""
    places = [conjuncts((branch,)) for branch in listed]
    return all_disjoint(places) or not any(branch.pointer in kept for branch in listed)


def _tag(places: list[Place]) -> str | None:
    found = [tags(place) for place in places]
    for name in found[0] if found else ():
        values = [known.get(name, frozenset[str]()) for known in found]
        if all(values) and sum(map(len, values)) == len(frozenset[str]().union(*values)):
            return name
    return None


def _require_tags(holder: Part, kept: set[str]) -> None:
    listed = branches(holder, "oneOf")
    places = [conjuncts((branch,)) for branch in listed]
    name = None if each_two(places, told_apart) else _tag(places)
    if name is None or any(branch.pointer in kept for branch in listed):
        return
    for branch, place in zip(listed, places, strict=True):
        if name in required(place):
            continue
        # Change the branch, not its reference's target: the target may be used outside of unions.
        schema = branch.schema
        if branch.is_reference:
            schema["allOf"] = [{"$ref": schema.pop("$ref")}]
        schema["required"] = [*schema.get("required", []), name]
