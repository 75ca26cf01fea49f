"""The comparison of schemas of Avro that are given as values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_schema_registry import InvalidSchema, InvalidSettings, compare
from pytest_schema_registry.schema_types.schema_type import NotASchema
from pytest_schema_registry.schemas import ListedReference, given
from tests.unit.models import pairs
from tests.unit.schema_types.avro.subjects import record, schema_of

OLD = record("Line", ("qty", "int"))
NEW = record("Line", ("qty", "long"))


def test_the_language_of_values_is_an_argument() -> None:
    assert compare(OLD, NEW, schema_type="AVRO", budget=5, formats=False)
    report = compare(OLD, NEW, schema_type="AVRO", level="full")
    assert not report
    assert [(each.rule, each.direction) for each in report.reasons] == [("type-changed", "forward")]
    assert compare("int", ["int", "null"], schema_type="AVRO")
    with pytest.raises(NotASchema):
        compare(OLD, {"type": "record"}, schema_type="AVRO")


def test_what_is_a_schema_of_both_languages_is_one_of_json_schema_by_default() -> None:
    assert not compare({"type": "string"}, {"type": "string", "maxLength": 3})
    assert compare({"type": "string"}, {"type": "string", "maxLength": 3}, schema_type="AVRO")


def test_a_schema_knows_its_language() -> None:
    old, new = schema_of(OLD), schema_of(NEW)
    assert compare(old, new)
    assert not compare(new, old)
    assert compare(old, NEW, schema_type="AVRO")
    assert compare(given({"type": "integer"}), {"type": "number"}, budget=1_000)


@pytest.mark.parametrize(
    ("old", "new", "schema_type", "reason"),
    [
        (
            schema_of(OLD),
            {},
            "JSON",
            (
                "compare: the older schema is of the type AVRO and the newer one of JSON; compare "
                "two schemas of one language"
            ),
        ),
        (
            pairs.Plain,
            OLD,
            "AVRO",
            ("compare: a model is compared with a JSON Schema, and the schema is of the type AVRO"),
        ),
        (
            {},
            schema_of(OLD, schema_type="PROTOBUF"),
            "JSON",
            "compare: schemas of the type PROTOBUF are not compared",
        ),
    ],
)
def test_two_languages_are_not_compared(old: Any, new: Any, schema_type: str, reason: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        compare(old, new, schema_type=schema_type)
    assert str(caught.value).splitlines()[0] == reason


def test_a_schema_that_refers_to_another_one_is_compared_in_its_registry() -> None:
    listed = (ListedReference("shop.Line", "line", "1"),)
    old = schema_of("shop.Line", references=listed)
    for new in (NEW, {}):
        with pytest.raises(InvalidSchema) as caught:
            compare(old, new, schema_type="AVRO" if new else "JSON")
        assert caught.value.reason == "it refers to shop.Line, which is not in it"
    refers = replace(given({"$ref": "a.B"}), name="order")
    with pytest.raises(InvalidSchema, match=r"^order: .*it refers to a\.B, which is not in it"):
        compare(refers, pairs.Plain)


def test_a_language_that_there_is_not_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"^schema_type is one of JSON, AVRO, not 'avro'"):
        compare(OLD, NEW, schema_type="avro")
    monkeypatch.setattr("pytest_schema_registry.schema_types.find_spec", lambda _name: None)
    with pytest.raises(InvalidSettings, match=r"pip install 'pytest-schema-registry.avro.'"):
        compare(OLD, NEW, schema_type="AVRO")
