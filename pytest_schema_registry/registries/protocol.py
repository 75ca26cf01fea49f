"""The seam for wire formats: how a query becomes requests, and responses a value. No IO.

A protocol writes each exchange as a generator. Whoever drives it does the IO: the client sends the
requests over HTTP, and the store of cassettes replays the responses. Both get the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from pytest_schema_registry.registries.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_schema_registry.registries.queries import ProtocolName, Query, Result, Value

T = TypeVar("T")


#: The requests and responses of one query, which end in a value.
Exchange: TypeAlias = Generator[Request, Response, T]
#: The requests and responses of an exchange that is over.
Exchanged: TypeAlias = tuple[tuple[Request, Response], ...]


class WrongAnswer(Exception):
    """A response is no answer to its query.

    Args:
        reason: What is wrong with the response; it is the text.
        advice: What to do next; empty for the usual.
    """

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.advice = advice


class WireProtocol(Protocol):
    """The wire format of one kind of registry."""

    @property
    def name(self) -> ProtocolName:
        """The word by which users choose the protocol."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The version lines that tests run against unless the user names others."""

    @property
    def default_draft(self) -> str:
        """The draft of a JSON Schema without ``$schema``, unless the user names another."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of each request; a body has the first media type of ``Accept``."""

    @property
    def has_second_spelling(self) -> bool:
        """True where a registry may list ``NAME`` as ``NAME.schema``."""

    @property
    def has_global_ids(self) -> bool:
        """True where a ``$ref`` may be an id that the registry finds a schema by."""

    @property
    def has_change_tokens(self) -> bool:
        """True where the index tells which schemas have changed."""

    @property
    def lists_lines(self) -> bool:
        """True where the index tells which version lines have a schema."""

    @property
    def has_subjects(self) -> bool:
        """True where a listed reference names a subject and a number of a version of it.

        Elsewhere it names a schema and a version line.
        """

    @property
    def signs_404s(self) -> bool:
        """True where a 404 itself shows that it comes from a registry."""

    def check(self, version: str, release: str | None = None) -> None:
        """Check that the registry can have such a version line, and such a release.

        Raises:
            ValueError: It cannot; the message says what to write instead.
        """

    def holds(self, version: str, release: str) -> bool:
        """Check whether a version line may have a release."""

    def fixed_release(self, query: Query) -> str | None:
        """Return the release that a query names, if the registry never changes a release."""

    def copies(self, query: Query) -> tuple[str, ...]:
        """Return other paths at which the registry may have given a query's fixed release."""

    def recorded(self, exchanged: Sequence[tuple[Request, Response]]) -> Exchanged:
        """Return the form in which a cassette keeps an exchange; :meth:`ask` reads it, too."""

    def path(self, query: Query) -> str:
        """Return the path at which the query's answer is kept; it differs for each query.

        The first request goes there, unless the method says otherwise.
        """

    def ask(self, query: Query) -> Exchange[Value]:
        """Ask a query.

        Raises:
            WrongAnswer: A response is no answer to the query.
            ValueError: A response is not JSON, or has a key twice (:class:`KeyTwice`).
            RecursionError: A response is nested too deeply.
        """


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
