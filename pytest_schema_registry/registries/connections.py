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

#: Seconds that responses under way have to finish when the server ends.
GRACE = 2
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
                # No response can be lost yet, so reset the connection: the client notices at once.
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
