"""The TLS context of a registry's connections, from the files that the environment names."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import httpx

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.settings.credentials import (
    CA,
    CERTIFICATE,
    KEY,
    KEY_PASSWORD,
    Tls,
)

_NO_CERTIFICATE = "{} holds no certificate in PEM form"
#: What OpenSSL says of a key that is another certificate's, or of another kind.
_MISMATCHES = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
#: The variable of the authorities that OpenSSL, curl and httpx trust.
_CERT_FILE = "SSL_CERT_FILE"
#: The variables of other tools for the same, which are not read here.
_OTHERS_CAS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
#: What OpenSSL says of an authority that nobody trusts. It spells the first in two ways.
_UNTRUSTED = (
    "self-signed certificate",
    "self signed certificate",
    "unable to get local issuer certificate",
)
_UNSHOWN = "certificate required"


def context_of(tls: Tls) -> ssl.SSLContext:
    """Return the context for connections to the registry.

    Raises:
        InvalidSettings: A file cannot be used; the error names its variable, and no password.
    """
    context = _trusting(tls.authority) if tls.authority else default_context()
    if tls.certificate is not None:
        _present(context, tls.certificate, tls)
    return context


def default_context() -> ssl.SSLContext:
    """Return a context that trusts whom the environment or httpx trusts, and shows no certificate.

    Raises:
        InvalidSettings: The file that ``SSL_CERT_FILE`` names cannot be used.
    """
    if file := os.environ.get(_CERT_FILE):
        _check_readable(_CERT_FILE, Path(file))
    try:
        return httpx.create_ssl_context()
    except ssl.SSLError:
        raise InvalidSettings(_CERT_FILE, _NO_CERTIFICATE.format(file)) from None


def advice_on(reason: str) -> str:
    """Return what to do about a handshake that failed; an empty text for other failures."""
    if _UNSHOWN in reason:
        return f"set {CERTIFICATE} to the file of the client's certificate"
    if not any(said in reason for said in _UNTRUSTED):
        return ""
    if file := os.environ.get(CA):
        return f"add your CA's certificate to {file} ({CA})"
    trusted = os.environ.get(_CERT_FILE)
    for name in _OTHERS_CAS:
        if (file := os.environ.get(name)) and file != trusted:
            return f"set {_CERT_FILE}={file}; {name} is not read here"
    if trusted:
        return f"set {_CERT_FILE} to your CA's file; {trusted} does not have its certificate"
    return f"set {_CERT_FILE} to your CA's file; {CA} does so for the registry alone"


def _trusting(authority: Path) -> ssl.SSLContext:
    """Return a context that trusts what these authorities have signed, and nothing else."""
    if authority.is_dir():
        return ssl.create_default_context(capath=authority)
    _check_readable(CA, authority)
    try:
        return ssl.create_default_context(cafile=authority)
    except ssl.SSLError:
        raise InvalidSettings(CA, _NO_CERTIFICATE.format(authority)) from None


def _present(context: ssl.SSLContext, certificate: Path, tls: Tls) -> None:
    """Have a context show a certificate to a server that asks for one."""
    _check_readable(CERTIFICATE, certificate)
    try:
        # By itself, as the errors of load_cert_chain do not tell which file is wrong.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=certificate)
    except ssl.SSLError:
        raise InvalidSettings(CERTIFICATE, _NO_CERTIFICATE.format(certificate)) from None
    variable, key = (KEY, tls.key) if tls.key else (CERTIFICATE, certificate)
    _check_readable(variable, key)
    try:
        # With None for the password, OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, tls.key_password)
    except (ssl.SSLError, ValueError) as exc:
        reason = f"{key} holds no private key in PEM form, or {KEY_PASSWORD} does not open it"
        if isinstance(exc, ssl.SSLError) and exc.reason in _MISMATCHES:
            reason = f"{key} is not the private key of {certificate}"
        raise InvalidSettings(variable, reason) from None


def _check_readable(variable: str, file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as exc:
        raise InvalidSettings(variable, f"{file} cannot be read: {exc.strerror}") from None
