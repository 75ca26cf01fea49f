"""The engine's verdicts on rules without subschemas, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import canonical, json_pointer
from pytest_schema_registry.schema_types.json_schema.references import nodes
from pytest_schema_registry.text import printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaValidator

#: Rules without subschemas: the engine judges them one by one.
LEAVES = frozenset(
    {"type", "enum", "const", "pattern", "format", "contentEncoding", "contentMediaType"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "uniqueItems"}
    | {"minProperties", "maxProperties"}
)
#: Limit -> the flag beside it, which makes it exclusive in draft 4.
DRAFT_4_FLAGS = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}


class EngineRules:
    """Makes a validator of the engine's for each rule, and keeps it.

    Args:
        base: jsonschema's validator class for the schema's draft.
        validator: The schema's validator. Its language makes the engine's validators of single
            rules.
        keywords: All keywords that the walk knows.
    """

    def __init__(self, base: Any, validator: JSONSchemaValidator, keywords: Iterable[str]) -> None:
        self._draft = base.ID_OF(base.META_SCHEMA)
        self._schema = validator.schema
        self._engine_for = validator.schema_type.leaf
        self._leaves: dict[tuple[Any, ...], Any] = {}
        # The value keeps the object alive, so that no other one can get the same id.
        self._plain: dict[int, tuple[Any, Any]] = {}
        self._branching = {*keywords} - LEAVES

    @property
    def entries(self) -> int:
        """The number of rules and schemas that are kept."""
        return len(self._leaves) + len(self._plain)

    def are_all_and_hold(self, schema: dict[str, Any], instance: Any) -> bool:
        """Check that a schema has only single rules, and that the value conforms to all of them."""
        if id(schema) not in self._plain:
            leaf = None
            if self._branching.isdisjoint(schema):
                rules = {keyword: rule for keyword, rule in schema.items() if keyword in LEAVES}
                leaf = self._engine_for(canonical({"$schema": self._draft, **rules}))
            self._plain[id(schema)] = schema, leaf
        leaf = self._plain[id(schema)][1]
        return leaf is not None and bool(leaf.is_valid(instance))

    def judge(self, keyword: str, rule: Any, instance: Any, flag: Any = None) -> bool:
        """Return the engine's verdict on a value and a rule without subschemas."""
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
