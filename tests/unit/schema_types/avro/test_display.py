from __future__ import annotations

from inspect import cleandoc
from typing import Any

import pytest

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.schema_types.avro.display import display, words
from pytest_schema_registry.schemas import ListedReference
from tests.unit.schema_types.avro.subjects import (
    LINE,
    logical,
    record,
    schema_of,
    validator_of,
)


def test_a_schema_is_shown_with_its_fields_needs_and_docs() -> None:
    content = record("Order", ("id", "long"), ("lines", {"type": "array", "items": LINE}, []))
    content["fields"][0]["doc"] = "its\n number"
    for name, type_ in (
        ("tag", ["null", "shop.Tag"]),
        ("none", "null"),
        ("other", ["int", "string"]),
    ):
        content["fields"].append({"name": name, "type": type_})
    schema = schema_of(
        content,
        deprecated=True,
        deprecation_note="use v2",
        references=(ListedReference("shop.Tag", "tag-value", "1"),),
    )
    assert "\n".join(display(schema)) == cleandoc(
        f"""
        orders-value latest
          release     1
          language    Avro
          deprecated  yes: use v2
          digest      {schema.digest[:8]}
          from        given as a value
          refers to   tag-value

          record Order
          id     required    long   its number
          lines  default []  array of record Line
            qty  required    int
            sku  required    string
          tag    optional    null or shop.Tag
          none   optional    null
          other  required    int or string
        """
    )


def test_a_schema_without_fields_is_shown_in_one_line() -> None:
    *_, last = display(schema_of("int", deprecated=True, release=None))
    assert last == "  int"


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("shop.Tag", "shop.Tag"),
        (["null", "int"], "null or int"),
        ({"type": "map", "values": "int"}, "map of int"),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "E: A or B"),
        (
            {"type": "enum", "name": "E", "symbols": list("ABCDEFGHIJKL")},
            "E: A, B, C, D, E, F, G, H, I, J and 2 more",
        ),
        ({"type": "fixed", "name": "F", "size": 4}, "F of 4 bytes"),
        (logical("bytes", "decimal", precision=4), "decimal of 4 digits, 0 behind"),
        (logical("int", "date"), "date (int)"),
        ({"type": "error", "name": "E"}, "record E"),
    ],
)
def test_a_node_is_told_in_words(node: Any, expected: str) -> None:
    assert words(node) == expected


@pytest.mark.parametrize(
    "type_", ["null", ["null", "int"], ["int", "null"], "int", ["int", "string"], {"type": "null"}]
)
def test_an_optional_field_is_one_that_may_be_left_out(type_: Any) -> None:
    content = record("R", ("a", type_))
    *_, line = display(schema_of(content))
    assert validator_of(content).is_valid({}) == ("optional" in line)


@pytest.mark.parametrize(
    "content", [{"type": "record", "fields": [5]}, {"fields": [{}]}, {"type": "enum", "symbols": 5}]
)
def test_what_is_no_schema_is_an_error(content: Any) -> None:
    with pytest.raises(InvalidSchema, match="it is no Avro schema"):
        list(display(schema_of(content)))
