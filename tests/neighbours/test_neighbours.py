"""The contract tests beside other tools that patch the HTTP stack or forbid the network.

`tox -e neighbours` installs those tools; where one is missing, what needs it is skipped.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.processes import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

ROOT = Path(__file__).parents[2]

MODULES = {
    "pytest-asyncio": "pytest_asyncio",
    "pytest-httpx": "pytest_httpx",
    "pytest-recording": "pytest_recording",
    "pytest-socket": "pytest_socket",
    "pytest-xdist": "xdist",
    "respx": "respx",
}


def needs(*distributions: str) -> pytest.MarkDecorator:
    missing = [name for name in distributions if find_spec(MODULES[name]) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


class Served(NamedTuple):
    url: str
    log: Path

    def requests(self) -> list[str]:
        return re.findall(r'"GET /api/v1(\S+) HTTP', self.log.read_text())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The contract tests' registry, served by the command that the documentation shows."""
    log = tmp_path_factory.mktemp("served") / "log"
    command = [sys.executable, "-P", "-m", "pytest_schema_registry", "serve"]
    command += [str(ROOT / "tests/contracts/registry"), "--port", "0"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Served(f"{_address(server, log)}/api/v1", log)
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def cached(served: Served, tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    """The options of a run that finds everything in the cache."""
    options = ("--registry-mode", "live", "--registry-url", served.url)
    cache = ("--registry-cache-dir", tmp_path_factory.mktemp("cache"))
    assert contract_tests(*options, *cache).ret == 0
    return (*options, *cache, "--registry-cache-ttl", "3600")


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        if running := re.search(r"running on (http://\S+)", log.read_text()):
            return running[1]
        time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def contract_tests(*arguments: str | Path) -> pytest.RunResult:
    """Run tests/contracts in a process of its own, without the drills, which open connections."""
    # -P, or the checkout would shadow the installed wheel.
    command = [sys.executable, "-P", "-m", "pytest", "tests/contracts", "-p", "no:cacheprovider"]
    command += ["--ignore=tests/contracts/test_drills.py", *map(str, arguments)]
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    print(done.stdout, done.stderr)
    out, err = done.stdout.splitlines(), done.stderr.splitlines()
    return pytest.RunResult(done.returncode, out, err, time.monotonic() - started)


GUARDS = [
    pytest.param((), id="plain", marks=needs(*(set(MODULES) - {"pytest-xdist"}))),
    pytest.param(("--block-network",), id="block-network", marks=needs("pytest-recording")),
    pytest.param(("--disable-socket",), id="disable-socket", marks=needs("pytest-socket")),
]
WORKERS = [
    pytest.param(("-n", "0"), id="n0", marks=needs("pytest-xdist")),
    pytest.param(("-n", "2"), id="n2", marks=needs("pytest-xdist")),
]


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("guard", GUARDS)
class TestContractTests:
    def test_replay_passes(self, guard: Sequence[str], workers: Sequence[str]) -> None:
        result = contract_tests(*guard, *workers, "--registry-offline")
        assert result.ret == 0
        assert set(result.parseoutcomes()) == {"passed"}

    def test_what_is_declared_is_fetched_once_and_before_the_guard_is_up(
        self, guard: Sequence[str], workers: Sequence[str], served: Served, tmp_path: Path
    ) -> None:
        before = len(served.requests())
        live = ("--registry-mode", "live", "--registry-url", served.url)
        result = contract_tests(*guard, *workers, *live, "--registry-cache-dir", tmp_path / "cache")
        assert result.ret == 0
        assert set(result.parseoutcomes()) <= {"passed", "deselected"}
        asked = served.requests()[before:]
        assert asked
        assert sorted(asked) == sorted(set(asked))


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("guard", GUARDS[1:])
def test_what_is_in_the_cache_needs_no_network(
    guard: Sequence[str], workers: Sequence[str], served: Served, cached: tuple[str | Path, ...]
) -> None:
    before = served.requests()
    result = contract_tests(*guard, *workers, *cached)
    assert result.ret == 0
    assert set(result.parseoutcomes()) == {"passed"}
    assert served.requests() == before


IN_USE = """
    import httpx
    import pytest

    @pytest.mark.registry_schema("orders.Order", versions=["v1"])
    {test}
        assert_conforms({{"id": "1"}})
"""


@pytest.mark.parametrize(
    "test",
    [
        pytest.param(
            """
    def test_order(httpx_mock, assert_conforms):
        httpx_mock.add_response(url="https://shop.example/", text="mocked")
        assert httpx.get("https://shop.example/").text == "mocked"
            """,
            id="pytest-httpx",
            marks=needs("pytest-httpx"),
        ),
        pytest.param(
            """
    def test_order(respx_mock, assert_conforms):
        respx_mock.get("https://shop.example/").respond(text="mocked")
        assert httpx.get("https://shop.example/").text == "mocked"
            """,
            id="respx",
            marks=needs("respx"),
        ),
        pytest.param(
            """
    @pytest.mark.vcr
    @pytest.mark.block_network
    def test_order(vcr, assert_conforms):
        with pytest.raises(Exception, match="shop.example"):
            httpx.get("https://shop.example/")
            """,
            id="pytest-recording",
            marks=needs("pytest-recording"),
        ),
        pytest.param(
            """
    @pytest.mark.disable_socket
    def test_order(assert_conforms):
        with pytest.raises(Exception, match="socket"):
            httpx.get("https://shop.example/")
            """,
            id="pytest-socket",
            marks=needs("pytest-socket"),
        ),
    ],
)
def test_a_test_may_mock_its_own_traffic_and_check_a_payload(
    pytester: pytest.Pytester, run: Run, local_registry: LocalRegistry, test: str
) -> None:
    pytester.makepyfile(IN_USE.format(test=test.strip()))
    result = run("--registry-mode", "live", "--registry-url", local_registry.url)
    result.assert_outcomes(passed=1)
    assert local_registry.paths == ["/schemas/v1/orders.Order"]
    assert not list(pytester.path.rglob("*.yaml")), "our request was recorded as the user's"


@needs("pytest-socket")
def test_the_registry_for_the_code_under_test_needs_loopback_only(
    pytester: pytest.Pytester, run: Run, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import httpx
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_order(registry_server, number):
            registry_server.disconnect(times=1)
            with pytest.raises(httpx.TransportError):
                httpx.get(registry_server.url)
            url = f"{registry_server.confluent_url}/subjects"
            assert httpx.get(url).json() == ["orders.Order"]
            with pytest.raises(Exception, match="socket"):
                httpx.get("http://192.0.2.1/")
    """)
    run("--allow-hosts=127.0.0.1", f"--registry-url={local_registry.directory}").assert_outcomes(
        passed=2
    )


@needs("pytest-asyncio")
def test_the_registry_for_the_code_under_test_runs_beside_a_loop(
    pytester: pytest.Pytester, run: Run, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import asyncio

        import httpx
        import pytest

        @pytest.mark.asyncio
        async def test_order(registry_server):
            registry_server.delay(0.1)
            async with httpx.AsyncClient(base_url=registry_server.url) as client:
                answers = await asyncio.gather(*(client.get("/index") for _ in range(5)))
            assert {answer.status_code for answer in answers} == {200}
            assert len(registry_server.requests) == 5
    """)
    run(f"--registry-url={local_registry.directory}").assert_outcomes(passed=1)
