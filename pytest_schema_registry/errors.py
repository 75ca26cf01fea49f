"""The exceptions and warnings of this package, as one tree.

    Exception
    └── SchemaRegistryError         nothing could be checked, so the test errors
        ├── InvalidSettings         an option, ini value, environment variable or marker is wrong
        ├── RegistryUnavailable     the registry did not answer: down, too slow, 5xx, a login page
        ├── RegistryRefused         it answered, and the answer was no: 401, 403, other 4xx
        ├── InvalidAnswer           it answered something else than what was asked
        ├── SchemaNotFound          it answered that it has no such schema
        ├── InvalidSchema           the schema itself is wrong, so no payload can be judged by it
        ├── CassetteMissing         replay has no recording of what the test needs
        ├── CassetteDamaged         the recording is there and cannot be used
        ├── CassetteNotWritten      recording could not write its file
        ├── CacheLocked             another process holds a cache lock beyond the time allowed
        ├── SchemaDeprecated        the schema is deprecated, and that is not accepted
        ├── PayloadNotJSON          the payload has a value that JSON has no form for
        └── NothingChecked          the test asked for a check, and made none
    AssertionError
    ├── ContractViolation           the payload breaks the contract, so the test fails
    └── IncompatibleSchemas         two schemas do not speak to each other, so the test fails
    UserWarning
    └── SchemaRegistryWarning
        ├── CompatibilityWarning    the registry judges compatibility in another way than we do
        ├── ContractWarning         a payload breaks a contract that is not enforced
        ├── DeprecatedSchemaWarning the registry marks a schema as deprecated
        ├── StaleSchemaWarning      a schema was served although it is old
        ├── UncheckedWarning        a schema, or a word in it, asserts nothing
        └── CacheWarning            the cache directory cannot be used

Every exception carries its facts as attributes, and builds its text from them. It takes them
positionally, so that it pickles and crosses from one xdist process to another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pytest_schema_registry.text import printable_text

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility import CompatibilityReport
    from pytest_schema_registry.contracts.explanation import Explanation
    from pytest_schema_registry.schemas import OldCopy, Schema, Violation


class SchemaRegistryError(Exception):
    """Nothing could be checked: the base of every error that is not a verdict."""

    #: The old copies that the error rests on.
    old_copies: tuple[OldCopy, ...] = ()

    def resting_on(self, old_copies: tuple[OldCopy, ...]) -> Self:
        """Note the old copies that the error rests on, and return the error itself."""
        self.old_copies = old_copies
        return self

    def __str__(self) -> str:
        return printable_text(self._text())

    def _text(self) -> str:
        """Build the text, unescaped: it may repeat anything from a registry or a file."""
        return super().__str__()

    @property
    def headline(self) -> str:
        """The first line of the text."""
        return str(self).partition("\n")[0]


class InvalidSettings(SchemaRegistryError):
    """An option, ini value, environment variable or marker is wrong.

    Args:
        setting: The name under which the user wrote the setting (``--registry-mode``).
        reason: What is wrong with the setting and what would be right.
    """

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(setting, reason)
        self.setting = setting
        self.reason = reason

    def _text(self) -> str:
        return f"{self.setting}: {self.reason}"


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
    """

    def __init__(self, url: str, status: int, excerpt: str, authenticated: bool) -> None:
        super().__init__(url, status, excerpt, authenticated)
        self.url = url
        self.status = status
        self.excerpt = excerpt
        self.authenticated = authenticated

    def _text(self) -> str:
        lines = [f"the registry refused the request with status {self.status}"]
        lines.append(f"  asked: {self.url}")
        if self.excerpt:
            lines.append(f"  it said: {self.excerpt}")
        if self.status not in (401, 403):
            lines.append("  next: check --registry-url, it may not be a schema registry's address")
        elif self.authenticated:
            lines.append("  next: check that SCHEMA_REGISTRY_TOKEN may read this schema")
        else:
            lines.append("  next: set SCHEMA_REGISTRY_TOKEN")
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


class PayloadNotJSON(SchemaRegistryError):
    """The payload has a value that JSON has no form for: an error of the test.

    Args:
        path: The place in the payload (``$.items[0].at``).
        value: The value there, shortened.
        advice: What the test should pass instead.
    """

    def __init__(self, path: str, value: str, advice: str) -> None:
        super().__init__(path, value, advice)
        self.path = path
        self.value = value
        self.advice = advice

    def _text(self) -> str:
        return f"the payload is not JSON at {self.path}: {self.value}\n  next: {self.advice}"


class NothingChecked(SchemaRegistryError):
    """The test asked for a check but made none, so it would pass whatever the contract says.

    Args:
        fixture: The fixture that it asked for.
    """

    def __init__(self, fixture: str) -> None:
        super().__init__(fixture)
        self.fixture = fixture

    def _text(self) -> str:
        return (
            f"the test asked for {self.fixture} and has checked nothing\n"
            "  next: is what it loops over empty? Check something, skip the test, or take "
            f"{self.fixture} out of its arguments"
        )


class ContractViolation(AssertionError):
    """The payload does not conform to the schema.

    Args:
        text: The explanation for a person, or an object that builds it when it is read.
        schema: The schema that the payload breaks.
        payload: The payload's JSON form.
        violations: The violations, best match first.
    """

    def __init__(
        self,
        text: str | Explanation,
        schema: Schema,
        payload: Any,
        violations: tuple[Violation, ...],
    ) -> None:
        super().__init__(text, schema, payload, violations)
        self._text = text
        self.schema = schema
        self.payload = payload
        self.violations = violations

    @property
    def text(self) -> str:
        """The explanation for a person."""
        return str(self._text)

    def __str__(self) -> str:
        return self.text


class IncompatibleSchemas(AssertionError):
    """Two schemas are not compatible, or it cannot be decided whether they are.

    Args:
        text: The explanation for a person.
        report: The findings of the comparison.
    """

    def __init__(self, text: str, report: CompatibilityReport) -> None:
        super().__init__(text, report)
        self.text = text
        self.report = report

    def __str__(self) -> str:
        return self.text


class SchemaRegistryWarning(UserWarning):
    """The base of this plugin's warnings, for ``filterwarnings``."""

    def __str__(self) -> str:
        return printable_text(super().__str__())


class CompatibilityWarning(SchemaRegistryWarning):
    """The registry's own verdict on compatibility differs from ours."""


class ContractWarning(SchemaRegistryWarning):
    """A payload breaks a contract that is not enforced."""


class DeprecatedSchemaWarning(SchemaRegistryWarning):
    """The registry marks a schema as deprecated."""


class StaleSchemaWarning(SchemaRegistryWarning):
    """An old copy of a schema was served, because the registry did not answer."""


class UncheckedWarning(SchemaRegistryWarning):
    """A schema asserts nothing, or has words that look like assertions and are none."""


class CacheWarning(SchemaRegistryWarning):
    """The cache directory cannot be used; the session goes on with its own cache."""


# Tracebacks show the name that users import.
for _kind in tuple(globals().values()):
    if isinstance(_kind, type) and issubclass(_kind, BaseException):
        _kind.__module__ = __package__
