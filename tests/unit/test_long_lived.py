"""A registry object that is kept for months: what it has ends with its time-to-live."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    InvalidSchema,
    RegistryUnavailable,
    SchemaNotFound,
    SchemaRegistry,
)
from pytest_schema_registry.contracts.judge import Judge
from pytest_schema_registry.retrieval.cache import SharedSession
from pytest_schema_registry.retrieval.pauses import Pauses
from pytest_schema_registry.retrieval.schema_source import SchemaSource
from pytest_schema_registry.settings.settings import Origin, resolve
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry, Reply
from tests.parts import judge_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry

PAYLOAD = {"id": "7", "quantity": 1}
DOWN = Reply(503, "closed", {"retry-after": "3600"})
TTL = 300.0
INDEX = "/index"
NAMES = [f"shop.Item{number}" for number in range(20)]


class Clock:
    """Seconds since the epoch, as the test says."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., SchemaRegistry]]:
    """Open a registry whose time is the clock's."""
    sources: list[SchemaSource] = []

    def open_registry(url: str, **settings: Any) -> SchemaRegistry:
        settings = {"cache_ttl": TTL, "cassettes": "cassettes", **settings}
        given = {"url": url, **{key.replace("_", "-"): settings[key] for key in settings}}
        own = SharedSession(f"own{len(sources)}", tmp_path / f"own{len(sources)}")
        resolved = resolve(Origin(lambda option: option.name, given), root=tmp_path)
        source = SchemaSource(resolved, own, resolved.cache_dir, pauses=Pauses(clock), clock=clock)
        sources.append(source)
        return SchemaRegistry.over(source, Judge(source))

    yield open_registry
    for source in sources:
        source.close()


@pytest.fixture
def registry(
    opened: Callable[..., SchemaRegistry], local_registry: LocalRegistry
) -> SchemaRegistry:
    return opened(local_registry.url)


def test_one_index_request_confirms_all_that_is_held(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    for name in NAMES:
        local_registry.publish(name, v1={"title": name})
    first = [registry.get_schema(name, "v1") for name in NAMES]
    assert len(local_registry.requests) == len(NAMES)
    local_registry.requests.clear()
    for _ in range(12):
        clock.sleep(TTL)
        again = [registry.get_schema(name, "v1") for name in NAMES]
    assert local_registry.paths == [INDEX] * 12
    assert [each.content for each in again] == [each.content for each in first]
    assert {each.fetched_at.timestamp() for each in again} == {clock.now}
    assert {each.source for each in again} == {"registry"}
    clock.sleep(TTL - 1)
    assert registry.get_schema(NAMES[0], "v1") is again[0]
    assert len(local_registry.requests) == 12


def test_what_has_changed_is_fetched_and_nothing_else(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    registry.get_schema(ORDER, "v2")
    assert registry.validate_payload(f"{ORDER}@v1", PAYLOAD)
    local_registry.publish(ORDER, v1={"type": "string"})
    local_registry.requests.clear()
    assert registry.validate_payload(f"{ORDER}@v1", PAYLOAD)
    clock.sleep(TTL)
    assert not registry.validate_payload(f"{ORDER}@v1", PAYLOAD)
    assert registry.get_schema(ORDER, "v2").content == ORDER_V2
    assert local_registry.paths == [INDEX, f"/schemas/v1/{ORDER}"]


def test_a_single_schema_is_confirmed_by_its_own_request(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    registry.get_schema(ORDER, "v1")
    clock.sleep(TTL)
    registry.get_schema(ORDER, "v1")
    assert local_registry.paths == [f"/schemas/v1/{ORDER}"] * 2
    assert "if-none-match" in local_registry.requests[1].headers


def test_a_404_ends_with_the_time_to_live(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    local_registry.publish("shop.Cart", v1={})
    for _ in range(3):
        assert registry.get_schema("shop.Cart", prefer="v2", fallback="v1").version == "v1"
    asked = local_registry.counts
    clock.sleep(TTL)
    assert registry.get_schema("shop.Cart", prefer="v2", fallback="v1").version == "v1"
    assert local_registry.counts - asked == {INDEX: 1}
    local_registry.publish("shop.Cart", v2={})
    assert registry.get_schema("shop.Cart", prefer="v2", fallback="v1").version == "v1"
    clock.sleep(TTL)
    assert registry.get_schema("shop.Cart", prefer="v2", fallback="v1").version == "v2"


def test_a_schema_that_was_removed_is_not_found(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    for version in ("v1", "v2"):
        registry.get_schema(ORDER, version)
    (local_registry.directory / "v1" / f"{ORDER}.json").unlink()
    registry.get_schema(ORDER, "v1")
    clock.sleep(TTL)
    with pytest.raises(SchemaNotFound):
        registry.get_schema(ORDER, "v1")


def test_a_name_that_is_listed_with_the_ending_is_confirmed_by_the_index(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    paths = [f"schemas/v1/{name}" for name in ("shop.A", "shop.B")]
    for name in ("shop.A", "shop.B"):
        local_registry.publish(name, v1={})
    for path in paths:
        local_registry.always(Reply(404, {"detail": "Not Found"}), path)
    for _ in range(3):
        for name in ("shop.A", "shop.B"):
            assert registry.get_schema(name, "v1").content == {}
        clock.sleep(TTL)
    first = {INDEX: 3, **{f"/{path}{end}": 1 for path in paths for end in ("", ".schema")}}
    assert local_registry.counts == first


def test_a_new_release_of_the_same_content_is_fetched(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    listing: dict[str, Any] = {"name": ORDER, "latest_core_version": "1.0.0", "deprecated": False}
    schemas = [registry.get_schema(ORDER, version) for version in ("v1", "v2")]
    listing["sha256"] = schemas[0].sha256
    for change in ({"latest_core_version": "1.0.1"}, {"deprecated": True}, {"sha256": None}):
        clock.sleep(TTL)
        tracks = {"tracks": {"v1": {"schemas": [listing | change]}}}
        local_registry.always(Reply(200, tracks), "index")
        local_registry.requests.clear()
        registry.get_schema(ORDER, "v1")
        assert local_registry.paths == [INDEX, f"/schemas/v1/{ORDER}"]


def test_an_outage_serves_what_is_held_until_the_registry_is_back(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    for version in ("v1", "v2"):
        registry.get_schema(ORDER, version)
    clock.sleep(TTL)
    with local_registry.down():
        for _ in range(3):
            schema = registry.get_schema(ORDER, "v1")
            assert (schema.content, schema.source) == (ORDER_V1, "stale cache")
            assert schema.outage is not None
            assert "refused" in schema.outage
            assert registry.validate_payload(schema, PAYLOAD)
        held = registry.get_schema(ORDER, "v1")
        assert registry.get_schema(ORDER, "v1") is held
    assert registry.get_schema(ORDER, "v1").outage is not None
    clock.sleep(1)
    assert registry.get_schema(ORDER, "v1").outage is None
    assert registry.get_schema(ORDER, "v2").outage is None


def test_pauses_are_short_where_nothing_is_held(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    local_registry.always(DOWN, f"schemas/v1/{ORDER}")
    for requests in range(1, 7):
        with pytest.raises(RegistryUnavailable):
            registry.get_schema(ORDER, "v1")
        assert len(local_registry.requests) == requests
        clock.sleep(2)
    clock.sleep(-0.1)
    with pytest.raises(RegistryUnavailable):
        registry.get_schema(ORDER, "v1")
    assert len(local_registry.requests) == 6


def test_pauses_grow_to_half_a_minute_where_an_old_copy_is_served(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    registry.get_schema(ORDER, "v1")
    local_registry.always(DOWN, f"schemas/v1/{ORDER}")
    clock.sleep(TTL)
    local_registry.requests.clear()
    for pause in (1, 2, 4, 8, 16, 30, 30):
        asked = len(local_registry.requests)
        for _ in range(2):
            assert registry.get_schema(ORDER, "v1").outage is not None
        clock.sleep(pause - 0.1)
        assert registry.get_schema(ORDER, "v1").outage is not None
        assert len(local_registry.requests) == asked + 1
        clock.sleep(0.1)


def test_without_a_time_to_live_each_call_asks(
    opened: Callable[..., SchemaRegistry], local_registry: LocalRegistry
) -> None:
    registry = opened(local_registry.url, cache_ttl=0)
    for _ in range(3):
        registry.get_schema(ORDER, "v1")
        registry.get_schema(ORDER, "v2")
    assert local_registry.counts == {f"/schemas/{version}/{ORDER}": 3 for version in ("v1", "v2")}


def test_what_is_held_outlives_the_files_of_the_cache(
    opened: Callable[..., SchemaRegistry],
    local_registry: LocalRegistry,
    clock: Clock,
    tmp_path: Path,
) -> None:
    registry = opened(local_registry.url, cache_dir=tmp_path / "cache")
    for version in ("v1", "v2"):
        registry.get_schema(ORDER, version)
    shutil.rmtree(tmp_path / "cache")
    clock.sleep(TTL)
    with local_registry.down():
        schema = registry.get_schema(ORDER, "v1")
    assert (schema.content, schema.source) == (ORDER_V1, "stale cache")
    assert schema.outage is not None


def test_an_entry_of_another_process_holds_for_the_rest_of_its_time(
    opened: Callable[..., SchemaRegistry],
    local_registry: LocalRegistry,
    clock: Clock,
    tmp_path: Path,
) -> None:
    one, other = (opened(local_registry.url, cache_dir=tmp_path / "cache") for _ in range(2))
    one.get_schema(ORDER, "v1")
    clock.sleep(TTL - 1)
    assert other.get_schema(ORDER, "v1").source == "cache"
    assert len(local_registry.requests) == 1
    clock.sleep(1)
    assert other.get_schema(ORDER, "v1").source == "registry"
    assert len(local_registry.requests) == 2
    assert one.get_schema(ORDER, "v1").source == "cache"
    assert len(local_registry.requests) == 2


def test_a_change_of_what_a_schema_refers_to_counts(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    local_registry.publish("shop.Cart", v1={"items": {"$ref": "shop.Item"}})
    with pytest.raises(InvalidSchema):
        registry.validate_payload("shop.Cart@v1", [1])
    local_registry.publish("shop.Item", v1={"type": "integer"})
    clock.sleep(TTL)
    cart = registry.get_schema("shop.Cart", "v1")
    assert registry.validate_payload(cart, [1])
    validator = judge_of(registry).validator(cart)
    clock.sleep(TTL)
    assert judge_of(registry).validator(cart) is validator
    local_registry.publish("shop.Item", v1={"type": "string"})
    assert registry.validate_payload(cart, [1])
    clock.sleep(TTL)
    assert not registry.validate_payload(cart, [1])
    (local_registry.directory / "v1/shop.Item.json").unlink()
    clock.sleep(TTL)
    with pytest.raises(InvalidSchema):
        registry.validate_payload(cart, [1])


def test_a_wrong_schema_is_not_compiled_again(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    local_registry.publish("shop.Wrong", v1={"type": "strnig"})
    for _ in range(2):
        with pytest.raises(InvalidSchema, match="strnig"):
            registry.validate_payload("shop.Wrong@v1", "")
    clock.sleep(TTL)
    local_registry.publish("shop.Wrong", v1={"type": "string"})
    assert registry.validate_payload("shop.Wrong@v1", "")


def test_a_part_changes_with_its_document(
    registry: SchemaRegistry, local_registry: LocalRegistry, clock: Clock
) -> None:
    local_registry.publish("shop", v1={"$defs": {"A": {"type": "string"}}})
    part = registry.get_schema("shop#/$defs/A", "v1")
    assert registry.get_schema("shop#/$defs/A", "v1") is part
    local_registry.publish("shop", v1={"$defs": {"A": {"type": "integer"}}})
    assert registry.get_schema("shop#/$defs/A", "v1") is part
    clock.sleep(TTL)
    assert registry.validate_payload("shop#/$defs/A", 1)


def test_files_of_a_directory_are_read_again(
    opened: Callable[..., SchemaRegistry], local_registry: LocalRegistry, clock: Clock
) -> None:
    registry = opened(str(local_registry.directory))
    clock.now = registry.get_schema(ORDER, "v1").fetched_at.timestamp()
    local_registry.publish(ORDER, v1={})
    assert registry.get_schema(ORDER, "v1").content == ORDER_V1
    clock.sleep(TTL)
    assert registry.get_schema(ORDER, "v1").content == {}


def test_a_recording_holds_for_good(
    opened: Callable[..., SchemaRegistry],
    local_registry: LocalRegistry,
    clock: Clock,
) -> None:
    opened(local_registry.url, mode="record").get_schema(ORDER, "v1")
    registry = opened(local_registry.url, mode="replay")
    schema = registry.get_schema(ORDER, "v1")
    clock.sleep(1_000 * TTL)
    assert registry.get_schema(ORDER, "v1") is schema


def test_a_numbered_version_of_a_confluent_registry_holds_for_good(
    opened: Callable[..., SchemaRegistry], confluent_registry: ConfluentRegistry, clock: Clock
) -> None:
    confluent_registry.register("orders-value", {"type": "object"})
    registry = opened(confluent_registry.url, protocol="confluent", subject="{name}-value")
    for _ in range(3):
        for version in ("1", "latest"):
            registry.get_schema("orders", version)
        clock.sleep(TTL)
    numbered, latest = (f"/subjects/orders-value/versions/{each}" for each in ("1", "latest"))
    assert confluent_registry.counts == {numbered: 1, latest: 3}
    confluent_registry.register("orders-value", {"type": "object", "required": ["id"]})
    assert registry.get_schema("orders", "latest").release == "2"
