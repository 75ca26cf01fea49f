"""The description of a violation: an error that jsonschema found, in words and without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import json_path, json_pointer, value_at
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.schema_types.json_schema.engine_rules import DRAFT_4_FLAGS
from pytest_schema_registry.schema_types.json_schema.formats import reason
from pytest_schema_registry.schema_types.json_schema.messages import (
    choices,
    sentence,
    twice,
)
from pytest_schema_registry.schema_types.json_schema.nearest import Nearest, did_you_mean
from pytest_schema_registry.schemas import TIED, Violation
from pytest_schema_registry.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.redaction import Redaction

#: The keywords whose message names a property of the payload.
QUOTING = frozenset({"additionalProperties", "unevaluatedProperties"})
#: The message on a hidden value where the rule's own message may quote a name in that value.
HIDDEN = f"{shown(REDACTED)} has something that the schema does not allow"


class Describer:
    """Makes violations of the errors that jsonschema finds in one payload.

    Args:
        payload: The payload as JSON.
        hide: The values to hide.
        locations: The place of each object of the schemas, by the object's ``id()``.
        elsewhere: The location of a rule that is in none of the schemas: the URI of the
            meta-schema, to which a schema may refer without the registry.
    """

    def __init__(
        self, payload: Any, hide: Redaction, locations: dict[int, str], *, elsewhere: str
    ) -> None:
        self.safe = hide.applied(payload)
        self._payload = payload
        self._locations = locations
        self._elsewhere = elsewhere
        self._nearest = Nearest()

    def violation(self, error: Any, above: Sequence[str | int] = ()) -> Violation:
        """Return an error as a violation; its causes are the errors of the closest branch.

        Args:
            error: The error.
            above: The steps to the value where its path begins.
        """
        whole = (*above, *error.path)
        path = self.visible(whole)
        value = value_at(self.safe, path)
        closest = getattr(error, "closest", None)
        causes = (
            {}
            if closest is None
            else {
                (each.path, each.message): each
                for each in (self.violation(cause, whole) for cause in closest.errors)
            }
        )
        text = shown(value)
        is_name = isinstance(error.instance, str) and isinstance(
            value_at(self._payload, whole), dict
        )
        if is_name:
            text = f"the property name {shown(error.instance)}"
        keyword = error.validator or "false"
        if value == REDACTED and (is_name or keyword in QUOTING):
            message = HIDDEN
        else:
            message = self._message(error, keyword, text, value)
        if error.instance is None and error.schema.get("nullable") is True:
            message += (
                ', although "nullable" is true: that is OpenAPI 3.0, and JSON Schema ignores it'
            )
        return Violation(
            path=json_path(path),
            schema_path=self._location(error),
            keyword=getattr(error, "union", keyword),
            value=value,
            message=message,
            causes=tuple(causes.values()),
        )

    def _message(self, error: Any, keyword: str, text: str, safe: Any) -> str:
        """Describe an error in a sentence.

        Args:
            error: The error.
            keyword: The keyword that the value breaks.
            text: The value in the sentence.
            safe: The value as it may be shown.
        """
        value, rule = error.instance, error.validator_value
        is_hidden = safe == REDACTED
        match keyword:
            case "required" | "dependentRequired" | "dependencies":
                return str(error.message)
            case "additionalProperties" | "unevaluatedProperties":
                return str(error.message)
            case "false":
                return f"{text} is not allowed: the schema allows nothing here"
            case "minimum" | "maximum" if error.schema.get(DRAFT_4_FLAGS[keyword]) is True:
                keyword = DRAFT_4_FLAGS[keyword]
            case "anyOf" | "oneOf":
                return self._union(error, keyword, text, safe)
        said = sentence(keyword, text, value, rule)
        if is_hidden:
            return said
        if keyword == "uniqueItems":
            return said + twice(value, safe)
        if keyword == "format" and isinstance(value, str) and (why := reason(rule, value)):
            return f"{said}: {why}"
        if keyword in ("enum", "const") and isinstance(value, str):
            return said + did_you_mean(self._nearest(value, rule if keyword == "enum" else [rule]))
        return said

    def _union(self, error: Any, keyword: str, text: str, safe: Any) -> str:
        if tags := getattr(error, "tags", None):
            tag = did_you_mean(None if safe == REDACTED else self._nearest(error.instance, tags))
            return f"{text} is none of the discriminator's tags {choices(tags)}{tag}"
        closest = getattr(error, "closest", None)
        branches = len(error.validator_value)
        # A schema of another draft is checked by jsonschema alone, without a closest branch.
        if closest is None and error.context:
            return sentence(keyword, text, error.instance, error.validator_value)
        if closest is None:
            return (
                f"{text} matches more than one of the {branches} alternatives, "
                "where exactly one is asked for"
            )
        if closest.instead is not None:
            return self._message(closest.instead, closest.instead.validator, text, safe)
        said = sentence(keyword, text, error.instance, error.validator_value)
        return f"{said}; {closest.tied} {TIED}" if closest.tied > 1 else said

    def visible(self, path: Sequence[str | int]) -> Sequence[str | int]:
        """Return the part of a path that may be shown: in a hidden value, names are hidden, too."""
        value = self.safe
        for end, step in enumerate(path):
            if value == REDACTED:
                return path[:end]
            value = value[step]
        return path

    def _location(self, error: Any) -> str:
        """Return the location of a rule in the schema that contains it."""
        parent = self._locations.get(id(error.schema))
        if parent is None:
            return self._elsewhere
        keyword = getattr(error, "union", error.validator)
        if keyword is not None:
            return parent + json_pointer((keyword,)).removeprefix("#")
        # All false schemas are one object to Python, so find this one from the object around it.
        steps = tuple(error.absolute_schema_path)
        for below in (steps[-2:], steps[-1:]):
            node = error.schema
            for step in below:
                node = _child(node, step)
            if node is False:
                return parent + json_pointer(below).removeprefix("#")
        return parent


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None
