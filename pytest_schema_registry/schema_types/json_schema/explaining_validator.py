"""A validator of jsonschema that leaves the verdict on each single rule to the engine."""

from __future__ import annotations

import sys
import time
import traceback
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from jsonschema import exceptions, validators

from pytest_schema_registry.schema_types.json_schema.engine_rules import (
    DRAFT_4_FLAGS,
    LEAVES,
    EngineRules,
)
from pytest_schema_registry.schema_types.json_schema.evaluated import (
    undescribed_items,
    undescribed_members,
)
from pytest_schema_registry.schema_types.json_schema.messages import needed
from pytest_schema_registry.schema_types.json_schema.nearest import Nearest, did_you_mean
from pytest_schema_registry.schema_types.json_schema.references import nodes
from pytest_schema_registry.schema_types.json_schema.unions import Unions
from pytest_schema_registry.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pytest_schema_registry.schema_types.json_schema.closeness import Fit, Path
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaValidator

# An unannotated function, which a type checker cannot see through.
_extend: Any = validators.extend

_NO_KEYWORD: Any = {"validator": None, "validator_value": None}

#: The keywords with subschemas that a conforming value may break.
_PROBING = frozenset({"not", "contains"})


class OutOfTime(Exception):  # not an error
    """The time for an explanation is over; what was found until then is shown."""


def _is_dynamic(validator: JSONSchemaValidator) -> bool:
    """Check whether a part of a schema may depend on what refers to it."""
    words = {"$dynamicRef", "$recursiveRef"}
    documents = (validator.schema.content, *validator.referred.values())
    return any(not words.isdisjoint(node) for each in documents for _, node in nodes(each))


class ExplainingValidator:
    """jsonschema's validator of a schema, with the engine's verdict on each single rule.

    Args:
        base: jsonschema's validator class for the schema's draft.
        validator: The schema's validator. Its language makes the engine's validators of single
            rules.
    """

    def __init__(self, base: Any, validator: JSONSchemaValidator) -> None:
        keywords = dict(base.VALIDATORS)
        for keyword in LEAVES & {*keywords, "format", "contentEncoding", "contentMediaType"}:
            keywords[keyword] = partial(self._leaf, keyword)
        drafts_own = base.VALIDATORS
        self.unions = Unions(self, drafts_own, memoizes=not _is_dynamic(validator))
        for keyword in ("anyOf", "oneOf"):
            keywords[keyword] = partial(self.unions.check, keyword)
        for keyword in _PROBING & keywords.keys():
            keywords[keyword] = partial(self._probe, keywords[keyword])
        if "if" in keywords:
            keywords["if"] = self._if
        keywords["properties"] = self._properties
        keywords["required"] = self._required
        keywords["additionalProperties"] = self._additional_properties
        keywords["patternProperties"] = self._pattern_properties
        # The engine knows `dependencies` in every draft, as the later drafts allow.
        keywords["dependencies"] = self._dependencies
        if "dependentRequired" in keywords:
            keywords["dependentRequired"] = self._dependencies
        for keyword, check in (
            ("unevaluatedProperties", self._unevaluated_properties),
            ("unevaluatedItems", self._unevaluated_items),
        ):
            if keyword in keywords:
                keywords[keyword] = partial(check, drafts_own)
        self.rules = EngineRules(base, validator, keywords)
        self.validator_class = _extend(
            base, {keyword: self._timed(keyword, check) for keyword, check in keywords.items()}
        )
        self.begin(0.0)

        descend = self.validator_class.descend

        def descend_into_false_too(
            validator: Any,
            instance: Any,
            schema: Any,
            path: Any = None,
            schema_path: Any = None,
            **rest: Any,
        ) -> Iterator[Any]:
            # jsonschema loses both paths of a false schema.
            if schema is False:
                yield exceptions.ValidationError(
                    "",
                    path=() if path is None else (path,),
                    schema_path=() if schema_path is None else (schema_path,),
                    instance=instance,
                    **_NO_KEYWORD,
                )
                return
            if (
                self._instead is None
                and isinstance(schema, dict)
                and self._plain_and_holds(schema, instance)
            ):
                return
            level = len(self.path)
            if path is not None:
                self.path.append(path)
            try:
                yield from descend(
                    validator, instance, schema, path=path, schema_path=schema_path, **rest
                )
            finally:
                del self.path[level:]

        self.validator_class.descend = descend_into_false_too

    def begin(self, deadline: float) -> None:
        """Prepare for one payload. A second payload at the same time needs another object.

        Args:
            deadline: The time to stop, in seconds of the monotonic clock.
        """
        self._deadline = deadline
        # The engine panics if Python's stack runs out inside it. So the walk stops well before
        # that. A level takes up to six frames.
        used = sum(1 for _ in traceback.walk_stack(None))
        self._max_depth = (sys.getrecursionlimit() - used - 150) // 6
        self._depth = 0
        self._instead: Mapping[str, Any] | None = None
        #: The steps to the value that the walk is at.
        self.path: list[str | int] = []
        #: How well the value fits the branch that is walked; None outside of unions.
        self.fit: Fit | None = None
        #: False where only the verdict counts.
        self.explains = True
        self.nearest = Nearest()
        self._nearest_for_fit = Nearest()
        self.unions.begin()

    @property
    def leaves(self) -> int:
        """The number of rules and schemas that it has entries for, as a measure of its memory."""
        return self.rules.entries

    def _stop_at_deadline(self) -> None:
        if time.monotonic() > self._deadline:
            raise OutOfTime

    @contextmanager
    def doing(
        self,
        instead: Mapping[str, Any] | None,
        fit: Fit | None = None,
        *,
        explains: bool = True,
    ) -> Iterator[None]:
        """Do something else for a while.

        Args:
            instead: What to do at each keyword instead of checking it; None to check it.
            fit: What to note on how well the value fits.
            explains: False where only the verdict counts.
        """
        before = self._instead, self.fit, self.explains
        self._instead, self.fit, self.explains = instead, fit, explains
        try:
            yield
        finally:
            self._instead, self.fit, self.explains = before

    def is_doing(self, instead: Mapping[str, Any]) -> bool:
        """Check what is done at keywords now."""
        return self._instead is instead

    def holds(self, validator: Any, schema: Any, instance: Any) -> bool:
        """Check whether a value conforms to a subschema."""
        with self.doing(None, explains=False):
            return next(validator.descend(instance, schema), None) is None

    def _if(self, validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
        word = "then" if self.holds(validator, rule, instance) else "else"
        yield from validator.descend(instance, schema.get(word, True), schema_path=word)

    def _probe(
        self, check: Any, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        """Check a keyword whose subschemas may fail without any harm."""
        with self.doing(None, explains=False):
            errors = [*check(validator, rule, instance, schema)]
        yield from errors

    def _timed(self, keyword: str, check: Callable[..., Any]) -> Callable[..., Any]:
        def timed(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
            do = check if self._instead is None else self._instead.get(keyword)
            if do is None:
                return
            self._stop_at_deadline()
            if self._depth >= self._max_depth:
                raise RecursionError
            self._depth += 1
            try:
                yield from do(validator, rule, instance, schema) or ()
            finally:
                self._depth -= 1

        return timed

    def _leaf(
        self, keyword: str, _validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not self.rules.judge(keyword, rule, instance, schema.get(DRAFT_4_FLAGS.get(keyword))):
            if keyword == "type" and self.fit is not None:
                self.fit.mistyped.add(self._star_path())
                if isinstance(instance, dict | list):
                    # It is not nearly what was meant, so it counts twice.
                    self.fit.mistyped.add((*self._star_path(), keyword))
            yield exceptions.ValidationError(keyword)

    def _plain_and_holds(self, schema: dict[str, Any], instance: Any) -> bool:
        self._stop_at_deadline()
        return self.rules.are_all_and_hold(schema, instance)

    def matches(self, pattern: str, name: str) -> bool:
        """Return the engine's verdict on a property's name and a pattern for names."""
        self._stop_at_deadline()
        return self.rules.judge("pattern", pattern, name)

    def _star_path(self) -> Path:
        return tuple("*" if isinstance(step, int) else step for step in self.path)

    def _properties(self, validator: Any, rules: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for name, rule in rules.items():
                if name in instance:
                    if self.fit is not None:
                        self.fit.common.add((*self._star_path(), name))
                    yield from validator.descend(instance[name], rule, path=name, schema_path=name)

    def _required(self, validator: Any, names: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for name in names:
                if name not in instance:
                    if self.fit is not None:
                        foreign = instance.keys() - schema.get("properties", {}).keys()
                        if self._nearest_for_fit(name, sorted(foreign)) is None:
                            self.fit.lacking.add((*self._star_path(), name))
                    error: Any = exceptions.ValidationError(needed([[name]]))
                    error.missing = [[name]]
                    yield error

    def _refuse_member(self, name: str, declared: Collection[str], instance: Any) -> Any:
        """Return the error of a member that is not allowed."""
        absent = [each for each in declared if each not in instance]
        if self.fit is not None and self._nearest_for_fit(name, absent) is None:
            self.fit.foreign.add((*self._star_path(), name))
        meant = did_you_mean(self.nearest(name, absent))
        return exceptions.ValidationError(f"{shown(name)} is not allowed{meant}")

    def _dependencies(
        self, validator: Any, rules: Any, instance: Any, _schema: Any
    ) -> Iterator[Any]:
        for name, rule in rules.items() if validator.is_type(instance, "object") else ():
            if name not in instance:
                continue
            if not isinstance(rule, list):
                yield from validator.descend(instance, rule, schema_path=name)
                continue
            for other in rule:
                if other not in instance:
                    yield exceptions.ValidationError(
                        f"{shown(other)} is required where {shown(name)} is given"
                    )

    def _unevaluated_properties(
        self, keywords: Any, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not validator.is_type(instance, "object"):
            return
        names, declared = undescribed_members(self, keywords, validator, instance, schema)
        for name in names:
            if rule is False:
                yield self._refuse_member(name, declared, instance)
            else:
                yield from validator.descend(instance[name], rule, path=name)

    def _unevaluated_items(
        self, keywords: Any, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not validator.is_type(instance, "array"):
            return
        places = undescribed_items(self, keywords, validator, instance, schema)
        if rule is False and places == [*range(len(instance) - len(places), len(instance))]:
            if places:
                yield exceptions.ValidationError("unevaluatedItems")
            return
        for at in places:
            yield from validator.descend(instance[at], rule, path=at)

    def _pattern_properties(
        self, validator: Any, patterns: Any, instance: Any, _schema: Any
    ) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for pattern, rule in patterns.items():
                for name, value in instance.items():
                    if self.matches(pattern, name):
                        yield from validator.descend(value, rule, path=name, schema_path=pattern)

    def _additional_properties(
        self, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not validator.is_type(instance, "object"):
            return
        declared = schema.get("properties", {})
        for name, value in instance.items():
            if name in declared or any(
                self.matches(pattern, name) for pattern in schema.get("patternProperties", {})
            ):
                continue
            if rule is False:
                yield self._refuse_member(name, declared, instance)
            else:
                yield from validator.descend(value, rule, path=name)
