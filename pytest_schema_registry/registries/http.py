"""A client of a registry over HTTP: one query, one result, in bounded time."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from pytest_schema_registry.errors import InvalidAnswer, InvalidSettings, RegistryUnavailable
from pytest_schema_registry.forks import Lock
from pytest_schema_registry.registries.answers import STATE_THAT_HOST, AnswerReader
from pytest_schema_registry.registries.credentials import headers_of
from pytest_schema_registry.registries.log_filter import LogFilter
from pytest_schema_registry.registries.protocol import WrongAnswer, drive
from pytest_schema_registry.registries.proxies import RoutingTransport
from pytest_schema_registry.registries.queries import Fetch, Result
from pytest_schema_registry.registries.retrying import (
    THREAD_NAME,
    RetriedRequest,
    TooLarge,
)
from pytest_schema_registry.registries.tls import context_of, default_context
from pytest_schema_registry.settings import DEFAULT_MAX_SCHEMA_SIZE
from pytest_schema_registry.settings.credentials import NO_CREDENTIALS, TOKEN_HEADERS
from pytest_schema_registry.turns import others_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.registries.messages import Request, Response
    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Query
    from pytest_schema_registry.settings.credentials import Credentials
    from pytest_schema_registry.settings.location import Location

#: Seconds that closing waits for an abandoned attempt.
_MOMENT = 0.05
MAX_REDIRECTS = 5


class _Confirmed(Exception):  # not an error: the known result holds (RFC 9110 section 15.4.5)
    pass


class RegistryClient:
    """A client that asks a registry over HTTP, through one pool of connections per process.

    Args:
        protocol: The registry's wire format.
        location: The registry's base URL, and the query that came with it.
        credentials: What is sent to that host only.
        timeout: Seconds that one attempt may take, from DNS to the last byte; all attempts and
            the waits between them stay inside three times that.
        max_bytes: The largest answer that is read, in bytes.
        clock: Returns seconds since the epoch.
        observe: Called after each request, retries included.
    """

    def __init__(
        self,
        protocol: WireProtocol,
        location: Location,
        *,
        credentials: Credentials = NO_CREDENTIALS,
        timeout: float = 10.0,
        max_bytes: int = DEFAULT_MAX_SCHEMA_SIZE,
        clock: Callable[[], float] = time.time,
        observe: Callable[[Fetch], None] | None = None,
    ) -> None:
        self._protocol = protocol
        self._location = location
        self._credentials = credentials
        self._answers = AnswerReader(location, credentials)
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._clock = clock
        self._observe = observe
        self._logs = LogFilter()
        self._opening = Lock()
        self._client: httpx.Client | None = None
        self._owner = 0

    def fetch(self, query: Query, known: Result | None = None) -> Result:
        """Ask the registry a query, and return the result.

        Args:
            query: The query.
            known: An earlier result, which the registry may confirm (RFC 9110 section 13).

        Raises:
            RegistryUnavailable: No answer came within the time allowed, a proxy answered instead,
                the status was 408, 429 or 5xx, or the body was a page instead of JSON.
            RegistryRefused: The status was 401, 403 or another 4xx.
            InvalidAnswer: A body is no answer to the query, is too large, or repeats the
                credentials; or a host that the registry redirects to refused.
            InvalidSettings: The HTTP client cannot start.
        """
        url = self._address(self._protocol.path(query))
        sent: list[tuple[Request, Response]] = []
        responses: list[httpx.Response] = []

        def send(request: Request) -> Response:
            # Only the first request is conditional: its answer decides what else is asked.
            first = not responses
            responses.append(self._sent(query, request, known if first else None))
            if first and known is not None and responses[0].status_code == 304:
                raise _Confirmed
            response = self._answers.response(self._address(request.path), responses[-1])
            sent.append((request, response))
            return response

        try:
            value = drive(self._protocol.ask(query), send)
        except _Confirmed:
            assert known is not None  # noqa: S101  # see above
            return replace(known, fetched_at=self._clock(), source="registry")
        except (WrongAnswer, ValueError, RecursionError) as exc:
            # The address of what was sent last: an exchange may take several requests.
            raise self._answers.error(self._address(sent[-1][0].path), responses[-1], exc) from None
        etag = responses[0].headers.get("etag")
        # The credentials would get into the cache, and into a cassette that is committed.
        bodies = [response.body for _, response in sent if response.status == 200]
        if self._answers.repeat_secrets(bodies, etag or ""):
            raise InvalidAnswer(url, "it repeats the credentials that it was sent")
        now = self._clock()
        return Result(query, url, value, now, "registry", etag, exchanged=tuple(sent))

    def close(self) -> None:
        """Close the pool; the next fetch opens another."""
        if self._client is not None:
            self._client.close()
            self._client = None
        attempts = [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]
        for thread in attempts:
            thread.join(_MOMENT)
        # An abandoned attempt may still be connecting, and would log a proxy's password.
        if not any(thread.is_alive() for thread in attempts):
            self._logs.remove()

    def _address(self, path: str) -> str:
        """Return the address of a path without credentials, as messages show it."""
        return f"{self._location.shown}/{path}"

    def _sent(self, query: Query, request: Request, known: Result | None) -> httpx.Response:
        """Send a request, and return the response, whatever its status."""
        url = self._address(request.path)
        client = self._open()
        retried = RetriedRequest(client, self._timeout, self._max_bytes)
        etag = known.etag if known is not None else None
        headers = {"If-None-Match": etag} if etag and etag.isascii() and etag.isprintable() else {}
        started = time.perf_counter()
        response = None
        try:
            address = httpx.URL(url).copy_merge_params(self._location.params)
            if request.body is not None:
                headers["Content-Type"] = self._protocol.headers["Accept"].partition(",")[0]
            wire = client.build_request(
                request.method, address, headers=headers, content=request.body
            )
            with self._logs.fetching(), others_turn():
                response = retried.response(wire)
        except TooLarge:
            raise InvalidAnswer(url, f"it is larger than {self._max_bytes:,} bytes") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            raise self._answers.outage(url, exc) from None
        except (RuntimeError, OSError, Warning) as exc:
            # pytest-socket and pytest-recording raise these instead of connecting, and a system
            # that has no thread left.
            reason = (
                f"the connection was refused in this process ({self._answers.words(_text(exc))})"
            )
            if "PYTEST_CURRENT_TEST" in os.environ:
                declared = "a schema that the registry_schema marker declares"
                reason += f"; {declared} is fetched before the test"
            raise RegistryUnavailable(url, reason) from None
        except (ValueError, LookupError, ArithmeticError) as exc:
            # Layers below httpx raise these (an impossible host name), and httpx lets them through.
            reason = (
                f"no connection can be made ({self._answers.words(_text(exc))}); "
                "look at its address, at redirects and at the proxy variables"
            )
            raise RegistryUnavailable(url, reason) from None
        finally:
            if self._observe is not None:
                seconds = time.perf_counter() - started
                self._observe(_fetch(query, response, seconds, retried.attempts))
        return response

    def _open(self) -> httpx.Client:
        with self._opening:
            # After a fork, the sockets of the pool belong to the parent process.
            if self._client is None or self._owner != os.getpid():
                self._client = self._new_client()
                self._owner = os.getpid()
            return self._client

    def _new_client(self) -> httpx.Client:
        proxies = self._answers.look_up_proxies()
        transport = RoutingTransport(proxies, context_of(self._credentials.tls), default_context)
        proxy = proxies.of(httpx.URL(self._location.shown))
        try:
            transport.through(proxy)
        except httpx.ProxyError as exc:
            assert proxy is not None  # noqa: S101  # the direct way has no address
            raise InvalidSettings(proxy.variable, self._answers.words(str(exc))) from None
        return httpx.Client(
            headers=self._headers(),
            transport=transport,
            # Our own deadline comes first, with an error that names what was waited for.
            timeout=httpx.Timeout(self._timeout + 1),
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            event_hooks={"request": [self._refuse_downgrade, self._keep_to_ourselves]},
        )

    def _headers(self) -> dict[str, str]:
        headers = {**self._protocol.headers, "Accept-Encoding": "identity"}
        return headers | headers_of(self._credentials)

    def _refuse_downgrade(self, request: httpx.Request) -> None:
        if self._location.shown.startswith("https:") and request.url.scheme != "https":
            raise httpx.UnsupportedProtocol(
                "it redirects from https to http, where anyone could answer"
            )

    def _keep_to_ourselves(self, request: httpx.Request) -> None:
        if host := self._answers.elsewhere(request.url):
            for name in ("authorization", "cookie", *TOKEN_HEADERS.values()):
                request.headers.pop(name, None)
            if self._credentials.tls.certificate and request.url.scheme == "https":
                # The connection would show it to any host that asks for one.
                raise httpx.UnsupportedProtocol(
                    f"it redirects to {host}, which may not see the client's certificate; "
                    f"{STATE_THAT_HOST}"
                )


def _fetch(query: Query, response: httpx.Response | None, seconds: float, attempts: int) -> Fetch:
    return Fetch(
        kind=query.kind.value,
        name=query.name,
        version=query.version,
        seconds=seconds,
        bytes=len(response.content) if response is not None else 0,
        attempts=attempts,
        status=response.status_code if response is not None else None,
    )


def _text(exc: Exception) -> str:
    return str(exc) or type(exc).__name__
