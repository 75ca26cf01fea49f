from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.local_registry import LocalRegistry, Reply
from tests.processes import PATIENCE, broken, left_behind, started, wait_until

if TYPE_CHECKING:
    from tests.conftest import Run

KILLS = int(os.environ.get("SCHEMA_REGISTRY_TEST_KILLS", "2"))
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

DECLARED = """
import pytest

@pytest.mark.registry_schema("orders.Order")
def test_order(assert_conforms):
    assert_conforms({"id": "a", "quantity": 1})
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_cache_directory_that_cannot_be_used_is_a_warning(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(DECLARED)
    pytester.makefile("", a_file="")
    url = f"--registry-url={local_registry.url}"
    result = run("-n", workers, url, "--registry-cache-dir=a_file")
    result.assert_outcomes(passed=2, warnings=max(1, int(workers)))
    result.stdout.fnmatch_lines(["*CacheWarning: the cache directory *a_file cannot be used (*"])
    assert len(local_registry.paths) == 2


@pytest.mark.parametrize("workers", ["0", "2"])
def test_pytests_own_cache_may_be_unusable(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(DECLARED)
    pytester.makefile("", a_file="")
    url = f"--registry-url={local_registry.url}"
    # As an error, the warning would stop the collection.
    strict = ("-W", "error::pytest_schema_registry.CacheWarning")
    result = run("-n", workers, url, "-o", "cache_dir=a_file", *strict)
    assert result.parseoutcomes()["passed"] == 2
    result.stdout.fnmatch_lines(["*CacheWarning: pytest's cache directory cannot be used (*"])
    assert len(local_registry.paths) == 2


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("plugin", ["cacheprovider", "terminal", "junitxml", "warnings"])
def test_pytests_own_plugins_may_be_absent(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str, plugin: str
) -> None:
    if plugin == "terminal" and workers != "0":
        pytest.skip("pytest-xdist needs the terminal plugin")
    pytester.makepyfile(DECLARED)
    url = f"--registry-url={local_registry.url}"
    assert run("-n", workers, "-p", f"no:{plugin}", url).ret == 0
    assert len(local_registry.paths) == 2


def test_an_old_copy_is_served_without_a_terminal(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(DECLARED)
    options = ("-p", "no:terminal", f"--registry-url={local_registry.url}")
    assert run(*options).ret == 0
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    assert run(*options, "--registry-cache-ttl=0").ret == 0


@posix
@pytest.mark.parametrize("mode", ["auto", "record"])
def test_a_killed_session_leaves_nothing_that_stops_the_next(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, mode: str
) -> None:
    names = [f"orders.Order{number}" for number in range(40)]
    for name in names:
        local_registry.publish(name, v1={"type": "object", "description": "x" * 20_000})
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.registry_schema(*{names}, versions="v1")
        def test_order(assert_conforms):
            assert_conforms({{}})
    """)
    options = ["-n", "2", "--registry-mode", mode, "--registry-url", local_registry.url]
    options += ["--registry-cache-ttl", "0"]
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *options]
    for _ in range(KILLS):
        shutil.rmtree(pytester.path / ".pytest_cache", ignore_errors=True)
        local_registry.requests.clear()
        enough = random.randint(1, len(names))
        with started(command, pytester.path) as session:
            wait_until(lambda: len(local_registry.requests) >= enough)  # noqa: B023
            time.sleep(random.uniform(0, 0.05))
            os.killpg(session.pid, signal.SIGKILL)
        run(*options).assert_outcomes(passed=40)
        assert [*broken(pytester.path), *left_behind(pytester.path)] == []
    if mode == "record":
        run("--registry-offline").assert_outcomes(passed=40)


@posix
@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_interrupt_does_not_wait_for_a_registry_that_does_not_answer(
    pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.always(Reply(delay=10 * PATIENCE))
    pytester.makepyfile(DECLARED)
    command = [sys.executable, "-m", "pytest", "-n", workers]
    command += ["--registry-url", local_registry.url, "--registry-timeout", f"{10 * PATIENCE:g}"]
    with started(command, pytester.path) as session:
        wait_until(lambda: len(local_registry.requests) >= 2)
        os.killpg(session.pid, signal.SIGINT)
        output, _ = session.communicate(timeout=2 * PATIENCE)
    assert session.returncode == pytest.ExitCode.INTERRUPTED
    assert "INTERNALERROR" not in output
