"""The choice of a registry's protocol, by the settings, by a recording, or by asking it once."""

from __future__ import annotations

import time
from copy import copy
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from pytest_schema_registry.errors import (
    CassetteMissing,
    InvalidAnswer,
    InvalidSettings,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.queries import Kind, Query, Result
from pytest_schema_registry.retrieval.recording import Recording
from pytest_schema_registry.retrieval.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.registries.protocol import Registry, WireProtocol
    from pytest_schema_registry.registries.queries import ProtocolName
    from pytest_schema_registry.retrieval.cache import Cache
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.retrieval.pauses import Pauses
    from pytest_schema_registry.settings.settings import Settings

#: The part of a path below which Apicurio speaks Confluent's protocol.
_CONFLUENT_PATH = "/apis/ccompat/"
_ASKED = "when it was asked which protocol it speaks; --registry-protocol says so without asking"


class Choice(NamedTuple):
    """The protocol of a registry.

    Args:
        protocol: The protocol; the Core protocol where it is not known.
        unknown: The reason why it is not known; None where it is.
    """

    protocol: WireProtocol
    unknown: SchemaRegistryError | None = None


class ProtocolChoice:
    """The choice of a registry's protocol, which asks the registry at most once a session.

    All processes of a session come to the same choice, even where the registry did not answer:
    the cache keeps the answer for later sessions, and the failure for this one.

    Args:
        settings: The settings.
        registry: Opens a client that speaks the detection's protocol.
        cache: The cache that all processes of the session share.
        cassettes: Opens the cassettes, which record the protocol.
        pauses: The pauses after which failed requests are repeated; None never repeats one.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Callable[[], Registry],
        cache: Cache,
        cassettes: Callable[[], Cassettes],
        pauses: Pauses | None = None,
    ) -> None:
        from pytest_schema_registry.registries.detection import Detection

        self._settings = settings
        self._cassettes = cassettes
        self._cache = cache
        self._resolver = Resolver(settings, Detection(), registry, cache, cassettes, pauses=pauses)

    def choose(self) -> Choice:
        """Choose the protocol.

        Raises:
            InvalidSettings: A version line is none that the protocol knows.
        """
        choice = self._choose()
        for version in self._settings.versions or ():
            try:
                choice.protocol.check(version)
            except ValueError as exc:
                raise InvalidSettings("--registry-versions", str(exc)) from None
        return choice

    def _choose(self) -> Choice:
        settings = self._settings
        stated = stated_protocol(settings)
        try:
            if stated is not None:
                if settings.mode == "record":
                    # For a replay whose settings do not say it, or after another protocol.
                    self._record(stated)
                return Choice(self._protocol(stated))
            return Choice(self._protocol(self._resolver.retrieve(Query(Kind.PROTOCOL)).protocol))
        except CassetteMissing:
            return Choice(self._protocol("core"))  # only Confluent's protocol is recorded
        except SchemaRegistryError as exc:
            if isinstance(exc, RegistryRefused) and exc.status == 405:
                return Choice(self._protocol("core"))  # which has no such path
            return Choice(self._protocol(stated or "core"), _explained(exc))

    def _record(self, name: ProtocolName) -> None:
        """Record the protocol of the registry, which nobody had to ask for."""
        query = Query(Kind.PROTOCOL)
        path = self._resolver.protocol.path(query)
        location = self._settings.location
        # A directory has no address that means anything elsewhere.
        base = location.shown if location is not None and self._settings.remote else "file://"
        said = Response(200, '["JSON"]') if name == "confluent" else Response(404, "")
        result = Result(
            query,
            f"{base}/{path}",
            name,
            time.time(),
            "registry",
            exchanged=((Request(path), said),),
        )
        # No cassette of a protocol is compared with it, so nobody is told.
        recording = Recording(self._resolver.protocol, self._cache, self._cassettes, None)
        recording.record(result)

    def _protocol(self, name: ProtocolName) -> WireProtocol:
        if name == "core":
            return CoreProtocol()
        from pytest_schema_registry.registries.confluent import ConfluentProtocol

        return ConfluentProtocol(self._settings.subject, self._settings.version_property)


def stated_protocol(settings: Settings) -> ProtocolName | None:
    """Return the protocol that the settings alone tell; None where a request has to."""
    location = settings.location
    if location is not None and location.directory is not None:
        return "core"
    if settings.protocol != "auto":
        return settings.protocol
    if settings.offline or location is None:
        return None  # a cassette tells
    return "confluent" if _CONFLUENT_PATH in f"{location.shown}/" else None


class UnknownRegistry:
    """A registry whose protocol is not known: each query has the reason as its error.

    Args:
        error: The reason.
    """

    def __init__(self, error: SchemaRegistryError) -> None:
        self._error = error

    def fetch(self, query: Query, known: Result | None = None) -> NoReturn:  # noqa: ARG002
        """Raise the reason.

        Raises:
            SchemaRegistryError: Always.
        """
        raise copy(self._error)

    def close(self) -> None:
        """Do nothing, because nothing is open."""


def _explained(error: SchemaRegistryError) -> SchemaRegistryError:
    """Return an error of the detection that says what was asked.

    After a login page or a refusal, it is no help to state the protocol.
    """
    if isinstance(error, RegistryRefused) and error.status in (401, 403):
        return error
    if isinstance(error, RegistryUnavailable) and error.is_page:
        return error
    if isinstance(error, RegistryUnavailable) and not error.unreachable:
        reason = f"{error.reason}, {_ASKED}"
        return RegistryUnavailable(error.url, reason, status=error.status, advice=error.advice)
    if isinstance(error, InvalidAnswer):
        return InvalidAnswer(error.url, f"{error.reason}, {_ASKED}", error.advice)
    if isinstance(error, RegistryRefused):
        excerpt = f"{error.excerpt} ({_ASKED})".lstrip()
        return RegistryRefused(
            error.url,
            error.status,
            excerpt,
            error.authenticated,
            error.credentials,
            error.advice,
        )
    return error
