"""The pairs of schemas for these tests, and how many of them a run looks at.

By default every fourth pair and a few random examples, always the same ones. With
SCHEMA_REGISTRY_TEST_COMPATIBILITY=all every pair and many examples. More pairs of that form, which
are jsoncompat's fixtures, are used where they lie next to the checkout.
"""

import json
import os
from pathlib import Path
from typing import Any, Literal

import pytest

# Read at import, since the suite's own fixture hides such variables from every test.
EVERYTHING = os.environ.get("SCHEMA_REGISTRY_TEST_COMPATIBILITY") == "all"
_FILES = (
    folder / "../shared/data/compatibility/jsoncompat.json" for folder in Path(__file__).parents
)
FOREIGN = next((file for file in _FILES if file.is_file()), None)
DIRECTIONS: tuple[Literal["backward", "forward"], ...] = ("backward", "forward")


def pairs() -> list[dict[str, Any]]:
    """Pairs with their verdicts in both directions, as written and with formats not asserted."""
    return _part(Path(__file__).with_name("pairs.json"))


def foreign_pairs() -> list[dict[str, Any]]:
    """The same from elsewhere; skips the test where there are none."""
    if FOREIGN is None:
        pytest.skip("needs ../shared/data/compatibility/jsoncompat.json next to the checkout")
    return _part(FOREIGN)


def _part(path: Path) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded if EVERYTHING else loaded[::4]
