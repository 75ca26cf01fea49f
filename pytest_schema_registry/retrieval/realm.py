"""Whose answers a cache holds: the registry at an address, and who asks it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from contextlib import suppress
from hashlib import pbkdf2_hmac
from typing import TYPE_CHECKING

from pytest_schema_registry.json_values import canonical, digest
from pytest_schema_registry.settings.parsers import CREDENTIAL

if TYPE_CHECKING:
    from pytest_schema_registry.settings.parsers import Location

#: What a token says of itself, and not of its holder: a new token says something else.
_PASSING = frozenset(
    {"exp", "nbf", "iat", "jti", "nonce", "auth_time", "at_hash", "c_hash", "sid"}
    | {"session_state", "aio", "rh", "uti"}
)
#: A token may be short: who reads a file's name is to pay for each guess.
_ROUNDS = 10_000


def realm(location: Location | None, token: str | None) -> str:
    """Digest what tells apart those who share a cache; empty where nothing does.

    Args:
        location: The registry's address, with the user and the query that came with it. A password
            does not count: it changes, and its user stays.
        token: The bearer token, which is sent instead of the user.
    """
    if location is None:
        return ""
    user, password = location.auth or ("", "")
    holder = user if password else user and _holder(user)  # a user without a password is a token
    asked_by = [_holder(token)] if token else [holder] if location.auth else []
    asked_by += [
        f"{name} {_holder(value)}" for name, value in location.params if CREDENTIAL.search(name)
    ]
    parts = [location.choices, asked_by] if asked_by else location.choices
    return digest(parts) if parts else ""


def _holder(token: str) -> str:
    """Who holds a token: what a JSON Web Token says of that (RFC 7519); the hash of any other."""
    _, _, rest = token.partition(".")
    claims, dot, _ = rest.partition(".")
    with suppress(ValueError, RecursionError):
        said = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).decode())
        if dot and isinstance(said, dict) and "sub" in said:
            return canonical({name: said[name] for name in said.keys() - _PASSING})
    secret = token.encode("utf-8", "surrogatepass")
    return pbkdf2_hmac("sha256", secret, b"pytest-schema-registry", _ROUNDS).hex()
