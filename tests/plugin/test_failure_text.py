from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

SOURCE = """
def test_violated(assert_conforms):
    assert_conforms({"id": 5}, "orders.Order")

def test_unchecked(assert_conforms):
    assert_conforms({}, "orders.Missing")

def test_unchecked_schema(registry_schema):
    registry_schema("orders.Missing")
"""


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("style", ["long", "short"])
def test_a_failure_shows_the_message_and_no_library_frames(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str, style: str
) -> None:
    pytester.makepyfile(SOURCE)
    url = f"--registry-url={local_registry.url}"
    result = run("-n", workers, f"--tb={style}", "--registry-versions=v1", url)
    result.assert_outcomes(failed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            "E  *ContractViolation: orders.Order v1: $.id: 5 is an integer, not a string",
            "E *$.id: *",
            f"E *schema*: registry {local_registry.url}/schemas/v1/orders.Order (*)",
        ]
    )
    result.stdout.no_fnmatch_line("*contract.py*")
    result.stdout.no_fnmatch_line("*registry.py*")
    result.stdout.no_fnmatch_line("*During handling*")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_short_summary_says_the_schema_and_the_first_violation(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(
        test_it="""
        import pytest

        def test_a(assert_conforms):
            assert_conforms({"note": 5}, "orders.Order")

        def test_b(registry_schema):
            registry_schema("orders.Missing")

        def test_c(assert_conforms):
            try:
                assert_conforms({}, "orders.Order")
            except AssertionError:
                pass

        def test_d(registry_version):
            raise LookupError("of another package")
        """
    )
    result = run("-n", workers, "--registry-versions=v1", f"--registry-url={local_registry.url}")
    result.stdout.fnmatch_lines_random(
        [
            "FAILED test_it.py::test_a[[]v1[]] - ContractViolation: orders.Order v1: $.id is m...",
            "ERROR test_it.py::test_b[[]v1[]] - SchemaNotFound: no schema orders.Missing in v1",
            "FAILED test_it.py::test_c[[]v1[]] - ContractViolation: orders.Order v1: $.id is m...",
            "FAILED test_it.py::test_d[[]v1[]] - LookupError: of another package",
        ]
    )
    result.stdout.no_fnmatch_line("E *pytest_schema_registry.*")


def test_what_a_payloads_own_code_raises_is_shown_from_there_on(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(
        """
        from dataclasses import dataclass, field

        @dataclass
        class Order:
            id: str = field(init=False)

            def __getattr__(self, name):
                raise LookupError("no " + name)

        def test_one(assert_conforms):
            assert_conforms(Order(), "orders.Order")
        """
    )
    result = run(f"--registry-url={local_registry.url}", "--registry-versions=v1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "E       LookupError: no id",
            "The above exception was the direct cause of the following exception:",
            "E       *PayloadNotJSON: the payload is not JSON at $.id: Order has no value there: *",
        ]
    )
    result.stdout.no_fnmatch_line("*payloads.py*")
