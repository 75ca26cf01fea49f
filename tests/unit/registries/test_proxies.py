from __future__ import annotations

import ssl

import httpx
import pytest

from pytest_schema_registry.registries.proxies import Proxies, Proxy, RoutingTransport


def proxy_of(url: str) -> str:
    return str(Proxies().of(httpx.URL(url)))


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({}, "None"),
        ({"http_proxy": "http://one:1"}, "the proxy http://one:1 (http_proxy)"),
        ({"HTTP_PROXY": "one:1"}, "the proxy http://one:1 (HTTP_PROXY)"),
        ({"https_proxy": "http://one:1"}, "None"),
        ({"All_Proxy": "socks5://one:1"}, "the proxy socks5://one:1 (All_Proxy)"),
        (
            {"http_proxy": "http://one:1", "HTTP_PROXY": "http://two:2", "ALL_PROXY": "three"},
            "the proxy http://one:1 (http_proxy)",
        ),
        ({"http_proxy": "http://ada:p@ss@one:1"}, "the proxy http://one:1 (http_proxy)"),
    ],
)
def test_a_proxy_is_shown_with_its_variable_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], shown: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_of("http://registry.example") == shown


def test_a_proxy_of_the_system_has_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    def system() -> dict[str, str]:
        return {"http": "http://one:1"}

    monkeypatch.setattr("pytest_schema_registry.registries.proxies.getproxies", system)
    assert proxy_of("http://a.example") == "the proxy http://one:1 (the system's settings)"


@pytest.mark.parametrize(
    ("entries", "url", "is_exempt"),
    [
        ("*", "http://a.example", True),
        ("other, *", "http://a.example", True),
        ("a.example", "http://a.example", True),
        ("A.Example", "http://a.example", True),
        ("a.example", "http://b.a.example:8081", True),
        ("a.example", "http://bca.example", False),
        (".a.example", "http://a.example", True),
        (".a.example", "http://b.a.example", True),
        ("*.a.example", "http://b.a.example", True),
        ("localhost 127.0.0.1", "http://127.0.0.1:8081", True),
        ("localhost,127.0.0.1", "http://localhost", True),
        ("10.0.0.0/8", "http://10.1.2.3", True),
        ("10.1.2.3/8", "http://10.9.9.9", True),
        ("10.0.0.0/8", "http://11.1.2.3", False),
        ("10.0.0.0/8", "http://a.example", False),
        ("fe80::/10", "http://[fe80::1]:8081", True),
        ("fe80::/10", "http://[2001:db8::1]", False),
        ("fe80::/10", "http://127.0.0.1", False),
        ("::1", "http://[::1]", True),
        ("[::1]", "http://[::1]", True),
        ("[::1]:80", "http://[::1]", True),
        ("fe80::/200", "http://[fe80::1]", False),
        ("a.example:80", "http://a.example", True),
        ("a.example:80", "http://a.example:8081", False),
        ("a.example:port", "http://a.example", False),
        ("http://a.example", "http://a.example", True),
        ("https://a.example", "http://a.example", False),
        (" , ,", "http://a.example", False),
        (".", "http://a.example", False),
    ],
)
def test_an_entry_of_no_proxy_is_read_as_curl_reads_it(
    monkeypatch: pytest.MonkeyPatch, entries: str, url: str, is_exempt: bool
) -> None:
    monkeypatch.setenv("http_proxy", "http://one:1")
    monkeypatch.setenv("no_proxy", entries)
    assert (proxy_of(url) == "None") is is_exempt


def test_a_transport_may_be_made_while_all_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    transport = RoutingTransport(Proxies(), ssl.create_default_context(), ssl.SSLContext)

    def close(_self: httpx.HTTPTransport) -> None:
        closed.append(transport.through(Proxy("https_proxy", "http://one:1")))

    monkeypatch.setattr(httpx.HTTPTransport, "close", close)
    transport.through(None)
    transport.close()
    assert len(closed) == 1
