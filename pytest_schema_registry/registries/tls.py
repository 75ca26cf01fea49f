"""The TLS context of a registry's connections, from the files that the environment names."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx

from pytest_schema_registry.settings.credentials import (
    CA,
    CERTIFICATE,
    KEY,
    KEY_PASSWORD,
    Tls,
)
from pytest_schema_registry.settings.settings import InvalidEnvironment

if TYPE_CHECKING:
    from pathlib import Path


_NO_CERTIFICATE = "{} holds no certificate in PEM form"
#: What OpenSSL says of a key that is another certificate's, or of another kind.
_MISMATCHES = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
#: What OpenSSL says of a handshake -> the variable that can help. It spells the first in two ways.
_HELP = {
    "self-signed certificate": CA,
    "self signed certificate": CA,
    "unable to get local issuer certificate": CA,
    "certificate required": CERTIFICATE,
}


def context_of(tls: Tls) -> ssl.SSLContext | bool:
    """Return the context for an httpx client; True has httpx make its own.

    Raises:
        InvalidEnvironment: A file cannot be used; the error names its variable, and no password.
    """
    if tls == Tls():
        return True
    # Without an authority, httpx honours SSL_CERT_FILE.
    context = _trusting(tls.authority) if tls.authority else httpx.create_ssl_context()
    if tls.certificate is not None:
        _present(context, tls.certificate, tls)
    return context


def with_help(reason: str) -> str:
    """Return the reason why a request got no response, with the variable that can help."""
    variables = dict.fromkeys(name for said, name in _HELP.items() if said in reason)
    return "; ".join([reason, *(f"{name} may help" for name in variables)])


def _trusting(authority: Path) -> ssl.SSLContext:
    """Return a context that trusts what these authorities have signed, and nothing else."""
    if authority.is_dir():
        return ssl.create_default_context(capath=authority)
    _check_readable(CA, authority)
    try:
        return ssl.create_default_context(cafile=authority)
    except ssl.SSLError:
        raise InvalidEnvironment(CA, _NO_CERTIFICATE.format(authority)) from None


def _present(context: ssl.SSLContext, certificate: Path, tls: Tls) -> None:
    """Have a context show a certificate to a server that asks for one."""
    _check_readable(CERTIFICATE, certificate)
    try:
        # By itself, as the errors of load_cert_chain do not tell which file is wrong.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=certificate)
    except ssl.SSLError:
        raise InvalidEnvironment(CERTIFICATE, _NO_CERTIFICATE.format(certificate)) from None
    variable, key = (KEY, tls.key) if tls.key else (CERTIFICATE, certificate)
    _check_readable(variable, key)
    try:
        # With None for the password, OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, tls.key_password)
    except (ssl.SSLError, ValueError) as exc:
        reason = f"{key} holds no private key in PEM form, or {KEY_PASSWORD} does not open it"
        if isinstance(exc, ssl.SSLError) and exc.reason in _MISMATCHES:
            reason = f"{key} is not the private key of {certificate}"
        raise InvalidEnvironment(variable, reason) from None


def _check_readable(variable: str, file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as exc:
        raise InvalidEnvironment(variable, f"{file} cannot be read: {exc.strerror}") from None
