"""The seam for wire formats: how a query becomes requests, and responses a value. No IO.

A protocol writes each exchange as a generator. Whoever drives it does the IO: the client sends the
requests over HTTP, and the store of cassettes replays the responses. Both get the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from pytest_schema_registry.registries.messages import Request, Response

if TYPE_CHECKING:
    from pytest_schema_registry.registries.queries import Query, Result, Value

T = TypeVar("T")


#: The requests and responses of one query, which end in a value.
Exchange: TypeAlias = Generator[Request, Response, T]


class WrongAnswer(Exception):
    """A response is no answer to its query; the text is the reason."""


class WireProtocol(Protocol):
    """The wire format of one kind of registry."""

    @property
    def name(self) -> str:
        """The word by which users choose the protocol."""

    def path(self, query: Query) -> str:
        """Return the path of the query's first request; it differs for each query."""

    def ask(self, query: Query) -> Exchange[Value]:
        """Ask a query.

        Raises:
            WrongAnswer: A response is no answer to the query.
            ValueError: A response is not JSON, or has a key twice (:class:`KeyTwice`).
            RecursionError: A response is nested too deeply.
        """

    def body(self, query: Query, value: Value) -> str:
        """Return the JSON text that a registry would send for a value other than None."""


def drive(exchange: Exchange[T], send: Callable[[Request], Response]) -> T:
    """Drive an exchange to its end, and return its value.

    Args:
        exchange: The exchange.
        send: Sends a request, and returns the response.

    Raises:
        WrongAnswer, ValueError, RecursionError: See :meth:`WireProtocol.ask`.
    """
    try:
        request = next(exchange)
        while True:
            request = exchange.send(send(request))
    except StopIteration as end:
        value: T = end.value
        return value


class Registry(Protocol):
    """A registry that can be asked: a client over HTTP, or a directory."""

    def fetch(self, query: Query, known: Result | None = None) -> Result:
        """Ask a query, and return the result.

        Args:
            query: The query.
            known: An earlier result, which the registry may confirm.

        Raises:
            SchemaRegistryError: There is no result.
        """

    def close(self) -> None:
        """Close what is open."""
