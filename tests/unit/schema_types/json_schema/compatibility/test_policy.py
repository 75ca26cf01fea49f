"""Policies: what is tolerated, what is not, and that nothing worse is reported."""

from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel, Field

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.policy import (
    as_consumer,
    as_producer,
)

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
OPEN = {"type": "object", "properties": {"a": TEXT}}
CLOSED = {**OPEN, "additionalProperties": False}
LARGER = {"type": "object", "properties": {"a": TEXT, "b": NUMBER}}
LARGER_CLOSED = {**LARGER, "additionalProperties": False}
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def tagged(kind: Any) -> Any:
    return {"type": "object", "properties": {"v": {"const": 1}, "kind": {"const": kind}}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OPEN, LARGER),
        (OPEN, CLOSED),
        (LARGER, OPEN),
        (LARGER_CLOSED, CLOSED),
        (CLOSED, LARGER_CLOSED),
        ({**OPEN, "additionalProperties": True}, LARGER),
    ],
)
def test_undeclared_members_break_only_as_written(old: Any, new: Any) -> None:
    tolerant, strict = (
        compare(old, new, level="full", policy=policy) for policy in ("tolerant", "strict")
    )

    assert (tolerant.compatible, strict.compatible) == (True, False)
    assert {note.kind for note in tolerant.notes} >= {"strict-only"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OPEN, {**OPEN, "required": ["a"]}),
        ({"additionalProperties": NUMBER}, {"additionalProperties": {"type": "integer"}}),
        ({"type": "object"}, {"type": "object", "additionalProperties": TEXT}),
        (OPEN, {"type": "object", "properties": {"a": NUMBER}}),
        (OPEN, {"type": "object", "properties": {"a": False}}),
    ],
)
def test_declared_members_and_maps_are_not_tolerated(old: Any, new: Any) -> None:
    assert compare(old, new).compatible is False


PAIR = {"type": "array", "prefixItems": [TEXT]}
TRIPLE = {"type": "array", "prefixItems": [TEXT, NUMBER]}
ELDER_PAIR = {"$schema": DRAFT_7, "type": "array", "items": [TEXT]}
ELDER_TRIPLE = {"$schema": DRAFT_7, "type": "array", "items": [TEXT, NUMBER]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PAIR, TRIPLE),
        (PAIR, {**PAIR, "items": False}),
        ({**PAIR, "items": False}, {**TRIPLE, "items": False}),
        ({**PAIR, "items": {"title": "more"}}, TRIPLE),
        ({**PAIR, "unevaluatedItems": False}, {**TRIPLE, "unevaluatedItems": False}),
        (ELDER_PAIR, ELDER_TRIPLE),
        (ELDER_PAIR, {**ELDER_TRIPLE, "additionalItems": False}),
    ],
)
def test_undeclared_elements_break_only_as_written(old: Any, new: Any) -> None:
    tolerant, strict = (
        compare(old, new, level="full", policy=policy) for policy in ("tolerant", "strict")
    )

    assert (tolerant.compatible, strict.compatible) == (True, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TRIPLE, {**PAIR, "items": TEXT}),
        ({**PAIR, "items": NUMBER}, {"prefixItems": [TEXT, TEXT]}),
        ({**PAIR, "minItems": 2}, {"prefixItems": [TEXT, TEXT]}),
        ({**PAIR, "contains": NUMBER}, {"prefixItems": [TEXT, TEXT]}),
        (TRIPLE, {**TRIPLE, "maxItems": 1}),
        ({"type": "array"}, PAIR),
        ({"allOf": [PAIR, TRIPLE]}, {**PAIR, "items": TEXT}),
    ],
)
def test_declared_elements_and_lists_are_not_tolerated(old: Any, new: Any) -> None:
    assert compare(old, new).compatible is False


def test_a_tuple_beside_a_longer_one_stays_open() -> None:
    written = {"$defs": {"P": PAIR}, "allOf": [{"$ref": "#/$defs/P"}, TRIPLE]}
    producer = jsonschema_rs.validator_for(as_producer(written, Budget()))

    assert producer.is_valid(["x", 1])
    assert not producer.is_valid(["x", 1, 2])


def test_what_a_reference_leads_to_is_not_closed() -> None:
    written = {**PAIR, "items": {}}
    schema = {"properties": {"p": written, "q": {"$ref": "#/properties/p/items"}}}

    assert as_producer(schema, Budget())["properties"] == schema["properties"]  # type: ignore[index]


def job(action: Any, **more: Any) -> Any:
    return {**objects({action: TEXT, **more}), "required": [action], "additionalProperties": False}


def objects(members: Any) -> Any:
    return {"type": "object", "properties": members}


@pytest.mark.parametrize("union", ["oneOf", "anyOf"])
def test_branches_without_a_tag_are_told_apart_by_the_members_they_require(union: Any) -> None:
    old = {union: [job("run"), job("call")]}
    new = {union: [job("run", image=TEXT), job("call")]}

    assert compare(old, new, level="full").compatible is True
    strict = compare(old, new, level="full", policy="strict")
    assert [(r.direction, r.rule, r.path) for r in strict.reasons] == [
        ("forward", "property-removed-from-closed", "$.image")
    ]


def test_a_pattern_may_allow_the_member_that_tells_branches_apart() -> None:
    noted = {**job("run"), "patternProperties": {"^x-": {}}}
    schema = {"oneOf": [noted, job("call")]}
    opened = as_consumer(schema, opened=True, defaults=False)
    assert "additionalProperties" not in opened["oneOf"][0]  # type: ignore[index]

    matching = {"oneOf": [{**job("run"), "patternProperties": {"^c": {}}}, job("call")]}
    assert as_consumer(matching, opened=True, defaults=False) == matching


def test_a_member_that_tells_branches_apart_stays_required_despite_its_default() -> None:
    run, call = job("run"), job("call")
    run["properties"]["run"] = {**TEXT, "default": "x"}
    read = as_consumer({"oneOf": [run, call]}, opened=True, defaults=True)

    assert read["oneOf"][0]["required"] == ["run"]  # type: ignore[index]


@pytest.mark.parametrize("draft", [DRAFT_7, "https://json-schema.org/draft/2020-12/schema"])
def test_inherited_members_are_declared(draft: Any) -> None:
    """Closing each part of an `allOf` would leave a producer that can send nothing."""

    def model(limit: Any) -> Any:
        return {
            "$schema": draft,
            "definitions": {"Base": {"properties": {"id": TEXT}, "required": ["id"]}},
            "allOf": [
                {"$ref": "#/definitions/Base"},
                {"properties": {"n": {"maximum": limit}}, "required": ["n"]},
            ],
        }

    assert compare(model(5), model(9)).compatible is True
    (reason,) = compare(model(9), model(5)).reasons
    assert (reason.rule, reason.path) == ("maximum-lowered", "$.n")


@pytest.mark.parametrize(
    ("schema", "sent", "not_sent"),
    [
        ({**OPEN, "unevaluatedProperties": NUMBER}, {"a": "x", "b": 1}, {"b": "x"}),
        ({**OPEN, "dependentRequired": {"a": ["b"]}}, {"a": "x", "b": 1}, {"z": 1}),
        (
            {"$schema": DRAFT_4, "allOf": [OPEN, {"properties": {"b": TEXT}}]},
            {"a": "x", "b": "x"},
            {"a": "x", "z": 1},
        ),
        (
            {"allOf": [OPEN, {"properties": {"b": TEXT}, "patternProperties": {"^x": TEXT}}]},
            {"a": "x", "b": "x", "x1": "x"},
            {"z": 1},
        ),
        (
            {
                "$schema": DRAFT_7,
                "properties": {"m": {"$ref": "#/definitions/M"}},
                "definitions": {"M": {"allOf": [OPEN, {"properties": {"b": TEXT}}]}},
            },
            {"m": {"a": "x", "b": "x"}},
            {"m": {"z": 1}},
        ),
        (
            {"oneOf": [tagged("a"), tagged("b"), {**tagged("c"), "required": ["kind"]}]},
            {"v": 1, "kind": "a"},
            {"v": 1},
        ),
        (
            {"oneOf": [{"$ref": "#/$defs/A"}, tagged("b")], "$defs": {"A": tagged("a")}},
            {"v": 1, "kind": "b"},
            {"v": 1},
        ),
    ],
)
def test_producers_send_what_is_declared(schema: Any, sent: Any, not_sent: Any) -> None:
    producer = as_producer(schema, Budget())

    assert jsonschema_rs.is_valid(producer, sent, offline=True)
    assert not jsonschema_rs.is_valid(producer, not_sent, offline=True)


INHERITS = {"allOf": [{"$ref": "#"}, {"properties": {"c": TEXT}}]}
NESTED = {"properties": {"a": {"properties": {"x": TEXT}}}}
SHARED = {"definitions": {"A": {**OPEN, "allOf": [{"properties": {"b": TEXT}}]}}}


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        ({"allOf": [OPEN, {"patternProperties": {"^x": NUMBER}}]}, {"a": "x", "x1": 1}),
        ({"allOf": [OPEN, {"additionalProperties": {}}]}, {"a": "x", "b": 1}),
        ({"allOf": [OPEN], "unevaluatedProperties": NUMBER}, {"a": "x", "b": 1}),
        ({"allOf": [OPEN, {"required": ["b"]}]}, {"a": "x", "b": 1}),
        ({**OPEN, "dependentSchemas": {"a": {"properties": {"b": NUMBER}}}}, {"a": "x", "b": 1}),
        (
            {"$schema": DRAFT_7, **OPEN, "dependencies": {"a": {"properties": {"b": NUMBER}}}},
            {"a": "x", "b": 1},
        ),
        ({**OPEN, "if": {"required": ["a"]}, "then": LARGER}, {"a": "x", "b": 1}),
        ({**OPEN, "allOf": [True]}, {"a": "x"}),
        ({**OPEN, "not": {"properties": {"b": TEXT}, "required": ["b"]}}, {"b": 1}),
        ({**OPEN, "properties": {"a": TEXT, "more": INHERITS}}, {"more": {"a": "x", "c": "x"}}),
        (
            {"allOf": [NESTED, {"properties": {"a": {"properties": {"y": TEXT}}}}]},
            {"a": {"x": "x", "y": "x"}},
        ),
        (
            {**NESTED, "patternProperties": {"^a": {"properties": {"y": TEXT}}}},
            {"a": {"x": "x", "y": "x"}},
        ),
        (
            {"patternProperties": {"^a": OPEN, "b$": {"properties": {"y": TEXT}}}},
            {"ab": {"a": "x", "y": "x"}},
        ),
        (
            {"items": OPEN, "contains": {"properties": {"y": TEXT}, "required": ["y"]}},
            [{"a": "x", "y": "x"}],
        ),
        (
            {"anyOf": [{"allOf": [OPEN, {"properties": {"b": TEXT}}]}, {"type": "object"}]},
            {"z": 1},
        ),
        (
            {
                "$schema": DRAFT_7,
                "properties": {
                    "m": {"$ref": "#/definitions/A", "maxProperties": 0},
                    "n": {"allOf": [{"$ref": "#/definitions/A"}, {"properties": {"z": TEXT}}]},
                },
                **SHARED,
            },
            {"m": {"a": "x"}, "n": {"z": "x"}},
        ),
    ],
)
def test_what_is_declared_elsewhere_is_sent(schema: Any, sent: Any) -> None:
    """Closed too early, a producer would be thought to send nothing that could break."""
    assert jsonschema_rs.is_valid(schema, sent, offline=True)
    assert jsonschema_rs.is_valid(as_producer(schema, Budget()), sent, offline=True)


@pytest.mark.parametrize(
    "schema",
    [
        {**OPEN, "if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["a"]}},
        {"oneOf": [OPEN, {"properties": {"b": TEXT}, "required": ["b"]}]},
        {"allOf": [OPEN, {"properties": {"b": TEXT}, "additionalProperties": True}]},
        {
            "$schema": DRAFT_7,
            "$id": "https://example.com/a",
            "$ref": "#/definitions/A",
            "definitions": {
                "A": {"allOf": [OPEN, {"properties": {"b": TEXT}}]},
                "B": {"allOf": [{"$ref": "#/definitions/A"}, {"properties": {"c": TEXT}}]},
            },
            "properties": {"b": {"$ref": "#/definitions/B"}},
        },
    ],
)
def test_what_nothing_declares_is_not_sent(schema: Any) -> None:
    sent = {"a": "x", "z": 1}

    assert jsonschema_rs.is_valid(schema, sent, offline=True)
    assert not jsonschema_rs.is_valid(as_producer(schema, Budget()), sent, offline=True)


def test_model_that_others_inherit_from_is_closed_where_it_is_used() -> None:
    """Up to draft 7 the limit cannot stand beside the reference."""
    base = {"$ref": "#/definitions/A"}
    schema = {
        "$schema": DRAFT_7,
        "properties": {"m": base, "n": {"allOf": [base, {"properties": {"c": TEXT}}]}},
        "definitions": {"A": OPEN},
    }

    producer = as_producer(schema, Budget())

    assert jsonschema_rs.is_valid(producer, {"m": {"a": "x"}, "n": {"a": "x", "c": "x"}})
    assert not jsonschema_rs.is_valid(producer, {"m": {"a": "x", "c": "x"}})


def test_tags_are_required_of_all_branches_or_of_none() -> None:
    """Required of one alone, a payload that fitted both branches would fit the other."""
    tag = {"$ref": "#/$defs/A"}
    members = {"union": {"oneOf": [tag, tagged("b")]}, "other": {"not": tag}}
    producer = as_producer({"properties": members, "$defs": {"A": tagged("a")}}, Budget())

    assert jsonschema_rs.is_valid(producer, {"union": {"v": 1, "kind": "b"}}, offline=True)
    for name in members:
        assert not jsonschema_rs.is_valid(producer, {name: {"v": 1}}, offline=True)


def test_inherited_default_makes_a_member_optional() -> None:
    base = {"properties": {"a": {**TEXT, "default": "x"}}}
    new = {"allOf": [base], "required": ["a"]}

    assert compare(base, new, policy="strict", defaults=True).compatible is True
    assert compare(base, new, policy="strict").compatible is False


def test_producer_that_takes_too_long_to_close_is_undecided() -> None:
    report = compare(LARGER, OPEN, budget=1)

    assert [reason.rule for reason in report.reasons] == ["budget-exceeded"]
    assert report.compatible is None


def test_a_place_that_holds_no_object_and_no_array_takes_few_steps() -> None:
    """Each of many kinds of tasks limits the name, which is one of as many: a product of both."""
    kinds = [f"Task{number}" for number in range(160)]
    members: dict[str, Any] = {"task": {"anyOf": [{"enum": [kind]} for kind in kinds]}}
    old = {
        "type": "object",
        "properties": members,
        "anyOf": [{"properties": {"task": {"pattern": f"^{kind}$"}}} for kind in kinds],
        "required": ["task"],
    }
    assert compare(old, {**old, "properties": members | {"since": TEXT}}).compatible


def test_required_members_are_declared() -> None:
    """A producer that requires what it does not declare can still send something."""
    old = {"type": "object", "properties": {"a": TEXT}, "required": ["b"]}
    new = {"type": "object", "properties": {"a": NUMBER}}

    assert compare(old, new).compatible is False


def test_default_makes_a_required_member_optional_with_the_switch_alone() -> None:
    old = {"type": "object", "properties": {"a": TEXT}}
    new = {"type": "object", "properties": {"a": {**TEXT, "default": "x"}}, "required": ["a"]}

    assert compare(old, new, policy="strict").compatible is False
    assert compare(old, new, policy="strict", defaults=True).compatible is True
    assert compare(old, new, defaults=True).compatible is True
    assert compare(new, old, level="forward", defaults=True).compatible is True


def test_what_a_policy_changes_only_narrows_producers_and_widens_consumers() -> None:
    overlapping = {"oneOf": [OPEN, {"type": "object", "properties": {"c": TEXT}}]}
    negated = {"not": CLOSED}
    for schema in (OPEN, CLOSED, overlapping, negated, {"if": CLOSED, "then": False}):
        producer, consumer = (
            as_producer(schema, Budget()),
            as_consumer(schema, opened=True, defaults=True),
        )
        for payload in ({}, {"a": "x"}, {"c": "x"}, {"a": 1}, {"a": "x", "c": "x"}, {"z": 1}, 1):
            narrow, written, wide = (
                jsonschema_rs.is_valid(one, payload, offline=True)
                for one in (producer, schema, consumer)
            )
            assert narrow <= written <= wide, (schema, payload)


@pytest.mark.parametrize("reference", ["$ref", "$dynamicRef"])
def test_what_is_referred_to_stays_where_a_policy_would_take_it_away(reference: Any) -> None:
    schema = {"properties": {"a": {reference: "#/additionalProperties"}}}
    closed = {**schema, "additionalProperties": False}

    assert as_consumer(closed, opened=True, defaults=False) == closed
    assert as_producer(closed, Budget()) == closed
    assert compare(closed, {"properties": {"a": TEXT}}, level="forward").compatible is False


class Card(BaseModel):
    kind: str = Field("card", json_schema_extra={"const": "card"})
    number: str


class Node(BaseModel):
    name: str
    children: "list[Node]" = []


def test_recursive_model_may_gain_an_optional_member() -> None:
    old = Node.model_json_schema()
    new = Node.model_json_schema()
    new["$defs"]["Node"]["properties"]["size"] = {"type": "integer", "default": 0}

    assert compare(old, new, level="full").compatible is True


def test_tag_with_a_default_is_always_sent() -> None:
    """pydantic does not require a literal with a default, and its union would be ambiguous."""

    def branch(tag: Any, **members: Any) -> Any:
        return {"type": "object", "properties": {"kind": {"const": tag, "default": tag}, **members}}

    old = {"oneOf": [branch("card", number=TEXT), branch("bank", iban=TEXT)]}
    new = {"oneOf": [branch("card", number=TEXT), branch("bank", iban=TEXT, bic=TEXT)]}

    assert compare(old, new, level="full").compatible is True
    assert compare(new, {"oneOf": new["oneOf"][:1]}).compatible is False


def test_a_branch_that_is_negated_elsewhere_keeps_its_union_as_it_is() -> None:
    branches = [tagged("a"), tagged("b")]
    negated = {"not": {"$ref": "#/properties/u/oneOf/0"}}
    schema = {"properties": {"u": {"oneOf": branches}, "x": negated}}
    producer: Any = as_producer(schema, Budget())
    assert producer["properties"]["u"]["oneOf"] == branches
