"""One request to a registry, retried where that helps, in bounded time and memory.

httpx-retries wraps a whole httpx client here. So the client keeps what it does well: the pool,
redirects, proxies and certificates from the environment.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
import zlib
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from httpx_retries import Retry, RetryTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

THREAD_NAME = "schema-registry-fetch"
RETRIED_STATUSES = (408, 429, *range(500, 600))
ATTEMPTS = 4


class RetriedRequest:
    """One request, which is sent again where that helps.

    Args:
        client: Sends the request.
        timeout: Seconds that one attempt may take, from DNS to the last byte; all attempts and
            the waits between them stay inside three times that.
        max_bytes: The largest body that is read, in bytes.
    """

    def __init__(self, client: httpx.Client, timeout: float, max_bytes: int) -> None:
        self._transport = _Attempts(client, timeout, max_bytes)
        self._retry = _WithinBudget(
            total=ATTEMPTS - 1,
            # A POST asks for a verdict here, and changes nothing.
            allowed_methods=("GET", "POST"),
            status_forcelist=RETRIED_STATUSES,
            backoff_factor=0.1,
            backoff_jitter=0.5,
        )
        self._retry.deadline = time.monotonic() + 3 * timeout

    @property
    def attempts(self) -> int:
        """The number of times that the request was sent."""
        return self._transport.count

    def response(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the last attempt's response with its whole body.

        Raises:
            TooLarge: The body is longer than ``max_bytes``.
            httpx.HTTPError: The last attempt got no response.
        """
        try:
            return RetryTransport(self._transport, self._retry).handle_request(request)
        except _BudgetSpent as spent:
            return spent.response


class _BudgetSpent(Exception):  # not an error: carries the last response out
    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response


class TooLarge(Exception):
    """The body is longer than allowed."""


class _WithinBudget(Retry):
    """The policy of httpx-retries, but without a wait that would outlive the time budget."""

    deadline = 0.0

    def increment(self) -> _WithinBudget:
        following = super().increment()
        assert isinstance(following, _WithinBudget)  # noqa: S101  # copies are of the same class
        following.deadline = self.deadline
        return following

    def sleep(self, response: httpx.Response | Exception) -> None:
        wait = self.backoff_strategy()
        if isinstance(response, httpx.Response) and "retry-after" in response.headers:
            with suppress(ValueError, OverflowError):
                wait = max(wait, self.parse_retry_after(response.headers["retry-after"]))
        if time.monotonic() + wait >= self.deadline:
            if isinstance(response, httpx.Response):
                raise _BudgetSpent(response)
            raise response
        time.sleep(wait)


class _Attempts(httpx.BaseTransport):
    """A transport that sends a request through a whole client, and abandons it at the deadline.

    httpx's timeouts limit the time between two bytes, and do not cover DNS. A server that sends one
    byte a second passes them for hours. So an attempt runs in a thread of its own; the caller waits
    for it until the deadline, and then abandons it.
    """

    def __init__(self, client: httpx.Client, timeout: float, max_bytes: int) -> None:
        self._client = client
        self._timeout = timeout
        self._max_bytes = max_bytes
        self.count = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        remaining = request.extensions["retry"].deadline - time.monotonic()
        seconds = max(0.0, min(self._timeout, remaining))
        connected = threading.Event()

        def trace(event: str, _info: dict[str, Any]) -> None:
            if event.endswith("send_request_headers.started"):
                connected.set()

        request.extensions["trace"] = trace
        self.count += 1
        try:
            return _within(seconds, lambda: self._send(request))
        except TimeoutError:
            if connected.is_set():
                raise httpx.ReadTimeout(f"no complete answer within {self._timeout:g} s") from None
            raise httpx.ConnectTimeout(f"no connection within {self._timeout:g} s") from None

    def _send(self, request: httpx.Request) -> httpx.Response:
        response = self._client.send(request, stream=True)
        try:
            body = b"".join(self._limited(response))
        finally:
            response.close()
        headers = response.headers.copy()
        headers.pop("content-encoding", None)  # the body is decoded by now
        return httpx.Response(
            response.status_code,
            headers=headers,
            content=body,
            request=response.request,  # the last one, after redirects
            extensions={"reason_phrase": response.extensions.get("reason_phrase", b"")},
        )

    def _limited(self, response: httpx.Response) -> Iterator[bytes]:
        room = self._max_bytes
        for chunk in _decoded(response, room + 1):
            room -= len(chunk)
            if room < 0:
                raise TooLarge
            yield chunk


def _decoded(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """Yield the decoded body in parts; a compressed part expands to at most `limit` bytes.

    httpx's decoders have no limit: a few kilobytes of packed zeros would fill the memory.
    """
    if response.headers.get("content-encoding", "").strip().lower() not in ("gzip", "deflate"):
        yield from response.iter_raw()
        return
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # takes either header
    compressed = b""
    try:
        for compressed in response.iter_raw():
            yield decompressor.decompress(compressed, min(limit, sys.maxsize))
    except zlib.error as exc:
        raise httpx.DecodingError(f"the compressed body is broken: {exc}") from None
    if compressed and not decompressor.eof:
        raise httpx.DecodingError("the compressed body is cut short")


def _within(seconds: float, call: Callable[[], T]) -> T:
    outcome: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((call(), None))
        except BaseException as exc:  # noqa: BLE001  # carried to the thread that waits
            outcome.put((None, exc))

    context = copy_context()
    threading.Thread(target=context.run, args=(run,), name=THREAD_NAME, daemon=True).start()
    try:
        result, error = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # T, as no error came


def url_of(exc: httpx.RequestError) -> httpx.URL | None:
    """Return the address that could not be reached, which may be a redirect's; None without one."""
    try:
        return exc.request.url
    except RuntimeError:  # it was raised before there was a request
        return None
