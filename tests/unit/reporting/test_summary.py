# ruff: noqa: RUF001  # the dash is one of the marks
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pytest_schema_registry.reporting.figures import Figures
from pytest_schema_registry.reporting.lines import Line, colour_of
from pytest_schema_registry.reporting.marks import ASCII, Marks, marks_for
from pytest_schema_registry.reporting.summary import (
    counted,
    details,
    heading_colour,
    matrix,
    not_enforced,
    summary,
    totals,
)
from tests.events import events_of, fetch, figures_of, switched_off, use

THREE_DAYS_AGO = (datetime.now(UTC) - timedelta(days=3, minutes=1)).timestamp()
MARKS = Marks()


def old(name: str, source: str = "stale cache", outage: str = "it was down") -> dict[str, Any]:
    return use(name, source=source, outage=outage, fetched_at=THREE_DAYS_AGO, conforming=1)


@pytest.fixture
def figures() -> Figures:
    """Some of everything."""
    return figures_of(
        use("orders.Order", "v1", conforming=9),
        use("orders.Order", "v2", enforcement="warn", conforming=1, violating=2),
        use("users.User", "v1", violating=1),
        use("users.User", "v2", source="cache", lookups=2),
        switched_off("users.User", "v3", unchecked=4),
        fetches=[
            fetch("orders.Order", "v1", seconds=0.02),
            fetch("orders.Order", "v2", seconds=0.01, attempts=3, size=2_000),
            fetch("users.User", "v1", seconds=1.5, status=304, size=0),
            fetch("a", "v1", seconds=0.5, status=503, attempts=2, size=0),
        ],
        errors=[("a", "v1", "RegistryUnavailable", 2)],
        seconds=0.5,
        session_seconds=40.0,
    )


def test_a_run_that_used_no_schema_has_nothing_to_say() -> None:
    assert summary(Figures(), MARKS) == []


def test_a_run_closes_with_a_matrix_the_checks_and_what_is_not_enforced(
    figures: Figures,
) -> None:
    assert summary(figures, MARKS) == [
        "              v1  v2  v3",
        "a             ?   –   –",
        "orders.Order  ✓   !   –",
        "users.User    ✗   –   –",
        (
            "13 checks: 10 conforming, 1 violating, 2 warned, 4 switched off; 2 checks could not "
            "be made"
        ),
        "2 violations not enforced: 2 in version v2 (warn)",
        "4 checks not made: 4 in version v3 (off)",
    ]


def test_where_a_gate_asks_a_run_closes_with_what_it_cost(figures: Figures) -> None:
    assert summary(figures, MARKS, costs=True)[4:] == [
        (
            "13 checks: 10 conforming, 1 violating, 2 warned, 4 switched off; 2 checks could not "
            "be made (0.50 s, 1.2 % of the run)"
        ),
        (
            "15 lookups, 86.7 % without a fetch; 4 fetches of 2.1 KB: p50 20 ms, p95 1500 ms, "
            "max 1500 ms, 3 retries, 1 outage"
        ),
        "2 violations not enforced: 2 in version v2 (warn)",
        "4 checks not made: 4 in version v3 (off)",
    ]


def test_a_quiet_run_says_only_what_nobody_may_miss(figures: Figures) -> None:
    figures.add(events_of(old("b")))
    assert summary(figures, MARKS, verbosity=-1) == [
        "the registry gave no new answer; 1 old copy served:",
        "  because it was down",
        "  b v1 release 1.0.0: stale cache, fetched 3 days ago",
        (
            "  next: check the registry and its address; --registry-mode=live or "
            "--registry-fail-on-stale makes this fail"
        ),
        "2 violations not enforced: 2 in version v2 (warn)",
        "4 checks not made: 4 in version v3 (off)",
    ]


def test_a_verbose_run_says_where_every_lookup_came_from(figures: Figures) -> None:
    lines = summary(figures, MARKS, verbosity=1)
    assert lines[-3] == (
        "15 lookups, 86.7 % without a fetch, 1 cache, 11 memory, 2 registry, 1 revalidated; "
        "4 fetches of 2.1 KB: p50 20 ms, p95 1500 ms, max 1500 ms, 3 retries, 1 outage"
    )


def test_a_terminal_without_those_marks_gets_others(figures: Figures) -> None:
    assert matrix(figures, ASCII, every=False) == [
        "              v1    v2    v3",
        "a             ?     -     -",
        "orders.Order  ok    !     -",
        "users.User    FAIL  -     -",
    ]


def test_the_marks_have_the_colours_of_pytest(figures: Figures) -> None:
    def paint(text: str, colour: str) -> str:
        return f"<{colour}>{text}</>" if colour else text

    assert matrix(figures, MARKS, every=False, paint=paint) == [
        "              v1  v2  v3",
        "a             <red>?</>   –   –",
        "orders.Order  <green>✓</>   <yellow>!</>   –",
        "users.User    <red>✗</>   –   –",
    ]


def test_the_checks_have_the_colours_of_pytest(figures: Figures) -> None:
    def paint(text: str, colour: str) -> str:
        return f"<{colour}>{text}</>"

    assert totals(figures, every=False, costs=False, paint=paint) == [
        (
            "13 checks: <green>10 conforming</>, <red>1 violating</>, <yellow>2 warned</>, "
            "<yellow>4 switched off</>; <red>2 checks could not be made</>"
        )
    ]


def test_what_warns_is_yellow(figures: Figures) -> None:
    figures.add(events_of(old("b")))
    assert list(map(colour_of, summary(figures, MARKS, verbosity=-1))) == ["yellow"] * 6


@pytest.mark.parametrize(
    ("figures", "lines", "colour"),
    [
        (figures_of(use("a", conforming=1)), [], "green"),
        (figures_of(use("a", conforming=1)), [Line("old", "yellow")], "yellow"),
        (figures_of(use("a", conforming=1)), [Line("old", "yellow"), Line("new", "red")], "red"),
        (figures_of(use("a", violating=1)), [], "red"),
        (figures_of(errors=[("a", "v1", "SchemaNotFound", 1)]), [], "red"),
    ],
)
def test_the_heading_has_the_colour_of_the_worst(
    figures: Figures, lines: list[str], colour: str
) -> None:
    assert heading_colour(figures, lines) == colour


def test_a_name_steers_no_terminal() -> None:
    figures = figures_of(use("a\x1b[2Jb", conforming=1), use("::add-mask::", conforming=1))
    assert summary(figures, MARKS)[:3] == [
        "               v1",
        "\\::add-mask::  ✓",
        "a\\x1b[2Jb      ✓",
    ]


def test_what_was_violated_and_could_not_be_checked_violates() -> None:
    figures = figures_of(use("a", violating=1), errors=[("a", "v1", "PayloadNotJSON", 1)])
    assert matrix(figures, MARKS, every=False)[1] == "a  ✗"


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [
        ("utf-8", MARKS),
        ("UTF8", MARKS),
        ("cp1252", ASCII),
        ("ascii", ASCII),
        ("no such encoding", ASCII),
        (None, ASCII),
    ],
)
def test_the_marks_are_those_that_the_terminal_can_show(encoding: str | None, marks: Marks) -> None:
    assert marks_for(encoding) == marks


def test_of_more_than_twenty_schemas_those_with_nothing_to_say_are_counted() -> None:
    good = [
        use(f"s{number:02}", version, conforming=1)
        for number in range(20)
        for version in ("v1", "v2")
    ]
    figures = figures_of(*good)
    assert len(matrix(figures, MARKS, every=False)) == 21
    figures.add({"usages": [use("t", "v1", violating=1), use("u", "v1", conforming=1)]})
    assert matrix(figures, MARKS, every=False) == [
        "   v1  v2",
        "t  ✗   –",
        "u  ✓   –",
        "20 schemas ✓ in v1, v2",
    ]


def test_where_all_of_many_conform_one_line_says_so() -> None:
    figures = figures_of(*(use(f"s{number}", conforming=1) for number in range(21)))
    assert matrix(figures, MARKS, every=False) == ["21 schemas ✓ in v1"]


def test_of_many_schemas_the_worst_come_first_and_the_rest_are_counted() -> None:
    figures = figures_of(
        *(use(f"warned{number:02}", enforcement="warn", violating=1) for number in range(15)),
        *(use(f"wrong{number}", violating=1) for number in range(4)),
        *(use(f"looked_at{number}", lookups=1) for number in range(3)),
        *(use(f"xfailed{number}", xfailed=1) for number in range(2)),
        use("good", conforming=1),
        errors=[("unchecked", "v1", "SchemaNotFound", 1)],
    )
    assert matrix(figures, MARKS, every=False) == [
        "           v1",
        *(f"wrong{number}     ✗" for number in range(4)),
        "unchecked  ?",
        *(f"warned{number:02}   !" for number in range(15)),
        ("and 5 more schemas: 2 ~, 3 –; -v, --registry-report or --registry-html lists all"),
        "1 schema ✓ in v1",
    ]


def test_a_narrow_terminal_gets_a_narrow_matrix() -> None:
    name = "com.example.shipping.OrderWasHandedOverToCarrier"
    figures = figures_of(use(name, conforming=1))
    assert matrix(figures, MARKS, every=False, width=40) == [
        "                                      v1",
        "com.example...WasHandedOverToCarrier  ✓",
    ]
    assert matrix(figures, MARKS, every=True, width=40)[1] == f"{name}  ✓"


def test_a_verbose_run_lists_every_schema() -> None:
    figures = figures_of(*(use(f"s{number:02}", conforming=1) for number in range(21)))
    assert len(matrix(figures, MARKS, every=True)) == 22


def test_a_verbose_run_says_what_became_of_each_schema_and_where_it_came_from() -> None:
    figures = figures_of(
        use("a", conforming=2, refused=1),
        use("a", release="2.0.0", source="cache", enforcement="warn", violating=1),
        use("b", release=None, source="directory", lookups=1),
        switched_off("c"),
    )
    assert details(figures) == [
        (
            "a@v1: 2 conforming, 1 refused as expected, 1 warned; release 1.0.0 from registry; "
            "release 2.0.0 from cache"
        ),
        "b@v1: looked at; from directory",
        "c@v1: 1 switched off",
    ]
    assert details(figures)[0] in summary(figures, MARKS, verbosity=1)


def test_a_schema_without_a_version_has_a_column_of_its_own() -> None:
    figures = figures_of(
        use("the given schema", "", source="value", enforcement="warn", violating=1),
        use("a", "v1", conforming=1),
    )
    assert matrix(figures, MARKS, every=False) == [
        "                  no version  v1",
        "a                 –           ✓",
        "the given schema  !           –",
    ]
    assert not_enforced(figures) == ["1 violation not enforced: 1 in no version (warn)"]


def test_a_run_without_a_fetch_says_so() -> None:
    figures = figures_of(use("a", source="cassette", conforming=1))
    assert totals(figures, every=False, costs=True) == [
        "1 check: 1 conforming (0.00 s)",
        "1 lookup, 100.0 % without a fetch; no fetch",
    ]


def test_a_run_in_which_nothing_could_be_had_has_no_hit_rate() -> None:
    figures = figures_of(
        fetches=[fetch("a", status=404, size=999)], errors=[("a", "v1", "SchemaNotFound", 1)]
    )
    assert totals(figures, every=False, costs=True) == [
        "1 check could not be made (0.00 s)",
        "0 lookups; 1 fetch of 999 bytes: p50 10 ms, p95 10 ms, max 10 ms",
    ]


def test_schemas_that_were_only_looked_at_make_no_check() -> None:
    figures = figures_of(use("a", source="directory", lookups=1))
    assert totals(figures, every=False, costs=True)[0] == "0 checks (0.00 s)"


def test_what_is_not_enforced_is_counted_by_version() -> None:
    figures = figures_of(
        use("a", "v2", enforcement="warn", violating=1_000),
        use("b", "v2", enforcement="warn", violating=1),
        use("a", "v1", enforcement="warn", violating=1),
        use("c", "v3", conforming=1),
        switched_off("a", "v3"),
    )
    assert not_enforced(figures) == [
        "1,002 violations not enforced: 1 in version v1 (warn), 1001 in version v2 (warn)",
        "1 check not made: 1 in version v3 (off)",
    ]


def test_a_run_in_which_all_is_enforced_says_nothing_of_it() -> None:
    assert not_enforced(figures_of(use("a", conforming=1, violating=1))) == []


def test_what_several_processes_served_from_old_copies_is_said_once_and_sorted() -> None:
    figures = figures_of(old("b", "cassette", "it was slow"))
    figures.add(events_of(old("a"), old("b", "cassette", "it was slow")))
    assert summary(figures, MARKS, verbosity=-1) == [
        "the registry gave no new answer; 2 old copies served:",
        "  because it was down",
        "  because it was slow",
        "  a v1 release 1.0.0: stale cache, fetched 3 days ago",
        "  b v1 release 1.0.0: cassette, fetched 3 days ago",
        (
            "  next: check the registry and its address; --registry-mode=live or "
            "--registry-fail-on-stale makes this fail"
        ),
    ]


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 fetches"), (1, "1 fetch"), (1_234, "1,234 fetches")]
)
def test_a_number_agrees_with_its_noun(number: int, expected: str) -> None:
    assert counted(number, "fetch", "fetches") == expected
