from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import CassetteMissing, SchemaNotFound, SchemaRegistry
from pytest_schema_registry.retrieval.nearest import Known
from tests.parts import source_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.local_registry import LocalRegistry

KNOWN = Known([("shop.Item", "v1"), ("shop.Item", "v2"), ("shop.Cart", "v1"), ("other.Cart", "")])


@pytest.mark.parametrize(
    ("name", "versions", "advice"),
    [
        ("shop.Itm", ["v1"], "did you mean shop.Item (v1, v2)?"),
        ("Item", ["v1"], "did you mean shop.Item (v1, v2)?"),
        ("shop.cart", ["v1"], "did you mean shop.Cart (v1) or other.Cart?"),
        ("nothing", ["v1"], ""),
        (
            "shop.Cart",
            ["v2"],
            "v1 has it: publish it in v2, or test against what there is: --registry-versions=v1",
        ),
        (
            "shop.Item",
            ["v4", "v3"],
            (
                "v1 and v2 have it, and v4 and v3 list nothing: publish it in v4 and v3, or test "
                "against what there is: --registry-versions=v1,v2"
            ),
        ),
    ],
)
def test_the_registry_says_what_it_has_instead(name: str, versions: list[str], advice: str) -> None:
    assert KNOWN.advice(name, versions, ("v1", *versions)) == advice


def test_a_version_line_that_is_not_the_sessions_was_named_where_another_may_be() -> None:
    said = "v1 and v2 have it, and v3 lists nothing: publish it in v3, or name v1 or v2 instead"
    assert KNOWN.advice("shop.Item", ["v3"], ("v1", "v2")) == said


@pytest.fixture(params=["directory", "core"])
def shop(request: pytest.FixtureRequest, local_registry: LocalRegistry) -> SchemaRegistry:
    """A registry that has an item in v1, over HTTP and in a directory."""
    local_registry.publish("shop.Item", v1={"type": "integer"})
    is_directory = request.param == "directory"
    return SchemaRegistry(local_registry.directory if is_directory else local_registry.url)


def headlines(ask: Callable[[], object]) -> list[str]:
    with pytest.raises(SchemaNotFound) as caught:
        ask()
    headline, _, advice = str(caught.value).splitlines()
    return [headline, advice]


def test_version_lines_are_sorted_by_their_numbers() -> None:
    assert Known([("a", "v10"), ("a", "v2")]).lines_of("a") == ["v2", "v10"]


def test_a_name_that_is_not_found_is_answered_with_what_there_is(shop: SchemaRegistry) -> None:
    with shop:
        lines = source_of(shop).versions
        instead = "name v1 instead"  # a directory has only v1, so v2 is not the session's
        if "v2" in lines:
            instead = "test against what there is: --registry-versions=v1"
        assert headlines(lambda: shop.get_schema("shop.Itm", "v1")) == [
            "no schema shop.Itm in v1",
            "  next: did you mean shop.Item (v1)?",
        ]
        assert headlines(lambda: shop.get_schema("shop.Item@v2")) == [
            "no schema shop.Item in v2",
            f"  next: v1 has it: publish it in v2, or {instead}",
        ]
        assert headlines(lambda: shop.validate_payload("shop.Itm#/a", 1)) == [
            f"no schema shop.Itm in {' or '.join(reversed(lines))}",
            "  next: did you mean shop.Item (v1)?",
        ]
        assert headlines(lambda: shop.get_schema("shop.Item", "v1", release="9")) == [
            "no schema shop.Item in v1 in release 9",
            "  next: check the name and the version",
        ]


def test_only_the_index_is_asked_for_and_only_once(local_registry: LocalRegistry) -> None:
    with SchemaRegistry(local_registry.url) as registry:
        registry.get_schema("orders.Order", "v1")
        assert [each.path for each in local_registry.requests] == ["/schemas/v1/orders.Order"]
        for name in ("orders.Ordr", "orders.Odrer"):
            with pytest.raises(SchemaNotFound, match=r"did you mean orders\.Order"):
                registry.get_schema(name, "v1")
        assert [each.path for each in local_registry.requests].count("/index") == 1


def test_a_confluent_registry_is_asked_for_no_list(confluent_registry: ConfluentRegistry) -> None:
    confluent_registry.register("orders-value", {"type": "object"})
    with SchemaRegistry(confluent_registry.url) as registry:

        def asked() -> list[str]:
            return headlines(lambda: registry.get_schema("order-value"))

        own = (
            "see what there is with pytest-schema-registry list; or the credentials may not read "
            "it, or the registry has only just started"
        )
        assert asked()[1] == f"  next: check the name and the version; {own}"
        assert "/subjects" not in [each.path for each in confluent_registry.requests]
        registry.index()
        own = own.replace("see", "See", 1)
        assert asked()[1] == f"  next: did you mean orders-value? {own}"


def test_a_registry_that_gives_no_index_leaves_the_error_as_it_is(
    local_registry: LocalRegistry,
) -> None:
    with SchemaRegistry(local_registry.directory) as registry:
        registry.get_schema("orders.Order", "v1")
        resolver = source_of(registry)._parts.resolver
        (local_registry.directory / "v1" / "orders.Order.json").unlink()
        local_registry.directory.rename(local_registry.directory.with_name("moved"))
        assert resolver.known_names() == []


def test_a_directory_that_was_not_recorded_needs_no_recording(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"mode": "replay", "cassettes": tmp_path / "cassettes"}
    with (
        SchemaRegistry(local_registry.directory, **options) as registry,
        pytest.raises(CassetteMissing, match="next: leave --registry-offline out: a directory nee"),
    ):
        registry.get_schema("orders.Order", "v1")
    with (
        SchemaRegistry(local_registry.url, **options) as registry,
        pytest.raises(CassetteMissing, match="next: record it where the registry can be reached"),
    ):
        registry.get_schema("orders.Order", "v1")


def test_replay_names_what_is_recorded(local_registry: LocalRegistry, tmp_path: Path) -> None:
    cassettes = tmp_path / "cassettes"
    with SchemaRegistry(local_registry.url, mode="record", cassettes=cassettes) as registry:
        registry.get_schema("orders.Order", "v1")
        with pytest.raises(SchemaNotFound):
            registry.get_schema("orders.Ordre", "v1")
    with SchemaRegistry(mode="replay", cassettes=cassettes) as registry:
        said = {}
        for name, version in [("orders.Order", "v3"), ("Order", "v1"), ("nothing", "v1")]:
            with pytest.raises(CassetteMissing) as caught:
                registry.get_schema(name, version)
            said[name] = str(caught.value).splitlines()[2:-1]
        assert said == {
            "orders.Order": ["  recorded of it: v1"],
            "Order": ["  recorded: orders.Order (v1)"],
            "nothing": [],
        }
        assert headlines(lambda: registry.get_schema("orders.Ordre", "v1")) == [
            "no schema orders.Ordre in v1",
            "  next: did you mean orders.Order (v1)? If it was published since, record again",
        ]
