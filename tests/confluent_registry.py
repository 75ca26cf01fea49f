"""A registry on the loopback interface that speaks Confluent's API in three servers' dialects.

Where one differs from Confluent's server was seen at running ones, or is in its sources. Where they
agree, or nobody knows, the answers are those of Confluent's server.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.confluent_subjects import DEFAULT_CONTEXT, Content, Reference, Refusal, Subjects
from tests.local_registry import LoggedServer, Reply, send_reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.confluent_subjects import Dialect

_MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
#: What Go's encoder for paths leaves as it is, beside letters and digits.
_GO_LEAVES = "/:$&+,;=@-_.~"


class ConfluentRegistry(LoggedServer):
    """Confluent's API over what a test has registered."""

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        super().__init__(certificate)
        self.reset()

    def reset(self, dialect: Dialect = "confluent", *, path: str = "") -> None:
        """Forget everything, behave well, and speak a dialect.

        Args:
            dialect: Whose quirks are shown.
            path: What stands in front of all paths, as in ``/registry``; elsewhere nothing is.
        """
        self.behave()
        self.dialect = dialect
        #: The path and the body of each POST.
        self.posted: list[tuple[str, Any]] = []
        self._path = path
        self._subjects = Subjects(dialect)
        self._authorization: str | None = None

    def register(
        self,
        subject: str,
        schema: Any = None,
        *,
        type: str = "JSON",  # noqa: A002  # the API's word
        references: Sequence[tuple[str, str, int]] = (),
        metadata: Mapping[str, str] | None = None,
        text: str | None = None,
    ) -> int:
        """Register a schema, and return its version.

        Args:
            subject: The subject, with its context in front where it has one.
            schema: The schema, as what becomes JSON.
            type: ``JSON``, ``AVRO`` or ``PROTOBUF``.
            references: The name, subject and version of each. They need not exist.
            metadata: Properties.
            text: The text that is registered in place of the schema.

        Raises:
            Refusal: The server that speaks this dialect takes no such schema.
        """
        content = Content(
            type,
            json.dumps(schema) if text is None else text,
            tuple(Reference(*reference) for reference in references),
            tuple(sorted((metadata or {}).items())),
        )
        return self._subjects.register(self._subjects.subject(subject), content).number

    def delete(self, subject: str, version: int) -> None:
        """Delete a version softly: what refers to it may still ask for it."""
        versions = self._subjects.versions[self._subjects.subject(subject)]
        versions[version - 1] = replace(versions[version - 1], deleted=True)

    def id_of(self, subject: str, version: int) -> int:
        return self._subjects.versions[self._subjects.subject(subject)][version - 1].id

    def set_level(self, level: str, subject: str | None = None) -> None:
        """Set the compatibility level of a subject, or of all that have none of their own."""
        of = None if subject is None else self._subjects.subject(subject)
        self._subjects.levels[of] = level

    def verdict(self, is_compatible: bool, messages: Sequence[str] = ()) -> None:
        """Answer in this way whether two schemas are compatible."""
        self._subjects.verdict = is_compatible, list(messages)

    def authorize(self, authorization: str) -> None:
        """Refuse all requests with another ``Authorization`` header, or none."""
        self._authorization = authorization

    def forbid(self, *subjects: str) -> None:
        """Let nobody read these subjects."""
        self._subjects.forbidden.update(map(self._subjects.subject, subjects))

    @contextmanager
    def starting(self) -> Iterator[None]:
        """While it lasts, nothing is loaded: what is there is answered not to be."""
        self._subjects.starting = True
        try:
            yield
        finally:
            self._subjects.starting = False

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        method, path = scope["method"], urlsplit(scope["raw_path"].decode()).path
        query = dict(parse_qsl(scope["query_string"].decode()))
        try:
            self._look_at_credentials(path, dict(scope["headers"]).get(b"authorization", b""))
            posted = _parsed(body)
            if method == "POST":
                self.posted.append((path, posted))
            answer = self._answer(method, self._segments(path), query, posted)
            reply = answer if isinstance(answer, Reply) else self._reply(200, answer)
        except Refusal as refusal:
            reply = self._reply(refusal.status, refusal.body)
        await send_reply(reply, send)

    def _reply(self, status: int, body: Any) -> Reply:
        if status == 401 and self.dialect == "axonops":
            return Reply(401, "Unauthorized\n", {"content-type": "text/plain; charset=utf-8"})
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        if self.dialect == "axonops":  # Go's encoder
            text = text.translate({ord(each): f"\\u{ord(each):04x}" for each in "<>&"}) + "\n"
        return Reply(status, text, {"content-type": _MEDIA_TYPE})

    def _look_at_credentials(self, path: str, authorization: bytes) -> None:
        if self._authorization in (None, authorization.decode()):
            return
        if self.dialect != "karapace":
            raise Refusal(401, {"error_code": 401, "message": "Unauthorized"})
        if path != f"{self._path}/schemas/types":
            raise Refusal(401, {"message": "Unauthorized"})

    def _segments(self, path: str) -> list[str]:
        """The decoded segments below the path in front; none where the path is elsewhere."""
        below = path.removeprefix(f"{self._path}/")
        if below == path:
            return []
        segments = below.split("/")
        # Where an escape was not needed, Go keeps the path as it came, and AxonOps routes by that.
        if self.dialect == "axonops" and quote(unquote(path), safe=_GO_LEAVES) != path:
            return segments
        return [unquote(segment) for segment in segments]

    def _answer(self, method: str, segments: list[str], query: dict[str, str], body: Any) -> Any:
        if method == "HEAD":
            if self.dialect != "confluent":
                raise Refusal(405, {"error_code": 405, "message": "HTTP 405 Method Not Allowed"})
            method = "GET"
        held, context = self._subjects, DEFAULT_CONTEXT
        if self.dialect != "karapace" and segments[:1] == ["contexts"]:
            context, segments = "".join(segments[1:2]), segments[2:]
        # Each path has its subject at a place of its own, and no path has two.
        at = 2 if segments[:1] == ["compatibility"] else 1
        subject = held.subject("".join(segments[at : at + 1]), context)
        match method, *segments:
            case "GET", "":
                return {}
            case "GET", "_health" if self.dialect == "karapace":
                ready = not held.starting
                return {"schema_registry_ready": ready, "schema_registry_is_primary": ready}
            case "GET", "schemas", "types":
                return ["JSON", "PROTOBUF", "AVRO"]
            case "GET", "schemas", "ids", number:
                return held.content_of(number, context, query)
            case "GET", "schemas", "ids", number, "versions":
                return held.versions_of(number, context, query)
            case "GET", "config":
                return {"compatibilityLevel": held.levels[None]}
            case "GET", "config", _:
                return held.level(subject, query)
            case "GET", "subjects":
                return held.listed(context, query)
            case "GET", "subjects", _, "versions":
                return [version.number for version in held.present(subject, query)]
            case "GET", "subjects", _, "versions", number:
                return held.shown(held.version(subject, number, query))
            case "GET", "subjects", _, "versions", number, "schema":
                text = held.version(subject, number, query).content.text
                return Reply(200, text, {"content-type": _MEDIA_TYPE})
            case "GET", "subjects", _, "metadata" if self.dialect != "karapace":
                return held.shown(held.with_property(subject, query))
            case "POST", "subjects", _:
                return held.looked_up(subject, query, body)
            case "POST", "subjects", _, "versions":
                return held.registered(subject, body)
            case "POST", "compatibility", "subjects", _, "versions", number:
                return held.judged(subject, number, query, body)
        if self.dialect == "karapace":
            raise Refusal(404, "Not Found")
        raise Refusal(404, {"error_code": 404, "message": "HTTP 404 Not Found"})


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        raise Refusal(400, {"error_code": 400, "message": "Unable to process JSON"}) from None
