"""What can be wrong with a registry's certificate, and with where it leads."""

from __future__ import annotations

import ssl
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.faults.rows import Row, Trial, outage, served, trials
from tests.faults.wire import Wire, redirected, well

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.bench import Bench
    from tests.faults.rows import RegistryFault


def context(bench: Bench, *, host: str, days: int, trusted: bool) -> ssl.SSLContext:
    """A server's context with a self-signed certificate, which the client may be told to trust.

    Args:
        bench: Its folder takes the files.
        host: The IP address that the certificate is for.
        days: How long it is valid; negative where that is over.
        trusted: Whether ``SSL_CERT_FILE`` names it.
    """
    (bench.path / "extensions").write_text(f"subjectAltName=IP:{host}")
    for command in (
        "openssl ecparam -name prime256v1 -genkey -noout -out key",
        "openssl req -new -key key -subj /CN=registry -out request",
        f"openssl x509 -req -in request -signkey key -days {days} -extfile extensions -out it.pem",
    ):
        try:
            subprocess.run(command.split(), check=True, capture_output=True, cwd=bench.path)
        except FileNotFoundError:
            pytest.skip("needs the openssl command")
    if trusted:
        bench.setenv("SSL_CERT_FILE", str(bench.path / "it.pem"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(bench.path / "it.pem", bench.path / "key")
    return server


def secure(host: str = "127.0.0.1", days: int = 1, *, trusted: bool = True) -> RegistryFault:
    @contextmanager
    def registry(bench: Bench) -> Iterator[str]:
        with Wire(well, tls=context(bench, host=host, days=days, trusted=trusted)) as server:
            bench.requests = server.requests
            yield server.url

    return registry


@contextmanager
def downgrade(bench: Bench) -> Iterator[str]:
    tls = context(bench, host="127.0.0.1", days=1, trusted=True)
    with Wire(well) as plain, Wire(redirected(plain.url), tls=tls) as server:
        bench.requests = plain.requests
        yield server.url


FAILED = "certificate verify failed: "
ROWS = [
    Row("certificate that is trusted", served(), secure()),
    Row("self-signed certificate", outage(f"{FAILED}self-signed", 0), secure(trusted=False)),
    Row("expired certificate", outage(f"{FAILED}certificate has expired", 0), secure(days=-1)),
    Row("certificate of another host", outage(f"{FAILED}IP address mismatch", 0), secure("::1")),
    Row("redirect from https to http", outage("redirects from https to http", 0), downgrade),
]


@pytest.mark.parametrize("trial", trials(ROWS), ids=str)
def test_tls(bench: Bench, trial: Trial) -> None:
    bench.assert_holds(trial)
