"""What must never be shown: the credentials for a registry, in every spelling they come back in."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote
from urllib.request import getproxies

from pytest_schema_registry.settings.parsers import CREDENTIAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_schema_registry.settings.parsers import Location

#: A shorter user name or parameter is no secret, and hiding it would spoil every word that has it.
MIN_LENGTH = 4
#: From this length on a text that holds a secret was made of it, and not by chance.
UNMISTAKABLE = 8
HIDDEN = "***"


class Secrets:
    """The credentials for a registry.

    Args:
        location: The registry's address, with the user, password and query that came with it.
        token: The bearer token.
        proxies: Users and passwords of the proxies on the way to it.
    """

    def __init__(
        self, location: Location, token: str | None, proxies: Iterable[tuple[str, str]] = ()
    ) -> None:
        secrets = [token or ""]
        words = [value for _, value in location.params]
        for user, password in [*([location.auth] if location.auth else []), *proxies]:
            # A user without a password is a token.
            secrets += [password or user, _basic(user, password)]
            words.append(user)
        self._all = _pattern([*secrets, *(each for each in words if len(each) >= MIN_LENGTH)])
        # The others say a tenant or a branch, and a schema may do so too.
        secrets += [value for name, value in location.params if CREDENTIAL.search(name)]
        self._beyond_doubt = _pattern([each for each in secrets if len(each) >= UNMISTAKABLE])

    def __repr__(self) -> str:
        return "Secrets(…)"

    def is_repeated(self, said: Any) -> bool:
        """Whether a JSON value holds a credential, and not only a word that may be one.

        Args:
            said: The value, as it was read: on its way JSON escapes what it likes.
        """
        if self._beyond_doubt is None:
            return False
        # Without recursion: it may be nested as deep as can be read.
        texts, left = [], [said]
        while left:
            each = left.pop()
            if isinstance(each, dict):
                left += [*each, *each.values()]
            elif isinstance(each, list):
                left += each
            else:
                texts.append(str(each))
        return self._beyond_doubt.search("\n".join(texts)) is not None

    def scrubbed(self, text: str) -> str:
        """A text without the secrets, however the one who said it spelled them."""
        return self._all.sub(HIDDEN, text) if self._all else text


def of_proxies() -> list[tuple[str, str]]:
    """Users and passwords of the proxies that this machine is set to use, in every spelling."""
    variables = [os.environ[name] for name in os.environ if name.lower().endswith("_proxy")]
    found = []
    for address in {*getproxies().values(), *variables}:
        # Up to the last @: one that belongs into a password may not have been encoded.
        userinfo = address.partition("://")[2].rpartition("@")[0] or address.rpartition("@")[0]
        user, _, password = userinfo.partition(":")
        if userinfo:
            found += [(user, password), (unquote(user), unquote(password))]
    return found


def _basic(user: str, password: str) -> str:
    """A user and a password as HTTP sends them (RFC 7617)."""
    return b64encode(f"{user}:{password}".encode("utf-8", "surrogatepass")).decode()


def _pattern(secrets: list[str]) -> re.Pattern[str] | None:
    """What finds any of them, in any spelling."""
    spellings = {way for secret in secrets if secret.strip() for way in _spellings(secret)}
    # The longest first, as one may be a part of another.
    pattern = "|".join(sorted(spellings, key=len, reverse=True))
    return re.compile(pattern, re.IGNORECASE) if pattern else None


def _spellings(secret: str) -> Iterator[str]:
    """Patterns of a secret as it is, and as URLs, JSON, Python and HTML write it."""
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
        # White space counts for little in any of them.
        yield r"\s+".join(map(re.escape, re.split(r"\s+", spelling)))
