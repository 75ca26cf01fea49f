"""The Core Schema Registry's protocol: the request that each query takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from pytest_schema_registry.registries import core_documents
from pytest_schema_registry.registries.messages import Request
from pytest_schema_registry.registries.protocol import WrongAnswer
from pytest_schema_registry.registries.queries import Kind
from pytest_schema_registry.schemas import Content

if TYPE_CHECKING:
    from pytest_schema_registry.registries.protocol import Exchange
    from pytest_schema_registry.registries.queries import Query, Value


class CoreProtocol:
    """The protocol of the Core Schema Registry: each query takes one GET request."""

    name = "core"

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
            case Kind.SCHEMA:  # pragma: no branch  # the last kind there is
                if not query.release:
                    return _schema_path(query)
                release = urlencode({"version": query.release}, errors="surrogatepass")
                return f"{_schema_path(query)}?{release}"

    def ask(self, query: Query) -> Exchange[Value]:
        response = yield Request(self.path(query))
        if response.status != 200:
            return None
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

    def body(self, query: Query, value: Value) -> str:
        return json.dumps(core_documents.document(query, value), ensure_ascii=False)


def _schema_path(query: Query) -> str:
    return f"schemas/{segment(query.version)}/{segment(query.name)}"


def segment(text: str) -> str:
    """Quote a text as one segment of a path.

    The text may contain anything: a ``$ref`` may have half a surrogate pair.
    """
    if text in (".", ".."):
        # `quote` leaves dots alone, but these segments lead elsewhere (RFC 3986 section 5.2.4).
        return text.replace(".", "%2E")
    return quote(text, safe="", errors="surrogatepass")
