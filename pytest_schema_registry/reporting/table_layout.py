"""The layout of the table of schemas: as wide as the terminal, where that has a width."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: The fewest characters that are left of a shortened name.
LEAST = 24
_GAP = "  "


def laid_out(
    heads: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str]]],
    paint: Callable[[str], str],
    *,
    least: int,
    width: int,
    whole_names: bool,
) -> list[str]:
    """Return a table as aligned lines.

    If it is too wide, long names are shortened in their middle. If it then still is, the columns
    stand in several blocks, one below the other.

    Args:
        heads: The head of each column.
        rows: The name of each row, and its cells.
        paint: Returns a cell in its colour.
        least: The width of the narrowest column.
        width: The width of the terminal; 0 where nothing gives one.
        whole_names: Shorten no name.
    """
    columns = [max(len(head), least) for head in heads]
    names = [name for name, _ in rows]
    if width and not whole_names:
        room = width - sum(len(_GAP) + column for column in columns)
        names = _shortened(names, max(room, LEAST))
    margin = max(map(len, names), default=0)
    lines = []
    for block in _blocks(columns, width - margin if width else None):
        lines.append(_row("", heads[block], margin, columns[block]))
        for name, (_, cells) in zip(names, rows, strict=True):
            painted = [paint(cell) for cell in cells[block]]
            # The codes of a colour take no column.
            codes = [
                len(text) - len(cell) for text, cell in zip(painted, cells[block], strict=True)
            ]
            widths = list(map(sum, zip(columns[block], codes, strict=True)))
            lines.append(_row(name, painted, margin, widths))
    return lines


def _shortened(names: Sequence[str], length: int) -> list[str]:
    """Shorten names to a length; leave all as they are if two would then be alike."""
    short = [_without_middle(name, length) for name in names]
    return short if len(set(short)) == len(set(names)) else list(names)


def _without_middle(name: str, length: int) -> str:
    if len(name) <= length:
        return name
    kept = length - len("...")
    # The end of a name says more: its beginning is often that of many.
    return f"{name[: kept // 3]}...{name[kept // 3 - kept :]}"


def _blocks(columns: Sequence[int], room: int | None) -> Iterator[slice]:
    """Divide columns into blocks that fit into a room. Each has at least one column."""
    start, used = 0, 0
    for place, column in enumerate(columns):
        used += len(_GAP) + column
        if room is not None and used > room and place > start:
            yield slice(start, place)
            start, used = place, len(_GAP) + column
    yield slice(start, len(columns))


def _row(name: str, cells: Sequence[str], margin: int, columns: Sequence[int]) -> str:
    padded = (cell.ljust(column) for cell, column in zip(cells, columns, strict=True))
    return f"{name.ljust(margin)}{_GAP}{_GAP.join(padded)}".rstrip()
