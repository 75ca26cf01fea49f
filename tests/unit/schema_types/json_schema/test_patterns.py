from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_schema_registry import InvalidSchema, SchemaRegistry, UnsupportedPattern, compare
from pytest_schema_registry.schema_types.json_schema.patterns import (
    instead_of,
    respelled,
    respelled_schema,
)

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
SMILE = "\N{GRINNING FACE}"


@pytest.fixture(params=[None, DRAFT_7], ids=["2020-12", "7"])
def draft(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {} if request.param is None else {"$schema": request.param}


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^\p{L}{1,255}$", "Zoë", "7"),
        (r"^[\w-.]+$", "a-b.c", "a b"),
        (r"^[.-\w]+$", "a-b.c", "a b"),
        (r"^[a-c-e]+$", "a-e", "d"),
        (r"^[-\d]+$", "-1", "a"),
        (r"^{{\w+}}$", "{{order}}", "order"),
        (r"^\${[a-z]+}$", "${order}", "$order"),
        (r"^[0-9]{1-3}]$", "1{1-3}]", "12]"),
        (r"^[\<\>]+$", "<>", "\\"),
        (r"^\<b\>$", "<b>", "b"),
        (r"^(?<quote>['\"]).*\k<quote>$", "'a'", "'a\""),
        (r"^(a)\((?:[(])(?<b>c)\k<b>1$", "a((cc1", "a((c1"),
        (r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]$", SMILE, "\n"),
        (r"^\uD83D\uDE00+$", SMILE * 2, "a"),
        (r"^[\uD83D\uDE00]$", SMILE, "a"),
        (r"^[a\uD800\uDBFF-\uDC00\uDFFF]$", "a", SMILE),
        (r"^[\uD800-\uFFFD]$", "\ue000", "a"),
        (r"^[\u0061-\uD900]$", "b", "A"),
        (r"^[^\uD800-\uDFFF]$", SMILE, ""),
        (r"^[\uD800-\uDFFF]?$", "", "a"),
        (r"^[\b\0\cI\t\x41\u{42}\/-]$", "\b", "b"),
        (r"^[\cA-\cC]}$", "\x02}", "b}"),
    ],
)
def test_a_pattern_of_the_standard_is_matched_in_every_draft(
    draft: dict[str, Any], pattern: str, good: str, bad: str
) -> None:
    schema = {**draft, "pattern": pattern}
    with SchemaRegistry() as registry:
        assert registry.validate_payload(schema, good).is_valid
        is_valid, (violation,) = registry.validate_payload(schema, bad)
    assert not is_valid
    assert violation.schema_path == "#/pattern"


def test_a_large_quantifier_is_matched(draft: dict[str, Any]) -> None:
    with SchemaRegistry() as registry:
        assert registry.validate_payload({**draft, "pattern": "^.{1,65535}$"}, "x").is_valid


@pytest.mark.parametrize(
    "pattern",
    [
        "a{2,3}?[b]{4}",
        r"^[^<>]\-\{\}$",
        "[a--b]",
        "[",
        "[a",
        "a\\",
        r"[\q-]",
        r"\k<none>",
        "[]",
        "[[:alpha:]]}",
        "a{,3}",
    ],
)
def test_any_other_pattern_stays_as_it_is(pattern: str) -> None:
    assert respelled(pattern) == pattern


def test_names_of_members_are_patterns_too(draft: dict[str, Any]) -> None:
    schema = {**draft, "patternProperties": {"^{a}$": {"type": "integer"}}}
    with SchemaRegistry() as registry:
        assert registry.validate_payload(schema, {"{a}": 1}).is_valid
        is_valid, (violation,) = registry.validate_payload(schema, {"{a}": "x"})
    assert not is_valid
    assert violation.schema_path == "#/patternProperties/^{a}$/type"


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": 5, "patternProperties": []},
        {"enum": [{"pattern": "}"}]},
        {"patternProperties": {"}": {}, "\\}": {}}},
        {"type": "string"},
    ],
)
def test_a_schema_without_such_a_pattern_is_not_written_anew(schema: Any) -> None:
    assert respelled_schema(json.dumps(schema)) is None


def test_what_is_no_json_is_not_written_anew() -> None:
    assert respelled_schema('{"pattern"') is None


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        (r"^[a-z]+\Z", [r"\Z", "write $ instead"]),
        (r"(?s).*", ["(?s)", r"write [\s\S] for any character instead"]),
        ("^a{,3}$", ["{,n}", "write {0,n} instead"]),
        (
            r"^\p{Greek Letter}$",
            [r"the property \p{Greek Letter}", r"write one that it knows, such as \p{L}"],
        ),
        (
            r"^\p{L}[\s\S]{1,9999999}$",
            ["so large a quantifier", "limit the length with maxLength beside the pattern"],
        ),
    ],
)
def test_a_pattern_of_another_language_is_an_error_that_shows_it_whole(
    pattern: str, lines: list[str]
) -> None:
    what, advice = lines
    schema = {"$schema": DRAFT_7, "properties": {"id": {"pattern": pattern}}}
    with SchemaRegistry() as registry, pytest.raises(UnsupportedPattern) as caught:
        registry.validate_payload(schema, {})
    assert str(caught.value).split("\n") == [
        f"the given schema: this engine does not support {what} in a pattern",
        f"  pattern: {pattern}",
        "  at: #/properties/id/pattern",
        "  from: given as a value",
        f"  next: {advice}",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": {"pattern": r"a\Z"}},
        {"items": {"patternProperties": {r"a\Z": True}}},
        {"items": {"patternProperties": {"^a$": {"pattern": r"a\Z"}}}},
        {"patternProperties": {r"a\Z": True}},
    ],
)
def test_such_a_pattern_is_found_where_the_engine_names_only_what_is_around_it(wrong: Any) -> None:
    with SchemaRegistry() as registry, pytest.raises(UnsupportedPattern) as caught:
        registry.validate_payload({"$schema": DRAFT_7, **wrong}, [])
    assert caught.value.pattern == r"a\Z"


def test_what_is_wrong_beside_a_pattern_is_named_first() -> None:
    schema = {"$schema": DRAFT_7, "properties": {"a": {"minimum": "1"}, "b": {"pattern": "(?i)a"}}}
    with SchemaRegistry() as registry, pytest.raises(InvalidSchema, match="is not of type"):
        registry.validate_payload(schema, {})


def test_a_pattern_in_a_schema_that_is_referred_to_says_who_needs_it(
    local_registry: Any,
) -> None:
    local_registry.publish("orders.Order", v1={"properties": {"id": {"$ref": "orders.Id"}}})
    local_registry.publish("orders.Id", v1={"pattern": r"^[a-z]+\Z"})
    with (
        SchemaRegistry(local_registry.url, versions=["v1"]) as registry,
        pytest.raises(UnsupportedPattern) as caught,
    ):
        registry.validate_payload("orders.Order", {})
    assert caught.value.schema == "orders.Id v1"
    assert caught.value.where == (
        f"registry {local_registry.url}/schemas/v1/orders.Id; "
        "orders.Order v1 needs it at #/properties/id/$ref"
    )


@pytest.mark.parametrize("states", [{}, {"$schema": DRAFT_7}], ids=["2020-12", "7"])
@pytest.mark.parametrize("pattern", ["^[\\w-.]+$", "^[a\\<]-?.*$"])
def test_a_pattern_is_respelled_in_a_schema_that_is_referred_to(
    local_registry: Any, states: dict[str, Any], pattern: str
) -> None:
    local_registry.publish("orders.Order", v1={"properties": {"id": {"$ref": "orders.Id"}}})
    local_registry.publish("orders.Id", v1={**states, "pattern": pattern})
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        assert registry.validate_payload("orders.Order", {"id": "a-b"}).is_valid
        assert not registry.validate_payload("orders.Order", {"id": "\\"}).is_valid


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        (r"\A", r"\A"),
        ("(?i)a", "(?i)"),
        ("(?m)", "flags such as (?m)"),
        ("(?P<a>b)", "(?P<name>...)"),
        ("(?>a)", "(?>...)"),
        ("(?#a)", "a comment"),
        ("a++", "a possessive quantifier"),
        ("a${2}", "a quantifier after ^ or $"),
        ("[[:alpha:]]", "[[:name:]]"),
        ("[^]", "[] or [^]"),
        (r"[\w&&[^a]]", "&& in a class"),
        (r"(/(?!\.)+[a])", "a quantifier after a lookahead"),
        (r"\h", r"\h"),
        (r"\R", r"\R"),
        (r"\Qa\E", r"\Q...\E"),
        (r"\y", "one of the escapes"),
        (r"\uD800", "half a surrogate pair"),
    ],
)
def test_other_languages_are_known_by_their_signs(pattern: str, what: str) -> None:
    found = instead_of(pattern)
    assert found is not None
    assert found[0] == what


@pytest.mark.parametrize("pattern", ["[", r"\\A[", r"\d[", "a{2,1}"])
def test_a_pattern_of_no_language_has_no_advice(pattern: str) -> None:
    assert instead_of(pattern) is None


@pytest.mark.parametrize("pattern", [r"^[\w-.]+$"])
def test_schemas_with_such_patterns_are_compared(draft: dict[str, Any], pattern: str) -> None:
    old = {**draft, "properties": {"id": {"type": "string", "pattern": pattern}}}
    new = {**draft, "properties": {"id": {"type": "string"}}}
    assert compare(old, new, level="backward").compatible
    assert compare(new, old, level="backward").compatible is False


@pytest.mark.parametrize(
    ("text", "is_compatible"), [("<a>", True), ("a", False)], ids=["signs", "no signs"]
)
def test_a_pattern_that_the_engine_misreads_is_compared_as_it_is_meant(
    draft: dict[str, Any], text: str, is_compatible: bool
) -> None:
    old = {**draft, "type": "string", "enum": [text]}
    new = {**draft, "type": "string", "pattern": r"^\<a\>$"}
    assert compare(old, new, level="backward").compatible is is_compatible


def test_what_only_looks_misread_stays_as_it_is() -> None:
    described = {"type": "string", "description": r"\<a\>"}
    assert compare(described, {"type": "string"}).compatible
