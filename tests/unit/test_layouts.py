from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import InvalidSchema, InvalidSettings, SchemaNotFound, SchemaRegistry

if TYPE_CHECKING:
    from pathlib import Path

FLAT = "schemas/{name}.{version}.schema.json"
DEEP = "{name}/{version}.json"
ORDER = {"id": "o-1", "item": {"price": 1}}


def written(directory: Path, **files: Any) -> Path:
    for path, schema in files.items():
        file = directory / "registry" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(schema))
    return directory / "registry"


def order(identifier: str, item: str) -> dict[str, Any]:
    return {"properties": {"id": {"$ref": identifier}, "item": {"$ref": item}}}


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """Files that refer to each other as those of one folder do."""
    return written(
        tmp_path,
        **{
            "schemas/shop.Order.v1.schema.json": order(
                "file://common.json#/definitions/Id", "file://shop.Item.v1.schema.json"
            ),
            "schemas/shop.Order.v2.schema.json": order(
                "common.json#/definitions/Id", "shop.Item.v1.schema.json"
            ),
            "schemas/shop.Order.v10.schema.json": order(
                "../schemas/common.json#/definitions/Id", "Item"
            ),
            "schemas/shop.Item.v1.schema.json": {
                "properties": {
                    "price": {"$ref": "common.json#/definitions/Price"},
                    "discount": {"$ref": "#/properties/price"},
                }
            },
            "schemas/Item.v10.schema.json": {"$ref": "file:///schemas/shop.Item.v1.schema.json"},
            "schemas/common.json": {
                "definitions": {"Id": {"type": "string"}, "Price": {"minimum": 0}}
            },
        },
    )


def violations(registry: SchemaRegistry, name: str, payload: Any) -> list[str]:
    return [str(each) for each in registry.validate_payload(name, payload).errors]


@pytest.mark.parametrize("version", ["v1", "v2", "v10"])
def test_references_by_file_lead_to_the_files(flat: Path, tmp_path: Path, version: str) -> None:
    name = f"shop.Order@{version}"
    wrong = {"id": 1, "item": {"price": -1}}
    expected = [
        "$.id: 1 is an integer, not a string",
        "$.item.price: -1 is less than the minimum of 0",
    ]
    cassettes = tmp_path / "cassettes"
    with SchemaRegistry(flat, layout=FLAT) as registry:
        assert registry.validate_payload(name, ORDER).is_valid
        assert sorted(violations(registry, name, wrong)) == expected
    with SchemaRegistry(flat, layout=FLAT, mode="record", cassettes=cassettes) as registry:
        registry.get_schema(name)
    with SchemaRegistry(mode="replay", cassettes=cassettes) as registry:
        assert sorted(violations(registry, name, wrong)) == expected


def test_a_relative_reference_leads_from_the_folder_of_its_file(tmp_path: Path) -> None:
    here = written(
        tmp_path,
        **{
            "Order/v1.json": order("../Id/v1.json", "../Item/v1.json"),
            "Order/v2.json": {
                "$id": "https://shop.example/order",
                **order("../Id/v1.json", "v1.json#/properties/item"),
            },
            # By its name, but what it refers to lies beside its file.
            "Order/v3.json": {"items": {"$ref": "v1.json"}, **order("Id", "Item")},
            "Id/v1.json": {"type": "string"},
            "Id/v3.json": {"$ref": "v1.json"},
            "Item/v1.json": {"properties": {"price": {"minimum": 0}}},
            "Item/v3.json": {"$ref": "v1.json"},
        },
    )
    with SchemaRegistry(here, layout=DEEP) as registry:
        for name in ("Order@v1", "Order@v2", "Order@v3"):
            assert registry.validate_payload(name, ORDER).is_valid
            assert violations(registry, name, {"item": {"price": -1}}) == [
                "$.item.price: -1 is less than the minimum of 0"
            ]


@pytest.mark.parametrize("uri", ["file://Secret.json", "../../secret.json"])
def test_a_reference_out_of_the_directory_leads_to_nothing(tmp_path: Path, uri: str) -> None:
    (tmp_path / "secret.json").write_text("{}")
    here = written(tmp_path, **{"Order/v1.json": {"items": {"$ref": uri}}})
    with SchemaRegistry(here, layout=DEEP) as registry, pytest.raises(InvalidSchema) as caught:
        registry.validate_payload("Order", [])
    assert caught.value.reason.startswith(f"{uri!r} leads to no schema of the registry (")
    assert caught.value.pointer == "#/items/$ref"


def test_the_same_text_refers_to_other_files_from_another_folder(tmp_path: Path) -> None:
    files = {f"{name}/v1.json": {"items": {"$ref": "v2.json"}} for name in ("Id", "Price")}
    here = written(tmp_path, **files, **{"Id/v2.json": {"type": "string"}, "Price/v2.json": {}})
    with SchemaRegistry(here, layout=DEEP) as registry:
        assert registry.validate_payload("Price@v1", [1]).is_valid
        assert violations(registry, "Id@v1", [1]) == ["$[0]: 1 is an integer, not a string"]
    both = written(tmp_path, **{"Both/v1.json": {"anyOf": [{"$ref": "Id"}, {"$ref": "v2.json"}]}})
    written(tmp_path, **{"Both/v2.json": {"type": "null"}})
    with SchemaRegistry(both, layout=DEEP) as registry:
        assert not registry.validate_payload("Both@v1", [1]).is_valid
        assert registry.validate_payload("Both@v1", ["a"]).is_valid


def test_a_violation_names_the_file_that_has_the_rule(flat: Path) -> None:
    with SchemaRegistry(flat, layout=FLAT) as registry:
        _, (violation,) = registry.validate_payload("shop.Order@v2", {"id": 1})
    assert violation.schema_path == "schemas/common.json#/definitions/Id/type"


def test_a_layout_says_what_it_has_not(flat: Path) -> None:
    with SchemaRegistry(flat, layout=FLAT) as registry:
        with pytest.raises(SchemaNotFound) as caught:
            registry.get_schema("shop.Item", "v1", release="1.0")
        assert caught.value.advice == (
            "check the name and the version; older releases need "
            "--registry-layout={version}/{name}.json"
        )
    with SchemaRegistry(flat, layout=DEEP.replace("json", "yaml")) as registry:
        with pytest.raises(SchemaNotFound) as caught:
            registry.get_schema("shop.Item", "v1")
        assert caught.value.advice == (
            "check the name and the version; no file has a path as "
            "--registry-layout={name}/{version}.yaml says"
        )


def test_a_wrong_template_is_an_error_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="is no layout: write"):
        SchemaRegistry(tmp_path, layout="a.json")
