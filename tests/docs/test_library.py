from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import (
    ContractViolation,
    SchemaRegistry,
)
from pytest_schema_registry.settings import (
    OPTIONS,
)
from tests.docs.pages import code, page
from tests.docs.projects import python
from tests.parts import judge_of

if TYPE_CHECKING:
    from pathlib import Path

PAGE = page("library")


@pytest.mark.parametrize("block", PAGE.blocks("python"))
def test_the_blocks_without_pytest_run(project: Path, block: str) -> None:
    done = python("-W", "error", "-c", block, cwd=project)
    assert done.returncode == 0, done.stderr


def test_schemas_and_violations_have_what_is_named(registry: SchemaRegistry) -> None:
    text = PAGE.section("Without pytest")
    schema = registry.get_schema("telemetry.FeedbackEvent", "v1")
    violation = judge_of(registry).explain(judge_of(registry).validator(schema), {})
    for pattern, thing in [
        (r"A `Schema` has (.*?\))\. ", schema),
        (r"`ContractViolation` carries (.*?);", violation),
        (r"each violation has (.*?)\.$", violation.violations[0]),
    ]:
        (names,) = re.findall(pattern, text, re.MULTILINE)
        assert all(hasattr(thing, name) for name in code(names))
    assert isinstance(violation, ContractViolation)
    for given in (schema.name, schema, schema.content):
        assert registry.validate_payload(given, 1)[0] is False


def test_the_registrys_arguments_are_the_options(registry: SchemaRegistry) -> None:
    parameters = set(inspect.signature(SchemaRegistry).parameters)
    assert parameters < {option.argument for option in OPTIONS} | {"token"}
    assert "telemetry.Labels" in {entry.name for entry in registry.index()}
    assert registry.versions("telemetry.ControlResult")[0].release == "1.1.0"
