from __future__ import annotations

import os
import signal
import socket
import subprocess
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

# A pytester's run forgets what was first imported in it, while the package's own modules may still
# hold it. Of these there would then be two sets of classes.
import httpcore  # noqa: F401
import httpx  # noqa: F401
import pytest
import yaml  # noqa: F401
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.confluent_registry import ConfluentRegistry
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest_plugins = ["pytester"]
# What a busy machine takes longer for is not wrong.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        upper = name.upper()
        if upper.startswith("SCHEMA_REGISTRY_") and not upper.startswith("SCHEMA_REGISTRY_TEST_"):
            monkeypatch.delenv(name)
        if upper.endswith("_PROXY") or upper in CERTIFICATES:
            monkeypatch.delenv(name)
    # They have no part in what is tested, and importing them is half of a session's start.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:anyio -p no:hypothesispytest")


@pytest.fixture(scope="session", autouse=True)
def _interrupts() -> None:
    # What a shell runs in the background ignores them, and so would all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def _local_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRegistry]:
    registry = LocalRegistry()
    registry.reset(tmp_path_factory.mktemp("registry"))
    registry.start()
    yield registry
    registry.close()


@pytest.fixture
def local_registry(
    _local_registry: LocalRegistry, tmp_path_factory: pytest.TempPathFactory
) -> LocalRegistry:
    """A registry that has ``orders.Order`` in v1 and in v2."""
    _local_registry.reset(tmp_path_factory.mktemp("registry"))
    _local_registry.publish(ORDER, v1=ORDER_V1, v2=ORDER_V2)
    return _local_registry


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate of 127.0.0.1, and its key."""
    directory = tmp_path_factory.mktemp("certificate")
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl command")
    return certificate, key


@pytest.fixture(scope="session")
def _secure_registry(
    certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalRegistry]:
    registry = LocalRegistry(certificate)
    registry.reset(tmp_path_factory.mktemp("registry"))
    registry.start()
    yield registry
    registry.close()


@pytest.fixture
def secure_registry(
    _secure_registry: LocalRegistry, tmp_path_factory: pytest.TempPathFactory
) -> LocalRegistry:
    """The same over https, with a certificate that nobody trusts unasked."""
    _secure_registry.reset(tmp_path_factory.mktemp("registry"))
    _secure_registry.publish(ORDER, v1=ORDER_V1, v2=ORDER_V2)
    return _secure_registry


@pytest.fixture(scope="session")
def _confluent_registry() -> Iterator[ConfluentRegistry]:
    registry = ConfluentRegistry()
    registry.start()
    yield registry
    registry.close()


@pytest.fixture
def confluent_registry(
    _confluent_registry: ConfluentRegistry, request: pytest.FixtureRequest
) -> ConfluentRegistry:
    """A registry of the second protocol that has nothing; an indirect parameter is its dialect."""
    _confluent_registry.reset(getattr(request, "param", "confluent"))
    return _confluent_registry


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections."""
    with socket.socket() as bound:  # so that nobody else listens there
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture(scope="session")
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


class Run(Protocol):
    def __call__(self, *arguments: str | os.PathLike[str]) -> pytest.RunResult: ...


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest in a process of its own, with the tests in the order they are written in."""

    def run(*arguments: str | os.PathLike[str]) -> pytest.RunResult:
        if find_spec("xdist") is None and any(str(each).startswith("-n") for each in arguments):
            pytest.skip("needs pytest-xdist")
        return pytester.runpytest_subprocess("-p", "no:randomly", *arguments)

    return run
