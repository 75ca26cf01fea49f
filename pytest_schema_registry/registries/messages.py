"""The messages of an exchange with a registry: requests and responses, whatever the protocol."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote


class Request(NamedTuple):
    """A request to a registry.

    Args:
        path: The path and query string, relative to the registry's base URL.
        method: The HTTP method.
        body: The JSON text to send; None for none.
    """

    path: str
    method: str = "GET"
    body: str | None = None


class Response(NamedTuple):
    """A registry's response: a success, or a 404 or 410.

    Whoever sends the request takes all other statuses for an error.

    Args:
        status: The HTTP status.
        body: The body as text.
        is_recorded: True where it comes from a cassette. Its schema was searched for duplicate keys
            when it was recorded, so it is read faster now.
    """

    status: int
    body: str
    is_recorded: bool = False


def segment(text: str, safe: str = "") -> str:
    """Quote a text as one segment of a path.

    The text may contain anything: a ``$ref`` may have half a surrogate pair.

    Args:
        text: The text.
        safe: The characters to leave as they are, besides the unreserved ones.
    """
    if text in (".", ".."):
        # `quote` leaves dots alone, but these segments lead elsewhere (RFC 3986 section 5.2.4).
        return text.replace(".", "%2E")
    return quote(text, safe=safe, errors="surrogatepass")
