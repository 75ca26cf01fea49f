from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry import InvalidSchema, SchemaRegistry

DRAFT_3 = "http://json-schema.org/draft-03/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
TYPES = "the types are array, boolean, integer, null, number, object and string"
CORRECT = "publish a corrected schema; nothing can be checked against this one"


def state(uri: str) -> str:
    return f'state "$schema": "{uri}" in it'


@pytest.mark.parametrize(
    ("schema", "pointer", "reason", "advice"),
    [
        (
            {"properties": {"amount": {"minimum": 0, "exclusiveMinimum": True}}},
            "#/properties/amount/exclusiveMinimum",
            (
                'true is not of type "number" in draft 2020-12, which is taken because it states '
                "no $schema; it is valid in draft 4"
            ),
            (
                f"{state('http://json-schema.org/draft-04/schema#')}, "
                "or set --registry-default-draft 4"
            ),
        ),
        (
            {"items": [{"type": "string"}]},
            "#/items",
            (
                '[{"type":"string"}] is not of types "boolean", "object" in draft 2020-12, which '
                "is taken because it states no $schema; it is valid in draft 4, 6, 7 and 2019-09"
            ),
            f"{state(DRAFT_7)}, or set --registry-default-draft 7",
        ),
        (
            {"$schema": DRAFT_7, "exclusiveMinimum": True},
            "#/exclusiveMinimum",
            'true is not of type "number" in draft 7',
            CORRECT,
        ),
        (
            {"$schema": DRAFT_7, "minimum": 1, "exclusiveMinimum": True},
            "#/exclusiveMinimum",
            'true is not of type "number" in draft 7; it is valid in draft 4',
            state("http://json-schema.org/draft-04/schema#"),
        ),
        (
            {"required": "id"},
            "#/required",
            (
                '"id" is not of type "array" in draft 2020-12, which is taken because it states no '
                "$schema"
            ),
            CORRECT,
        ),
        (
            {"$schema": DRAFT_3, "properties": {"id": {"required": True}}},
            "#/$schema",
            "it states draft 3, which is not known; known are the drafts 4, 6, 7, 2019-09, 2020-12",
            CORRECT,
        ),
        (
            {"type": "strng"},
            "#/type",
            f'"strng" is no type; {TYPES}; did you mean "string"?',
            CORRECT,
        ),
        ({"type": ["null", "date"]}, "#/type", f'"date" is no type; {TYPES}', CORRECT),
        (
            {"$schema": DRAFT_7, "items": {"properties": {"id": {"type": "uuid"}}}},
            "#/items/properties/id/type",
            f'"uuid" is no type; {TYPES}',
            CORRECT,
        ),
        (
            {"$schema": DRAFT_7, "items": 5},
            "#/items",
            "5 is not valid under any of the schemas listed in the 'anyOf' keyword in draft 7",
            CORRECT,
        ),
    ],
)
def test_a_wrong_schema_says_the_draft_and_what_to_do(
    schema: Any, pointer: str, reason: str, advice: str
) -> None:
    with SchemaRegistry() as registry, pytest.raises(InvalidSchema) as caught:
        registry.validate_payload(schema, {})
    assert str(caught.value).split("\n") == [
        f"the given schema: the schema is itself wrong: {reason}",
        f"  at: {pointer}",
        "  from: given as a value",
        f"  next: {advice}",
    ]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"type": "string"}, "null is not a string"),
        ({"enum": ["new"]}, 'null is not "new"'),
    ],
)
def test_a_refused_null_beside_nullable_says_whose_word_that_is(
    rule: dict[str, Any], why: str
) -> None:
    schema = {"properties": {"note": {**rule, "nullable": True}}}
    with SchemaRegistry() as registry:
        _, (violation,) = registry.validate_payload(schema, {"note": None})
        _, (other,) = registry.validate_payload(schema, {"note": 5})
    assert violation.message == (
        f'{why}, although "nullable" is true: that is OpenAPI 3.0, and JSON Schema ignores it'
    )
    assert "nullable" not in other.message


def test_an_empty_enum_is_called_that() -> None:
    with SchemaRegistry() as registry:
        _, (violation,) = registry.validate_payload({"enum": []}, 1)
    assert violation.message == "1 is not one of the values of an empty enum"
