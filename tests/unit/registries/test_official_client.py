"""The official client of the Confluent Schema Registry, against the embedded server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator

registry = pytest.importorskip("confluent_kafka.schema_registry", reason="needs confluent-kafka")
json_schema = pytest.importorskip("confluent_kafka.schema_registry.json_schema")
serialization = pytest.importorskip("confluent_kafka.serialization")

SUBJECT = "orders-value"
CITY = {"type": "string", "minLength": 2}
ADDRESS = {"type": "object", "properties": {"city": {"$ref": "city.json"}}}
CART = {"title": "Cart", "type": "object", "properties": {"to": {"$ref": "address.json"}}}


@pytest.fixture
def client(local_registry: LocalRegistry) -> Iterator[Any]:
    local_registry.publish(SUBJECT, v1=ORDER_V1, v2=ORDER_V2)
    with registry.SchemaRegistryClient({"url": f"{local_registry.url}/confluent"}) as client:
        yield client


@pytest.fixture
def _carts(local_registry: LocalRegistry) -> None:
    local_registry.publish("city", v1=CITY)
    local_registry.publish("address", v1=ADDRESS)
    local_registry.publish("carts-value", v1=CART)


def value_of(topic: str) -> Any:
    """The place of a message's value, of which a serializer makes a subject."""
    return serialization.SerializationContext(topic, serialization.MessageField.VALUE)


def text(schema: Any) -> str:
    return json.dumps(schema)


def test_a_schema_is_had_by_latest_number_and_id(client: Any) -> None:
    latest, first = client.get_latest_version(SUBJECT), client.get_version(SUBJECT, 1)
    assert (latest.version, first.version) == (2, 1)
    assert json.loads(latest.schema.schema_str) == ORDER_V2
    assert latest.schema.schema_type == "JSON"
    assert client.get_schema(first.schema_id).schema_str == first.schema.schema_str


def test_subjects_and_versions_are_listed(client: Any) -> None:
    assert client.get_subjects() == [SUBJECT, ORDER]
    assert client.get_versions(SUBJECT) == [1, 2]
    assert client.get_compatibility(SUBJECT) == "BACKWARD"


@pytest.mark.parametrize(
    ("subject", "version", "code"), [("nobody", 1, 40401), (SUBJECT, 3, 40402), (SUBJECT, 0, 42202)]
)
def test_an_error_has_its_code(client: Any, subject: str, version: int, code: int) -> None:
    with pytest.raises(registry.SchemaRegistryError) as caught:
        client.get_version(subject, version)
    assert caught.value.error_code == code


def test_a_schema_is_looked_up_and_registering_it_again_gives_its_id(
    client: Any,
) -> None:
    schema = registry.Schema(text(ORDER_V1), "JSON")
    found = client.lookup_schema(SUBJECT, schema)
    assert found.version == 1
    assert client.register_schema(SUBJECT, schema) == found.schema_id


def test_a_new_schema_is_neither_found_nor_registered(client: Any) -> None:
    for ask, code in ((client.lookup_schema, 40403), (client.register_schema, 42205)):
        with pytest.raises(registry.SchemaRegistryError) as caught:
            ask(SUBJECT, registry.Schema('{"title": "new"}', "JSON"))
        assert caught.value.error_code == code


def test_a_schema_is_tested_for_compatibility(client: Any) -> None:
    assert client.test_compatibility(SUBJECT, registry.Schema(text(ORDER_V2), "JSON"))
    assert not client.test_compatibility(SUBJECT, registry.Schema(text(ORDER_V2), "JSON"), 1)


@pytest.mark.parametrize("configuration", [{}, {"auto.register.schemas": False}])
def test_what_a_serializer_writes_a_deserializer_reads(
    client: Any, configuration: dict[str, Any]
) -> None:
    serialize = json_schema.JSONSerializer(text(ORDER_V1), client, conf=configuration)
    raw = serialize({"id": "a"}, value_of("orders"))
    assert raw[:5] == b"\0" + client.get_version(SUBJECT, 1).schema_id.to_bytes(4, "big")
    read = json_schema.JSONDeserializer(None, schema_registry_client=client)
    assert read(raw, value_of("orders")) == {"id": "a"}


def test_a_serializer_may_take_the_latest_version(client: Any) -> None:
    latest = {"auto.register.schemas": False, "use.latest.version": True}
    serialize = json_schema.JSONSerializer(text(ORDER_V1), client, conf=latest)
    with pytest.raises(serialization.SerializationError, match="'quantity' is a required property"):
        serialize({"id": "a"}, value_of("orders"))
    raw = serialize({"id": "a", "quantity": 1}, value_of("orders"))
    read = json_schema.JSONDeserializer(
        None, schema_registry_client=client, conf={"use.latest.version": True}
    )
    assert read(raw, value_of("orders")) == {"id": "a", "quantity": 1}


@pytest.mark.usefixtures("_carts")
@pytest.mark.parametrize("configuration", [{}, {"auto.register.schemas": False}])
def test_references_are_followed(client: Any, configuration: dict[str, Any]) -> None:
    references = [registry.SchemaReference("address.json", "address", 1)]
    schema = registry.Schema(text(CART), "JSON", references)
    context = value_of("carts")
    serialize = json_schema.JSONSerializer(schema, client, conf=configuration)
    with pytest.raises(serialization.SerializationError, match="'x' is too short"):
        serialize({"to": {"city": "x"}}, context)
    raw = serialize({"to": {"city": "Rome"}}, context)
    read = json_schema.JSONDeserializer(None, schema_registry_client=client)
    assert read(raw, context) == {"to": {"city": "Rome"}}
    with pytest.raises(serialization.SerializationError, match="'x' is too short"):
        read(raw[:5] + b'{"to": {"city": "x"}}', context)


@pytest.mark.usefixtures("_carts")
def test_references_are_listed(client: Any) -> None:
    (reference,) = client.get_latest_version("carts-value").schema.references
    assert (reference.name, reference.subject, reference.version) == ("address.json", "address", 1)
