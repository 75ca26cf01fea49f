from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.messages import kind, sentence, type_names


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({}, "an object"),
        ([], "an array"),
        ("", "a string"),
        (True, "a boolean"),
        (None, "null"),
        (1, "an integer"),
        (1.5, "a number"),
    ],
)
def test_a_value_has_its_json_type_with_an_article(value: Any, name: str) -> None:
    assert kind(value) == name


@pytest.mark.parametrize(
    ("types", "text"),
    [
        ("array", "an array"),
        (["string"], "a string"),
        (["object", "integer", "boolean", "null"], "an object, an integer, a boolean or null"),
    ],
)
def test_types_are_named_as_in_a_sentence(types: Any, text: str) -> None:
    assert type_names(types) == text


def test_a_choice_of_the_schema_is_cut_each_by_itself() -> None:
    said = sentence("enum", '"c"', "c", ["a" * 40, "b"])
    assert said == f'"c" is not one of "{"a" * 26}... or "b"'


def test_of_many_choices_the_first_are_named() -> None:
    said = sentence("enum", '"c"', "c", [f"{n:030}" for n in range(3_000)])
    assert said.endswith(" and 2,990 more")
    assert len(said) < 400


@pytest.mark.parametrize("keyword", ["format", "contentEncoding", "pattern", "const", "x-rule"])
def test_a_long_rule_is_cut(keyword: str) -> None:
    assert len(sentence(keyword, "5", 5, "x" * 10_000)) < 150


def test_a_long_number_is_cut() -> None:
    assert len(sentence("minimum", "5", 5, 10**1_000)) < 150


def test_a_hidden_value_tells_its_type_and_length_at_most() -> None:
    assert sentence("type", '"<redacted>"', 5, "string") == (
        '"<redacted>" is an integer, not a string'
    )
    assert sentence("maxLength", '"<redacted>"', "secret", 3) == (
        '"<redacted>" is 6 characters long, longer than 3'
    )


def test_a_keyword_without_a_sentence_is_named() -> None:
    assert sentence("x-rule", "5", 5, {"a": 1}) == '5 breaks x-rule: {"a": 1}'
