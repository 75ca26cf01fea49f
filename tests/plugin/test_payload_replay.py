"""Payloads that conformed to one version line, checked against the next at the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ENDLESS, ORDER, ORDER_V1, ORDER_V2, LocalRegistry, Reply

if TYPE_CHECKING:
    from tests.conftest import Run

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
REPLAY = "--registry-replay-payloads=v1:v2"
# ORDER_V2 requires the quantity that the second of them lacks.
SOURCE = f"""
    import pytest

    @pytest.mark.registry_schema("{ORDER}", versions="v1")
    @pytest.mark.parametrize("payload", [{{"id": "a", "quantity": 1}}, {{"id": "b"}}])
    def test_order(assert_conforms, payload):
        assert_conforms(payload)
        payload["id"] = 1
"""


@pytest.fixture
def url(pytester: pytest.Pytester, local_registry: LocalRegistry) -> str:
    """The option that names the registry of a suite that sends two payloads to v1."""
    pytester.makepyfile(test_shop=SOURCE)
    return f"--registry-url={local_registry.url}"


@WORKERS
def test_a_payload_that_the_next_version_refuses_fails_the_run(
    run: Run, url: str, workers: str
) -> None:
    result = run(url, REPLAY, "-n", workers)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "2 payloads of v1 checked against v2: 1 violating",
            (
                "  orders.Order, sent by test_shop.py::test_order[[]*payload1*: "
                '$: "quantity" is a required property'
            ),
            (
                "gate failed: 1 payload conforms to v1 and violates v2 (orders.Order); "
                "--registry-replay-payloads v1:v2 allows none: keep v2 readable for those who send "
                "them"
            ),
        ]
    )


def test_it_is_replayed_where_it_was_recorded(run: Run, url: str) -> None:
    run(url, REPLAY, "--registry-mode=record").assert_outcomes(passed=2)
    result = run("--registry-offline", REPLAY)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["2 payloads of v1 checked against v2: 1 violating"])


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("warn", "  orders.Order, sent by test_shop.py::*: $: * is a required property (warn)"),
        ("off", "  switched off in v2: orders.Order"),
    ],
)
def test_what_is_not_enforced_fails_nothing(run: Run, url: str, level: str, said: str) -> None:
    result = run(url, REPLAY, f"--registry-enforcement=strict,v2={level}")
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    result.stdout.fnmatch_lines([said])


def test_a_run_that_met_no_old_payload_says_so(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(test_shop=SOURCE.replace('versions="v1"', 'versions="v2"'))
    for quiet in ([], ["-q"]):
        result = run(url, REPLAY, "-k", "payload0", *quiet)
        result.stdout.fnmatch_lines(["no payload of v1 was checked against v2"])


def test_where_the_next_version_has_none_of_them_the_run_fails(
    run: Run, url: str, local_registry: LocalRegistry
) -> None:
    (local_registry.directory / "v2" / f"{ORDER}.json").unlink()
    result = run(url, REPLAY)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "no payload of v1 was checked against v2",
            "  v2 does not have orders.Order",
            (
                "gate failed: no payload of v1 could be checked, required by "
                "--registry-replay-payloads v1:v2: v2 has no orders.Order; "
                "name a version line that has"
            ),
        ]
    )


@WORKERS
def test_what_cannot_be_had_fails_the_run(
    run: Run, url: str, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.always(Reply(403), f"schemas/v2/{ORDER}")
    result = run(url, REPLAY, "-n", workers)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            (
                "gate failed: orders.Order v2 cannot be checked against, required by "
                "--registry-replay-payloads v1:v2: the registry refused the request with status 403"
            )
        ]
    )


@WORKERS
def test_what_cannot_be_judged_fails_the_run(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.publish(ORDER, v1={}, v2={"properties": {"id": {"pattern": ENDLESS}}})
    pytester.makepyfile(test_shop=SOURCE.replace('"b"', '"a" * 60'))
    result = run(url, REPLAY, "-n", workers)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            (
                "gate failed: orders.Order v2 cannot be checked against, required by "
                "--registry-replay-payloads v1:v2: orders.Order v2: the schema is itself wrong: "
                "*takes too many steps*"
            )
        ]
    )


def test_where_all_of_them_conform_one_line_says_so(
    run: Run, url: str, local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=ORDER_V1, v2={**ORDER_V2, "required": ["id"]})
    result = run(url, REPLAY)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["2 payloads of v1 checked against v2: 0 violating"])
    run(url, REPLAY, "-q").stdout.no_fnmatch_line("*payloads of v1*")


@pytest.mark.parametrize("written", ["v1", "v1:", "v1:v1", "v1:v2:v3", "v1,v2:v3", "a/b:v2"])
def test_what_is_no_pair_of_versions_stops_the_session(run: Run, url: str, written: str) -> None:
    result = run(url, f"--registry-replay-payloads={written}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_golden_payloads_and_tests_without_a_version_are_among_them(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    (pytester.path / "test_shop.py").unlink()
    payloads = pytester.path / "tests" / "contracts" / "payloads"
    payloads.mkdir(parents=True)
    (payloads / f"{ORDER}.payloads.jsonl").write_text('{"id": "a", "quantity": 2}\n{"id": "b"}\n')
    pytester.makepyfile(f"""
        def test_other(assert_conforms):
            assert_conforms({{"id": "c"}}, "{ORDER}", version="v1")
            assert_conforms({{"id": "c"}}, "{ORDER}", version="v1")
    """)
    result = run(url, REPLAY, "--registry-versions=v1")
    result.stdout.fnmatch_lines(["3 payloads of v1 checked against v2: 2 violating"])


def test_an_interrupted_run_asks_nothing_more(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry
) -> None:
    pytester.makeconftest("def pytest_runtest_logfinish(): raise KeyboardInterrupt")
    result = run(url, REPLAY)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert local_registry.paths == [f"/schemas/v1/{ORDER}"]
    result.stdout.no_fnmatch_line("*payloads of v1*")
