from __future__ import annotations

import fastavro

from pytest_schema_registry.schema_types.avro.bundle import bundled
from pytest_schema_registry.schema_types.avro.names import Types
from tests.unit.schema_types.avro.subjects import ORDER, record

HASH = {"type": "fixed", "name": "Hash", "size": 4}


def test_a_bundle_defines_each_type_where_it_is_first() -> None:
    line = record("Line", ("hash", HASH), ("more", ["null", "Hash"]), namespace="shop")
    content = record("Order", ("a", "shop.Line"), ("b", {"type": "map", "values": "shop.Line"}))
    types = Types(content, (("line version 1", line),))
    whole = bundled(types.root)
    first, second = whole["fields"]
    assert whole["namespace"] == ""
    assert first["type"]["name"] == "shop.Line"
    assert first["type"]["fields"][1]["type"] == ["null", "shop.Hash"]
    assert second["type"]["values"] == "shop.Line"
    fastavro.parse_schema(whole)


def test_a_bundle_has_the_word_that_the_schema_has_for_a_record() -> None:
    content = record("E", ("a", "int")) | {"type": "error"}
    whole = bundled(Types(content).root)
    assert whole == content | {"namespace": ""}
    assert list(whole)[:3] == ["type", "name", "namespace"]


def test_a_bundle_of_a_schema_that_needs_no_other_means_the_same() -> None:
    whole = bundled(Types(ORDER).root)
    assert bundled(Types(whole).root) == whole
    assert whole["fields"][2]["default"] is None
