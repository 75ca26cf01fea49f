"""Dynamic references are translated where they mean what plain ones mean, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schema_types.json_schema.compatibility.dynamic_references import (
    with_plain_references,
)

DRAFT_2019 = {"$schema": "https://json-schema.org/draft/2019-09/schema"}
DRAFT_2020 = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
META = {"$dynamicRef": "#meta"}
DEFINED = {"$defs": {"M": {"$dynamicAnchor": "meta", **TEXT}}}
PAYLOADS: list[Any] = ["a", 1, None, {}, {"a": "a"}, {"a": 1}, {"a": {"a": {}}}, {"a": {"a": 1}}]

TRANSLATED = [
    DRAFT_2020 | DEFINED | {"properties": {"a": META}},
    DRAFT_2020 | DEFINED | {"$id": "https://example.com/root", "properties": {"a": META}},
    DRAFT_2020 | DEFINED | {"properties": {"a": {"$dynamicRef": "#/$defs/M"}}},
    DRAFT_2020 | {"$dynamicAnchor": "meta", "type": "object", "additionalProperties": META},
    DRAFT_2020
    | {"$defs": {"M": {"$anchor": "meta", **TEXT}}, "properties": {"a": {**META, "minLength": 1}}},
    DRAFT_2019 | {"type": "object", "additionalProperties": {"$recursiveRef": "#"}},
    DRAFT_2019
    | {"$recursiveAnchor": True, "type": "object", "additionalProperties": {"$recursiveRef": "#"}},
]
#: In the resource that is embedded, the root's anchor counts, as the evaluation begins there.
EMBEDDED = {"$id": "inner", "$defs": {"M": {"$dynamicAnchor": "meta", **WHOLE}}, **META}
LEFT_ALONE = [
    True,
    DRAFT_2020 | DEFINED | {"$id": "https://example.com/", "properties": {"a": EMBEDDED}},
    DRAFT_2020 | DEFINED | {"properties": {"a": {**META, "$ref": "#/$defs/M"}}},
    DRAFT_2020 | DEFINED | {"properties": {"a": {"$schema": DRAFT_2019["$schema"], **META}}},
    DRAFT_2020 | {"properties": {"a": {"$dynamicRef": DRAFT_2020["$schema"]}}},
    DRAFT_2020
    | {"$defs": {"A": {"$dynamicAnchor": "meta", **TEXT}, "B": {"$anchor": "meta", **WHOLE}}}
    | {"properties": {"a": META}},
    DRAFT_2020 | {"properties": {"a": {"default": META}, "$dynamicRef": TEXT}},
]


@pytest.mark.parametrize("schema", TRANSLATED)
def test_the_translation_means_the_same(schema: dict[str, Any]) -> None:
    translated = with_plain_references(json.loads(json.dumps(schema)))

    text = json.dumps(translated)
    assert "$dynamicRef" not in text
    assert "$recursiveRef" not in text
    ours, theirs = map(jsonschema_rs.validator_for, (schema, translated))
    assert [*map(ours.is_valid, PAYLOADS)] == [*map(theirs.is_valid, PAYLOADS)]
    assert len({*map(ours.is_valid, PAYLOADS)}) == 2


@pytest.mark.parametrize("schema", LEFT_ALONE)
def test_what_may_lead_elsewhere_is_not_translated(schema: Any) -> None:
    assert with_plain_references(json.loads(json.dumps(schema))) == schema


def root(meta: dict[str, Any], **more: Any) -> dict[str, Any]:
    definitions = {"M": {"$dynamicAnchor": "meta", **meta}}
    return DRAFT_2020 | {"properties": {"a": META, **more}, "$defs": definitions}


@pytest.mark.parametrize(
    ("old", "new", "compatible"),
    [
        (root(TEXT), root(TEXT, b=TEXT), True),
        (root(WHOLE), root({"type": "number"}), True),
        (root(TEXT), root(WHOLE), False),
        (root({"type": "number"}), root(WHOLE, b=TEXT), False),
    ],
)
def test_schemas_with_dynamic_references_are_compared(
    old: dict[str, Any], new: dict[str, Any], compatible: bool
) -> None:
    assert compare(old, new).compatible is compatible


def test_the_target_that_only_the_root_overrules_is_not_taken_for_the_near_one() -> None:
    """The embedded resource reads as if it took integers; the root makes that texts."""

    def holder(**more: Any) -> dict[str, Any]:
        definitions = {**DEFINED["$defs"], "I": EMBEDDED}
        own = {"$id": "https://example.com/root", "$defs": definitions, "properties": more}
        return DRAFT_2020 | own

    old, new = holder(a=TEXT), holder(a={"$ref": "inner"}, b=TEXT)
    assert jsonschema_rs.validator_for(new).is_valid({"a": "x"})
    assert compare(old, new).compatible is not False
    assert compare(holder(a=WHOLE), new).compatible is not True
