"""Rules for `anyOf` and `oneOf` (core, sections 10.2.1.2 and 10.2.1.3)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import finite, types
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Finding, Site
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    branches,
    conjuncts,
    declared_names,
    required,
    text_of,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.schema_types.json_schema.document import Part, Place

_AMBIGUOUS = frozenset({"OneOfMultipleValid"})
_LOST = frozenset({"AnyOf", "OneOfNotValid"})
_DEFINITIONS = ("#/$defs/", "#/definitions/")
# More than the highest score: what no value fits is paired last.
_AFTER_THE_REST = 20


def ambiguous(consumer: Place) -> Iterator[Finding]:
    """Find each `oneOf` of which several branches may accept the same value."""
    for part in consumer:
        listed = branches(part, "oneOf")
        if len(listed) > 1 and not all_disjoint((branch,) for branch in listed):
            yield Finding(
                "union-became-ambiguous",
                None,
                Site.of(part, "oneOf"),
                f"more than one of {len(listed)} branches holds",
                kinds=_AMBIGUOUS,
            )


def each_fits_one(options: Iterable[Place], listed: Iterable[Part]) -> bool:
    """Check whether it is plain that no value of an option fits two of the branches."""
    branches = [Profile.of((branch,)) for branch in listed]
    return all(
        sum(not disjoint(profile, branch) for branch in branches) < 2
        for profile in map(Profile.of, options)
    )


def branch_lost(branch: Part, union: Part, keyword: str, nearest: Part) -> Finding:
    """Report that no branch of the consumer takes what a branch of the producer emits."""
    return Finding(
        "union-branch-lost",
        Site(branch.pointer, branch.schema),
        Site.of(union, keyword),
        "no branch takes {} any more; the nearest is {}".format(*_titles(branch, nearest)),
        kinds=_LOST,
    )


def _titles(one: Part, other: Part) -> tuple[str, str]:
    """Return names for two branches; if they are the same, with the tag that differs."""
    before, after = title(one), title(other)
    ours, theirs = tags(conjuncts((one,))), tags(conjuncts((other,)))
    for name in sorted(ours.keys() & theirs.keys()) if before == after else ():
        if not ours[name] & theirs[name]:
            was, now = (" | ".join(sorted(found[name])) for found in (ours, theirs))
            return f"{before} with {name} {was}", f"{after} with {name} {now}"
    return before, after


def kind_lost(branch: Part, consumer: Place) -> Finding | None:
    """Report that the single schema that replaced a union does not allow one of its branches.

    The answer is None if no part of the consumer has a `type` to point at.
    """
    for part in consumer:
        if part.get("type") is not None:
            return _not_allowed(branch, part, "type")
    return None


def object_lost(branch: Part, option: Place, consumer: Place) -> Finding | None:
    """Report that the single schema that replaced a union is of another branch.

    The answer is None if no required member that the branch does not have tells that.
    """
    names = declared_names(option)
    for part in consumer:
        if not set(part.get("required") or ()).issubset(names):
            return _not_allowed(branch, part, "required")
    return None


def _not_allowed(branch: Part, part: Part, keyword: str) -> Finding:
    return Finding(
        "union-branch-lost",
        Site(branch.pointer, branch.schema),
        Site.of(part, keyword),
        f"{title(branch)} is not allowed any more",
    )


def others(alternatives: Sequence[Place], consumer: Place) -> list[bool]:
    """Tell which of the producer's alternatives are plainly not what the consumer still takes.

    That is plain only if another alternative is what it takes.
    """
    if len(alternatives) == 1:
        return [False]
    single = Profile.of(consumer)
    kept = [_is_version(Profile.of(place), single) for place in alternatives]
    return [any(kept) and not is_kept for is_kept in kept]


@dataclass(frozen=True, slots=True)
class Profile:
    """The features that tell one branch of a union from another.

    Args:
        types: The JSON types it allows.
        values: Its listed values, None without a list.
        tags: Members with listed values, by which branches of a union are told apart.
        required: The members it requires.
        limits: The names and the patterns of the only members that each closed part of it allows.
        names: The members it declares.
        titles: Its titles.
        definitions: The shared definitions it refers to.
        texts: Its schemas as text.
    """

    types: frozenset[str]
    values: frozenset[str] | None
    tags: dict[str, frozenset[str]]
    required: frozenset[str]
    limits: tuple[tuple[frozenset[str], tuple[str, ...]], ...]
    names: frozenset[str]
    titles: frozenset[str]
    definitions: frozenset[str]
    texts: frozenset[str]

    @classmethod
    def of(cls, place: Place) -> "Profile":
        """Return the profile of a branch, or of one way to satisfy a place."""
        parts = conjuncts(place)
        values = finite(parts)
        return cls(
            types(parts),
            None if values is None else frozenset(map(equality_key, values)),
            tags(parts),
            frozenset(required(parts)),
            tuple(_limits(parts)),
            frozenset(declared_names(parts)),
            frozenset(p.schema["title"] for p in parts if isinstance(p.get("title"), str)),
            frozenset(p.pointer for p in parts if p.pointer.startswith(_DEFINITIONS)),
            frozenset(map(text_of, parts)),
        )

    def lacking(self, other: "Profile") -> frozenset[str]:
        """Return the members that another branch requires and this one, being closed, refuses."""
        patterns = Patterns()
        return frozenset(
            name
            for names, described in self.limits
            for name in other.required - names
            if not any(patterns.matches(pattern, name) for pattern in described)
        )


def _limits(parts: Place) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    for part in parts:
        if part.get("additionalProperties") is False:
            described = part.get("patternProperties") or {}
            yield frozenset(part.get("properties") or {}), tuple(described)


def assign(
    alternatives: Sequence[Place], listed: Sequence[Place]
) -> list[tuple[Place | None, Place]]:
    """Return for each of the producer's alternatives its branch, or None, and the nearest branch.

    Each branch is taken once, by the most similar pair first. If two alternatives want the same
    branch, one of them has lost its own.
    """
    ours = [Profile.of(place) for place in alternatives]
    theirs = [Profile.of(branch) for branch in listed]
    scores = [[similarity(one, other) for other in theirs] for one in ours]
    ranked = sorted(
        (-score, at, to) for at, row in enumerate(scores) for to, score in enumerate(row) if score
    )
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for _, at, to in ranked:
        if at not in chosen and to not in taken:
            chosen[at] = to
            taken.add(to)
    found: list[tuple[Place | None, Place]] = []
    for at, row in enumerate(scores):
        nearest = max(range(len(row)), key=row.__getitem__)
        own = chosen.get(at)
        found.append((None if own is None else listed[own], listed[nearest]))
    return found


def similarity(one: Profile, other: Profile) -> float:
    """Score the similarity of two branches; zero if they are plainly of different kinds.

    Two branches that have something in common can be versions of one, although no value fits both:
    one of them requires a member that the other does not have.
    """
    if told_apart(one, other):
        return 0
    common = 3.0 * bool(one.definitions & other.definitions)
    common += 2 * bool(one.titles & other.titles)
    common += 8 * bool(one.tags.keys() & other.tags.keys())
    if one.names | other.names:
        common += 2 * len(one.names & other.names) / len(one.names | other.names)
    common += bool(one.texts & other.texts)
    if disjoint(one, other):
        return common / _AFTER_THE_REST
    return 1 + 2 * len(one.types & other.types) / len(one.types | other.types) + common


def _is_version(one: Profile, other: Profile) -> bool:
    """Check whether two objects have a name in common, or the one has what the other requires."""
    if one.definitions & other.definitions or one.titles & other.titles:
        return True
    return not told_apart(one, other) and other.required <= one.names


def all_disjoint(places: Iterable[Place]) -> bool:
    """Check whether it is plain that no value fits two of the places."""
    return each_two(places, disjoint)


def each_two(places: Iterable[Place], holds: Callable[[Profile, Profile], bool]) -> bool:
    """Check whether something holds for each two of the places."""
    profiles = [Profile.of(place) for place in places]
    return all(holds(one, other) for at, one in enumerate(profiles) for other in profiles[at + 1 :])


def disjoint(one: Profile, other: Profile) -> bool:
    """Check whether it is plain that no value fits both."""
    return told_apart(one, other) or (
        one.types & other.types == {"object"} and bool(one.lacking(other) or other.lacking(one))
    )


def told_apart(one: Profile, other: Profile) -> bool:
    """Check whether types, values or tags make it plain that no value fits both."""
    shared = one.types & other.types
    if not shared:
        return True
    if one.values is not None and other.values is not None:
        return not one.values & other.values
    # If one side requires a tag and the other lists other values for it, no object fits both.
    return shared == {"object"} and any(
        not one.tags[name] & other.tags[name] and name in one.required | other.required
        for name in one.tags.keys() & other.tags.keys()
    )


def tags(parts: Place) -> dict[str, frozenset[str]]:
    """Return the members with listed values, each with those values."""
    found: dict[str, frozenset[str]] = {}
    for name in declared_names(parts):
        values = finite(
            conjuncts(
                part.below("properties", name)
                for part in parts
                if name in (part.get("properties") or {})
            )
        )
        if values is not None:
            found[name] = frozenset(equality_key(value) for value in values)
    return found


def title(part: Part) -> str:
    """Return a name for a branch: that of its definition, its title, or its schema as text."""
    # A rewriting puts a reference into `allOf`, to write a keyword beside it.
    inner = part.get("allOf")
    referring = part.below("allOf", 0) if inner and len(inner) == 1 else part
    reference = part.get("$ref") or referring.get("$ref")
    if isinstance(reference, str) and "/" in reference:
        return reference.rpartition("/")[2]
    return str(part.get("title") or brief(part.schema, 40))
