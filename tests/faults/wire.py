"""A server below HTTP: a function has the connection, and sends what no HTTP server would."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tests.faults.published import CORE
from tests.local_registry import TYPES

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from tests.faults.published import Published

    Behaviour = Callable[["Exchange"], None]


class Exchange:
    """One request, and the connection that waits for its answer.

    Args:
        connection: Open for writing.
        head: The request up to its empty line.
        over: Set when the server stops.
        published: What the right answers are of.
    """

    def __init__(
        self, connection: socket.socket, head: str, over: threading.Event, published: Published
    ) -> None:
        self.connection = connection
        self.path = head.split(" ")[1]
        self.over = over
        self._published = published

    @property
    def body(self) -> bytes:
        """The right answer."""
        (document,) = (
            document
            for path, document in self._published.paths.items()
            if self.path.partition("?")[0].endswith(f"/{path}")
        )
        return json.dumps(document).encode()

    def start(self, *headers: str, status: str = "200 OK") -> None:
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, "", ""]
        self.connection.sendall("\r\n".join(lines).encode())

    def send(self, body: bytes) -> None:
        self.connection.sendall(body)

    def reset(self) -> None:
        """Close without a goodbye."""
        option = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        self.connection.close()


class Wire:
    """Serves one request a connection while its context lasts.

    Args:
        behave: What becomes of a request.
        host: The address to listen on.
        tls: What makes it an https server.
        published: The schema that it has.
    """

    def __init__(
        self,
        behave: Behaviour,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        published: Published = CORE,
    ) -> None:
        self._behave = behave
        self._tls = tls
        self._published = published
        self._over = threading.Event()
        self._listening = socket.create_server((host, 0), backlog=1000)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{host}:{self._listening.getsockname()[1]}"
        self.requests: list[str] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection

    def _answer(self, raw: socket.socket) -> None:
        # A client that has given up is no trouble of the server's.
        with suppress(OSError), self._secured(raw) as connection:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                received = connection.recv(65536)
                if not received:
                    return
                head += received
            exchange = Exchange(connection, head.decode(), self._over, self._published)
            if TYPES in exchange.path:
                # Which protocol it speaks is no part of a fault, and stands in no log.
                types = json.dumps(self._published.types).encode()
                status = "404 Not Found" if self._published.types is None else "200 OK"
                closing = (f"Content-Length: {len(types)}", "Connection: close")
                exchange.start(*closing, status=status)
                exchange.send(types)
                return
            self.requests.append(head.decode())
            self._behave(exchange)


def well(exchange: Exchange) -> None:
    exchange.start(f"Content-Length: {len(exchange.body)}", "Connection: close")
    exchange.send(exchange.body)


def silence(exchange: Exchange) -> None:
    exchange.over.wait()


def one_byte_a_second(exchange: Exchange) -> None:
    exchange.start(f"Content-Length: {len(exchange.body)}")
    for byte in exchange.body:
        exchange.send(bytes([byte]))
        if exchange.over.wait(1):
            return


def reset_in_mid_body(exchange: Exchange) -> None:
    exchange.start(f"Content-Length: {len(exchange.body)}")
    exchange.send(exchange.body[:50])
    exchange.over.wait(0.05)
    exchange.reset()


def cut(exchange: Exchange) -> None:
    exchange.start(f"Content-Length: {len(exchange.body)}")
    exchange.send(exchange.body[:50])


def cut_and_counted(exchange: Exchange) -> None:
    exchange.start("Content-Length: 50", "Connection: close")
    exchange.send(exchange.body[:50])


def cut_between_chunks(exchange: Exchange) -> None:
    exchange.start("Transfer-Encoding: chunked")
    exchange.send(b"%x\r\n%s\r\n" % (len(exchange.body), exchange.body))


def chunked(chunk: bytes, count: int) -> Behaviour:
    """The same chunk many times."""

    def behave(exchange: Exchange) -> None:
        exchange.start("Transfer-Encoding: chunked")
        for _ in range(count):
            exchange.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        exchange.send(b"0\r\n\r\n")

    return behave


def redirected(to: str) -> Behaviour:
    """Every path to the same path elsewhere."""

    def behave(exchange: Exchange) -> None:
        headers = (f"Location: {to}{exchange.path}", "Content-Length: 0", "Connection: close")
        exchange.start(*headers, status="302 Found")

    return behave
