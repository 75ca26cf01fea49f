"""From observing to enforcing: what each step of a rollout does and shows."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, Reply

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])


@pytest.fixture
def suite(pytester: pytest.Pytester, local_registry: LocalRegistry) -> str:
    """A producer that speaks v1, but not yet v2; the option that names its registry."""
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.registry_schema("{ORDER}")
        def test_order(assert_conforms):
            assert_conforms({{"id": "a"}})
    """)
    return f"--registry-url={local_registry.url}"


@WORKERS
def test_a_suite_goes_from_observing_to_enforcing(
    run: Run, pytester: pytest.Pytester, suite: str, local_registry: LocalRegistry, workers: str
) -> None:
    ratchet = pytester.path / "contracts.ratchet"
    letters = pytester.path / "dead_letters.jsonl"

    # First the schemas are fetched, and nothing is checked. That is said.
    result = run("-n", workers, suite, "--registry-enforcement=off")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["2 checks not made: 1 in version v1 (off), 1 in version v2 (off)"])
    assert local_registry.counts["/schemas/v2/orders.Order"] == 1

    # Then violations are warned about, and kept.
    warned = ("-n", workers, suite, "--registry-dead-letters=dead_letters.jsonl")
    result = run(*warned, "--registry-enforcement=warn")
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "*ContractWarning: not enforced: orders.Order v2: $*",
            "orders.Order  ✓   !",
            "1 violation not enforced: 1 in version v2 (warn)",
        ]
    )
    (letter,) = map(json.loads, letters.read_text().splitlines())
    assert (letter["version"], letter["enforcement"]) == ("v2", "warn")

    # With a ratchet, what conforms once is strict from then on.
    result = run(*warned, "--registry-ratchet=contracts.ratchet")
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["strict from now on: orders.Order@v1"])
    assert ratchet.read_text().splitlines()[2:] == ["orders.Order@v1"]
    local_registry.publish(ORDER, v1={**ORDER_V2, "$core_version": "1.1.0"})
    result = run(*warned, "--registry-ratchet=contracts.ratchet", "--registry-cache-ttl=0")
    result.assert_outcomes(passed=1, failed=1, warnings=1)
    result.stdout.fnmatch_lines(["E *strict: contracts.ratchet line 3 lists it"])

    # At last, everything is enforced.
    result = run("-n", workers, suite)
    result.assert_outcomes(failed=2)
    result.stdout.no_fnmatch_line("*not enforced*")


@pytest.mark.parametrize(
    ("rules", "warned", "failed"),
    [
        ("strict,v2=warn", 1, 0),
        ("warn,orders.*@v2=strict", 0, 1),
        ("v2=off,orders.Order=warn", 1, 0),
    ],
)
def test_the_most_specific_rule_counts(
    run: Run, suite: str, rules: str, warned: int, failed: int
) -> None:
    result = run(suite, f"--registry-enforcement={rules}")
    result.assert_outcomes(passed=2 - failed, failed=failed, warnings=warned)


def test_the_rules_are_a_list_in_the_ini_file(
    run: Run, suite: str, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nregistry_enforcement = strict v2=warn")
    run(suite).assert_outcomes(passed=2, warnings=1)


def test_a_marker_goes_before_the_rules(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.registry_schema("{ORDER}", enforcement="warn")
        def test_order(assert_conforms):
            assert_conforms({{"id": "a"}})
    """)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-enforcement=strict").assert_outcomes(passed=2, warnings=1)


def test_a_level_that_a_marker_does_not_know_is_a_collection_error(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("a.B", enforcement="perhaps")
        def test(assert_conforms): ...
    """)
    result = run()
    result.stdout.fnmatch_lines(["*'perhaps' is none of off, warn, strict"])


@WORKERS
def test_a_rule_that_covers_nothing_is_an_error_before_any_test(
    run: Run, suite: str, workers: str
) -> None:
    result = run(
        "-n", workers, suite, "--registry-enforcement=v2=warn,order.*=off,orders.Ordr=warn"
    )
    assert result.ret != 0
    unused = "order.*=off, orders.Ordr=warn (did you mean orders.Order?)"
    said = (
        f"--registry-enforcement: nothing is covered by {unused}; correct it "
        "(the versions of this run are v1, v2, written so)"
    )
    assert said in result.stdout.str()


def test_a_rule_may_be_about_what_only_the_index_lists(
    run: Run, suite: str, local_registry: LocalRegistry
) -> None:
    local_registry.publish("orders.Later", v2=ORDER_V2)
    result = run(suite, "--registry-versions=v1", "--registry-enforcement=orders.Later=off")
    result.assert_outcomes(passed=1)


def test_without_an_index_a_rule_has_the_benefit_of_the_doubt(
    run: Run, suite: str, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(404), "index")
    local_registry.always(Reply(400), "index")
    result = run(suite, "--registry-versions=v1", "--registry-enforcement=orders.Later=off")
    result.assert_outcomes(passed=1)


def test_what_cannot_be_checked_is_an_error_however_lenient_the_rules(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("def test(assert_conforms): assert_conforms({}, 'orders.Missing')")
    result = run(f"--registry-url={local_registry.url}", "--registry-enforcement=warn")
    result.assert_outcomes(errors=2)


@WORKERS
def test_a_violation_keeps_a_schema_out_of_the_ratchet(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(f"""
        def test_good(assert_conforms):
            assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")

        def test_bad(assert_conforms):
            assert_conforms({{"id": "a"}}, "{ORDER}")
    """)
    url = f"--registry-url={local_registry.url}"
    run("-n", workers, url, "--registry-ratchet=r").assert_outcomes(passed=4, warnings=1)
    assert (pytester.path / "r").read_text().splitlines()[2:] == ["orders.Order@v1"]


def test_a_ratchet_that_cannot_be_read_is_an_error_that_says_where(
    run: Run, suite: str, pytester: pytest.Pytester
) -> None:
    (pytester.path / "r").write_text("<<<<<<< HEAD\n")
    result = run(suite, "--registry-ratchet=r")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --registry-ratchet: *r, line 1: '<<<<<<< HEAD' is not *"])


def test_dead_letters_that_cannot_be_written_stop_the_session(
    run: Run, suite: str, pytester: pytest.Pytester
) -> None:
    (pytester.path / "a_file").touch()
    result = run(suite, "--registry-dead-letters=a_file/letters.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --registry-dead-letters: *letters.jsonl cannot be writ*"])


@pytest.mark.parametrize("wrong", ["ratchet", "dead-letters"])
def test_a_wrong_file_is_an_error_of_the_place_that_names_it(
    run: Run, suite: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    (pytester.path / "bad").write_text("no line of either\n")
    (good,) = {"ratchet", "dead-letters"} - {wrong}
    monkeypatch.setenv(f"SCHEMA_REGISTRY_{good.upper().replace('-', '_')}", "good")
    pytester.makeini(f"[pytest]\nregistry_{wrong.replace('-', '_')} = bad")
    result = run(suite)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --registry-{wrong}: *"])
    # The environment never stops the tests of others.
    variable = f"SCHEMA_REGISTRY_{wrong.upper().replace('-', '_')}"
    pytester.makeini("[pytest]")
    monkeypatch.setenv(variable, "bad")
    pytester.makepyfile(test_other="def test_other(): pass")
    result = run(suite, f"--registry-{good}=good")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines([f"E *InvalidSettings: {variable}: *"])


@pytest.mark.parametrize("option", ["--collect-only", f"--registry-show={ORDER}"])
def test_a_run_of_no_tests_makes_no_file_of_dead_letters(
    run: Run, suite: str, pytester: pytest.Pytester, option: str
) -> None:
    assert run(suite, option, "--registry-dead-letters=dead/letters.jsonl").ret == 0
    assert not (pytester.path / "dead").exists()
    (pytester.path / "a_file").touch()
    assert run(suite, option, "--registry-dead-letters=a_file/letters.jsonl").ret == 0


def test_a_ratchet_that_cannot_be_written_fails_the_run(
    run: Run, suite: str, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest("""
        from pathlib import Path

        def pytest_runtest_teardown():
            Path("r").symlink_to("not_mounted/r")
    """)
    result = run(suite, "--registry-versions=v1", "--registry-ratchet=r")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["gate failed: --registry-ratchet: *r cannot be written: *"])


@pytest.mark.skipif(os.name != "posix", reason="needs links, and Windows has other modes")
def test_files_behind_links_are_written_and_stay_as_closed_as_they_were(
    run: Run, suite: str, pytester: pytest.Pytester
) -> None:
    names = ["ratchet", "report", "html", "metrics"]
    shared = pytester.mkdir("shared")
    for name in names:
        (shared / name).write_text("# shared\n")
        (shared / name).chmod(0o600)
        (pytester.path / name).symlink_to(f"shared/{name}")
        (pytester.path / f"{name}.new").write_text("mine")
    run(suite, "--registry-versions=v1", *(f"--registry-{name}={name}" for name in names))
    for name in names:
        assert (pytester.path / name).readlink() == Path("shared", name)
        assert (shared / name).read_text() != "# shared\n"
        assert (shared / name).stat().st_mode & 0o777 == 0o600
        assert (pytester.path / f"{name}.new").read_text() == "mine"
    assert sorted(path.name for path in shared.iterdir()) == sorted(names)


@pytest.mark.skipif(os.name != "posix", reason="needs /dev/stdout")
def test_a_report_can_go_to_standard_output(run: Run, suite: str) -> None:
    result = run(suite, "--registry-versions=v1", "--registry-report=/dev/stdout")
    assert Path("/dev/stdout").is_symlink()
    result.stdout.fnmatch_lines(['*"hit_rate": *', "}"])
    result.stdout.no_fnmatch_line("*cannot be written*")


@pytest.mark.parametrize(
    ("fixture", "arguments"),
    [
        ("assert_conforms", '{"id": "a"}, "orders.Order", version="v1"'),
        ("assert_compatible", '"orders.Order@v1", {"type": "object"}'),
        ("registry_schema", '"orders.Order", version="v1"'),
    ],
)
def test_a_warning_is_of_the_tests_own_line(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    fixture: str,
    arguments: str,
) -> None:
    local_registry.publish(ORDER, v1={**ORDER_V1, "deprecated": True})
    pytester.makepyfile(test_own=f"def test_own({fixture}):\n    {fixture}({arguments})\n")
    result = run(f"--registry-url={local_registry.url}", "--registry-versions=v1")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*test_own.py:2: DeprecatedSchemaWarning: *"])


@WORKERS
def test_a_deprecated_schema_is_said_once_a_session(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    schema = {**ORDER_V2, "deprecated": True, "deprecation_note": "use orders.Purchase"}
    local_registry.publish(ORDER, v2=schema)
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("number", range(10))
        def test_order(assert_conforms, number):
            assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")
    """)
    url = f"--registry-url={local_registry.url}"
    result = run("-n", workers, url)
    result.assert_outcomes(passed=20, warnings=1)
    result.stdout.fnmatch_lines(
        ["*DeprecatedSchemaWarning: orders.Order v2 release 2.0.0 is deprecated: use orders.Purch*"]
    )
    result = run("-n", workers, url, "--registry-fail-on-deprecated")
    result.assert_outcomes(passed=10, errors=10)
    result.stdout.fnmatch_lines(["*SchemaDeprecated: orders.Order v2 release 2.0.0 is deprecated*"])


@WORKERS
def test_lines_of_the_ratchet_that_are_about_nothing_are_said(
    run: Run, suite: str, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.publish("orders.Untested", v1={})
    lines = ("orders.Order.schema@v1", "orders.Ordr@v2", "orders.Untested@v1")
    (pytester.path / "r").write_text("".join(f"{line}\n" for line in lines))
    result = run("-n", workers, suite, "--registry-ratchet=r")
    result.assert_outcomes(passed=2, warnings=1)
    unused = "orders.Ordr@v2 (did you mean orders.Order@v2?)"
    said = f"in the ratchet, of no test or schema: {unused}; correct or remove it"
    result.stdout.fnmatch_lines([said])
    result = run(suite, "--registry-ratchet=r", "--registry-mode=record")
    result.stdout.no_fnmatch_line("in the ratchet*")


def test_a_file_that_holds_no_dead_letters_stops_the_session_as_it_is(
    run: Run, suite: str, pytester: pytest.Pytester
) -> None:
    file = pytester.path / "package.json"
    file.write_text('{\n  "name": "x"\n}')
    result = run(suite, "--registry-dead-letters=package.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --registry-dead-letters: line 1 of *package.json is no *"])
    assert file.read_text() == '{\n  "name": "x"\n}'
