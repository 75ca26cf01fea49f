"""What the TLS variables are for, with a registry that asks for a certificate of its clients."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import InvalidSettings, RegistryUnavailable, SchemaRegistry
from pytest_schema_registry.registries.tls import advice_on, context_of
from pytest_schema_registry.settings.credentials import Tls
from tests.local_registry import ORDER, ORDER_V1, LocalRegistry, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "s3cret key"


@pytest.fixture(scope="module")
def _files(certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for file in certificate:
        shutil.copy(file, folder)
    (folder / "authorities").mkdir()
    shutil.copy(certificate[0], folder / "authorities")
    for command in (
        ["genrsa", "-out", "other-key.pem", "2048"],
        ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "curve.pem"],
        ["rsa", "-in", "key.pem", "-aes128", "-passout", f"pass:{PASSWORD}", "-out", "locked.pem"],
        ["rehash", "authorities"],
    ):
        subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)
    both = (folder / "certificate.pem").read_bytes() + (folder / "locked.pem").read_bytes()
    (folder / "both.pem").write_bytes(both)
    (folder / "text.pem").write_text("text")
    return folder


@pytest.fixture
def files(_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with certificates and keys, in which the test is."""
    monkeypatch.chdir(_files)
    return _files


@pytest.fixture
def registry(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRegistry]:
    """A registry that answers only those who show the certificate."""
    authority = files / "certificate.pem"
    registry = LocalRegistry((authority, files / "key.pem"), authority)
    registry.reset(tmp_path_factory.mktemp("registry"))
    registry.publish(ORDER, v1=ORDER_V1)
    registry.start()
    yield registry
    registry.close()


def ask(url: str, **variables: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(f"SCHEMA_REGISTRY_SSL_{name}", value)
        with SchemaRegistry(url, mode="live", timeout=2) as registry:
            assert registry.get_schema(ORDER, "v1").content == ORDER_V1


TRUSTED = {"CA_LOCATION": "certificate.pem"}
SHOWN = {"CERTIFICATE_LOCATION": "certificate.pem", "KEY_LOCATION": "key.pem"}


@pytest.mark.parametrize(
    "shown",
    [
        SHOWN,
        SHOWN | {"KEY_LOCATION": "locked.pem", "KEY_PASSWORD": PASSWORD},
        {"CERTIFICATE_LOCATION": "both.pem", "KEY_PASSWORD": PASSWORD},
    ],
    ids=["key", "locked key", "one file"],
)
def test_the_certificate_of_the_client_reaches_the_registry(
    registry: LocalRegistry, shown: dict[str, str]
) -> None:
    ask(registry.url, **TRUSTED, **shown)
    assert len(registry.requests) == 1


def test_an_authority_may_be_a_directory(registry: LocalRegistry) -> None:
    ask(registry.url, CA_LOCATION="authorities", **SHOWN)
    assert len(registry.requests) == 1


def test_without_an_authority_that_of_httpx_counts(
    registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "certificate.pem")
    ask(registry.url, **SHOWN)
    monkeypatch.setenv("SSL_CERT_FILE", "text.pem")
    ask(registry.url, **TRUSTED, **SHOWN)


def test_a_registry_that_nobody_trusts_is_an_outage_that_names_what_helps(
    secure_registry: LocalRegistry,
) -> None:
    with pytest.raises(RegistryUnavailable) as caught:
        ask(secure_registry.url)
    assert "[SSL: CERTIFICATE_VERIFY_FAILED]" in caught.value.reason
    assert caught.value.advice == (
        "set SSL_CERT_FILE to your CA's file; SCHEMA_REGISTRY_SSL_CA_LOCATION does so for the "
        "registry alone"
    )
    assert secure_registry.requests == []


def test_a_client_that_shows_no_certificate_meets_an_outage(registry: LocalRegistry) -> None:
    # The server closes the connection, and its alert may come too late to be read.
    with pytest.raises(RegistryUnavailable):
        ask(registry.url, **TRUSTED)
    assert registry.requests == []


@pytest.mark.parametrize(
    "reason",
    [
        "self-signed certificate in certificate chain",
        "self signed certificate",
        "unable to get local issuer certificate",
    ],
)
@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        (
            {},
            (
                "set SSL_CERT_FILE to your CA's file; SCHEMA_REGISTRY_SSL_CA_LOCATION does so for "
                "the registry alone"
            ),
        ),
        (
            {"REQUESTS_CA_BUNDLE": "ours.pem"},
            "set SSL_CERT_FILE=ours.pem; REQUESTS_CA_BUNDLE is not read here",
        ),
        (
            {"CURL_CA_BUNDLE": "ours.pem", "SSL_CERT_FILE": "mine.pem"},
            "set SSL_CERT_FILE=ours.pem; CURL_CA_BUNDLE is not read here",
        ),
        (
            {"REQUESTS_CA_BUNDLE": "mine.pem", "SSL_CERT_FILE": "mine.pem"},
            "set SSL_CERT_FILE to your CA's file; mine.pem does not have its certificate",
        ),
        (
            {"SCHEMA_REGISTRY_SSL_CA_LOCATION": "its.pem", "SSL_CERT_FILE": "mine.pem"},
            "add your CA's certificate to its.pem (SCHEMA_REGISTRY_SSL_CA_LOCATION)",
        ),
    ],
    ids=["nothing", "another tool's", "two tools'", "too little", "too little of the registry's"],
)
def test_an_authority_that_nobody_trusts_names_the_variable_to_set(
    monkeypatch: pytest.MonkeyPatch, reason: str, variables: dict[str, str], advice: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert advice_on(reason) == advice


def test_a_certificate_that_a_registry_asks_for_names_its_variable() -> None:
    assert advice_on(
        "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required"
    ) == ("set SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION to the file of the client's certificate")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("none.pem", "none.pem cannot be read: No such file or directory"),
        ("text.pem", "text.pem holds no certificate in PEM form"),
    ],
)
def test_a_file_of_authorities_that_cannot_be_used_is_named(
    files: Path, monkeypatch: pytest.MonkeyPatch, file: str, said: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", file)
    with pytest.raises(InvalidSettings) as caught:
        context_of(Tls())
    assert type(caught.value) is InvalidSettings
    assert str(caught.value) == f"SSL_CERT_FILE: {said}"


def test_what_is_no_matter_of_authorities_has_no_advice() -> None:
    assert advice_on("certificate has expired") == ""


NO_CERTIFICATE = "holds no certificate in PEM form"
NO_KEY = "holds no private key in PEM form, or SCHEMA_REGISTRY_SSL_KEY_PASSWORD does not open it"


@pytest.mark.parametrize(
    ("variables", "variable", "said"),
    [
        (
            {"CA_LOCATION": "none.pem"},
            "CA_LOCATION",
            f"none.pem cannot be read: {os.strerror(2)}",
        ),
        ({"CA_LOCATION": "text.pem"}, "CA_LOCATION", f"text.pem {NO_CERTIFICATE}"),
        (
            SHOWN | {"CERTIFICATE_LOCATION": "none.pem"},
            "CERTIFICATE_LOCATION",
            f"none.pem cannot be read: {os.strerror(2)}",
        ),
        (
            SHOWN | {"CERTIFICATE_LOCATION": "key.pem"},
            "CERTIFICATE_LOCATION",
            f"key.pem {NO_CERTIFICATE}",
        ),
        (
            SHOWN | {"KEY_LOCATION": "none.pem"},
            "KEY_LOCATION",
            f"none.pem cannot be read: {os.strerror(2)}",
        ),
        (SHOWN | {"KEY_LOCATION": "text.pem"}, "KEY_LOCATION", f"text.pem {NO_KEY}"),
        (SHOWN | {"KEY_LOCATION": "locked.pem"}, "KEY_LOCATION", f"locked.pem {NO_KEY}"),
        (
            SHOWN | {"KEY_LOCATION": "locked.pem", "KEY_PASSWORD": f"{PASSWORD}s"},
            "KEY_LOCATION",
            f"locked.pem {NO_KEY}",
        ),
        (
            SHOWN | {"KEY_LOCATION": "locked.pem", "KEY_PASSWORD": PASSWORD * 1000},
            "KEY_LOCATION",
            f"locked.pem {NO_KEY}",
        ),
        (
            {"CERTIFICATE_LOCATION": "certificate.pem"},
            "CERTIFICATE_LOCATION",
            f"certificate.pem {NO_KEY}",
        ),
        (
            SHOWN | {"KEY_LOCATION": "other-key.pem"},
            "KEY_LOCATION",
            "other-key.pem is not the private key of {}certificate.pem",
        ),
        (
            SHOWN | {"KEY_LOCATION": "curve.pem"},
            "KEY_LOCATION",
            "curve.pem is not the private key of {}certificate.pem",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_names_it_and_its_variable(
    files: Path, variables: dict[str, str], variable: str, said: str
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        ask("https://127.0.0.1:1", **variables)
    folder = f"{files}{os.sep}"
    expected = f"SCHEMA_REGISTRY_SSL_{variable}: {folder}{said.format(folder)}"
    assert str(caught.value) == expected


def test_another_host_is_shown_no_certificate(
    registry: LocalRegistry, secure_registry: LocalRegistry
) -> None:
    path = f"schemas/v1/{ORDER}"
    registry.always(Reply(302, headers={"location": f"{secure_registry.url}/{path}"}), path)
    with pytest.raises(RegistryUnavailable) as caught:
        ask(registry.url, **TRUSTED, **SHOWN)
    assert caught.value.reason == (
        f"it redirects to 127.0.0.1:{secure_registry.port}, which may not see the client's "
        "certificate; if the schemas are there, set --registry-url to that host's address"
    )
    assert secure_registry.requests == []


@pytest.mark.usefixtures("files")
def test_another_host_may_answer_over_http_where_no_certificate_is_shown(
    local_registry: LocalRegistry,
) -> None:
    path = f"schemas/v1/{ORDER}"
    elsewhere = local_registry.url.replace("127.0.0.1", "localhost")
    local_registry.script(path, Reply(302, headers={"location": f"{elsewhere}/{path}"}))
    ask(local_registry.url, **SHOWN)
    assert len(local_registry.requests) == 2
