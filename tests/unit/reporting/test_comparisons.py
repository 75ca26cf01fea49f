from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.reporting.comparisons import Fold, lines, missed
from pytest_schema_registry.settings.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def made(outcome: str = "compatible", **said: Any) -> dict[str, Any]:
    comparison: dict[str, Any] = {"name": "a.A", "outcome": outcome, "waived": [], "waivers": []}
    return comparison | said


def fold(
    *comparisons: dict[str, Any], extent: str = "project", is_incomplete: bool = False
) -> Fold:
    folded = Fold()
    folded.add(comparisons)
    folded.scopes.add(extent)
    folded.is_incomplete = is_incomplete
    return folded


def test_outcomes_are_counted() -> None:
    line = "a.A v1 -> v2: r at $ until 2026-01-01: why"
    outcomes = [made(each) for each in ("compatible", "incompatible", "undecided", "impossible")]
    some = fold(*outcomes, made("waived", waived=[line]), made("incompatible", waived=[line]))
    counted = "1 compatible, 1 could not be made, 2 incompatible, 1 undecided, 1 waived"
    assert lines(some, Settings(), NOW) == [
        f"6 comparisons of schemas: {counted}",
        f"  waived: {line}",
    ]
    assert lines(some, Settings(), NOW, verbosity=-1) == [f"waived: {line}"]
    assert lines(fold(made()), Settings(), NOW) == ["1 comparison of schemas: 1 compatible"]


def test_of_many_waived_breaks_some_are_shown() -> None:
    many = [made("waived", waived=[f"a.{number:02}"]) for number in range(23)]
    said = lines(fold(*many), Settings(), NOW)
    assert said[20:] == ["  waived: a.19", "  and 3 more waived"]


def test_without_a_file_there_is_no_waiver_to_judge() -> None:
    assert missed(fold(made()), Settings(), NOW) == []


WAIVER = """
[[waiver]]
schema = "b.*"
rule = "required-added"
reason = "so it is"
expires = 2100-01-01
"""


@pytest.mark.parametrize(
    ("folded", "is_missed"),
    [
        (fold(), True),
        (fold(made()), True),
        (fold(made(), made("incompatible")), True),
        (fold(made(waivers=["waivers.toml lines 2 to 6"])), False),
        # It may be for what could not be compared, or was not, or is compared elsewhere.
        (fold(made(), made("impossible", name="")), False),
        (fold(made(), is_incomplete=True), False),
        (fold(made(), extent="contracts"), False),
        (fold(made(name="b.B"), extent="contracts"), True),
        (fold(made(name="b.B"), extent="part"), False),
    ],
)
def test_a_waiver_that_nothing_needs_is_told_by_who_would_have_met_it(
    tmp_path: Path, folded: Fold, is_missed: bool
) -> None:
    (tmp_path / "waivers.toml").write_text(WAIVER)
    settings = Settings(waivers=tmp_path / "waivers.toml", root=tmp_path)
    line = "nothing needs the waiver of required-added of b.* any more; remove it"
    said = [f"waivers.toml lines 2 to 6: {line}"] if is_missed else []
    assert missed(folded, settings, NOW) == said


def test_where_nothing_was_compared_nothing_is_counted() -> None:
    assert lines(fold(), Settings(), NOW) == []
