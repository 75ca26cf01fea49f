"""The boundary to the validator."""

import subprocess
import sys
from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import NotASchema
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import (
    Checker,
    Patterns,
    TooDeep,
    UnresolvableReference,
    asserts,
    covers,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.formats import EXAMPLES


def nested(depth: Any) -> Any:
    schema: Any = {}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


def test_import_does_not_load_the_validator() -> None:
    code = (
        "import sys, pytest_schema_registry.compatibility;sys.exit('jsonschema_rs' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_failures_name_the_place_the_member_and_the_keyword() -> None:
    schema = {
        "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["b"]}]}}
    }

    found = Checker(schema, formats=True).failures({"a": {}})

    assert [(f.path, f.member, f.keys[-1]) for f in found] == [
        (("a",), None, "anyOf"),
        (("a",), None, "type"),
        (("a",), "b", "required"),
    ]


@pytest.mark.parametrize("beside", [{}, {"properties": {"b": {}}}])
def test_unexpected_members_are_named(beside: Any) -> None:
    """With nothing declared, the engine leaves the member out of its report."""
    found = Checker({**beside, "additionalProperties": False}, formats=True).failures({"a": 1})

    assert [(f.path, f.member) for f in found] == [((), "a")]


def test_formats_are_asserted_on_request_in_every_draft() -> None:
    for draft in ("http://json-schema.org/draft-07/schema#", None):
        schema = {"format": "date", **({"$schema": draft} if draft else {})}
        assert not Checker(schema, formats=True).accepts("x")
        assert Checker(schema, formats=False).accepts("x")
        assert covers(schema, {"type": "string"}, formats=False) != "no"


@pytest.mark.parametrize("name", EXAMPLES)
def test_formats_of_the_standard_are_asserted_and_have_examples(name: Any) -> None:
    assert asserts(name, None)
    assert all(Checker({"format": name}, formats=True).accepts(text) for text in EXAMPLES[name])


def test_formats_of_nobody_are_not_asserted() -> None:
    assert not asserts("money", None)
    assert not asserts("uuid", "http://json-schema.org/draft-07/schema#")


def test_pattern_out_of_backtracking_is_undecided() -> None:
    checker = Checker({"pattern": r"(x+x+)+(?<!z)y"}, formats=True)

    assert checker.gives_up_on(["x" * 60])
    assert not checker.gives_up_on(["xx"])


def test_pattern_that_does_not_compile_matches_nothing() -> None:
    assert not Patterns().matches("(", "(")


def test_trouble_with_a_schema_has_its_own_exceptions() -> None:
    with pytest.raises(NotASchema):
        Checker({"type": 1}, formats=True)
    with pytest.raises(NotASchema):
        Checker({"const": "\ud800"}, formats=True)
    with pytest.raises(TooDeep):
        Checker(nested(300), formats=True)
    with pytest.raises(UnresolvableReference):
        Checker({"$ref": "https://schemas.invalid/x"}, formats=True)


def test_payload_that_cannot_be_read_is_not_valid() -> None:
    assert not Checker(True, formats=True).accepts("\ud800")


def test_operands_the_engine_cannot_combine_are_unknown() -> None:
    older = {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"}

    assert covers({"type": "string"}, older, formats=True) == "unknown"
