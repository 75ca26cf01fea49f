"""The faults that a test asks of the embedded server, and the log of the requests to it."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.settings.credentials import TOKEN_HEADERS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Receive = Callable[[], Awaitable[dict[str, Any]]]

#: The headers that may hold a credential.
_SECRET = re.compile("auth|cookie|token|secret|passw|api-?key|credential")
#: The schema's name in the paths of both protocols.
_NAMED = re.compile(
    r"/(?:schemas/(?!ids/|by-id/)[^/]+|subjects)/(?P<name>.+?)(?:/versions(?:/.*)?|/metadata)?$"
)


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request that the embedded server received.

    Args:
        method: The HTTP method.
        path: The path, decoded, without the query.
        headers: The headers, with their names in lower case, without credentials.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)


@dataclass(slots=True)
class Fault:
    """A fault, which happens to requests in place of an answer, or before it.

    With neither a status nor a time, the connection is closed without an answer.

    Args:
        status: The HTTP status that is answered; None for none.
        page: The HTML that is answered; None for an error as JSON.
        seconds: The time that passes before the answer.
        times: The number of requests that it still happens to; None for all.
        match: A part of the path, or a pattern of schema names; None for every request.
    """

    status: int | None = None
    page: str | None = None
    seconds: float = 0.0
    times: int | None = None
    match: str | None = None

    def happens(self, path: str, name: str) -> bool:
        """Check whether the fault happens to a request, and count the request if it does.

        Args:
            path: The path of the request.
            name: The schema's name in it; empty without one.
        """
        if self.times == 0:
            return False
        wanted = self.match
        if not (wanted is None or wanted in path or (name and fnmatchcase(name, wanted))):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Traffic:
    """The requests that were received during one test, and the faults that the test asked for."""

    def __init__(self) -> None:
        self.requests: list[ReceivedRequest] = []
        self.faults: list[Fault] = []

    def received(self, scope: Mapping[str, Any]) -> list[Fault]:
        """Log a request, and return the faults that happen to it, in order.

        Nothing happens after the first fault that takes the answer's place.
        """
        path = scope["path"]
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        shown = {key: value for key, value in headers.items() if not is_secret(key)}
        self.requests.append(ReceivedRequest(scope["method"], path, shown))
        name = _name(path, scope["query_string"])
        happening: list[Fault] = []
        for fault in tuple(self.faults):
            if fault.happens(path, name):
                happening.append(fault)
                if not fault.seconds:
                    break
        return happening


def is_secret(header: str) -> bool:
    """Check whether a header may hold a credential.

    Args:
        header: The header's name, in lower case.
    """
    return bool(_SECRET.search(header)) or header in map(str.lower, TOKEN_HEADERS.values())


def _name(path: str, query: bytes) -> str:
    """Return the schema's name in a request; empty where it has none."""
    if path.endswith("/compat/check"):
        return plain_name(parse_qs(query.decode("latin-1")).get("name", [""])[0])
    found = _NAMED.search(path)
    return plain_name(found["name"]) if found else ""


class FaultyApp:
    """An ASGI application whose requests are logged, and meet faults.

    Args:
        app: The application.
        cut: Closes the connection of a request without an answer.
    """

    def __init__(self, app: Any, cut: Callable[[Mapping[str, Any]], None]) -> None:
        self._app = app
        self._cut = cut
        #: The traffic of the test that runs now.
        self.traffic = Traffic()

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        for fault in self.traffic.received(scope):
            if fault.seconds:
                kept = await _messages_during(fault.seconds, receive)
                if kept is None:
                    return  # the client has gone
                receive = _with_messages(kept, receive)
            elif fault.status is not None:
                await _answer(fault.status, fault.page, send)
                return
            else:
                self._cut(scope)
                while (await receive())["type"] != "http.disconnect":
                    pass
                return
        await self._app(scope, receive, send)


async def _messages_during(seconds: float, receive: Receive) -> list[dict[str, Any]] | None:
    """Wait, and return the parts of the request that came meanwhile; None if the client went."""
    kept: list[dict[str, Any]] = []
    watching = asyncio.ensure_future(_keep_messages(kept, receive))
    has_gone, _ = await asyncio.wait([watching], timeout=seconds)
    watching.cancel()
    return None if has_gone else kept


async def _keep_messages(kept: list[dict[str, Any]], receive: Receive) -> None:
    """Add the parts of a request to a list, until the client goes."""
    while (message := await receive())["type"] != "http.disconnect":
        kept.append(message)


def _with_messages(kept: list[dict[str, Any]], receive: Receive) -> Receive:
    async def again() -> dict[str, Any]:
        return kept.pop(0) if kept else await receive()

    return again


async def _answer(status: int, page: str | None, send: Any) -> None:
    said = f"registry_server.fail(status={status})"
    # Each protocol finds the members of its own errors.
    text = json.dumps({"detail": said, "error_code": status, "message": said})
    media_type = b"application/json"
    if page is not None:
        text, media_type = page, b"text/html; charset=utf-8"
    body = text.encode()
    headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
