"""Lines of the terminal summary, which may have a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable


class Line(str):
    """A line in a colour. It equals the same text without one, which is what a file gets.

    Args:
        text: The text of the line.
        colour: pytest's name of the colour; empty for none.
    """

    colour: str

    def __new__(cls, text: str, colour: str = "") -> Line:
        line = super().__new__(cls, text)
        line.colour = colour
        return line


def colour_of(line: str) -> str:
    """Return the colour of a line; an empty text for none."""
    return line.colour if isinstance(line, Line) else ""


def markup(line: str) -> dict[str, bool]:
    """Return a line's colour as the arguments by which pytest's terminal takes it."""
    return {colour: True} if (colour := colour_of(line)) else {}


def printable_lines(lines: Iterable[str]) -> list[str]:
    """Make each line safe to print, and leave it its colour."""
    return [Line(printable(line), colour_of(line)) for line in lines]


def in_yellow(lines: Iterable[str]) -> list[str]:
    """Return lines that warn of something."""
    return [Line(line, "yellow") for line in lines]
