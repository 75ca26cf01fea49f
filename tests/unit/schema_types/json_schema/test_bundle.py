"""Schemas that refer to others, as one document that says the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from pytest_schema_registry import InvalidSchema, SchemaRegistry
from pytest_schema_registry.schema_types.json_schema.bundle import bundled
from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schemas import given
from tests.parts import judge_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_registry import LocalRegistry

TEXT = {"type": "string"}


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(local_registry.directory) as registry:
        yield registry


def document(registry: SchemaRegistry, name: str, version: str = "v1") -> Any:
    return judge_of(registry).validator(registry.get_schema(name, version)).bundled()


def test_what_refers_to_nothing_is_left_as_it_is(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Text", v1=TEXT)
    local_registry.publish("a.Any", v1=True)
    assert document(registry, "a.Text") == TEXT
    assert document(registry, "a.Any") is True


def test_what_is_referred_to_is_embedded_under_its_name(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Text", v1=TEXT)
    local_registry.publish("a.Other", v1={"$ref": "a.Text"}, v2={"type": "null"})
    schema = {"prefixItems": [{"$ref": "a.Other"}, {"$ref": "../v2/a.Other"}], "$defs": {"x": {}}}
    local_registry.publish("a.List", v1=schema)
    found = document(registry, "a.List")
    assert set(found["$defs"]) > {"x", "a.Other", "a.Text", "../v2/a.Other"}
    validator = jsonschema_rs.validator_for(found, offline=True)
    assert validator.is_valid(["a", None])
    assert not validator.is_valid([1, None])
    assert not validator.is_valid(["a", 1])
    # Two lines that differ in nothing else do not differ in their identifiers.
    local_registry.publish("a.List", v1=schema, v2=schema | {"title": "List"})
    assert "$id" in found


@pytest.mark.parametrize(
    ("dialect", "keyword", "identifier"),
    [
        ("http://json-schema.org/draft-04/schema#", "definitions", "id"),
        ("http://json-schema.org/draft-06/schema#", "definitions", "$id"),
        ("http://json-schema.org/draft-07/schema#", "definitions", "$id"),
        ("https://json-schema.org/draft/2019-09/schema", "$defs", "$id"),
    ],
)
def test_each_draft_embeds_in_its_own_way(
    registry: SchemaRegistry,
    local_registry: LocalRegistry,
    dialect: str,
    keyword: str,
    identifier: str,
) -> None:
    local_registry.publish("a.Text", v1={"$schema": dialect, **TEXT})
    schema = {"$schema": dialect, "properties": {"a": {"$ref": "a.Text"}}}
    local_registry.publish("a.Object", v1=schema)
    found = document(registry, "a.Object")
    assert found[keyword]["a.Text"][identifier] == "https://registry.invalid/-/a.Text"
    validator = jsonschema_rs.validator_for(found, offline=True)
    assert validator.is_valid({"a": "b"})
    assert not validator.is_valid({"a": 1})


def test_two_lines_are_compared_with_what_they_refer_to(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "a.Number"}}}
    local_registry.publish("a.Number", v1={"maximum": 9}, v2={"maximum": 5})
    local_registry.publish("a.Object", v1=schema, v2=schema)
    old, new = (document(registry, "a.Object", version) for version in ("v1", "v2"))
    report = compare(old, new)
    assert [(reason.rule, reason.path) for reason in report.reasons] == [("maximum-lowered", "$.a")]
    assert report.notes == ()
    assert compare(old, old, level="full").compatible is True


@pytest.mark.parametrize(
    ("identifier", "reference", "line"),
    [
        ("a.Object", "a.Number", "v1"),
        ("a.Object", "common/a.Number", "common"),
        ("orders/a.Object", "../common/a.Number", "common"),
    ],
)
def test_what_a_relative_identifier_leads_to_is_in_the_document(
    registry: SchemaRegistry,
    local_registry: LocalRegistry,
    identifier: str,
    reference: str,
    line: str,
) -> None:
    """As in GitHub's schemas of webhooks, whose identifiers are relative and have folders."""
    content: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": identifier,
        "type": "object",
        "properties": {"a": {"$ref": reference}},
    }
    local_registry.publish("a.Object", v1=content, v2=content)
    local_registry.publish("a.Number", **{line: {"maximum": 9}, "v2": {"maximum": 9}})
    old, new = (document(registry, "a.Object", version) for version in ("v1", "v2"))
    assert compare(old, new, level="full").compatible is True
    narrowed = json.loads(json.dumps(new).replace('"maximum": 9', '"maximum": 5'))
    (reason,) = compare(old, narrowed).reasons
    assert (reason.rule, reason.path) == ("maximum-lowered", "$.a")


def test_schemas_that_refer_to_each_other_are_compared(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"type": "object", "properties": {"b": {"$ref": "a.B"}}})
    local_registry.publish("a.B", v1={"type": "object", "properties": {"a": {"$ref": "a.A"}}})
    found = document(registry, "a.A")
    assert compare(found, found, level="full").compatible is True


def test_a_boolean_is_embedded_too(registry: SchemaRegistry, local_registry: LocalRegistry) -> None:
    local_registry.publish("a.Nothing", v1=False)
    local_registry.publish("a.Object", v1={"properties": {"a": {"$ref": "a.Nothing"}}})
    validator = jsonschema_rs.validator_for(document(registry, "a.Object"), offline=True)
    assert validator.is_valid({})
    assert not validator.is_valid({"a": 1})


def test_a_name_that_is_taken_gives_way() -> None:
    schema = given({"$defs": {"a.B": {}}, "$ref": "a.B"})
    uri = "https://registry.invalid/-/a.B"
    assert bundled(schema, {uri: TEXT})["$defs"] == {"a.B": {}, uri: {**TEXT, "$id": uri}}


def test_lines_that_refer_to_each_other_are_compared(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    names = {"a": "../v1/a.A", "c": "../v1/a.C", "d": "a.D"}
    back = {"properties": {member: {"$ref": name} for member, name in names.items()}}
    local_registry.publish("a.A", v1={"properties": {"b": {"$ref": "../v2/a.B"}}})
    local_registry.publish("a.B", v2=back)
    local_registry.publish("a.C", v1={"type": "string"})
    local_registry.publish("a.D", v2={"type": "integer"})
    found = document(registry, "a.A")
    validator = jsonschema_rs.validator_for(found, offline=True)
    assert validator.is_valid({"b": {"a": {"b": {"c": "x", "d": 1}}}})
    for wrong in ({"b": {"c": 1}}, {"b": {"d": "x"}}, {"b": {"a": {"b": {"c": 1}}}}):
        assert not validator.is_valid(wrong)
    assert compare(found, found, level="full").compatible is True


@pytest.mark.parametrize("dialect", ["draft-04", "draft-06", "draft-07"])
def test_what_stands_beside_a_reference_is_not_heard_in_older_drafts(
    registry: SchemaRegistry, local_registry: LocalRegistry, dialect: str
) -> None:
    def referring(name: str, keyword: str) -> Any:
        return {
            "$schema": f"http://json-schema.org/{dialect}/schema#",
            "$ref": f"#/{keyword}/Inner",
            keyword: {"Inner": {"properties": {"a": {"$ref": name}}}},
            "type": "null",
            "id" if dialect == "draft-04" else "$id": "https://schemas.invalid/a/",
        }

    local_registry.publish("a.A", v1=referring("a.B", "definitions"))
    local_registry.publish("a.B", v1=referring("a.C", "components"))
    local_registry.publish("a.C", v1={"type": "integer"})
    found = document(registry, "a.A")
    validator = jsonschema_rs.validator_for(found, offline=True)
    assert validator.is_valid({"a": {"a": 1}})
    assert not validator.is_valid({"a": {"a": "x"}})
    assert compare(found, found, level="full").compatible is True


def test_a_schema_without_a_draft_is_of_the_sessions(local_registry: LocalRegistry) -> None:
    with SchemaRegistry(local_registry.directory, default_draft="7") as registry:
        found = judge_of(registry).validator(given({"items": [TEXT]})).bundled()
    assert found == {"$schema": "http://json-schema.org/draft-07/schema#", "items": [TEXT]}


def test_what_refers_to_nothing_there_is_an_error(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Object", v1={"$ref": "no.Such"})
    with pytest.raises(InvalidSchema, match="leads to no schema"):
        document(registry, "a.Object")
