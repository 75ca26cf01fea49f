"""The members and items that a schema does not describe, for ``unevaluatedProperties``/``…Items``.

By the standard, a subschema that a value breaks describes nothing, so that all of its members would
be refused beside the one that is wrong. Here it describes what it names. Its own violation is found
where the walk gets to it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_schema_registry.schema_types.json_schema.explaining_validator import (
        ExplainingValidator,
    )

#: The keywords that only lead to other schemas for the same value.
LEADING = ("$ref", "$dynamicRef", "$recursiveRef", "allOf")


class _Applied:
    """Follows a schema to all schemas that apply to the same value, and notes what they describe.

    Args:
        walk: The walk, whose keywords this replaces for a while.
        keywords: The draft's own keywords.
        schema: The schema that has the keyword ``unevaluated…``.
    """

    def __init__(self, walk: ExplainingValidator, keywords: Mapping[str, Any], schema: Any) -> None:
        self.walk = walk
        self.everything = False
        self._schema = schema
        self._handlers: dict[str, Callable[..., Any]] = {
            each: keywords[each] for each in LEADING if each in keywords
        }
        self._handlers |= {"if": self._if, "anyOf": self._any_of, "oneOf": self._any_of}
        self._handlers |= {"dependentSchemas": self._dependent, "dependencies": self._dependent}

    def look(self, validator: Any, instance: Any, **handlers: Callable[..., Any]) -> None:
        """Look at all that applies to a value, with the handlers of more keywords."""
        with self.walk.doing({**self._handlers, **handlers}):
            deque(validator.iter_errors(instance), maxlen=0)

    def evaluate(self, _validator: Any, _rule: Any, _instance: Any, schema: Any) -> tuple[()]:
        """Handle a keyword that describes all members or items that are left."""
        if schema is not self._schema:
            self.everything = True
        return ()

    def _if(self, validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
        holds = self.walk.holds(validator, rule, instance)
        if holds:
            yield from validator.descend(instance, rule)
        yield from validator.descend(instance, schema.get("then" if holds else "else", True))

    def _any_of(self, validator: Any, branches: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        holding = [each for each in branches if self.walk.holds(validator, each, instance)]
        for each in holding or branches:
            yield from validator.descend(instance, each)

    def _dependent(self, validator: Any, rules: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        for name, rule in rules.items() if isinstance(instance, dict) else ():
            if name in instance and not isinstance(rule, list):
                yield from validator.descend(instance, rule)


def undescribed_members(
    walk: ExplainingValidator,
    keywords: Mapping[str, Any],
    validator: Any,
    instance: dict[str, Any],
    schema: Any,
) -> tuple[list[str], set[str]]:
    """Return the members that a schema does not describe, and the names that it declares."""
    applied = _Applied(walk, keywords, schema)
    declared: set[str] = set()
    matched: set[str] = set()

    def properties(_validator: Any, rules: Any, _instance: Any, _schema: Any) -> None:
        declared.update(rules)

    def patterns(_validator: Any, rules: Any, _instance: Any, _schema: Any) -> None:
        for name in instance:
            if name not in matched and any(walk.matches(pattern, name) for pattern in rules):
                matched.add(name)

    def rest(*_given: Any) -> None:
        applied.everything = True

    applied.look(
        validator,
        instance,
        properties=properties,
        patternProperties=patterns,
        additionalProperties=rest,
        unevaluatedProperties=applied.evaluate,
    )
    if applied.everything:
        return [], declared
    return [name for name in instance if name not in declared and name not in matched], declared


def undescribed_items(
    walk: ExplainingValidator,
    keywords: Mapping[str, Any],
    validator: Any,
    instance: list[Any],
    schema: Any,
) -> list[int]:
    """Return the places of the items that a schema does not describe."""
    applied = _Applied(walk, keywords, schema)
    described: set[int] = set()
    is_2019 = "prefixItems" not in keywords

    def items(_validator: Any, rule: Any, _instance: Any, _schema: Any) -> None:
        if isinstance(rule, list):
            described.update(range(len(rule)))
        else:
            applied.everything = True

    def rest(_validator: Any, _rule: Any, _instance: Any, schema: Any) -> None:
        applied.everything |= isinstance(schema.get("items"), list)

    def contains(validator: Any, rule: Any, _instance: Any, _schema: Any) -> None:
        # In 2019-09, it describes nothing.
        if not is_2019:
            described.update(
                at for at, item in enumerate(instance) if walk.holds(validator, rule, item)
            )

    applied.look(
        validator,
        instance,
        prefixItems=items,
        items=items,
        additionalItems=rest,
        contains=contains,
        unevaluatedItems=applied.evaluate,
    )
    if applied.everything:
        return []
    return [at for at in range(len(instance)) if at not in described]
