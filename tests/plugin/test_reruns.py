"""The run of a test that counts is the one that pytest counts."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

#: What pytest-rerunfailures does: it makes all reports of a run before it logs one. Since version
#: 16 it logs those behind the failed one, too.
RERUNS = """
import os

import pytest
from _pytest.runner import runtestprotocol

def pytest_report_teststatus(report):
    if report.outcome == "rerun":
        return "rerun", "R", "RERUN"

def pytest_runtest_protocol(item, nextitem):
    for attempt in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = [each for each in reports if each.failed]
        is_last = attempt or not failed
        for report in reports:
            if not is_last and report.failed:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
            if report.outcome == "rerun" and "LOGS_ALL" not in os.environ:
                break
        if is_last:
            return True
        item._initrequest()
"""
TESTS = """
import pytest

runs = []

@pytest.mark.registry_schema("orders.Order", versions=["v1"])
def test_flaky(assert_conforms):
    runs.append(1)
    assert_conforms({"id": "a"} if len(runs) > 1 else {"quantity": 1})

@pytest.mark.registry_schema("orders.Order", versions=["v2"])
@pytest.mark.xfail(strict=True, reason="known")
def test_known(assert_conforms):
    assert_conforms({"id": 1, "quantity": 1})
"""
WORKERS = pytest.mark.parametrize("workers", ["0", "2"])


def options(local_registry: LocalRegistry, workers: str) -> list[str]:
    url = f"--registry-url={local_registry.url}"
    return ["-n", workers, url, "--registry-dead-letters=letters.jsonl", "--registry-report=r.json"]


def report(path: Path) -> dict[str, Any]:
    written: dict[str, Any] = json.loads((path / "r.json").read_text())
    return written


def counts(written: dict[str, Any]) -> dict[str, dict[str, int]]:
    kinds = ("conforming", "refused", "xfailed", "violating")
    return {
        each["version"]: {kind: each[kind] for kind in kinds if each[kind]}
        for each in written["schemas"]
    }


@WORKERS
@pytest.mark.parametrize("logs_all", [True, False])
def test_a_run_that_is_repeated_does_not_count(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
    logs_all: bool,
) -> None:
    if logs_all:
        monkeypatch.setenv("LOGS_ALL", "yes")
    pytester.makeconftest(RERUNS)
    pytester.makepyfile(TESTS)
    result = run(*options(local_registry, workers))
    result.assert_outcomes(passed=1, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "              v1  v2",
            "orders.Order  ✓   ~",
            "2 checks: 1 conforming, 1 violating as expected (xfail)",
        ]
    )
    assert (pytester.path / "letters.jsonl").read_text() == ""
    written = report(pytester.path)
    assert counts(written) == {"v1": {"conforming": 1}, "v2": {"xfailed": 1}}
    # What the run that does not count has fetched was fetched.
    assert written["fetches"]["count"] == len(local_registry.requests)
    (violation,) = written["violations"]
    assert violation == {
        "name": "orders.Order",
        "version": "v2",
        "test": "test_a_run_that_is_repeated_does_not_count.py::test_known[v2]",
        "path": "$.id",
        "rule": "#/properties/id/type",
        "message": "1 is an integer, not a string",
        "outcome": "xfailed",
    }


@pytest.mark.skipif(find_spec("pytest_rerunfailures") is None, reason="needs pytest-rerunfailures")
@WORKERS
def test_beside_pytest_rerunfailures(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(TESTS)
    result = run("--reruns=1", *options(local_registry, workers))
    result.stdout.fnmatch_lines(["*1 passed, 1 xfailed, 1 rerun in *"])
    assert counts(report(pytester.path)) == {"v1": {"conforming": 1}, "v2": {"xfailed": 1}}
    assert (pytester.path / "letters.jsonl").read_text() == ""


def test_a_run_that_failed_for_good_counts_once(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makeconftest(RERUNS)
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("orders.Order", versions=["v1"])
        def test_broken(assert_conforms):
            assert_conforms({})
    """)
    result = run(*options(local_registry, "0"))
    result.assert_outcomes(failed=1)
    written = report(pytester.path)
    assert counts(written) == {"v1": {"violating": 1}}
    assert len(written["violations"]) == 1
    assert len((pytester.path / "letters.jsonl").read_text().splitlines()) == 1


def test_a_repeated_run_is_no_reason_to_keep_a_waiver_that_nothing_needs(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makeconftest(RERUNS)
    (pytester.path / "waivers.toml").write_text(
        '[[waiver]]\nschema = "orders.Order"\nrule = "required-added"\n'
        'reason = "old"\nexpires = 2100-01-01\n'
    )
    pytester.makepyfile("""
        runs = []

        def test_flaky(assert_compatible):
            assert_compatible("orders.Order@v1", "orders.Order@v1")
            runs.append(1)
            assert len(runs) > 1
    """)
    result = run(f"--registry-url={local_registry.url}", "--registry-waivers=waivers.toml")
    result.stdout.fnmatch_lines(["*1 comparison of schemas: 1 compatible", "*nothing needs the*"])


def test_the_report_lists_each_violation_once_and_hides_what_is_redacted(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import ContractViolation

        pytestmark = pytest.mark.registry_schema("orders.Order", versions=["v1"])

        def test_expected(assert_conforms):
            with pytest.raises(ContractViolation):
                assert_conforms({})

        @pytest.mark.registry_schema(enforcement="warn")
        def test_warned(assert_conforms):
            for _ in range(3):
                assert_conforms({"id": 4711})

        @pytest.mark.registry_schema(enforcement="warn")
        @pytest.mark.xfail
        def test_warned_and_expected(assert_conforms):
            assert_conforms({"id": 4711})
            assert_conforms({}, enforcement=1)
    """)
    result = run(*options(local_registry, "0"), "--registry-redact=id")
    result.assert_outcomes(passed=2, xfailed=1)
    found = report(pytester.path)["violations"]
    assert [(each["test"].partition("::")[2], each["outcome"]) for each in found] == [
        ("test_warned[v1]", "warned"),
        ("test_warned_and_expected[v1]", "warned"),
    ]
    assert "4711" not in json.dumps(found)
