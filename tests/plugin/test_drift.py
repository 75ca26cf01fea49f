"""What the registry has changed since the cassettes were recorded."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry, Reply
from tests.report_schemas import report_schema

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
SOURCE = f"""
    import pytest

    @pytest.mark.registry_schema("{ORDER}")
    def test_order(assert_conforms):
        assert_conforms({{"id": "a", "quantity": 1}})

    @pytest.mark.registry_schema("{ORDER}", prefer="v3", fallback="v1")
    def test_negotiated(registry_schema):
        registry_schema()
"""
LONGER = {**ORDER_V1, "properties": {"id": {"type": "string", "maxLength": 9}}}
BROKEN = {**LONGER, "$core_version": "1.1.0"}
RENAMED = {**ORDER_V2, "title": "An order", "$core_version": "2.0.1"}


@pytest.fixture
def recorded(run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry) -> str:
    """A suite with its cassettes; the option that names its registry.

    Recorded are v1, v2, and that there is no v3.
    """
    pytester.makepyfile(SOURCE)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-mode=record").assert_outcomes(passed=3)
    return url


@pytest.fixture
def asks(recorded: str) -> tuple[str, str]:
    """The same, for a run that asks the registry whatever the cache holds."""
    return (recorded, "--registry-cache-ttl=0")


def told(result: pytest.RunResult) -> list[str]:
    """What is said on drift, up to the line that closes the run."""
    lines = result.stdout.lines
    begin = next(
        (
            at
            for at, line in enumerate(lines)
            if line.startswith(("drift: ", "recorded ")) or " older " in line
        ),
        len(lines),
    )
    return lines[begin:-1]


def cassette(pytester: pytest.Pytester, version: str) -> Path:
    return pytester.path / "tests" / "contracts" / "cassettes" / version / f"{ORDER}.yaml"


@WORKERS
@pytest.mark.parametrize("mode", ["auto", "live"])
def test_what_changed_since_the_recording_is_said(
    run: Run, asks: tuple[str, str], local_registry: LocalRegistry, workers: str, mode: str
) -> None:
    local_registry.publish(ORDER, v1=BROKEN, v2=RENAMED, v3=ORDER_V2)
    result = run("-n", workers, *asks, "--registry-mode", mode)
    result.assert_outcomes(passed=3)
    assert told(result) == [
        "drift: 3 of 3 schemas differ from their cassettes:",
        "  orders.Order v1: breaking, 1.0.0 -> 1.1.0",
        "    length-tightened at $.id: no maxLength -> 9",
        "  orders.Order v3: new, no such schema -> 2.0.0",
        "  orders.Order v2: annotations only, 2.0.0 -> 2.0.1",
        f"record them anew: pytest --registry-mode=record --registry-url={local_registry.url}",
    ]


@WORKERS
@pytest.mark.parametrize("mode", ["auto", "live"])
def test_nothing_is_said_where_nothing_changed(
    run: Run, asks: tuple[str, str], workers: str, mode: str
) -> None:
    result = run("-n", workers, *asks, "--registry-mode", mode, "--registry-drift=fail")
    result.assert_outcomes(passed=3)
    assert (result.ret, told(result)) == (0, [])


def test_what_the_cache_serves_unasked_is_compared_too(
    run: Run, recorded: str, local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    run(recorded, "--registry-cache-ttl=0")
    local_registry.requests.clear()
    assert told(run(recorded))[1] == "  orders.Order v1: breaking, 1.0.0 -> 1.1.0"
    assert local_registry.requests == []


def test_a_directory_is_compared_as_a_registry_is(
    run: Run, recorded: str, local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    result = run(f"--registry-url={local_registry.directory}")
    assert told(result)[:2] == [
        "drift: 1 of 3 schemas differs from its cassette:",
        "  orders.Order v1: breaking, 1.0.0 -> 1.1.0",
    ]


def test_an_old_copy_is_not_compared(
    run: Run, asks: tuple[str, str], local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    run(*asks)
    with local_registry.down():
        result = run(*asks, "-W", "ignore")
    result.assert_outcomes(passed=3)
    assert told(result) == []


@WORKERS
@pytest.mark.parametrize(
    ("level", "v1", "status"),
    [
        ("off", BROKEN, 0),
        ("warn", BROKEN, 0),
        ("fail", BROKEN, 1),
        ("fail=breaking", BROKEN, 1),
        ("fail=unknown", BROKEN, 0),
        ("fail", RENAMED | {"required": ["id"]}, 1),
        ("fail=breaking", ORDER_V1 | {"title": "An order"}, 0),
    ],
)
def test_drift_fails_a_run_from_a_grade_on(
    run: Run,
    asks: tuple[str, str],
    local_registry: LocalRegistry,
    workers: str,
    level: str,
    v1: Any,
    status: int,
) -> None:
    local_registry.publish(ORDER, v1=v1)
    result = run("-n", workers, *asks, "--registry-mode=live", f"--registry-drift={level}")
    result.assert_outcomes(passed=3)
    assert result.ret == status


def test_drift_is_an_annotation_on_github(
    run: Run,
    asks: tuple[str, str],
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = run(*asks, "--registry-mode=live")
    said = "drift: 1 of 3 schemas differs from its cassette:%0A  orders.Order v1: breaking, *"
    result.stdout.fnmatch_lines([f"::warning title=schema registry%3A drift::{said}"])


def test_a_run_that_drift_fails_says_why(
    run: Run, asks: tuple[str, str], local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    result = run(*asks, "--registry-mode=live", "--registry-drift=fail=breaking")
    assert told(result) == [
        "drift: 1 of 3 schemas differs from its cassette:",
        "  orders.Order v1: breaking, 1.0.0 -> 1.1.0",
        "    length-tightened at $.id: no maxLength -> 9",
        f"record them anew: pytest --registry-mode=record --registry-url={local_registry.url}",
        (
            "gate failed: 1 schema drifted, graded breaking or worse (orders.Order v1); "
            "--registry-drift fail=breaking allows none: record anew, and review what changes "
            "in the cassettes"
        ),
    ]


def test_a_run_that_ends_otherwise_keeps_its_status(
    run: Run, pytester: pytest.Pytester, asks: tuple[str, str], local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    result = run(*asks, "--registry-drift=fail", "-k", "nothing")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    pytester.makeconftest("def pytest_runtest_teardown(): raise KeyboardInterrupt")
    assert run(*asks, "--registry-drift=fail").ret == pytest.ExitCode.INTERRUPTED


@WORKERS
def test_a_schema_that_the_registry_has_no_more_is_gone(
    run: Run, asks: tuple[str, str], local_registry: LocalRegistry, workers: str
) -> None:
    (local_registry.directory / "v2" / f"{ORDER}.json").unlink()
    result = run("-n", workers, *asks, "--registry-mode=live")
    result.assert_outcomes(passed=2, errors=1)
    assert told(result)[:2] == [
        "drift: 1 of 3 schemas differs from its cassette:",
        "  orders.Order v2: gone, 2.0.0 -> no such schema",
    ]


@WORKERS
def test_a_damaged_cassette_is_drift_and_no_error(
    run: Run,
    pytester: pytest.Pytester,
    asks: tuple[str, str],
    local_registry: LocalRegistry,
    workers: str,
) -> None:
    cassette(pytester, "v1").write_text("interactions: []\n")
    result = run("-n", workers, *asks, "--registry-mode=live")
    result.assert_outcomes(passed=3)
    assert told(result) == [
        "drift: 1 of 3 schemas differs from its cassette:",
        "  orders.Order v1: unknown, a damaged cassette -> 1.0.0",
        (
            "    cassette-damaged at tests/contracts/cassettes/v1/orders.Order.yaml: "
            "its end is missing"
        ),
        f"record them anew: pytest --registry-mode=record --registry-url={local_registry.url}",
    ]


def test_what_the_registry_only_reformatted_is_no_reason_to_fail(
    run: Run, asks: tuple[str, str], local_registry: LocalRegistry
) -> None:
    body = {"content": ORDER_V1, "core_version": "1.0.0", "sha256": "of an indented file"}
    local_registry.always(Reply(body=body), f"schemas/v1/{ORDER}")
    result = run(*asks, "--registry-mode=live", "--registry-drift=fail")
    assert result.ret == 0
    assert told(result)[:2] == [
        "drift: 1 of 3 schemas differs from its cassette:",
        "  orders.Order v1: formatting, 1.0.0 -> 1.0.0",
    ]


def test_what_a_schema_refers_to_is_compared_with_it(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("orders.Basket", versions="v1")
        def test_basket(assert_conforms):
            assert_conforms([])
    """)
    basket = {"$core_version": "1.0.0", "items": {"$ref": "orders.Order"}}
    local_registry.publish("orders.Basket", v1=basket)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-mode=record").assert_outcomes(passed=1)
    local_registry.publish(ORDER, v1=BROKEN)
    result = run(url, "--registry-cache-ttl=0", "--registry-mode=live")
    assert "  orders.Order v1: breaking, 1.0.0 -> 1.1.0" in told(result)


@WORKERS
def test_what_refers_to_another_schema_is_graded_with_it(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("orders.Basket", "orders.Bag", versions="v1")
        def test_basket(registry_schema):
            registry_schema()
    """)
    basket = {"items": {"$ref": "orders.Order"}, "maxItems": 9}
    local_registry.publish("orders.Basket", v1=basket)
    local_registry.publish("orders.Bag", v1=basket)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-mode=record").assert_outcomes(passed=2)
    local_registry.publish("orders.Basket", v1=basket | {"maxItems": 10})
    local_registry.publish("orders.Bag", v1=basket | {"maxItems": 5})
    result = run(url, "--registry-cache-ttl=0", "-n", workers)
    assert [line for line in told(result) if line.startswith("  ")] == [
        "  orders.Bag v1: breaking",
        "    item-count-tightened at $: 9 -> 5",
        "  orders.Basket v1: compatible",
    ]
    # What it refers to now may be gone.
    local_registry.publish("orders.Bag", v1={"items": {"$ref": "orders.None"}})
    result = run(url, "--registry-cache-ttl=0", "-n", workers)
    assert "  orders.Bag v1: unknown" in told(result)


def test_a_session_that_looks_at_no_payload_is_compared_too(
    run: Run, pytester: pytest.Pytester, asks: tuple[str, str], local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    pytester.makepyfile(f"def test(schema_registry): schema_registry.get_schema('{ORDER}', 'v1')")
    result = run(*asks, "--registry-drift=fail")
    result.assert_outcomes(passed=1)
    assert result.ret == 1
    assert told(result)[0] == "drift: 1 of 1 schema differs from its cassette:"


def test_what_a_crashed_worker_used_is_compared_by_the_others(
    run: Run, pytester: pytest.Pytester, asks: tuple[str, str], local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    pytester.makepyfile(test_crash="import os\n\ndef test_crash(): os._exit(1)")
    result = run("-n", "2", *asks, "--registry-mode=live")
    assert result.parseoutcomes()["passed"] == 3
    assert "  orders.Order v1: breaking, 1.0.0 -> 1.1.0" in result.stdout.lines


@WORKERS
def test_recording_says_what_it_changed(
    run: Run, pytester: pytest.Pytester, recorded: str, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.publish(ORDER, v1=BROKEN, v2=RENAMED)
    result = run("-n", workers, recorded, "--registry-mode=record", "--registry-drift=fail")
    result.assert_outcomes(passed=3)
    assert result.ret == 0
    assert told(result) == [
        ("recorded 3 schemas (2 changed, 1 unchanged) in tests/contracts/cassettes; commit them"),
        "drift: 2 of 3 schemas differ from their cassettes as they were before:",
        "  orders.Order v1: breaking, 1.0.0 -> 1.1.0",
        "    length-tightened at $.id: no maxLength -> 9",
        "  orders.Order v2: annotations only, 2.0.0 -> 2.0.1",
    ]
    again = run("-n", workers, recorded, "--registry-mode=record", "--registry-drift=off")
    assert told(again) == ["recorded 3 schemas (3 unchanged) in tests/contracts/cassettes"]


@WORKERS
def test_a_directory_that_every_worker_records_has_changed_once(
    run: Run, recorded: str, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    url = f"--registry-url={local_registry.directory}"
    result = run("-n", workers, url, "--registry-mode=record")
    assert told(result)[2] == "  orders.Order v1: breaking, 1.0.0 -> 1.1.0"


def test_the_first_recording_is_new(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(SOURCE)
    result = run(f"--registry-url={local_registry.url}", "--registry-mode=record")
    assert told(result) == [
        "recorded 2 schemas (2 new) in tests/contracts/cassettes; commit them",
    ]


def test_what_could_not_be_written_is_not_recorded(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(SOURCE)
    folder = pytester.path / "tests" / "contracts" / "cassettes"
    folder.mkdir(parents=True)
    (folder / "v1").touch()  # where a folder has to be
    record = (f"--registry-url={local_registry.url}", "--registry-mode=record")
    result = run(*record)
    assert result.parseoutcomes()["errors"]
    recorded = "recorded 1 schema (1 new) in tests/contracts/cassettes; commit them"
    assert told(result)[0] == recorded
    shutil.rmtree(folder)
    folder.touch()
    assert told(run(*record)) == []


@WORKERS
def test_an_old_cassette_is_named_in_replay_too(
    run: Run, pytester: pytest.Pytester, asks: tuple[str, str], workers: str
) -> None:
    file = cassette(pytester, "v1")
    recorded_at = file.read_text().rpartition(": '")[2].partition("'")[0]
    file.write_text(file.read_text().replace(recorded_at, "2020-01-01T00:00:00+00:00"))
    for options in (asks, ("--registry-offline",)):
        old = (*options, "-n", workers, "--registry-cassette-max-age=30")
        result = run(*old)
        assert result.ret == 0
        assert told(result)[0] == "1 cassette older than 30 days:"
        result.stdout.fnmatch_lines(["  orders.Order v1: recorded * days ago"])
        result = run(*old, "--registry-drift=fail=gone")
        assert result.ret == 1
        result.stdout.fnmatch_lines(
            [
                (
                    "gate failed: 1 cassette is too old (orders.Order v1); "
                    "--registry-cassette-max-age 30 and --registry-drift fail=gone allow none: *"
                )
            ]
        )


def test_a_replay_says_how_old_it_is_and_compares_nothing(run: Run, recorded: str) -> None:
    result = run("--registry-offline", "--registry-drift=fail")
    result.stdout.fnmatch_lines(["replayed from 3 cassettes, recorded * s ago"])
    assert (result.ret, told(result)) == (0, ["drift: no cassette was compared with the registry"])
    assert told(run("--registry-offline")) == []
    run("--registry-offline", "--registry-drift=off").stdout.no_fnmatch_line("*replayed*")


def report(pytester: pytest.Pytester) -> Any:
    written = json.loads((pytester.path / "drift.json").read_text())
    validator = jsonschema_rs.Draft202012Validator(report_schema("drift"), validate_formats=True)
    validator.validate(written)
    return written


@WORKERS
def test_machines_are_given_the_same(
    run: Run,
    pytester: pytest.Pytester,
    asks: tuple[str, str],
    local_registry: LocalRegistry,
    workers: str,
) -> None:
    local_registry.publish(ORDER, v1=BROKEN)
    options = ("--registry-drift=fail", "--registry-drift-report=drift.json")
    run("-n", workers, *asks, *options)
    written = report(pytester)
    assert len(written["missed_gates"]) == 1
    assert [
        (each["version"], each["grade"], each["local"]["release"], each["registry"]["release"])
        for each in written["schemas"]
    ] == [
        ("v1", "breaking", "1.0.0", "1.1.0"),
        ("v2", "same", "2.0.0", "2.0.0"),
        ("v3", "same", None, None),
    ]
    assert [each["rule"] for each in written["schemas"][0]["reasons"]] == ["length-tightened"]


def test_a_report_that_was_asked_for_is_written_whatever_there_is(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(SOURCE)
    options = (f"--registry-url={local_registry.url}", "--registry-drift-report=drift.json")
    run(*options)
    assert [each["grade"] for each in report(pytester)["schemas"]] == ["new", "new"]
    with local_registry.down():
        run(*options, "--registry-cache-ttl=0", "-W", "ignore")
    assert report(pytester)["schemas"] == []
    run(*options, "--registry-drift=off")
    assert report(pytester)["schemas"] == []


def test_a_report_that_cannot_be_written_fails_the_run(
    run: Run, pytester: pytest.Pytester, recorded: str
) -> None:
    pytester.makefile("", a_file="")
    result = run(recorded, "--registry-drift-report=a_file/drift.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["gate failed: --registry-drift-report: *a_file* cannot be written: *; make its *"]
    )


LOADED = """
import sys
from pathlib import Path

def pytest_unconfigure(config):
    looked_for = {"yaml", "pytest_schema_registry.contracts.drift",
        "pytest_schema_registry.schema_types.json_schema.compatibility.levels"}
    Path("loaded").write_text(" ".join(sorted(looked_for & set(sys.modules))))
"""


@pytest.mark.parametrize(
    ("drift", "source", "expected"),
    [
        ("warn", "def test(): pass", ""),
        ("off", SOURCE, ""),
        # There are no cassettes.
        ("warn", SOURCE, "pytest_schema_registry.contracts.drift"),
    ],
)
def test_what_is_not_needed_is_not_imported(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    drift: str,
    source: str,
    expected: str,
) -> None:
    pytester.makeconftest(LOADED)
    pytester.makepyfile(source)
    options = (f"--registry-url={local_registry.url}", f"--registry-drift={drift}")
    run(*options)
    run(*options)
    assert (pytester.path / "loaded").read_text() == expected


def test_schemas_that_did_not_change_are_compared_without_the_comparison(
    run: Run, pytester: pytest.Pytester, asks: tuple[str, str]
) -> None:
    pytester.makeconftest(LOADED)
    run(*asks)
    assert (pytester.path / "loaded").read_text() == "pytest_schema_registry.contracts.drift"
