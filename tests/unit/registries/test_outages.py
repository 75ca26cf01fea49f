from __future__ import annotations

import httpx
import pytest

from pytest_schema_registry.registries.outages import Outage, of_exception, of_status, page
from pytest_schema_registry.registries.proxies import Proxy

PROXY = Proxy("https_proxy", "http://ada:pass@proxy:1")
OVER_TLS = Proxy("https_proxy", "https://proxy:1")
NO_TLS = "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:992)"
ALERT = r"illegal status line: bytearray(b'\x15\x03\x03\x00\x02\x02P')"
HTTPS = "give the registry's address with https://, which this port speaks"


@pytest.mark.parametrize(
    ("exc", "proxy", "reason", "advice"),
    [
        (httpx.ConnectError("refused"), None, "cannot connect: refused", ""),
        (httpx.ConnectTimeout("no connection within 1 s"), None, "no connection within 1 s", ""),
        (
            httpx.ConnectTimeout("no connection within 1 s"),
            PROXY,
            (
                "cannot connect through the proxy http://proxy:1 (https_proxy): no connection "
                "within 1 s"
            ),
            "check https_proxy, or name the registry's host in NO_PROXY",
        ),
        (
            httpx.ProxyError("403 Forbidden"),
            PROXY,
            "cannot connect through the proxy http://proxy:1 (https_proxy): 403 Forbidden",
            "check https_proxy, or name the registry's host in NO_PROXY",
        ),
        (
            httpx.ProxyError("407 Proxy Authentication Required"),
            PROXY,
            (
                "cannot connect through the proxy http://proxy:1 (https_proxy): 407 Proxy "
                "Authentication Required"
            ),
            "give the proxy's user and password in https_proxy: http://USER:PASSWORD@HOST:PORT",
        ),
        (
            httpx.ConnectError(NO_TLS),
            None,
            "cannot connect: the port speaks http, and was asked in https",
            "give the registry's address with http://, which this port speaks",
        ),
        (
            httpx.ConnectError(NO_TLS),
            OVER_TLS,
            (
                "cannot connect through the proxy https://proxy:1 (https_proxy): the proxy's port "
                "or the registry's speaks http, and was asked in https"
            ),
            "write http:// in https_proxy, if the proxy speaks http",
        ),
        (
            httpx.RemoteProtocolError(ALERT),
            None,
            "the registry's port speaks https, and was asked in http",
            HTTPS,
        ),
        (httpx.ReadError("reset"), None, "reset", ""),
        (
            httpx.ReadError("reset"),
            PROXY,
            "reset (through the proxy http://proxy:1 (https_proxy))",
            "",
        ),
        (httpx.ReadError(""), None, "ReadError", ""),
        (httpx.TooManyRedirects("too many"), None, "it redirects again and again", ""),
        (
            httpx.RemoteProtocolError("Invalid URL in location header: port 'pass'"),
            None,
            "Invalid URL in location header",
            "",
        ),
    ],
)
def test_a_request_without_a_response_says_what_happened_and_what_to_do(
    exc: Exception, proxy: Proxy | None, reason: str, advice: str
) -> None:
    assert of_exception(exc, proxy) == Outage(reason, advice)


@pytest.mark.parametrize(
    "said",
    [
        "The plain HTTP request was sent to HTTPS port",
        "You're speaking plain HTTP to an SSL-enabled server port.",
        "Client sent an HTTP request to an HTTPS server.",
    ],
)
def test_a_server_that_wants_https_says_so_with_400(said: str) -> None:
    assert of_status(400, said, None) == HTTPS
    assert of_status(400, "a bad request", None) == of_status(500, said, None) == ""


@pytest.mark.parametrize("status", [408, 429])
def test_a_registry_that_is_busy_is_asked_later(status: int) -> None:
    advice = "try again later, or with a lower --registry-max-in-flight"
    assert of_status(status, "", None) == advice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html><TITLE lang='en'>\n Sign &amp; go </title>", 'title "Sign & go"'),
        (f"<title>{'x' * 200}</title>", f'title "{"x" * 100}"'),
    ],
)
def test_a_page_is_known_by_its_title(text: str, said: str) -> None:
    assert page(httpx.Response(200, text=text), "text/html") == f"200 OK, text/html, {said}"


def test_a_title_is_looked_for_at_the_beginning_only() -> None:
    late = httpx.Response(200, text=f"<html>{'x' * 10_000}<title>Sign in</title>")
    assert 'title "' not in page(late, "text/html")
    # Looked for in all of this, it would take minutes.
    endless = "<title" * 500_000
    assert page(httpx.Response(200, text=endless), "text/html") == f"200 OK, text/html: {endless}"
