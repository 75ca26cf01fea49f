"""A validator of jsonschema that leaves the verdict on each single rule to the engine."""

from __future__ import annotations

import sys
import time
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

from jsonschema import exceptions, validators

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import canonical, json_pointer
from pytest_schema_registry.schema_types.json_schema.references import nodes
from pytest_schema_registry.text import printable, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaValidator

# An unannotated function, which a type checker cannot see through.
_extend: Any = validators.extend

_NO_KEYWORD: Any = {"validator": None, "validator_value": None}

#: Rules without subschemas: the engine judges them one by one.
_LEAVES = frozenset(
    {"type", "enum", "const", "pattern", "format", "contentEncoding", "contentMediaType"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "uniqueItems"}
    | {"minProperties", "maxProperties"}
)
#: Limit -> the flag beside it, which makes it exclusive in draft 4.
DRAFT_4_FLAGS = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}


class OutOfTime(Exception):  # not an error: what was found until then is shown
    pass


class _Noting:
    """A validator that notes the properties at which it finds an error."""

    def __init__(self, validator: Any) -> None:
        self._validator = validator
        self.found: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._validator, name)

    def descend(self, instance: Any, schema: Any, path: Any = None, **rest: Any) -> Iterator[Any]:
        for error in self._validator.descend(instance, schema, path=path, **rest):
            if path is not None:
                self.found.setdefault(path, error)
            yield error


def _unknown(*_asked: Any) -> tuple[Any, ...]:
    return ()


class ExplainingValidator:
    """jsonschema's validator of a schema, with the engine's verdict on each single rule.

    Args:
        base: jsonschema's validator class for the schema's draft.
        validator: The schema's validator. Its language makes the engine's validators of single
            rules.
    """

    def __init__(self, base: Any, validator: JSONSchemaValidator) -> None:
        self._draft = base.ID_OF(base.META_SCHEMA)
        self._schema = validator.schema
        self._engine_for = validator.schema_type.leaf
        self._leaves: dict[tuple[Any, ...], Any] = {}
        # The value keeps the object alive, so that no other one can get the same id.
        self._plain: dict[int, tuple[Any, Any]] = {}
        self.begin(0.0)
        keywords = dict(base.VALIDATORS)
        for keyword in _LEAVES & {*keywords, "format", "contentEncoding", "contentMediaType"}:
            keywords[keyword] = partial(self._leaf, keyword)
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
                keywords[keyword] = partial(check, keywords[keyword])
        documents = (validator.schema.content, *validator.referred.values())
        if any("patternProperties" in node for each in documents for _, node in nodes(each)):
            # jsonschema would match any pattern here with Python's re, so leave it to the engine.
            keywords["unevaluatedProperties"] = _unknown
        self._branching = keywords.keys() - _LEAVES
        self.validator_class = _extend(
            base, {keyword: self._timed(check) for keyword, check in keywords.items()}
        )

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
            if isinstance(schema, dict) and self._is_plain_and_holds(schema, instance):
                return
            yield from descend(
                validator, instance, schema, path=path, schema_path=schema_path, **rest
            )

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

    @property
    def leaves(self) -> int:
        """The number of rules and schemas that it has entries for, as a measure of its memory."""
        return len(self._leaves) + len(self._plain)

    def _stop_at_deadline(self) -> None:
        if time.monotonic() > self._deadline:
            raise OutOfTime

    def _timed(self, check: Callable[..., Any]) -> Callable[..., Any]:
        def timed(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
            self._stop_at_deadline()
            if self._depth >= self._max_depth:
                raise RecursionError
            self._depth += 1
            try:
                yield from check(validator, rule, instance, schema) or ()
            finally:
                self._depth -= 1

        return timed

    def _leaf(
        self, keyword: str, _validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not self._holds(keyword, rule, instance, schema.get(DRAFT_4_FLAGS.get(keyword))):
            yield exceptions.ValidationError(keyword)

    def _is_plain_and_holds(self, schema: dict[str, Any], instance: Any) -> bool:
        """Check that a schema has only single rules, and that the value conforms to all of them."""
        self._stop_at_deadline()
        if id(schema) not in self._plain:
            leaf = None
            if self._branching.isdisjoint(schema):
                rules = {keyword: rule for keyword, rule in schema.items() if keyword in _LEAVES}
                leaf = self._engine_for(canonical({"$schema": self._draft, **rules}))
            self._plain[id(schema)] = schema, leaf
        leaf = self._plain[id(schema)][1]
        return leaf is not None and bool(leaf.is_valid(instance))

    def _holds(self, keyword: str, rule: Any, instance: Any, flag: Any = None) -> bool:
        flag = flag if isinstance(flag, bool) else None
        said = rule if isinstance(rule, str | int | float) else canonical(rule)
        # As keys, 1, 1.0 and True are equal in Python. So the type is part of the key.
        key = (keyword, type(rule), said, flag)
        leaf = self._leaves.get(key)
        if leaf is None:
            stated = {"$schema": self._draft, keyword: rule}
            if flag is not None:
                stated[DRAFT_4_FLAGS[keyword]] = flag
            leaf = self._leaves[key] = self._engine_for(canonical(stated))
        if leaf.is_valid(instance):
            return True
        if keyword == "pattern":
            self._decided(rule, next(leaf.iter_errors(instance)))
        return False

    def _decided(self, pattern: str, error: Any) -> None:
        if type(error.kind).__name__ in ("BacktrackLimitExceeded", "RegexEngineFailure"):
            reason = f"the pattern {shown(pattern)} takes too many steps on a payload's value"
            schema = self._schema
            where = (
                json_pointer((*path, keyword))
                for path, node in nodes(schema.content)
                for keyword, rule in node.items()
                if rule == pattern or (keyword == pattern and path[-1:] == ("patternProperties",))
            )
            pointer = printable(next(where, "#"))
            raise InvalidSchema(str(schema), pointer, printable(reason), schema.origin)

    def _required(self, validator: Any, names: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for name in names:
                if name not in instance:
                    yield exceptions.ValidationError(f"{shown(name)} is a required property")

    def _dependencies(
        self, validator: Any, rules: Any, instance: Any, _schema: Any
    ) -> Iterator[Any]:
        for name, rule in rules.items() if validator.is_type(instance, "object") else ():
            if name not in instance:
                continue
            if not isinstance(rule, list):
                yield from validator.descend(instance, rule, schema_path=name)
                continue
            for needed in rule:
                if needed not in instance:
                    yield exceptions.ValidationError(
                        f"{shown(needed)} is required where {shown(name)} is given"
                    )

    def _unevaluated_properties(
        self, check: Any, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        noting = _Noting(validator)
        # jsonschema's own errors show values as Python writes them, so replace them.
        for _ in check(noting, rule, instance, schema):
            for name, error in noting.found.items():
                if rule is False:
                    yield exceptions.ValidationError(f"{shown(name)} is not allowed")
                else:
                    yield error

    def _unevaluated_items(
        self, check: Any, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        # jsonschema's own error shows items as they are, even those that must stay hidden.
        for _ in check(validator, rule, instance, schema):
            yield exceptions.ValidationError("unevaluatedItems")

    def _pattern_properties(
        self, validator: Any, patterns: Any, instance: Any, _schema: Any
    ) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for pattern, rule in patterns.items():
                for name, value in instance.items():
                    if self._holds("pattern", pattern, name):
                        yield from validator.descend(value, rule, path=name, schema_path=pattern)

    def _additional_properties(
        self, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not validator.is_type(instance, "object"):
            return
        for name, value in instance.items():
            if name in schema.get("properties", {}) or any(
                self._holds("pattern", pattern, name)
                for pattern in schema.get("patternProperties", {})
            ):
                continue
            if rule is False:
                yield exceptions.ValidationError(f"{shown(name)} is not allowed")
            else:
                yield from validator.descend(value, rule, path=name)
