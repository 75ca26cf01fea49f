from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from pytest_schema_registry import InvalidSchema, RegistryUnavailable, SchemaRegistry
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schema_types.json_schema.references import refers_elsewhere
from pytest_schema_registry.schema_types.json_schema.validation import (
    JSONSchemaType,
    JSONSchemaValidator,
)
from pytest_schema_registry.schemas import given as schema_of
from tests.local_registry import ORDER, LocalRegistry, Reply
from tests.parts import judge_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_schema_registry.schema_types.schema_type import Reference
    from pytest_schema_registry.schemas import ListedReference, Schema

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"
#: Excludes 5 in draft 4; itself wrong in every later draft.
ONLY_DRAFT_4: dict[str, Any] = {"minimum": 5, "exclusiveMinimum": True}
#: Refuses in 2019-09 and later; says nothing in earlier drafts.
ONLY_LATER: dict[str, Any] = {"dependentRequired": {"a": ["b"]}}


def never_called(_reference: Reference | ListedReference) -> Schema:
    raise AssertionError("nothing outside of the schema was asked for")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        yield registry


def conforms(schema: Any, payload: Any, **options: Any) -> bool:
    with SchemaRegistry(**options) as registry:
        return registry.validate_payload(schema, payload)[0]


def refusal(schema: Any, **options: Any) -> InvalidSchema:
    with SchemaRegistry(**options) as registry, pytest.raises(InvalidSchema) as caught:
        registry.validate_payload(schema, 1)
    return caught.value


@pytest.mark.parametrize("default_draft", ["4", "2020-12"])
def test_the_draft_is_the_one_that_the_schema_states(default_draft: str) -> None:
    options: Any = {"default_draft": default_draft}
    assert not conforms({"$schema": DRAFT_4, **ONLY_DRAFT_4}, 5, **options)
    assert conforms({"$schema": DRAFT_7, **ONLY_LATER}, {"a": 1}, **options)
    assert not conforms({"$schema": DRAFT_2020, **ONLY_LATER}, {"a": 1}, **options)


@pytest.mark.parametrize(
    ("draft", "refused"),
    [("4", False), ("6", False), ("7", False), ("2019-09", True), ("2020-12", True)],
)
def test_a_schema_that_states_no_draft_is_of_the_default_one(draft: str, refused: bool) -> None:
    assert conforms(ONLY_LATER, {"a": 1}, default_draft=draft) is not refused


def test_a_draft_that_is_none_is_an_error_that_names_those_there_are() -> None:
    with SchemaRegistry() as registry, pytest.raises(InvalidSchema) as caught:
        registry.validate_payload({"$schema": "https://json-schema.org/draft/2099-01/schema"}, 1)
    assert caught.value.reason == (
        "Unknown meta-schema: 'https://json-schema.org/draft/2099-01/schema'; known are the drafts "
        "4, 6, 7, 2019-09, 2020-12"
    )


def test_a_property_of_that_name_states_no_draft() -> None:
    described = {"properties": {"$schema": {}}, **ONLY_LATER}
    assert conforms(described, {"a": 1}, default_draft="7")
    assert not conforms(described, {"a": 1}, default_draft="2019-09")
    assert not conforms(False, 1, default_draft="7")


def test_without_a_setting_a_schema_is_of_the_newest_draft() -> None:
    assert not conforms(ONLY_LATER, {"a": 1})
    assert refusal(ONLY_DRAFT_4).pointer == "#/exclusiveMinimum"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date-time", "2026-01-02T03:04:05Z", "2026-01-02 03:04"),
        ("uuid", "00000000-0000-4000-8000-000000000000", "0-0"),
        ("uri", "https://registry.example", "registry example"),
        ("duration", "P1D", "1 day"),
    ],
)
def test_a_format_is_asserted_unless_that_is_switched_off(name: str, good: str, bad: str) -> None:
    assert conforms({"format": name}, good)
    assert not conforms({"format": name}, bad)
    assert conforms({"format": name}, bad, format_assertion=False)


def test_the_same_content_in_another_version_is_compiled_anew_for_its_references(
    local_registry: LocalRegistry,
) -> None:
    content = {"$ref": "item.Item"}
    local_registry.publish("a.A", v1=content, v2=content)
    local_registry.publish("item.Item", v1={"type": "string"}, v2={"type": "integer"})
    with SchemaRegistry(local_registry.url) as registry:
        verdicts = [
            registry.validate_payload(registry.get_schema("a.A", version), "x")[0]
            for version in ("v1", "v2")
        ]
    assert verdicts == [True, False]


@pytest.mark.parametrize(
    ("schema", "pointer", "reason"),
    [
        (
            {"type": "text"},
            "#/type",
            '"text" is no type; the types are array, boolean, integer, null, number, object and',
        ),
        ({"properties": {"a": {"required": "b"}}}, "#/properties/a/required", 'type "array"'),
        ({"pattern": "["}, "#/pattern", '"[" is not a "regex"'),
        ({"minimum": "\x1b[31m"}, "#/minimum", r'"\u001b[31m" is not of type "number"'),
        (
            {"required": ["x" * 99] * 2},
            "#/required",
            '["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...',
        ),
        ({"$schema": 5}, "#/$schema", '5 is not of type "string"'),
        ({"$ref": "#/$defs/gone"}, "#/$ref", "Pointer '/$defs/gone' does not exist"),
        ({"items": {"$ref": "#gone"}}, "#/items/$ref", "Anchor 'gone' does not exist"),
        ({"$ref": "http://["}, "#", "Invalid URI reference 'http://['"),
        ({"items": 1}, "#/items", '1 is not of types "boolean", "object"'),
        ({"$schema": "http://json-schema.org/draft-03/schema#"}, "#", "Unknown meta-schema"),
    ],
)
def test_a_schema_that_is_itself_wrong_says_where_and_why(
    schema: Any, pointer: str, reason: str
) -> None:
    error = refusal(schema)
    assert (error.pointer, error.where) == (pointer, "given as a value")
    assert reason in error.reason
    assert "\n" not in error.reason


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"\x1b[2J\x9b": {"pattern": "\x9b["}}},
        {"$ref": "#/\x9b"},
        {"$ref": "http://[\x9b"},
    ],
)
def test_nothing_of_a_wrong_schema_is_obeyed_by_a_terminal(schema: Any) -> None:
    assert all(line.isprintable() for line in str(refusal(schema)).splitlines())


def test_a_schema_that_is_nested_too_deeply_is_wrong(local_registry: LocalRegistry) -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"not": deep}
    local_registry.publish("deep.Deep", v1=deep)
    with SchemaRegistry(local_registry.url) as registry:
        schema = registry.get_schema("deep.Deep", "v1")
        with pytest.raises(InvalidSchema, match="it is nested too deeply"):
            registry.validate_payload(schema, 1)


def test_a_reference_that_leads_to_no_schema_says_where_it_is_written(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"properties": {"item": {"$ref": "item.Gone"}}})
    with pytest.raises(InvalidSchema) as caught:
        registry.validate_payload("a.A", {})
    assert caught.value.pointer == "#/properties/item/$ref"
    assert caught.value.reason == (
        "'item.Gone' leads to no schema of the registry (no schema item.Gone in v1)"
    )


def test_a_draft_that_nobody_knows_says_so(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"$schema": "https://drafts.example/1"})
    with pytest.raises(
        InvalidSchema, match=r"https://drafts\.example/1.* leads to no schema"
    ) as it:
        registry.validate_payload("a.A", {})
    assert it.value.pointer == "#/$schema"


def test_a_reference_into_nothing_of_another_schema_says_so(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"items": {"$ref": f"{ORDER}#/$defs/gone"}})
    with pytest.raises(InvalidSchema, match=r"Pointer '/\$defs/gone' does not exist") as caught:
        registry.validate_payload("a.A", [])
    assert caught.value.pointer == "#/items/$ref"


def test_a_reference_that_cannot_be_had_is_no_fault_of_the_schema(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"$ref": "item.Item"})
    local_registry.always(Reply(503, headers={"retry-after": "3600"}), "schemas/v1/item.Item")
    with pytest.raises(RegistryUnavailable):
        registry.validate_payload("a.A", 1)


@pytest.mark.parametrize(
    "wrong", [{"type": "text"}, {"$ref": "item.Gone"}, {"$ref": "#/gone"}], ids=str
)
def test_what_is_wrong_is_raised_the_same_at_every_use_and_asked_once(
    registry: SchemaRegistry, local_registry: LocalRegistry, wrong: dict[str, Any]
) -> None:
    local_registry.publish("a.A", v1=wrong)
    raised = []
    for _ in range(3):
        with pytest.raises(InvalidSchema) as caught:
            registry.validate_payload("a.A", 1)
        raised.append(caught.value)
    assert len({str(each) for each in raised}) == 1
    assert len({id(each) for each in raised}) == 3
    assert max(local_registry.counts.values()) == 1


def test_a_single_rule_is_judged_by_the_schemas_settings() -> None:
    rule = '{"$schema":"https://json-schema.org/draft/2020-12/schema","format":"date"}'
    assert not JSONSchemaType().leaf(rule).is_valid("x")
    assert JSONSchemaType(formats=False).leaf(rule).is_valid("x")


def test_the_engine_never_fetches_anything_itself(
    local_registry: LocalRegistry,
) -> None:
    url = f"{local_registry.url}/schemas/v1/{ORDER}"
    with pytest.raises(jsonschema_rs.ValidationError):
        JSONSchemaType().leaf(f'{{"$ref":"{url}"}}')
    with (
        SchemaRegistry(versions=["v1"]) as registry,
        pytest.raises(Exception, match="no recording"),
    ):
        registry.validate_payload({"$ref": url}, {})
    assert not local_registry.requests


@pytest.mark.parametrize(
    ("content", "elsewhere"),
    [
        (True, False),
        ({"type": "object"}, False),
        ({"$schema": DRAFT_2020, "$ref": "#/$defs/a", "$defs": {"a": {}}}, False),
        ({"$schema": DRAFT_4, "definitions": {}}, False),
        ({"properties": {"$ref": {"type": "string"}}}, False),
        ({"items": {"$ref": ORDER}}, True),
        ({"$ref": f"../v2/{ORDER}#/properties/id"}, True),
        ({"$dynamicRef": f"{ORDER}#node"}, True),
        ({"$schema": "https://example.com/metaschema"}, True),
        ({"const": {"$ref": "only looks like one"}}, True),
    ],
)
def test_only_a_schema_that_refers_elsewhere_may_ask_for_another(
    content: Any, elsewhere: bool
) -> None:
    assert refers_elsewhere(schema_of(content)) is elsewhere


def test_the_same_wrong_schema_is_called_by_each_of_its_names(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    for name in ("a.A", "a.B"):
        local_registry.publish(name, v1={"type": "objekt"})
        with pytest.raises(InvalidSchema, match=f"^{name} v1: the schema is itself wrong"):
            judge_of(registry).validator(registry.get_schema(name, "v1"))


def refusal_of(registry: SchemaRegistry, name: str) -> InvalidSchema:
    with pytest.raises(InvalidSchema) as caught:
        judge_of(registry).validator(registry.get_schema(name, "v1"))
    return caught.value


@pytest.mark.parametrize(
    ("wrong", "pointer", "reason"),
    [
        ({"type": 5}, "#/type", "5 is not valid under any of"),
        ({"type": "objekt"}, "#/type", '"objekt" is no type; the types are'),
        ({"items": 5}, "#/items", '5 is not of types "boolean", "object"'),
        ({"$schema": DRAFT_7, "items": 5}, "#/items", "5 is not valid under any of"),
        ({"pattern": "["}, "#/pattern", '"[" is not a "regex"'),
        ({"$ref": "#/x", "x": {"type": 5}}, "#/x/type", "5 is not of types"),
        ({"$ref": "#/$defs/gone"}, "#/$ref", "Pointer '/$defs/gone' does not exist"),
        ({"$schema": "http://json-schema.org/draft-03/schema#"}, "#/$schema", "Unknown meta-sch"),
    ],
)
def test_a_schema_that_is_wrong_is_blamed_and_not_the_one_that_refers_to_it(
    registry: SchemaRegistry, local_registry: LocalRegistry, wrong: Any, pointer: str, reason: str
) -> None:
    local_registry.publish("a.A", v1={"properties": {"item": {"$ref": "a.Item"}}})
    local_registry.publish("a.Item", v1=wrong)
    error = refusal_of(registry, "a.A")
    assert (error.schema, error.pointer) == ("a.Item v1", pointer)
    assert error.reason.startswith(reason)
    assert error.reason.endswith("; a.A v1 needs it at #/properties/item/$ref")
    assert error.where == f"registry {local_registry.url}/schemas/v1/a.Item"


def test_half_a_character_in_a_schema_that_is_referred_to_is_an_error_of_that_one(
    local_registry: LocalRegistry,
) -> None:
    local_registry.publish("a.A", v1={"properties": {"item": {"$ref": "a.Item"}}})
    local_registry.publish("a.Item", v1={"const": "\ud800"})
    with SchemaRegistry(local_registry.directory) as registry:
        error = refusal_of(registry, "a.A")
    assert (error.schema, error.pointer) == ("a.Item v1", "#")
    assert error.reason == "a text in it has half a surrogate pair, which has no UTF-8"


def test_half_a_character_is_none_where_json_escapes_it_either(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"properties": {"item": {"$ref": "a.Item"}}})
    answer = '{"content": {"const": "\\ud800"}}'
    local_registry.always(
        Reply(200, answer, {"content-type": "application/json"}), "schemas/v1/a.Item"
    )
    error = refusal_of(registry, "a.A")
    assert (error.schema, error.pointer) == ("a.Item v1", "#")
    assert error.reason.startswith("the engine cannot read it ('utf-8' codec")


@pytest.mark.parametrize(
    "schema", [{"const": "\ud800"}, {"pattern": "\ud800"}, {"$ref": "\ud800"}, {"\ud800": 1}]
)
def test_half_a_character_in_a_given_schema_never_reaches_the_engine(
    registry: SchemaRegistry, schema: dict[str, Any]
) -> None:
    with pytest.raises(InvalidSchema, match="half a surrogate pair, which has no UTF-8"):
        registry.validate_payload(schema, 1)


def test_a_reference_in_another_spelling_than_its_address_is_an_error_too(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"$ref": "https://schemas.example/./gone"})
    error = refusal_of(registry, "a.A")
    assert (error.schema, error.pointer) == ("a.A v1", "#")
    assert "'https://schemas.example/gone' leads to no schema" in error.reason


def test_a_schema_that_was_kept_and_is_no_json_is_an_error_of_that_schema() -> None:
    kept = dataclasses.replace(schema_of({}), published=Content("{"))
    with pytest.raises(InvalidSchema, match="EOF while parsing"):
        JSONSchemaType().compile(kept, never_called)


def test_a_schema_that_was_kept_and_is_no_json_is_an_error_where_another_refers_to_it() -> None:
    kept = dataclasses.replace(schema_of({}), published=Content("{"))
    with pytest.raises(InvalidSchema, match="it cannot be read"):
        JSONSchemaType().compile(schema_of({"$ref": "kept.Kept"}), lambda _: kept)


def test_a_wrong_schema_may_be_several_references_away_and_known_by_an_id(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"$ref": "a.Item"})
    local_registry.publish("a.Item", v1={"$ref": "https://schemas.example/third"})
    third = {"$id": "https://schemas.example/third", "type": 5}
    local_registry.publish("a.Third", v1=third)
    error = refusal_of(registry, "a.A")
    assert (error.schema, error.pointer) == ("a.Third v1", "#/type")
    assert error.reason.endswith("; a.A v1 needs it")
    local_registry.publish("a.B", v1={"$ref": "a.Second"})
    local_registry.publish("a.Second", v1={"$ref": "a.Gone"})
    error = refusal_of(registry, "a.B")
    assert (error.schema, error.pointer) == ("a.Second v1", "#/$ref")


@pytest.mark.parametrize("default_draft", ["4", "7", "2020-12"])
def test_a_schema_that_is_referred_to_is_of_its_own_draft_or_of_the_other_one_s(
    local_registry: LocalRegistry, default_draft: str
) -> None:
    local_registry.publish("a.A", v1={"properties": {"a": {"$ref": "a.B"}, "c": {"$ref": "a.C"}}})
    own = ONLY_DRAFT_4 if default_draft == "4" else {"minimum": 5}
    local_registry.publish("a.B", v1=own)
    local_registry.publish("a.C", v1={"$schema": DRAFT_4, **ONLY_DRAFT_4})
    local_registry.publish("a.D", v1={"$schema": DRAFT_4, "items": {"$ref": "a.E"}})
    local_registry.publish("a.E", v1=ONLY_DRAFT_4)
    with SchemaRegistry(local_registry.url, default_draft=default_draft) as registry:
        for name in ("a.A", "a.D"):
            validator = judge_of(registry).validator(registry.get_schema(name, "v1"))
            assert isinstance(validator, JSONSchemaValidator)
            assert validator.referred


def test_a_schema_of_a_draft_of_somebody_s_own_may_be_referred_to(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Draft", v1={"$id": "https://drafts.example/1", "type": "object"})
    own = {"$schema": "https://drafts.example/1", "type": "string"}
    local_registry.publish("a.A", v1={"items": {"$ref": "a.B"}})
    local_registry.publish("a.B", v1=own)
    assert judge_of(registry).validator(registry.get_schema("a.A", "v1")).is_valid(["a"])


@pytest.mark.parametrize("name", ["a.A", "a.B"])
def test_a_schema_with_a_key_twice_is_refused_wherever_it_came_from(
    local_registry: LocalRegistry, tmp_path: Path, name: str
) -> None:
    """A cassette was recorded by another tool, or edited."""
    local_registry.publish("a.A", v1={"required": ["id"], "title": "A"})
    local_registry.publish("a.B", v1={"properties": {"a": {"$ref": "a.A"}}})
    options: Any = {"versions": ["v1"], "cassettes": tmp_path}
    with SchemaRegistry(local_registry.url, mode="record", **options) as registry:
        registry.get_schema("a.B", "v1")
    cassette = tmp_path / "v1" / "a.A.yaml"
    cassette.write_text(cassette.read_text().replace('"title": "A"', '"required": []'))
    with SchemaRegistry(mode="replay", **options) as registry:
        error = refusal_of(registry, name)
        with pytest.raises(InvalidSchema):
            registry.validate_payload(registry.get_schema(name, "v1"), {})
    assert (error.schema, error.pointer) == ("a.A v1", "#/required")
    assert error.reason.startswith('the key "required" stands twice in one object: line ')


def test_a_comparison_blames_the_schema_that_is_wrong_too(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"properties": {"item": {"$ref": "a.Item"}}})
    local_registry.publish("a.Item", v1={"type": 5})
    with pytest.raises(InvalidSchema, match=r"^a\.Item v1: .*; a\.A v1 needs it at #/properties"):
        judge_of(registry).validator(registry.get_schema("a.A", "v1")).bundled()
