from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_registry import Reply

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_could_not_be_checked_is_an_error_and_what_was_violated_is_a_failure(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile("""
        def test_unchecked(assert_conforms):
            assert_conforms({}, "orders.Missing")

        def test_not_json(assert_conforms):
            assert_conforms({"id": object()}, "orders.Order")

        def test_violated(assert_conforms):
            assert_conforms({}, "orders.Order")

        def test_conforms(assert_conforms):
            assert assert_conforms({"id": "a"}, "orders.Order") == {"id": "a"}
    """)
    url = f"--registry-url={local_registry.url}"
    result = run("-n", workers, "--registry-versions=v1", url)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1, failed=1, errors=2)
    result.stdout.fnmatch_lines_random(
        [
            "ERROR *::test_unchecked[[]v1[]]*",
            "ERROR *::test_not_json[[]v1[]]*",
            "FAILED *::test_violated[[]v1[]]*",
        ]
    )


WORKERS = pytest.mark.parametrize("workers", ["0", "2"])


@WORKERS
def test_a_test_that_asks_for_a_check_and_makes_none_is_an_error(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def indirect(assert_conforms):
            return assert_conforms

        def test_loop(assert_conforms):
            for event in []:
                assert_conforms(event, "orders.Order")

        @pytest.mark.registry_schema("no.Such")
        def test_declared(assert_conforms): pass

        def test_compatible(assert_compatible): pass

        @pytest.mark.xfail
        def test_expected(assert_conforms): pass

        class TestMethods:
            def test_method(self, assert_conforms): pass

        def test_indirect(indirect): pass

        def test_no_fixture(assert_conforms=None): pass

        class TestOfItsOwn:
            @pytest.fixture
            def assert_compatible(self):
                pass

            def test_own(self, assert_compatible): pass

        def test_schema(registry_schema): pass

        def test_skipped(assert_conforms): pytest.skip()

        @pytest.mark.registry_schema("orders.Order", enforcement="off")
        def test_off(assert_conforms): assert_conforms(1)

        def test_failed(assert_conforms): assert False

        def test_checked(assert_compatible): assert_compatible({}, {})
    """)
    pytester.maketxtfile(test_no_function=">>> 1\n1")  # a doctest has no arguments
    url = f"--registry-url={local_registry.url}"
    result = run("-n", workers, url, "--registry-versions=v1")
    result.assert_outcomes(errors=5, passed=7, skipped=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*NothingChecked: the test asked for assert_conforms and has checked nothing",
            "*next: is what it loops over empty? Check something, skip the test, or take *",
        ]
    )


def test_only_what_could_not_be_checked_fails_the_session(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("def test_unchecked(assert_conforms): assert_conforms({}, 'a')")
    result = run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(errors=2)


def test_a_violation_can_be_expected(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import ContractViolation, SchemaNotFound

        def test_violation(assert_conforms):
            with pytest.raises(ContractViolation):
                assert_conforms({}, "orders.Order")

        def test_missing(registry_schema):
            with pytest.raises(SchemaNotFound):
                registry_schema("orders.Missing")
    """)
    run(f"--registry-url={local_registry.url}").assert_outcomes(passed=4)


@WORKERS
def test_what_a_subtest_violates_is_not_expected_because_the_next_conforms(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytest.importorskip("_pytest.subtests", reason="pytest 9 has subtests of its own")
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("orders.Order", versions="v1")
        def test_orders(assert_conforms, subtests):
            for number, order in enumerate([{"id": "a"}, {}, {"id": "b"}]):
                with subtests.test(number=number):
                    assert_conforms(order)
    """)
    result = run(
        "-n",
        workers,
        f"--registry-url={local_registry.url}",
        "--registry-ratchet=ratchet.txt",
        "--registry-enforcement=v1=strict",
        "--junitxml=junit.xml",
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["orders.Order  ✗", "3 checks: 2 conforming, 1 violating"])
    assert not (pytester.path / "ratchet.txt").exists()
    assert (pytester.path / "junit.xml").read_text().count('name="schema"') == 1


def test_a_violation_can_be_expected_when_the_test_is_torn_down(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import ContractViolation

        @pytest.fixture
        def refused(assert_conforms):
            yield
            with pytest.raises(ContractViolation):
                assert_conforms({}, "orders.Order")

        def test_own(refused): pass
    """)
    result = run(f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["2 checks: 2 refused as expected"])


def test_the_registry_itself_can_be_asked(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test_index(schema_registry):
            assert [entry.version for entry in schema_registry.index()] == ["v1", "v2"]
            assert schema_registry.validate_payload("orders.Order", {})[0] is False
    """)
    run(f"--registry-url={local_registry.url}").assert_outcomes(passed=1)


def test_that_nothing_was_checked_does_not_hide_behind_an_expected_failure(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import CassetteMissing

        @pytest.mark.xfail
        def test_of_the_payload(assert_conforms):
            assert_conforms({}, "orders.Order")

        @pytest.mark.xfail(raises=CassetteMissing)
        def test_of_the_recording(assert_conforms):
            assert_conforms({}, "orders.Order")
    """)
    result = run("--registry-offline", "--registry-versions=v1")
    result.assert_outcomes(errors=1, xfailed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_fixtures_that_a_test_asks_for_late_are_an_error(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        def test_late(request):
            request.getfixturevalue("assert_conforms")
    """)
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*registry_version: name the fixtures in the test's arguments*"])


def test_an_old_copy_that_several_calls_use_is_one_warning_of_the_test(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test_order(assert_conforms, registry_schema):
            registry_schema("orders.Order")
            for _ in range(3):
                assert_conforms({"id": "a", "quantity": 1}, "orders.Order")
    """)
    options = (f"--registry-url={local_registry.url}", "--registry-versions=v1")
    run(*options).assert_outcomes(passed=1)
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    run(*options, "--registry-cache-ttl=0").assert_outcomes(passed=1, warnings=1)


def test_a_number_that_is_none_in_the_ini_file_names_its_setting(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nregistry_cache_ttl = none")
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: registry_cache_ttl (ini file): *'none'*"])
