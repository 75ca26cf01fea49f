from __future__ import annotations

import pytest

from pytest_schema_registry.reporting.lines import (
    Line,
    colour_of,
    in_yellow,
    markup,
    printable_lines,
)


def test_a_line_is_its_text_and_has_a_colour() -> None:
    line = Line("drift: 1 of 2", "yellow")
    assert line == "drift: 1 of 2"
    assert colour_of(line) == "yellow"
    assert markup(line) == {"yellow": True}


@pytest.mark.parametrize("line", ["plain", Line("plain")])
def test_a_line_without_a_colour_has_none(line: str) -> None:
    assert colour_of(line) == ""
    assert markup(line) == {}


def test_a_line_that_is_made_safe_keeps_its_colour() -> None:
    (line, other) = printable_lines([Line("a\x1b", "red"), "b"])
    assert (line, colour_of(line)) == ("a\\x1b", "red")
    assert (other, colour_of(other)) == ("b", "")


def test_lines_that_warn_are_yellow() -> None:
    assert list(map(colour_of, in_yellow(["a", "b"]))) == ["yellow", "yellow"]
