"""The reasons for which the engine refuses a schema, in words that help to correct it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs

from pytest_schema_registry.json_values import canonical, json_pointer, value_at
from pytest_schema_registry.schema_types.json_schema import patterns
from pytest_schema_registry.schema_types.json_schema.drafts import DRAFTS, draft_of
from pytest_schema_registry.text import listed, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType

#: The engine's placeholder for a value in its messages: we put the value there, cut or hidden.
MASK = "\uf8ff"
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


class Refusal(NamedTuple):
    """One reason for which the engine refuses a schema.

    Args:
        pointer: The place in the schema, as a JSON Pointer fragment.
        reason: What is wrong there; of a pattern, what the engine does not support in it.
        advice: What to do next; None for the usual.
        pattern: The pattern that the engine does not support; None where it is something else.
    """

    pointer: str
    reason: str
    advice: str | None = None
    pattern: str | None = None


def refusal(
    schema_type: JSONSchemaType, contents: Sequence[Any], exc: jsonschema_rs.ValidationError
) -> Refusal:
    """Return the reason for which the engine refuses a schema.

    Args:
        schema_type: The language, with its settings.
        contents: The refused schema, and that which refers to it, if another one does.
        exc: The engine's error on the refused schema.
    """
    content = contents[0]
    draft = schema_type.dialect(*contents)
    metaschema = None if draft is None else schema_type.metaschema(draft)
    path, reason = list(exc.instance_path), in_words(exc)
    if metaschema is not None and isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        # The engine names only the place where a schema or something else may be.
        inner = _first_error(metaschema, value_at(content, path))
        if inner is not None and inner.instance_path:
            path, reason = [*path, *inner.instance_path], in_words(inner)
    pointer = json_pointer(path)
    if (found := _unreadable(schema_type, content, pointer, draft)) is not None:
        return found
    if wrong := _wrong_types(content, path):
        near = get_close_matches(wrong, _TYPES, n=1)
        meant = f"; did you mean {shown(near[0])}?" if near else ""
        reason = f"{shown(wrong)} is no type; the types are {listed(_TYPES, 'and')}{meant}"
        return Refusal(pointer, reason)
    if draft is None and draft_of(content) == 3:
        known = ", ".join(each.name for each in DRAFTS)
        reason = f"it states draft 3, which is not known; known are the drafts {known}"
        return Refusal("#/$schema", reason)
    if metaschema is not None and not metaschema.is_valid(content):
        return _in_another_draft(schema_type, contents, draft, Refusal(pointer, reason))
    return Refusal(pointer, reason)


def in_words(exc: jsonschema_rs.ValidationError) -> str:
    """Return the engine's message, with the refused value in it."""
    value = canonical(exc.instance)
    return exc.message.replace(MASK, value if len(value) <= 60 else f"{value[:57]}...")


def _first_error(
    metaschema: jsonschema_rs.Validator, value: Any
) -> jsonschema_rs.ValidationError | None:
    if not isinstance(value, dict):
        return None
    return next(iter(metaschema.iter_errors(value)), None)


def _unreadable(
    schema_type: JSONSchemaType, content: Any, pointer: str, draft: str | None
) -> Refusal | None:
    """Return the first pattern at or below a place that the engine cannot read, or None."""
    for place, pattern in patterns.patterns_of(content):
        if not f"{place}/".startswith(f"{pointer}/") or _is_readable(schema_type, pattern, draft):
            continue
        for found in patterns.PROPERTY.finditer(pattern):
            if not _is_readable(schema_type, found[0], draft):
                advice = r"write one that it knows, such as \p{L}"
                return Refusal(place, f"the property {found[0]}", advice, pattern)
        if _is_readable(schema_type, patterns.with_small_quantifiers(pattern), draft):
            advice = "limit the length with maxLength beside the pattern"
            return Refusal(place, "so large a quantifier", advice, pattern)
        if (advised := patterns.instead_of(pattern)) is not None:
            return Refusal(place, *advised, pattern)
        return Refusal(place, f'{canonical(pattern)} is not a "regex"')
    return None


def _is_readable(schema_type: JSONSchemaType, pattern: str, draft: str | None) -> bool:
    rule = {"pattern": pattern} if draft is None else {"$schema": draft, "pattern": pattern}
    try:
        schema_type.leaf(canonical(rule))
    except ValueError:
        return False
    return True


def _wrong_types(content: Any, path: Sequence[str | int]) -> str | None:
    """Return the first name at a place of the schema that is no type, if types are named there."""
    if not path or path[-1] != "type":
        return None
    named = value_at(content, path)
    names = named if isinstance(named, list) else [named]
    return next((name for name in names if isinstance(name, str) and name not in _TYPES), None)


def _in_another_draft(
    schema_type: JSONSchemaType, contents: Sequence[Any], draft: str | None, found: Refusal
) -> Refusal:
    """Add to a reason which draft was taken, where the schema is valid in another one."""
    valid = [
        each
        for each in DRAFTS
        if each.metaschema != draft
        and schema_type.metaschema(each.metaschema).is_valid(contents[0])
    ]
    states = any(isinstance(each, dict) and "$schema" in each for each in contents)
    taken = next(each.name for each in DRAFTS if each.metaschema == draft)
    reason = f"{found.reason} in draft {taken}"
    if not states:
        reason += ", which is taken because it states no $schema"
    if not valid:
        return found._replace(reason=reason)
    reason += f"; it is valid in draft {listed([each.name for each in valid], 'and')}"
    best = next((each for each in valid if each.name == "7"), valid[-1])
    advice = f'state "$schema": "{best.metaschema}" in it'
    if not states:
        advice += f", or set --registry-default-draft {best.name}"
    return found._replace(reason=reason, advice=advice)
