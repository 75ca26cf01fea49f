"""What the plugin adds to a session that does not use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.measure import Row
from tests.benchmarks.sessions import compared, loaded, session

if TYPE_CHECKING:
    from pathlib import Path


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Row group 6.

    Args:
        directory: An empty one.
        short: Whether proof that it works is enough.
    """
    directory.joinpath("test_own.py").write_text("def test_own(): pass\n")
    found = []
    for label, workers in (("", ("-p", "no:xdist")), (", -n 2", ("-n", "2"))):
        found += _compared(directory, f"a session without use{label}", workers, short)
    heavy = loaded(directory, outcome="1 passed")
    what = "heavy modules that it imports, at the very end"
    return [*found, Row(6, what, [len(heavy)], "", at_most=0)]


def _compared(directory: Path, what: str, options: tuple[str, ...], short: bool) -> list[Row]:
    absent = (*options, "-p", "no:schema_registry")
    wall, cpu = compared(
        {
            "with": lambda: session(directory, *options, outcome="1 passed"),
            "without": lambda: session(directory, *absent, outcome="1 passed"),
        },
        1 if short else 20,
    )
    what += ", plugin / no plugin"
    return [
        Row(6, f"{what}: wall", wall.ratios("with", "without"), at_most=1.01),
        Row(6, f"{what}: CPU", cpu.ratios("with", "without"), at_most=1.01),
        Row(6, "  difference: CPU", cpu.differences("with", "without", 1e3), "ms"),
    ]
