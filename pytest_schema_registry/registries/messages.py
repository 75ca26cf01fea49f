"""The messages of an exchange with a registry: requests and responses, whatever the protocol."""

from __future__ import annotations

from typing import NamedTuple


class Request(NamedTuple):
    """A request to a registry.

    Args:
        path: The path and query string, relative to the registry's base URL.
        method: The HTTP method.
    """

    path: str
    method: str = "GET"


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
