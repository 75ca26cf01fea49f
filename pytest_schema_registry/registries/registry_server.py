"""The registry that a test holds, to break it: what the fixture ``registry_server`` gives."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registries.faults import Fault
from pytest_schema_registry.schemas import LANGUAGES

if TYPE_CHECKING:
    from types import UnionType

    from pytest_schema_registry.registries.faults import ReceivedRequest, Traffic
    from pytest_schema_registry.registries.served import ServedSchemas

_AS = {"JSON": "as a dict or a bool", "AVRO": "as a dict, a list or a string"}


class RegistryServer:
    """A registry for the code under test, on a loopback port of this process.

    Each test begins with the schemas of the session's registry, without faults and requests.

    Args:
        url: The address of the Core Schema Registry's API.
        confluent_url: The address of the Confluent Schema Registry's API, with the same schemas.
        schemas: The schemas that it serves.
        traffic: The requests and the faults of the test.
    """

    def __init__(
        self, url: str, confluent_url: str, schemas: ServedSchemas, traffic: Traffic
    ) -> None:
        self.url = url
        self.confluent_url = confluent_url
        self._schemas = schemas
        self._traffic = traffic

    def __repr__(self) -> str:
        return f"<RegistryServer {self.url}>"

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """The requests of the test so far, in the order in which they came."""
        return tuple(self._traffic.requests)

    def fail(
        self,
        status: int = 503,
        *,
        page: str | None = None,
        times: int | None = None,
        match: str | None = None,
    ) -> None:
        """Answer requests with an error.

        Faults that were asked for first happen first.

        Args:
            status: The HTTP status, from 400 to 599; with a page, also 200.
            page: The HTML to answer with, as a proxy or a login page does; None for JSON.
            times: The number of requests; None for all until the test ends.
            match: A part of the path, or a pattern of schema names; None for every request.

        Raises:
            TypeError, ValueError: An argument is wrong.
        """
        wanted = "an HTTP status from 400 to 599"
        if page is not None:
            _check_texts("fail", page=page)
            wanted = f"{wanted}, or 200"
        is_page = page is not None and status == 200
        if not _is(int, status) or not (is_page or 400 <= status <= 599):
            raise _wrong("fail", "status", wanted, status)
        self._add("fail", Fault(status=status, page=page, times=times, match=match))

    def delay(self, seconds: float, *, times: int | None = None, match: str | None = None) -> None:
        """Let time pass before requests are answered. Several delays add up.

        Args:
            seconds: The time in seconds; more than 0.
            times: The number of requests; None for all until the test ends.
            match: A part of the path, or a pattern of schema names; None for every request.

        Raises:
            TypeError, ValueError: An argument is wrong.
        """
        if not _is(int | float, seconds) or not 0 < seconds < math.inf:
            raise _wrong("delay", "seconds", "a number of seconds above 0", seconds)
        self._add("delay", Fault(seconds=seconds, times=times, match=match))

    def disconnect(self, *, times: int | None = None, match: str | None = None) -> None:
        """Close the connections of requests without an answer.

        Args:
            times: The number of requests; None for all until the test ends.
            match: A part of the path, or a pattern of schema names; None for every request.

        Raises:
            TypeError, ValueError: An argument is wrong.
        """
        self._add("disconnect", Fault(times=times, match=match))

    def publish(
        self,
        name: str,
        version: str,
        schema: dict[str, Any] | list[Any] | str | bool,
        *,
        release: str | None = None,
        schema_type: str = "JSON",
    ) -> None:
        """Publish a schema: it becomes the current one of its version line.

        As a Confluent subject, it gets the highest number. A schema of Avro is served as such a
        subject only. It refers to the schemas of the version line that define the types it uses.

        Args:
            name: The schema's name.
            version: The version line.
            schema: The schema as JSON data.
            release: The release; None for the one in the schema's ``$core_version``.
            schema_type: The registries' word for its language: ``JSON`` or ``AVRO``.

        Raises:
            TypeError, ValueError: An argument is wrong.
        """
        _check_texts("publish", name=name, version=version)
        if release is not None:
            _check_texts("publish", release=release)
        if schema_type not in LANGUAGES:
            raise _wrong("publish", "schema_type", "'JSON' or 'AVRO'", schema_type)
        kinds, language = LANGUAGES[schema_type]
        if not isinstance(schema, kinds):
            raise _wrong("publish", "schema", f"{language} {_AS[schema_type]}", schema)
        try:
            json.dumps(schema, allow_nan=False)
        except (TypeError, ValueError) as exc:
            message = f"registry_server.publish(): schema has no JSON form: {exc}"
            raise type(exc)(message) from None
        self._schemas.publish(name, version, schema, release, schema_type)

    def remove(self, name: str, version: str) -> None:
        """Remove a schema from a version line, with all its releases there.

        Args:
            name: The schema's name.
            version: The version line.

        Raises:
            SchemaNotFound: It is not there.
            TypeError, ValueError: An argument is wrong.
        """
        _check_texts("remove", name=name, version=version)
        self._schemas.remove(name, version)

    def deprecate(self, name: str, version: str, note: str | None = None) -> None:
        """Deprecate the current release of a schema in a version line.

        Args:
            name: The schema's name.
            version: The version line.
            note: What to do instead, in one line.

        Raises:
            SchemaNotFound: It is not there.
            TypeError, ValueError: An argument is wrong.
        """
        _check_texts("deprecate", name=name, version=version)
        if note is not None:
            _check_texts("deprecate", note=note)
        self._schemas.deprecate(name, version, note)

    def _add(self, method: str, fault: Fault) -> None:
        if fault.times is not None and not (_is(int, fault.times) and fault.times > 0):
            raise _wrong(method, "times", "a number of requests above 0, or None", fault.times)
        if fault.match is not None:
            _check_texts(method, match=fault.match)
        self._traffic.faults.append(fault)


def _is(kind: type | UnionType, value: object) -> bool:
    """Check whether a value is a number of a kind; a bool is none."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _check_texts(method: str, **texts: object) -> None:
    for name, value in texts.items():
        if not isinstance(value, str) or not value:
            raise _wrong(method, name, "text that is not empty", value)


def _wrong(method: str, name: str, wanted: str, value: object) -> TypeError | ValueError:
    """Return the error of a wrong argument."""
    kind = ValueError if isinstance(value, int | float | str) else TypeError
    return kind(f"registry_server.{method}(): {name} is {wanted}, not {value!r}")
