"""A registry on the loopback interface that logs every request and misbehaves on demand."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import uvicorn
import uvicorn.loops.asyncio
import uvicorn.loops.auto

from pytest_schema_registry.registries.server import create_app

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

#: A pattern that takes an engine which backtracks more steps over many a's than anybody waits for.
ENDLESS = "^(?:(a+)(?=a|b))+c$"
#: The path that tells the protocol.
TYPES = "/schemas/types"
ORDER = "orders.Order"
ORDER_V1: dict[str, Any] = {
    "$core_version": "1.0.0",
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
}
ORDER_V2: dict[str, Any] = {
    "$core_version": "2.0.0",
    "type": "object",
    "properties": {"id": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1}},
    "required": ["id", "quantity"],
}


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    client_port: int
    came_at: float


@dataclass(frozen=True)
class Reply:
    """What is answered in place of the schema.

    Args:
        status: The HTTP status.
        body: Bytes, text, or what becomes JSON.
        headers: The answer's headers.
        delay: Seconds before the first byte; none is sent to a client that has gone by then.
        together: How many requests must have come before this one is answered.
        pause: Seconds before each byte of the body.
        cut: Whether the connection is closed before the whole body was sent.
    """

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    together: int = 0
    pause: float = 0.0
    cut: bool = False

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class LoggedServer:
    """An application run by uvicorn in a thread: what the doubles of registries are made of.

    Args:
        certificate: Certificate and key of an https server.
        authority: The certificate that has to have signed those of its clients.
    """

    _app: Callable[[Any, Any, Any], Awaitable[None]]

    def __init__(
        self, certificate: tuple[Path, Path] | None = None, authority: Path | None = None
    ) -> None:
        self._certificate = certificate
        self._authority = authority
        # Bound for as long as this lives: while it is down, nobody else may take its port. Only
        # Linux lets the server's own socket listen there beside it.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.port: int = self._reserved.getsockname()[1]
        if sys.platform != "linux":
            self._reserved.close()
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"

    def behave(self) -> None:
        """Answer as the application does, and forget all requests."""
        self.requests: list[Request] = []
        self._scripts: dict[str, list[Reply]] = {}
        self._always: dict[str, Reply] = {}

    def script(self, path: str, *replies: Reply) -> None:
        """Answer the next requests for a path (without a slash in front) in this way."""
        self._scripts[f"/{path}"] = list(replies)

    def always(self, reply: Reply, path: str = "") -> None:
        """Answer every request, or every one for a path, in this way."""
        self._always[f"/{path}"] = reply

    @property
    def paths(self) -> list[str]:
        """What was asked, sorted, for processes ask in any order."""
        return sorted(request.path for request in self.requests)

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.paths)

    def start(self) -> None:
        certificate, key = self._certificate or (None, None)
        config = uvicorn.Config(
            self,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            log_level="critical",
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            ssl_ca_certs=str(self._authority) if self._authority else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if self._authority else ssl.CERT_NONE,
        )
        # Here, as the thread's imports would race with those of the client under test.
        config.load()
        self._server = uvicorn.Server(config)
        # Bound here, so that the port is open before the thread runs.
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=1000)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listening]}
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._reserved.close()

    @contextmanager
    def down(self) -> Iterator[None]:
        """While it lasts, connections are refused."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # A proxy is sent the whole URL.
        path = urlsplit(scope["raw_path"].decode()).path
        scope = scope | {"path": unquote(path)}
        query = scope["query_string"].decode()
        whole = f"{path}?{query}" if query else path
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        port, came_at = scope["client"][1], time.time()
        request = Request(scope["method"], whole, headers, port, came_at)
        reply = self._aside(path, request)
        if reply is None:
            self.requests.append(request)
            script = self._scripts.get(path)
            reply = script.pop(0) if script else self._always.get(path) or self._always.get("/")
        if reply is None:
            await self._app(scope, receive, send)
        else:
            while len(self.requests) < reply.together:
                await asyncio.sleep(0.01)
            if not reply.delay or not await _has_gone(receive, reply.delay):
                await send_reply(reply, send)

    def _aside(self, _path: str, _request: Request) -> Reply | None:
        """Answer a request that the log leaves out, or return None."""
        return None


class LocalRegistry(LoggedServer):
    """The embedded server, with a directory of its own.

    A request for the protocol is noted in `detections`, apart from the others, since whoever meets
    the registry first sends it. It is answered well even where all others are not, unless the test
    scripts an answer to it.
    """

    def reset(self, directory: Path) -> None:
        """Serve a directory, behave well, and forget all requests."""
        self.behave()
        self.detections: list[Request] = []
        self.directory = directory
        self._app = create_app(directory)
        directory.mkdir(exist_ok=True)

    def publish(self, name: str, **versions: Any) -> None:
        for version, schema in versions.items():
            file = self.directory / version / f"{name}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(schema))

    def _aside(self, path: str, request: Request) -> Reply | None:
        if path != TYPES or path in (*self._scripts, *self._always):
            return None
        self.detections.append(request)
        return Reply(404, {"detail": "Not Found"})


async def _has_gone(receive: Any, seconds: float) -> bool:
    """Whether the client closes its connection within a time."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


async def send_reply(reply: Reply, send: Any) -> None:
    raw = reply.raw
    headers = {"content-length": str(len(raw) + reply.cut), **reply.headers}
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        }
    )
    chunks = [bytes([byte]) for byte in raw] if reply.pause else [raw]
    for chunk in chunks:
        await asyncio.sleep(reply.pause)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    # Where the length promised more, uvicorn closes the connection here.
    await send({"type": "http.response.body", "body": b"", "more_body": False})
