"""The double of a Confluent registry, asked by the official client and by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

from tests.confluent_subjects import Refusal
from tests.local_registry import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.confluent_registry import ConfluentRegistry

ADDRESS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ORDER = {"type": "object", "properties": {"to": {"$ref": "address.json"}}, "required": ["to"]}
LATEST = "subjects/orders-value/versions/latest"

karapace = pytest.mark.parametrize("confluent_registry", ["karapace"], indirect=True)
axonops = pytest.mark.parametrize("confluent_registry", ["axonops"], indirect=True)
each_dialect = pytest.mark.parametrize(
    "confluent_registry", ["confluent", "karapace", "axonops"], indirect=True
)


@pytest.fixture
def client(confluent_registry: ConfluentRegistry) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient({"url": confluent_registry.url}) as client:
        yield client


def ask(registry: ConfluentRegistry, path: str, **more: Any) -> httpx.Response:
    return httpx.get(f"{registry.url}/{path}", **more)


def error(response: httpx.Response) -> tuple[int, int]:
    return response.status_code, response.json()["error_code"]


def judge(registry: ConfluentRegistry, subject: str, schema: Any, query: str = "") -> Any:
    body = {"schema": json.dumps(schema), "schemaType": "JSON"}
    path = f"compatibility/subjects/{subject}/versions/latest{query}"
    return httpx.post(f"{registry.url}/{path}", json=body).json()


@each_dialect
def test_the_official_client_registers_and_reads(client: SchemaRegistryClient) -> None:
    schema = Schema(json.dumps(ADDRESS), "JSON")
    number = client.register_schema("address", schema)
    assert client.register_schema("other", schema) == number
    assert client.get_subjects() == ["address", "other"]
    latest = client.get_latest_version("address")
    assert (latest.version, latest.schema_id) == (1, number)
    assert latest.schema.schema_type == "JSON"
    assert json.loads(latest.schema.schema_str or "") == ADDRESS
    assert client.lookup_schema("other", schema).version == 1
    assert client.get_schema(number).schema_type == "JSON"
    assert [each.subject for each in client.get_schema_versions(number)] == ["address", "other"]
    assert client.get_config().compatibility_level == "BACKWARD"
    assert client.test_compatibility("address", Schema("{}", "JSON")) is True


def test_the_official_client_serializes_with_references(
    confluent_registry: ConfluentRegistry, client: SchemaRegistryClient
) -> None:
    client.register_schema("address", Schema(json.dumps(ADDRESS), "JSON"))
    confluent_registry.delete("address", 1)
    order = Schema(json.dumps(ORDER), "JSON", [SchemaReference("address.json", "address", 1)])
    here = SerializationContext("orders", MessageField.VALUE)
    serialize = JSONSerializer(order, client)
    payload = serialize({"to": {"city": "Oslo"}}, here)
    assert payload is not None
    assert int.from_bytes(payload[1:5], "big") == confluent_registry.id_of("orders-value", 1)
    assert JSONDeserializer(None, schema_registry_client=client)(payload, here) == {
        "to": {"city": "Oslo"}
    }
    with pytest.raises(SerializationError, match="'city' is a required property"):
        serialize({"to": {}}, here)
    assert ask(confluent_registry, LATEST).json()["references"] == [
        {"name": "address.json", "subject": "address", "version": 1}
    ]


def test_a_reference_must_exist_for_the_official_client(client: SchemaRegistryClient) -> None:
    order = Schema(json.dumps(ORDER), "JSON", [SchemaReference("address.json", "address", 1)])
    with pytest.raises(SchemaRegistryError) as raised:
        client.register_schema("orders-value", order)
    assert (raised.value.http_status_code, raised.value.error_code) == (422, 42201)


@each_dialect
def test_what_is_not_there_has_its_code(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("orders-value", ORDER)
    assert error(ask(confluent_registry, "subjects/none/versions/latest")) == (404, 40401)
    assert error(ask(confluent_registry, "subjects/orders-value/versions/9")) == (404, 40402)
    assert error(ask(confluent_registry, "schemas/ids/9")) == (404, 40403)
    assert error(ask(confluent_registry, "subjects/orders-value/versions/v1")) == (422, 42202)


def test_confluent_adds_members(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("orders-value", ORDER, metadata={"owner": "shop"})
    assert ask(confluent_registry, LATEST).json().keys() == {
        *("subject", "version", "id", "guid", "schemaType", "schema", "metadata", "ts", "deleted")
    }
    by_property = "subjects/orders-value/metadata?key=owner&value="
    assert ask(confluent_registry, f"{by_property}shop").json()["version"] == 1
    assert error(ask(confluent_registry, f"{by_property}bank")) == (404, 40403)


@karapace
def test_karapace_has_a_manner_of_its_own(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("orders-value", {"z": 1, "a": 2}, metadata={"owner": "shop"})
    shown = ask(confluent_registry, LATEST).json()
    assert shown.keys() == {"subject", "version", "id", "schemaType", "schema"}
    assert shown["schema"] == '{"a":2,"z":1}'
    assert ask(confluent_registry, "api/v1/schemas").text == '"Not Found"'
    with pytest.raises(Refusal, match="44302"):
        confluent_registry.register("b", ORDER, references=[("address.json", "address", 1)])
    confluent_registry.register(":.team:orders", {})
    assert ask(confluent_registry, "subjects/%3A.team%3Aorders/versions").json() == [1]
    confluent_registry.forbid("orders-value")
    assert error(ask(confluent_registry, LATEST)) == (404, 40401)
    assert ask(confluent_registry, "subjects").json() == [":.team:orders"]


@karapace
def test_karapace_has_nothing_while_it_starts(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("orders-value", ORDER)
    with confluent_registry.starting():
        assert ask(confluent_registry, "subjects").json() == []
        assert error(ask(confluent_registry, LATEST)) == (404, 40401)
        url = f"{confluent_registry.url}/subjects/b/versions"
        assert error(httpx.post(url, json={"schema": "{}"})) == (500, 50003)
        assert ask(confluent_registry, "_health").json()["schema_registry_ready"] is False
    assert ask(confluent_registry, "subjects").json() == ["orders-value"]


@axonops
def test_axonops_has_a_manner_of_its_own(confluent_registry: ConfluentRegistry) -> None:
    assert ask(confluent_registry, "subjects").text == "null\n"
    confluent_registry.register("a-value", {"type": "string"}, type="AVRO")
    shown = ask(confluent_registry, "subjects/a-value/versions/1").json()
    assert shown["schemaType"] == "AVRO"
    assert shown["metadata"] == {"properties": {"confluent:version": "1"}}
    assert error(ask(confluent_registry, "subjects/a%2Dvalue/versions/1")) == (404, 40401)
    confluent_registry.register(":.team:ö", {})
    assert ask(confluent_registry, "subjects/:.team:%C3%B6/versions/1").json()["subject"] == "ö"
    assert error(ask(confluent_registry, "subjects/%3A.team%3A%C3%B6/versions/1")) == (404, 40401)
    confluent_registry.forbid("a-value")
    assert error(ask(confluent_registry, "subjects/a-value/versions/1")) == (403, 40301)


@each_dialect
def test_the_type_of_avro_is_left_out_but_by_axonops(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("orders-value", {"type": "string"}, type="AVRO")
    named = "schemaType" in ask(confluent_registry, LATEST).json()
    assert named is (confluent_registry.dialect == "axonops")


@each_dialect
def test_a_deleted_version_is_there_for_who_asks_for_it(
    confluent_registry: ConfluentRegistry,
) -> None:
    for schema in (ADDRESS, ORDER):
        confluent_registry.register("orders-value", schema)
    confluent_registry.delete("orders-value", 1)
    code = 40406 if confluent_registry.dialect == "axonops" else 40402
    first = "subjects/orders-value/versions/1"
    assert error(ask(confluent_registry, first)) == (404, code)
    assert ask(confluent_registry, f"{first}?deleted=true").json()["version"] == 1
    assert ask(confluent_registry, "subjects/orders-value/versions").json() == [2]
    confluent_registry.delete("orders-value", 2)
    assert error(ask(confluent_registry, first)) == (404, 40401)
    assert confluent_registry.register("orders-value", ADDRESS) == 3


def test_protobuf_is_kept_as_text(
    confluent_registry: ConfluentRegistry, client: SchemaRegistryClient
) -> None:
    text = 'syntax = "proto3";'
    confluent_registry.register("orders-value", type="PROTOBUF", text=text)
    schema = client.get_latest_version("orders-value").schema
    assert (schema.schema_type, schema.schema_str) == ("PROTOBUF", text)
    assert client.test_compatibility("orders-value", Schema(text, "PROTOBUF")) is True


def test_a_context_has_subjects_and_ids_of_its_own(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("a", ORDER)
    confluent_registry.register(":.team:a", ADDRESS)
    for path in ("subjects/:.team:a/versions/1", "contexts/.team/subjects/a/versions/1"):
        shown = ask(confluent_registry, path).json()
        assert (shown["subject"], shown["id"]) == (":.team:a", 1)
        assert json.loads(shown["schema"]) == ADDRESS
    assert ask(confluent_registry, "subjects").json() == [":.team:a", "a"]
    assert ask(confluent_registry, "subjects?subjectPrefix=a").json() == ["a"]
    of_the_context = "schemas/ids/1?subject=:.team:a"
    assert json.loads(ask(confluent_registry, of_the_context).json()["schema"]) == ADDRESS


@each_dialect
def test_compatibility_is_judged_by_the_level(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("orders-value", {})
    always = confluent_registry.dialect == "karapace"
    message = "REQUIRED_ATTRIBUTE_ADDED at #/required: to"
    assert judge(confluent_registry, "orders-value", ORDER, "?verbose=true") == {
        "is_compatible": False,
        "messages": [message],
    }
    assert ("messages" in judge(confluent_registry, "orders-value", ORDER)) is always
    confluent_registry.set_level("FORWARD_TRANSITIVE", "orders-value")
    assert judge(confluent_registry, "orders-value", ORDER) == {"is_compatible": True}
    config = "config/orders-value?defaultToGlobal=true"
    assert ask(confluent_registry, config).json() == {"compatibilityLevel": "FORWARD_TRANSITIVE"}
    unknown = judge(confluent_registry, "none", ORDER)
    assert unknown.get("error_code", unknown.get("is_compatible")) == (40402 if always else True)
    confluent_registry.verdict(False, ["no"])
    assert judge(confluent_registry, "orders-value", {}, "?verbose=true")["messages"] == ["no"]
    assert len(confluent_registry.posted) == 5


@each_dialect
def test_credentials_are_asked_for(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.authorize("Bearer secret")
    refused = ask(confluent_registry, "subjects")
    assert refused.status_code == 401
    assert (
        refused.text
        == {
            "confluent": '{"error_code":401,"message":"Unauthorized"}',
            "karapace": '{"message":"Unauthorized"}',
            "axonops": "Unauthorized\n",
        }[confluent_registry.dialect]
    )
    types = ask(confluent_registry, "schemas/types")
    assert types.is_success is (confluent_registry.dialect == "karapace")
    accepted = ask(confluent_registry, "subjects", headers={"authorization": "Bearer secret"})
    assert accepted.is_success


@each_dialect
def test_only_confluent_answers_a_head(confluent_registry: ConfluentRegistry) -> None:
    status = httpx.head(f"{confluent_registry.url}/schemas/types").status_code
    assert status == (200 if confluent_registry.dialect == "confluent" else 405)


def test_it_logs_and_misbehaves_as_the_other_double_does(
    confluent_registry: ConfluentRegistry,
) -> None:
    confluent_registry.reset(path="/registry")
    confluent_registry.register("orders-value", ORDER)
    confluent_registry.script(f"registry/{LATEST}", Reply(503))
    path = f"registry/{LATEST}"
    assert ask(confluent_registry, path).status_code == 503
    assert ask(confluent_registry, f"{path}?deleted=true").json()["version"] == 1
    assert json.loads(ask(confluent_registry, f"{path}/schema").text) == ORDER
    assert error(ask(confluent_registry, LATEST)) == (404, 404)
    assert confluent_registry.counts[f"/registry/{LATEST}?deleted=true"] == 1
    with confluent_registry.down(), pytest.raises(httpx.ConnectError):
        ask(confluent_registry, path)
    confluent_registry.always(Reply(429, headers={"retry-after": "1"}))
    assert ask(confluent_registry, "schemas/types").status_code == 429
