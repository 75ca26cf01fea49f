"""The contract tests in a network namespace of their own: no interface, not even loopback.

What would ask the network fails there, whatever library it asks through.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local_registry import LocalRegistry

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cut_off() -> list[str]:
    """The command that runs another one without a network."""
    reasons = []
    # Root needs no user namespace, and some containers forbid it one.
    for command in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        try:
            subprocess.run([*command, "true"], check=True, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("needs the unshare command (Linux)")
        except subprocess.CalledProcessError as exc:
            reasons.append(exc.stderr.strip())
        else:
            return command
    pytest.skip(f"unshare is not permitted here: {'; '.join(reasons)}")


def contract_tests(prefix: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    # -P, or the checkout would shadow the installed wheel.
    command = [*prefix, sys.executable, "-P", "-m", "pytest", "tests/contracts"]
    command += ["-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    return done


@pytest.mark.skipif(find_spec("xdist") is None, reason="not installed: pytest-xdist")
@pytest.mark.parametrize("workers", ["0", "2"])
def test_replay_passes_without_a_network(cut_off: list[str], workers: str) -> None:
    done = contract_tests(cut_off, "--registry-offline", "-n", workers)
    assert done.returncode == 0
    assert "skipped" not in done.stdout


def test_a_suite_that_asks_a_registry_cannot_pass_there(
    cut_off: list[str], local_registry: LocalRegistry, tmp_path: Path
) -> None:
    local_registry.publish("telemetry.Labels", v1={})
    live = ["--registry-mode", "live", "--registry-url", local_registry.url]
    live += ["-k", "test_labels_conform"]
    # A cache each, or the second run would need no network.
    connected = contract_tests([], *live, "--registry-cache-dir", str(tmp_path / "connected"))
    assert connected.returncode == 0
    disconnected = contract_tests(cut_off, *live, "--registry-cache-dir", str(tmp_path / "cut off"))
    assert disconnected.returncode == 1
    assert "passed" not in disconnected.stdout.splitlines()[-1]
