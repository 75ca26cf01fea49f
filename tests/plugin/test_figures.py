"""What a team lead sees at the end of a run, and what machines are given."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, Reply

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
SUITE = f"""
    import pytest
    from pytest_schema_registry import ContractViolation

    @pytest.mark.parametrize("number", range(10))
    def test_order(assert_conforms, number):
        assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")

    def test_refusal(assert_conforms):
        with pytest.raises(ContractViolation):
            assert_conforms({{}}, "{ORDER}")

    def test_item(assert_conforms):
        assert_conforms({{"id": "a"}}, "orders.Item")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, local_registry: LocalRegistry) -> str:
    """A suite of 24 tests; the option that names its registry."""
    local_registry.publish("orders.Item", v1=ORDER_V1, v2=ORDER_V2)
    pytester.makepyfile(SUITE)
    return f"--registry-url={local_registry.url}"


@WORKERS
def test_a_run_closes_with_a_matrix_and_the_checks(run: Run, suite: str, workers: str) -> None:
    result = run("-n", workers, suite)
    result.assert_outcomes(passed=23, failed=1)
    result.stdout.fnmatch_lines(
        [
            "=* schema registry =*",
            "              v1  v2",
            "orders.Item   ✓   ✗",
            "orders.Order  ✓   ✓",
            "24 checks: 21 conforming, 2 refused as expected, 1 violating",
            "=* short test summary info =*",
        ],
        consecutive=True,
    )


@WORKERS
def test_a_run_that_a_gate_looks_at_says_what_it_cost(run: Run, suite: str, workers: str) -> None:
    result = run("-n", workers, suite, "--registry-max-overhead=100")
    result.stdout.fnmatch_lines(
        [
            "24 checks: 21 conforming, 2 refused as expected, 1 violating (* s, * % of the run)",
            "24 lookups, 83.3 % without a fetch; 4 fetches of *: p50 * ms, p95 * ms, max * ms",
        ],
        consecutive=True,
    )


def test_a_blank_line_stands_above_the_heading_and_none_below(run: Run, suite: str) -> None:
    lines = run(suite, "-k", "not item").outlines
    (place,) = (n for n, line in enumerate(lines) if "= schema registry =" in line)
    assert (lines[place - 1], lines[place + 1]) == ("", "              v1  v2")


RED, GREEN, YELLOW, BOLD, END = (f"\x1b[{code}m" for code in (31, 32, 33, 1, 0))


def closing_lines(result: pytest.RunResult) -> list[str]:
    """The lines of our part of the summary, its heading included."""
    lines = result.outlines
    (start,) = (n for n, line in enumerate(lines) if " schema registry ==" in line)
    end = next((n for n, line in enumerate(lines) if n > start and line.endswith(f"==={END}")))
    return lines[start:end]


def test_the_closing_lines_have_the_colours_of_pytest(run: Run, suite: str) -> None:
    gate, heading = "--registry-require-coverage", " schema registry ".center(80, "=")
    warn = "--registry-enforcement=orders.Item=warn"
    only_v1 = "--registry-coverage-exclude=orders.Item"
    assert closing_lines(run(suite, "--color=yes", "-k", "v1")) == [
        f"{GREEN}{heading}{END}",
        "              v1",
        f"orders.Item   {GREEN}✓{END}",
        f"orders.Order  {GREEN}✓{END}",
        f"12 checks: {GREEN}11 conforming{END}, {GREEN}1 refused as expected{END}",
    ]
    assert closing_lines(run(suite, "--color=yes", warn, "-k", "item")) == [
        f"{YELLOW}{heading}{END}",
        "             v1  v2",
        f"orders.Item  {GREEN}✓{END}   {YELLOW}!{END}",
        f"2 checks: {GREEN}1 conforming{END}, {YELLOW}1 warned{END}",
        f"{YELLOW}1 violation not enforced: 1 in version v2 (warn){END}",
    ]
    assert closing_lines(run(suite, "--color=yes", "-k", "order and v1", gate, only_v1)) == [
        f"{RED}{heading}{END}",
        "              v1",
        f"orders.Order  {GREEN}✓{END}",
        f"10 checks: {GREEN}10 conforming{END}",
        (
            f"{RED}{BOLD}gate failed: 1 schema has no contract test (orders.Order@v2); {gate} "
            "allows none: test what is named, or name it in --registry-coverage-exclude"
            f"{END}"
        ),
    ]


def test_a_wide_matrix_fits_into_the_terminal(
    run: Run, suite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "16")
    run(suite).stdout.fnmatch_lines(
        [
            "              v1",
            "orders.Item   ✓",
            "orders.Order  ✓",
            "              v2",
            "orders.Item   ✗",
            "orders.Order  ✓",
        ],
        consecutive=True,
    )


def test_the_sources_are_shown_to_those_who_ask(run: Run, suite: str) -> None:
    result = run("-v", suite)
    result.stdout.fnmatch_lines(["24 lookups, 83.3 % without a fetch, 20 memory, 4 registry; *"])


def test_a_quiet_run_shows_only_what_nobody_may_miss(run: Run, suite: str) -> None:
    result = run("-q", suite)
    result.stdout.no_fnmatch_line("*schema registry*")
    result = run("-q", suite, "--registry-enforcement=orders.Item=warn")
    result.stdout.fnmatch_lines(["1 violation not enforced: 1 in version v2 (warn)"])


def test_a_terminal_that_knows_no_more_is_given_ascii(
    run: Run, suite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = run(suite)
    result.stdout.fnmatch_lines(["orders.Item   ok    FAIL"])


def test_a_run_without_the_plugin_says_nothing_of_it(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test(): pass")
    run().stdout.no_fnmatch_line("*schema registry*")


def report(pytester: pytest.Pytester) -> Any:
    return json.loads((pytester.path / "report.json").read_text())


def without_times(document: Any) -> Any:
    """What of a report is the same however many processes there are."""
    del document["generated_at"], document["time"], document["fetches"]["latency_ms"]
    return document


def test_the_figures_are_equal_with_and_without_workers(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    documents = []
    for workers in "02":
        run(
            "-n", workers, suite, "--registry-report=report.json", f"--registry-cache-dir={workers}"
        )
        documents.append(without_times(report(pytester)))
    assert documents[0] == documents[1]


@WORKERS
def test_metrics_have_the_names_that_dashboards_ask_for(
    run: Run, pytester: pytest.Pytester, suite: str, workers: str
) -> None:
    run("-n", workers, suite, "--registry-metrics=figures/contracts.prom")
    lines = (pytester.path / "figures" / "contracts.prom").read_text().splitlines()
    for line in (
        'schema_validation_total{outcome="conforming",schema="orders.Order",version="v1"} 10.0',
        'schema_validation_failures_total{mode="strict",schema="orders.Item"} 1.0',
        'schema_cache_hits_total{schema="orders.Order"} 20.0',
        'schema_cache_misses_total{schema="orders.Order"} 2.0',
        "schema_cache_size 5.0",
        "schema_fetch_duration_seconds_count 4.0",
    ):
        assert line in lines


def test_a_junit_file_names_what_each_test_was_checked_against(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    run(suite, "--junitxml=junit.xml", "-k", "test_item and v1")
    (case,) = ET.parse(pytester.path / "junit.xml").iter("testcase")
    properties = {each.get("name"): each.get("value") for each in case.iter("property")}
    assert properties == {
        "schema": "orders.Item",
        "version": "v1",
        "release": "1.0.0",
        "source": "registry",
    }


def test_a_run_on_github_writes_a_summary_and_annotations(
    run: Run, pytester: pytest.Pytester, suite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "summary.md"))
    result = run(suite, "--registry-enforcement=orders.Item=warn")
    result.stdout.fnmatch_lines(["::warning title=*not enforced*"])
    summary = (pytester.path / "summary.md").read_text()
    assert re.search(r"^\| `orders.Item` \| ✓ \| ! \|$", summary, re.MULTILINE)
    assert "violation::" not in result.stdout.str()  # what tests expect is none


@WORKERS
def test_a_violation_on_github_says_where_it_is_which_rule_it_breaks_and_in_which_test(
    run: Run, pytester: pytest.Pytester, suite: str, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "summary.md"))
    result = run("-n", workers, suite)
    said = 'orders.Item@v2: $: "quantity" is a required property (#/required)'
    (test,) = (path.name for path in pytester.path.glob("test_*.py"))
    result.stdout.fnmatch_lines(
        [f"::error file={test},title=*violation::{test}::test_item[[]v2]%0A{said}"]
    )
    lines = (pytester.path / "summary.md").read_text().splitlines()
    place = lines.index(f"- `{test}::test_item[v2]`")
    assert lines[place + 1] == f"  - `{said}`"


@pytest.mark.parametrize(
    ("workers", "option", "line"),
    [
        ("0", "--registry-min-hit-rate=95", "hit rate * %, at least 95 % required by *"),
        ("0", "--registry-max-fetch-p95=0.001", "fetch p95 * ms, at most 0.001 ms allowed by *"),
        ("0", "--registry-max-overhead=0", "overhead * %, at most 0 % allowed by *"),
        *(
            (
                workers,
                "--registry-require-coverage",
                "1 schema has no contract test (orders.Later@v1); *",
            )
            for workers in "02"
        ),
    ],
)
def test_a_missed_gate_fails_a_run_whose_tests_passed(
    run: Run, suite: str, local_registry: LocalRegistry, workers: str, option: str, line: str
) -> None:
    local_registry.publish("orders.Later", v1=ORDER_V1)
    passing = ("-n", workers, suite, "-k", "not (test_item and v2)")
    met = run(*passing, "--registry-min-hit-rate=1", "--registry-cache-dir=new")
    assert met.ret == pytest.ExitCode.OK
    ours = (option, "--registry-coverage-exclude=orders.Ite?", "--registry-cache-dir=newer")
    result = run(*passing, *ours)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=23)
    result.stdout.fnmatch_lines([f"gate failed: {line}"])


def test_a_stale_copy_can_fail_the_run(run: Run, suite: str, local_registry: LocalRegistry) -> None:
    run(suite, "-k", "v1")
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    stale = (suite, "-k", "v1", "--registry-cache-ttl=0", "-p", "no:warnings")
    assert run(*stale).ret == pytest.ExitCode.OK
    result = run(*stale, "--registry-fail-on-stale")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["gate failed: 2 old copies were used because the registry gave no new answer; *"]
    )


def test_coverage_that_cannot_be_known_fails_the_run(run: Run, suite: str) -> None:
    only = (suite, "-k", "v1", "--registry-versions=v1")
    run(*only, "--registry-mode=record")
    result = run(*only, "--registry-offline", "--registry-require-coverage")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["gate failed: coverage unknown, required by *"])
    run(*only, "--registry-mode=record", "--registry-require-coverage")
    result = run(*only, "--registry-offline", "--registry-require-coverage")
    assert result.ret == pytest.ExitCode.OK


@WORKERS
def test_a_wrong_variable_leaves_the_coverage_unknown_and_the_metrics_of_an_empty_cache(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    pytester.makepyfile("def test_own(): pass")
    monkeypatch.setenv("SCHEMA_REGISTRY_TIMEOUT", "abc")
    insists = ("--registry-require-coverage", "--registry-metrics=m.prom")
    result = run(*insists, f"--registry-url={pytester.path}", "-n", workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            (
                "gate failed: coverage unknown, required by --registry-require-coverage: the "
                "registry's index cannot be had (SCHEMA_REGISTRY_TIMEOUT: 'abc' is not *)"
            )
        ]
    )
    assert "\nschema_cache_size 0.0\n" in (pytester.path / "m.prom").read_text()


@pytest.mark.parametrize("option", ["report", "html", "metrics"])
def test_a_file_that_cannot_be_written_fails_the_run(
    run: Run, suite: str, pytester: pytest.Pytester, option: str
) -> None:
    (pytester.path / "a_file").touch()
    result = run(suite, "-k", "v1", f"--registry-{option}=a_file/x")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [f"gate failed: --registry-{option}: *a_file* cannot be written: *; make its *"]
    )


@pytest.mark.parametrize("option", ["report", "html", "metrics", "drift-report"])
def test_a_file_that_is_plainly_no_report_is_not_replaced(
    run: Run, suite: str, pytester: pytest.Pytester, option: str
) -> None:
    file = pytester.path / "mine.py"
    for text in ("", None, "mine"):
        if text is not None:
            file.write_text(text)
        result = run(suite, "-k", "v1", f"--registry-{option}={file}")
        assert (result.ret, file.read_text() == "mine") == (text == "mine", text == "mine")
    result.stdout.fnmatch_lines(
        [
            (
                f"gate failed: --registry-{option}: *mine.py was left as it is, for it is no "
                "earlier report; name another file, or remove it"
            )
        ]
    )


@pytest.mark.parametrize(
    "options",
    [
        ["-p", "no:terminal"],
        ["-p", "no:cacheprovider"],
        ["-p", "randomly"],
        ["-x"],
        ["--lf"],
        ["-n", "2", "-p", "no:terminal"],
    ],
    ids=" ".join,
)
def test_the_figures_are_those_of_the_tests_that_ran(
    run: Run, pytester: pytest.Pytester, suite: str, options: list[str]
) -> None:
    result = run(suite, *options, "--registry-report=report.json", "-k", "v1")
    assert result.ret == pytest.ExitCode.OK
    checks = {each["name"]: each["conforming"] for each in report(pytester)["schemas"]}
    assert checks == {"orders.Order": 10, "orders.Item": 1}


def test_a_worker_that_crashes_loses_only_its_own_last_test(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    pytester.makepyfile(
        test_crash=f"""
        import os

        def test_crash(assert_conforms):
            assert_conforms({{"id": "a"}}, "{ORDER}", version="v1")
            os._exit(1)
        """
    )
    result = run("-n", "2", suite, "--registry-report=report.json", "-k", "crash or test_order")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    schemas = {each["version"]: each for each in report(pytester)["schemas"]}
    assert [schemas[version]["conforming"] for version in ("v1", "v2")] == [10, 10]


def test_a_run_that_was_interrupted_is_not_judged(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        import pytest

        def test_order(assert_conforms):
            assert_conforms({{"id": "a"}}, "{ORDER}", version="v1")

        def test_end():
            pytest.exit("enough")
    """)
    options = ("--registry-min-hit-rate=100", "--registry-report=report.json")
    result = run(f"--registry-url={local_registry.url}", *options)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("gate failed: *")
    assert report(pytester)["schemas"][0]["conforming"] == 2
