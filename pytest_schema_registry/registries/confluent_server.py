"""The reading part of the Confluent Schema Registry's API, for the embedded server."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi import Query as QueryParameter
from fastapi.responses import JSONResponse

from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.json_values import READER, Content
from pytest_schema_registry.registries.confluent_documents import DEFAULT_TYPE, NO_SCHEMA
from pytest_schema_registry.registries.subject_versions import Posted, Refused
from pytest_schema_registry.registries.subjects import Subjects, invalid
from pytest_schema_registry.schemas import LANGUAGES, ListedReference

if TYPE_CHECKING:
    from pytest_schema_registry.registries.served import ServedSchemas
    from pytest_schema_registry.registries.subject_versions import Version


class _Answer(JSONResponse):
    """A response in the protocol's media type."""

    media_type = "application/vnd.schemaregistry.v1+json"

    def render(self, content: Any) -> bytes:
        """Write JSON in ASCII: a schema or a file's name may have what UTF-8 cannot express."""
        return json.dumps(content).encode("ascii")


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]


def create_confluent_app(schemas: ServedSchemas) -> FastAPI:
    """Create the ASGI application, to be mounted below the path of its base URL.

    Args:
        schemas: The schemas that it serves.
    """
    subjects = Subjects(schemas)
    app = FastAPI(title="Confluent Schema Registry (embedded)", openapi_url=None)

    @app.get("/schemas/types")
    def types() -> Response:
        return _Answer(list(LANGUAGES))

    @app.get("/mode")
    @app.get("/mode/{subject:path}")
    def mode() -> Response:
        return _Answer({"mode": "READONLY"})

    @app.get("/config")
    @app.get("/config/{subject:path}")
    def config() -> Response:
        return _Answer({"compatibilityLevel": "BACKWARD"})

    @app.get("/subjects")
    def listed(prefix: Annotated[str, QueryParameter(alias="subjectPrefix")] = "") -> Response:
        return _Answer([name for name in subjects.names() if name.startswith(prefix)])

    @app.get("/schemas/ids/{number}")
    def schema_with_id(number: str) -> Response:
        return _Answer(_content(subjects, subjects.with_id(number)[0]))

    @app.get("/schemas/ids/{number}/versions")
    def versions_with_id(number: str) -> Response:
        found = subjects.with_id(number)
        return _Answer([{"subject": each.subject, "version": each.number} for each in found])

    # A subject may contain slashes. So the longer paths come first.
    @app.get("/subjects/{subject:path}/versions/{asked}/schema")
    def schema(subject: str, asked: str) -> Response:
        return _Answer(subjects.version(subject, asked).found.content.parsed())

    @app.get("/subjects/{subject:path}/versions/{asked}")
    def version(subject: str, asked: str) -> Response:
        return _Answer(_document(subjects, subjects.version(subject, asked)))

    @app.get("/subjects/{subject:path}/versions")
    def versions(subject: str) -> Response:
        return _Answer([each.number for each in subjects.versions(subject)])

    @app.get("/subjects/{subject:path}/metadata")
    def metadata(
        subject: str,
        key: Annotated[list[str] | None, QueryParameter()] = None,
        value: Annotated[list[str] | None, QueryParameter()] = None,
    ) -> Response:
        wanted = dict(zip_longest(key or (), value or ()))
        return _Answer(_document(subjects, subjects.with_properties(subject, wanted)))

    @app.post("/subjects/{subject:path}/versions")
    def register(subject: str, body: Body) -> Response:
        posted = _posted(body)
        found = subjects.look_up(subject, posted) if subject in subjects.names() else None
        if found is None:
            raise Refused(422, 42205, f"Subject {subject!r} is read-only: add a file for it.")
        return _Answer({"id": subjects.id_of(found)})

    @app.post("/subjects/{subject:path}")
    def look_up(subject: str, body: Body) -> Response:
        found = subjects.look_up(subject, _posted(body))
        if found is None:
            raise Refused(404, NO_SCHEMA, "Schema not found.")
        return _Answer(_document(subjects, found))

    @app.post("/compatibility/subjects/{subject:path}/versions/{asked}")
    def compare(subject: str, asked: str, body: Body) -> Response:
        verdict = subjects.compare(subjects.version(subject, asked), _posted(body))
        reasons = list(verdict.reasons)
        return _Answer({"is_compatible": verdict.compatible, "messages": reasons})

    @app.exception_handler(Refused)
    def refused(_request: Request, exc: Refused) -> Response:
        return _error(exc.status, exc.code, str(exc))

    @app.exception_handler(SchemaRegistryError)
    def broken(_request: Request, exc: Exception) -> Response:
        return _error(500, 50001, str(exc))

    @app.exception_handler(404)
    def unknown_path(_request: Request, _exc: Exception) -> Response:
        return _error(404, 404, "HTTP 404 Not Found")

    @app.exception_handler(405)
    def unknown_method(_request: Request, _exc: Exception) -> Response:
        return _error(405, 405, "HTTP 405 Method Not Allowed")

    return app


def _error(status: int, code: int, message: str) -> Response:
    return _Answer({"error_code": code, "message": message}, status_code=status)


def _content(subjects: Subjects, version: Version) -> dict[str, Any]:
    schema_type = version.found.schema_type
    return {
        "schema": version.found.content.text,
        **({} if schema_type == DEFAULT_TYPE else {"schemaType": schema_type}),
        "references": [
            {"name": each.name, "subject": each.subject, "version": int(each.release)}
            for each in subjects.references(version)
        ],
    }


def _document(subjects: Subjects, version: Version) -> dict[str, Any]:
    return {
        "subject": version.subject,
        "version": version.number,
        "id": subjects.id_of(version),
        **_content(subjects, version),
        "metadata": {"properties": version.properties},
    }


def _posted(body: bytes) -> Posted:
    """Read a posted schema.

    Raises:
        Refused: It is no schema of a language that is served here.
    """
    try:
        said = READER.decode(body.decode())
        kind = said.get("schemaType") or DEFAULT_TYPE
        if kind not in LANGUAGES:
            raise invalid(f"its type is {kind!r}, and here are {' and '.join(LANGUAGES)} only")
        parsed = READER.decode(said["schema"])
        references = tuple(
            ListedReference(f"{each['name']}", f"{each['subject']}", f"{each['version']}")
            for each in said.get("references") or ()
        )
    except RecursionError:
        raise invalid("it is nested too deeply to be read") from None
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise invalid(f"{type(exc).__name__}: {exc}") from None
    if not isinstance(parsed, LANGUAGES[kind][0]):
        raise invalid(f"it is JSON, but no schema of the type {kind}")
    return Posted(kind, Content.of(parsed), references)
