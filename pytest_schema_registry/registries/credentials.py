"""The credentials for a registry, which must never be shown, in all their spellings."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote
from urllib.request import getproxies

from pytest_schema_registry.settings.location import CREDENTIAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_schema_registry.settings.credentials import Credentials
    from pytest_schema_registry.settings.location import Location

#: A shorter user name or parameter is no secret, and hiding it would spoil every word that has it.
MIN_LENGTH = 4
#: From this length on, a text contains a secret because it repeats it, and not by chance.
UNMISTAKABLE = 8
HIDDEN = "***"


class Secrets:
    """The credentials for a registry.

    Args:
        location: The registry's address, with the query that came with it.
        credentials: The token, or the user and the password.
        proxies: Users and passwords of the proxies on the way to it.
    """

    def __init__(
        self, location: Location, credentials: Credentials, proxies: Iterable[tuple[str, str]] = ()
    ) -> None:
        secrets = [credentials.token or ""]
        words = [value for _, value in (*location.params, *credentials.token_headers)]
        # It is never sent, so an answer that has the same word does not repeat it.
        words.append(credentials.tls.key_password)
        for user, password in [*([credentials.basic] if credentials.basic else []), *proxies]:
            # A user without a password is a token.
            secrets += [password or user, _basic(user, password)]
            words.append(user)
        self._all = _pattern([*secrets, *(each for each in words if len(each) >= MIN_LENGTH)])
        # The other parameters name a tenant or a branch, and a schema may name that, too.
        secrets += [value for name, value in location.params if CREDENTIAL.search(name)]
        self._beyond_doubt = _pattern([each for each in secrets if len(each) >= UNMISTAKABLE])

    def __repr__(self) -> str:
        return "Secrets(…)"

    def are_repeated(self, documents: Iterable[str], *texts: str) -> bool:
        """Check whether a registry's texts hold a credential, not only a word that may be one.

        Args:
            documents: JSON texts; they are parsed, because JSON may escape any character.
            texts: Other texts.
        """
        if self._beyond_doubt is None:
            return False
        # A loop instead of recursion: the value may be nested as deeply as the parser allows.
        left = [json.loads(document) for document in documents]
        found = [*texts]
        while left:
            each = left.pop()
            if isinstance(each, dict):
                left += [*each, *each.values()]
            elif isinstance(each, list):
                left += each
            else:
                found.append(str(each))
        return self._beyond_doubt.search("\n".join(found)) is not None

    def scrubbed(self, text: str) -> str:
        """Return a text with all secrets replaced, however they are spelled in it."""
        return self._all.sub(HIDDEN, text) if self._all else text


def headers_of(credentials: Credentials) -> dict[str, str]:
    """Return the headers that carry the credentials."""
    headers = dict(credentials.token_headers)
    if credentials.token:
        headers["Authorization"] = f"Bearer {credentials.token}"
    if credentials.basic:
        headers["Authorization"] = f"Basic {_basic(*credentials.basic)}"
    return headers


def of_proxies() -> list[tuple[str, str]]:
    """Return users and passwords of this machine's proxies, as written and as unquoted."""
    variables = [os.environ[name] for name in os.environ if name.lower().endswith("_proxy")]
    found = []
    for address in {*getproxies().values(), *variables}:
        # Up to the last @: a password may contain one that was not encoded.
        userinfo = address.partition("://")[2].rpartition("@")[0] or address.rpartition("@")[0]
        user, _, password = userinfo.partition(":")
        if userinfo:
            found += [(user, password), (unquote(user), unquote(password))]
    return found


def _basic(user: str, password: str) -> str:
    """Encode a user and a password as HTTP sends them (RFC 7617)."""
    return b64encode(f"{user}:{password}".encode("utf-8", "surrogatepass")).decode()


def _pattern(secrets: list[str]) -> re.Pattern[str] | None:
    """Compile a pattern that finds any of the secrets in any spelling; None without secrets."""
    spellings = {way for secret in secrets if secret.strip() for way in _spellings(secret)}
    # The longest comes first, because a spelling may be a part of another.
    pattern = "|".join(sorted(spellings, key=len, reverse=True))
    return re.compile(pattern, re.IGNORECASE) if pattern else None


def _spellings(secret: str) -> Iterator[str]:
    """Yield patterns of a secret as it is, and as URLs, JSON, Python and HTML write it."""
    for spelling in (
        secret,
        quote(secret, errors="surrogatepass"),
        quote(secret, safe="", errors="surrogatepass"),
        quote_plus(secret, errors="surrogatepass"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        escape(secret),
    ):
        # A text may come back with other white space.
        yield r"\s+".join(map(re.escape, re.split(r"\s+", spelling)))
