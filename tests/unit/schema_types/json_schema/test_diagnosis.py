from __future__ import annotations

import json
import subprocess
import sys
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pytest_schema_registry import InvalidSchema, SchemaRegistry, Violation
from pytest_schema_registry.json_values import json_path, json_pointer
from pytest_schema_registry.schema_types.json_schema.diagnosis import MAX_VIOLATIONS
from pytest_schema_registry.schema_types.json_schema.explaining_validator import ExplainingValidator
from tests.local_registry import ENDLESS
from tests.processes import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_registry import LocalRegistry

DRAFTS = ("4", "6", "7", "2019-09", "2020-12")
MANY_A = "a" * 60


@pytest.fixture(autouse=True)
def _there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no diagnosis cut short because the machine is busy."""
    monkeypatch.setattr(
        "pytest_schema_registry.schema_types.json_schema.diagnosis.SECONDS", PATIENCE
    )


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        yield registry


def violations(schema: Any, payload: Any, **options: Any) -> tuple[Violation, ...]:
    with SchemaRegistry(**options) as registry:
        is_valid, found = registry.validate_payload(schema, payload)
    assert not is_valid
    return found


def only(schema: Any, payload: Any, **options: Any) -> Violation:
    (violation,) = violations(schema, payload, **options)
    return violation


@pytest.mark.parametrize(
    ("schema", "payload", "said"),
    [
        ({"type": "integer"}, "x", '"x" is a string, not an integer'),
        ({"enum": ["a", "b"]}, "c", '"c" is not one of "a" or "b"'),
        ({"const": 1}, 2, "2 is not 1"),
        ({"minimum": 1}, 0, "0 is less than the minimum of 1"),
        ({"maximum": 1}, 2, "2 is greater than the maximum of 1"),
        ({"exclusiveMinimum": 1}, 1, "1 is not greater than 1"),
        ({"exclusiveMaximum": 1}, 1, "1 is not less than 1"),
        ({"multipleOf": 2}, 3, "3 is not a multiple of 2"),
        ({"minLength": 2}, "x", '"x" is 1 character long, shorter than 2'),
        ({"maxLength": 2}, "xxx", '"xxx" is 3 characters long, longer than 2'),
        ({"pattern": "^a"}, "b", '"b" does not match the pattern "^a"'),
        ({"format": "date"}, "x", '"x" is not in the format date'),
        ({"minItems": 2}, [1], "1 item, fewer than 2"),
        ({"maxItems": 1}, [1, 2], "2 items, more than 1"),
        ({"uniqueItems": True}, [1, 1], "[1, 1] has an item twice: 1 at [0] and [1]"),
        ({"uniqueItems": True}, [1.5, 1, 1.0], "[1.5, 1, 1.0] has an item twice: 1 at [1] and [2]"),
        ({"minProperties": 2}, {"a": 1}, "1 property, fewer than 2"),
        ({"maxProperties": 1}, {"a": 1, "b": 1}, "2 properties, more than 1"),
        ({"required": ["a"]}, {}, '"a" is a required property'),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, '"b" is required where "a" is given'),
        ({"additionalProperties": False}, {"a": 1}, '"a" is not allowed'),
        ({"unevaluatedProperties": False}, {"a": 1}, '"a" is not allowed'),
        (
            {"prefixItems": [True], "items": False},
            [1, 2],
            "2 items, more than the schema describes",
        ),
        (
            {"prefixItems": [True], "unevaluatedItems": False},
            [1, 2],
            "2 items, more than the schema describes",
        ),
        ({"contains": {"const": 1}}, [2], "no item is as 'contains' asks"),
        (
            {"contains": {"const": 1}, "minContains": 2},
            [1],
            "fewer than 2 items as 'contains' asks",
        ),
        (
            {"contains": {"const": 1}, "maxContains": 1},
            [1, 1],
            "more than 1 item as 'contains' asks",
        ),
        ({"not": {"const": 1}}, 1, "1 is what the schema excludes"),
        (
            {"anyOf": [{"minimum": 4}, {"minimum": 5, "multipleOf": 2}]},
            3,
            "3 matches none of the 2 alternatives",
        ),
        ({"anyOf": [{"minimum": 4}]}, 3, "3 does not match the only alternative"),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, 3, "3 is not one of 1 or 2"),
        (
            {"oneOf": [True, True]},
            3,
            "3 matches more than one of the 2 alternatives, where exactly one is asked for",
        ),
    ],
    ids=lambda value: next(reversed(value)) if isinstance(value, dict) and value else "",
)
def test_every_keyword_has_its_sentence_and_its_place(schema: Any, payload: Any, said: str) -> None:
    violation = only(schema, payload)
    keyword = next(reversed(schema))
    assert (violation.path, violation.schema_path) == ("$", f"#/{keyword}")
    assert (violation.keyword, violation.value) == (keyword, payload)
    assert violation.message == said


@pytest.mark.parametrize(
    ("draft", "schema", "payload", "said"),
    [
        ("4", {"minimum": 1, "exclusiveMinimum": True}, 1, "1 is not greater than 1"),
        ("4", {"maximum": 1, "exclusiveMaximum": True}, 1, "1 is not less than 1"),
        ("4", {"minimum": 1, "exclusiveMinimum": False}, 0, "0 is less than the minimum of 1"),
        ("7", {"dependencies": {"a": ["a", "b"]}}, {"a": 1}, '"b" is required where "a" is given'),
        (
            "7",
            {"additionalItems": False, "items": [True]},
            [1, 2],
            "2 items, more than the schema describes",
        ),
        ("7", {"contentEncoding": "base64"}, "!", '"!" is not base64'),
        ("7", {"contentMediaType": "application/json"}, "{", '"{" is not application/json'),
    ],
)
def test_the_keywords_of_earlier_drafts_have_theirs(
    draft: str, schema: Any, payload: Any, said: str
) -> None:
    violation = only(schema, payload, default_draft=draft)
    assert (violation.schema_path, violation.message) == (f"#/{next(iter(schema))}", said)


def test_a_schema_under_dependencies_is_walked_into() -> None:
    schema = {"dependencies": {"a": {"required": ["b"]}, "c": {"required": ["d"]}}}
    violation = only(schema, {"a": 1}, default_draft="7")
    assert violation.schema_path == "#/dependencies/a/required"


def test_the_best_match_comes_first_and_equal_ones_in_the_schemas_order() -> None:
    schema = {
        "properties": {
            "a": {"properties": {"deep": {"type": "string"}}},
            "b": {"type": "string"},
            "c": {"anyOf": [{"const": 1}, {"const": 2}]},
        },
        "required": ["e", "d"],
    }
    found = violations(schema, {"a": {"deep": 1}, "b": 1, "c": 3})
    assert [(each.path, each.keyword) for each in found] == [
        ("$", "required"),
        ("$", "required"),
        ("$.b", "type"),
        ("$.c", "anyOf"),
        ("$.a.deep", "type"),
    ]
    assert [each.message[:3] for each in found[:2]] == ['"e"', '"d"']


def test_what_two_rules_refer_to_is_refused_once() -> None:
    schema = {"$defs": {"a": {"type": "string"}}, "allOf": [{"$ref": "#/$defs/a"}] * 2}
    assert only(schema, 1).schema_path == "#/$defs/a/type"


CARD = {
    "properties": {
        "kind": {"const": "card"},
        "number": {"type": "string"},
        "scheme": {"enum": ["visa", "amex"]},
    },
    "required": ["kind", "number"],
}
CASH = {"properties": {"kind": {"const": "cash"}}, "required": ["kind"]}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_of_a_discriminated_union_the_branch_with_the_payloads_tag_is_explained(
    keyword: str,
) -> None:
    violation = only({keyword: [CASH, CARD]}, {"kind": "card", "scheme": "x", "number": 1})
    assert [(each.path, each.schema_path) for each in violation.causes] == [
        ("$.number", f"#/{keyword}/1/properties/number/type"),
        ("$.scheme", f"#/{keyword}/1/properties/scheme/enum"),
    ]


def test_of_a_nullable_object_the_object_is_explained() -> None:
    schema = {"anyOf": [{"type": "null"}, {"type": "object", "required": ["a", "b"]}]}
    violation = only({"properties": {"x": schema}}, {"x": {}})
    assert violation.path == "$.x"
    assert [each.message for each in violation.causes] == [
        '"a" is a required property',
        '"b" is a required property',
    ]


def test_of_equally_close_branches_the_one_with_the_fewest_violations_is_explained() -> None:
    schema = {"anyOf": [{"required": ["a", "b"]}, {"required": ["c"]}]}
    assert [each.message for each in only(schema, {}).causes] == ['"c" is a required property']


@pytest.mark.parametrize("other", [{"type": "null"}, {"type": ["null", "integer"]}])
def test_alternatives_that_only_differ_in_type_are_one_sentence(other: Any) -> None:
    violation = only(
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "string"}, other]}, {}
    )
    assert violation.causes == ()
    types = "a string or null" if other["type"] == "null" else "a string, null or an integer"
    assert violation.message == f"{{}} is an object, not {types}"


@pytest.mark.parametrize(
    ("schema", "payload", "path", "pointer"),
    [
        (False, 1, "$", "#"),
        ({"properties": {"a": False}}, {"a": 1}, "$.a", "#/properties/a"),
        (
            {"properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": False}},
            {"a": 1},
            "$.a",
            None,
        ),
        ({"items": False}, [1], "$", "#/items"),
        ({"prefixItems": [True, False]}, [1, 2], "$[1]", "#/prefixItems/1"),
        ({"allOf": [True, False]}, 1, "$", "#/allOf/1"),
        ({"if": True, "then": False}, 1, "$", "#/then"),
        ({"dependentSchemas": {"a": False}}, {"a": 1}, "$", "#/dependentSchemas/a"),
        ({"patternProperties": {"^a": False}}, {"a/b": 1}, "$['a/b']", "#/patternProperties/^a"),
        ({"propertyNames": False}, {"a": 1}, "$", "#/propertyNames"),
    ],
)
def test_a_false_schema_has_the_path_of_what_it_refuses(
    schema: Any, payload: Any, path: str, pointer: str | None
) -> None:
    violation = only(schema, payload)
    assert violation.path == path
    assert violation.schema_path == (pointer or "#/properties/a")


def test_a_property_name_is_said_to_be_one() -> None:
    violation = only({"propertyNames": {"maxLength": 2}}, {"a": 1, "long": 2})
    assert (violation.path, violation.value) == ("$", {"a": 1, "long": 2})
    assert violation.message == 'the property name "long" is 4 characters long, longer than 2'


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}, "#/$defs/a/type"),
        (
            {
                "$ref": "#/$defs/a",
                "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "string"}},
            },
            "#/$defs/b/type",
        ),
        (
            {"$ref": "#/$defs/a", "type": "integer", "$defs": {"a": {"type": "string"}}},
            "#/$defs/a/type",
        ),
        ({"$ref": "#/$defs/a%25b", "$defs": {"a%b": {"type": "string"}}}, "#/$defs/a%b/type"),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "string"}}}, "#/$defs/a~1b/type"),
        ({"$ref": "#it", "$defs": {"a": {"$anchor": "it", "type": "string"}}}, "#/$defs/a/type"),
        (
            {
                "$id": "https://schemas.example/root",
                "$ref": "/item",
                "$defs": {"a": {"$id": "/item", "type": "string"}},
            },
            "#/$defs/a/type",
        ),
        ({"$dynamicRef": "#it", "$defs": {"a": {"$dynamicAnchor": "it", "type": "string"}}}, None),
        ({"allOf": [{"anyOf": [{"not": {}}]}, {"type": "string"}]}, "#/allOf/1/type"),
    ],
)
def test_a_rule_is_named_by_its_real_place_whatever_refers_to_it(
    schema: Any, pointer: str | None
) -> None:
    found = violations(schema, 1)
    assert (pointer or "#/$defs/a/type") in [each.schema_path for each in found]


def test_a_rule_of_another_schema_is_named_with_that_schema(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    zip_code = {"$defs": {"zip": {"type": "string"}}, "properties": {"z": {"$ref": "#/$defs/zip"}}}
    local_registry.publish("a.Address", v1=zip_code, v0={"maxLength": 1})
    local_registry.publish("a.Person", v1={"properties": {"home": {"$ref": "a.Address"}}})
    local_registry.publish(
        "a.Order",
        v1={
            "properties": {
                "by": {"$ref": "a.Person"},
                "zip": {"$ref": "a.Address#/$defs/zip"},
                "old": {"$ref": "../v0/a.Address"},
            }
        },
    )
    payload = {"by": {"home": {"z": 1}}, "zip": 2, "old": "xx"}
    _, found = registry.validate_payload("a.Order", payload)
    assert {each.path: each.schema_path for each in found} == {
        "$.by.home.z": "a.Address#/$defs/zip/type",
        "$.zip": "a.Address#/$defs/zip/type",
        "$.old": "../v0/a.Address#/maxLength",
    }


def test_a_union_of_another_draft_is_one_that_matches_nothing() -> None:
    schema = {"$ref": "http://json-schema.org/draft-07/schema#"}
    assert only(schema, {"type": "strnig"}, versions="v1").message == (
        '"strnig" matches none of the 2 alternatives'
    )


def test_a_rule_of_the_metaschema_is_named_by_the_draft() -> None:
    draft = "http://json-schema.org/draft-07/schema#"
    violation = only({"$schema": draft, "$ref": draft}, {"minLength": -1})
    assert (violation.path, violation.schema_path) == ("$.minLength", draft)


def test_a_value_that_is_hidden_is_in_no_violation() -> None:
    schema = {
        "properties": {"token": {"maxLength": 2}, "all": {"unevaluatedItems": False}},
        "unevaluatedProperties": False,
    }
    payload = {"token": "s3cret", "all": ["s3cret"], "x": {"token": "s3cret"}}
    found = violations(schema, payload, redact=["token", "$.all[*]"])
    assert {each.path for each in found} == {"$", "$.token", "$.all"}
    assert "s3cret" not in repr(found)


def test_what_is_part_of_a_hidden_value_is_hidden() -> None:
    rule = {"properties": {"name": {"type": "string"}}, "required": ["key"]}
    found = violations({"properties": {"user": rule}}, {"user": {"name": 5}}, redact=["user"])
    assert {(each.path, each.schema_path, each.value) for each in found} == {
        ("$.user", "#/properties/user/required", "<redacted>"),
        ("$.user", "#/properties/user/properties/name/type", "<redacted>"),
    }


@pytest.mark.parametrize(
    "rule",
    [
        {"additionalProperties": False},
        {"unevaluatedProperties": False},
        {"additionalProperties": {"type": "integer"}},
        {"patternProperties": {"": {"type": "integer"}}},
        {"propertyNames": {"maxLength": 2}},
        {"propertyNames": False},
        {"propertyNames": {"enum": ["a"]}},
        {"anyOf": [{"additionalProperties": False}]},
    ],
)
@pytest.mark.parametrize("payload", [{"s3cret": "x"}, [{"s3cret": "x"}]])
def test_a_name_in_a_hidden_value_is_hidden_too(rule: dict[str, Any], payload: Any) -> None:
    schema = {"properties": {"user": {**rule, "items": rule}}}
    found = violations(schema, {"user": payload}, redact=["user"])
    assert "$.user" in {each.path for each in found}
    assert "s3cret" not in repr(found)


def test_where_the_engine_explains_a_hidden_value_it_names_nothing_in_it() -> None:
    schema = {"x": {"additionalProperties": False}, "properties": {"user": {"$ref": "#/x"}}}
    payload: Any = {"s3cret": 1}
    assert "s3cret" not in repr(violations(schema, {"user": payload}, redact=["user"]))
    assert "s3cret" in repr(violations(schema, {"user": payload}))


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": ENDLESS},
        {"not": {"pattern": ENDLESS}},
        {"if": {"pattern": ENDLESS}, "then": False},
        {"anyOf": [{"pattern": ENDLESS}, False]},
    ],
)
def test_a_pattern_that_cannot_be_decided_is_an_error_of_the_schema(schema: Any) -> None:
    with pytest.raises(InvalidSchema, match="takes too many steps") as caught:
        violations(schema, MANY_A)
    assert caught.value.pointer.endswith("/pattern")


@pytest.mark.parametrize("beside", ["additionalProperties", "unevaluatedProperties"])
def test_a_pattern_for_names_that_cannot_be_decided_is_one_too(beside: str) -> None:
    with pytest.raises(InvalidSchema, match="takes too many steps") as caught:
        violations({"patternProperties": {ENDLESS: True}, beside: False}, {MANY_A: 1})
    assert caught.value.pointer == f"#/patternProperties/{ENDLESS}"


@pytest.mark.parametrize("keyword", ["pattern", "patternProperties"])
def test_patterns_are_those_of_the_engine_and_not_of_python(keyword: str) -> None:
    # Python's re has no \p, takes \d for any script's digits, and lets $ match before a newline.
    for pattern, text in ((r"^\p{Lu}$", "a"), (r"^\d$", "٣"), ("^a$", "a\n")):
        schema: Any = {"pattern": pattern}
        if keyword == "patternProperties":
            schema = {"propertyNames": schema}
        payload = {text: 1} if keyword == "patternProperties" else text
        assert only(schema, payload).keyword == "pattern"


def test_names_are_matched_by_the_engine_even_where_another_schema_has_the_pattern(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Base", v1={"patternProperties": {r"^(a+)+$": {"type": "integer"}}})
    local_registry.publish("a.A", v1={"$ref": "a.Base", "unevaluatedProperties": False})
    name = f"{MANY_A}!"
    found = registry.validate_payload("a.A", {name: 1})[1]
    assert [(each.path, each.schema_path) for each in found] == [("$", "#/unevaluatedProperties")]
    assert found[0].message == f'"{MANY_A[:56]}... is not allowed'


def test_additional_and_pattern_properties_are_walked_into() -> None:
    schema = {
        "properties": {"a": True},
        "patternProperties": {"^n": {"type": "integer"}},
        "additionalProperties": {"type": "string"},
    }
    found = violations(schema, {"a": None, "n1": "x", "z": 1})
    assert {each.path: each.schema_path for each in found} == {
        "$.n1": "#/patternProperties/^n/type",
        "$.z": "#/additionalProperties/type",
    }


def test_unevaluated_properties_are_refused_by_the_rule_for_them() -> None:
    schema = {"properties": {"a": True}, "unevaluatedProperties": {"type": "string"}}
    violation = only(schema, {"a": 1, "b": 2, "c": "x"})
    assert (violation.path, violation.schema_path) == ("$.b", "#/unevaluatedProperties/type")


@pytest.mark.parametrize(("draft", "items"), [("2020-12", "prefixItems"), ("2019-09", "items")])
def test_unevaluated_items_that_the_rule_allows_are_no_violation(draft: str, items: str) -> None:
    schema = {items: [{"type": "integer"}], "unevaluatedItems": {"type": "string"}}
    assert only(schema, ["a", "b"], default_draft=draft).path == "$[0]"
    refused = only(schema, [1, 2], default_draft=draft)
    assert (refused.path, refused.schema_path) == ("$[1]", "#/unevaluatedItems/type")


def test_rules_for_objects_and_arrays_leave_other_values_alone() -> None:
    schema = {
        "type": "object",
        "required": ["a"],
        "dependentRequired": {"a": ["b"]},
        "patternProperties": {"a": False},
        "additionalProperties": False,
    }
    assert only(schema, 1).keyword == "type"


def test_the_walk_goes_as_deep_as_python_does_and_the_engine_deeper() -> None:
    payload: Any = 1
    for _ in range(290):
        payload = [payload]
    found = only({"type": "array", "items": {"$ref": "#"}}, payload)
    assert (found.path, found.schema_path) == (f"${'[0]' * 290}", "#/type")
    by_alternatives = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"$ref": "#"}}]}
    for _ in range(190):
        payload = [payload]
    said = only(by_alternatives, payload)
    assert (said.path, said.schema_path, said.keyword) == ("$", "#", "")
    assert said.message.endswith("... does not conform; why could not be found so deep in it")


def test_what_only_the_engine_finds_in_an_embedded_schema_is_named_absolutely() -> None:
    payload: Any = 1
    for _ in range(200):
        payload = [payload]
    schema = {
        "$id": "https://schemas.example/root",
        "$ref": "/tree",
        "$defs": {"tree": {"$id": "/tree", "type": "array", "items": {"$ref": "#"}}},
    }
    assert only(schema, payload).schema_path == "https://schemas.example/tree#/type"


def test_a_walk_that_has_no_end_is_left_to_the_engine() -> None:
    schema = {"$ref": "#", "type": "string", "minLength": 3}
    for _ in range(20):
        assert only(schema, 1).path == "$"
    assert only({**schema, "items": schema, "unevaluatedItems": False}, [[]]).keyword


@pytest.mark.parametrize(
    ("unknown", "message"),
    [
        ({"const": 1, "if": "#/x"}, "{} is not 1"),
        ({"not": {"$schema": {}}}, '{"$schema":{}} is not allowed for {}'),
        ({"type": []}, "{} is not of types "),
    ],
)
@pytest.mark.parametrize("draft", [{}, {"$schema": "http://json-schema.org/draft-07/schema#"}])
def test_where_no_meta_schema_has_looked_the_engine_explains(
    unknown: dict[str, Any], message: str, draft: dict[str, str]
) -> None:
    violation = only({**draft, "x": unknown, "$ref": "#/x"}, {})
    assert (violation.path, violation.message) == ("$", message)


def test_at_most_ten_thousand_violations_are_collected() -> None:
    assert len(violations({"items": {"type": "integer"}}, ["x"] * 100_000)) == MAX_VIOLATIONS


HOSTILE = {
    "catastrophic_patterns": """
        long = "a" * 100_000 + "!"
        refused({"pattern": "^(a+)+$"}, long)
        refused({"propertyNames": {"pattern": "^(a|a)*$"}}, {long: 1})
        refused({"patternProperties": {"^(a+)+$": {}}, "unevaluatedProperties": False}, {long: 1})
        """,
    "a_payload_of_ten_thousand_levels": """
        payload = inner = []
        for _ in range(10_000):
            inner.append([])
            inner = inner[0]
        impossible({"items": {"$ref": "#"}}, payload)
        """,
    "a_payload_that_contains_itself": """
        payload = []
        payload.append(payload)
        impossible({"type": "array"}, payload)
        impossible({"type": "array"}, {"a": payload})
        """,
    "a_hundred_thousand_violations": """
        refused({"items": {"type": "integer"}}, ["x"] * 100_000)
        refused({"additionalProperties": False}, {str(each): 1 for each in range(100_000)})
        hidden = {str(each): {"token": 1} for each in range(50_000)}
        refused({"required": [f"n{each}" for each in range(100_000)]}, hidden, redact=["token"])
        """,
    "a_schema_that_is_only_itself": """
        with SchemaRegistry() as registry:
            assert registry.validate_payload({"$ref": "#"}, 1) == (True, ())
        refused({"$ref": "#", "type": "string"}, 1)
        """,
    "alternatives_of_alternatives": """
        names = [f"#/$defs/{each}" for each in range(18)]
        rules = {str(each): {"anyOf": [{"$ref": name}] * 2} for each, name in enumerate(names[1:])}
        rules["17"] = {"type": "string"}
        refused({"$ref": names[0], "$defs": rules}, 1)
        """,
}


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_is_judged_inside_bounded_time_and_memory(case: str) -> None:
    resource = pytest.importorskip("resource")
    prelude = """
        from pytest_schema_registry import PayloadNotJSON, SchemaRegistry

        def refused(schema, payload, **options):
            with SchemaRegistry(**options) as registry:
                is_valid, found = registry.validate_payload(schema, payload)
            assert not is_valid and found

        def impossible(schema, payload):
            try:
                refused(schema, payload)
            except PayloadNotJSON:
                return
            raise AssertionError("it was judged")
        """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(PATIENCE), int(PATIENCE)))
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    program = f"{cleandoc(prelude)}\n{cleandoc(case)}"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_what_cannot_be_explained_in_time_is_still_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pytest_schema_registry.schema_types.json_schema.diagnosis.SECONDS", -1.0)
    violation = only({"type": "string"}, 1)
    assert violation.message == "1 does not conform; why could not be found in -1 s"


@pytest.fixture
def validators(monkeypatch: pytest.MonkeyPatch) -> list[ExplainingValidator]:
    """The validators that explain, as they are made."""
    made: list[ExplainingValidator] = []

    class Noted(ExplainingValidator):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(
        "pytest_schema_registry.schema_types.json_schema.diagnosis.ExplainingValidator", Noted
    )
    return made


def test_a_schema_is_made_ready_once_for_all_payloads_that_break_it(
    validators: list[ExplainingValidator],
) -> None:
    schema = {"properties": {"a": {"minimum": 1}, "b": {"type": "string", "title": "B"}}}
    with SchemaRegistry() as registry:
        found = [registry.validate_payload(schema, {"a": -at, "b": "x"})[1] for at in range(20)]
        found.append(registry.validate_payload(schema, {"a": 1, "b": 2})[1])
    assert [str(each) for (each,) in found] == [
        *(f"$.a: {-at} is less than the minimum of 1" for at in range(20)),
        "$.b: 2 is an integer, not a string",
    ]
    assert len(validators) == 1


def test_what_a_schema_was_made_ready_for_is_no_other_schemas(
    validators: list[ExplainingValidator],
) -> None:
    with SchemaRegistry() as registry:
        for least in (1, 2):
            (found,) = registry.validate_payload({"minimum": least}, 0)[1]
            assert found.message == f"0 is less than the minimum of {least}"
    assert len(validators) == 2


def test_rules_that_python_takes_for_the_same_are_told_apart() -> None:
    found = violations({"properties": {"a": {"const": 1}, "b": {"const": True}}}, {"a": 2, "b": 1})
    assert [each.message for each in found] == ["2 is not 1", "1 is not true"]


def test_a_walk_that_was_broken_off_is_not_gone_on_with(
    validators: list[ExplainingValidator], monkeypatch: pytest.MonkeyPatch
) -> None:
    with SchemaRegistry() as registry:
        monkeypatch.setattr(
            "pytest_schema_registry.schema_types.json_schema.diagnosis.SECONDS", -1.0
        )
        registry.validate_payload({"type": "string"}, 1)
        monkeypatch.undo()
        (found,) = registry.validate_payload({"type": "string"}, 1)[1]
    assert found.message == "1 is an integer, not a string"


NAMES = st.sampled_from(["a", "b", "c/d"])
LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["string", "integer", "object", "array", "null", ["string", "null"]]),
    "enum": st.lists(st.integers(0, 2) | NAMES, min_size=1, max_size=2, unique=True),
    "minimum": st.integers(0, 2),
    "maxLength": st.integers(0, 2),
    "pattern": st.sampled_from(["^a", "b$"]),
    "minItems": st.integers(0, 2),
    "uniqueItems": st.booleans(),
    "maxProperties": st.integers(0, 2),
    "required": st.lists(NAMES, min_size=1, max_size=2, unique=True),
    "const": st.integers(0, 1),
    "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, unique=True), max_size=2),
    "$ref": st.sampled_from(["#/definitions/a", "#/definitions/b"]),
}


def _some(keywords: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    pairs = [st.tuples(st.just(keyword), rule) for keyword, rule in keywords.items()]
    return st.lists(st.one_of(pairs), min_size=1, max_size=3).map(dict)


def _rules(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branches = st.lists(inner, min_size=1, max_size=2)
    named = st.dictionaries(NAMES, inner, max_size=2)
    nested: dict[str, st.SearchStrategy[Any]] = {
        "properties": named,
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "."]), inner, max_size=2),
        "additionalProperties": inner | st.just(value=False),
        "items": inner,
        "contains": inner,
        "propertyNames": inner,
        "anyOf": branches,
        "oneOf": branches,
        "allOf": branches,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "dependentSchemas": named,
        "unevaluatedProperties": inner | st.just(value=False),
        "unevaluatedItems": inner | st.just(value=False),
    }
    return _some(nested)


LEAF = _some(LEAVES)
SCHEMAS = st.recursive(LEAF, lambda inner: _rules(LEAF | inner), max_leaves=4)
PAYLOADS = st.recursive(
    st.none() | st.integers(0, 3) | NAMES | st.just("abb"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


def _steps(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, value
    members: Any = value.items() if isinstance(value, dict) else ()
    for step, each in enumerate(value) if isinstance(value, list) else members:
        yield from _steps(each, (*path, step))


def _all(found: tuple[Violation, ...]) -> Iterator[Violation]:
    for each in found:
        yield each
        yield from _all(each.causes)


@pytest.mark.parametrize("draft", DRAFTS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule=SCHEMAS, a=LEAF, b=SCHEMAS, payload=PAYLOADS)
def test_the_walk_and_the_engine_never_disagree(
    draft: str, rule: Any, a: Any, b: Any, payload: Any
) -> None:
    schema = {"definitions": {"a": a, "b": b}, "allOf": [rule]}
    with SchemaRegistry(default_draft=draft) as registry:
        try:
            is_valid, found = registry.validate_payload(schema, payload)
        except InvalidSchema:
            assume(False)
    assert is_valid is not bool(found)
    places = {json_path(path): value for path, value in _steps(payload)}
    pointers = {json_pointer(path) for path, _ in _steps(schema)}
    for violation in _all(found):
        assert violation.path in places
        assert json.dumps(violation.value) == json.dumps(places[violation.path])
        assert violation.schema_path in pointers
        assert violation.message.isprintable()
