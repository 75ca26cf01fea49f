from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.errors import UnsupportedSchemaType
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.compiler import Compiler
from pytest_schema_registry.schemas import ListedReference, given
from tests.local_registry import ORDER, LocalRegistry

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.schema_type import Reference
    from pytest_schema_registry.schemas import Schema


def never_called(_reference: Reference | ListedReference) -> Schema:
    raise AssertionError("nothing outside of the schema was asked for")


def test_a_schema_is_compiled_once_whichever_name_it_has(local_registry: LocalRegistry) -> None:
    for name in ("a.A", "b.B"):
        local_registry.publish(name, v1={"type": "object", "required": ["id"]})
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        a, b, order = (registry.get_schema(name, "v1") for name in ("a.A", "b.B", ORDER))
    compiler = Compiler(all_types(), never_called)
    assert compiler.validator(a).is_valid is compiler.validator(b).is_valid
    assert compiler.validator(a).is_valid is not compiler.validator(order).is_valid
    assert [compiler.validator(each).schema for each in (a, b)] == [a, b]


@pytest.mark.parametrize("formats", [True, False])
def test_a_comparison_asserts_formats_where_checks_do(formats: bool) -> None:
    json_schema = all_types(formats=formats)["JSON"]
    old, new = {"type": "string"}, {"type": "string", "format": "date"}
    assert json_schema.compare(old, new).compatible is not formats


ORDER_OF = replace(given({"items": {"$ref": "a"}}), name="order", version="latest")
REFERENCES = {number: (ListedReference("a", "a", number),) for number in ("1", "2")}


def by_number(reference: Reference | ListedReference) -> Schema:
    assert isinstance(reference, ListedReference)
    kinds = {"1": "string", "2": "integer"}
    return replace(given({"type": kinds[reference.release]}), subject="a", references=())


def test_an_equal_text_with_other_references_is_another_schema() -> None:
    compiler = Compiler(all_types(), by_number)
    one, two = (
        compiler.validator(replace(ORDER_OF, references=REFERENCES[number])) for number in "12"
    )
    assert (one.is_valid(["a"]), one.is_valid([1])) == (True, False)
    assert (two.is_valid(["a"]), two.is_valid([1])) == (False, True)


def test_an_equal_text_in_another_language_is_another_schema() -> None:
    compiler = Compiler(all_types(), never_called)
    text = replace(given({"type": "string"}), name="orders", references=())
    avro = replace(text, schema_type="AVRO")
    assert compiler.type_of(avro).name == "AVRO"
    for schema in (text, avro, text, avro):
        assert compiler.validator(schema).schema is schema
        assert (compiler.validator(schema).values is None) is (schema is text)


def test_a_language_that_is_not_known_or_not_installed_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "fastavro", None)
    compiler = Compiler(all_types(), never_called)
    text = replace(given({"type": "string"}), name="orders", version="latest", release="7")
    assert compiler.validator(text).is_valid("a")
    assert compiler.type_of(text).name == "JSON"
    unknown = "only JSON Schema and Avro are checked"
    for kind, words, why in (
        ("AVRO", "an Avro", "what checks Avro is not installed"),
        ("PROTOBUF", "a Protobuf", unknown),
        ("X\x1b", r"a X\x1b", unknown),
    ):
        other = replace(text, schema_type=kind)
        for ask in (compiler.validator, compiler.type_of):
            with pytest.raises(UnsupportedSchemaType) as caught:
                ask(other)
            assert caught.value.headline == f"orders latest release 7 is {words} schema; {why}"
