from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.text import (
    listed,
    numbered,
    printable,
    printable_text,
    said_by,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, True]}, '{"a": [1, null, true]}'),
        ("é", '"é"'),
        ("x" * 58, f'"{"x" * 58}"'),
        ("x" * 59, f'"{"x" * 56}...'),
    ],
)
def test_a_value_is_shown_as_json_of_at_most_sixty_characters(value: Any, text: str) -> None:
    assert shown(value) == text
    assert len(text) <= 60


def test_no_more_of_a_value_is_encoded_than_is_shown() -> None:
    taken = 0

    class Huge(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            nonlocal taken
            for each in super().__iter__():
                taken += 1
                yield each

    assert len(shown(Huge([{"name": "x"}] * 1_000))) == 60
    assert 0 < taken < 10


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    said = 'a\x1b[31m\r\n\x07\u202e\u200b\x85\u2028\ud800\U000e0001é "b"'
    shown = r'a\x1b[31m\r\n\x07\u202e\u200b\x85\u2028\ud800\U000e0001é "b"'
    assert printable(said) == shown


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("::add-mask::passed", r"\::add-mask::passed"),
        ("  ::set-output name=a::b", r"  \::set-output name=a::b"),
        ("a::b", "a::b"),
        ("a ##[group]b", r"a #\#[group]b"),
        ("####[error]", r"###\#[error]"),
        ("##vso[task.setvariable]", r"#\#vso[task.setvariable]"),
        ("## a [link]", "## a [link]"),
    ],
)
def test_what_a_ci_system_would_obey_is_broken(line: str, text: str) -> None:
    assert printable(line) == text


def test_of_a_text_each_line_is_made_printable() -> None:
    assert printable_text("a\n ::b::c\r::d\n") == "a\n \\::b::c\\r::d\n"


def test_of_a_very_long_line_the_beginning_is_printed() -> None:
    line = printable("a" * 9_000)
    assert line == "a" * 3_960 + "... (5,040 more characters)"


@given(st.text())
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    once = printable(text)
    assert once.isprintable()
    assert not once.lstrip().startswith("::")
    assert printable(once) == once


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a or b"), ("abc", "a, b or c")]
)
def test_items_are_listed_as_in_a_sentence(items: Any, text: str) -> None:
    assert listed(items) == text
    assert listed(items, "and") == text.replace(" or ", " and ")


def test_texts_are_sorted_by_the_numbers_in_them_however_long_those_are() -> None:
    long = f"v{'9' * 5_000}"
    mixed = ["w", f"{long}0", "v10.10", "v2", long, "v10.2", "v1", "v10"]
    texts = ["v1", "v2", "v10", "v10.2", "v10.10", long, f"{long}0", "w"]
    assert sorted(mixed, key=numbered) == texts
    assert numbered("v01") == numbered("v1") == numbered("v\u0661")


@pytest.mark.parametrize(
    ("exc", "text"),
    [
        (FileNotFoundError(2, "No such file", "/a/b"), "No such file"),
        (OSError("no number"), "no number"),
        (ValueError("no JSON"), "no JSON"),
    ],
)
def test_of_an_error_of_the_system_its_words_are_said(exc: Exception, text: str) -> None:
    assert said_by(exc) == text
