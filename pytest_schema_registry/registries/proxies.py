"""The proxies of this machine's environment: which one a request goes through, and on its way."""

from __future__ import annotations

import ipaddress
import os
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from pytest_schema_registry.forks import Lock

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

_FORMS = "http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"
_SOCKS = "needs the package socksio: pip install 'httpx[socks]'"


class Proxy(NamedTuple):
    """A proxy.

    Args:
        variable: The name of the environment variable that gives it.
        address: Its address, which may have a password.
    """

    variable: str
    address: str

    @property
    def shown(self) -> str:
        """The address without a user and a password."""
        scheme, _, rest = self.address.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"

    def __str__(self) -> str:
        return f"the proxy {self.shown} ({self.variable})"


class Proxies:
    """The proxies of the environment, as curl chooses among them."""

    def __init__(self) -> None:
        self._found = getproxies()
        # curl takes white space between two entries, too.
        self._exempt = [*filter(None, re.split(r"[\s,]+", self._found.get("no", "")))]

    def of(self, url: httpx.URL) -> Proxy | None:
        """Return the proxy that a request to an address goes through; None without one."""
        if any(_covers(entry, url) for entry in self._exempt):
            return None
        for kind in (url.scheme, "all"):
            if address := self._found.get(kind):
                full = address if "://" in address else f"http://{address}"
                return Proxy(_variable(f"{kind}_proxy", address), full)
        return None


class RoutingTransport(httpx.BaseTransport):
    """A transport that sends each request through the proxy of its address, or directly.

    Args:
        proxies: The proxies.
        context: The TLS context of connections to the registry.
        for_proxies: Makes the TLS context of connections to a proxy, which shows it no certificate.
    """

    def __init__(
        self,
        proxies: Proxies,
        context: ssl.SSLContext,
        for_proxies: Callable[[], ssl.SSLContext],
    ) -> None:
        self._proxies = proxies
        self._context = context
        self._for_proxies = for_proxies
        self._making = Lock()
        self._made: dict[Proxy | None, httpx.HTTPTransport] = {}

    def through(self, proxy: Proxy | None) -> httpx.HTTPTransport:
        """Return the transport through a proxy.

        Raises:
            httpx.ProxyError: The proxy's address cannot be used.
        """
        with self._making:
            if proxy not in self._made:
                self._made[proxy] = self._new(proxy)
            return self._made[proxy]

    def _new(self, proxy: Proxy | None) -> httpx.HTTPTransport:
        # The caller limits the number of requests at a time.
        limits = httpx.Limits(max_connections=None)
        if proxy is None:
            return httpx.HTTPTransport(verify=self._context, limits=limits)
        try:
            address = httpx.URL(proxy.address)
            context = self._for_proxies() if address.scheme == "https" else None
            return httpx.HTTPTransport(
                verify=self._context,
                limits=limits,
                proxy=httpx.Proxy(address, ssl_context=context),
            )
        except ImportError:
            raise httpx.ProxyError(f"{proxy.shown} {_SOCKS}") from None
        except (ValueError, httpx.InvalidURL):
            # The text of these may have a part of a password.
            raise httpx.ProxyError(f"{proxy.shown} is no proxy's address; write {_FORMS}") from None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.through(self._proxies.of(request.url)).handle_request(request)

    def close(self) -> None:
        # An attempt that was abandoned may still make one.
        for transport in [*self._made.values()]:
            transport.close()


def _variable(kind: str, address: str) -> str:
    """Return the name of the variable that has an address."""
    names = (kind, *(name for name in os.environ if name.lower() == kind))
    named = (name for name in names if os.environ.get(name) == address)
    return next(named, "the system's settings")


def _covers(entry: str, url: httpx.URL) -> bool:
    """Check whether an entry of NO_PROXY is about an address.

    An entry is ``*``, a host with all below it, an address, or a network (``10.0.0.0/8``,
    ``fe80::/10``).
    """
    if entry == "*":
        return True
    try:
        network = ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    else:
        try:
            return ipaddress.ip_address(url.host) in network
        except ValueError:
            return False
    try:
        parts = urlsplit(entry if "://" in entry else f"//{entry}")
        name, port = (parts.hostname or "").lstrip("*").strip("."), parts.port
    except ValueError:
        return False
    if parts.scheme not in ("", "all", url.scheme) or port not in (None, port_of(url)):
        return False
    host = url.host.rstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def port_of(url: httpx.URL) -> int | None:
    """Return the port of an address, written or not."""
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
