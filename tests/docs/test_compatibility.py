from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry.contracts.drift import GRADES
from pytest_schema_registry.settings.compatibility_rules import CompatibilityRule
from tests.docs.pages import code, page, table
from tests.docs.projects import python
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

PAGE = page("compatibility")


def test_the_block_without_pytest_runs(project: Path) -> None:
    done = python("-W", "error", "-c", PAGE.block("python"), cwd=project)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("headline")
def test_rules_are_tests_that_show_what_breaks_as_printed(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    block = PAGE.block("ini")
    (project / "pytest.ini").write_text(block)
    url = "--registry-url=tests/contracts/registry"
    result = run(url, "-v", "-m", "registry_compatibility", "-W", "ignore")
    printed = result.stdout.str()
    assert PAGE.block("text", "is not backward") in printed
    (named,) = (each for each in code(PAGE.section("Rules in the ini file")) if "::" in each)
    assert f"{named} PASSED" in printed
    assert "only v1 has it" in run(url, "-rs").stdout.str()
    (project / "pytest.ini").write_text(block.replace("telemetry.*", "nothing.*"))
    assert run(url).ret == pytest.ExitCode.INTERRUPTED


def test_the_words_of_rules_are_those_of_the_code() -> None:
    words = {word.strip("`") for word, _ in table(PAGE.section("Rules in the ini file"))}
    plain = CompatibilityRule.parse("a.B: v1 -> v2")
    unsaid = {
        word for word in words if CompatibilityRule.parse(f"{plain.text} {word}")[1:] == plain[1:]
    }
    assert unsaid == {"backward", "tolerant"}
    with pytest.raises(ValueError, match="there are") as caught:
        CompatibilityRule.parse(f"{plain.text} sideways")
    assert set(str(caught.value).rpartition("there are ")[2].split(", ")) == words


def test_a_waiver_is_written_as_shown(run: Run, project: Path) -> None:
    (project / "waivers.toml").write_text(PAGE.block("toml"))
    rule = "--registry-compatibility=telemetry.FeedbackEvent: v1 -> v2"
    result = run("--registry-url=tests/contracts/registry", rule, "--registry-waivers=waivers.toml")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  waived: telemetry.FeedbackEvent v1 -> v2: required-added at *"])


def test_two_versions_are_held_against_each_other_as_said(run: Run, project: Path) -> None:
    calls = code(PAGE.text)
    asserting, asking = (
        next(each for each in calls if each.startswith(name))
        for name in ("assert_compatible(", "registry.check_compatibility(")
    )
    (project / "test_calls.py").write_text(
        "def test_calls(assert_compatible, schema_registry):\n"
        "    registry = schema_registry\n"
        f"    report = {asserting}\n"
        f"    assert type({asking}) is type(report)\n"
    )
    result = run("test_calls.py", "--registry-url=tests/contracts/registry")
    # The one that the page's report is about, the other way round.
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*telemetry.FeedbackEvent v1 -> v2 is not forward compatible *"])


def test_drift_is_said_as_printed(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_all(schema_registry):
            for version in ("v1", "v2", "v3"):
                schema_registry.get_schema("{ORDER}", version)
    """)
    local_registry.publish(ORDER, v1=ORDER_V1, v2=ORDER_V2, v3=ORDER_V2)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-mode=record").assert_outcomes(passed=1)
    tight = {"properties": {"id": {"type": "string", "maxLength": 9}}}
    local_registry.publish(
        ORDER,
        v1={**ORDER_V1, **tight, "$core_version": "1.1.0"},
        v2={**ORDER_V2, "title": "An order", "$core_version": "2.0.1"},
    )
    printed = run(url, "--registry-cache-ttl=0").stdout.str()
    printed = printed.replace(local_registry.url, "https://registry.example")
    assert PAGE.block("text", "drift:") in printed


def test_the_grades_of_drift_are_those_of_the_code() -> None:
    assert tuple(grade for grade, _ in table(PAGE.section("Drift"))) == GRADES
