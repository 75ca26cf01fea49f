from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.schema_types.json_schema.nearest import Nearest


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("opne", ["closed", "open"], "open"),
        ("EUR", ["usd", "eur"], "eur"),
        ("orderId", ["order", "order_id"], "order_id"),
        ("visa", ["amex", 1, None], None),
        ("open", ["open"], None),
        ("x" * 101, ["x" * 100], None),
        ("x" * 100, ["x" * 101], None),
        ("abcd", ["dcba"], None),
    ],
)
def test_the_word_that_was_meant_is_found(
    word: str, known: list[object], found: str | None
) -> None:
    assert Nearest()(word, known) == found


def test_the_search_ends_after_a_number_of_comparisons() -> None:
    nearest = Nearest(2)
    assert nearest("opne", ["closed", "opened", "open"]) is None
    assert nearest("opne", ["open"]) is None


@pytest.mark.parametrize(
    ("schema", "payload", "said"),
    [
        ({"enum": ["open", "paid"]}, "Paid", '"Paid" is not one of "open" or "paid"'),
        ({"enum": ["open"]}, "opne", '"opne" is not "open"'),
        ({"const": "open"}, "OPEN", '"OPEN" is not "open"'),
    ],
)
def test_a_value_that_is_nearly_one_of_an_enum_is_told_which(
    schema: Any, payload: str, said: str
) -> None:
    with SchemaRegistry() as registry:
        (violation,) = registry.validate_payload(schema, payload)[1]
    meant = "paid" if payload == "Paid" else "open"
    assert violation.message == f'{said}; did you mean "{meant}"?'


def test_a_hidden_value_is_compared_with_nothing() -> None:
    with SchemaRegistry(redact=["state"]) as registry:
        schema = {"properties": {"state": {"enum": ["open", "paid"]}}}
        (violation,) = registry.validate_payload(schema, {"state": "opne"})[1]
    assert violation.message == '"<redacted>" is not one of "open" or "paid"'
