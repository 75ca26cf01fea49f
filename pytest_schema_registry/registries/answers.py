"""The reading of what a registry sent over HTTP: its answers, and the errors of everything else.

Each error says what came, from which host, and what to do. It shows no credentials.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from pytest_schema_registry.duplicate_keys import KeyTwice
from pytest_schema_registry.errors import InvalidAnswer, RegistryRefused, RegistryUnavailable
from pytest_schema_registry.registries import outages
from pytest_schema_registry.registries.credentials import Secrets, of_proxies
from pytest_schema_registry.registries.messages import Response
from pytest_schema_registry.registries.protocol import WrongAnswer
from pytest_schema_registry.registries.proxies import Proxies, port_of
from pytest_schema_registry.registries.retrying import RETRIED_STATUSES, url_of
from pytest_schema_registry.settings.credentials import WAYS
from pytest_schema_registry.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.settings.credentials import Credentials
    from pytest_schema_registry.settings.location import Location

#: The most characters of an answer that an error shows.
EXCERPT_LENGTH = 200
#: The members by which registries say what is wrong.
_DETAILS = ("detail", "message")
STATE_THAT_HOST = "if the schemas are there, set --registry-url to that host's address"


class AnswerReader:
    """The reader of one registry's answers.

    Args:
        location: The registry's base URL.
        credentials: What is sent to that host only.
    """

    def __init__(self, location: Location, credentials: Credentials) -> None:
        self._location = location
        self._credentials = credentials
        self._secrets = Secrets(location, credentials)
        self._proxies = Proxies()

    def look_up_proxies(self) -> Proxies:
        """Look up the environment's proxies, whose passwords are secrets, too, and return them."""
        self._secrets = Secrets(self._location, self._credentials, of_proxies())
        self._proxies = Proxies()
        return self._proxies

    def repeat_secrets(self, bodies: Iterable[str], etag: str) -> bool:
        """Check whether answers have the credentials that were sent."""
        return self._secrets.are_repeated(bodies, etag)

    def response(self, url: str, response: httpx.Response) -> Response:
        """Return a response as protocols read it.

        Raises:
            RegistryUnavailable: A proxy answered instead, the status was 408, 429 or 5xx, or the
                body is a page.
            RegistryRefused: The status was 401, 403 or another 4xx.
            InvalidAnswer: Another host refused, or the body is no text.
        """
        status = response.status_code
        proxy = self._proxies.of(response.url)
        if status in (404, 410):
            return Response(status, response.content.decode("utf-8", "replace"))
        # A proxy answers 407, never a registry.
        if status in (407, *RETRIED_STATUSES):
            reason = self.words(outages.through(self._described(response), proxy))
            advice = outages.of_status(status, "", proxy)
            own = None if self.elsewhere(response.url) else status
            raise RegistryUnavailable(url, reason, status=own, advice=advice)
        if status != 200 and self.elsewhere(response.url):
            raise InvalidAnswer(url, f"{self._described(response)}; {STATE_THAT_HOST}")
        if status != 200:
            given_with = self._credentials.given_with
            excerpt, authenticated = self._excerpt(response), bool(given_with)
            advice = outages.of_status(status, excerpt, proxy)
            excerpt = self.words(outages.through(excerpt, proxy)).strip()
            raise RegistryRefused(
                url, status, excerpt, authenticated, given_with or WAYS, advice=advice
            )
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type and media_type != "application/json" and not media_type.endswith("+json"):
            raise self._page(url, response, media_type)
        try:
            # RFC 8259 section 8.1: JSON between systems is UTF-8; a parser may skip a BOM.
            return Response(status, response.content.decode("utf-8-sig"))
        except ValueError as exc:
            raise self.error(url, response, exc) from None

    def error(
        self, url: str, response: httpx.Response, problem: Exception
    ) -> InvalidAnswer | RegistryUnavailable:
        """Return the error to raise for a response that cannot be read."""
        elsewhere = self.elsewhere(response.url)
        if isinstance(problem, WrongAnswer):
            if not elsewhere:
                return InvalidAnswer(url, self._secrets.scrubbed(str(problem)), problem.advice)
            reason = f"{self._described(response)} with no such answer; {STATE_THAT_HOST}"
        elif isinstance(problem, RecursionError):
            reason = "the JSON is nested too deeply to be read"
        elif isinstance(problem, KeyTwice):
            reason = self.words(f"{problem}, at {problem.pointer}")
            return InvalidAnswer(url, reason, problem.advice)
        elif not response.content.strip():
            return self._page(url, response, "")
        elif elsewhere:
            reason = f"{self._described(response)} with no JSON; {STATE_THAT_HOST}"
        else:
            reason = f"the body is not JSON ({problem})"
        return InvalidAnswer(url, reason)

    def outage(self, url: str, exc: Exception) -> RegistryUnavailable:
        """Return the error of a request that got no response."""
        asked = url_of(exc) if isinstance(exc, httpx.RequestError) else None
        host = self.elsewhere(asked)
        proxy = self._proxies.of(asked or httpx.URL(self._location.shown))
        reason, advice = outages.of_exception(exc, proxy)
        is_unreachable = isinstance(
            exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError
        )
        if host and is_unreachable:
            reason, advice = f"it redirects to {host}: {reason}", ""
        return RegistryUnavailable(
            url,
            self.words(reason),
            is_unreachable and not host,
            advice=self.words(advice),
        )

    def elsewhere(self, url: httpx.URL | None) -> str:
        """Return the host that the registry redirected to, or an empty text for its own."""
        own = httpx.URL(self._location.shown)
        if url is None or (url.host == own.host and port_of(url) == port_of(own)):
            return ""
        # A redirect from http to https stays on the same server.
        if url.host == own.host and (port_of(own), port_of(url)) == (80, 443):
            return ""
        return self.words(url.netloc.decode())

    def words(self, text: str) -> str:
        """Put a registry's text into one line, without characters that a terminal would obey."""
        # Scrub before cutting: half a secret would no longer be recognised.
        shown = self._secrets.scrubbed(text)[: 4 * EXCERPT_LENGTH]
        return one_line(shown) or ""

    def _page(self, url: str, response: httpx.Response, media_type: str) -> RegistryUnavailable:
        """Return the error of a page, or of nothing, where JSON should be."""
        if self.elsewhere(response.url):
            reason = f"{self._described(response)} (not JSON: another type)"
        else:
            reason = self.words(outages.page(response, media_type))[:EXCERPT_LENGTH]
        reason = self.words(outages.through(reason, self._proxies.of(response.url)))
        return RegistryUnavailable(url, reason, status=200, advice=outages.LOG_IN)

    def _described(self, response: httpx.Response) -> str:
        """Return a sentence on a response: its status and its text, or the host that sent it."""
        if host := self.elsewhere(response.url):
            # The text of another host's answer is not shown: the host may be a service that only
            # this machine reaches.
            return f"it redirects to {host}, which answered {response.status_code}"
        excerpt = self._excerpt(response)
        said = f"it answered {response.status_code} {self.words(response.reason_phrase)}".rstrip()
        if wait := response.headers.get("retry-after"):
            said += f", asking to retry after {self.words(wait)[:40]}"
        return f"{said}: {excerpt}" if excerpt else said

    def _excerpt(self, response: httpx.Response) -> str:
        """Return what a response says is wrong, or the beginning of its text."""
        text = response.content.decode("utf-8", "replace")
        if "json" in response.headers.get("content-type", ""):
            with suppress(ValueError, TypeError, RecursionError):
                said = json.loads(response.content)
                text = next((str(said[name]) for name in _DETAILS if name in said), text)
        return self.words(text)[:EXCERPT_LENGTH]
