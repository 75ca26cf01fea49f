from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


def test_the_registry_itself_can_be_asked(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test_index(schema_registry):
            assert [entry.version for entry in schema_registry.index()] == ["v1", "v2"]
            assert schema_registry.validate_payload("orders.Order", {})[0] is False
    """)
    run(f"--registry-url={local_registry.url}").assert_outcomes(passed=1)
