"""Which subschemas of two schemas are the same, with what their references lead to."""

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Checker
from pytest_schema_registry.schema_types.json_schema.compatibility.judgement import judge
from pytest_schema_registry.schema_types.json_schema.compatibility.policy import (
    as_consumer,
    as_producer,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known, Sameness
from pytest_schema_registry.schema_types.json_schema.document import Document

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def same(one: Any, other: Any, pointer: str = "#") -> bool:
    ours, theirs = Document(one), Document(other)
    part = ours.at(pointer)
    assert part is not None
    return Sameness(ours, theirs, Budget()).among((part,), part._replace(document=theirs))


def leading_to(target: Any, name: str = "Unit") -> Any:
    return {"properties": {"unit": {"$ref": f"#/$defs/{name}"}}, "$defs": {name: target}}


def tree(leaf: Any, name: str = "Node") -> Any:
    kids = {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}
    return {
        "$ref": f"#/$defs/{name}",
        "$defs": {name: {"type": "object", "properties": {"v": leaf, "kids": kids}}},
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, True),
        (TEXT, {"type": ["string"], "title": "a text"}),
        ({"enum": [1, 2]}, {"enum": [2, 1.0]}),
        (leading_to(TEXT), leading_to(TEXT, "Einheit")),
        (tree(TEXT), tree(TEXT, "Knoten")),
        ({"prefixItems": [TEXT], "items": False}, {"prefixItems": [TEXT], "items": False}),
        ({"$defs": {"Unused": TEXT}}, {}),
        # A cycle of two definitions, and one definition that refers to itself.
        (
            tree(TEXT),
            {
                "$ref": "#/$defs/A",
                "$defs": {
                    name: {
                        "type": "object",
                        "properties": {
                            "v": TEXT,
                            "kids": {"type": "array", "items": {"$ref": f"#/$defs/{to}"}},
                        },
                    }
                    for name, to in (("A", "B"), ("B", "A"))
                },
            },
        ),
        # What a reference of draft 7 hides says nothing, but for the definitions.
        (
            {"$schema": DRAFT_7, "$ref": "#/definitions/A", "definitions": {"A": TEXT}},
            {
                "$schema": DRAFT_7,
                "$ref": "#/definitions/A",
                "definitions": {"A": TEXT},
                "maxLength": 3,
            },
        ),
        # No meta-schema checks what only a reference leads to.
        (
            {"$ref": "#/x", "x": {"properties": 4}},
            {"$ref": "#/x", "x": {"properties": 4}},
        ),
    ],
)
def test_same(one: Any, other: Any) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, WHOLE),
        (leading_to(TEXT), leading_to(WHOLE)),
        (tree(TEXT), tree(WHOLE)),
        ({"properties": {"a": TEXT}}, {"properties": {"b": TEXT}}),
        ({"anyOf": [TEXT, WHOLE]}, {"anyOf": [TEXT]}),
        # The difference is two references away.
        (
            {**leading_to({"$ref": "#/$defs/Text"}), "$defs": {"Unit": {"$ref": "#/$defs/Text"}}}
            | {"$defs": {"Unit": {"$ref": "#/$defs/Text"}, "Text": TEXT}},
            leading_to(TEXT)
            | {"$defs": {"Unit": {"$ref": "#/$defs/Text"}, "Text": {**TEXT, "maxLength": 3}}},
        ),
        # A base makes one text lead elsewhere.
        (
            {
                "$id": "https://example.com/a/",
                "properties": {"x": {"$ref": "unit"}},
                "$defs": {
                    "A": {"$id": "https://example.com/a/unit", **TEXT},
                    "B": {"$id": "https://example.com/b/unit", **WHOLE},
                },
            },
            {
                "$id": "https://example.com/b/",
                "properties": {"x": {"$ref": "unit"}},
                "$defs": {
                    "A": {"$id": "https://example.com/a/unit", **TEXT},
                    "B": {"$id": "https://example.com/b/unit", **WHOLE},
                },
            },
        ),
        # Nothing is known of two drafts, nor of a reference that leads out of the schema.
        ({"$schema": DRAFT_4}, {"$schema": DRAFT_7}),
        ({"$ref": "https://example.com/other"}, {"$ref": "https://example.com/other"}),
        (
            {"$schema": DRAFT_7, "$ref": "#/not", "not": TEXT},
            {"$schema": DRAFT_7, "$ref": "#/not", "not": TEXT},
        ),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_an_unknown_pointer_is_the_same_as_nothing() -> None:
    assert not same({"title": TEXT}, {"title": TEXT}, "#/title")


def test_the_search_for_equal_targets_is_bounded() -> None:
    ours, theirs = Document(tree(TEXT)), Document(tree(TEXT))
    with pytest.raises(BudgetExceeded):
        Sameness(ours, theirs, Budget(0)).among((ours.part(),), theirs.part())


def test_without_a_budget_nothing_is_known_to_be_equal() -> None:
    checkers = [Checker(tree(TEXT, name), formats=True) for name in ("Node", "Knoten")]
    assert judge(*checkers, formats=True, budget=Budget(0)).compatible is None


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
@pytest.mark.parametrize("level", ["backward", "forward"])
def test_references_that_read_alike_and_lead_elsewhere_are_compared(
    policy: Any, level: Any
) -> None:
    report = compare(leading_to(TEXT), leading_to(WHOLE), policy=policy, level=level)

    assert report.compatible is False
    assert [(reason.rule, reason.path) for reason in report.reasons] == [
        ("type-narrowed", "$.unit")
    ]


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
def test_what_only_annotations_tell_apart_is_compatible(policy: Any) -> None:
    report = compare(tree(TEXT), tree({**TEXT, "title": "a value"}), policy=policy, level="full")

    assert report.compatible is True


def test_a_policy_keeps_what_is_the_same_as_written_acceptable() -> None:
    schema = {"properties": {"a": {"properties": {"b": TEXT}}}, "unevaluatedProperties": False}
    producer = Document(as_producer(schema, Budget()))
    consumer = Document(as_consumer(schema, opened=True, defaults=False))
    written = Sameness(Document(schema), Document(schema), Budget())
    known = Known(written, Sameness(producer, consumer, Budget()))

    assert known.accepted((producer.part(),), consumer.part())
    assert not known.compared.among((producer.part(),), consumer.part())


ADDRESS = {"type": "object", "properties": {"street": TEXT}, "additionalProperties": False}
PICKUP = {"type": "object", "properties": {"shop": TEXT, "slot": {"$ref": "#/$defs/Slot"}}}
SLOT = {"oneOf": [TEXT, {"minLength": 2}, {"$ref": "#/$defs/Slot"}]}


def order(**more: Any) -> Any:
    """An order with parts that no proof but that of equality knows what to make of."""
    delivery = {**ADDRESS, "properties": {"street": TEXT, **more}}
    return {
        "type": "object",
        "properties": {"delivery": delivery, "pickup": {"$ref": "#/$defs/Pickup"}},
        "$defs": {"Pickup": PICKUP, "Slot": {"not": {"not": SLOT}}},
    }


def test_one_difference_is_the_only_reason() -> None:
    assert compare(order(), order(floor=WHOLE), level="full").compatible is True
    (reason,) = compare(order(floor=WHOLE), order(floor=TEXT)).reasons
    assert (reason.rule, reason.path) == ("type-narrowed", "$.delivery.floor")


CARD = {"$ref": "#/$defs/Card"}


def payment(chosen: Any, pattern: str = "^(?!0)") -> Any:
    return {**chosen, "$defs": {"Card": {"pattern": pattern}}}


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        # The branch that changed still excludes the one that did not.
        (
            {"oneOf": [{"type": ["string", "null"], "maxLength": 5}, CARD]},
            {"oneOf": [{"type": ["string", "null"], "maxLength": 5, "minProperties": 0}, CARD]},
        ),
        ({"not": CARD, "type": "string"}, {"not": CARD}),
        ({"contains": CARD, "type": "array"}, {"contains": CARD}),
        ({"if": CARD, "then": TEXT, "else": WHOLE}, {"if": CARD, "else": {"type": "number"}}),
        ({"if": CARD, "else": False}, {"if": CARD, "then": True, "else": WHOLE}),
        ({"if": CARD, "then": TEXT}, {"if": CARD, "then": TEXT, "minProperties": 0}),
    ],
)
def test_equal_conditions_stay_equal_when_something_beside_them_changes(
    old: Any, new: Any, policy: Any
) -> None:
    assert compare(payment(old), payment(new), policy=policy).compatible is True


@pytest.mark.parametrize("policy", ["strict", "tolerant"])
@pytest.mark.parametrize(
    "chosen",
    [
        {"type": "string", "not": CARD},
        {"type": "array", "contains": CARD},
        {"type": "string", "if": CARD, "then": False},
        {"type": "string", "oneOf": [CARD, {"maxLength": 3}]},
        {"type": "object", "propertyNames": CARD},
        {"type": "object", "dependentSchemas": {"a": {"properties": {"b": CARD}}}},
    ],
)
def test_equal_conditions_on_what_differs_are_not_equal(chosen: Any, policy: Any) -> None:
    beside = {**chosen, "minProperties": 0}
    for pattern in ("^[0-9]", "^b"):
        for level in ("backward", "forward"):
            old, new = payment(chosen, "^[a-z]"), payment(beside, pattern)
            assert compare(old, new, policy=policy, level=level).compatible is not True
