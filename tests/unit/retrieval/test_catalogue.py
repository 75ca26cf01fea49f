from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import InvalidSchema, SchemaRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_registry import LocalRegistry

ITEM_ID = "https://schemas.example/item.json"


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    """A registry that has an item in v1 and v2, and one that is known by a global id."""
    local_registry.publish("shop.Item", v1={"type": "integer"}, v2={"type": "string"})
    local_registry.publish("shop.Known", v1={"$id": ITEM_ID, "type": "null"})
    with SchemaRegistry(local_registry.url) as registry:
        yield registry


@pytest.mark.parametrize(
    ("reference", "conforms"),
    [("shop.Item", 1), ("shop.Item.json", 1), ("../v2/shop.Item", "a"), (ITEM_ID, None)],
)
def test_a_reference_leads_to_another_schema_of_the_registry(
    registry: SchemaRegistry, local_registry: LocalRegistry, reference: str, conforms: Any
) -> None:
    local_registry.publish("shop.Cart", v1={"items": {"$ref": reference}})
    cart = registry.get_schema("shop.Cart", "v1")
    assert registry.validate_payload(cart, [conforms]) == (True, ())
    assert registry.validate_payload(cart, [{}])[0] is False


def test_a_name_beside_a_global_id_is_still_a_name(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    own = "https://schemas.example/cart.json"
    local_registry.publish("shop.Cart", v1={"$id": own, "items": {"$ref": "shop.Item"}})
    cart = registry.get_schema("shop.Cart", "v1")
    assert registry.validate_payload(cart, [1])[0] is True
    assert registry.validate_payload(cart, ["a"])[0] is False


def test_a_name_in_a_schema_of_no_version_is_taken_from_the_best_one(
    registry: SchemaRegistry,
) -> None:
    assert registry.validate_payload({"$ref": "shop.Item"}, "a")[0] is True
    assert registry.validate_payload({"$ref": "shop.Item"}, 1)[0] is False


@pytest.mark.parametrize("reference", ["shop.None", "https://elsewhere.example/x.json"])
def test_a_reference_that_leads_nowhere_is_the_schemas_fault(
    registry: SchemaRegistry, local_registry: LocalRegistry, reference: str
) -> None:
    local_registry.publish("shop.Cart", v1={"items": {"$ref": reference}})
    with pytest.raises(InvalidSchema) as caught:
        registry.validate_payload(registry.get_schema("shop.Cart", "v1"), [])
    assert caught.value.pointer == "#/items/$ref"
    assert reference in caught.value.reason


def test_a_name_that_is_in_no_line_is_not_looked_for_elsewhere(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    with pytest.raises(InvalidSchema):
        registry.validate_payload({"$ref": "shop.None"}, 1)
    asked = {path.rpartition("/")[2] for path in local_registry.paths}
    assert asked == {"shop.None", "index", "shop.None.schema"}


def shared_id(local_registry: LocalRegistry) -> None:
    for line, kind in (("v1", "integer"), ("v2", "string")):
        local_registry.publish("shop.Shared", **{line: {"$id": ITEM_ID, "type": kind}})
        local_registry.publish("shop.Cart", **{line: {"items": {"$ref": ITEM_ID}}})


@pytest.mark.parametrize("is_remote", [True, False])
def test_an_id_that_two_lines_share_leads_to_the_own_line(
    local_registry: LocalRegistry, is_remote: bool
) -> None:
    shared_id(local_registry)
    where = local_registry.url if is_remote else local_registry.directory
    with SchemaRegistry(where) as registry:
        for line, good, bad in (("v1", 1, "a"), ("v2", "a", 1)):
            cart = registry.get_schema("shop.Cart", line)
            assert registry.validate_payload(cart, [good])[0] is True
            assert registry.validate_payload(cart, [bad])[0] is False


@pytest.mark.parametrize("own", [None, True, {"type": "string"}])
def test_an_id_leads_to_another_line_where_the_own_one_has_it_not(
    local_registry: LocalRegistry, own: Any
) -> None:
    local_registry.publish("shop.Shared", v1={"$id": ITEM_ID, "type": "integer"})
    if own is not None:
        local_registry.publish("shop.Shared", v2=own)
    local_registry.publish("shop.Cart", v2={"items": {"$ref": ITEM_ID}})
    with SchemaRegistry(local_registry.url) as registry:
        cart = registry.get_schema("shop.Cart", "v2")
        assert registry.validate_payload(cart, [1])[0] is True
        assert registry.validate_payload(cart, ["a"])[0] is False


def test_a_recording_leads_to_the_own_line_too(
    local_registry: LocalRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shared_id(local_registry)
    verdicts = []
    for mode in ("record", "replay"):
        with SchemaRegistry(local_registry.url, mode=mode, cassettes="cassettes") as registry:
            for line in ("v1", "v2"):
                cart = registry.get_schema("shop.Cart", line)
                verdicts.append(registry.validate_payload(cart, [1])[0])
    assert verdicts == [True, False, True, False]
