"""The leaves of an induction: claims about keywords alone, which the engine decides."""

from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import asserts, covers
from pytest_schema_registry.schema_types.json_schema.compatibility.facets import (
    declared_types,
    types,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import (
    Known,
    is_self_contained,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.schema_types.json_schema.document import Part, Place

# The meaning of these keywords does not depend on other keywords beside them.
_ALONE = frozenset(
    {"enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "pattern", "format"}
    | {"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "propertyNames"}
    | {"dependentRequired", "dependencies", "not"}
)
_TOGETHER = frozenset({"contains", "minContains", "maxContains"})
_POSITIONAL = frozenset({"items", "prefixItems"})
# The meaning of these keywords, or of subschemas below them, differs between drafts.
_OF_A_DRAFT = _TOGETHER | _POSITIONAL | {"dependentRequired", "dependencies"}
_OF_A_DRAFT |= {"format", "not", "propertyNames"}


class Unproved(Exception):
    """A claim could not be derived; this says nothing about its truth."""


class Leaves:
    """The engine's answers to claims about keywords, each asked for once.

    Args:
        formats: Whether `format` is asserted.
        budget: The budget that each question spends.
        known: Tells which subschemas are the same in both.
        same_draft: Whether both schemas are of one draft.
    """

    def __init__(self, formats: bool, budget: Budget, known: Known, *, same_draft: bool) -> None:
        self._formats = formats
        self._budget = budget
        self._known = known
        self._same_draft = same_draft
        # Branches that look alike ask the same, and a question takes the engine milliseconds.
        self._answers: dict[str, bool] = {}

    def prove(self, option: Place, part: Part) -> None:
        """Prove that the consumer's keywords without references hold for every value of an option.

        Args:
            option: One way to satisfy the producer's place.
            part: The consumer's part that has the keywords.

        Raises:
            Unproved: The engine has no proof.
        """
        wanted = part.get("type")
        if wanted is not None and types(option) - declared_types(wanted):
            self._ask(option, {"type": wanted}, part)
        rest = {
            word: value
            for word, value in part.schema.items()
            if word in _ALONE
            and not any(self._known.same(other, part, (word,)) for other in option)
        }
        if "contains" in part.schema and not any(
            self._known.same(other, part, sorted(_TOGETHER)) for other in option
        ):
            rest |= {word: part.schema[word] for word in _TOGETHER if word in part.schema}
        if "format" in rest and not self._asserted(rest["format"], part):
            del rest["format"]
        if _only_schemas(rest.get("dependencies")):
            del rest["dependencies"]
        if rest:
            self._ask(option, rest, part)

    def implies(self, one: Part, other: Part) -> bool:
        """Check whether each value that one part accepts is accepted by another of that draft.

        A part with references implies nothing.
        """
        listed = one.schema, other.schema
        if one.document.draft != other.document.draft or not all(map(is_self_contained, listed)):
            return False
        declared = one.document.part().get("$schema")
        draft = {"$schema": declared} if declared else {}
        narrow, wide = ({**draft, "allOf": [schema]} for schema in listed)
        key = equality_key([narrow, wide])
        if key not in self._answers:
            self._budget.spend()
            self._answers[key] = covers(wide, narrow, formats=self._formats) == "yes"
        return self._answers[key]

    def _asserted(self, name: str, part: Part) -> bool:
        return self._formats and asserts(name, part.document.part().get("$schema"))

    def _ask(self, option: Place, wanted: dict[str, Any], part: Part) -> None:
        """Let the engine decide about keywords that contain no reference."""
        if not is_self_contained(wanted):
            raise Unproved
        if not self._same_draft and wanted.keys() & _OF_A_DRAFT:
            raise Unproved
        # In the latest draft, some keywords could assert what they do not in their own draft.
        left_out = frozenset[str]() if self._same_draft else _OF_A_DRAFT
        given = [_given_words(other, left_out) for other in option]
        schemas: list[dict[str, Any]] = [{"allOf": given} if given else {}, wanted]
        declared = part.document.part().get("$schema")
        if self._same_draft and declared:
            schemas = [{"$schema": declared, **schema} for schema in schemas]
        key = equality_key(schemas)
        if key not in self._answers:
            self._budget.spend()
            answer = covers(schemas[1], schemas[0], formats=self._formats)
            self._answers[key] = answer == "yes"
        if not self._answers[key]:
            raise Unproved


def _given_words(part: Part, left_out: frozenset[str]) -> dict[str, Any]:
    """Return the keywords of a schema that contain no reference and may be given to the engine."""
    if not isinstance(part.schema, dict):
        return {}
    words = (_ALONE | _TOGETHER | _POSITIONAL | {"type", "required"}) - left_out
    if not all(is_self_contained(part.get(word)) for word in _POSITIONAL):
        words -= _POSITIONAL  # which elements `items` covers depends on `prefixItems`
    return {
        word: value
        for word, value in part.schema.items()
        if word in words and is_self_contained(value)
    }


def _only_schemas(value: Any) -> bool:
    return isinstance(value, dict) and not any(isinstance(one, list) for one in value.values())
