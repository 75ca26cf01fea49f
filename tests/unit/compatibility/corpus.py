"""The pairs of schemas for these tests, and how many of them a run looks at.

By default every fourth pair and a few random examples, always the same ones. With
SCHEMA_REGISTRY_TEST_COMPATIBILITY=all every pair and many examples. SCHEMA_REGISTRY_TEST_JSONCOMPAT
names a file with more pairs of that form, such as jsoncompat's fixtures.
"""

import json
import os
from pathlib import Path
from typing import Any, Literal

import pytest

# Read at import, since the suite's own fixture hides such variables from every test.
EVERYTHING = os.environ.get("SCHEMA_REGISTRY_TEST_COMPATIBILITY") == "all"
FOREIGN = os.environ.get("SCHEMA_REGISTRY_TEST_JSONCOMPAT")
DIRECTIONS: tuple[Literal["backward", "forward"], ...] = ("backward", "forward")


def pairs() -> list[dict[str, Any]]:
    """Pairs with their verdicts in both directions, as written and with formats not asserted."""
    return _part(Path(__file__).with_name("pairs.json"))


def foreign_pairs() -> list[dict[str, Any]]:
    """The same from elsewhere; skips the test where there are none."""
    if FOREIGN is None:
        pytest.skip("SCHEMA_REGISTRY_TEST_JSONCOMPAT names no file")
    return _part(Path(FOREIGN))


def _part(path: Path) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded if EVERYTHING else loaded[::4]
