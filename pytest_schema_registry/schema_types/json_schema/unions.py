"""The check of ``anyOf`` and ``oneOf``, which finds the branch that a value comes closest to."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from jsonschema import exceptions

from pytest_schema_registry.schema_types.json_schema.closeness import (
    Choices,
    Fit,
    foremost,
    meant,
    of_alternatives,
    tags_of,
    unknown_tag,
)
from pytest_schema_registry.schema_types.json_schema.closest import (
    Closest,
    Union,
    add_unmapped,
    closest_of,
    is_of_type,
    of_unknown_tag,
)
from pytest_schema_registry.schema_types.json_schema.evaluated import LEADING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_schema_registry.schema_types.json_schema.explaining_validator import (
        ExplainingValidator,
    )

#: The most violations of one branch.
MAX_ERRORS = 1_000
#: The levels of members in which tags are looked for.
_TAG_LEVELS = 2
#: The most values whose branches are remembered.
_MAX_KNOWN = 10_000


class Unions:
    """Checks unions within a walk.

    Args:
        walk: The walk.
        keywords: The draft's own keywords.
        memoizes: Whether a part of the schema means the same wherever it is referred to from.
    """

    def __init__(
        self, walk: ExplainingValidator, keywords: Mapping[str, Any], *, memoizes: bool
    ) -> None:
        self._walk = walk
        self._memoizes = memoizes
        self._handlers = {each: keywords[each] for each in LEADING if each in keywords}
        self._handlers |= {"properties": self._members, "type": self._type}
        self._handlers |= {"required": self._required, "additionalProperties": self._rest}
        self._handlers |= {"const": self._choice, "enum": self._choice_of}
        self._handlers |= {"anyOf": self._inner_union, "oneOf": self._inner_union}
        self.begin()

    def begin(self) -> None:
        """Forget the last payload."""
        self._known: dict[Any, Closest | int] = {}
        self._looks: dict[Any, Choices] = {}
        self._choices = Choices()
        self._start = 0

    def check(
        self, keyword: str, validator: Any, branches: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        """Yield the error of a union that a value breaks.

        Its attribute ``closest`` is a `Closest`; None where a value conforms to several branches.
        """
        walk = self._walk
        if walk.fit is None and not walk.explains:
            at_least = 1 if keyword == "anyOf" else 2
            holding = islice(
                (each for each in branches if walk.holds(validator, each, instance)), at_least
            )
            if len([*holding]) != 1:
                yield exceptions.ValidationError(keyword)
            return
        key = (id(branches), id(instance), keyword)
        found = self._known.get(key)
        if found is None:
            union = Union(keyword, branches, instance, schema)
            found = self._settle(validator, union)
            if self._memoizes:
                if len(self._known) >= _MAX_KNOWN:
                    self._known.clear()
                self._known[key] = found
        if isinstance(found, Closest):
            if walk.fit is not None:
                walk.fit.add(found.fit)
            error: Any = exceptions.ValidationError(keyword)
            error.closest = found
            yield error
        elif found > 1:
            yield exceptions.ValidationError(keyword)

    def _settle(self, validator: Any, union: Union) -> Closest | int:
        """Return the number of branches that a value conforms to, or what it comes closest to."""
        branches, instance = union.branches, union.instance
        looks = {at: self._look(validator, each, instance) for at, each in enumerate(branches)}
        candidates = meant(looks)
        tags = tags_of(union.schema.get("discriminator"), branches, instance)
        tag = None if tags is None else instance[tags[0]]
        if tags is not None and tag in tags[1]:
            candidates = [tags[1][tag]]
        unknown = None
        if len(candidates) > 1:
            unknown = unknown_tag([looks[at] for at in candidates])
            candidates = foremost(looks, candidates) if unknown is None else candidates
        holding = 0
        walked: dict[int, tuple[list[Any], Fit]] = {}
        for at, branch in enumerate(branches):
            if at in candidates and unknown is None:
                errors, fit = self._errors(validator, union, at)
                if errors:
                    walked[at] = errors, fit
                    continue
            elif looks[at].refuses or not self._walk.holds(validator, branch, instance):
                continue
            holding += 1
            if union.keyword == "anyOf" or holding > 1:
                return holding
        if holding:
            return holding
        if unknown is None:
            closest = closest_of(union, walked)
        else:
            closest = of_unknown_tag(union, *unknown, len(candidates))
        if tags is not None and tag not in tags[1]:
            add_unmapped(union, closest, *tags)
        return closest

    def _errors(self, validator: Any, union: Union, at: int) -> tuple[list[Any], Fit]:
        if union.branches[at] is False:
            return [union.refusal(at)], Fit()
        fit = Fit()
        with self._walk.doing(None, fit):
            found = validator.descend(union.instance, union.branches[at], schema_path=at)
            errors = [*islice(found, MAX_ERRORS)]
        return [each for each in errors if is_of_type(each)] or errors, fit

    def _look(self, validator: Any, branch: Any, instance: Any) -> Choices:
        """Look at the types and tags of a branch, and nothing else of it."""
        start = self._start if self._walk.is_doing(self._handlers) else len(self._walk.path)
        key = (id(branch), id(instance), *self._walk.path[start:])
        if key in self._looks and isinstance(branch, dict):
            return self._looks[key]
        choices = Choices()
        before = self._choices, self._start
        self._choices, self._start = choices, start
        try:
            with self._walk.doing(self._handlers):
                for error in validator.descend(instance, branch):
                    # Only false schemas yield errors here.
                    choices.is_mistyped |= not error.path
        finally:
            self._choices, self._start = before
        choices.affirmed -= choices.denied.keys()
        self._keep(key, choices)
        return choices

    def _keep(self, key: tuple[Any, ...], choices: Choices) -> None:
        if self._memoizes:
            if len(self._looks) >= _MAX_KNOWN:
                self._looks.clear()
            self._looks[key] = choices

    def _members(self, validator: Any, rules: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        level = len(self._walk.path) - self._start
        if isinstance(instance, dict) and level < _TAG_LEVELS:
            if not level:
                self._choices.fit.common |= {(name,) for name in rules.keys() & instance.keys()}
            for name, rule in rules.items():
                if name in instance and not isinstance(instance[name], list):
                    yield from validator.descend(instance[name], rule, path=name)

    def _required(self, _validator: Any, names: Any, instance: Any, _schema: Any) -> None:
        if isinstance(instance, dict) and len(self._walk.path) == self._start:
            self._choices.fit.lacking |= {(name,) for name in names if name not in instance}

    def _rest(self, _validator: Any, rule: Any, instance: Any, schema: Any) -> None:
        if (
            rule is False
            and isinstance(instance, dict)
            and len(self._walk.path) == self._start
            and "patternProperties" not in schema
        ):
            foreign = instance.keys() - schema.get("properties", {}).keys()
            self._choices.fit.foreign |= {(name,) for name in foreign}

    def _type(self, _validator: Any, rule: Any, instance: Any, _schema: Any) -> None:
        if len(self._walk.path) == self._start and not self._walk.rules.judge(
            "type", rule, instance
        ):
            self._choices.is_mistyped = True

    def _choice(self, _validator: Any, rule: Any, instance: Any, _schema: Any) -> None:
        self._choose("const", rule, [rule], instance)

    def _choice_of(self, _validator: Any, rule: Any, instance: Any, _schema: Any) -> None:
        self._choose("enum", rule, rule, instance)

    def _choose(self, keyword: str, rule: Any, choices: Sequence[Any], instance: Any) -> None:
        path = tuple(self._walk.path[self._start :])
        if self._walk.rules.judge(keyword, rule, instance):
            self._choices.affirmed.add(path)
        else:
            self._choices.deny(path, choices)

    def _inner_union(self, validator: Any, branches: Any, instance: Any, _schema: Any) -> None:
        below = self._walk.path[self._start :]
        if below and isinstance(instance, dict):
            return  # the unions of members are many, and their tags not this one's
        key = (id(branches), id(instance), *below)
        together = self._looks.get(key)
        if together is None:
            together = of_alternatives([self._look(validator, each, instance) for each in branches])
            self._keep(key, together)
        if not below:
            self._choices.is_mistyped |= together.is_mistyped
        self._choices.add(together)
