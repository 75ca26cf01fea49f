"""Proxies on the loopback interface that ask for a user and a password."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = json.dumps({"content": {"required": ["id"]}}).encode()


def reply(status: str, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Socks(socketserver.BaseRequestHandler):
    """A SOCKS5 proxy (RFC 1928, RFC 1929) that is the registry itself."""

    def handle(self) -> None:
        self.request.recv(512)
        self.request.sendall(b"\x05\x02")  # a user and a password, please
        self.request.recv(512)
        self.request.sendall(b"\x01\x00")
        self.request.recv(512)
        self.request.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        self.request.recv(65_536)
        self.request.sendall(reply("200 OK", "application/json", ANSWER))


class Refusing(socketserver.BaseRequestHandler):
    """An HTTP proxy that refuses, and repeats what it was sent."""

    def handle(self) -> None:
        sent = self.request.recv(65_536)
        self.request.sendall(reply(f"407 {sent.split()[-1].decode()}", "text/plain", sent))


@contextmanager
def proxy(kind: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """Run a proxy, and give its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
