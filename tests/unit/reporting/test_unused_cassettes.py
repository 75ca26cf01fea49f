from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry.reporting.unused_cassettes import Fold, lines, missed
from pytest_schema_registry.settings.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a project with 22 cassettes, an index, and a cassette of another tool."""
    made = Settings(root=tmp_path)
    folder = tmp_path / made.cassettes
    (folder / "v1").mkdir(parents=True)
    names = [f"v1/s{number:02}" for number in range(22)]
    for name in (*names, "index", "protocol"):
        (folder / f"{name}.yaml").write_text("metadata:\n  recorded_at:\n    http://x: ''\n")
    (folder / "v1/other.yaml").write_text("interactions: []\n")
    return made


def fold(settings: Settings, *used: str, is_complete: bool = True) -> Fold:
    folded = Fold()
    folded.add(str(settings.cassettes / each) for each in used)
    folded.is_complete = is_complete
    return folded


def test_the_first_unused_cassettes_are_named(settings: Settings) -> None:
    said = lines(fold(settings, "v1/s00.yaml"), settings, NOW)
    assert [*said[:2], *said[-2:]] == [
        "21 cassettes that no test used; delete them:",
        f"  {settings.cassettes / 'v1' / 's01.yaml'}",
        f"  {settings.cassettes / 'v1' / 's20.yaml'}",
        "  and 1 more",
    ]


def test_one_is_named_alone(settings: Settings) -> None:
    used = [f"v1/s{number:02}.yaml" for number in range(21)]
    assert lines(fold(settings, *used), settings, NOW) == [
        "1 cassette that no test used; delete it:",
        f"  {settings.cassettes / 'v1' / 's21.yaml'}",
    ]


def test_what_cannot_be_read_is_no_cassette(settings: Settings) -> None:
    (settings.root / settings.cassettes / "v1/folder.yaml").mkdir()
    assert lines(fold(settings), settings, NOW)[0].startswith("22 cassettes that no test used")


def test_of_a_part_of_the_tests_nothing_is_known(settings: Settings) -> None:
    assert lines(fold(settings, is_complete=False), settings, NOW) == []


def test_a_quiet_run_does_not_name_them(settings: Settings) -> None:
    assert lines(fold(settings), settings, NOW, verbosity=-1) == []


def test_they_fail_no_run(settings: Settings) -> None:
    assert missed(fold(settings), settings, NOW) == []


def test_where_all_are_used_nothing_is_said(settings: Settings) -> None:
    used = [f"v1/s{number:02}.yaml" for number in range(22)]
    assert lines(fold(settings, *used), settings, NOW) == []
