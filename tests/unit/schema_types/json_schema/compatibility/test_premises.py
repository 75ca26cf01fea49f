"""What a proof by induction takes for granted."""

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from pytest_schema_registry.schema_types.json_schema.compatibility.premises import hold
from pytest_schema_registry.schema_types.json_schema.document import Document

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
URN = "urn:example:root"


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"$ref": "#/$defs/A", "$defs": {"A": TEXT}},
        {"$ref": "#/$defs/A", "$defs": {"A": True}},
        {"$id": URN, "$ref": "#/$defs/A", "$defs": {"A": TEXT}},
        {"$id": URN, "$ref": "#t", "$defs": {"A": {"$anchor": "t", **TEXT}}},
        {"$id": "https://example.com/r", "$ref": "a", "$defs": {"A": {"$id": "a", **TEXT}}},
        {"$schema": DRAFT_7, "$ref": "#t", "definitions": {"A": {"$id": "#t", **TEXT}}},
        {"default": {"$ref": "#/nowhere"}, "properties": {"$ref": TEXT}},
    ],
)
def test_hold(schema: Any) -> None:
    assert hold(Document(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"$dynamicRef": "#t", "$defs": {"A": {"$dynamicAnchor": "t"}}},
        {"$recursiveRef": "#"},
        {"$defs": {"A": {"$schema": DRAFT_7, "$id": "a", **TEXT}}},
        {"$defs": {"A": {"$id": "a", **TEXT}, "B": {"$id": "a", **WHOLE}}},
        {"$defs": {"A": {"$anchor": "t", **TEXT}, "B": {"$anchor": "t", **WHOLE}}},
        {"$defs": {"A": {"$anchor": "t", **TEXT}, "B": {"$dynamicAnchor": "t", **WHOLE}}},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        {"$ref": "#/$defs/Missing"},
        {"$ref": "#/default", "default": {"$ref": "#/nowhere"}},
    ],
)
def test_do_not_hold(schema: Any) -> None:
    assert not hold(Document(schema))


def test_two_writings_of_one_identifier_are_two_of_it() -> None:
    root = "https://example.com/root"
    written = {"$id": "a", **TEXT}, {"$id": "https://example.com/a", **WHOLE}
    schema = {"$id": root, "$ref": "a", "$defs": dict(zip("AB", written, strict=True))}

    assert not hold(Document(schema))


def test_reference_behind_a_urn_leads_to_its_own_document() -> None:
    """Joined by the rules for hierarchical URIs, the base would be lost."""
    definitions = {"A": {"$id": "urn:example:a", "$ref": "#/$defs/T", "$defs": {"T": WHOLE}}}
    schema = {"$id": URN, "$ref": "urn:example:a", "$defs": {"T": TEXT, **definitions}}

    inner = Document(schema).resolve("#/$defs/T", "#/$defs/A")

    assert inner is not None
    assert inner.pointer == "#/$defs/A/$defs/T"
    assert compare(schema, WHOLE, policy="strict").compatible is True
