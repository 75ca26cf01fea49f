"""Outages in words: what happened instead of an answer, and what to do about it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

import httpx

from pytest_schema_registry.registries.tls import advice_on

if TYPE_CHECKING:
    from pytest_schema_registry.registries.proxies import Proxy

#: What OpenSSL says where the other side answers a handshake with text.
_NO_TLS = re.compile("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|HTTP_REQUEST|record layer failure")
#: The beginning of a TLS alert, as the error about a wrong status line quotes it.
_TLS_ALERT = r"\x15\x03"
#: What servers that speak TLS answer to a request in clear: nginx, Apache and Go.
_IN_CLEAR = re.compile("plain HTTP request|plain HTTP to an SSL|HTTP request to an HTTPS server")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
MAX_TITLE = 100
#: The characters of a page that may have the title: to search many takes a time that is squared.
_HEAD = 10_000
_SPEAKS_HTTPS = "give the registry's address with https://, which this port speaks"
LOG_IN = (
    "a proxy or a login page answered in the registry's place: check --registry-url, the "
    "credentials and the network"
)


class Outage(NamedTuple):
    """The reason why there is no answer, and what to do.

    Args:
        reason: The reason, in a part of a sentence.
        advice: What to do about it; empty where that is not known.
    """

    reason: str
    advice: str = ""


def of_exception(exc: Exception, proxy: Proxy | None) -> Outage:
    """Describe a request that got no response.

    Args:
        exc: The error.
        proxy: The proxy that the request went through; None without one.
    """
    reason = _reason(exc)
    if isinstance(exc, httpx.RemoteProtocolError) and _TLS_ALERT in reason:
        return Outage("the registry's port speaks https, and was asked in http", _SPEAKS_HTTPS)
    if not isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return Outage(through(reason, proxy))
    start, advice = "cannot connect", advice_on(reason)
    if proxy is not None:
        start = f"cannot connect through {proxy}"
        advice = advice or f"check {proxy.variable}, or name the registry's host in NO_PROXY"
    if _NO_TLS.search(reason):
        reason = "the port speaks http, and was asked in https"
        advice = "give the registry's address with http://, which this port speaks"
        if proxy is not None and proxy.address.startswith("https:"):
            reason = "the proxy's port or the registry's speaks http, and was asked in https"
            advice = f"write http:// in {proxy.variable}, if the proxy speaks http"
    elif reason.startswith("407"):
        advice = of_status(407, "", proxy)
    is_timeout = isinstance(exc, httpx.ConnectTimeout) and proxy is None
    return Outage(reason if is_timeout else f"{start}: {reason}", advice)


def of_status(status: int, text: str, proxy: Proxy | None) -> str:
    """Return what to do about an answer that is an error; an empty text for most."""
    if status == 407:
        where = proxy.variable if proxy is not None else "http_proxy or https_proxy"
        return f"give the proxy's user and password in {where}: http://USER:PASSWORD@HOST:PORT"
    if status in (408, 429):
        return "try again later, or with a lower --registry-max-in-flight"
    if status == 400 and _IN_CLEAR.search(text):
        return _SPEAKS_HTTPS
    return ""


def page(response: httpx.Response, media_type: str) -> str:
    """Describe a page that came instead of JSON."""
    said = f"{response.status_code} {response.reason_phrase}".rstrip()
    text = response.content.decode("utf-8", "replace")
    if not text.strip():
        return f"{said}, an empty body"
    title = _TITLE.search(text, 0, _HEAD)
    if title is None:
        return f"{said}, {media_type}: {text}"
    words = " ".join(html.unescape(title[1]).split())
    return f'{said}, {media_type}, title "{words[:MAX_TITLE]}"'


def through(reason: str, proxy: Proxy | None) -> str:
    """Return a reason with the proxy that the request went through."""
    return reason if proxy is None else f"{reason} (through {proxy})"


def _reason(exc: Exception) -> str:
    """Return the reason why a request got no response, without a part of an address in it."""
    if isinstance(exc, httpx.TooManyRedirects):
        return "it redirects again and again"
    text = str(exc) or type(exc).__name__
    if isinstance(exc, httpx.RemoteProtocolError) and " in location header: " in text:
        # The rest is a part of the address, which may contain a part of a password.
        text = text.partition(": ")[0]
    return text
