"""What would end green although nothing was checked, if nobody said so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
PLAIN = "def test_plain(): pass"
CONFORMING = f"""
def test_order(assert_conforms):
    assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")
"""


@pytest.fixture
def url(local_registry: LocalRegistry) -> str:
    return f"--registry-url={local_registry.url}"


@WORKERS
@pytest.mark.parametrize("variable", ["TIMEOUT=10s", "COMPATIBILITY=a -> b"])
def test_rules_in_the_environment_outlive_a_wrong_variable(
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    workers: str,
    variable: str,
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_COMPATIBILITY", f"{ORDER}: v1 -> v2")
    name, _, value = variable.partition("=")
    monkeypatch.setenv(f"SCHEMA_REGISTRY_{name}", value)
    pytester.makepyfile(PLAIN)
    result = run(url, "-n", workers)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"*SCHEMA_REGISTRY_{name}: *"])


@pytest.mark.parametrize(
    ("variable", "text"),
    [("WAIVERS", "bad"), ("RATCHET", "<<<<<<< HEAD"), ("RATCHET", None), ("DEAD_LETTERS", None)],
)
def test_a_wrong_file_in_the_environment_stops_only_what_uses_the_plugin(
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    variable: str,
    text: str | None,
) -> None:
    wrong = pytester.path / "wrong"
    if text is None:
        wrong.mkdir()
    else:
        wrong.write_text(text)
    monkeypatch.setenv(f"SCHEMA_REGISTRY_{variable}", str(wrong))
    pytester.makepyfile(test_plain=PLAIN, test_order=CONFORMING)
    result = run(url)
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines([f"E  *InvalidSettings: SCHEMA_REGISTRY_{variable}: *"])
    assert run(url, f"--registry-{variable.lower().replace('_', '-')}", str(wrong)).ret == 4


@WORKERS
@pytest.mark.parametrize(
    "marker", ["'a.A', 'a.B'", "versions=['v9']", "prefer='v1'", "bogus=1", "enforcement='wrn'"]
)
def test_a_marker_on_a_parameter_is_an_error_of_its_test(
    run: Run, pytester: pytest.Pytester, url: str, workers: str, marker: str
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("x", [
            pytest.param(1, marks=pytest.mark.registry_schema({marker})), 2
        ])
        def test_order(assert_conforms, x):
            assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")
    """)
    result = run(url, "-n", workers)
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


@WORKERS
@pytest.mark.parametrize(
    "contracts", [PLAIN, "import pytest\npytest.importorskip('no_such_producer')"]
)
def test_coverage_that_is_insisted_on_is_missed_where_nothing_is_tested(
    run: Run, pytester: pytest.Pytester, url: str, workers: str, contracts: str
) -> None:
    pytester.makepyfile(test_own=PLAIN, test_order=contracts)
    result = run(url, "-n", workers, "--registry-require-coverage")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["gate failed: 2 schemas have no contract test *"])


@pytest.mark.parametrize("options", [[], ["--registry-require-coverage", "--collect-only"]])
def test_coverage_that_is_not_asked_of_a_run_is_not_missed(
    run: Run, pytester: pytest.Pytester, url: str, options: list[str]
) -> None:
    pytester.makepyfile(PLAIN)
    pytester.makeini("[pytest]\nregistry_require_coverage = on\n")
    assert run(url, *options).ret == 0


@WORKERS
def test_old_payloads_of_a_line_that_no_test_is_about_are_missed(
    run: Run, pytester: pytest.Pytester, url: str, workers: str
) -> None:
    pytester.makepyfile(CONFORMING.replace("conforms)", "conforms, registry_version)"))
    options = (url, "--registry-versions=v1", "-n", workers)
    result = run(*options, "--registry-replay-payloads=vl:v2")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["gate failed: no payload of vl was met, required by *"])


def test_rules_are_collected_wherever_the_cassettes_are(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makeini(f"[pytest]\nregistry_compatibility = {ORDER}: v1 -> v2\n")
    pytester.makepyfile(PLAIN)
    run(url, "--registry-cassettes=/nowhere/cassettes").assert_outcomes(passed=1, failed=1)


def test_a_rule_whose_version_there_is_not_is_an_error(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makeini("[pytest]\nregistry_compatibility = orders.*: v1 -> v22\n")
    pytester.makepyfile(PLAIN)
    result = run(url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*lists nothing of such a name in two of these versions; *"])


@pytest.mark.parametrize("name", ["vaild/a.json", "valid/below/a.json", "a.json"])
def test_a_payload_in_the_wrong_place_is_a_collection_error(
    run: Run, pytester: pytest.Pytester, url: str, name: str
) -> None:
    file = pytester.path / "tests/contracts/payloads" / ORDER / name
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    pytester.makepyfile(PLAIN)
    result = run(url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{file.name} is no golden payload; those are in *"])


def test_payloads_are_found_however_their_folder_is_spelled(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    folder = pytester.path / "golden"
    folder.mkdir()
    (folder / f"{ORDER}.payloads.jsonl").write_text('{"id": "a", "quantity": 1}\n')
    (pytester.path / "linked").symlink_to(folder, target_is_directory=True)
    for spelled in ("golden/../golden", "linked"):
        run(url, f"--registry-payloads={spelled}", "golden").assert_outcomes(passed=2)


@pytest.mark.parametrize("damaged", ["{", '{"schema": 5, "version": "v1", "payload": {}}'])
def test_a_damaged_dead_letter_is_a_collection_error(
    run: Run, pytester: pytest.Pytester, url: str, damaged: str
) -> None:
    good = {"schema": ORDER, "version": "v1", "payload": {}, "violations": []}
    file = pytester.path / "letters.jsonl"
    file.write_text(f"{json.dumps(good)}\n{damaged}\n")
    result = run(url, "letters.jsonl")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*letters.jsonl has no dead letter in line 2; *"])


def test_drift_without_a_single_cassette_is_missed(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(CONFORMING)
    options = (url, "--registry-drift=fail=breaking", "--registry-versions=v1")
    result = run(*options, "--registry-cassettes=casettes")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["gate failed: no cassette in casettes to compare with, required by *"]
    )


@WORKERS
@pytest.mark.parametrize("source", [CONFORMING, PLAIN])
def test_an_expired_waiver_is_told_where_nothing_is_compared(
    run: Run, pytester: pytest.Pytester, url: str, workers: str, source: str
) -> None:
    pytester.makepyfile(source)
    (pytester.path / "waivers.toml").write_text(
        '[[waiver]]\nschema = "a"\nrule = "required-added"\nreason = "c"\nexpires = 2001-01-01\n'
    )
    result = run(url, "--registry-waivers=waivers.toml", "-n", workers, "--registry-versions=v1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["gate failed: *the waiver of required-added of a expired on 2001-01-01; remove it"]
    )


@pytest.mark.parametrize("option", ["--ignore=test_other.py", "--deselect=test_other.py"])
def test_of_a_part_of_the_tests_no_waiver_is_said_to_be_unused(
    run: Run, pytester: pytest.Pytester, url: str, option: str
) -> None:
    pytester.makepyfile(test_own=CONFORMING, test_other=PLAIN)
    (pytester.path / "waivers.toml").write_text(
        '[[waiver]]\nschema = "a"\nrule = "required-added"\nreason = "c"\nexpires = 2100-01-01\n'
    )
    options = (url, "--registry-waivers=waivers.toml", "--registry-versions=v1")
    assert run(*options, option).ret == 0
    assert run(*options).ret == pytest.ExitCode.TESTS_FAILED


def test_enforcement_on_an_inner_marker_leaves_the_outer_one_s_versions(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.registry_schema("{ORDER}", versions=["v1"])
        class TestOrder:
            @pytest.mark.registry_schema(enforcement="strict")
            def test_order(self, registry_version):
                assert registry_version == "v1"
    """)
    run(url).assert_outcomes(passed=1)


def test_what_is_no_schema_is_said_in_words(run: Run, pytester: pytest.Pytester, url: str) -> None:
    pytester.makepyfile(f"""
        import pytest
        from pytest_schema_registry import InvalidSettings

        @pytest.mark.parametrize("schema", [5, ["a"]])
        def test_schema(assert_conforms, registry_schema, schema):
            for ask in (lambda: assert_conforms(1, schema), lambda: registry_schema(schema)):
                with pytest.raises(InvalidSettings, match="is no schema; give a name"):
                    ask()

        def test_dict(registry_schema):
            with pytest.raises(InvalidSettings, match="is no schema; give a name"):
                registry_schema({{"type": "string"}})

        def test_version(assert_conforms, registry_schema):
            with pytest.raises(InvalidSettings, match="is neither a version nor a release"):
                assert_conforms(1, "{ORDER}", version=["v2"])
            with pytest.raises(InvalidSettings, match="is neither a version nor a release"):
                registry_schema("{ORDER}", prefer=["v2"])
            with pytest.raises(InvalidSettings, match="fallback needs prefer"):
                registry_schema("{ORDER}", fallback="v1")
    """)
    run(url).assert_outcomes(passed=8)


def test_what_could_not_be_judged_is_in_the_matrix(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(f"""
        def test_order(assert_conforms):
            assert_conforms({{"id": {{1}}}}, "{ORDER}")

        def test_schema(assert_conforms, schema_registry):
            assert_conforms({{1}}, schema_registry.get_schema("{ORDER}", "v1"))
    """)
    result = run(url)
    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines([f"{ORDER}  ?   ?", "4 checks could not be made"])


def test_an_invalid_payload_that_is_no_json_is_in_the_matrix(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    folder = pytester.path / "tests/contracts/payloads" / ORDER / "invalid"
    folder.mkdir(parents=True)
    (folder / "cut.json").write_text("{")
    result = run(url)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines([f"{ORDER}  ?   ?"])


def test_warnings_that_are_errors_are_shown_in_a_line(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry
) -> None:
    local_registry.publish("shop.Old", v1={"deprecated": True}, v2={"deprecated": True})
    pytester.makeini("[pytest]\nregistry_compatibility = shop.Old: v1 -> v2\n")
    result = run(url, "-W", "error")
    result.assert_outcomes(failed=1)
    assert len(result.stdout.lines) < 40
