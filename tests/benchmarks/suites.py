"""What the plugin adds to a large suite in which every test checks a small event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Row
from tests.benchmarks.samples import EVENT, EVENT_SCHEMA
from tests.benchmarks.sessions import compared, loaded, session

if TYPE_CHECKING:
    from pathlib import Path

PER_FILE = 100
PREAMBLE = f"""
import pytest
from tests.benchmarks.samples import event

NAME = {EVENT!r}

@pytest.fixture
def plain():
    return None

@pytest.fixture(params=["v1"])
def version(request):
    return request.param
"""
OURS = "def test_{}(assert_conforms): assert_conforms(event(), NAME)\n"
#: The same parameter, by a fixture that does nothing else.
ALIKE = "def test_{}(version): pass\n"
PLAIN = "def test_{}(plain): pass\n"


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Row groups 4 and 5.

    Args:
        directory: An empty one.
        short: Whether proof that it works is enough.
    """
    tests, rounds = (200, 1) if short else (10_000, 3)
    registry = directory / "registry"
    registry.joinpath("v1").mkdir(parents=True)
    registry.joinpath("v1", f"{EVENT}.json").write_text(json.dumps(EVENT_SCHEMA))
    options = (f"--registry-url={registry}", "--registry-versions=v1")
    ours = _suite(directory / "ours", OURS, tests)
    plain = _suite(directory / "plain", PLAIN, tests)
    alike = _suite(directory / "alike", ALIKE, tests)
    outcome = f"{tests} passed"

    walls, cpus = compared(
        {
            "ours": lambda: session(ours, *options, outcome=outcome),
            "plain": lambda: session(plain, *options, outcome=outcome),
            "alike": lambda: session(alike, *options, outcome=outcome),
        },
        rounds,
    )
    what = f"{tests:,} tests that check an event / that are empty, with the same parameter"
    heavy = loaded(ours, *options, outcome=outcome)
    return [
        # On a busy machine, other processes decide the wall time.
        Row(4, f"{what}: wall", walls.ratios("ours", "alike")),
        Row(4, f"{what}: CPU", cpus.ratios("ours", "alike"), at_most=1.10),
        Row(4, "  / that are empty, without a parameter: CPU", cpus.ratios("ours", "plain")),
        Row(
            5,
            "modules of jsonschema that they import, at the very end",
            [len({"jsonschema", "referencing"} & set(heavy))],
            "",
            at_most=0,
        ),
    ]


def _suite(directory: Path, test: str, tests: int) -> Path:
    directory.mkdir()
    for first in range(0, tests, PER_FILE):
        lines = "".join(test.format(number) for number in range(first, first + PER_FILE))
        directory.joinpath(f"test_from_{first}.py").write_text(PREAMBLE + lines)
    return directory
