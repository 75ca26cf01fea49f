"""The embedded server's connections. The only importer of uvicorn."""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING, Any, ClassVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

if TYPE_CHECKING:
    import asyncio

    from fastapi import FastAPI

#: Seconds that answers have which are on their way when the server ends.
GRACE = 2
#: Linger for no second, in each system's own form.
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Connection(H11Protocol):
    """A connection that is cut when a request on it does not arrive.

    uvicorn limits how long a connection rests between two requests, but not how long a request
    takes to come. It has no setting for that, so the connection looks after itself.
    """

    #: Seconds between two looks: a half-sent request has one to two times as long.
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
        """Cut the connection where no request came since the last look, and none is answered."""
        # Its type leaves out that there is none before the first request.
        now: Any = self.cycle
        if now is self._seen and (now is None or now.response_complete):
            if now is None:
                # Nothing was answered that could be lost: a reset, which the client sees at once.
                self.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, _RESET
                )
            self.transport.abort()
            return
        self._seen = now
        self._timer = self.loop.call_later(self.patience, self._look)


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
