from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.schema_types.avro.names import ABSENT, Types, defined, full_name, used
from tests.unit.schema_types.avro.subjects import CARD, ORDER, logical, record

FIXED = {"type": "fixed", "name": "Hash", "size": 4}


def test_each_type_has_its_place_its_name_and_its_parts() -> None:
    root = Types(ORDER).root
    assert (root.kind, root.name, root.pointer) == ("record", "shop.Order", "#")
    lines, pay, color = (root.fields[at].type for at in (1, 2, 5))
    assert (lines.kind, lines.inner[0].name) == ("array", "shop.Line")
    assert lines.inner[0].pointer == "#/fields/1/type/items"
    assert [each.title for each in pay.inner] == ["null", "string", "shop.Card", "shop.Cash"]
    assert pay.inner[2].pointer == "#/fields/2/type/2"
    assert color.symbols == ["RED", "GREEN"]
    assert [each.default for each in root.fields[:3]] == [ABSENT, ABSENT, None]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("int", "int"),
        (["null", "int"], "null or int"),
        ({"type": "map", "values": CARD}, "map of Card"),
        ({"type": "array", "items": ["null", "int"]}, "array of union"),
        (logical("long", "timestamp-millis"), "timestamp-millis"),
        ({"type": "string", "logicalType": 5}, "string"),
        (FIXED, "Hash"),
    ],
)
def test_a_type_is_told_in_words(content: Any, words: str) -> None:
    assert Types(content).root.words == words


def test_a_name_leads_to_the_type_of_its_namespace() -> None:
    inner = record("Line", ("card", "Card"), ("order", ["null", "Order"]))
    content = record("Order", ("card", CARD), ("line", inner), namespace="shop")
    types = Types(content)
    line = types.named["shop.Line"]
    assert line.fields[0].type is types.named["shop.Card"]
    assert line.fields[1].type.inner[1] is types.root
    assert types.is_recursive
    assert not Types(ORDER).is_recursive


def test_a_type_of_another_subject_has_its_place_there() -> None:
    content = record("Order", ("line", "shop.Line"), namespace="shop")
    referred = (("line-value version 1", record("Line", ("a", "int"), namespace="shop")),)
    line = Types(content, referred).root.fields[0].type
    assert line.pointer == "line-value version 1#"
    assert line.fields[0].type.pointer == "line-value version 1#/fields/0/type"


def test_an_error_of_a_protocol_is_a_record() -> None:
    assert Types(record("E") | {"type": "error"}).root.kind == "record"


@pytest.mark.parametrize(
    ("node", "space", "expected"),
    [
        ({"name": "A"}, "", ("", "A")),
        ({"name": "A"}, "x", ("x", "x.A")),
        ({"name": "A", "namespace": "y"}, "x", ("y", "y.A")),
        ({"name": "A", "namespace": ""}, "x", ("", "A")),
        ({"name": "z.A", "namespace": "y"}, "x", ("z", "z.A")),
    ],
)
def test_a_full_name_has_the_namespace_of_its_own_or_of_what_is_around_it(
    node: dict[str, Any], space: str, expected: tuple[str, str]
) -> None:
    assert full_name(node, space) == expected


def test_what_a_schema_defines_is_told_of_anything() -> None:
    tree: Any = ["null", ORDER, {"type": "map", "values": FIXED}, {"type": "array", "items": FIXED}]
    names = ["shop.Order", "shop.Line", "shop.Card", "shop.Cash", "shop.Color", "shop.Hash"]
    assert list(defined(tree)) == [*names, "Hash", "Hash"]
    for nothing in (5, "int", {"fields": 5}, {"type": "record", "fields": [5]}, {"type": "enum"}):
        assert list(defined(nothing)) == []


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("int", []),
        ("shop.Line", ["shop.Line"]),
        (["null", "Line"], ["Line"]),
        ({"type": "array", "items": "Line"}, ["Line"]),
        ({"type": "map", "values": ["Line", "a.B"]}, ["Line", "a.B"]),
        (
            record("R", ("a", "Line"), ("b", "a.B"), ("c", "int"), namespace="shop"),
            ["shop.Line", "a.B"],
        ),
        (record("R", ("a", record("x.I", ("b", "Line")))), ["x.Line"]),
        (record("R", ("a", "R"), namespace="shop"), ["shop.R"]),
        ({"type": "record", "name": 5, "fields": [5, {"name": "a"}]}, []),
        ({"type": "record", "fields": 5}, []),
        (5, []),
    ],
)
def test_the_names_that_a_schema_uses_are_full(content: Any, names: list[str]) -> None:
    assert list(used(content)) == names
