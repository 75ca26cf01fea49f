"""An old answer is said wherever something rests on it: a warning, the closing lines, the gate."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.local_registry import LocalRegistry, Reply

if TYPE_CHECKING:
    from tests.conftest import Run

DOWN = Reply(503, "closed", {"retry-after": "3600"})
WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
BY_ID = "https://ids.example/size"
SOURCE = """
import pytest
from pytest_schema_registry import SchemaNotFound

@pytest.mark.registry_schema("shop.Cart", versions=["v1"])
@pytest.mark.parametrize("number", range(3))
def test_cart(assert_conforms, number):
    assert_conforms([{}])

@pytest.mark.registry_schema("shop.Negotiated", prefer="v2", fallback="v1")
def test_negotiated(registry_schema):
    print("REASON:", registry_schema().reason)

def test_verdict(assert_compatible):
    assert_compatible("shop.Plain@v1", "shop.Plain@v2")

def test_releases(schema_registry):
    assert len(schema_registry.versions("shop.Plain")) == 2

def test_missing(schema_registry):
    with pytest.raises(SchemaNotFound):
        schema_registry.get_schema("shop.None", "v1")

def test_payload(schema_registry):
    assert schema_registry.validate_payload("shop.Cart", [{}])[0]

@pytest.mark.registry_schema("shop.Plain", versions=["v1"])
def test_of_nothing_old(assert_conforms):
    assert_conforms({})
"""


class Session(Protocol):
    def __call__(self, *options: str) -> tuple[pytest.RunResult, dict[str, Any]]: ...


@pytest.fixture
def session(run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry) -> Session:
    """Run a session, and give its report too."""

    def session(*options: str) -> tuple[pytest.RunResult, dict[str, Any]]:
        fixed = (
            "--registry-cache-ttl=0",
            "--registry-report=report.json",
            "-p",
            "no:cacheprovider",
        )
        result = run(f"--registry-url={local_registry.url}", *fixed, *options)
        return result, json.loads((pytester.path / "report.json").read_text(encoding="utf-8"))

    return session


def old_of(report: dict[str, Any]) -> list[str]:
    return [copy["schema"] for copy in report["old_copies"]]


def warned(result: pytest.RunResult) -> list[str]:
    return re.findall(
        r"(?:StaleSchemaWarning:|;) (.+?) was served from the cassette", result.stdout.str()
    )


@WORKERS
def test_whatever_is_old_warns_the_tests_that_rest_on_it(
    session: Session, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(SOURCE)
    size = {"$id": BY_ID, "type": "object"}
    local_registry.publish("shop.Size", v1=size)
    local_registry.publish("shop.Item", v1={"$ref": BY_ID})
    local_registry.publish("shop.Cart", v1={"items": {"$ref": "shop.Item"}})
    local_registry.publish("shop.Negotiated", v1={})
    local_registry.publish("shop.Plain", v1={"type": "object"}, v2={"type": "object"})
    options = ("--registry-compat-source=registry", "-n", workers, "-rP")
    recorded, report = session("--registry-mode=record", *options)
    recorded.assert_outcomes(passed=9)
    assert old_of(report) == []
    local_registry.publish("shop.Negotiated", v2={})
    for path in (
        "schemas/by-id/https%3A%2F%2Fids.example%2Fsize",
        "schemas/v2/shop.Negotiated",
        "schemas/v2/shop.Negotiated.schema",
        "schemas/v1/shop.None",
        "schemas/v1/shop.Plain/versions",
        "schemas/v2/shop.Cart",
        "compat/check",
    ):
        local_registry.always(DOWN, path)
    result, report = session("--registry-fail-on-stale", *options)
    assert result.parseoutcomes()["passed"] == 9
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    of_id = f"the schema with the id {BY_ID}"
    old = [
        "the 404 of shop.Cart v2",
        "the 404 of shop.Negotiated v2",
        "the 404 of shop.None v1",
        "the compatibility of shop.Plain v1 -> v2",
        "the releases of shop.Plain v1",
        of_id,
    ]
    assert old_of(report) == old
    assert sorted(set(warned(result))) == old
    # Once for each test, also of those that share a compiled schema.
    assert result.parseoutcomes()["warnings"] == 8
    assert "::test_of_nothing_old" not in result.stdout.str().partition("warnings summary")[2]
    result.stdout.fnmatch_lines(
        [
            "REASON: v1, because v2 could not be asked; * ago it did not have it",
            "the registry gave no new answer; 6 old copies served:",
            *(f"  {each}: cassette, fetched * ago" for each in old),
            "gate failed: 6 old copies were used because the registry gave no new answer; *",
        ],
    )


@WORKERS
def test_an_old_index_is_said_though_no_test_rests_on_it(
    session: Session, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makeini("[pytest]\nregistry_compatibility =\n    shop.*: v1 -> v2\n")
    local_registry.publish("shop.Plain", v1={}, v2={})
    record = f"--registry-url={local_registry.url}"
    assert session(record, "--registry-mode=record")[0].ret == pytest.ExitCode.OK
    local_registry.publish("shop.New", v1={}, v2={"type": "object", "required": ["id"]})
    local_registry.always(DOWN, "index")
    result, report = session("-n", workers, "--registry-fail-on-stale")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert old_of(report) == ["the index"]
    result.stdout.fnmatch_lines(
        ["the registry gave no new answer; 1 old copy served:", "  the index: cassette, *"]
    )


@WORKERS
def test_an_old_index_that_coverage_is_measured_by_is_said(
    session: Session, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile("""
        def test(assert_conforms):
            assert_conforms({"id": "a", "quantity": 1}, "orders.Order")
    """)
    covered = "--registry-require-coverage"
    with_index = pytester.mkdir("rules")
    with_index.joinpath("pytest.ini").write_text(
        "[pytest]\nregistry_compatibility =\n    orders.*: v1 -> v2\n"
    )
    session("--registry-mode=record", "-c", str(with_index / "pytest.ini"), "--rootdir=.")
    local_registry.always(DOWN, "index")
    result, report = session("-n", workers, covered, "--registry-fail-on-stale")
    assert old_of(report) == ["the index"]
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["gate failed: 1 old copy was used because the registry gave no new answer; *"]
    )
    assert "without a contract test" not in result.stdout.str()


@pytest.mark.parametrize("body", ["<html>Not found</html>", {"detail": "Not Found"}])
@WORKERS
def test_recording_at_a_wrong_address_replaces_nothing(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, body: Any, workers: str
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("orders.Order", versions=["v1"])
        def test_one(registry_schema):
            registry_schema()

        @pytest.mark.registry_schema("orders.Order", prefer="v3", fallback="v2")
        def test_negotiated(registry_schema):
            assert registry_schema().version == "v2"
    """)
    run(f"--registry-url={local_registry.url}", "--registry-mode=record").assert_outcomes(passed=2)
    cassettes = pytester.path / "tests/contracts/cassettes"
    recorded = {file: file.read_bytes() for file in cassettes.rglob("*.yaml")}
    assert len(recorded) == 3
    wrong = f"{local_registry.url}/wrong"
    local_registry.always(Reply(404, body))
    local_registry.requests.clear()
    for mode in ("record", "auto"):
        result = run(f"--registry-url={wrong}", f"--registry-mode={mode}", "-n", workers)
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines(
            [f"E *it answered 404, and has no registry's index at {wrong}/index; this is the *"]
        )
        result.stdout.no_fnmatch_line("record them anew: *")
        result.stdout.no_fnmatch_line("drift: *")
        assert local_registry.counts["/wrong/index"] == 1
        local_registry.requests.clear()
    assert {file: file.read_bytes() for file in cassettes.rglob("*.yaml")} == recorded


def test_a_404_while_the_index_cannot_be_had_is_no_answer(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test(registry_schema):
            assert registry_schema("orders.Order", prefer="v3", fallback="v1").version == "v1"
    """)
    local_registry.always(DOWN, "index")
    for mode in ("auto", "live", "record"):
        result = run(f"--registry-url={local_registry.url}", f"--registry-mode={mode}")
        result.assert_outcomes(failed=0, errors=2)
        result.stdout.fnmatch_lines(
            ["E *: it answered 404, which is believed of a registry only, and *: it answered 503 *"]
        )
