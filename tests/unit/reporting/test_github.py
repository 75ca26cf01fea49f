# ruff: noqa: RUF001  # the dash is one of the marks
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry import SchemaRegistryWarning
from pytest_schema_registry.reporting import github
from pytest_schema_registry.reporting.figures import Figures
from pytest_schema_registry.reporting.github import LIMIT, append, step_summary
from tests.events import figures_of, switched_off, use, violation

if TYPE_CHECKING:
    from pathlib import Path


THREE_DAYS_AGO = (datetime.now(UTC) - timedelta(days=3, minutes=1)).timestamp()


def old(name: str, outage: str = "it was down") -> dict[str, Any]:
    return use(name, source="cassette", outage=outage, fetched_at=THREE_DAYS_AGO, lookups=1)


def test_a_step_closes_with_the_same_lines_as_the_run() -> None:
    figures = figures_of(
        use("orders.Order", "v1", conforming=9),
        use("orders.Order", "v2", enforcement="warn", source="cache", violating=2),
        use("users.User", "v1", violating=1),
        switched_off("users.User", "v3", unchecked=4),
    )
    assert step_summary(figures, ["hit rate 1.0 %", "overhead 9.0 %"]).splitlines() == [
        "### Schema registry",
        "",
        "|  | `v1` | `v2` | `v3` |",
        "| --- | --- | --- | --- |",
        "| `orders.Order` | ✓ | ! | – |",
        "| `users.User` | ✗ | – | – |",
        "",
        "- 12 checks: 9 conforming, 1 violating, 2 warned, 4 switched off (0.00 s)",
        "- 12 lookups, 100.0 % without a fetch; no fetch",
        "- `2 violations not enforced: 2 in version v2 (warn)`",
        "- `4 checks not made: 4 in version v3 (off)`",
        "- gate failed: `hit rate 1.0 %`",
        "- gate failed: `overhead 9.0 %`",
    ]


def test_a_step_that_used_no_schema_has_no_summary() -> None:
    assert step_summary(Figures(), []) == ""


def test_where_all_of_many_schemas_conform_a_step_says_so_without_a_table() -> None:
    figures = figures_of(*(use(f"s{number}", conforming=1) for number in range(21)))
    assert step_summary(figures, []).splitlines()[:4] == [
        "### Schema registry",
        "",
        "",
        "- `21 schemas ✓ in v1`",
    ]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("a|b", r"`a\|b`"),
        ("a`b", "`` a`b ``"),
        ("``a`", "``` ``a` ```"),
        ("a\r\n\n# b", "`a # b`"),
        ("<img src=x>&amp;", "`<img src=x>&amp;`"),
        ("[a](https://b) @c #1 **d**", "`[a](https://b) @c #1 **d**`"),
        ("a\\", "`a\\`"),
        ("", ""),
    ],
)
def test_a_name_is_shown_as_it_is_written(name: str, cell: str) -> None:
    lines = step_summary(figures_of(use(name, conforming=1)), []).splitlines()
    assert lines[4] == f"| {cell} | ✓ |"


@given(names=st.sets(st.text("a|`\\ \n\r<>"), min_size=1, max_size=20))
def test_no_name_adds_a_line_or_a_cell(names: set[str]) -> None:
    lines = step_summary(figures_of(*(use(name, conforming=1) for name in names)), []).split("\n")
    rows = lines[4:-4]
    assert len(rows) == len(names)
    for row in rows:
        assert row.replace(r"\|", "").count("|") == 3


def test_a_missed_gate_may_name_anything() -> None:
    summary = step_summary(figures_of(use("a")), ["a `b`\n<c>|"])
    assert summary.endswith("\n- gate failed: `` a `b` <c>| ``\n")


def test_a_summary_is_never_longer_than_github_takes() -> None:
    figures = figures_of(*(use(f"{'ü' * 1000}{number}", violating=1) for number in range(1_000)))
    summary = step_summary(figures, ["one"])
    assert LIMIT - 3_000 < len(summary.encode()) <= LIMIT
    lines = summary.splitlines()
    listed = sum(line.startswith("| `ü") for line in lines)
    assert lines[-4] == f"- {1_000 - listed} schemas not listed, as GitHub takes no more"
    assert lines[-1] == "- gate failed: `one`"


@pytest.mark.parametrize("limit", range(400, 800, 7))
def test_a_summary_keeps_its_limit_whatever_the_limit(limit: int) -> None:
    figures = figures_of(*(use(f"schema{number}", violating=1) for number in range(20)))
    assert len(step_summary(figures, [], limit=limit).encode()) <= limit


def test_a_run_with_nothing_to_say_has_no_annotation() -> None:
    assert github.workflow_commands(figures_of(use("a", conforming=1, violating=1)), []) == []


def test_what_nobody_may_miss_is_annotated() -> None:
    figures = figures_of(
        use("a", enforcement="warn", violating=1),
        switched_off("a"),
        old("b"),
        old("c", "it was slow"),
    )
    assert github.workflow_commands(figures, ["hit rate 1.0 %, at least 2 %"]) == [
        (
            "::warning title=schema registry%3A not enforced::"
            "1 violation not enforced: 1 in version v1 (warn)"
        ),
        "::warning title=schema registry%3A not enforced::1 check not made: 1 in version v1 (off)",
        (
            "::warning title=schema registry%3A old copies::"
            "the registry gave no new answer; 2 old copies served:%0A"
            "  because it was down%0A"
            "  because it was slow%0A"
            "  b v1 release 1.0.0: cassette, fetched 3 days ago%0A"
            "  c v1 release 1.0.0: cassette, fetched 3 days ago%0A"
            "  next: check the registry and its address; --registry-mode=live or "
            "--registry-fail-on-stale makes this fail"
        ),
        "::error title=schema registry%3A gate failed::hit rate 1.0 %25, at least 2 %25",
    ]


def test_an_annotation_of_many_old_copies_shows_the_first() -> None:
    (command,) = github.workflow_commands(
        figures_of(*(old(f"s{number:02}") for number in range(30))), []
    )
    assert command.endswith(
        "%0A  s17 v1 release 1.0.0: cassette, fetched 3 days ago%0A  and 13 more lines"
    )


TEST = "tests/contracts/test_order.py::test_order[v1]"
SAID = "orders.Order@v1: $.id: 1 is not a string (#/properties/id/type)"


def test_a_violation_is_an_annotation_of_the_file_of_its_test() -> None:
    found = [violation(TEST), violation(TEST, path="$.at", message="is missing", rule="#/required")]
    figures = figures_of(use("orders.Order", violating=1), violations=found)
    assert github.workflow_commands(figures, []) == [
        (
            "::error file=tests/contracts/test_order.py,title=schema registry%3A violation::"
            f"{TEST}%0Aorders.Order@v1: $.at: is missing (#/required)%0A{SAID}"
        )
    ]
    assert step_summary(figures, []).splitlines()[-3:] == [
        f"- `{TEST}`",
        "  - `orders.Order@v1: $.at: is missing (#/required)`",
        f"  - `{SAID}`",
    ]


@pytest.mark.parametrize("outcome", ["warned", "xfailed"])
def test_a_violation_that_fails_no_test_has_no_annotation_of_its_own(outcome: str) -> None:
    figures = figures_of(use("orders.Order"), violations=[violation(TEST, outcome=outcome)])
    assert github.workflow_commands(figures, []) == []


def test_violations_that_the_figures_do_not_keep_are_counted() -> None:
    figures = figures_of(
        violations=[violation("t.py::test", path=f"$[{n}]") for n in range(20_002)]
    )
    assert github.workflow_commands(figures, [])[-1] == (
        "::error title=schema registry%3A violation::and 2 more violations"
    )


def test_of_many_tests_with_violations_the_first_have_an_annotation_of_their_own() -> None:
    figures = figures_of(violations=[violation(f"t.py::test_{n:02}") for n in range(11)])
    commands = github.workflow_commands(figures, [])
    assert len(commands) == 9
    assert commands[-1] == (
        "::error title=schema registry%3A violation::and 3 more tests with violations%0A"
        "t.py::test_08%0At.py::test_09%0At.py::test_10"
    )


def test_drift_is_an_annotation_and_a_part_of_the_steps_summary() -> None:
    figures = figures_of(use("orders.Order", conforming=1))
    drift = ["drift: 1 of 1 schema differs from its cassette:", "  orders.Order v1: breaking"]
    assert github.workflow_commands(figures, [], drift) == [
        (
            "::warning title=schema registry%3A drift::drift: 1 of 1 schema differs from its "
            "cassette:%0A  orders.Order v1: breaking"
        )
    ]
    assert step_summary(figures, [], drift).splitlines()[-2:] == [
        "- `drift: 1 of 1 schema differs from its cassette:`",
        "- `orders.Order v1: breaking`",
    ]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("a\r\nb", "a\\r%0Ab"),
        ("%0A::stop", "%250A::stop"),
        ("a: b, c", "a: b, c"),
        ("\x1b::x\n ::y", r"\x1b::x%0A \::y"),
    ],
)
def test_no_message_ends_its_command(line: str, written: str) -> None:
    title = "schema registry%3A gate failed"
    assert github.workflow_commands(Figures(), [line]) == [f"::error title={title}::{written}"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "summary.md"


def test_a_summary_is_added_to_what_other_tools_wrote(file: Path) -> None:
    append(file, "one\n")
    append(file, "two \ud800\n")
    assert file.read_bytes() == b"one\n\ntwo ?\n"


def test_a_summary_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    with pytest.warns(SchemaRegistryWarning) as warned:
        append(tmp_path, "one\n")
    (warning,) = warned
    assert str(warning.message).startswith("the step's summary cannot be written: ")
    assert warning.filename == __file__


def test_a_summary_that_would_cost_the_step_all_of_them_is_left_out(file: Path) -> None:
    file.write_bytes(b"x" * (LIMIT - 3))
    append(file, "1\n")
    with pytest.warns(SchemaRegistryWarning) as warned:
        append(file, "2\n")
    assert [str(warning.message) for warning in warned] == [
        (
            "the step's summary cannot be written: with what is there it is longer than the "
            "1,048,576 bytes that GitHub takes"
        )
    ]
    assert file.read_bytes()[-4:] == b"x\n1\n"
