from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_schema_registry import InvalidSchema, SchemaRegistry
from pytest_schema_registry.schema_types.json_schema.document import Document
from pytest_schema_registry.schema_types.json_schema.multiplication import (
    MAX_UNFOLDED,
    is_surely_small,
)
from pytest_schema_registry.schema_types.json_schema.unfolding import unfolded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_registry import LocalRegistry

DRAFT_7 = "http://json-schema.org/draft-07/schema#"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(local_registry.url, versions=["v1"]) as registry:
        yield registry


def conforms(schema: Any, payload: Any) -> bool:
    with SchemaRegistry() as registry:
        return registry.validate_payload(schema, payload)[0]


def refusal(schema: Any) -> InvalidSchema:
    with SchemaRegistry() as registry, pytest.raises(InvalidSchema) as caught:
        registry.validate_payload(schema, 1)
    return caught.value


def doubling(steps: int) -> dict[str, Any]:
    """A schema that checks one value ``2 ** steps`` times against its last definition."""
    definitions: dict[str, Any] = {
        f"a{step}": {"allOf": [{"$ref": f"#/$defs/a{step + 1}"}] * 2} for step in range(steps)
    }
    return {"$ref": "#/$defs/a0", "$defs": definitions | {f"a{steps}": {"type": "integer"}}}


def test_references_that_multiply_are_followed_as_far_as_an_engine_can() -> None:
    assert conforms(doubling(12), 1)
    assert not conforms(doubling(12), "a")
    assert refusal(doubling(20)).reason == (
        "its references multiply: more than 1,000,000 subschemas for one value"
    )


def test_many_references_that_do_not_multiply_are_nothing_special() -> None:
    definitions = {f"a{number}": {"type": "integer"} for number in range(200)}
    branches = [{"$ref": f"#/$defs/{name}"} for name in definitions]
    assert conforms({"anyOf": branches, "$defs": definitions}, 1)


@pytest.mark.parametrize(
    ("next_name", "own_id"),
    [
        ("a.A{}", {}),
        ("../{line}/a.A{}", {}),
        ("https://schemas.invalid/a.A{}", {"$id": "https://schemas.invalid/a.A{}"}),
    ],
)
def test_references_from_schema_to_schema_multiply_too(
    local_registry: LocalRegistry, next_name: str, own_id: dict[str, str]
) -> None:
    for step in range(41):
        own = {key: text.format(step) for key, text in own_id.items()}
        for line, other in (("v1", "v2"), ("v2", "v1")):
            reference = {"$ref": next_name.format(step + 1, line=other)}
            schema = {"allOf": [reference] * 2} if step < 40 else {"type": "integer"}
            local_registry.publish(f"a.A{step}", **{line: {**own, **schema}})
    with SchemaRegistry(local_registry.directory) as registry:
        first = registry.get_schema("a.A0", "v1")
        with pytest.raises(InvalidSchema, match="its references multiply"):
            registry.validate_payload(first, 1)


@given(
    steps=st.lists(st.integers(1, 8), min_size=1, max_size=30),
    leaves=st.integers(1, 200),
    word=st.sampled_from(["allOf", "anyOf", "oneOf"]),
)
@example(steps=[3] * 10, leaves=1, word="allOf")
@example(steps=[2] * 16, leaves=200, word="oneOf")
def test_what_is_not_looked_at_is_small(steps: list[int], leaves: int, word: str) -> None:
    definitions: dict[str, Any] = {
        f"a{place}": {word: [{"$ref": f"#/$defs/a{place + 1}"}] * times}
        for place, times in enumerate(steps)
    }
    definitions[f"a{len(steps)}"] = {"anyOf": [{"minimum": 1}] * leaves}
    schema = {"$ref": "#/$defs/a0", "$defs": definitions}
    if is_surely_small(json.dumps(schema)):
        assert unfolded(Document(schema)) <= MAX_UNFOLDED


def test_nothing_hides_references_that_multiply(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    definitions = {**doubling(40)["$defs"], "a40": {"$ref": "a.B"}}
    schema = {"$schema": DRAFT_7, "$ref": "#/components/a0", "components": definitions}
    text = json.dumps(schema).replace("#/$defs", "#/components")
    local_registry.publish("a.A", v1=json.loads(text))
    local_registry.publish("a.B", v1={"$schema": DRAFT_7, "type": "integer"})
    with pytest.raises(InvalidSchema, match="its references multiply"):
        registry.validate_payload("a.A", 1)
