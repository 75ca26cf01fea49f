"""The registry over HTTP: one question, one answer, in bounded time."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from pytest_schema_registry import protocol
from pytest_schema_registry.answers import Answer, Fetch
from pytest_schema_registry.doubles import KeyTwice
from pytest_schema_registry.errors import (
    InvalidAnswer,
    InvalidSettings,
    RegistryRefused,
    RegistryUnavailable,
)
from pytest_schema_registry.exchange import RETRIED_STATUSES, Exchange, TooLarge
from pytest_schema_registry.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.answers import Question
    from pytest_schema_registry.parsers import Location

_FETCHING: ContextVar[bool] = ContextVar("schema_registry_fetching", default=False)
_LOGGERS = (
    "httpx",
    "httpx_retries.retry",
    "httpx_retries.transport",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.proxy",
)
MAX_REDIRECTS = 5
EXCERPT_LENGTH = 200


class RegistryClient:
    """Asks a registry over HTTP, through one pooled connection a process.

    Args:
        location: The registry's base URL, and the credentials that came with it.
        token: Bearer token, sent to that host only.
        timeout: Seconds that one attempt may take, from DNS to the last byte; all attempts and
            the waits between them stay inside three times that.
        max_bytes: The largest answer that is read.
        clock: Seconds since the epoch.
        observe: Told each exchange, retries included.
    """

    def __init__(
        self,
        location: Location,
        *,
        token: str | None = None,
        timeout: float = 10.0,
        max_bytes: int = 5_000_000,
        clock: Callable[[], float] = time.time,
        observe: Callable[[Fetch], None] | None = None,
    ) -> None:
        self._location = location
        self._token = token
        self._secrets = Secrets(location, token)
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._clock = clock
        self._observe = observe
        self._opening = threading.Lock()
        self._client: httpx.Client | None = None
        self._owner = 0

    def url(self, question: Question) -> str:
        """The question's address without credentials: what is shown, and the key it is kept by."""
        return f"{self._location.shown}/{protocol.path(question)}"

    def fetch(self, question: Question, known: Answer | None = None) -> Answer:
        """Ask the registry.

        Args:
            question: What is asked.
            known: An earlier answer to it, which the registry may confirm (RFC 9110 section 13).

        Raises:
            RegistryUnavailable: No answer came within the time allowed, or a proxy's.
            RegistryRefused: 401, 403 or another 4xx.
            InvalidAnswer: The body is not the answer to this question.
        """
        url = self.url(question)
        etag = (known.etag if known is not None else None) or ""
        sendable = etag.isascii() and etag.isprintable()
        headers = {"If-None-Match": etag} if etag and sendable else {}
        response = self._get(question, url, headers)
        if known is not None and response.status_code == 304:
            return replace(known, fetched_at=self._clock(), source="registry")
        if response.status_code in (404, 410):
            return self._answer(question, url, response)
        # 407 is a proxy's, never a registry's.
        if response.status_code in (407, *RETRIED_STATUSES):
            raise RegistryUnavailable(url, self._said(response))
        if response.status_code != 200:
            raise RegistryRefused(
                url,
                response.status_code,
                self._excerpt(response),
                bool(self._token or self._location.auth),
            )
        document, text = self._document(url, response)
        if reason := protocol.fault(question, document):
            raise InvalidAnswer(url, self._secrets.scrubbed(reason))
        return self._answer(question, url, response, document, text)

    def close(self) -> None:
        """Close the pool; the next fetch opens another."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _answer(
        self,
        question: Question,
        url: str,
        response: httpx.Response,
        document: Any = None,
        text: str | None = None,
    ) -> Answer:
        etag = response.headers.get("etag")
        # It would be cached, and recorded in a file that is committed.
        if self._secrets.is_repeated([document, etag]):
            raise InvalidAnswer(url, "it repeats the credentials that it was sent")
        return Answer.of(question, url, document, self._clock(), "registry", etag=etag, text=text)

    def _document(self, url: str, response: httpx.Response) -> tuple[Any, str | None]:
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type and media_type != "application/json" and not media_type.endswith("+json"):
            kind = self._words(media_type)
            raise RegistryUnavailable(url, f"{self._said(response)} (not JSON: {kind})")
        try:
            # RFC 8259 section 8.1: JSON between systems is UTF-8; a parser may skip a BOM.
            return protocol.document(response.content.decode("utf-8-sig"), strict=True)
        except RecursionError:
            raise InvalidAnswer(url, "the JSON is nested too deeply to be read") from None
        except KeyTwice as exc:
            raise InvalidAnswer(url, self._words(str(exc))) from None
        except ValueError as exc:
            if not response.content.strip():
                raise RegistryUnavailable(url, "it answered 200 with an empty body") from None
            raise InvalidAnswer(url, f"the body is not JSON ({exc})") from None

    def _get(self, question: Question, url: str, headers: dict[str, str]) -> httpx.Response:
        client = self._open()
        exchange = Exchange(client, self._timeout, self._max_bytes)
        fetching = _FETCHING.set(True)
        started = time.perf_counter()
        response = None
        try:
            address = httpx.URL(url).copy_merge_params(self._params())
            response = exchange.response(client.build_request("GET", address, headers=headers))
        except TooLarge:
            raise InvalidAnswer(url, f"it is larger than {self._max_bytes:,} bytes") from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as exc:
            unreachable = not _is_elsewhere(exc, httpx.URL(url))
            raise RegistryUnavailable(url, self._words(_reason(exc)), unreachable) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            raise RegistryUnavailable(url, self._words(_reason(exc))) from None
        except (RuntimeError, OSError, Warning) as exc:
            # What pytest-socket and pytest-recording put in the place of a connection.
            reason = (
                f"a connection was refused inside the test ({self._words(_reason(exc))}); "
                "a schema that the registry_schema marker declares is fetched before it"
            )
            raise RegistryUnavailable(url, reason) from None
        finally:
            _FETCHING.reset(fetching)
            if self._observe is not None:
                seconds = time.perf_counter() - started
                self._observe(_fetch(question, response, seconds, exchange.attempts))
        return response

    def _params(self) -> httpx.QueryParams:
        return httpx.QueryParams(self._location.params)

    def _open(self) -> httpx.Client:
        with self._opening:
            # After a fork the parent's sockets are the parent's.
            if self._client is None or self._owner != os.getpid():
                self._client = self._new_client()
                self._owner = os.getpid()
                for name in _LOGGERS:
                    logging.getLogger(name).addFilter(_not_ours)
            return self._client

    def _new_client(self) -> httpx.Client:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            return httpx.Client(
                headers=headers,
                # An Authorization header and userinfo cannot both be sent; the token was meant.
                auth=None if self._token else self._location.auth,
                # An attempt ends before that, and then says for what it has waited.
                timeout=httpx.Timeout(self._timeout + 1),
                follow_redirects=True,
                max_redirects=MAX_REDIRECTS,
                # How many requests there are at a time is not httpx's to say.
                limits=httpx.Limits(max_connections=None),
                event_hooks={"request": [self._refuse_downgrade]},
            )
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as exc:
            # What follows a colon may be a part of a proxy's password.
            reason = f"the HTTP client cannot start: {str(exc).partition(': ')[0]}"
            raise InvalidSettings("SSL_CERT_FILE or a proxy variable", reason) from None

    def _refuse_downgrade(self, request: httpx.Request) -> None:
        if self._location.shown.startswith("https:") and request.url.scheme != "https":
            raise httpx.UnsupportedProtocol(
                "it redirects from https to http, where anyone could answer"
            )

    def _said(self, response: httpx.Response) -> str:
        excerpt = self._excerpt(response)
        said = f"it answered {response.status_code} {self._words(response.reason_phrase)}".rstrip()
        if wait := response.headers.get("retry-after"):
            said += f", asking to retry after {self._words(wait)[:40]}"
        return f"{said}: {excerpt}" if excerpt else said

    def _excerpt(self, response: httpx.Response) -> str:
        text = response.content.decode("utf-8", "replace")
        if "json" in response.headers.get("content-type", ""):
            with suppress(ValueError, LookupError, TypeError, RecursionError):
                text = str(json.loads(response.content)["detail"])
        return self._words(text)[:EXCERPT_LENGTH]

    def _words(self, text: str) -> str:
        """A text of the registry's as words in a line, with nothing that a terminal would obey."""
        # Scrubbed before it is cut, which would leave the half of a secret that nobody knows.
        shown = self._secrets.scrubbed(text)[: 4 * EXCERPT_LENGTH]
        return " ".join("".join(c if c.isprintable() else " " for c in shown).split())


def _fetch(
    question: Question, response: httpx.Response | None, seconds: float, attempts: int
) -> Fetch:
    return Fetch(
        kind=question.kind.value,
        name=question.name,
        version=question.version,
        seconds=seconds,
        bytes=len(response.content) if response is not None else 0,
        attempts=attempts,
        status=response.status_code if response is not None else None,
    )


def _not_ours(_record: logging.LogRecord) -> bool:
    # Our requests would fill the caplog of the test that happens to run, with the query in clear.
    return not _FETCHING.get()


def _is_elsewhere(exc: httpx.RequestError, url: httpx.URL) -> bool:
    """Whether it was a redirect's host that could not be reached."""
    try:
        return exc.request.url.netloc != url.netloc
    except RuntimeError:  # it was raised before there was a request
        return False


def _reason(exc: Exception) -> str:
    text = str(exc) or type(exc).__name__
    if isinstance(exc, httpx.RemoteProtocolError) and " in location header: " in text:
        # It goes on with a part of the address, which may be one of a password.
        text = text.partition(": ")[0]
    return f"cannot connect: {text}" if isinstance(exc, httpx.ConnectError) else text
