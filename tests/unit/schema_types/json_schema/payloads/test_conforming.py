"""Payloads that conform: what they show, in which order, and what is said of the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from pytest_schema_registry import InvalidSchema, SchemaRegistry
from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.json_schema.payloads import conforming
from pytest_schema_registry.schema_types.payloads import compact
from tests.parts import judge_of
from tests.unit.schema_types.json_schema.compatibility.strategies import SCHEMAS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.schema_types.payloads import Payloads

JSON = all_types()["JSON"]
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"


def payloads_of(schema: Any, limit: int = 100) -> Payloads[Any]:
    return JSON.conforming_payloads(schema, limit)


#: Schemas, each with payloads that must be among those that are made.
SHOWN: list[tuple[str, Any, list[Any]]] = [
    ("each value of an enum", {"enum": [1, "a", None]}, [1, "a", None]),
    ("each type", {"type": ["boolean", "null"]}, [True, False, None]),
    ("a constant", {"const": {"a": 1}}, [{"a": 1}]),
    ("both bounds", {"type": "integer", "minimum": 3, "maximum": 9}, [3, 9]),
    (
        "open bounds",
        {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 9},
        [4, 8],
    ),
    (
        "bounds of draft 4",
        {"$schema": DRAFT_4, "type": "integer", "minimum": 3, "exclusiveMinimum": True},
        [4],
    ),
    ("multiples", {"type": "number", "multipleOf": 5, "minimum": 7, "maximum": 22}, [10, 20]),
    ("a fraction", {"type": "number"}, [1, 0.5]),
    ("both lengths", {"type": "string", "minLength": 2, "maxLength": 4}, ["xx", "xxxx"]),
    (
        "both sizes of an array",
        {"type": "array", "minItems": 1, "maxItems": 3, "items": {"const": 1}},
        [[1], [1, 1, 1]],
    ),
    (
        "both sizes of an object",
        {"type": "object", "minProperties": 1, "maxProperties": 2, "additionalProperties": True},
        [{"zz": "x"}, {"zz": "x", "z": "x"}],
    ),
    ("a pattern", {"type": "string", "pattern": "^(a|b)c?$"}, ["a", "b", "ac"]),
    ("a format", {"type": "string", "format": "date"}, ["2024-02-29"]),
    (
        "an optional member",
        {"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}}, "required": ["b"]},
        [{"b": 2}, {"a": 1, "b": 2}],
    ),
    (
        "members that a pattern describes",
        {"type": "object", "patternProperties": {"^x-[0-9]$": {"const": 1}}},
        [{"x-0": 1}],
    ),
    (
        "members that are described together",
        {"type": "object", "properties": {"a": {}}, "additionalProperties": {"const": 1}},
        [{"zz": 1}],
    ),
    (
        "members that depend on another",
        {
            "type": "object",
            "properties": {"a": {"const": 1}, "b": {"const": 2}},
            "dependentRequired": {"a": ["b"]},
        },
        [{}, {"a": 1, "b": 2}, {"b": 2}],
    ),
    ("each branch", {"oneOf": [{"const": 1}, {"const": "a"}]}, [1, "a"]),
    (
        "the branch below a reference",
        {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"const": 1}, {"const": 2}]}}},
        [1, 2],
    ),
    (
        "each outcome of a condition",
        {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"enum": ["a", "b"]}},
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["x"], "properties": {"x": {"const": 1}}},
            "else": {"required": ["y"], "properties": {"y": {"const": 2}}},
        },
        [{"kind": "a", "x": 1}, {"kind": "b", "y": 2}],
    ),
    (
        "many conditions, of which one holds",
        {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"enum": list("abcdefghij")}},
            "allOf": [
                {
                    "if": {"properties": {"kind": {"const": each}}},
                    "then": {"required": [each], "properties": {each: {"const": 1}}},
                }
                for each in "abcdefghij"
            ],
        },
        [{"kind": each, each: 1} for each in "abcdefghij"],
    ),
    (
        "tuples",
        {"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": False},
        [[], [1], [1, 2]],
    ),
    (
        "tuples of draft 7",
        {"$schema": DRAFT_7, "type": "array", "items": [{"const": 1}], "additionalItems": False},
        [[], [1]],
    ),
    (
        "what an array contains",
        {
            "type": "array",
            "items": {"enum": [1, 2]},
            "contains": {"const": 1},
            "minContains": 2,
            "maxContains": 3,
        },
        [[1, 1], [1, 1, 1]],
    ),
    (
        "recursion",
        {
            "type": "object",
            "properties": {"next": {"$ref": "#"}, "end": {"enum": [1, 2]}},
            "additionalProperties": False,
        },
        [{}, {"next": {}}, {"next": {"end": 1}}, {"end": 2}],
    ),
    ("whole numbers that are floats", {"type": "integer", "minimum": 1.0, "maximum": 2}, [1, 2]),
    (
        "names that are keywords",
        {"properties": {"if": {"enum": [1, 2]}, "properties": {"properties": {"not": {}}}}},
        [{"if": 1}, {"if": 2}, {"properties": {"not": "x"}}],
    ),
    ("a name with a slash", {"properties": {"a/b~c%": {"enum": [1, 2]}}}, [{"a/b~c%": 2}]),
    (
        "a schema with an identifier",
        {"$id": "https://x.example/a", "properties": {"a": {"enum": [1, 2]}}},
        [{"a": 1}, {"a": 2}],
    ),
    (
        "a schema with a relative identifier, and one inside",
        {
            "$id": "a.json",
            "properties": {"a": {"$ref": "b.json"}},
            "$defs": {"b": {"$id": "b.json", "enum": [1, 2]}},
        },
        [{"a": 1}, {"a": 2}],
    ),
    (
        "recursion by a dynamic reference",
        {
            "$id": "https://x.example/tree",
            "$dynamicAnchor": "node",
            "type": "object",
            "properties": {"to": {"$dynamicRef": "#node"}, "at": {"enum": [1, 2]}},
        },
        [{"to": {}}, {"at": 2}],
    ),
    (
        "members that are evaluated nowhere",
        {
            "$schema": DRAFT_2019,
            "allOf": [{"properties": {"a": {"const": 1}}}],
            "type": "object",
            "unevaluatedProperties": {"const": 2},
        },
        [{"a": 1}],
    ),
    (
        "a pattern that the engine reads in another spelling",
        {"type": "string", "pattern": r"^[\w-.]{2}$"},
        ["aa"],
    ),
    (
        "a member whose schema is a reference with siblings",
        {
            "$schema": DRAFT_7,
            "type": "object",
            "properties": {"a": {"$ref": "#/definitions/a", "const": 9}},
            "definitions": {"a": {"enum": [1, 2]}},
        },
        [{"a": 1}, {"a": 2}],
    ),
    ("other elements", {"type": "array", "items": {"const": 1}, "uniqueItems": True}, [[], [1]]),
    ("nothing but true", True, [None, True, 0, "", [], {}]),
]


@pytest.mark.parametrize(
    ("schema", "expected"), [each[1:] for each in SHOWN], ids=[each[0] for each in SHOWN]
)
def test_payloads_show_all_that_a_schema_says(schema: Any, expected: list[Any]) -> None:
    found = payloads_of(schema)
    texts = [canonical(each) for each in found]
    assert [each for each in map(canonical, expected) if each not in texts] == []
    assert found.uncovered == ()
    assert found.reason == ""


def test_payloads_are_sorted_by_their_compact_text_and_no_two_are_equal() -> None:
    found = payloads_of({"type": ["integer", "string", "object"], "properties": {"é": {}}})
    texts = [compact(each) for each in found]
    assert texts == sorted(texts, key=lambda text: (len(text), text))
    assert len(texts) == len(set(texts)) > 20


@pytest.mark.parametrize("others", [{}, {"additionalProperties": True}])
def test_no_member_is_sent_that_the_schema_does_not_describe(others: dict[str, Any]) -> None:
    found = payloads_of({"type": "object", "properties": {"a": {"type": "integer"}}, **others})
    assert {name for each in found for name in each} == {"a"}


def test_a_change_of_a_payload_changes_no_other() -> None:
    found = payloads_of({"type": "object", "required": ["a"], "properties": {"a": {"const": []}}})
    found[0]["a"].append(1)
    assert found[0] == {"a": []}


def test_the_same_payloads_are_made_in_each_process() -> None:
    schema = {"type": "object", "properties": {name: {"enum": [1, "b"]} for name in "abcd"}}
    code = (
        "import json; from pytest_schema_registry.schema_types import all_types; "
        f"print(json.dumps(list(all_types()['JSON'].conforming_payloads({schema!r}))))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert json.loads(runs[0]) == list(payloads_of(schema))


def test_few_payloads_show_as_much_as_they_can() -> None:
    schema = {"type": "object", "properties": {name: {"enum": [1, 2]} for name in "abc"}}
    found = payloads_of(schema, 3)
    assert len(found) == 3
    assert {name for each in found for name in each} == {"a", "b", "c"}
    assert all(each.endswith("left out, since the limit is 3") for each in found.uncovered)
    assert 0 < len(found.uncovered) < 3


@pytest.mark.parametrize(
    ("schema", "lines"),
    [
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string", "pattern": r"^(a)\1{2}$"}},
            },
            ("#/properties/a: no such payload was found", '#: the member "a": no such payload'),
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 2, "maximum": 1}]},
            ("#/anyOf/1: no such payload was found",),
        ),
        ({"enum": [1, 2, "a", "b"], "type": "string"}, ("#: 2 values, such as 1: no such",)),
        (
            {"type": "string", "enum": ["a", "b"], "not": {"const": "a"}},
            ('#: the value "a": no such payload was found',),
        ),
        (
            {"type": "integer", "minimum": 1, "not": {"const": 1}},
            ("#/minimum: no such payload was found",),
        ),
        (
            {"type": "number", "minimum": 0, "maximum": 0},
            ("#: a number with a fraction: no such payload was found",),
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"const": 1}, "b": {"const": 2}},
                "minProperties": 2,
            },
            ('#: 2 payloads without a member, such as "a": no such payload was found',),
        ),
    ],
)
def test_what_no_payload_shows_is_said(schema: Any, lines: tuple[str, ...]) -> None:
    found = payloads_of(schema)
    assert len(found) > 0
    for line in lines:
        assert any(each.startswith(line) for each in found.uncovered), found.uncovered


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}},
        {"type": "string", "pattern": r"^(?=b)a$"},
        {"type": "string", "pattern": r"^(a)\1{2}$"},
        {"type": "array", "minItems": 400, "items": {"const": 1}},
        {"allOf": [{"type": "string"}, {"type": "null"}]},
        {"not": {}},
    ],
)
def test_a_schema_that_nothing_conforms_to_has_a_reason(schema: Any) -> None:
    found = payloads_of(schema)
    assert list(found) == []
    assert found.reason == (
        "no payload that conforms was found: the rules may contradict each other"
    )
    assert found.uncovered == (found.reason,)
    assert repr(found) == f"<0 payloads for the given schema: {found.reason}>"


def test_a_plain_value_that_is_refused_is_replaced_by_another() -> None:
    inner: dict[str, Any] = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"enum": [1, 2]}},
        "not": {"properties": {"a": {"const": 1}}},
    }
    found = payloads_of({"type": "object", "required": ["in"], "properties": {"in": inner}})
    assert list(found) == [{"in": {"a": 2}}]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"^(?:\ud83d\ude00)$", "\N{GRINNING FACE}"), (r"^[\ud800-\udfffa]$", "a")],
)
def test_no_text_has_half_a_surrogate_pair(pattern: str, text: str) -> None:
    assert text in payloads_of({"type": "string", "pattern": pattern})


def test_a_part_that_only_its_own_identifier_leads_to_is_checked_in_the_whole() -> None:
    # The engine knows no pointer into what has an identifier that is no URI of its own kind.
    inner = {"$id": "urn:inner", "type": "object", "maxProperties": 1, "properties": {"a": {}}}
    found = payloads_of({"$defs": {"in": inner}, "$ref": "urn:inner"})
    assert {} in found


def test_a_search_ends_with_its_steps() -> None:
    names = [f"m{at}" for at in range(120)]
    branches = [{"required": [name]} for name in names]
    members = {name: {"enum": [*range(200)]} for name in names}
    schema = {"type": "object", "properties": members, "anyOf": branches}
    found = payloads_of(schema)
    assert len(found) == 100
    assert any(each.endswith("the search found none in its steps") for each in found.uncovered)


def test_the_reason_tells_a_search_that_ended_with_its_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conforming, "_STEPS", 1)
    found = payloads_of({"type": "object", "required": ["a"], "not": {}})
    reason = "no payload that conforms was found in the steps that the search has"
    assert found.reason == reason


def test_references_lead_to_other_schemas_of_the_registry(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    order = {"type": "object", "properties": {"line": {"$ref": "Line.json"}}}
    (tmp_path / "v1" / "Order.json").write_text(json.dumps(order))
    (tmp_path / "v1" / "Line.json").write_text(json.dumps({"enum": [1, 2]}))
    with SchemaRegistry(tmp_path) as registry:
        judge = judge_of(registry)
        found = judge.conforming_payloads(registry.get_schema("Order", "v1"), 100)
        broken = judge.violating_payloads(registry.get_schema("Order", "v1"), 100)
    assert list(found) == [{}, {"line": 1}, {"line": 2}]
    assert found.uncovered == ()
    assert [str(each.violation) for each in broken] == [
        "$: null is not an object",
        "$.line: 0 is not one of 1 or 2",
    ]


def test_a_given_schema_refers_to_no_other_one() -> None:
    with pytest.raises(InvalidSchema, match=r"it refers to a\.json, which is not in it"):
        payloads_of({"$ref": "a.json"})


def test_formats_that_are_no_assertion_are_not_checked() -> None:
    loose = all_types(formats=False)["JSON"]
    found = loose.conforming_payloads({"type": "string", "format": "date"})
    assert {"", "2024-02-29"} < set(found)


@given(SCHEMAS)
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_every_payload_conforms(schema: Any) -> None:
    registry = SchemaRegistry(mode="replay")
    found = payloads_of(schema, 20)
    assert all(registry.validate_payload(schema, each).is_valid for each in found)
    assert bool(found) is not bool(found.reason)
    texts = [canonical(each) for each in found]
    assert len(texts) == len(set(texts))
