"""The embedded server's connections. The only importer of uvicorn."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, ClassVar, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

#: Seconds that responses under way have to finish when the server ends.
GRACE = 2
#: Turns of the event loop after which a connection that was waiting is known: more than enough.
TURNS = 20
#: SO_LINGER's value for closing with a reset: on, and 0 s. Windows packs it in shorts.
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Connection(H11Protocol):
    """A connection that is cut when a request on it does not arrive.

    uvicorn limits how long a connection rests between two requests, but not how long a request
    takes to arrive. It has no setting for that, so the connection checks this itself.
    """

    #: Seconds between two checks: a half-sent request is cut after one to two times as long.
    patience: ClassVar[float] = 6.0
    _timer: asyncio.TimerHandle
    _seen: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Cut the connection if no request came since the last check and none is being answered."""
        # It is None before the first request, although its type leaves that out.
        now: Any = self.cycle
        if now is self._seen and (now is None or now.response_complete):
            if now is None:
                # No response can be lost yet, so the client may notice at once.
                self.reset()
            else:
                self.transport.abort()
            return
        self._seen = now
        self._timer = self.loop.call_later(self.patience, self._look)

    def reset(self) -> None:
        """Cut the connection with a reset: what was not sent yet is lost."""
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _RESET
        )
        self.transport.abort()


class QuietConnection(Connection):
    """A connection that logs no requests: the process's log is that of the code under test."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.access_log = False


class _Server(uvicorn.Server):
    """A server that tells when its loop runs, or has ended without running."""

    loop: asyncio.AbstractEventLoop

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()
        #: The error of the system that ended it.
        self.error: OSError | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        except OSError as exc:
            self.error = exc
        finally:
            self.is_up.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.is_up.set()


class BackgroundServer:
    """A server in a thread, on a free port of the loopback interface.

    Args:
        app: The ASGI application.

    Raises:
        OSError: The system gives it no port.
        RuntimeError: The system gives it no thread, or not what the thread needs.
    """

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=QuietConnection,
            ws="none",
            lifespan="off",
            # The loggers are those of the code under test.
            log_config=None,
            log_level=None,
            # What a client says of itself does not tell connections apart.
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
        )
        # Here, as imports of a thread would race with those of the code under test.
        config.load()
        self._server = _Server(config)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._listening]},
            name="registry_server",
            daemon=True,
        )
        try:
            self._thread.start()
        except RuntimeError:
            self._listening.close()
            raise
        self._server.is_up.wait()
        if not self._server.started:
            self._listening.close()
            raise RuntimeError(str(self._server.error or "its thread has ended"))

    def cut(self, client: tuple[str, int]) -> None:
        """Cut the connection of a client; only for the server's own thread.

        Args:
            client: The client's address and port.
        """
        for connection in self._connections():
            if connection.client == client:
                connection.reset()

    def cut_all(self, then: Callable[[], None]) -> None:
        """Cut all connections, those too that are not accepted yet, and then call a function.

        No request is received between the two.

        Args:
            then: The function; the server's thread calls it.
        """

        async def cut() -> None:
            # A waiting connection is accepted in one turn of the loop, and known some turns later.
            for _ in range(TURNS):
                await asyncio.sleep(0)
            for connection in self._connections():
                connection.transport.abort()
            then()

        asyncio.run_coroutine_threadsafe(cut(), self._server.loop).result()

    def stop(self) -> None:
        """Cut all connections, close the port, and end the thread."""
        self.cut_all(lambda: None)
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def _connections(self) -> list[QuietConnection]:
        return list(cast("set[QuietConnection]", self._server.server_state.connections))


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve an application until the process is interrupted.

    Args:
        app: The application.
        host: The address to bind.
        port: The port to bind.
    """
    uvicorn.run(
        app, host=host, port=port, http=Connection, ws="none", timeout_graceful_shutdown=GRACE
    )
