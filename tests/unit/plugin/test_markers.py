from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.plugin.markers import MarkerArgs, combined
from pytest_schema_registry.schemas import SchemaRequest


def declared(*markers: pytest.MarkDecorator) -> MarkerArgs:
    """What markers say together, the closest first, each on a node of its own."""
    return combined((place, marker.mark) for place, marker in enumerate(markers))


def schema(*names: Any, **choice: Any) -> pytest.MarkDecorator:
    return pytest.mark.registry_schema.with_args(*names, **choice)


def test_a_test_without_a_marker_declares_nothing() -> None:
    assert declared() == MarkerArgs()


@pytest.mark.parametrize("versions", ["v1,v2", "v1, v2", ["v1", "v2"], ("v1", "v2", "v1")])
def test_versions_are_a_list_or_text_with_commas(versions: Any) -> None:
    assert declared(schema("a.B", versions=versions)) == MarkerArgs(("a.B",), ("v1", "v2"))


def test_names_stand_once_and_in_the_order_they_are_written_in() -> None:
    assert declared(schema("b", "a", "b")).names == ("b", "a")


def test_two_markers_on_one_node_add_their_names_up() -> None:
    markers = [("module", schema("c")), ("function", schema("a")), ("function", schema("b"))]
    in_order = [(node, marker.mark) for node, marker in reversed(markers)]
    assert combined(in_order).names == ("b", "a")


def test_the_closest_names_and_the_closest_versions_count() -> None:
    function, klass = schema("a.B"), schema("c.D", versions="v2")
    module = schema("e.F", versions="v3")
    assert declared(function, klass, module) == MarkerArgs(("a.B",), ("v2",))
    assert declared(schema(versions="v1"), klass, module) == MarkerArgs(("c.D",), ("v1",))


def test_a_closer_negotiation_goes_before_wider_versions() -> None:
    assert declared(schema(prefer="v2"), schema("a.B", versions="v1")) == MarkerArgs(
        ("a.B",), prefer="v2"
    )


@pytest.mark.parametrize(
    ("marker", "name", "version", "wanted"),
    [
        (schema(), None, "v1", SchemaRequest(None, "v1")),
        (schema(), "a.B", "v1", SchemaRequest("a.B", "v1")),
        (schema("a.B"), None, "v1", SchemaRequest("a.B", "v1")),
        (schema("a.B", "c.D"), "c.D", "v1", SchemaRequest("c.D", "v1")),
        (schema("a.B", release="1.0"), None, "v1", SchemaRequest("a.B", "v1", "1.0")),
        (schema("a.B", prefer="v2"), None, "v1", SchemaRequest("a.B", None, prefer="v2")),
        (
            schema("a.B", prefer=" v2", fallback="v1"),
            None,
            None,
            SchemaRequest("a.B", None, prefer="v2", fallback="v1"),
        ),
    ],
)
def test_a_run_is_about_its_own_parameters_or_else_what_is_declared(
    marker: pytest.MarkDecorator, name: str | None, version: str | None, wanted: SchemaRequest
) -> None:
    assert declared(marker).request(name, version) == wanted


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        (schema(5), "5 is not a schema's name; write a text for each"),
        (schema("a.B", ""), "'' is not a schema's name; write a text for each"),
        (
            schema("a.B", version="v1", track="v1"),
            (
                "no such argument: track, version; there are enforcement, fallback, prefer, "
                "release, versions"
            ),
        ),
        (
            schema("a.B", versions="v1", prefer="v2"),
            "give versions, or prefer and fallback, not both",
        ),
        (schema("a.B", fallback="v1"), "fallback needs prefer"),
        (schema("a.B", release=1.0), '1.0 is not a release; write a text, such as release="1"'),
        (
            schema("a.B", versions=[]),
            "the list of versions is empty; give at least one, such as v1",
        ),
        (
            schema("a.B", versions=5),
            '5 is not a list of versions; write texts, such as versions=["1", "2"]',
        ),
        (
            schema("a.B", versions=[1, 2]),
            '[1, 2] is not a list of versions; write texts, such as versions=["1", "2"]',
        ),
        (
            schema("a.B", versions="../v1"),
            "'../v1' cannot be a version; use letters, digits, '_', '-' and '.'",
        ),
        (schema("a.B", prefer="v1,v2"), "'v1,v2' is not one version"),
        (schema("a.B", prefer=["v1"]), "['v1'] is not one version"),
        (schema("a.B", prefer=2), "2 is not one version"),
        (
            schema("a.B", prefer="v2", fallback="v/1"),
            "'v/1' cannot be a version; use letters, digits, '_', '-' and '.'",
        ),
    ],
)
def test_a_marker_that_cannot_be_understood_is_named_with_the_reason(
    marker: pytest.MarkDecorator, reason: str
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        declared(marker)
    assert str(caught.value) == f"@pytest.mark.registry_schema: {reason}"


def test_a_wider_marker_that_is_overridden_is_looked_at_too() -> None:
    with pytest.raises(InvalidSettings, match="'' is not a schema's name"):
        declared(schema("a.B"), schema(""))
