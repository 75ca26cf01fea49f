from __future__ import annotations

import time
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_schema_registry import SchemaRegistry, Violation
from pytest_schema_registry.schema_types.json_schema import unions
from pytest_schema_registry.schema_types.json_schema.closeness import (
    MAX_CANDIDATES,
    Choices,
    of_alternatives,
    tags_of,
)
from tests.processes import PATIENCE


@pytest.fixture(autouse=True)
def _there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no diagnosis cut short because the machine is busy."""
    monkeypatch.setattr(
        "pytest_schema_registry.schema_types.json_schema.diagnosis.SECONDS", PATIENCE
    )


def only(schema: Any, payload: Any, **options: Any) -> Violation:
    with SchemaRegistry(**options) as registry:
        is_valid, found = registry.validate_payload(schema, payload)
    assert not is_valid
    (violation,) = found
    return violation


def causes(schema: Any, payload: Any) -> list[str]:
    return [str(each) for each in only(schema, payload).causes]


def some(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*required]}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
CARD = some("kind", "number", kind={"const": "card"}, number=TEXT)
CASH = some("kind", kind={"const": "cash"})
BANK = some("kind", "iban", kind={"enum": ["debit", "giro"]}, iban=TEXT)


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
@pytest.mark.parametrize("branches", [*permutations([CARD, CASH, BANK])])
def test_a_tag_may_have_several_values_and_the_branches_any_order(
    keyword: str, branches: Any
) -> None:
    schema = {keyword: [*branches]}
    assert causes(schema, {"kind": "giro", "iban": 1}) == ["$.iban: 1 is an integer, not a string"]
    assert causes(schema, {"kind": "crad", "number": 1}) == [
        '$.kind: "crad" is not one of '
        + {
            0: '"card", "cash", "debit" or "giro"',
            1: '"card", "debit", "giro" or "cash"',
            2: '"cash", "card", "debit" or "giro"',
            3: '"cash", "debit", "giro" or "card"',
            4: '"debit", "giro", "card" or "cash"',
            5: '"debit", "giro", "cash" or "card"',
        }[[*permutations([CARD, CASH, BANK])].index(branches)]
        + '; did you mean "card"?'
    ]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("branches", "payload", "said"),
    [
        # Its members are declared in one branch only.
        (
            [some("sku", sku=TEXT), some("bundle", bundle=some("price", price=TEXT))],
            {"bundle": {"price": 1}},
            ["$.bundle.price: 1 is an integer, not a string"],
        ),
        # An enum of several values is wrong in the branch that fits.
        (
            [some("$ref"), some("state", state={"enum": ["open", "paid"]})],
            {"state": "sent"},
            ['$.state: "sent" is not one of "open" or "paid"'],
        ),
        # A misspelled name is nearly a declared one.
        (
            [some("$ref"), {"properties": {"quantity": NUMBER}, "additionalProperties": False}],
            {"quantitiy": 1},
            ['$: "quantitiy" is not allowed; did you mean "quantity"?'],
        ),
        (
            [some("quantity", quantity=NUMBER), some("weight", weight=NUMBER)],
            {"quantitiy": 1},
            ['$: "quantity" is a required property'],
        ),
        # The violation lies deeper.
        (
            [
                {"items": some("expression", expression=TEXT)},
                {"items": {"properties": {"license": some(id={"enum": ["MIT"]})}}},
            ],
            [{"license": {"id": "MIT License"}}],
            ['$[0].license.id: "MIT License" is not "MIT"'],
        ),
        # A container of another type is further away than one that lacks something.
        (
            [{"items": some("sku")}, {"items": TEXT}],
            [{}],
            ['$[0]: "sku" is a required property'],
        ),
        # The tag lies in a header.
        (
            [
                {"properties": {"head": {"properties": {"of": {"const": name}}}, "body": rule}}
                for name, rule in (("a", some(x=TEXT)), ("b", some(x=NUMBER)))
            ],
            {"head": {"of": "b"}, "body": {"x": "1"}},
            ['$.body.x: "1" is a string, not a number'],
        ),
        # The branches are references, and have their parts below allOf.
        (
            [{"allOf": [some("id", id=TEXT), CARD]}, {"allOf": [some("id", id=TEXT), BANK]}],
            {"kind": "giro", "iban": "DE"},
            ['$: "id" is a required property'],
        ),
        # One that is a union itself comes closest.
        (
            [{"oneOf": [CARD, CASH]}, BANK],
            {"kind": "card", "number": 1},
            ['$: {"kind": "card", "number": 1} matches none of the 2 alternatives'],
        ),
        ([False, CARD], {"kind": "card", "number": 1}, ["$.number: 1 is an integer, not a string"]),
        (
            [{"properties": {"lines": False}}, some("sku", sku=TEXT, lines={"minItems": 1})],
            {"sku": "a", "lines": []},
            ["$.lines: 0 items, fewer than 1"],
        ),
        # What a condition or a `not` names counts for nothing.
        (
            [
                some("iban", iban=TEXT)
                | {"if": some("a", a=TEXT), "not": some(a=TEXT), "contains": True},
                some("a", "b", a=TEXT),
            ],
            {"a": "x"},
            ['$: "b" is a required property'],
        ),
    ],
)
def test_the_branch_that_the_payload_was_meant_for_is_explained(
    branches: list[Any], payload: Any, said: list[str], *, swapped: bool
) -> None:
    order = branches[::-1] if swapped else branches
    assert causes({"anyOf": order}, payload) == said
    referred = {"$defs": {str(at): each for at, each in enumerate(order)}}
    names = [{"$ref": f"#/$defs/{at}"} for at in referred["$defs"]]
    assert causes({"oneOf": names, **referred}, payload) == said
    within = {"properties": {"it": {"anyOf": order}}}
    assert causes(within, {"it": payload}) == [each.replace("$", "$.it", 1) for each in said]


@pytest.mark.parametrize(
    ("branches", "payload", "said"),
    [
        ([{"required": ["one"]}, {"required": ["two"]}], {}, '"one" or "two" is required'),
        (
            [{"required": ["a", "b"]}, {"required": ["c", "d"]}],
            {},
            '"a" and "b", or "c" and "d" are required',
        ),
        (
            [{"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"required": ["c"]}],
            {},
            '"a", "b" or "c" is required',
        ),
        ([{"required": ["a"]}, {"required": ["a"]}], {}, '"a" is a required property'),
        ([{"required": ["a", "b"]}] * 2, {}, '"a" and "b" are required'),
        (
            [{"const": "Yes"}, {"const": "No"}],
            "yes",
            '"yes" is not one of "Yes" or "No"; did you mean "Yes"?',
        ),
        ([{"const": 1}, {"enum": [1, 2]}, {"type": "null"}], 3, "3 is not one of 1, 2 or null"),
        ([{"enum": [1, 2]}, {"type": "null"}], 3, "3 is not one of 1, 2 or null"),
        ([{"enum": [1, 2]}, {"enum": [1, 2]}], 3, "3 is not one of 1 or 2"),
        ([{"const": 1, "enum": [1, 2]}, {"const": 3}], 4, "4 is not one of 1 or 3"),
        (
            [TEXT, {"anyOf": [NUMBER, {"type": "null"}]}],
            [],
            "[] is an array, not a string, a number or null",
        ),
    ],
)
def test_branches_that_refuse_alike_are_one_sentence(
    branches: list[Any], payload: Any, said: str
) -> None:
    violation = only({"anyOf": branches}, payload)
    assert (violation.message, violation.keyword, violation.causes) == (said, "anyOf", ())


def test_branches_that_refuse_one_member_alike_are_one_cause() -> None:
    schema = {"oneOf": [{"properties": {"at": TEXT}}, {"properties": {"at": {"type": "integer"}}}]}
    assert causes(schema, {"at": 1.5}) == ["$.at: 1.5 is a number, not a string or an integer"]
    either = {"properties": {"of": {"anyOf": [{"const": "a"}, {"const": "b"}]}}}
    other = {"properties": {"of": {"const": "c"}}}
    assert causes({"oneOf": [either, other]}, {"of": "x"}) == [
        '$.of: "x" is not one of "a", "b" or "c"'
    ]


def test_branches_that_come_equally_close_are_all_named() -> None:
    level = [{"minimum": 3}, {"multipleOf": 7}, {"minimum": 3}]
    violation = only({"oneOf": [{"properties": {"n": each}} for each in level]}, {"n": 1})
    assert violation.message == (
        '{"n": 1} matches none of the 3 alternatives; 3 of them come equally close'
    )
    assert [str(each) for each in violation.causes] == [
        "$.n: 1 is less than the minimum of 3",
        "$.n: 1 is not a multiple of 7",
    ]
    inner = {"properties": {"n": {"oneOf": level[:2]}}}
    nested = only({"anyOf": [inner, {"properties": {"n": {"oneOf": level[1:]}}}]}, {"n": 1})
    assert [each.path for each in nested.causes] == ["$.n"]
    two_each = [{"properties": {"a": NUMBER, "b": NUMBER}}, {"properties": {"a": TEXT, "b": TEXT}}]
    both = only({"oneOf": two_each}, {"a": None, "b": None})
    assert both.message.endswith("; 2 of them come equally close")
    pairs = [{"properties": {"a": NUMBER}, "required": ["b"]} for _ in range(2)]
    again = only({"oneOf": pairs}, {"a": None})
    assert [str(each) for each in again.causes] == ["$.a: null is not a number"]
    mixed = [{"minLength": 2, "pattern": "^b"}, {"minLength": 3, "pattern": "^c"}]
    assert len(only({"anyOf": mixed}, "a").causes) == 2


@pytest.mark.parametrize("branches", [[False, False], [{"allOf": [False]}, {"$ref": "#/$defs/no"}]])
def test_branches_that_allow_nothing_are_named_by_their_places(branches: Any) -> None:
    violation = only({"anyOf": branches, "$defs": {"no": False}}, 1)
    (cause,) = violation.causes
    assert cause.message == "1 is not allowed: the schema allows nothing here"
    assert cause.schema_path.startswith("#/anyOf/0")


C = some("of", "a", of=TEXT, a={"type": "integer"})
D = some("of", "b", of=TEXT, b={"type": "integer"})
MAPPED = {
    "oneOf": [{"$ref": "#/$defs/D"}, {"$ref": "#/$defs/C"}],
    "discriminator": {"propertyName": "of", "mapping": {"c": "#/$defs/C", "d": "D"}},
    "$defs": {"C": C, "D": D},
}


def test_a_discriminator_says_which_branch_is_meant() -> None:
    said = ['$.a: "x" is a string, not an integer']
    assert causes(MAPPED, {"of": "c", "a": "x"}) == said
    assert causes(MAPPED, {"of": "c", "a": "x", "b": "y"}) == said
    unmapped = {**MAPPED, "discriminator": {"propertyName": "of"}}
    assert causes(unmapped, {"of": "C", "a": "x", "b": "y"}) == said


def test_a_tag_that_the_discriminator_does_not_know_is_named_with_those_it_knows() -> None:
    assert causes(MAPPED, {"of": "C", "a": "x"}) == [
        '$.of: "C" is none of the discriminator\'s tags "c" or "d"; did you mean "c"?',
        '$.a: "x" is a string, not an integer',
    ]
    tagged = {
        "oneOf": [{"$ref": "#/$defs/Card"}, {"$ref": "#/$defs/Cash"}],
        "discriminator": {"propertyName": "kind", "mapping": {"card": "#/$defs/Card"}},
        "$defs": {"Card": CARD, "Cash": CASH},
    }
    assert causes(tagged, {"kind": "x"}) == ['$.kind: "x" is not one of "card" or "cash"']
    with SchemaRegistry(redact=["of"]) as registry:
        (hidden,) = registry.validate_payload(MAPPED, {"of": "cc", "a": "x"})[1]
    assert '"<redacted>" is none of the discriminator\'s tags "c" or "d"' in str(hidden.causes[0])
    assert "mean" not in str(hidden.causes[0])


def test_a_discriminator_changes_no_verdict() -> None:
    with SchemaRegistry() as registry:
        schema = {"items": {**MAPPED, "$defs": {}}, "maxItems": 1, "$defs": MAPPED["$defs"]}
        of_d = {"of": "c", "b": 1}
        (violation,) = registry.validate_payload(schema, [of_d, of_d])[1]
    assert violation.keyword == "maxItems"


@pytest.mark.parametrize(
    ("discriminator", "value"),
    [
        (None, {"of": "c"}),
        ({"propertyName": "of"}, 1),
        ({"propertyName": 1}, {"of": "c"}),
        ({"propertyName": "of"}, {"of": 1}),
        ({"propertyName": "of"}, {}),
    ],
)
def test_a_discriminator_that_says_nothing_is_passed_over(discriminator: Any, value: Any) -> None:
    assert tags_of(discriminator, [{"$ref": "#/$defs/C"}], value) is None


def test_a_discriminator_of_no_references_says_nothing() -> None:
    discriminator = {"propertyName": "of", "mapping": {"c": 1, "d": "#/gone"}}
    assert tags_of(discriminator, [True, {"$ref": 1}, {}], {"of": "c"}) is None


def test_where_several_branches_match_it_is_said() -> None:
    inner = {"oneOf": [{"minimum": 1}, {"minimum": 2}, {"minimum": 3}]}
    violation = only(
        {"anyOf": [{"oneOf": [True, True]}, {"$ref": "#/$defs/i"}], "$defs": {"i": inner}}, 4
    )
    assert len(violation.causes) == 2
    assert {each.message.split(" of the ")[0] for each in violation.causes} == {
        "4 matches more than one"
    }


def test_a_union_that_is_only_asked_for_its_verdict_is_not_explained() -> None:
    schema = {
        "if": {"oneOf": [{"minimum": 1}, {"minimum": 2}]},
        "then": {"const": 1},
        "else": {"not": {"anyOf": [{"const": 5}, TEXT]}},
    }
    assert only(schema, 5).message == "5 is what the schema excludes"
    inside = {"anyOf": [{"not": {"anyOf": [{"const": 5}, {"const": 6}]}}, TEXT]}
    assert [str(each) for each in only(inside, 5).causes] == ["$: 5 is what the schema excludes"]


def wide(count: int, **more: Any) -> list[Any]:
    return [
        some("of", f"p{at}", of={"const": f"k{at}"}, **{f"p{at}": NUMBER}, **more)
        | {"additionalProperties": False}
        for at in range(count)
    ]


def test_of_three_hundred_branches_few_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[int] = []
    errors = unions.Unions._errors

    def noted(self: Any, validator: Any, union: Any, at: int) -> Any:
        walked.append(at)
        return errors(self, validator, union, at)

    monkeypatch.setattr(unions.Unions, "_errors", noted)
    schema = {"oneOf": wide(300, note=TEXT)}
    assert causes(schema, {"of": "k7", "p7": 1, "note": 1}) == [
        "$.note: 1 is an integer, not a string"
    ]
    assert walked == [7]
    walked.clear()
    assert causes(schema, {"p7": "x"}) == [
        '$.p7: "x" is a string, not a number',
        '$: "of" is a required property',
    ]
    assert walked == [7]
    walked.clear()
    assert only(schema, {"of": "x"}).causes[0].message.startswith('"x" is not one of "k0", "k1"')
    assert walked == []
    said = only(schema, {}).message
    assert said.startswith('"of" and "p0", or "of" and "p1", or ')
    assert said.endswith(', or "of" and "p9", or 290 more are required')
    assert len(walked) == 300 > MAX_CANDIDATES


def test_a_deep_payload_of_a_wide_and_recursive_union_is_explained_at_once() -> None:
    node = {"$ref": "#/$defs/node"}
    branches = [
        some(f"op{at}", **{f"op{at}": NUMBER, "left": node, "right": node}) for at in range(60)
    ]
    schema = {
        **node,
        "$defs": {
            "node": {"anyOf": [{**each, "additionalProperties": False} for each in branches]}
        },
    }
    payload: Any = {"op1": "x"}
    for at in range(8):
        payload = {f"op{at}": at, "left": payload, "right": {"op3": 4}}
    start = time.process_time()
    violation = only(schema, payload)
    assert time.process_time() - start < PATIENCE / 4
    for _ in range(8):
        (violation,) = violation.causes
    assert [str(each) for each in violation.causes] == [
        f'$.{"left." * 8}op1: "x" is a string, not a number'
    ]


def test_what_is_remembered_of_a_payload_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unions, "_MAX_KNOWN", 2)
    schema = {"items": {"anyOf": [CARD, CASH, {"anyOf": [BANK, TEXT]}]}}
    payload = [{"kind": "cash"}] * 3 + [{"kind": "giro", "iban": 1}, {"kind": "cash"}, "x", 1]
    with SchemaRegistry() as registry:
        found = registry.validate_payload(schema, payload)[1]
    assert [each.path for each in found] == ["$[3]", "$[6]"]


def test_two_branches_that_refer_to_one_union_are_one() -> None:
    refers = {"$ref": "#/$defs/method"}
    schema = {"anyOf": [refers, refers], "$defs": {"method": {"oneOf": [CARD, CASH]}}}
    assert causes(schema, {"kind": "x"}) == ['$.kind: "x" is not one of "card" or "cash"']


def test_where_a_reference_is_dynamic_nothing_is_remembered() -> None:
    schema = {
        "$dynamicAnchor": "it",
        "anyOf": [some("a", a={"$dynamicRef": "#it"}), {"type": "integer"}],
    }
    violation = only(schema, {"a": {"a": "x"}})
    assert [str(each) for each in violation.causes] == [
        '$.a: {"a": "x"} matches none of the 2 alternatives'
    ]


def test_a_union_of_branches_that_all_have_another_type_has_no_tags() -> None:
    assert of_alternatives([Choices(is_mistyped=True)]).is_mistyped
    assert (
        only({"anyOf": [{"anyOf": [CARD, CASH]}, CASH]}, 1).message
        == "1 is an integer, not an object"
    )


VALUES = st.sampled_from(["card", "cash", "giro", "x", 1, None])
MEMBERS = st.dictionaries(st.sampled_from(["kind", "number", "iban", "kid"]), VALUES, max_size=3)
BRANCHES = st.lists(
    st.sampled_from([CARD, CASH, BANK, TEXT, {"type": "null"}, False, {"required": ["kind"]}])
    | st.sampled_from([{"oneOf": [CARD, BANK]}, {"anyOf": [CASH, TEXT]}, {"allOf": [CARD, CASH]}]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(branches=BRANCHES, payload=MEMBERS | VALUES, keyword=st.sampled_from(["anyOf", "oneOf"]))
def test_the_order_of_the_branches_changes_nothing_but_the_order_of_what_is_said(
    branches: list[Any], payload: Any, keyword: str
) -> None:
    def said(order: list[Any]) -> Any:
        with SchemaRegistry() as registry:
            is_valid, found = registry.validate_payload({keyword: order}, payload)
        assert is_valid is not bool(found)
        return sorted(len(each.causes) for each in found), sorted(each.path for each in found)

    assert said(branches) == said(branches[::-1])
