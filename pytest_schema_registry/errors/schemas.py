"""The errors of a schema that no payload can be checked against, or should not be."""

from __future__ import annotations

from pytest_schema_registry.errors.checks import SchemaRegistryError

#: The most subjects that a message names.
MAX_NAMED = 5
_CORRECT_IT = "publish a corrected schema; nothing can be checked against this one"
_LANGUAGES = {"AVRO": "an Avro", "PROTOBUF": "a Protobuf"}


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
