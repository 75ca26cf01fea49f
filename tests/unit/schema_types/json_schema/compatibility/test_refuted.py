"""Verdicts that a payload once refuted, and inputs that ended in something else than a verdict."""

import json
from typing import Any, NamedTuple

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from tests.processes import without_hanging

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


class Case(NamedTuple):
    """Two schemas, how they are compared, and what must not come out.

    Args:
        old: The producer's.
        new: The consumer's.
        right: The verdict; None where it is not decided, or need not be.
        policy: How unknown members are taken.
        defaults: Whether defaults count.
    """

    old: Any
    new: Any
    right: bool | None
    policy: Any = "tolerant"
    defaults: bool = False


def objects(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def with_one_more(schema: Any, *keys: Any) -> Any:
    """A schema with one more optional member, at the properties that keys lead to."""
    copy = json.loads(json.dumps(schema))
    place = copy
    for key in keys:
        place = place[key]
    place["one more"] = NUMBER
    return copy


BASE = {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}}}
TAGGED = [
    {"allOf": [{"$ref": "#/$defs/Base"}, {"properties": {"kind": {"const": tag}}}]} for tag in "ab"
]
STEP = objects(
    step={
        "oneOf": [
            {**objects(run=objects(cmd=TEXT)), "required": ["run"]},
            {**objects(use=TEXT), "required": ["use"]},
        ]
    }
)
ALTERNATIVE = objects(p={"oneOf": [objects(a=TEXT), {"const": "auto"}]})
PARENT = objects(name=TEXT, parent={"oneOf": [{"$ref": "#"}, {"const": None}]})
IN_PARTS = {"allOf": [objects(a=objects(x=TEXT)), objects(a=objects(y=TEXT))]}
EMBEDDED = {
    "$schema": DRAFT_7,
    "$id": "http://x/r",
    **objects(c={"$ref": "#"}, p={"$ref": "#/$defs/A/d/T"}),
    "$defs": {"A": {"$id": "http://y/", "d": {"T": {"$ref": "#/d/U"}, "U": NUMBER}}},
    "d": {"U": TEXT},
}
SPELLED_TWICE = {
    **objects(c={"$ref": "#"}, p={"$ref": "a"}),
    "$defs": {"A": {"$id": "a", **NUMBER}, "B": {"$id": "./a", **TEXT}},
}
BY_NAME = {
    "oneOf": [
        {
            "allOf": [
                objects(kind={"const": tag}),
                {"properties": {"kind": {"default": tag}}, **required},
            ]
        }
        for tag, required in (("a", {}), ("b", {"required": ["kind"]}))
    ]
}
UNEVALUATED = {"$schema": DRAFT_7, **objects(a=TEXT), "unevaluatedProperties": False}
CHAINED: dict[str, Any] = {
    "$schema": DRAFT_7,
    "$ref": "#/definitions/B",
    "definitions": {"B": objects(c=TEXT, a={"type": "object", "not": {"$ref": "#"}})},
}
CASES = {
    "an if without outcomes, and members": Case(
        {
            "if": {"dependentSchemas": {"a": {"properties": {"a": True}}}},
            "unevaluatedProperties": False,
        },
        {"unevaluatedProperties": False},
        False,
        "strict",
    ),
    "an if without outcomes, and elements": Case(
        {"if": {"oneOf": [{"maxItems": 1}, {"prefixItems": [True]}]}, "unevaluatedItems": TEXT},
        {"unevaluatedItems": TEXT},
        False,
        "strict",
    ),
    "an if that evaluates all elements": Case(
        {}, {"if": {"anyOf": [{"contains": True}]}, "unevaluatedItems": False}, True, "strict"
    ),
    "an identifier where the draft has no schemas": Case(
        EMBEDDED, {"$schema": DRAFT_7, **objects(c={"$ref": "#"}, p=NUMBER)}, False, "strict"
    ),
    "an identifier in two spellings": Case(
        SPELLED_TWICE, objects(c={"$ref": "#"}, p=NUMBER), None, "strict"
    ),
    "a reference to what is closed": Case(
        {"properties": {"a": {"$ref": "#/additionalProperties"}}, "additionalProperties": True},
        {"properties": {"a": TEXT}},
        False,
    ),
    "a tag in a base that serves elsewhere": Case(
        {**objects(m={"$ref": "#/$defs/Base"}, u={"oneOf": TAGGED}), "$defs": {"Base": BASE}},
        objects(m={"type": "object", "required": ["kind"]}),
        False,
    ),
    "a tag that a reference of draft 7 leads to": Case(
        {
            "$schema": DRAFT_7,
            **objects(u={"oneOf": [{"$ref": "#/definitions/A"}, {"$ref": "#/definitions/B"}]}),
            "definitions": {
                tag.upper(): objects(kind={"const": tag}, a=TEXT) for tag in ("a", "b")
            },
        },
        {"$schema": DRAFT_7, **objects(u={"type": "object", "required": ["kind"]})},
        True,
    ),
    "what closes nothing in an older draft": Case(
        UNEVALUATED, with_one_more(UNEVALUATED, "properties"), True
    ),
    "what is evaluated already": Case(
        {**objects(a=TEXT), "additionalProperties": True, "unevaluatedProperties": False},
        {
            **objects(a=TEXT, b=NUMBER),
            "additionalProperties": True,
            "unevaluatedProperties": False,
        },
        True,
    ),
    "a constant beside an object": Case(
        ALTERNATIVE,
        with_one_more(ALTERNATIVE, "properties", "p", "oneOf", 0, "properties"),
        True,
    ),
    "a recursion or null": Case(PARENT, with_one_more(PARENT, "properties"), True),
    "branches that overlap": Case(
        STEP,
        with_one_more(STEP, *("properties", "step", "oneOf", 0, "properties", "run", "properties")),
        True,
    ),
    "a place that two parts describe": Case(
        IN_PARTS, objects(a=objects(x=TEXT, y=TEXT, z=NUMBER)), True
    ),
    "a tag whose default stands beside it": Case(
        {"type": "object", "maxProperties": 0}, BY_NAME, True, defaults=True
    ),
    "defaults where a list may not be empty": Case(
        {"$schema": DRAFT_4, "properties": {"a": {"default": 1}}},
        {"$schema": DRAFT_4, "properties": {"a": {"default": 1}}, "required": ["a"]},
        True,
        defaults=True,
    ),
    "a reference to what is opened": Case(
        objects(a=NUMBER),
        {"additionalProperties": False, **objects(a={"$ref": "#/additionalProperties"})},
        False,
    ),
    "a reference to a reference below a not": Case(
        CHAINED,
        {**CHAINED, "definitions": {"B": {**CHAINED["definitions"]["B"], "title": "the same"}}},
        True,
    ),
    "a member called as a keyword": Case(
        {"properties": {"additionalProperties": NUMBER}},
        {"patternProperties": {"additionalProperties": False}},
        False,
    ),
    "a definition called as a keyword": Case(
        {"type": "array", "items": NUMBER},
        {
            "items": {"$ref": "#/$defs/additionalProperties"},
            "$defs": {"additionalProperties": False},
        },
        False,
        "strict",
    ),
    "a member without a name": Case(
        {"properties": {"": {"properties": {"c": {"type": "object"}}}}},
        {"properties": {"": {"properties": {"c": {"additionalProperties": False}}}}},
        False,
        "strict",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_no_payload_refutes_it_any_more(case: Case) -> None:
    report = compare(case.old, case.new, policy=case.policy, defaults=case.defaults)
    assert report.compatible in (case.right, None)


@pytest.mark.parametrize(
    "name",
    [
        "an identifier where the draft has no schemas",
        "a reference to what is closed",
        "a tag in a base that serves elsewhere",
        "a tag that a reference of draft 7 leads to",
        "what closes nothing in an older draft",
        "what is evaluated already",
        "a constant beside an object",
        "a recursion or null",
        "a tag whose default stands beside it",
        "defaults where a list may not be empty",
        "a reference to what is opened",
    ],
)
def test_it_is_decided_all_the_same(name: str) -> None:
    case = CASES[name]
    report = compare(case.old, case.new, policy=case.policy, defaults=case.defaults)
    assert report.compatible is case.right


NODE = {
    **objects(name=TEXT),
    "oneOf": [
        {"properties": {"kind": {"const": "file"}}, "required": ["kind"]},
        {
            "properties": {
                "kind": {"const": "dir"},
                "children": {"items": {"$ref": "#/$defs/Node", "unevaluatedProperties": False}},
            },
            "required": ["kind"],
        },
    ],
}


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/Node", "$defs": {"Node": NODE}},
        {
            "anyOf": [
                {"properties": {"x": {"$ref": "#", "unevaluatedProperties": False}}},
                {"type": "null"},
            ]
        },
        {
            "$defs": {"A": {"oneOf": [{"if": {"$ref": "#/$defs/A"}}]}},
            "unevaluatedProperties": {"anyOf": [{"$ref": "#/$defs/A"}]},
        },
    ],
)
def test_the_engine_is_not_asked_about_what_ends_its_process(schema: Any, policy: Any) -> None:
    compare(schema, {"type": "object"}, policy=policy)
    compare({"type": "object"}, schema, policy=policy)


FOREIGN: list[tuple[str | None, dict[str, Any]]] = [
    (None, {"x-ui": {"dependencies": ["left-pad"]}}),
    (None, {"x-ui": {"allOf": 3}}),
    (None, {"x-form": {"$ref": {"label": "Reference"}}}),
    (None, {"x-fields": {"a": {"$ref": 5}}}),
    (DRAFT_7, {"dependentSchemas": [1]}),
    (DRAFT_7, {"dependentSchemas": {"a": [1]}}),
    (DRAFT_7, {"dependentRequired": "x"}),
    (DRAFT_7, {"$dynamicRef": {}}),
    (DRAFT_7, {"$recursiveRef": [1]}),
    (DRAFT_7, {"unevaluatedProperties": {"type": 7}}),
    (DRAFT_6, {"if": {"properties": 4}}),
    (DRAFT_4, {"propertyNames": {"enum": 5}}),
]


@pytest.mark.parametrize(("draft", "foreign"), FOREIGN)
def test_keywords_of_others_are_not_looked_into(draft: str | None, foreign: dict[str, Any]) -> None:
    plain = {**objects(a=TEXT), **({"$schema": draft} if draft else {})}
    assert compare(plain | foreign, plain, level="full").compatible is True


def tagged(branches: int) -> dict[str, Any]:
    return {
        "oneOf": [
            {"properties": {"k": {"const": f"k{at}"}, "v": NUMBER}, "required": ["k"]}
            for at in range(branches)
        ]
    }


def conditions(count: int) -> dict[str, Any]:
    return {
        "allOf": [
            {"if": {"properties": {"k": {"const": f"v{at}"}}}, "then": {"required": [f"r{at}"]}}
            for at in range(count)
        ]
    }


def choices(count: int) -> dict[str, Any]:
    return {
        "allOf": [
            {"anyOf": [{"required": [f"a{at}"]}, {"required": [f"b{at}"]}]} for at in range(count)
        ]
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (tagged(200), tagged(201)),
        (conditions(100), conditions(101)),
        (choices(40), choices(40) | {"required": ["z"]}),
        ({"enum": ["x" * 200_000]}, {"enum": ["x" * 200_000, "y"]}),
    ],
)
def test_what_takes_the_engine_long_ends_with_the_budget(old: Any, new: Any) -> None:
    with without_hanging():
        compare(old, new, policy="strict", budget=10_000)
