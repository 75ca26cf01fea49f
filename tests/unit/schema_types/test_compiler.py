from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.compiler import Compiler
from tests.local_registry import ORDER, LocalRegistry

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.schema_type import Reference
    from pytest_schema_registry.schemas import ListedReference, Schema


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
