"""What to say of a value that conforms to no branch of an ``anyOf`` or ``oneOf``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jsonschema import exceptions

from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.schema_types.json_schema.closeness import Fit, distinct
from pytest_schema_registry.schema_types.json_schema.messages import needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_schema_registry.schema_types.json_schema.closeness import Path

#: A branch that allows null, and nothing else.
NULL = {"type": "null"}


@dataclass(slots=True)
class Closest:
    """What a value that breaks a union comes closest to.

    Args:
        errors: The errors to show below the union's.
        instead: An error that says all of it in one sentence.
        tied: The number of branches that come equally close; 1 where one comes closest.
        fit: How close it comes.
    """

    errors: list[Any] = field(default_factory=list)
    instead: Any = None
    tied: int = 1
    fit: Fit = field(default_factory=Fit)


@dataclass(frozen=True, slots=True)
class Union:
    """A union that is asked of a value.

    Args:
        keyword: ``anyOf`` or ``oneOf``.
        branches: The branches.
        instance: The value.
        schema: The schema that has the keyword.
    """

    keyword: str
    branches: Sequence[Any]
    instance: Any
    schema: Any

    def error(self, rule: str, argument: Any, path: Path) -> Any:
        """Make an error that stands for those of several branches, with the union's place.

        Args:
            rule: The keyword whose sentence it has.
            argument: The keyword's argument.
            path: The steps to the wrong value.
        """
        value = self.instance
        for step in path:
            value = value[step]
        error: Any = exceptions.ValidationError(
            "", rule, path=path, instance=value, schema=self.schema, validator_value=argument
        )
        error.union = self.keyword
        return error

    def refusal(self, at: int) -> Any:
        """Make the error of a branch that is ``false``."""
        nothing: Any = None
        return exceptions.ValidationError(
            "",
            nothing,
            instance=self.instance,
            schema=self.schema,
            schema_path=(self.keyword, at),
        )


def of_unknown_tag(union: Union, path: Path, known: Iterable[Any], branches: int) -> Closest:
    """Say which tags there are.

    Args:
        union: The union.
        path: The place of the tag in the value.
        known: The tags.
        branches: The number of branches that have them.
    """
    error = union.error("enum", [*known], path)
    nulls = [each for each in union.branches if each == NULL]
    if not path and branches + len(nulls) == len(union.branches):
        return Closest(instead=_or_null(error, nulls))
    return Closest([error])


def add_unmapped(union: Union, closest: Closest, name: str, tags: Iterable[str]) -> None:
    """Say that a tag is none of the discriminator's, unless that is said already.

    Args:
        union: The union.
        closest: What is said.
        name: The tag's property.
        tags: The discriminator's tags.
    """
    if closest.instead is None and all([*each.path] != [name] for each in closest.errors):
        unmapped = union.error(union.keyword, None, (name,))
        unmapped.tags = [*tags]
        closest.errors.insert(0, unmapped)


def closest_of(union: Union, walked: Mapping[int, tuple[list[Any], Fit]]) -> Closest:
    """Return what a value comes closest to.

    Args:
        union: The union, of which the value breaks all branches.
        walked: The errors of the branches that may have been meant, and how the value fits them.
    """
    distances = {at: _distance(*each) for at, each in walked.items()}
    nearest = min(distances.values())
    tied = [at for at, distance in distances.items() if distance == nearest]
    errors, fit = walked[tied[0]]
    merged = _merged(union, [_flat(walked[at][0]) for at in tied])
    if merged is not None and not merged.path:
        others = [each for at, each in enumerate(union.branches) if at not in tied]
        if not others and len(tied) > 1:
            return Closest(instead=merged, fit=fit)
        if merged.validator == "enum" and all(each == NULL for each in others):
            return Closest(instead=_or_null(merged, others), fit=fit)
    if len(tied) == 1:
        return Closest(errors, fit=fit)
    if merged is None:
        firsts: dict[Any, Any] = {}
        for at in tied:
            first = walked[at][0][0]
            firsts.setdefault(_same(first), first)
        return Closest([*firsts.values()], tied=len(tied), fit=fit)
    return Closest([merged], fit=fit)


def _or_null(error: Any, others: Sequence[Any]) -> Any:
    error.validator_value += [None] * bool(others)
    return error


def _distance(errors: list[Any], fit: Fit) -> tuple[bool, int, int, int]:
    flat = _flat(errors)
    differs = any(is_of_type(each) or each.validator is None for each in flat if not each.path)
    return differs, -fit.score, -min(map(_depth, errors)), len(errors)


def _depth(error: Any) -> int:
    closest = getattr(error, "closest", None)
    below = closest.errors if closest else ()
    return len(error.path) + min(map(_depth, below), default=0)


def _flat(errors: Sequence[Any]) -> list[Any]:
    """Replace the errors of unions inside a union by what comes closest there."""
    flat: list[Any] = []
    for error in errors:
        closest = None if error.path else getattr(error, "closest", None)
        if closest is None:
            flat.append(error)
        else:
            flat += [closest.instead] if closest.instead else _flat(closest.errors)
    return flat


def is_of_type(error: Any) -> bool:
    """Check whether an error is that the value itself is of another type."""
    return error.validator == "type" and not error.path


def _merged(union: Union, several: Sequence[list[Any]]) -> Any:
    """Return one error for branches that a value breaks in the same way; None if there is none."""
    rules = {each.validator for errors in several for each in errors}
    paths = {tuple(each.path) for errors in several for each in errors}
    if len(paths) != 1:
        return None
    (path,) = paths
    if rules == {"required"}:
        merged = union.error("required", None, path)
        merged.missing = distinct(names for errors in several for names in _missing(errors))
        merged.message = needed(merged.missing)
        return merged
    if any(len(errors) != 1 for errors in several):
        return None
    if rules == {"type"}:
        types = distinct(name for (error,) in several for name in _types(error))
        return union.error("type", types, path)
    if rules <= {"const", "enum"}:
        choices = distinct(choice for (error,) in several for choice in _choices(error))
        return union.error("enum", choices, path)
    return None


def _types(error: Any) -> list[str]:
    rule = error.validator_value
    return [rule] if isinstance(rule, str) else list(rule)


def _choices(error: Any) -> list[Any]:
    rule = error.validator_value
    return [rule] if error.validator == "const" else list(rule)


def _missing(errors: Sequence[Any]) -> list[list[str]]:
    """Return, for each alternative, the names that a value lacks; all errors are `required`."""
    if len(errors) == 1:
        return list(errors[0].missing)
    return [[name for error in errors for names in error.missing for name in names]]


def _same(error: Any) -> tuple[Any, ...]:
    closest = getattr(error, "closest", None)
    if closest is not None:
        return (id(error),)
    rule = canonical(error.validator_value) if error.validator is not None else ""
    return tuple(error.path), error.validator, error.message, rule
