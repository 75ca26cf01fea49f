"""What must never be shown: the credentials for a registry, in every spelling they come back in."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.parsers import Location

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
    """

    def __init__(self, location: Location, token: str | None) -> None:
        user, password = location.auth or ("", "")
        named = [user, *(value for _, value in location.params)]
        # A user without a password is a token.
        secrets = [token or "", password or user]
        secrets += [each for each in named if len(each) >= MIN_LENGTH]
        if location.auth is not None:
            secrets.append(
                b64encode(f"{user}:{password}".encode("utf-8", "surrogatepass")).decode()
            )
        spellings = {way for secret in secrets if secret.strip() for way in _spellings(secret)}
        # The longest first, as one may be a part of another.
        self._pattern = "|".join(sorted(spellings, key=len, reverse=True))
        self._beyond_doubt = [
            secret for secret in (token or "", password or user) if len(secret) >= UNMISTAKABLE
        ]

    def __repr__(self) -> str:
        return "Secrets(…)"

    def is_repeated(self, text: str) -> bool:
        """Whether a text holds a token or a password, and not only a word that may be one."""
        return any(secret in text for secret in self._beyond_doubt)

    def scrubbed(self, text: str) -> str:
        """A text without the secrets, however the one who said it spelled them."""
        if not self._pattern:
            return text
        return re.sub(self._pattern, HIDDEN, text, flags=re.IGNORECASE)


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
