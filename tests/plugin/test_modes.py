from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER, LocalRegistry, Reply

if TYPE_CHECKING:
    from tests.conftest import Run

SOURCE = """
import pytest

@pytest.mark.registry_schema("orders.Order")
def test_order(assert_conforms):
    assert_conforms({"id": "a", "quantity": 1})

@pytest.mark.registry_schema("orders.Order", prefer="v3", fallback="v1")
def test_negotiated(registry_schema):
    assert registry_schema().version == "v1"
"""


@functools.cache
def air_gap() -> list[str]:
    """The command in front of another that cuts its network off."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if not shutil.which("unshare"):
            break
        if subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0:
            return command
    pytest.skip("needs unshare --net")


@pytest.fixture(autouse=True)
def _tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SOURCE)


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("options", [[], ["--registry-offline"]], ids=["auto", "replay"])
def test_what_was_recorded_replays_with_the_network_cut(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    workers: str,
    options: list[str],
) -> None:
    record = ("--registry-mode=record", f"--registry-url={local_registry.url}", "-n", workers)
    run(*record).assert_outcomes(passed=3)
    shutil.rmtree(pytester.path / ".pytest_cache")
    command = [*air_gap(), sys.executable, "-m", "pytest", "-p", "no:randomly", "-n", workers]
    result = pytester.run(*command, *options)
    result.assert_outcomes(passed=3)
    cassettes = pytester.path / "tests/contracts/cassettes"
    assert sorted(str(file.relative_to(cassettes)) for file in cassettes.rglob("*.yaml")) == [
        f"v1/{ORDER}.yaml",
        f"v2/{ORDER}.yaml",
        f"v3/{ORDER}.yaml",
    ]


def test_replay_asks_nobody_even_where_it_could(run: Run, local_registry: LocalRegistry) -> None:
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-mode=record").assert_outcomes(passed=3)
    local_registry.requests.clear()
    run(url, "--registry-mode=replay").assert_outcomes(passed=3)
    assert local_registry.requests == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_replay_without_a_recording_says_how_to_record(run: Run, workers: str) -> None:
    result = run("-n", workers)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            f"E *CassetteMissing: no registry is configured, *no recording of {ORDER} v1",
            f"E *cassette: tests/contracts/cassettes/v1/{ORDER}.yaml",
            "E *next: give the registry's address (*), or record it: pytest --registry-mode=*",
        ]
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_stale_entry_is_served_with_a_warning_and_a_summary(
    run: Run, local_registry: LocalRegistry, workers: str
) -> None:
    options = (f"--registry-url={local_registry.url}", "--registry-cache-ttl=0", "-n", workers)
    run(*options).assert_outcomes(passed=3)
    with local_registry.down():
        result = run(*options)
    outcomes = result.parseoutcomes()
    assert outcomes.pop("warnings") >= 3
    assert outcomes == {"passed": 3}
    result.stdout.fnmatch_lines(
        [
            (
                "*StaleSchemaWarning: orders.Order v1 release 1.0.0 was served from the "
                f"stale cache of {local_registry.url}/schemas/v1/{ORDER}, fetched *ago, because *"
            ),
            "*= schema registry =*",
            "the registry gave no new answer; 3 old copies served:",
            "  because cannot connect: *",
            "  orders.Order v1 release 1.0.0: stale cache, fetched * s ago",
            "  orders.Order v2 release 2.0.0: stale cache, fetched * s ago",
            "  the 404 of orders.Order v3: stale cache, fetched * s ago",
        ]
    )


def test_a_cassette_is_served_with_a_warning_where_there_is_no_cache_entry(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-mode=record").assert_outcomes(passed=3)
    shutil.rmtree(pytester.path / ".pytest_cache")
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    result = run(url)
    outcomes = result.parseoutcomes()
    assert outcomes.pop("warnings") >= 3
    assert outcomes == {"passed": 3}
    result.stdout.fnmatch_lines(["  orders.Order v1 release 1.0.0: cassette, fetched * ago"])


def test_live_serves_nothing_old(run: Run, local_registry: LocalRegistry) -> None:
    options = (f"--registry-url={local_registry.url}", "--registry-cache-ttl=0")
    run(*options, "--registry-mode=record").assert_outcomes(passed=3)
    with local_registry.down():
        result = run(*options, "--registry-mode=live")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["E *RegistryUnavailable: the registry did not answer: *"])


def test_a_directory_takes_the_registrys_place(run: Run, local_registry: LocalRegistry) -> None:
    run(f"--registry-url={local_registry.directory}").assert_outcomes(passed=3)
    run(f"--registry-url={local_registry.directory.as_uri()}").assert_outcomes(passed=3)
    assert local_registry.requests == []


def test_where_no_registry_is_configured_a_missing_recording_says_so(run: Run) -> None:
    result = run()
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            (
                "E   *: no registry is configured, so only cassettes are read; there is no "
                "recording of orders.Order v1"
            ),
            "E *cassette: tests/contracts/cassettes/v1/orders.Order.yaml",
            (
                "E *next: give the registry's address (--registry-url, SCHEMA_REGISTRY_URL, or "
                "registry_url in the ini file), or record it: pytest --registry-mode=record "
                "--registry-url=URL"
            ),
        ],
        consecutive=True,
    )


def test_an_address_from_the_environment_is_said_to_be_from_there(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makeini("[pytest]\nregistry_url = http://registry.example\n")
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", local_registry.url)
    result = run("--registry-versions=v1,v3")
    result.assert_outcomes(passed=2, errors=1)
    address = "address: from the environment variable SCHEMA_REGISTRY_URL, which goes before the *"
    result.stdout.fnmatch_lines(
        [
            f"schema registry: {local_registry.url} (from SCHEMA_REGISTRY_URL), mode auto, *",
            "E   *SchemaNotFound: no schema orders.Order in v3",
            f"E *according to: registry {local_registry.url}/schemas/v3/orders.Order",
            f"E *{address}",
        ]
    )
    with local_registry.down():
        result = run("--registry-mode=live", "--registry-cache-ttl=0")
    result.stdout.fnmatch_lines(
        [
            f"E *{address}",
            "E *next: check SCHEMA_REGISTRY_URL and the network; *",
        ]
    )


def test_replay_has_no_use_for_a_cache(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    run("--registry-mode=record", f"--registry-url={local_registry.url}").assert_outcomes(passed=3)
    shutil.rmtree(pytester.path / ".pytest_cache")
    (pytester.path / ".pytest_cache").touch()  # as on a disk that nobody may write to
    result = run("--registry-offline", "-n", "2")
    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("*cache directory cannot be used*")


UNUSED = ["1 cassette that no test used; delete it:", "  tests/contracts/cassettes/v1/old.yaml"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_of_all_tests_names_the_cassettes_that_none_used(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    url = f"--registry-url={local_registry.url}"
    folder = pytester.path / "tests/contracts/cassettes"
    run("--registry-mode=record", url, "--registry-require-coverage")
    shutil.copy(folder / "v1/orders.Order.yaml", folder / "v1/old.yaml")
    (folder / "other_tools.yaml").write_text("interactions: []\nversion: 1\n")
    for options in (["--registry-offline"], ["--registry-mode=record", url]):
        result = run("-n", workers, *options)
        result.assert_outcomes(passed=3)
        result.stdout.fnmatch_lines(UNUSED, consecutive=True)


PARTS = [
    ["-k", "v1"],
    ["test_nothing.py"],
    ["-q"],
    ["--registry-versions=v2"],
    ["--registry-enforcement=v1=off"],
]


@pytest.mark.parametrize("part", PARTS)
def test_a_run_of_a_part_of_the_tests_names_no_cassette(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, part: list[str]
) -> None:
    run("--registry-mode=record", f"--registry-url={local_registry.url}")
    folder = pytester.path / "tests/contracts/cassettes/v1"
    shutil.copy(folder / "orders.Order.yaml", folder / "old.yaml")
    pytester.makepyfile(test_nothing="def test_nothing(): pass")
    result = run("--registry-offline", *part)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*that no test used*")


def test_a_test_that_is_skipped_may_use_any_cassette(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    run("--registry-mode=record", f"--registry-url={local_registry.url}")
    folder = pytester.path / "tests/contracts/cassettes/v1"
    shutil.copy(folder / "orders.Order.yaml", folder / "old.yaml")
    pytester.makepyfile(test_skipped="import pytest\n@pytest.mark.skip\ndef test_it(): pass")
    result = run("--registry-offline")
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.no_fnmatch_line("*that no test used*")
