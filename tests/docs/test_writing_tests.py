from __future__ import annotations

import dataclasses
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import msgspec
import pydantic
import pytest
import requests

from pytest_schema_registry import (
    PayloadNotJSON,
    SchemaRegistry,
    plugin,
)
from pytest_schema_registry.contracts.contract import Contract
from pytest_schema_registry.contracts.evolution import Evolution
from pytest_schema_registry.contracts.fixture_types import (
    AssertCompatible,
    AssertConforms,
    AssertConsumes,
    AssertProduces,
    ConformingPayloads,
    RegistrySchema,
    ViolatingPayloads,
)
from pytest_schema_registry.contracts.made_payloads import MadePayloads
from pytest_schema_registry.contracts.model_contract import ModelContract
from pytest_schema_registry.plugin.hooks import SchemaRegistryPlugin
from tests.docs.pages import code, page, table
from tests.docs.projects import LOADED, signature_of
from tests.parts import judge_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

PAGE = page("writing_tests")


@pytest.mark.usefixtures("headline")
def test_the_first_test_passes_on_v1_and_fails_on_v2_as_printed(run: Run) -> None:
    result = run("tests/contracts", "--registry-url=tests/contracts/registry")
    result.assert_outcomes(passed=1, failed=1)
    assert PAGE.block("text") in result.stdout.str()


def test_the_block_on_markers_passes_and_imports_no_jsonschema(project: Path, run: Run) -> None:
    block = PAGE.block("python", "test_several_schemas")
    (project / "test_markers.py").write_text(block, encoding="utf-8")
    (project / "conftest.py").write_text(LOADED)
    result = run("test_markers.py", "--registry-url=tests/contracts/registry", "-v")
    result.assert_outcomes(passed=8)
    cases = re.findall(r"::(\w+\S*) PASSED", result.stdout.str())
    assert len([case for case in cases if "best_version" in case]) == 1
    assert len([case for case in cases if "several_schemas" in case]) == 4
    assert "jsonschema" not in (project / "loaded").read_text().split()


@pytest.mark.usefixtures("project")
def test_the_fixtures_are_what_their_table_says(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import SchemaRegistry

        STATUS = {"service": "store", "state": "healthy", "version": "1.0", "ts": 1.0}

        def test_alone(schema_registry):
            assert isinstance(schema_registry, SchemaRegistry)

        def test_version(registry_version):
            assert registry_version in ("v1", "v2")

        def test_explicit(registry_schema):
            assert registry_schema("telemetry.HealthStatus", version="v1").version == "v1"
            assert registry_schema("telemetry.Labels", prefer="v2", fallback="v1").version == "v1"

        def test_form(assert_conforms):
            assert assert_conforms(STATUS, "telemetry.HealthStatus") == STATUS

        @pytest.mark.registry_schema("telemetry.ControlResult", versions=["v1"], release="1.1.0")
        def test_release(registry_schema):
            assert registry_schema().release == "1.1.0"

        @pytest.mark.registry_schema("no.Such", versions=["v1"])
        class TestClosest:
            @pytest.mark.registry_schema("telemetry.HealthStatus")
            def test_names_of_one_and_versions_of_the_other(self, registry_schema):
                assert registry_schema().label == "telemetry.HealthStatus v1"
    """)
    result = run("--registry-url=tests/contracts/registry")
    result.assert_outcomes(passed=1 + 2 + 2 + 2 + 1 + 1)


def test_the_fixtures_are_those_of_the_code() -> None:
    places = {**vars(SchemaRegistryPlugin), **vars(plugin)}
    fixtures = {
        value.name
        for value in places.values()
        if type(value).__name__ == "FixtureFunctionDefinition" and not value.name.startswith("_")
    }
    named = {code(cell)[0].partition("(")[0] for cell, _ in table(PAGE.section("Fixtures"))}
    assert named == fixtures


@pytest.mark.parametrize(
    ("fixture", "function", "protocol_class"),
    [
        ("assert_conforms", Contract.assert_conforms, AssertConforms),
        ("registry_schema", Contract.schema, RegistrySchema),
        ("conforming_payloads", MadePayloads.conforming, ConformingPayloads),
        ("violating_payloads", MadePayloads.violating, ViolatingPayloads),
        ("assert_compatible", Evolution.assert_compatible, AssertCompatible),
        ("assert_produces", ModelContract.assert_produces, AssertProduces),
        ("assert_consumes", ModelContract.assert_consumes, AssertConsumes),
    ],
)
def test_the_signatures_are_those_of_the_code(
    fixture: str, function: Callable[..., Any], protocol_class: Any
) -> None:
    (written,) = re.findall(rf"^\| `{fixture}\((.*)\)` \|", PAGE.text, re.MULTILINE)
    for each in (function, protocol_class.__call__):
        assert f"({written})" == signature_of(each, bound=False)


class Model(pydantic.BaseModel):
    at: datetime


class Struct(msgspec.Struct):
    at: datetime


@dataclasses.dataclass
class Data:
    inner: Any


@attrs.define
class Attrs:
    inner: Any


def test_the_payloads_that_have_a_form(registry: SchemaRegistry) -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    payload = {"outer": (Data([Model(at=at), Attrs(Struct(at))]), None, True, 1.5, "a")}
    times = [{"at": "2030-01-01T00:00:00Z"}, {"inner": {"at": "2030-01-01T00:00:00Z"}}]
    assert judge_of(registry).to_json(payload) == {
        "outer": [{"inner": times}, None, True, 1.5, "a"]
    }
    theirs = requests.Response()
    theirs._content = b'{"a": 1}'
    for whole in (theirs, httpx.Response(200, content=b'{"a": 1}')):
        assert judge_of(registry).to_json(whole) == {"a": 1}
    assert judge_of(registry).to_json('{"a": 1}', text=True) == {"a": 1}


@dataclass
class HalfMade:
    never: int = field(init=False)


REFUSED: dict[str, Any] = {
    "datetime": datetime(2030, 1, 1, tzinfo=UTC),
    "UUID": uuid.uuid4(),
    "Decimal": Decimal(1),
    "set": {1},
    "bytes": b"a",
    "NaN": float("nan"),
    "a key that is no string": {1: 2},
    "a lone surrogate": "\ud800",
    "a key twice in a text": '{"a": {"b": 1, "b": 2}}',
    "a field that was never set": HalfMade(),
}


def test_the_payloads_that_have_none(registry: SchemaRegistry) -> None:
    (listed,) = re.findall(r"JSON has no form for \(([^)]+)\)", PAGE.text)
    assert listed.split(", ") == list(REFUSED)
    for what, value in REFUSED.items():
        text = "in a text" in what
        with pytest.raises(PayloadNotJSON) as caught:
            judge_of(registry).to_json(value if text else {"a": value}, text=text)
        assert caught.value.path == ("$.a.never" if isinstance(value, HalfMade) else "$.a")
        assert caught.value.advice
