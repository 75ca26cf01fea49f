from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    InvalidSchema,
    SchemaRegistry,
)
from pytest_schema_registry.contracts import plain_json
from pytest_schema_registry.schema_types.json_schema import diagnosis, multiplication
from tests.docs.pages import page

if TYPE_CHECKING:
    from tests.conftest import Run

PAGE = page("limits")


def test_the_limits_are_those_of_the_code(registry: SchemaRegistry) -> None:
    limits = PAGE.text
    assert f"at most {plain_json.MAX_DEPTH} levels deep" in limits
    assert f"at most {plain_json.MAX_VALUES:,} values" in limits
    assert f"{multiplication.MAX_UNFOLDED:,} subschemas for one value" in limits
    assert f"at most {diagnosis.MAX_VIOLATIONS:,} violations".capitalize() in limits
    assert "at most two seconds" in limits
    assert diagnosis.SECONDS == 2
    size = inspect.signature(SchemaRegistry).parameters["max_schema_size"].default
    assert f"at most {size / 1e6:g} MB" in limits
    (deep,) = re.findall(r"about (\d+) levels deep", limits)
    assert isinstance(registry.validate_payload(nested(int(deep)), 1)[0], bool)
    with pytest.raises(InvalidSchema, match="too deeply"):
        registry.validate_payload(nested(int(deep) + 10), 1)


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"not": schema}
    return schema


def test_an_endless_regular_expression_is_an_error_of_the_schema(registry: SchemaRegistry) -> None:
    with pytest.raises(InvalidSchema, match="takes too many steps"):
        registry.validate_payload({"pattern": r"^(a|a)*\1b$"}, "a" * 40)


def test_a_bad_marker_is_a_collection_error(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema(prefer="v2", versions=["v1"])
        def test(assert_conforms): pass
    """)
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    (status,) = re.findall(r"exit status (\d)", PAGE.text)
    assert int(status) == result.ret
