"""Schemas of Avro on the embedded server: Confluent subjects, and nothing of the Core API."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.embedded import EmbeddedServer
from tests.unit.schema_types.avro.subjects import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_schema_registry import RegistryServer

registry = pytest.importorskip("confluent_kafka.schema_registry", reason="needs confluent-kafka")
avro = pytest.importorskip("confluent_kafka.schema_registry.avro")
serialization = pytest.importorskip("confluent_kafka.serialization")

LINE = record("Line", ("qty", "int"), namespace="shop")
ORDER = record("Order", ("lines", {"type": "array", "items": "shop.Line"}), namespace="shop")
NOTED = record(
    "Order",
    ("lines", {"type": "array", "items": "shop.Line"}),
    ("note", "string", "-"),
    namespace="shop",
)
SUBJECT = "orders-value"
VALUE = {"lines": [{"qty": 1}, {"qty": 2}]}
CONTEXT = serialization.SerializationContext("orders", serialization.MessageField.VALUE)
LISTED = [{"name": "shop.Line", "subject": "shop.Line", "version": 1}]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RegistryServer]:
    (tmp_path / "v1").mkdir()
    for name, content in ((f"{SUBJECT}.avsc", ORDER), ("shop.Line.avsc", LINE), ("a.json", {})):
        (tmp_path / "v1" / name).write_text(json.dumps(content))
    embedded = EmbeddedServer(DirectoryRegistry(tmp_path, "registry"))
    with embedded.for_one_test() as server:
        yield server
    embedded.stop()


@pytest.fixture
def client(server: RegistryServer) -> Iterator[Any]:
    with registry.SchemaRegistryClient({"url": server.confluent_url}) as client:
        yield client


def test_a_subject_of_avro_states_no_type_and_its_references(server: RegistryServer) -> None:
    answer = httpx.get(f"{server.confluent_url}/subjects/{SUBJECT}/versions/1").json()
    assert json.loads(answer.pop("schema")) == ORDER
    assert answer == {
        "subject": SUBJECT,
        "version": 1,
        "id": answer["id"],
        "references": LISTED,
        "metadata": {"properties": {"version": "v1"}},
    }


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"auto.register.schemas": False},
        {"auto.register.schemas": False, "use.latest.version": True},
    ],
)
def test_what_the_official_serializer_writes_its_deserializer_reads(
    client: Any, configuration: dict[str, Any]
) -> None:
    listed = [registry.SchemaReference("shop.Line", "shop.Line", 1)]
    schema = registry.Schema(json.dumps(ORDER), "AVRO", listed)
    raw = avro.AvroSerializer(client, schema, conf=configuration)(VALUE, CONTEXT)
    assert raw[:5] == b"\0" + client.get_version(SUBJECT, 1).schema_id.to_bytes(4, "big")
    assert avro.AvroDeserializer(client)(raw, CONTEXT) == VALUE


def test_a_rollout_is_read_by_who_has_the_older_schema(server: RegistryServer, client: Any) -> None:
    server.publish(SUBJECT, "v2", NOTED, schema_type="AVRO")
    server.publish("shop.Line", "v2", LINE, schema_type="AVRO")
    server.publish(SUBJECT, "v2", NOTED, schema_type="AVRO")
    latest = client.get_latest_version(SUBJECT)
    assert latest.version == 3
    assert [(each.name, each.version) for each in latest.schema.references] == [("shop.Line", 2)]
    conf = {"auto.register.schemas": False, "use.latest.version": True}
    raw = avro.AvroSerializer(client, conf=conf)({**VALUE, "note": "a"}, CONTEXT)
    assert (
        avro.AvroDeserializer(client, client.get_version(SUBJECT, 1).schema)(raw, CONTEXT) == VALUE
    )


@pytest.mark.parametrize(("kind", "is_compatible"), [("long", True), ("string", False)])
def test_a_posted_schema_is_compared_by_avros_own_resolution(
    client: Any, kind: str, is_compatible: bool
) -> None:
    schema = registry.Schema(json.dumps(record("Line", ("qty", kind), namespace="shop")), "AVRO")
    assert client.test_compatibility("shop.Line", schema) is is_compatible


def test_a_posted_schema_with_references_is_compared(client: Any) -> None:
    listed = [registry.SchemaReference("shop.Line", "shop.Line", -1)]
    assert client.test_compatibility(SUBJECT, registry.Schema(json.dumps(NOTED), "AVRO", listed))
    with pytest.raises(registry.SchemaRegistryError, match=r"it uses the type shop\.Line"):
        client.test_compatibility(SUBJECT, registry.Schema(json.dumps(NOTED), "AVRO"))


def test_schemas_of_two_languages_are_not_compatible(server: RegistryServer, client: Any) -> None:
    posted = {"schema": "{}", "schemaType": "JSON"}
    path = f"{server.confluent_url}/compatibility/subjects/shop.Line/versions/1"
    assert httpx.post(path, json=posted).json() == {
        "is_compatible": False,
        "messages": ["the two schemas are of different languages"],
    }
    assert client.get_schema(client.get_latest_version("a").schema_id).schema_type == "JSON"


def test_without_the_extra_avro_is_served_and_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr("pytest_schema_registry.schema_types.find_spec", lambda _name: None)
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "line.avsc").write_text(json.dumps(LINE))
    embedded = EmbeddedServer(DirectoryRegistry(tmp_path, "registry"))
    try:
        with embedded.for_one_test() as server:
            path = f"{server.confluent_url}/subjects/line/versions/1"
            assert json.loads(httpx.get(path).json()["schema"]) == LINE
            path = f"{server.confluent_url}/compatibility/subjects/line/versions/1"
            answer = httpx.post(path, json={"schema": json.dumps(LINE)})
    finally:
        embedded.stop()
    assert answer.status_code == 501
    assert answer.json() == {
        "error_code": 50101,
        "message": "What compares AVRO is not installed here.",
    }


def test_a_schema_of_json_has_no_reference_to_one_of_avro(
    server: RegistryServer, client: Any
) -> None:
    server.publish("refers", "v1", {"properties": {"a": {"$ref": "shop.Line"}}})
    assert client.get_latest_version("refers").schema.references == []


def test_one_text_in_two_languages_has_two_ids(tmp_path: Path) -> None:
    text = '{"type": "string"}'
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "a.avsc").write_text(text)
    (tmp_path / "v1" / "b.json").write_text(text)
    embedded = EmbeddedServer(DirectoryRegistry(tmp_path, "registry"))
    with embedded.for_one_test() as server:
        paths = (f"{server.confluent_url}/subjects/{each}/versions/1" for each in "ab")
        ids = {httpx.get(path).json()["id"] for path in paths}
    embedded.stop()
    assert len(ids) == 2


def test_the_core_api_refuses_a_schema_of_avro_with_the_reason(server: RegistryServer) -> None:
    pair = "from_track=v1&to_track=v1"
    for path in (
        f"/schemas/v1/{SUBJECT}",
        f"/api/v1/schemas/v1/{SUBJECT}",
        f"/schemas/by-id/{SUBJECT}",
        f"/schemas/v1/{SUBJECT}/versions",
        f"/compat/check?name={SUBJECT}&{pair}",
    ):
        answer = httpx.get(f"{server.url}{path}")
        assert answer.status_code == 406
        assert answer.json() == {
            "detail": (
                "orders-value v1 is of the type AVRO, and this API has JSON Schemas only; ask the "
                "API below /confluent for it"
            )
        }
    listed = httpx.get(f"{server.url}/index").json()["tracks"]["v1"]["schemas"]
    assert [each["name"] for each in listed] == ["a"]


# Drills


def test_what_is_published_removed_and_deprecated_is_served(
    server: RegistryServer, client: Any
) -> None:
    server.publish("color", "v1", ["null", "string"], schema_type="AVRO", release="1.0.0")
    assert json.loads(client.get_latest_version("color").schema.schema_str) == ["null", "string"]
    assert httpx.get(f"{server.url}/schemas/v1/color").status_code == 406
    assert "color" not in httpx.get(f"{server.url}/index").text
    server.deprecate(SUBJECT, "v1", "use sales-value")
    path = f"{server.confluent_url}/subjects/{SUBJECT}/versions/latest"
    assert httpx.get(path).json()["references"] == LISTED
    assert httpx.get(path).json()["metadata"]["properties"] == {
        "version": "v1",
        "deprecated": "true",
        "deprecation_note": "use sales-value",
    }
    server.remove(SUBJECT, "v1")
    assert httpx.get(path).status_code == 404


def test_a_published_schema_refers_to_what_defines_its_types(
    server: RegistryServer, client: Any
) -> None:
    cash = record("Cash", ("amount", "int"), namespace="shop")
    server.publish("money", "v1", [cash, record("Card", namespace="shop")], schema_type="AVRO")
    server.publish("broken", "v1", ["shop.Nothing"], schema_type="AVRO")
    server.publish("paid", "v1", ["shop.Cash", "shop.Line"], schema_type="AVRO")
    listed = client.get_latest_version("paid").schema.references
    assert [(each.name, each.subject, each.version) for each in listed] == [
        ("shop.Cash", "money", 1),
        ("shop.Line", "shop.Line", 1),
    ]
    server.publish("cash", "v1", cash, schema_type="AVRO")
    with pytest.raises(ValueError, match=r"the type shop\.Cash is defined in cash and in money"):
        server.publish("paid", "v1", "shop.Cash", schema_type="AVRO")


def test_a_file_that_is_broken_defines_nothing_that_is_published(
    server: RegistryServer, client: Any, tmp_path: Path
) -> None:
    (tmp_path / "v1" / "bad.avsc").write_text("{")
    server.publish("paid", "v1", ["shop.Cash"], schema_type="AVRO")
    assert client.get_latest_version("paid").schema.references == []


@pytest.mark.parametrize(
    ("schema", "schema_type", "said"),
    [
        (5, "AVRO", "schema is an Avro schema as a dict, a list or a string, not 5"),
        ([], "JSON", "schema is a JSON Schema as a dict or a bool, not "),
        ({}, "PROTOBUF", "schema_type is 'JSON' or 'AVRO', not 'PROTOBUF'"),
    ],
)
def test_what_cannot_be_published_is_an_error(
    server: RegistryServer, schema: Any, schema_type: str, said: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        server.publish("a", "v1", schema, schema_type=schema_type)
    assert str(caught.value).startswith(f"registry_server.publish(): {said}")
