"""The realm of a cache: a digest that tells apart registries and users at one address."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from contextlib import suppress
from hashlib import pbkdf2_hmac
from typing import TYPE_CHECKING

from pytest_schema_registry.json_values import canonical, digest
from pytest_schema_registry.settings.location import CREDENTIAL

if TYPE_CHECKING:
    from pytest_schema_registry.settings.credentials import Credentials
    from pytest_schema_registry.settings.location import Location

#: The claims that describe a token and not its holder: they change with every new token.
_PASSING = frozenset(
    {"exp", "nbf", "iat", "jti", "nonce", "auth_time", "at_hash", "c_hash", "sid"}
    | {"session_state", "aio", "rh", "uti"}
)
#: PBKDF2's rounds. A token may be short, so each guess from a file's name must cost time.
_ROUNDS = 10_000


def realm(location: Location | None, credentials: Credentials) -> str:
    """Return a digest of what tells apart those who share a cache, or an empty text.

    The text is empty where nothing tells them apart.

    Args:
        location: The registry's address, with its query string.
        credentials: The holder of the token and the headers that go with it, or the user; and the
            file of the client's certificate. A password does not count: it changes, and its user
            stays.
    """
    if location is None:
        return ""
    asked_by = [_holder(credentials.token)] if credentials.token else []
    if credentials.basic:
        user, password = credentials.basic
        # A user without a password is a token.
        asked_by.append(user if password else user and _holder(user))
    asked_by += [f"{name} {value}" for name, value in credentials.token_headers]
    asked_by += [f"certificate {each}" for each in (credentials.tls.certificate,) if each]
    asked_by += [
        f"{name} {_holder(value)}" for name, value in location.params if CREDENTIAL.search(name)
    ]
    parts = [location.choices, asked_by] if asked_by else location.choices
    return digest(parts) if parts else ""


def _holder(token: str) -> str:
    """Identify the holder of a token.

    A JSON Web Token names its holder in its claims (RFC 7519). Any other token is hashed.
    """
    _, _, rest = token.partition(".")
    claims, dot, _ = rest.partition(".")
    with suppress(ValueError, RecursionError):
        said = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).decode())
        if dot and isinstance(said, dict) and "sub" in said:
            return canonical({name: said[name] for name in said.keys() - _PASSING})
    secret = token.encode("utf-8", "surrogatepass")
    return pbkdf2_hmac("sha256", secret, b"pytest-schema-registry", _ROUNDS).hex()
