"""A server for schemas, such as those of a directory. Its clients only read.

It has the Core Schema Registry's API, and below ``/confluent`` the Confluent Schema Registry's.

python -m pytest_schema_registry serve DIR
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi import Query as QueryParameter
from fastapi.responses import JSONResponse

from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.registries import core_documents
from pytest_schema_registry.registries.confluent_server import create_confluent_app
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.queries import Kind, Query, RegisteredSchema
from pytest_schema_registry.registries.served import ServedSchemas

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from pytest_schema_registry.registries.queries import Result
    from pytest_schema_registry.settings.layout import Layout

PREFIX = "/api/v1"
#: Not at the root: a registry that answers ``/schemas/types`` there is taken for a Confluent one.
CONFLUENT_PREFIX = "/confluent"
#: The names by which a machine reaches itself.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def create_app(
    directory: Path, hosts: Iterable[str] | None = None, layout: Layout | None = None
) -> FastAPI:
    """Create an ASGI application that answers from a directory's files.

    It reads the files anew at each request.

    Args:
        directory: The directory of version lines.
        hosts: The host names that the application answers to; None for any. They keep out web pages
            whose own host name resolves to this machine (DNS rebinding).
        layout: The layout of the files; None for that of version folders.
    """
    registry = DirectoryRegistry(directory, str(directory), layout=layout)
    return create_app_for(ServedSchemas(registry), hosts)


def create_app_for(schemas: ServedSchemas, hosts: Iterable[str] | None = None) -> FastAPI:
    """Create an ASGI application that answers from schemas.

    Args:
        schemas: The schemas.
        hosts: The host names that the application answers to; None for any.
    """
    router = APIRouter()

    @router.get("/health", summary="Whether the service is up")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/index", summary="Every schema of every track")
    def index(request: Request) -> Response:
        now = datetime.now(UTC).isoformat()
        found = schemas.fetch(Query(Kind.INDEX))
        served = tuple(each for each in found.entries if each.schema_type in (None, "JSON"))
        return _answer(request, replace(found, value=served), generated_at=now)

    @router.get("/schemas/by-id/{schema_id:path}", summary="A schema by its global id")
    def schema_by_id(request: Request, schema_id: str) -> Response:
        return _answer(request, schemas.fetch(Query(Kind.BY_ID, name=schema_id)))

    @router.get("/schemas/{track}/{name}", summary="A track's current release, or an older one")
    def schema(
        request: Request,
        track: str,
        name: str,
        version: Annotated[str | None, QueryParameter()] = None,
    ) -> Response:
        return _answer(request, schemas.fetch(Query(Kind.SCHEMA, track, name, version)))

    @router.get("/schemas/{track}/{name}/versions", summary="A schema's releases, oldest first")
    def releases(request: Request, track: str, name: str) -> Response:
        _refuse_avro(schemas.fetch(Query(Kind.SCHEMA, track, name)))
        return _answer(request, schemas.fetch(Query(Kind.RELEASES, track, name)))

    @router.get("/compat/check", summary="Whether one schema still speaks to another")
    def compat_check(
        name: str,
        from_track: str,
        to_track: str,
        from_version: str | None = None,
        to_version: str | None = None,
    ) -> dict[str, Any]:
        for track, version in ((from_track, from_version), (to_track, to_version)):
            _refuse_avro(schemas.fetch(Query(Kind.SCHEMA, track, name, version)))
        query = Query(Kind.COMPATIBILITY, from_track, name, from_version, to_track, to_version)
        verdict: dict[str, Any] = _document(schemas.fetch(query))
        return verdict

    app = FastAPI(title="Core Schema Registry (embedded)", docs_url="/docs", redoc_url=None)
    app.include_router(router)
    app.include_router(router, prefix=PREFIX, include_in_schema=False)
    app.mount(CONFLUENT_PREFIX, create_confluent_app(schemas))

    @app.exception_handler(SchemaRegistryError)
    def broken(_request: Request, exc: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(exc)}, status_code=500)

    if hosts is not None:
        known = {_host_name(host) for host in hosts}

        @app.middleware("http")
        async def refuse_unknown_hosts(
            request: Request, answer: Callable[[Request], Awaitable[Response]]
        ) -> Response:
            name = _host_name(request.headers.get("host", ""))
            if name in known:
                return await answer(request)
            detail = f"unknown host {name!r}; --allow-host NAME has the server answer to it"
            return JSONResponse({"detail": detail}, status_code=400)

    return app


def _host_name(written: str) -> str:
    """Return the host in ``host:port``, without the brackets of an IPv6 address."""
    if written.startswith("["):
        return written[1:].partition("]")[0].lower()
    # A user may write an IPv6 address without its brackets.
    return (written if written.count(":") > 1 else written.partition(":")[0]).lower()


def _refuse_avro(result: Result) -> None:
    """Refuse a schema of Avro, which a client of this API would take for a JSON Schema."""
    found = result.value
    if isinstance(found, RegisteredSchema) and found.schema_type != "JSON":
        raise HTTPException(
            406,
            f"{found.name} {found.version} is of the type {found.schema_type}, and this API has "
            f"JSON Schemas only; ask the API below {CONFLUENT_PREFIX} for it",
        )


def _document(result: Result) -> Any:
    _refuse_avro(result)
    if result.is_missing:
        raise HTTPException(404, "no such schema, or no such release of it")
    return core_documents.document(result.query, result.value)


def _answer(request: Request, result: Result, **passing: str) -> Response:
    """Return the response with a result.

    Args:
        request: The request.
        result: The result.
        passing: Members that the ETag leaves out, because they are different each time.
    """
    document = _document(result)
    etag = f'"{digest(document)}"'
    known = request.headers.get("if-none-match", "")
    if known == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return Response(status_code=304, headers={"ETag": etag})
    return JSONResponse({**document, **passing} if passing else document, headers={"ETag": etag})
