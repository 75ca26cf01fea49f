"""Texts made from patterns."""

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.regexes import examples


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z]{3}$",
        "^(USD|EUR)$",
        r"^\d{4}-\d\d$",
        r"^\cC$",
        "[^a-z]x*",
        "(?<name>a)?b",
        "a{3,5}?b|c",
        r"^\u0041\x42\u{43}\.$",
        r"[\w.-]+@[a-z]+",
        "x$",
        r"^\ba\b$",
    ],
)
def test_examples_match(pattern: Any) -> None:
    patterns = Patterns()
    texts = examples(pattern)

    assert texts
    assert all(patterns.matches(pattern, text) for text in texts)


def test_examples_vary_one_choice_at_a_time() -> None:
    assert examples("^[ab][01]$") == ("a0", "b0", "a1")


def test_class_of_the_character_database_is_guessed_at() -> None:
    assert examples(r"^\p{L}$") == ("a", "A", "0", "é", "-")


def test_texts_end_although_repetitions_multiply() -> None:
    (text, *_) = examples("^((a{4000}){4000})+$")

    assert len(text) < 10_000


def test_unbounded_repetitions_reach_a_length() -> None:
    assert examples("^a+$", 10)[0] == "a" * 10


@pytest.mark.parametrize("pattern", ["(", "[", r"\1", "(?i:a)", "(" * 100 + ")" * 100, "a)"])
def test_what_cannot_be_read_has_no_examples(pattern: Any) -> None:
    assert examples(pattern) == ()
