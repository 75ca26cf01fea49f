"""The description of a violation: an error that jsonschema found, in words and without secrets."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import json_path, json_pointer
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.schema_types.json_schema.explaining_validator import DRAFT_4_FLAGS
from pytest_schema_registry.schema_types.json_schema.messages import sentence
from pytest_schema_registry.schemas import Violation
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

    def violation(self, error: Any) -> Violation:
        """Return an error as a violation; its causes are the errors of the closest branch."""
        whole = tuple(error.absolute_path)
        path = self.visible(whole)
        value = value_at(self.safe, path)
        keyword = error.validator or "false"
        causes: tuple[Violation, ...] = ()
        if error.context and not _types(error):
            causes = tuple(self.violation(each) for each in _closest(error.context))
        text = shown(value)
        is_name = isinstance(error.instance, str) and isinstance(
            value_at(self._payload, whole), dict
        )
        if is_name:
            text = f"the property name {shown(error.instance)}"
        message = _message(error, keyword, text)
        if value == REDACTED and (is_name or keyword in QUOTING):
            message = HIDDEN
        return Violation(
            path=json_path(path),
            schema_path=self._location(error),
            keyword=keyword,
            value=value,
            message=message,
            causes=causes,
        )

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
        if error.validator is not None:
            return parent + json_pointer((error.validator,)).removeprefix("#")
        # All false schemas are one object to Python, so find this one from the object around it.
        steps = tuple(error.absolute_schema_path)
        for below in (steps[-2:], steps[-1:]):
            node = error.schema
            for step in below:
                node = _child(node, step)
            if node is False:
                return parent + json_pointer(below).removeprefix("#")
        return parent


def _message(error: Any, keyword: str, text: str) -> str:
    match keyword:
        case "required" | "dependentRequired" | "dependencies":
            return str(error.message)
        case "additionalProperties" | "unevaluatedProperties":
            return str(error.message)
        case "false":
            return f"{text} is not allowed: the schema allows nothing here"
        case "minimum" | "maximum" if error.schema.get(DRAFT_4_FLAGS[keyword]) is True:
            keyword = DRAFT_4_FLAGS[keyword]
        case "anyOf" | "oneOf" if error.context:
            if types := _types(error):
                return sentence("type", text, error.instance, types)
        case "oneOf":
            return (
                f"{text} matches more than one of the {len(error.validator_value)} alternatives, "
                "where exactly one is asked for"
            )
    return sentence(keyword, text, error.instance, error.validator_value)


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _closest(errors: Sequence[Any]) -> list[Any]:
    """Return the errors of the branch that came closest."""

    def distance(branch: list[Any]) -> tuple[bool, bool, bool, int]:
        # A value of another type, or with another tag of a discriminated union, was not meant for
        # this branch.
        type_differs = any(each.validator == "type" and not each.path for each in branch)
        tag_differs = any(each.validator == "const" for each in branch)
        choice_differs = any(each.validator == "enum" for each in branch)
        return type_differs, tag_differs, choice_differs, len(branch)

    branches = [list(each) for _, each in groupby(errors, key=_branch)]
    return min(branches, key=distance)


def _branch(error: Any) -> Any:
    return error.schema_path[0]


def _types(error: Any) -> list[str]:
    """Return the types that alternatives ask for; empty where they ask for anything else."""
    if any(each.validator != "type" or each.path for each in error.context):
        return []
    asked = [each.validator_value for each in error.context]
    names = (name for types in asked for name in ([types] if isinstance(types, str) else types))
    return list(dict.fromkeys(names))


def value_at(value: Any, path: Sequence[str | int]) -> Any:
    """Return the value that a path leads to."""
    for step in path:
        value = value[step]
    return value
