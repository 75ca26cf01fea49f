"""The errors of a schema that cannot be had, or that no payload can be checked against."""

from __future__ import annotations

from pytest_schema_registry.errors.checks import SchemaRegistryError

#: The most subjects that a message names.
MAX_NAMED = 5
_CORRECT_IT = "publish a corrected schema; nothing can be checked against this one"
_LANGUAGES = {"AVRO": "an Avro", "PROTOBUF": "a Protobuf"}


class RegistryUnavailable(SchemaRegistryError):
    """The registry did not answer the query.

    Args:
        url: The address that was requested, without credentials.
        reason: What happened instead of an answer.
        unreachable: True when no connection came about, so that every other request is futile.
        tried: The places where ``auto`` then looked without success.
        is_page: True when the status was 200 but the body is not JSON, such as a login page.
        advice: What to do about the reason; empty for the usual.
    """

    def __init__(  # noqa: PLR0917  # errors take their facts positionally, to be pickled
        self,
        url: str,
        reason: str,
        unreachable: bool = False,
        tried: tuple[str, ...] = (),
        is_page: bool = False,
        advice: str = "",
    ) -> None:
        super().__init__(url, reason, unreachable, tried, is_page, advice)
        self.url = url
        self.reason = reason
        self.unreachable = unreachable
        self.tried = tuple(tried)
        self.is_page = is_page
        self.advice = advice

    @property
    def outage(self) -> str:
        """What happened, as the reason why an old copy is used."""
        return f"no schema came back: {self.reason}" if self.is_page else self.reason

    def _text(self) -> str:
        headline = self.outage if self.is_page else f"the registry did not answer: {self.reason}"
        lines = [headline, f"  asked: {self.url}", *self._origin()]
        lines += [f"  then tried: {what}" for what in self.tried]
        advice = self.advice or f"check {self.address_setting} and the network"
        lines.append(f"  next: {advice}; --registry-offline replays what was recorded")
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
        advice: What to do about the answer; empty for the usual.
    """

    def __init__(  # noqa: PLR0917  # see above
        self,
        url: str,
        status: int,
        excerpt: str,
        authenticated: bool,
        credentials: str,
        advice: str = "",
    ) -> None:
        super().__init__(url, status, excerpt, authenticated, credentials, advice)
        self.url = url
        self.status = status
        self.excerpt = excerpt
        self.authenticated = authenticated
        self.credentials = credentials
        self.advice = advice

    def _text(self) -> str:
        lines = [f"the registry refused the request with status {self.status}"]
        lines += [f"  asked: {self.url}", *self._origin()]
        if self.excerpt:
            lines.append(f"  it said: {self.excerpt}")
        if self.advice:
            lines.append(f"  next: {self.advice}")
        elif self.status not in (401, 403):
            lines.append(
                f"  next: check {self.address_setting}, it may not be a schema registry's address"
            )
        elif self.authenticated and self.status == 401:
            is_token = "token" in self.credentials.lower()
            cause = "it may have expired" if is_token else "check the user and the password"
            lines.append(f"  next: the registry does not accept {self.credentials}; {cause}")
        elif self.authenticated:
            lines.append(f"  next: check that {self.credentials} may read this schema")
        else:
            lines.append(f"  next: set {self.credentials}")
        return "\n".join(lines)


_LOOK = (
    "open that address yourself; the documentation's page 'Registries' shows what is expected there"
)


class InvalidAnswer(SchemaRegistryError):
    """The registry answered something else than what was asked.

    Args:
        url: The address that was requested, without credentials.
        reason: What is wrong with the answer.
        advice: What to do next; empty where that is not known.
    """

    def __init__(self, url: str, reason: str, advice: str = "") -> None:
        super().__init__(url, reason, advice)
        self.url = url
        self.reason = reason
        self.advice = advice

    def _text(self) -> str:
        return (
            f"the registry's answer cannot be used: {self.reason}\n"
            + "".join(f"{line}\n" for line in (f"  asked: {self.url}", *self._origin()))
            + f"  next: {self.advice or _LOOK}"
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
            + "".join(f"{line}\n" for line in (f"  according to: {self.where}", *self._origin()))
            + f"  next: {self.advice}"
        )


class InvalidSchema(SchemaRegistryError):
    """The schema itself is wrong, so no payload can be judged by it.

    Args:
        schema: The schema's name and version (``telemetry.FeedbackEvent v1``).
        pointer: The place in the schema, as a JSON Pointer fragment (RFC 6901 section 6).
        reason: What is wrong there.
        where: The source of the schema.
        advice: What to do next.
    """

    def __init__(
        self, schema: str, pointer: str, reason: str, where: str, advice: str = _CORRECT_IT
    ) -> None:
        super().__init__(schema, pointer, reason, where, advice)
        self.schema = schema
        self.pointer = pointer
        self.reason = reason
        self.where = where
        self.advice = advice

    def _text(self) -> str:
        return (
            f"{self.schema}: the schema is itself wrong: {self.reason}\n"
            f"  at: {self.pointer}\n"
            f"  from: {self.where}\n"
            f"  next: {self.advice}"
        )


class UnsupportedPattern(InvalidSchema):
    """A pattern of the schema is none that the engine can match.

    Other validators may accept it, so the schema need not be wrong.

    Args:
        schema: The schema's name and version (``telemetry.FeedbackEvent v1``).
        pointer: The pattern's place in the schema, as a JSON Pointer fragment.
        reason: What the engine does not support.
        where: The source of the schema.
        advice: What to write instead.
        pattern: The whole pattern.
    """

    def __init__(  # noqa: PLR0917  # errors take their facts positionally
        self, schema: str, pointer: str, reason: str, where: str, advice: str, pattern: str
    ) -> None:
        super().__init__(schema, pointer, reason, where, advice)
        self.args = (schema, pointer, reason, where, advice, pattern)
        self.pattern = pattern

    def _text(self) -> str:
        return (
            f"{self.schema}: this engine does not support {self.reason} in a pattern\n"
            f"  pattern: {self.pattern}\n"
            f"  at: {self.pointer}\n"
            f"  from: {self.where}\n"
            f"  next: {self.advice}"
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
    """The schema is written in a language that is not checked here.

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
        why = "only JSON Schema and Avro are checked"
        advice = "leave it out of the contract tests, or publish a JSON Schema"
        if self.schema_type == "AVRO":
            why = "what checks Avro is not installed"
            advice = "pip install 'pytest-schema-registry[avro]'"
        return f"{self.schema} is {language} schema; {why}\n  from: {self.where}\n  next: {advice}"


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
        unconfigured: True where only cassettes are read because no registry is configured.
        near: What is recorded of it, or is like it; empty where nothing is.
    """

    def __init__(
        self, path: str, wanted: str, command: str, unconfigured: bool = False, near: str = ""
    ) -> None:
        super().__init__(path, wanted, command, unconfigured, near)
        self.path = path
        self.wanted = wanted
        self.command = command
        self.unconfigured = unconfigured
        self.near = near

    def _text(self) -> str:
        near = f"  {self.near}\n" if self.near else ""
        if self.unconfigured:
            return (
                "no registry is configured, so only cassettes are read; there is no recording of "
                f"{self.wanted}\n"
                f"  cassette: {self.path}\n{near}"
                "  next: give the registry's address (--registry-url, SCHEMA_REGISTRY_URL, or "
                f"registry_url in the ini file), or record it: {self.command}"
            )
        return (
            f"no recording of {self.wanted}\n"
            f"  cassette: {self.path}\n"
            f"{near}"
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
