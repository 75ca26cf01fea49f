from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import SchemaNotFound
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.queries import (
    Kind,
    Query,
    RegisteredSchema,
    Result,
)
from pytest_schema_registry.registries.served import ServedSchemas
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "orders.Refund"
NEW: dict[str, Any] = {"$core_version": "1.1.0", "type": "object"}
HOME = "https://shop.example/order"


def write(directory: Path, **files: Any) -> None:
    for version, schemas in files.items():
        for name, schema in schemas.items():
            file = directory / version / f"{name}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(schema))


@pytest.fixture
def schemas(tmp_path: Path) -> ServedSchemas:
    """The schemas of a directory: an order in v1 and v2, a refund in v1."""
    write(tmp_path, v1={ORDER: ORDER_V1, OTHER: {"$id": HOME}}, v2={ORDER: ORDER_V2})
    return ServedSchemas(DirectoryRegistry(tmp_path, "registry"))


def ask(schemas: ServedSchemas, kind: Kind, version: str = "", name: str = "") -> Result:
    return schemas.fetch(Query(kind, version, name))


def current(schemas: ServedSchemas, version: str, name: str = ORDER) -> Any:
    """The content of the schema that a version line has; None where it has none."""
    value = ask(schemas, Kind.SCHEMA, version, name).value
    return value.content.parsed() if isinstance(value, RegisteredSchema) else None


def numbers(schemas: ServedSchemas, name: str = ORDER) -> list[tuple[int, str, str | None]]:
    found = schemas.versions(name)
    return [(each.number, each.schema.version, each.schema.release) for each in found]


def with_id(schemas: ServedSchemas, schema_id: str, version: str = "") -> tuple[str, str] | None:
    value = ask(schemas, Kind.BY_ID, version, schema_id).value
    return (value.version, value.name) if isinstance(value, RegisteredSchema) else None


def test_without_changes_it_is_what_the_registry_has(schemas: ServedSchemas) -> None:
    assert schemas.names() == {"v1": {ORDER, OTHER}, "v2": {ORDER}}
    assert schemas.held() == {ORDER, OTHER}
    assert current(schemas, "v1") == ORDER_V1
    assert current(schemas, "v3") is None
    assert numbers(schemas) == [(1, "v1", "1.0.0"), (2, "v2", "2.0.0")]
    assert with_id(schemas, HOME) == ("v1", OTHER)


def test_what_is_published_is_current_and_has_the_highest_number(schemas: ServedSchemas) -> None:
    schemas.publish(ORDER, "v1", NEW, None)
    assert current(schemas, "v1") == NEW
    assert current(schemas, "v2") == ORDER_V2
    assert numbers(schemas) == [(1, "v1", "1.0.0"), (2, "v2", "2.0.0"), (3, "v1", "1.1.0")]
    old = Query(Kind.SCHEMA, "v1", ORDER, "1.0.0")
    assert schemas.fetch(old).schema.content == ORDER_V1
    listed = ask(schemas, Kind.RELEASES, "v1", f"{ORDER}.schema").releases
    assert [each.release for each in listed] == ["1.0.0", "1.1.0"]
    entries = ask(schemas, Kind.INDEX).entries
    assert [(each.version, each.name, each.release) for each in entries] == [
        ("v1", ORDER, "1.1.0"),
        ("v1", OTHER, None),
        ("v2", ORDER, "2.0.0"),
    ]


def test_a_new_name_and_a_new_line_are_published(schemas: ServedSchemas) -> None:
    schemas.publish("orders.New.schema", "v3", True, "3.0.0")
    assert schemas.names()["v3"] == {"orders.New"}
    assert schemas.held() == {ORDER, OTHER, "orders.New"}
    assert current(schemas, "v3", "orders.New") is True
    assert with_id(schemas, "orders.New") == ("v3", "orders.New")


def test_a_release_that_is_published_twice_is_listed_once(schemas: ServedSchemas) -> None:
    schemas.publish(ORDER, "v1", NEW, "1.0.0")
    assert [each.release for each in ask(schemas, Kind.RELEASES, "v1", ORDER).releases] == ["1.0.0"]
    assert schemas.fetch(Query(Kind.SCHEMA, "v1", ORDER, "1.0.0")).schema.content == NEW
    assert numbers(schemas) == [(1, "v1", "1.0.0"), (2, "v2", "2.0.0"), (3, "v1", "1.0.0")]


def test_a_release_that_cannot_be_one_changes_nothing(schemas: ServedSchemas) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        schemas.publish(ORDER, "v1", NEW, "1\n0")
    assert current(schemas, "v1") == ORDER_V1


def test_what_is_removed_is_gone_and_its_number_is_not_used_again(schemas: ServedSchemas) -> None:
    schemas.remove(ORDER, "v2")
    assert current(schemas, "v2") is None
    assert schemas.names() == {"v1": {ORDER, OTHER}, "v2": set()}
    assert ask(schemas, Kind.RELEASES, "v2", ORDER).is_missing
    assert current(schemas, "v1") == ORDER_V1
    schemas.publish(ORDER, "v2", NEW, None)
    assert numbers(schemas) == [(1, "v1", "1.0.0"), (3, "v2", "1.1.0")]


def test_what_is_deprecated_says_so(schemas: ServedSchemas) -> None:
    schemas.deprecate(ORDER, "v1", "use v2")
    schema = ask(schemas, Kind.SCHEMA, "v1", ORDER).schema
    assert (schema.deprecated, schema.deprecation_note) == (True, "use v2")
    assert [each.deprecated for each in ask(schemas, Kind.INDEX).entries] == [True, False, False]
    assert not ask(schemas, Kind.SCHEMA, "v2", ORDER).schema.deprecated


@pytest.mark.parametrize(
    ("name", "version", "advice"),
    [(ORDER, "v3", "it is in v1, v2"), ("no.Such", "v1", "publish it first, or check the name")],
)
def test_what_is_not_there_is_neither_removed_nor_deprecated(
    schemas: ServedSchemas, name: str, version: str, advice: str
) -> None:
    with pytest.raises(SchemaNotFound) as caught:
        schemas.remove(name, version)
    assert caught.value.advice == advice
    with pytest.raises(SchemaNotFound):
        schemas.deprecate(name, version, None)
    schemas.remove(ORDER, "v1")
    with pytest.raises(SchemaNotFound):
        schemas.remove(ORDER, "v1")


def test_an_id_leads_to_what_has_it_now(tmp_path: Path) -> None:
    write(tmp_path, v1={ORDER: {"$id": HOME}}, v2={ORDER: {"$id": HOME}}, v3={OTHER: {"$id": HOME}})
    schemas = ServedSchemas(DirectoryRegistry(tmp_path, "registry"))
    schemas.publish("orders.Bare", "v1", True, None)
    assert with_id(schemas, HOME, "v2") == ("v2", ORDER)
    schemas.remove(ORDER, "v1")
    assert with_id(schemas, HOME) == ("v2", ORDER)
    assert with_id(schemas, ORDER) is None
    schemas.remove(ORDER, "v2")
    assert with_id(schemas, HOME) == ("v3", OTHER)
    schemas.remove(OTHER, "v3")
    assert with_id(schemas, HOME) is None


def test_what_was_published_is_compared(schemas: ServedSchemas) -> None:
    query = Query(Kind.COMPATIBILITY, "v1", ORDER, later="v2")
    assert schemas.fetch(query).verdict.compatible is False
    schemas.publish(ORDER, "v2", NEW, None)
    assert schemas.fetch(query).verdict.compatible
    schemas.remove(ORDER, "v1")
    assert schemas.fetch(query).is_missing


def test_all_changes_are_forgotten(schemas: ServedSchemas) -> None:
    schemas.publish(ORDER, "v1", NEW, None)
    schemas.remove(OTHER, "v1")
    schemas.reset()
    assert current(schemas, "v1") == ORDER_V1
    assert numbers(schemas, OTHER) == [(1, "v1", None)]
