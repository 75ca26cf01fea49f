from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    InvalidSchema,
    SchemaNotFound,
    SchemaRegistry,
    UnsupportedPattern,
)
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schema_types.json_schema.document import Document
from pytest_schema_registry.schema_types.json_schema.parts import part_of
from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType
from pytest_schema_registry.schema_types.schema_type import NoPart
from pytest_schema_registry.schemas import given

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_schema_registry import Schema

    Publish = Callable[..., SchemaRegistry]

LATEST = "https://json-schema.org/draft/2020-12/schema"
LINE = {"type": "object", "required": ["sku"], "properties": {"of": {"$ref": "#/$defs/Order"}}}
ORDER = {"type": "object", "required": ["id"], "properties": {"line": {"$ref": "#/$defs/Line"}}}
SHOP = {"$schema": LATEST, "$defs": {"Order": ORDER, "Line": LINE, "Other": {"type": "null"}}}


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    """Write documents into a directory, and return a registry over it."""

    def publish(**documents: Any) -> SchemaRegistry:
        (tmp_path / "v1").mkdir()
        for name, document in documents.items():
            text = document if isinstance(document, str) else json.dumps(document)
            (tmp_path / "v1" / f"{name}.json").write_text(text)
        return SchemaRegistry(tmp_path, versions="v1")

    return publish


def found(registry: SchemaRegistry, schema: str | Schema, payload: Any) -> list[str]:
    errors = registry.validate_payload(schema, payload).errors
    return [f"{each} at {each.schema_path}" for each in errors]


def test_a_part_has_only_what_it_reaches_at_its_place(publish: Publish) -> None:
    with publish(shop=SHOP) as registry:
        schema = registry.get_schema("shop@v1#/$defs/Order")
        assert str(schema) == "shop#/$defs/Order v1"
        assert schema.content == {
            "$schema": LATEST,
            "$ref": "#/$defs/Order",
            "$defs": {"Order": ORDER, "Line": LINE},
        }
        assert found(registry, schema, {"id": 1, "line": {"sku": 1, "of": {}}}) == [
            '$.line.of: "id" is a required property at #/$defs/Order/required'
        ]


NODE = {
    "$schema": LATEST,
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "child": {"$ref": "#"}},
}


def test_a_part_may_refer_to_its_whole_document(publish: Publish) -> None:
    with publish(node=NODE) as registry:
        assert found(registry, "node#/properties/child", {"name": "a"}) == []
        assert found(registry, "node#/properties/child", {"name": "a", "child": {}}) == [
            '$.child: "name" is a required property at #/$defs/node/required'
        ]


def test_keywords_around_a_part_are_not_asserted_beside_it(publish: Publish) -> None:
    with publish(node=NODE) as registry:
        assert found(registry, "node#/properties/name", "a") == []
        assert found(registry, "node#/properties/name", 1) == [
            "$: 1 is an integer, not a string at #/$defs/node/properties/name/type"
        ]


@pytest.mark.parametrize(
    "identified",
    [
        {"$defs": {"Id": {"$anchor": "id", "type": "string"}, "Order": {"$ref": "#id"}}},
        {"$defs": {"Id": {"$id": "id", "type": "string"}, "Order": {"allOf": [{"$ref": "id"}]}}},
        {
            "$id": "https://shop.example/all",
            "$defs": {
                "Id": {"type": "string"},
                "Order": {"$ref": "https://shop.example/all#/$defs/Id"},
            },
        },
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": "https://shop.example/all",
            "type": "null",
            "definitions": {"Id": {"$id": "#id", "type": "string"}},
            "$defs": {"Order": {"$ref": "#id"}},
        },
    ],
)
def test_what_is_identified_by_a_name_is_found_from_a_part(
    publish: Publish, identified: dict[str, Any]
) -> None:
    with publish(shop={"$schema": LATEST, **identified}) as registry:
        assert registry.validate_payload("shop#/$defs/Order", "a")
        assert not registry.validate_payload("shop#/$defs/Order", 1)


def test_a_part_refers_to_other_schemas_as_its_document_does(publish: Publish) -> None:
    other = {"openapi": "3.0.3", "components": {"schemas": {"Sku": {"type": "string"}}}}
    other["components"]["schemas"]["Maybe"] = {"type": "string", "nullable": True}  # type: ignore[index]
    order = {"properties": {"sku": {"$ref": "parts.json#/components/schemas/Maybe"}}}
    with publish(shop={"$schema": LATEST, "$defs": {"Order": order}}, parts=other) as registry:
        assert registry.validate_payload("shop#/$defs/Order", {"sku": None})
        assert not registry.validate_payload("shop#/$defs/Order", {"sku": 1})


def test_a_pointer_may_lead_through_a_list(publish: Publish) -> None:
    document = {"$schema": LATEST, "oneOf": [{"$ref": "#/$defs/Line"}, {"type": "string"}], **SHOP}
    with publish(shop=document) as registry:
        assert registry.validate_payload("shop#/oneOf/1", "a")
        assert not registry.validate_payload("shop#/oneOf/0", {"sku": 1, "of": {}})


OPENAPI_3_0 = {
    "openapi": "3.0.3",
    "paths": {"/orders": {"post": {"schema": {"$ref": "#/components/schemas/Order"}}}},
    "components": {
        "schemas": {
            "Order": {
                "deprecated": True,
                "type": "object",
                "properties": {
                    "note": {"type": "string", "nullable": True},
                    "count": {"type": "integer", "format": "int32", "minimum": 0},
                    "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                    "size": {"type": "number", "maximum": 9, "exclusiveMaximum": False},
                    "day": {"type": "string", "format": "date"},
                    "kind": {"$ref": "#/components/schemas/Kind", "nullable": True},
                },
            },
            "Kind": {"enum": ["a", "b"]},
        }
    },
}


@pytest.mark.parametrize(
    ("order", "conforms"),
    [
        ({"note": None, "count": 0, "price": 1, "size": 9, "day": "2026-01-31", "kind": "a"}, True),
        ({"note": 1}, False),
        ({"price": 0}, False),
        ({"size": 10}, False),
        ({"day": "31 January"}, False),
        ({"kind": None}, False),
    ],
)
def test_schemas_of_openapi_3_0_mean_what_openapi_says(
    publish: Publish, order: dict[str, Any], conforms: bool
) -> None:
    with publish(api=OPENAPI_3_0) as registry:
        of_path = "api#/paths/~1orders/post/schema"
        assert bool(registry.validate_payload("api#/components/schemas/Order", order)) is conforms
        assert bool(registry.validate_payload(of_path, order)) is conforms
        assert registry.get_schema("api#/components/schemas/Order").deprecated
        assert not registry.get_schema(of_path).deprecated


@pytest.mark.parametrize("name", ["default", "example"])
def test_a_part_of_openapi_3_0_may_stand_below_a_name_that_is_also_a_keyword(
    publish: Publish, name: str
) -> None:
    error = {"type": "object", "properties": {"cause": {"type": "string", "nullable": True}}}
    api = {"openapi": "3.0.3", "responses": {name: {"schema": error}}}
    with publish(api=api) as registry:
        part = f"api#/responses/{name}/schema"
        assert registry.validate_payload(part, {"cause": None})
        assert not registry.validate_payload(part, {"cause": 1})


@pytest.mark.parametrize(
    ("head", "draft"),
    [
        ({"openapi": "3.1.0"}, LATEST),
        ({"openapi": "3.1.0", "jsonSchemaDialect": LATEST[:-6] + "schema"}, LATEST),
        (
            {"openapi": "3.1.0", "jsonSchemaDialect": "http://json-schema.org/draft-07/schema#"},
            "http://json-schema.org/draft-07/schema#",
        ),
        (
            {
                "openapi": "3.1.0",
                "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
            },
            LATEST,
        ),
        ({"swagger": "2.0"}, LATEST),
        ({"asyncapi": "3.0.0"}, "http://json-schema.org/draft-07/schema#"),
        ({"$schema": LATEST}, LATEST),
        ({}, None),
    ],
)
def test_a_part_is_of_the_draft_that_its_document_means(
    publish: Publish, head: dict[str, Any], draft: str | None
) -> None:
    with publish(api={**head, "components": {"Order": {"type": "object"}}}) as registry:
        schema = registry.get_schema("api#/components/Order")
        assert schema.content.get("$schema") == draft
        assert not registry.validate_payload(schema, 1)


def test_a_schema_in_asyncapi_may_be_wrapped_with_its_format(publish: Publish) -> None:
    payload = {"schemaFormat": "application/schema+json", "schema": {"type": "object"}}
    with publish(
        api={"asyncapi": "3.0.0", "messages": {"Order": {"payload": payload}}}
    ) as registry:
        assert not registry.validate_payload("api#/messages/Order/payload", 1)


@pytest.mark.parametrize(
    ("pointer", "advice"),
    [
        ("#/$defs/Ordr", "did you mean shop#/$defs/Order?"),
        ("#/definitions/order", "did you mean shop#/$defs/Order?"),
        ("#/$defs/Refund", "shop has at #/$defs: Line, Order and Other"),
        ("#/x", "shop has at #: $defs"),
        ("#/$schema", f'shop has "{LATEST}" at #/$schema, which is no JSON Schema'),
        (
            "#/$defs/Line/required",
            "shop has an array at #/$defs/Line/required, which is no JSON Schema",
        ),
        ("#/$defs/Line/required/00", "shop has no schemas below #/$defs/Line"),
        ("#/$defs/~", "#/$defs/~ is no JSON Pointer: write ~ as ~0, and / in a key as ~1"),
    ],
)
def test_a_pointer_that_leads_nowhere_names_what_is_near(
    publish: Publish, pointer: str, advice: str
) -> None:
    line = {"type": "object", "required": ["sku"]}
    defs = {"Line": line, "Order": {"type": "object"}, "Other": {"type": "null"}}
    with publish(shop={"$schema": LATEST, "$defs": defs}) as registry:
        with pytest.raises(SchemaNotFound) as caught:
            registry.get_schema(f"shop@v1{pointer}")
        where = caught.value.where
        assert str(caught.value).splitlines() == [
            f"no schema shop{pointer} in v1",
            f"  according to: {where}",
            f"  next: {advice}",
        ]


def test_a_boolean_has_no_parts(publish: Publish) -> None:
    with (
        publish(shop=True) as registry,
        pytest.raises(SchemaNotFound, match="shop has no parts: it is true"),
    ):
        registry.get_schema("shop@v1#/a")


def test_a_list_has_no_parts() -> None:
    with pytest.raises(NoPart, match=r'^shop has no parts: it is \[{"type": "string"}\]$'):
        part_of([{"type": "string"}], ("0",), "shop", LATEST)


def test_no_list_is_as_long_as_a_pointer_may_say() -> None:
    document = {"oneOf": [{"type": "string"}]}
    with pytest.raises(NoPart, match=r"^shop has no schemas below #$"):
        part_of(document, ("oneOf", "9" * 5_000), "shop", LATEST)


def test_a_part_may_be_true_or_false(publish: Publish) -> None:
    with publish(shop={"$schema": LATEST, "$defs": {"No": False}}) as registry:
        assert not registry.validate_payload("shop#/$defs/No", 1)


def test_a_wrong_part_is_refused_with_its_place_in_the_document(publish: Publish) -> None:
    api = {"openapi": "3.1.0", "x": {"A": {"$ref": "#/x/B"}, "B": {"type": "strnig"}}}
    with publish(api=api) as registry:
        with pytest.raises(InvalidSchema) as caught:
            registry.get_schema("api@v1#/x/A")
        assert caught.value.pointer == "#/x/B/type"
        assert caught.value.schema == "api#/x/A v1"


def test_a_pattern_of_a_part_is_read_as_that_of_a_whole_schema(publish: Publish) -> None:
    code = {"type": "string", "pattern": r"^[\w-.]+$"}
    with publish(api={"openapi": "3.1.0", "x": {"Code": code}}) as registry:
        assert registry.validate_payload("api#/x/Code", "a-b.c")
        assert not registry.validate_payload("api#/x/Code", "a b")


def test_a_pattern_of_a_part_that_the_engine_cannot_read_is_named(publish: Publish) -> None:
    codes = {"items": [{"pattern": r"(?>a)\Z"}]}
    seven = "http://json-schema.org/draft-07/schema#"
    with publish(shop={"$schema": seven, "definitions": {"Codes": codes}}) as registry:
        with pytest.raises(UnsupportedPattern) as caught:
            registry.get_schema("shop@v1#/definitions/Codes")
        assert caught.value.pointer == "#/definitions/Codes/items/0/pattern"
        assert caught.value.pattern == r"(?>a)\Z"


def test_a_part_of_a_custom_dialect_is_left_to_the_engine(publish: Publish) -> None:
    document = {"$schema": "https://shop.example/dialect", "$defs": {"A": {"type": 5}}}
    with publish(shop=document) as registry:
        schema = registry.get_schema("shop@v1#/$defs/A")
        with pytest.raises(InvalidSchema):
            registry.validate_payload(schema, 1)


def test_a_part_may_refer_into_itself(publish: Publish) -> None:
    order = {
        "properties": {"id": {"type": "string"}, "of": {"$ref": "#/$defs/Order/properties/id"}}
    }
    with publish(shop={"$schema": LATEST, "$defs": {"Order": order}}) as registry:
        assert registry.get_schema("shop#/$defs/Order").content["$defs"] == {"Order": order}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": {"b": 1, "b": 2}}', "b"),
        (f'{{"a": {"[" * 100_000}{"]" * 100_000}}}', "it is nested too deeply"),
    ],
)
def test_a_document_that_cannot_be_read_has_no_parts(text: str, said: str) -> None:
    document = replace(given({}), published=Content(text))
    with pytest.raises(InvalidSchema, match=said):
        JSONSchemaType().part(document, "#/a")


@pytest.mark.parametrize("stated", [5, None, ["x"]])
def test_a_document_whose_schema_keyword_is_no_text_is_of_the_default_draft(
    publish: Publish, stated: Any
) -> None:
    with publish(shop={**SHOP, "$schema": stated}) as registry:
        assert registry.validate_payload("shop@v1#/$defs/Line", {"sku": 1}).is_valid
        assert found(registry, "shop@v1#/$defs/Line", {}) == [
            '$: "sku" is a required property at #/$defs/Line/required'
        ]


def test_a_reference_with_a_place_of_thousands_of_digits_leads_nowhere() -> None:
    reference = f"#/allOf/{'9' * 5_000}"
    assert Document({"allOf": [{}]}).resolve(reference, "") is None
