"""The closeness of the branches of an ``anyOf`` or ``oneOf`` to a value that conforms to none.

A branch comes closer if more of the value's members are declared in it, if fewer members are
missing or not allowed, and if its violations lie deeper in the value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: The most branches that are walked in full, unless more of them fit equally well.
MAX_CANDIDATES = 16
#: The steps from a value to a part of it. In a `Fit`, every index is `*`.
Path = tuple[str | int, ...]


@dataclass(slots=True)
class Fit:
    """The things that a branch and a value have in common, and those that tell them apart.

    A name that is nearly a declared one, and probably means it, is in none of the sets.

    Args:
        common: The members of the value that the branch declares.
        lacking: The members that the branch requires and the value has not.
        foreign: The members of the value that the branch does not allow.
        mistyped: The parts of the value that are of another type than the branch asks for.
    """

    common: set[Path] = field(default_factory=set)
    lacking: set[Path] = field(default_factory=set)
    foreign: set[Path] = field(default_factory=set)
    mistyped: set[Path] = field(default_factory=set)

    def add(self, other: Fit) -> None:
        """Add what another rule for the same value says."""
        self.common |= other.common
        self.lacking |= other.lacking
        self.foreign |= other.foreign
        self.mistyped |= other.mistyped

    @property
    def score(self) -> int:
        """A number that is higher the better the members fit."""
        different = len(self.lacking) + len(self.foreign) + len(self.mistyped)
        # A name that both have is a stronger sign than one that only one of them has.
        return 3 * len(self.common) - different


@dataclass(slots=True)
class Choices:
    """The result of a quick look at a branch with a value: at its type, its members and its tags.

    Tags are what ``const`` and ``enum`` allow.

    Args:
        is_mistyped: True where the value is of another type than the branch asks for.
        affirmed: The parts of the value that are among the branch's choices.
        denied: The parts that are not, with those choices.
        fit: How well the value's own members fit.
    """

    is_mistyped: bool = False
    affirmed: set[Path] = field(default_factory=set)
    denied: dict[Path, list[Any]] = field(default_factory=dict)
    fit: Fit = field(default_factory=Fit)

    @property
    def refuses(self) -> bool:
        """True where the look is enough to say that the value breaks the branch."""
        return self.is_mistyped or bool(self.denied or self.fit.lacking or self.fit.foreign)

    def deny(self, path: Path, choices: Sequence[Any]) -> None:
        """Note that a part of the value is none of the choices for it.

        Args:
            path: The part.
            choices: The values that ``const`` or ``enum`` allows.
        """
        before = self.denied.get(path)
        if before is None:
            self.denied[path] = [*choices]
        else:  # two rules for one value: only what both allow is a choice
            both = {*map(canonical, choices)}
            self.denied[path] = [each for each in before if canonical(each) in both]

    def add(self, other: Choices) -> None:
        """Add what another rule for the same value says."""
        self.affirmed |= other.affirmed
        self.fit.add(other.fit)
        for path, choices in other.denied.items():
            self.deny(path, choices)


def of_alternatives(branches: Sequence[Choices]) -> Choices:
    """Return what all branches of an inner union say together."""
    fitting = [each for each in branches if not each.is_mistyped]
    together = Choices(is_mistyped=not fitting)
    for path in _denied_by_all(fitting):
        together.denied[path] = distinct(choice for each in fitting for choice in each.denied[path])
    together.affirmed = {path for each in fitting for path in each.affirmed - each.denied.keys()}
    together.affirmed -= together.denied.keys()
    if all(each.refuses for each in fitting):
        together.fit = max((each.fit for each in fitting), key=lambda fit: fit.score, default=Fit())
    return together


def meant(branches: Mapping[int, Choices]) -> list[int]:
    """Return the branches that a value's type and tags were meant for; all, if none stands out."""
    fitting = [at for at, each in branches.items() if not each.is_mistyped] or [*branches]
    tags = {path for at in fitting for path in branches[at].affirmed - branches[at].denied.keys()}
    wrong = {at: len(tags & branches[at].denied.keys()) for at in fitting}
    least = min(wrong.values())
    return [at for at in fitting if wrong[at] == least]


def foremost(branches: Mapping[int, Choices], candidates: list[int]) -> list[int]:
    """Return the few candidates whose members fit best; all, if they fit equally well."""
    if len(candidates) <= MAX_CANDIDATES:
        return candidates
    scores = {at: branches[at].fit.score for at in candidates}
    limit = sorted(scores.values(), reverse=True)[MAX_CANDIDATES]
    return [at for at in candidates if scores[at] > limit] or [
        at for at in candidates if scores[at] == limit
    ]


def unknown_tag(branches: Sequence[Choices]) -> tuple[Path, list[Any]] | None:
    """Return the place of a tag that no branch knows, and the tags that they know."""
    for path in _denied_by_all(branches):
        known = [each.denied[path] for each in branches]
        if any(each != known[0] for each in known):
            return path, distinct(tag for each in known for tag in each)
    return None


def _denied_by_all(branches: Sequence[Choices]) -> list[Path]:
    """Return the places whose value no branch allows, the outermost first."""
    if not branches:
        return []
    everywhere = [
        path for path in branches[0].denied if all(path in each.denied for each in branches)
    ]
    return sorted(everywhere, key=len)


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return values without those that were there before, by their JSON."""
    return [*{canonical(each): each for each in values}.values()]


def tags_of(
    discriminator: Any, branches: Sequence[Any], value: Any
) -> tuple[str, dict[str, int]] | None:
    """Read OpenAPI's ``discriminator``. Return the tag's property, and the branch of each tag.

    Args:
        discriminator: The word beside ``anyOf`` or ``oneOf``.
        branches: The branches.
        value: The payload's value.
    """
    if not isinstance(discriminator, dict) or not isinstance(value, dict):
        return None
    name, mapping = discriminator.get("propertyName"), discriminator.get("mapping")
    if not isinstance(name, str) or not isinstance(value.get(name), str):
        return None
    targets = {
        each["$ref"]: at
        for at, each in enumerate(branches)
        if isinstance(each, dict) and isinstance(each.get("$ref"), str)
    }
    named = {_last(target): at for target, at in targets.items()}
    tags: dict[str, int] = {}
    for tag, target in mapping.items() if isinstance(mapping, dict) else ():
        at = targets.get(target, named.get(_last(target))) if isinstance(target, str) else None
        if at is not None:
            tags[tag] = at
    # A branch that the mapping leaves out has the name of its schema as its tag.
    tags |= {tag: at for tag, at in named.items() if at not in tags.values()}
    return (name, tags) if tags else None


def _last(reference: str) -> str:
    """Return the name at the end of a reference, or of the name that a mapping may give instead."""
    return reference.replace("#", "/").rpartition("/")[2]
