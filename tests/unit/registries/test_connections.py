from __future__ import annotations

import asyncio
import errno
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from pytest_schema_registry.registries.connections import BackgroundServer, Connection

if TYPE_CHECKING:
    from collections.abc import Iterator


class Impatient(Connection):
    patience = 0.5


class Application:
    """Answers one path at once, and another when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        while scope["path"] == "/slow" and not self.go_on.is_set():
            await asyncio.sleep(0.01)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def served(application: Application) -> Iterator[int]:
    config = uvicorn.Config(application, http=Impatient, lifespan="off", ws="none", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            application.go_on.set()
            server.should_exit = True
            thread.join()


def is_cut(port: int) -> bool:
    """Whether a new connection is reset on which half a request was sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    return True


def test_an_answer_in_the_making_is_waited_for() -> None:
    application = Application()
    with served(application) as port:
        answers = []
        asking = threading.Thread(
            target=lambda: answers.append(httpx.get(f"http://127.0.0.1:{port}/slow", timeout=30))
        )
        asking.start()
        # Each takes as long as one look at the other connection.
        assert [is_cut(port) for _ in range(3)] == [True] * 3
        application.go_on.set()
        asking.join()
    assert [answer.status_code for answer in answers] == [204]


def test_half_a_request_after_a_whole_one_is_cut_too() -> None:
    with (
        served(Application()) as port,
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
    ):
        whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(whole + b"GET / HTTP/1.1\r\nHost: ")
        answers = b""
        with suppress(ConnectionResetError):
            while received := connection.recv(1000):
                answers += received
        assert answers.count(b"HTTP/1.1 204") == 1


@pytest.mark.parametrize(
    ("owner", "name", "error", "reason"),
    [
        (uvicorn.Server, "serve", OSError(errno.EMFILE, "Too many open files"), "open files"),
        (threading.Thread, "start", RuntimeError("can't start new thread"), "new thread"),
    ],
)
def test_a_server_that_cannot_start_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, error: Exception, reason: str
) -> None:
    opened: list[socket.socket] = []
    create_server = socket.create_server

    def noting(*address: Any, **how: Any) -> socket.socket:
        opened.append(create_server(*address, **how))
        return opened[-1]

    def refused(*_of: object, **_how: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_server", noting)
    monkeypatch.setattr(owner, name, refused)
    with pytest.raises(RuntimeError, match=reason):
        BackgroundServer(Application())
    (listening,) = opened
    assert listening.fileno() == -1
