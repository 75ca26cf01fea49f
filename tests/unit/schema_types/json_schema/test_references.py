from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schema_types.json_schema.references import (
    Reference,
    base_uri,
    dangling,
    document_name,
    leading_out,
    nodes,
    reference_to,
)
from pytest_schema_registry.schemas import Schema

BASE = "https://registry.invalid"


def schema_of(content: Any, version: str = "v1", name: str = "a.A") -> Schema:
    return Schema(
        name=name,
        version=version,
        release=None,
        published=Content.of(content),
        token="0",
        deprecated=False,
        deprecation_note=None,
        source="value",
        fetched_at=datetime(2026, 1, 2, tzinfo=UTC),
        url="",
    )


@pytest.mark.parametrize(
    ("version", "name", "uri"),
    [
        ("v1", "a.A", f"{BASE}/v1/a.A"),
        ("v1", "a/b c", f"{BASE}/v1/a%2Fb%20c"),
        ("", "the given schema", f"{BASE}/-/the%20given%20schema"),
    ],
)
def test_a_schema_has_an_address_within_its_version(version: str, name: str, uri: str) -> None:
    assert base_uri(schema_of({}, version, name)) == uri


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        (f"{BASE}/v1/a.B", ("v1", "a.B")),
        (f"{BASE}/v2/a.B.json", ("v2", "a.B")),
        (f"{BASE}/v2/a.B.schema", ("v2", "a.B")),
        (f"{BASE}/v1/a%2FB", ("v1", "a/B")),
        (f"{BASE}/-/a.B", (None, "a.B")),
        (f"{BASE}/a.B", ("v9", "a.B")),
        ("https://schemas.example/a.B", None),
        ("urn:uuid:0", None),
    ],
)
def test_a_reference_means_a_version_and_a_name_or_a_global_id(uri: str, target: Any) -> None:
    assert Reference(uri, uri, "#", "v9").target == target


def test_a_name_without_any_version_is_negotiated() -> None:
    assert Reference(f"{BASE}/a.B", "a.B", "#", "").target == (None, "a.B")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a.B", "a.B"),
        ("a.B.json#/x", "a.B"),
        ("../v2/a.B", None),
        ("urn:uuid:0", None),
        ("#/x", None),
    ],
)
def test_a_text_may_be_a_schemas_name(text: str, name: str | None) -> None:
    assert Reference("", text, "#", "v1").name == name


@pytest.mark.parametrize(
    ("content", "uri", "text", "pointer"),
    [
        ({"$ref": "a.B"}, f"{BASE}/v1/a.B", "a.B", "#/$ref"),
        (
            {"allOf": [{}, {"$ref": "../v2/a.B#/x"}]},
            f"{BASE}/v2/a.B",
            "../v2/a.B#/x",
            "#/allOf/1/$ref",
        ),
        (
            {"$schema": "http://x.example/y"},
            "http://x.example/y",
            "http://x.example/y",
            "#/$schema",
        ),
        ({"$dynamicRef": "a.B#n"}, f"{BASE}/v1/a.B", "a.B#n", "#/$dynamicRef"),
    ],
)
def test_a_reference_knows_where_and_how_it_is_written(
    content: Any, uri: str, text: str, pointer: str
) -> None:
    assert reference_to(schema_of(content), uri) == Reference(uri, text, pointer, "v1")


def test_a_reference_that_is_written_in_another_schema_has_no_place_here() -> None:
    content = {"properties": {"$ref": {"type": "string"}}, "$ref": "#/properties"}
    uri = f"{BASE}/v1/a.B"
    assert reference_to(schema_of(content), uri) == Reference(uri, uri, "#", "v1")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (f"{BASE}/v1/a.B", "a.B"),
        (f"{BASE}/v2/a.B", "../v2/a.B"),
        ("urn:uuid:0", "urn:uuid:0"),
    ],
)
def test_another_schema_is_called_as_a_reference_to_it_is_written(uri: str, name: str) -> None:
    assert document_name(schema_of({}), uri) == name


def test_a_version_is_not_named_where_there_is_none() -> None:
    assert document_name(schema_of({}, version=""), f"{BASE}/-/a.B") == "a.B"


@pytest.mark.parametrize(
    ("content", "reason", "pointer"),
    [
        ({"items": {"$ref": "#/a"}}, "Pointer '/a' does not exist", "#/items/$ref"),
        ({"$ref": "#/a%25b"}, "Pointer '/a%b' does not exist", "#/$ref"),
        ({"$ref": "#/b", "title": "#/a"}, "Pointer '/a' does not exist", "#"),
        ({"$ref": 5}, "Pointer '' does not exist", "#"),
    ],
)
def test_a_reference_that_leads_to_nothing_is_found_by_its_end(
    content: Any, reason: str, pointer: str
) -> None:
    assert dangling(schema_of(content), reason) == pointer


def test_places_are_the_objects_the_outer_ones_first() -> None:
    content = {"a": {"b": {}}, "c": [1, {"d": None}]}
    assert [path for path, _ in nodes(content)] == [(), ("a",), ("a", "b"), ("c", 1)]
    assert list(nodes(True)) == []


def test_the_references_that_lead_out_are_found_with_their_places() -> None:
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://schemas.example/a",
        "properties": {
            "own": {"$ref": "#/$defs/b"},
            "inner": {"$ref": "b"},
            "relative": {"$ref": "c.json#/$defs/d"},
            "urn": {"$dynamicRef": "urn:uuid:0"},
            "name": {"$ref": f"{BASE}/v1/a.A"},
        },
        "$defs": {"b": {"$id": "b"}},
        "default": {"$ref": "data"},
    }
    found = {(each.pointer, each.text, each.uri) for each in leading_out(schema_of(content))}
    assert found == {
        ("#/properties/name/$ref", f"{BASE}/v1/a.A", f"{BASE}/v1/a.A"),
        ("#/properties/relative/$ref", "c.json#/$defs/d", "https://schemas.example/c.json"),
        ("#/properties/urn/$dynamicRef", "urn:uuid:0", "urn:uuid:0"),
    }


def test_a_schema_of_another_dialect_refers_to_its_meta_schema() -> None:
    (reference,) = leading_out(schema_of({"$schema": "https://schemas.example/dialect"}))
    assert (reference.pointer, reference.version) == ("#/$schema", "v1")
