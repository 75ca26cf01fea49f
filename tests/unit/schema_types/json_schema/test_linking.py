from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import InvalidSchema, SchemaRegistry
from pytest_schema_registry.schema_types.json_schema.linking import located
from pytest_schema_registry.schema_types.json_schema.metaschemas import find

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_registry import LocalRegistry

DRAFTS = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
]
BASE = "https://registry.invalid/v1/"
#: Every schema has its place in one tree as its `$id`, wherever it lies in the registry.
ORDER = {"$id": "order$created", "properties": {"order": {"$ref": "common/order.json"}}}
COMMON_ORDER = {"$id": "common/order.json", "properties": {"buyer": {"$ref": "buyer.json"}}}
BUYER = {"$id": "common/buyer.json", "type": "object", "required": ["name"]}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["flat", "tree", "id of a name"])
def registry_of_tree(
    request: pytest.FixtureRequest, local_registry: LocalRegistry
) -> LocalRegistry:
    common = "v1" if request.param == "flat" else "common"
    order = COMMON_ORDER
    if request.param == "id of a name":  # it leads to nothing, but its neighbours are beside it
        order = {"$id": "orders", "properties": {"buyer": {"$ref": "buyer"}}}
    local_registry.publish("created", v1=ORDER)
    local_registry.publish("order", **{common: order})
    local_registry.publish("buyer", **{common: BUYER})
    return local_registry


def judged(url: Any, **options: Any) -> list[str]:
    """Return the paths of a wrong payload's violations, after checking a right one."""
    with SchemaRegistry(url, versions=["v1"], **options) as registry:
        schema = registry.get_schema("created")
        assert registry.validate_payload(schema, {"order": {"buyer": {"name": "A"}}}).is_valid
        is_valid, found = registry.validate_payload(schema, {"order": {"buyer": {}}})
    assert not is_valid
    return [f"{each.path} {each.keyword}" for each in found]


def test_relative_ids_with_directories_lead_to_schemas_of_a_directory(
    registry_of_tree: LocalRegistry,
) -> None:
    assert judged(registry_of_tree.directory) == ["$.order.buyer required"]


def test_relative_ids_with_directories_lead_to_schemas_over_http_and_are_replayed(
    registry_of_tree: LocalRegistry, tmp_path: Path
) -> None:
    cassettes = tmp_path / "cassettes"
    for mode in ("auto", "record"):
        assert judged(registry_of_tree.url, mode=mode, cassettes=cassettes) == [
            "$.order.buyer required"
        ]
    registry_of_tree.requests.clear()
    assert judged(None, mode="replay", cassettes=cassettes) == ["$.order.buyer required"]
    assert not registry_of_tree.requests


def test_a_reference_by_an_id_without_a_directory_is_found_too(
    local_registry: LocalRegistry,
) -> None:
    local_registry.publish("a.A", v1={"properties": {"id": {"$ref": "order-id.json"}}})
    local_registry.publish("a.Id", v1={"$id": "order-id.json", "type": "integer"})
    local_registry.publish("a.Id", v2={"$id": "order-id.json", "type": "string"})
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        assert registry.validate_payload("a.A", {"id": 1}).is_valid
        assert not registry.validate_payload("a.A", {"id": "1"}).is_valid


def test_a_reference_that_leads_nowhere_says_where_it_is_and_what_to_do(
    local_registry: LocalRegistry,
) -> None:
    local_registry.publish("created", v1=ORDER)
    local_registry.publish("order", v1=COMMON_ORDER)
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        schema = registry.get_schema("created")
        with pytest.raises(InvalidSchema) as caught:
            registry.validate_payload(schema, {})
    assert str(caught.value).split("\n") == [
        (
            "order v1: the schema is itself wrong: 'buyer.json' leads to no schema of the registry "
            "(no schema buyer in common)"
        ),
        "  at: #/properties/buyer/$ref",
        f"  from: registry {local_registry.url}/schemas/by-id/common%2Forder.json",
        "  next: publish the schema that it refers to, or refer to one by its name in the registry",
    ]


def test_a_metaschema_that_there_is_not_is_a_reference_that_leads_nowhere() -> None:
    schema = {"properties": {"a": {"$ref": "http://json-schema.org/draft-05/schema#"}}}
    with SchemaRegistry() as registry, pytest.raises(InvalidSchema) as caught:
        registry.validate_payload(schema, {})
    assert str(caught.value).split("\n") == [
        (
            "the given schema: the schema is itself wrong: "
            "'http://json-schema.org/draft-05/schema#' leads to no schema of the registry"
        ),
        "  at: #/properties/a/$ref",
        "  from: given as a value",
        "  next: publish the schema that it refers to, or refer to one by its name in the registry",
    ]


def test_a_cassette_of_names_alone_still_says_that_there_is_no_such_schema(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    """It was recorded before references were looked for by their paths."""
    local_registry.publish("a.A", v1={"properties": {"id": {"$ref": "a.Id"}}})
    options: Any = {"cassettes": tmp_path, "versions": ["v1"]}
    with SchemaRegistry(local_registry.url, mode="record", **options) as registry:
        registry.get_schema("a.A")
    for path in (tmp_path / "by-id").iterdir():
        path.unlink()
    with (
        SchemaRegistry(mode="replay", **options) as registry,
        pytest.raises(InvalidSchema, match=r"'a\.Id' leads to no schema"),
    ):
        registry.validate_payload("a.A", {})


@pytest.mark.parametrize(
    ("uri", "content", "identifier"),
    [
        ("common/order.json", {"$id": "common/order.json"}, "common/order.json"),
        ("common/order.json", {"$id": "/common/order.json#"}, "common/order.json"),
        ("order", {"$id": "common/order.json"}, "common/order.json"),
        ("common/order", {"$id": "order.json"}, "common/order.json"),
    ],
)
def test_a_relative_identifier_becomes_absolute(uri: str, content: Any, identifier: str) -> None:
    assert located(content, BASE + uri) == {"$id": BASE + identifier}


@pytest.mark.parametrize(
    "content",
    [
        True,
        {"type": "string"},
        {"$id": 5},
        {"$id": "#order"},
        {"$id": "urn:order"},
        {"$id": "https://orders.example/order"},
        {"$schema": DRAFTS[0], "$id": "order"},
        {"$schema": DRAFTS[2], "$id": "order", "$ref": "#/definitions/a"},
    ],
)
def test_any_other_schema_stays_as_it_is(content: Any) -> None:
    assert located(content, f"{BASE}order") is content


@pytest.mark.parametrize("metaschema", DRAFTS)
@pytest.mark.parametrize("draft", [None, *DRAFTS])
def test_the_metaschemas_of_all_drafts_are_at_hand(draft: str | None, metaschema: str) -> None:
    schema: dict[str, Any] = {"properties": {"payload": {"allOf": [{"$ref": metaschema}]}}}
    if draft is not None:
        schema["$schema"] = draft
    with SchemaRegistry() as registry:
        assert registry.validate_payload(schema, {"payload": {"type": "string"}}).is_valid
        is_valid, violations = registry.validate_payload(schema, {"payload": {"type": 12}})
    assert not is_valid
    assert violations[0].path == "$.payload.type"


def test_a_metaschema_is_at_hand_beside_other_schemas_and_in_them(
    local_registry: LocalRegistry,
) -> None:
    vocabulary = "https://json-schema.org/draft/2019-09/meta/validation"
    local_registry.publish(
        "orders.Order",
        v1={
            "$schema": DRAFTS[2],
            "properties": {"a": {"$ref": "orders.Extra"}, "b": {"items": [{"type": "string"}]}},
        },
    )
    local_registry.publish(
        "orders.Extra", v1={"properties": {"schema": {"$ref": f"{vocabulary}#/$defs/simpleTypes"}}}
    )
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        for name, is_valid in (("string", True), ("text", False)):
            payload = {"a": {"schema": name}, "b": ["x"]}
            assert registry.validate_payload("orders.Order", payload).is_valid is is_valid


def test_a_metaschema_may_be_written_with_the_other_scheme() -> None:
    schema = {"$ref": "https://json-schema.org/draft-07/schema#"}
    with SchemaRegistry() as registry:
        assert registry.validate_payload(schema, {"type": "string"}).is_valid
        assert not registry.validate_payload(schema, {"type": 12}).is_valid


def test_what_is_no_metaschema_of_the_standard_is_not_known() -> None:
    assert find("https://json-schema.org/draft-07/other") is None
    assert find("https://orders.example/draft-07/schema") is None
