from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pytest_schema_registry.reporting.comparisons import Fold, lines, missed
from pytest_schema_registry.settings import Settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def made(verdict: bool | None = True, **said: Any) -> dict[str, Any]:  # a verdict
    comparison: dict[str, Any] = {
        "name": "a.A",
        "what": "a.A v1 -> v2 backward",
        "verdict": verdict,
    }
    comparison |= {"passes": verdict is True, "whole": True, "waived": [], "waivers": []}
    return comparison | said


def fold(*comparisons: dict[str, Any]) -> Fold:
    folded = Fold()
    folded.add(comparisons)
    return folded


def test_outcomes_are_counted() -> None:
    waived = made(False, passes=True, waived=["a.A v1 -> v2: r at $ until 2026-01-01: why"])
    some = fold(made(), made(False), made(None), waived, made(False, waived=waived["waived"]))
    assert lines(some, Settings(), NOW) == [
        "5 comparisons of schemas: 1 compatible, 2 incompatible, 1 undecided, 1 waived",
        "  waived: a.A v1 -> v2: r at $ until 2026-01-01: why",
    ]
    assert lines(some, Settings(), NOW, verbosity=-1) == lines(some, Settings(), NOW)[1:]
    assert lines(fold(made()), Settings(), NOW) == ["1 comparison of schemas: 1 compatible"]


def test_of_many_waived_breaks_some_are_shown() -> None:
    many = [made(False, passes=True, waived=[f"a.{number:02}"]) for number in range(23)]
    said = lines(fold(*many), Settings(), NOW)
    assert said[20:] == ["  waived: a.19", "  and 3 more waived"]


def test_without_a_file_there_is_no_waiver_to_judge() -> None:
    assert missed(fold(made()), Settings(), NOW) == []
