from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER, LocalRegistry

if TYPE_CHECKING:
    from tests.conftest import Run

READS = """
import httpx
import pytest

def get(registry_server, path):
    return httpx.get(registry_server.url + path)

@pytest.mark.parametrize("number", range(4))
def test_it_starts_afresh(registry_server, number):
    assert registry_server.requests == ()
    answer = get(registry_server, "/schemas/v1/orders.Order").json()
    assert answer["core_version"] == "1.0.0"
    assert get(registry_server, "/confluent/subjects").json() == ["orders.Order"]
    registry_server.publish("orders.Order", "v1", {}, release="1.1.0")
    registry_server.fail()
    assert get(registry_server, "/index").status_code == 503
    assert [each.path for each in registry_server.requests][::2] == [
        "/schemas/v1/orders.Order", "/index"
    ]
"""
ENDS = """
import threading
from pathlib import Path

import pytest

@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    names = [each.name for each in threading.enumerate() if "execnet" not in each.name.lower()]
    left = [name for name in names if "registry_server" in name or "AnyIO" in name]
    Path(f"left-{getattr(config, 'workerinput', {}).get('workerid', 'main')}").write_text(str(left))
"""


@pytest.fixture(autouse=True)
def _tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(READS)
    pytester.makeconftest(ENDS)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_test_begins_with_the_directory_and_nothing_is_left(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    result = run("-n", workers, f"--registry-url={local_registry.directory}", "-W", "error")
    result.assert_outcomes(passed=4)
    assert {file.read_text() for file in pytester.path.glob("left-*")} == {"[]"}


def test_what_a_session_fetches_for_it_is_recorded_and_replayed(
    run: Run, local_registry: LocalRegistry
) -> None:
    record = ("--registry-mode=record", f"--registry-url={local_registry.url}")
    run(*record).assert_outcomes(passed=4)
    assert local_registry.counts[f"/schemas/v1/{ORDER}"] == 1
    local_registry.requests.clear()
    run("--registry-offline").assert_outcomes(passed=4)
    assert local_registry.requests == []


@pytest.mark.parametrize("is_directory", [True, False])
def test_schemas_without_a_release_are_served_once_and_stay_recorded(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, *, is_directory: bool
) -> None:
    local_registry.publish("orders.Plain", v1={"type": "object"}, v2={"type": "object"})
    pytester.makepyfile(
        """
        import httpx

        def test_versions(registry_server):
            path = f"{registry_server.confluent_url}/subjects/orders.Plain"
            assert httpx.get(f"{path}/versions").json() == [1, 2]
            assert httpx.get(f"{path}/versions/latest").status_code == 200
        """
    )
    url = str(local_registry.directory) if is_directory else local_registry.url
    run(f"--registry-url={url}", "--registry-mode=record").assert_outcomes(passed=1)
    for version in ("v1", "v2"):
        cassette = pytester.path / "tests/contracts/cassettes" / version / "orders.Plain.yaml"
        assert "code: 404" not in cassette.read_text()
    run("--registry-offline").assert_outcomes(passed=1)


def test_it_needs_no_registry(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
        import httpx

        def test_own(registry_server):
            assert httpx.get(registry_server.url + "/index").json()["tracks"] == {}
            registry_server.publish("own.Own", "v1", {"type": "object"})
            assert httpx.get(registry_server.confluent_url + "/subjects").json() == ["own.Own"]
    """,
    )
    run("test_own.py").assert_outcomes(passed=1)


def test_it_checks_nothing(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import httpx

        def test_own(registry_server, assert_conforms):
            assert httpx.get(registry_server.url + "/schemas/v1/orders.Order").status_code == 200
    """)
    result = run(f"--registry-url={local_registry.directory}")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines("*the test asked for assert_conforms and has checked nothing*")


def test_a_server_that_cannot_start_is_an_error_that_says_why(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest("""
        import uvicorn

        def serve(*_, **__):
            raise OSError("too many open files")

        uvicorn.Server.serve = serve
    """)
    pytester.makepyfile("def test_own(registry_server): pass")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "E *InvalidSettings: the fixture registry_server: its server cannot start (too "
                "many open files); close what tests leave open, or raise the limits of the "
                "process (ulimit)"
            )
        ]
    )


def test_without_the_extra_the_error_names_it(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['uvicorn'] = None")
    result = run("-k", "0")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        "E  *InvalidSettings: the fixture registry_server: it needs uvicorn: "
        "pip install 'pytest-schema-registry?server?'"
    )
