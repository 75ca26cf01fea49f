"""Documents of the Core Schema Registry, and the values that they mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registries import core_documents
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.protocol import WrongAnswer, drive
from pytest_schema_registry.registries.queries import Result

if TYPE_CHECKING:
    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Query
    from pytest_schema_registry.schemas import Source


def result_of(
    query: Query,
    url: str,
    document: Any,
    fetched_at: float,
    source: Source,
    *,
    etag: str | None = None,
    protocol: WireProtocol | None = None,
) -> Result:
    """Return the result of a query to which a registry sent a document; None for none (a 404).

    The registry speaks the Core protocol, unless another is given.
    """
    protocol = protocol or CoreProtocol()
    exchanged: list[tuple[Request, Response]] = []

    def send(request: Request) -> Response:
        response = Response(404, "") if document is None else Response(200, json.dumps(document))
        exchanged.append((request, response))
        return response

    value = drive(protocol.ask(query), send)
    kept = protocol.recorded(exchanged)
    return Result(query, url, value, fetched_at, source, etag, exchanged=kept)


def fault(query: Query, document: Any) -> str | None:
    """Return the reason why a document is no answer to a query, or None where it is one."""
    response = Response(200, json.dumps(document))
    try:
        drive(CoreProtocol().ask(query), lambda _: response)
    except WrongAnswer as exc:
        return str(exc)
    return None


def document_of(result: Result) -> Any:
    """Return the document that a registry sends for a result; None for a 404."""
    return None if result.is_missing else core_documents.document(result.query, result.value)


def sent(result: Result) -> Any:
    """Return the document of a result, without the members that say nothing."""
    document = document_of(result)
    if isinstance(document, list):
        return [_said(each) for each in document]
    return None if document is None else _said(document)


def _said(document: dict[str, Any]) -> dict[str, Any]:
    empty = {"sha256": ("", None), "deprecated": (False,)}
    return {
        name: value
        for name, value in document.items()
        if name == "content" or value not in empty.get(name, (None,))
    }
