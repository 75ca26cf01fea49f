"""The Core Schema Registry's protocol: the request that each query takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pytest_schema_registry.json_values import Content
from pytest_schema_registry.registries import core_documents
from pytest_schema_registry.registries.messages import Request, segment
from pytest_schema_registry.registries.protocol import WrongAnswer
from pytest_schema_registry.registries.queries import Kind, Missing
from pytest_schema_registry.settings import DEFAULT_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_schema_registry.registries.messages import Response
    from pytest_schema_registry.registries.protocol import Exchange, Exchanged
    from pytest_schema_registry.registries.queries import ProtocolName, Query, Value


_ANOTHER_PROTOCOL = "it answered 404 as a Confluent Schema Registry does"
_STATE_IT = "set --registry-protocol=confluent, or correct --registry-url, whose path may be wrong"


class CoreProtocol:
    """The protocol of the Core Schema Registry: each query takes one GET request."""

    name: ProtocolName = "core"
    versions = DEFAULT_VERSIONS
    default_draft = "2020-12"
    headers: Mapping[str, str] = {"Accept": "application/json"}
    has_second_spelling = True
    has_global_ids = True
    has_change_tokens = True
    lists_lines = True
    has_subjects = False
    signs_404s = False

    def check(self, version: str, release: str | None = None) -> None:
        """Accept any version line: the registry knows which there are."""

    def holds(self, _version: str, _release: str) -> bool:
        """Return True: the registry itself looks for the release in the line."""
        return True

    def fixed_release(self, _query: Query) -> None:
        """Return None: the registry may change the answer to each query."""

    def copies(self, _query: Query) -> tuple[str, ...]:
        """Return none, because no release is fixed."""
        return ()

    def recorded(self, exchanged: Sequence[tuple[Request, Response]]) -> Exchanged:
        """Return what a cassette keeps: of a 404, nothing but the status."""
        return tuple(
            (request, response if response.status == 200 else response._replace(body=""))
            for request, response in exchanged
        )

    def path(self, query: Query) -> str:
        match query.kind:
            case Kind.INDEX:
                return "index"
            case Kind.BY_ID:
                return f"schemas/by-id/{segment(query.name)}"
            case Kind.RELEASES:
                return f"{_schema_path(query)}/versions"
            case Kind.COMPATIBILITY:
                asked = {
                    "name": query.name,
                    "from_track": query.version,
                    "from_version": query.release,
                    "to_track": query.later,
                    "to_version": query.later_release,
                }
                known = {key: value for key, value in asked.items() if value is not None}
                return f"compat/check?{urlencode(known, errors='surrogatepass')}"
            case Kind.SCHEMA:
                if not query.release:
                    return _schema_path(query)
                release = urlencode({"version": query.release}, errors="surrogatepass")
                return f"{_schema_path(query)}?{release}"
            case _:  # pragma: no cover  # nothing asks a registry of this kind for these
                raise ValueError(f"the protocol has no request for {query}")

    def ask(self, query: Query) -> Exchange[Value]:
        response = yield Request(self.path(query))
        if response.status != 200:
            if core_documents.is_of_another_protocol(response.body):
                raise WrongAnswer(_ANOTHER_PROTOCOL, _STATE_IT)
            return Missing()
        document, text = core_documents.read(response.body, strict=not response.is_recorded)
        if reason := core_documents.fault(query, document):
            raise WrongAnswer(reason)
        match query.kind:
            case Kind.INDEX:
                return core_documents.index(document)
            case Kind.RELEASES:
                return core_documents.releases(query, document)
            case Kind.COMPATIBILITY:
                return core_documents.verdict(document)
            case _:
                assert text is not None  # noqa: S101  # the document has content
                return core_documents.schema(query, document, Content(text))


def body(query: Query, value: Value) -> str:
    """Return the JSON text that a registry would send for a value that is not missing."""
    return json.dumps(core_documents.document(query, value), ensure_ascii=False)


def _schema_path(query: Query) -> str:
    return f"schemas/{segment(query.version)}/{segment(query.name)}"
