from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    InvalidAnswer,
    InvalidSchema,
    InvalidSettings,
    SchemaNotFound,
    SchemaRegistry,
)
from pytest_schema_registry.errors import UnsupportedSchemaType
from pytest_schema_registry.schemas import ListedReference
from tests.local_registry import Reply
from tests.parts import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
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


# Confluent's registries


@pytest.fixture
def confluent(confluent_registry: ConfluentRegistry) -> Iterator[SchemaRegistry]:
    """A registry that has three versions of ``orders``, and an Avro schema."""
    for number in (1, 2, 3):
        confluent_registry.register("orders", {"title": str(number)})
    confluent_registry.register("avro", "string", type="AVRO")
    with SchemaRegistry(confluent_registry.url) as registry:
        yield registry


def test_a_line_may_be_a_number(confluent: SchemaRegistry) -> None:
    assert confluent.get_schema("orders", "v2").content == {"title": "2"}
    assert confluent.get_schema("orders", "2", release="2").release == "2"
    assert confluent.get_schema("orders", "latest", release="1").release == "1"


def test_a_line_that_is_a_number_has_no_other_release(
    confluent: SchemaRegistry, confluent_registry: ConfluentRegistry
) -> None:
    with pytest.raises(SchemaNotFound, match="ask for one of the two only"):
        confluent.get_schema("orders", "2", release="3")
    assert confluent_registry.paths == ["/schemas/types"]


@pytest.mark.parametrize(("version", "release"), [("stable", None), ("latest", "1.0")])
def test_what_no_subject_has_is_a_mistake_of_the_test(
    confluent: SchemaRegistry, version: str, release: str | None
) -> None:
    with pytest.raises(InvalidSettings, match="the version of a schema: "):
        confluent.get_schema("orders", version, release=release)


def test_a_name_is_asked_for_once_and_the_reason_is_told(
    confluent: SchemaRegistry, confluent_registry: ConfluentRegistry
) -> None:
    with pytest.raises(SchemaNotFound) as caught:
        confluent.get_schema("payments", "latest")
    assert caught.value.advice.startswith(
        "check the name and the version; see what there is with pytest-schema-registry list; or"
    )
    assert "--registry-subject" in caught.value.advice
    assert confluent_registry.paths == ["/schemas/types", "/subjects/payments/versions/latest"]


def test_the_index_does_not_tell_lines(confluent: SchemaRegistry) -> None:
    catalogue = source_of(confluent).catalogue
    assert not catalogue.lists_lines
    assert [entry.name for entry in catalogue.index()] == ["avro", "orders"]


def test_a_schema_of_another_language_is_not_checked(
    confluent: SchemaRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastavro", None)
    catalogue = source_of(confluent).catalogue
    avro, orders = (confluent.get_schema(name, "latest") for name in ("avro", "orders"))
    assert not catalogue.is_checked(avro)
    assert catalogue.is_checked(orders)
    assert list(catalogue.display(orders))
    for ask in (catalogue.display, catalogue.retrieve_references, catalogue.validator):
        with pytest.raises(UnsupportedSchemaType):
            ask(avro)


def test_releases_of_a_line_that_is_a_number_are_that_number(confluent: SchemaRegistry) -> None:
    found = source_of(confluent).catalogue.releases("orders", ["latest", "v2"])
    assert [(each.version, each.release) for each in found] == [
        ("latest", "1"),
        ("latest", "2"),
        ("latest", "3"),
        ("v2", "2"),
    ]


def test_an_id_has_users_or_none(
    confluent: SchemaRegistry, confluent_registry: ConfluentRegistry
) -> None:
    catalogue = source_of(confluent).catalogue
    users = catalogue.users_of_id(str(confluent_registry.id_of("orders", 2)))
    assert users == (("orders", "2"),)
    assert catalogue.users_of_id("4711") == ()


def test_a_listed_reference_leads_to_its_version_or_to_none(
    confluent: SchemaRegistry, confluent_registry: ConfluentRegistry
) -> None:
    catalogue = source_of(confluent).catalogue
    confluent_registry.delete("orders", 2)
    assert catalogue.referred(ListedReference("a", "orders", "2")).content == {"title": "2"}
    for reference in (ListedReference("a", "orders", "9"), ListedReference("a", "x\x1b", "1")):
        with pytest.raises(SchemaNotFound) as caught:
            catalogue.referred(reference)
        assert all(line.isprintable() for line in str(caught.value).split("\n"))


def test_a_given_schema_refers_by_name_and_to_no_id(confluent: SchemaRegistry) -> None:
    assert confluent.validate_payload({"items": {"$ref": "orders"}}, [1])[0]
    with pytest.raises(InvalidSchema) as caught:
        confluent.validate_payload({"items": {"$ref": ITEM_ID}}, [1])
    assert f"{ITEM_ID!r} leads to no schema of the registry" in caught.value.reason


def test_a_registry_that_has_both_and_compares_none_is_said_to(
    confluent: SchemaRegistry, confluent_registry: ConfluentRegistry
) -> None:
    catalogue = source_of(confluent).catalogue
    confluent_registry.verdict(False, ["it is smaller"])
    assert catalogue.compatibility("orders", "1", "latest").reasons == ("it is smaller",)
    path = "compatibility/subjects/orders/versions/2"
    confluent_registry.always(Reply(404, {"error_code": 40402}), path)
    with pytest.raises(InvalidAnswer, match="it has both schemas, and does not compare them"):
        catalogue.compatibility("orders", "2", "latest")
