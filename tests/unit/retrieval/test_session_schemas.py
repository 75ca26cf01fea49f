from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    CassetteMissing,
    InvalidAnswer,
    RegistryUnavailable,
    SchemaRegistry,
)
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.registries.served import ServedSchemas
from pytest_schema_registry.registries.subjects import Subjects
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry
from tests.parts import source_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry

HOME = "https://shop.example/order"


def served(registry: SchemaRegistry) -> ServedSchemas:
    return ServedSchemas(source_of(registry).listing())


def content(schemas: ServedSchemas, version: str, release: str | None = None) -> Any:
    result = schemas.fetch(Query(Kind.SCHEMA, version, ORDER, release))
    return None if result.is_missing else result.schema.content


def numbers(schemas: ServedSchemas, name: str = ORDER) -> list[tuple[int, str, str | None]]:
    found = schemas.versions(name)
    return [(each.number, each.schema.version, each.schema.release) for each in found]


def test_a_directory_is_served_as_it_is(local_registry: LocalRegistry) -> None:
    with SchemaRegistry(local_registry.directory) as registry:
        schemas = served(registry)
        local_registry.publish("orders.Late", v1={})
        assert schemas.names() == {"v1": {ORDER, "orders.Late"}, "v2": {ORDER}}


def test_what_was_not_fetched_yet_is_fetched_once(local_registry: LocalRegistry) -> None:
    with SchemaRegistry(local_registry.url) as registry:
        schemas = served(registry)
        assert schemas.held() == set()
        assert [content(schemas, "v1") for _ in range(2)] == [ORDER_V1] * 2
        assert content(schemas, "v3") is None
        assert schemas.fetch(Query(Kind.RELEASES, "v3", ORDER)).is_missing
        assert schemas.held() == {ORDER}
        assert registry.get_schema(ORDER, "v1").content == ORDER_V1
    assert local_registry.counts[f"/schemas/v1/{ORDER}"] == 1


def test_the_index_is_the_registrys(local_registry: LocalRegistry) -> None:
    with SchemaRegistry(local_registry.url) as registry:
        schemas = served(registry)
        schemas.publish("orders.New", "v1", {}, None)
        entries = schemas.fetch(Query(Kind.INDEX)).entries
    assert [(each.version, each.name) for each in entries] == [
        ("v1", "orders.New"),
        ("v1", ORDER),
        ("v2", ORDER),
    ]
    assert local_registry.counts["/index"] == 1


def test_a_schema_is_found_by_its_id(local_registry: LocalRegistry) -> None:
    local_registry.publish(ORDER, v1={"$id": HOME})
    with SchemaRegistry(local_registry.url) as registry:
        schemas = served(registry)
        found = schemas.fetch(Query(Kind.BY_ID, name=HOME))
        assert (found.schema.version, found.schema.content) == ("v1", {"$id": HOME})
        assert schemas.fetch(Query(Kind.BY_ID, name="no.Such")).is_missing


def test_older_releases_have_the_lower_numbers(local_registry: LocalRegistry) -> None:
    local_registry.publish(f"{ORDER}@0.9.0", v1={})
    with SchemaRegistry(local_registry.url) as registry:
        schemas = served(registry)
        assert numbers(schemas) == [(1, "v1", "0.9.0"), (2, "v1", "1.0.0"), (3, "v2", "2.0.0")]
        releases = schemas.fetch(Query(Kind.RELEASES, "v1", ORDER)).releases
    assert [each.release for each in releases] == ["0.9.0", "1.0.0"]
    assert all(each.created_at for each in releases)


def test_an_id_is_looked_for_in_what_is_at_hand(local_registry: LocalRegistry) -> None:
    local_registry.publish("orders.Refund", v1={})
    with SchemaRegistry(local_registry.url) as registry:
        subjects = Subjects(served(registry))
        number = subjects.id_of(subjects.version(ORDER, "2"))
        (found,) = subjects.with_id(str(number))
        assert (found.subject, found.number) == (ORDER, 2)
    assert not any("Refund" in path for path in local_registry.paths)


def test_an_outage_is_an_error(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    with SchemaRegistry(url, mode="live", protocol="core", timeout=0.2) as registry:
        schemas = served(registry)
        with pytest.raises(RegistryUnavailable):
            content(schemas, "v1")


@pytest.mark.parametrize("has_index", [True, False])
def test_replay_has_the_cassettes_and_nothing_else(
    local_registry: LocalRegistry, tmp_path: Path, has_index: bool
) -> None:
    local_registry.publish("orders.Refund", v1={})
    recordings = tmp_path / "cassettes"
    with SchemaRegistry(local_registry.url, mode="record", cassettes=recordings) as registry:
        registry.get_schema(ORDER, "v1")
        if has_index:
            registry.index()
    local_registry.requests.clear()
    with SchemaRegistry(mode="replay", cassettes=recordings) as registry:
        schemas = served(registry)
        assert content(schemas, "v1") == ORDER_V1
        with pytest.raises(CassetteMissing):
            content(schemas, "v2")
        assert schemas.names() == {"v1": {ORDER}}
        assert schemas.held() == {ORDER}
        assert numbers(schemas) == [(1, "v1", "1.0.0")]
        assert numbers(schemas, "orders.Refund") == []
        assert schemas.fetch(Query(Kind.BY_ID, name=HOME)).is_missing
    assert local_registry.requests == []


def test_a_cassette_that_cannot_be_used_is_not_listed(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    with SchemaRegistry(local_registry.url, mode="record", cassettes=tmp_path) as registry:
        registry.get_schema(ORDER, "v1")
        registry.get_schema(ORDER, "v2")
    (tmp_path / "v2" / f"{ORDER}.yaml").rename(tmp_path / "v2" / "orders.Other.yaml")
    with SchemaRegistry(mode="replay", cassettes=tmp_path) as registry:
        assert served(registry).names() == {"v1": {ORDER}}


def test_a_confluent_registry_keeps_its_numbers(confluent_registry: ConfluentRegistry) -> None:
    for schema in (ORDER_V1, ORDER_V2):
        confluent_registry.register(ORDER, schema)
    confluent_registry.register("orders-proto", {"type": "string"}, type="PROTOBUF")
    with SchemaRegistry(confluent_registry.url) as registry:
        schemas = served(registry)
        assert schemas.names() == {"latest": {ORDER, "orders-proto"}}
        assert numbers(schemas) == [(1, "latest", "1"), (2, "latest", "2")]
        said = (
            "orders-proto latest release 1 is of the type PROTOBUF, and only JSON Schema and Avro "
            "are served"
        )
        with pytest.raises(InvalidAnswer, match=said):
            numbers(schemas, "orders-proto")
        with pytest.raises(InvalidAnswer, match=said):
            schemas.fetch(Query(Kind.SCHEMA, "latest", "orders-proto"))
        assert schemas.fetch(Query(Kind.BY_ID, name=HOME)).is_missing
        assert content(schemas, "no-such-line") is None
        assert content(schemas, "latest", "1") == ORDER_V1


def test_in_replay_the_index_lists_what_can_be_served(
    confluent_registry: ConfluentRegistry, tmp_path: Path
) -> None:
    confluent_registry.register(ORDER, ORDER_V1)
    confluent_registry.register("orders-proto", {"type": "string"}, type="PROTOBUF")
    with SchemaRegistry(confluent_registry.url, mode="record", cassettes=tmp_path) as registry:
        for name in (ORDER, "orders-proto"):
            registry.get_schema(name)
    with SchemaRegistry(mode="replay", cassettes=tmp_path) as registry:
        assert served(registry).names() == {"latest": {ORDER}}


def test_what_a_confluent_registry_refers_to_is_listed(
    confluent_registry: ConfluentRegistry,
) -> None:
    for schema in ({"title": "old"}, {"type": "string"}):
        confluent_registry.register("city-value", schema)
    confluent_registry.register(
        ORDER, {"$ref": "city.json"}, references=[("city.json", "city-value", 2)]
    )
    with SchemaRegistry(confluent_registry.url) as registry:
        subjects = Subjects(served(registry))
        (listed,) = subjects.references(subjects.version(ORDER, "latest"))
    assert listed == ("city.json", "city-value", "2")


def test_what_refers_to_subjects_is_compared_with_them(
    confluent_registry: ConfluentRegistry,
) -> None:
    for number, longest in enumerate((9, 5), 1):
        confluent_registry.register("city-value", {"type": "string", "maxLength": longest})
        confluent_registry.register(
            ORDER, {"$ref": "city.json"}, references=[("city.json", "city-value", number)]
        )
    with SchemaRegistry(confluent_registry.url) as registry:
        schemas = served(registry)
        verdicts = [
            schemas.fetch(Query(Kind.COMPATIBILITY, old, ORDER, later=new)).verdict.compatible
            for old, new in (("1", "2"), ("2", "1"))
        ]
    assert verdicts == [False, True]


def test_what_was_recorded_as_a_reference_only_is_served_too(
    confluent_registry: ConfluentRegistry, tmp_path: Path
) -> None:
    for kind in ("string", "int"):
        line = {"type": "record", "name": "Line", "fields": [{"name": "qty", "type": kind}]}
        confluent_registry.register("line-value", line, type="AVRO")
    confluent_registry.register(
        ORDER, ["null", "Line"], type="AVRO", references=[("Line", "line-value", 2)]
    )
    with SchemaRegistry(confluent_registry.url, mode="record", cassettes=tmp_path) as registry:
        registry.get_schema(ORDER)
    with SchemaRegistry(mode="replay", cassettes=tmp_path) as registry:
        schemas = served(registry)
        subjects = Subjects(schemas)
        (listed,) = subjects.references(subjects.version(ORDER, "latest"))
        assert listed == ("Line", "line-value", "1")
        found = subjects.version("line-value", "1")
        assert found.found.content.parsed() == line
        assert subjects.with_id(str(subjects.id_of(found))) == [found]
        schemas.publish("bills-value", "latest", "Line", None, "AVRO")
        (listed,) = subjects.references(subjects.version("bills-value", "latest"))
        assert listed == ("Line", "line-value", "1")


def test_what_a_directory_serves_is_recorded(local_registry: LocalRegistry, tmp_path: Path) -> None:
    directory = local_registry.directory
    with SchemaRegistry(directory, mode="record", cassettes=tmp_path) as registry:
        schemas = served(registry)
        assert content(schemas, "v1") == ORDER_V1
        assert schemas.names() == {"v1": {ORDER}, "v2": {ORDER}}
        assert schemas.held() == {ORDER}
    with SchemaRegistry(mode="replay", cassettes=tmp_path) as registry:
        assert served(registry).names() == {"v1": {ORDER}}
