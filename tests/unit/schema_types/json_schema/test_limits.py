from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_schema_registry import InvalidSchema, SchemaRegistry
from pytest_schema_registry.schema_types.json_schema.limits import excess, is_explainable


def too_much(content: Any) -> str | None:
    return excess(json.dumps(content), content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"pattern": "(?=a)" * 10_001}, "a pattern of 50,005 characters, where 50,000 are"),
        ({"items": [{"pattern": "a" * 50_001}]}, "a pattern of 50,001 characters"),
        ({"patternProperties": {f"^(a{n}+)+$": {} for n in range(20_000)}}, "its 20,000 patterns"),
        (
            {"anyOf": [{"pattern": rf"^\\p{{L}}{n}"} for n in range(500)]},
            "its 500 patterns are too",
        ),
        (
            {"anyOf": [{"pattern": f"^{n}.{{1,65535}}$"} for n in range(20)]},
            "the quantifiers of its 20 patterns are too much",
        ),
        (
            {
                "anyOf": [
                    {"pattern": rf"^{n}([\p{{L}}\d]{{2,}}|\PL{{99}}){{99}}$"} for n in range(90)
                ]
            },
            "the quantifiers of its 90 patterns are too much",
        ),
    ],
)
def test_patterns_that_the_engine_would_hang_in_are_an_error_that_says_so(
    content: Any, reason: str
) -> None:
    assert reason in (too_much(content) or "")
    with SchemaRegistry() as registry, pytest.raises(InvalidSchema, match=reason):
        registry.validate_payload(content, "a")


@pytest.mark.parametrize(
    "content",
    [
        True,
        {"pattern": r"^\\p{L}+$"},
        {"pattern": "^.{1,9999999}$"},
        {"anyOf": [{"pattern": f"^{n})[^a]{{1,16384}}\\)$"} for n in range(30)]},
        {"enum": ["a" * 60_000]},
        {"enum": ["\u00e4" * 60_000]},
        {"properties": {f"p{n}": {"pattern": r"^\\S{1,64}$"} for n in range(5_000)}},
        {"properties": {f"p{n}": {"pattern": r"^\\p{L}+$"} for n in range(5_000)}},
        {"properties": {f"pattern{n}": {"pattern": n} for n in range(5_000)}},
        {"properties": {"pattern": {"enum": ["a" * 60_000]}, "patternProperties": []}},
    ],
    ids=[
        "bool",
        "class",
        "engine",
        "many",
        "long",
        "escaped",
        "same",
        "same class",
        "names",
        "data",
    ],
)
def test_ordinary_schemas_may_be_large(content: Any) -> None:
    assert too_much(content) is None


def test_a_schema_too_large_to_be_explained_still_judges() -> None:
    content = {"enum": [[number] for number in range(70_000)]}
    assert not is_explainable(json.dumps(content))
    assert not is_explainable("[" + "1," * 500_001 + "1]")
    assert is_explainable(json.dumps({"enum": list(range(400_000))}), "{}")
    with SchemaRegistry() as registry:
        assert registry.validate_payload(content, [5])[0] is True
        is_valid, (violation,) = registry.validate_payload(content, "x")
    assert not is_valid
    assert violation.message == (
        '"x" does not conform; why could not be found in so large a schema'
    )
