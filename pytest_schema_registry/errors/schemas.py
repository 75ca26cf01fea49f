"""The errors of a schema that cannot be had, or that no payload can be checked against."""

from __future__ import annotations

from pytest_schema_registry.errors.checks import SchemaRegistryError

#: The most subjects that a message names.
MAX_NAMED = 5
_LANGUAGES = {"AVRO": "an Avro", "PROTOBUF": "a Protobuf"}


class RegistryUnavailable(SchemaRegistryError):
    """The registry did not answer the query.

    Args:
        url: The address that was requested, without credentials.
        reason: What happened instead of an answer.
        unreachable: True when no connection came about, so that every other request is futile.
        tried: The places where ``auto`` then looked without success.
        is_page: True when the status was 200 but the body is not JSON, such as a login page.
    """

    def __init__(
        self,
        url: str,
        reason: str,
        unreachable: bool = False,
        tried: tuple[str, ...] = (),
        is_page: bool = False,
    ) -> None:
        super().__init__(url, reason, unreachable, tried, is_page)
        self.url = url
        self.reason = reason
        self.unreachable = unreachable
        self.tried = tuple(tried)
        self.is_page = is_page

    def _text(self) -> str:
        lines = [f"the registry did not answer: {self.reason}", f"  asked: {self.url}"]
        lines += [f"  then tried: {what}" for what in self.tried]
        lines.append(
            "  next: check --registry-url and the network; "
            "--registry-offline replays what was recorded"
        )
        return "\n".join(lines)


class RegistryRefused(SchemaRegistryError):
    """The registry answered, and the answer was no.

    Args:
        url: The address that was requested, without credentials.
        status: The HTTP status.
        excerpt: The first characters of the answer's text.
        authenticated: True when the request had credentials.
        credentials: The name of what the user gave them with; without any, the names of what they
            can be given with.
    """

    def __init__(
        self, url: str, status: int, excerpt: str, authenticated: bool, credentials: str
    ) -> None:
        super().__init__(url, status, excerpt, authenticated, credentials)
        self.url = url
        self.status = status
        self.excerpt = excerpt
        self.authenticated = authenticated
        self.credentials = credentials

    def _text(self) -> str:
        lines = [f"the registry refused the request with status {self.status}"]
        lines.append(f"  asked: {self.url}")
        if self.excerpt:
            lines.append(f"  it said: {self.excerpt}")
        if self.status not in (401, 403):
            lines.append("  next: check --registry-url, it may not be a schema registry's address")
        elif self.authenticated:
            lines.append(f"  next: check that {self.credentials} may read this schema")
        else:
            lines.append(f"  next: set {self.credentials}")
        return "\n".join(lines)


class InvalidAnswer(SchemaRegistryError):
    """The registry answered something else than what was asked.

    Args:
        url: The address that was requested, without credentials.
        reason: What is wrong with the answer.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def _text(self) -> str:
        return (
            f"the registry's answer cannot be used: {self.reason}\n"
            f"  asked: {self.url}\n"
            "  next: open that address yourself; the README's chapter 'The registry' shows what "
            "is expected there"
        )


class SchemaNotFound(SchemaRegistryError):
    """The registry has no such schema, or no such release of it.

    Args:
        name: The schema's name.
        version: The version line that was asked.
        release: The release that was asked, or None for the current one.
        where: The source of that: a URL, a directory, a cache entry and its age, a cassette.
        advice: What to do next.
    """

    def __init__(
        self, name: str, version: str, release: str | None, where: str, advice: str
    ) -> None:
        super().__init__(name, version, release, where, advice)
        self.name = name
        self.version = version
        self.release = release
        self.where = where
        self.advice = advice

    def _text(self) -> str:
        release = f" in release {self.release}" if self.release else ""
        return (
            f"no schema {self.name} in {self.version}{release}\n"
            f"  according to: {self.where}\n"
            f"  next: {self.advice}"
        )


class InvalidSchema(SchemaRegistryError):
    """The schema itself is wrong, so no payload can be judged by it.

    Args:
        schema: The schema's name and version (``telemetry.FeedbackEvent v1``).
        pointer: The place in the schema, as a JSON Pointer fragment (RFC 6901 section 6).
        reason: What is wrong there.
        where: The source of the schema.
    """

    def __init__(self, schema: str, pointer: str, reason: str, where: str) -> None:
        super().__init__(schema, pointer, reason, where)
        self.schema = schema
        self.pointer = pointer
        self.reason = reason
        self.where = where

    def _text(self) -> str:
        return (
            f"{self.schema}: the schema is itself wrong: {self.reason}\n"
            f"  at: {self.pointer}\n"
            f"  from: {self.where}\n"
            "  next: publish a corrected schema; nothing can be checked against this one"
        )


class WrongSchemaId(SchemaRegistryError):
    """The payload's bytes name a schema that is none of the subject's.

    Args:
        schema: The schema's name, version and release (``orders-value latest release 7``).
        subject: The subject of the schema.
        schema_id: The id in the payload's bytes.
        users: The subjects and versions that have the id; empty where the registry has none.
    """

    def __init__(
        self, schema: str, subject: str, schema_id: str, users: tuple[str, ...] = ()
    ) -> None:
        super().__init__(schema, subject, schema_id, users)
        self.schema = schema
        self.subject = subject
        self.schema_id = schema_id
        self.users = tuple(users)

    def _text(self) -> str:
        whose = ", ".join(self.users[:MAX_NAMED]) or "no schema of the registry"
        more = f" and {len(self.users) - MAX_NAMED} more" if self.users[MAX_NAMED:] else ""
        return (
            f"the payload was not written for {self.schema}: its id {self.schema_id} is that of "
            f"{whose}{more}\n"
            f"  expected: the id of a version of {self.subject}\n"
            "  next: check the topic and the subject that the producer's serializer is set to"
        )


class UnsupportedSchemaType(SchemaRegistryError):
    """The schema is written in a language that this version does not check.

    Args:
        schema: The schema's name, version and release (``orders-value latest release 7``).
        schema_type: The registry's word for the language: ``AVRO``, ``PROTOBUF``.
        where: The source of the schema.
    """

    def __init__(self, schema: str, schema_type: str, where: str) -> None:
        super().__init__(schema, schema_type, where)
        self.schema = schema
        self.schema_type = schema_type
        self.where = where

    def _text(self) -> str:
        language = _LANGUAGES.get(self.schema_type, f"a {self.schema_type}")
        return (
            f"{self.schema} is {language} schema; this version checks JSON Schema only\n"
            f"  from: {self.where}\n"
            "  next: leave it out of the contract tests, or publish a JSON Schema"
        )


class SchemaDeprecated(SchemaRegistryError):
    """The schema is deprecated, and ``--registry-fail-on-deprecated`` does not accept that.

    Args:
        schema: The schema's name, version and release (``telemetry.FeedbackEvent v1 release
            1.2.0``).
        note: The registry's note on the deprecation, if it has one.
        where: The source of the schema.
    """

    def __init__(self, schema: str, note: str | None, where: str) -> None:
        super().__init__(schema, note, where)
        self.schema = schema
        self.note = note
        self.where = where

    def _text(self) -> str:
        note = f": {self.note}" if self.note else ""
        return (
            f"{self.schema} is deprecated{note}\n"
            f"  from: {self.where}\n"
            "  next: move the test to a schema that is not, or leave --registry-fail-on-deprecated "
            "out"
        )


class CassetteMissing(SchemaRegistryError):
    """Replay has no recording of what the test needs.

    Args:
        path: The cassette file.
        wanted: The recording that it should hold.
        command: The command that records it.
    """

    def __init__(self, path: str, wanted: str, command: str) -> None:
        super().__init__(path, wanted, command)
        self.path = path
        self.wanted = wanted
        self.command = command

    def _text(self) -> str:
        return (
            f"no recording of {self.wanted}\n"
            f"  cassette: {self.path}\n"
            f"  next: record it where the registry can be reached: {self.command}"
        )


class CassetteDamaged(SchemaRegistryError):
    """The recording is there and cannot be used.

    Args:
        path: The cassette file.
        reason: What is wrong with it.
        command: The command that records it anew.
    """

    def __init__(self, path: str, reason: str, command: str) -> None:
        super().__init__(path, reason, command)
        self.path = path
        self.reason = reason
        self.command = command

    def _text(self) -> str:
        return (
            f"the cassette cannot be used: {self.reason}\n"
            f"  cassette: {self.path}\n"
            f"  next: restore it from version control, or record it anew: {self.command}"
        )


class CassetteNotWritten(SchemaRegistryError):
    """The cassette could not be written; the earlier recording is still there.

    Args:
        path: The cassette file.
        reason: What the operating system said.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def _text(self) -> str:
        return (
            f"the cassette cannot be written: {self.reason}\n"
            f"  cassette: {self.path}\n"
            "  next: make the directory writable, or choose another --registry-cassettes"
        )


class CacheLocked(SchemaRegistryError):
    """Another process holds a cache lock beyond the time allowed.

    Args:
        path: The lock file.
        seconds: The time waited, in seconds.
    """

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(path, seconds)
        self.path = path
        self.seconds = seconds

    def _text(self) -> str:
        return (
            f"another process has held a cache lock for more than {self.seconds:g} s\n"
            f"  lock file: {self.path}\n"
            "  next: find the process that holds it, raise --registry-timeout, "
            "or choose another --registry-cache-dir"
        )
