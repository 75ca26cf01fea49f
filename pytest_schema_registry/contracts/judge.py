"""The judge: what a payload comes to by a schema, and the explanation of a violation."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.encoded_values import value_of
from pytest_schema_registry.contracts.explanation import (
    IN_A_TEST,
    Advice,
    Explanation,
    declared_beside,
)
from pytest_schema_registry.contracts.hints import Hints
from pytest_schema_registry.contracts.message import BYTES, UNREAD
from pytest_schema_registry.contracts.payloads import from_text, to_json
from pytest_schema_registry.errors import ContractViolation, SchemaRegistryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.contracts.encoded_values import Warn
    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.schema_types.payloads import Payloads, Violating
    from pytest_schema_registry.schema_types.schema_type import SchemaType, Validator
    from pytest_schema_registry.schemas import Schema, Violation


class Judge:
    """The machine behind :class:`SchemaRegistry` and a test's contract.

    Args:
        source: Gives the schemas that a schema refers to, and those of other version lines.
    """

    def __init__(self, source: SchemaSource) -> None:
        self._source = source
        self._redaction = source.settings.redact

    @property
    def redaction(self) -> Redaction:
        """The values that are never shown."""
        return self._redaction

    def to_json(self, payload: Any, *, text: bool = False) -> Any:
        """Return a payload as JSON.

        Args:
            payload: dict, list, JSON scalars, models; JSON text.
            text: True where the payload is JSON text.

        Raises:
            PayloadNotJSON: The payload has no JSON form.
        """
        if text:
            return from_text(payload, self._redaction)
        return to_json(payload, self._redaction)

    def value(
        self, payload: Any, validator: Validator, warn: Warn | None = None, *, text: bool = False
    ) -> Any:
        """Return a payload as a validator takes it: as JSON, or as the value that it encodes.

        Args:
            payload: The payload, as a test passes it.
            validator: The validator.
            warn: Warns of a message that was written with another version of the subject.
            text: True where the payload is JSON text, or a message.

        Raises:
            PayloadNotJSON: The payload has no JSON form, and the validator takes JSON.
            WrongSchemaId: It is a message with the id of another subject's schema.
            SchemaRegistryError: The schema that a message was written with cannot be had.
        """
        values = validator.values
        if values is None:
            return self.to_json(payload, text=text)
        catalogue = self._source.catalogue
        return value_of(payload, validator, values, catalogue, self._redaction, warn, text=text)

    def redacted(self, payload: Any) -> Any:
        """Return a payload, given as JSON, without the values that are never shown."""
        return self._redaction.applied(payload)

    def validator(self, schema: Schema) -> Validator:
        """Return the validator of a schema: ``.is_valid(payload)`` is as fast as a check can be.

        Args:
            schema: A schema of the source.

        Raises:
            InvalidSchema: The schema is itself wrong.
            SchemaRegistryError: A schema that it refers to cannot be had.
        """
        return self._source.catalogue.validator(schema)

    def violations(self, validator: Validator, payload: Any) -> tuple[Violation, ...]:
        """Return the violations of a payload that a validator refused, best match first.

        Args:
            validator: The validator.
            payload: The payload as the validator takes it.

        Raises:
            InvalidSchema: A rule of the schema takes too many steps to be decided.
        """
        return validator.violations(payload, self._redaction)

    def type_of(self, schema: Schema) -> SchemaType:
        """Return the language of a schema.

        Raises:
            UnsupportedSchemaType: It is none that is checked here.
        """
        return self._source.catalogue.type_of(schema)

    def conforming_payloads(self, schema: Schema, limit: int) -> Payloads[Any]:
        """Return payloads that conform to a schema, see `SchemaType.conforming_payloads`."""
        return self.type_of(schema).conforming_payloads(self.validator(schema), limit)

    def violating_payloads(self, schema: Schema, limit: int) -> Payloads[Violating]:
        """Return payloads that break a rule each, see `SchemaType.violating_payloads`."""
        validator = self.validator(schema)
        return self.type_of(schema).violating_payloads(validator, limit, self._redaction)

    def explain(
        self,
        validator: Validator,
        payload: Any,
        *,
        passed: Any = None,
        others: Sequence[str] = (),
        verbose: bool = False,
        advice: Advice = IN_A_TEST,
    ) -> ContractViolation:
        """Return the error to raise for a payload that does not conform.

        Args:
            validator: The validator that refused the payload.
            payload: The payload as the validator takes it.
            passed: The payload as the test passed it.
            others: The version lines that the payload may conform to instead.
            verbose: True for a text that shows everything.
            advice: What a user can do, where the error is shown.

        Raises:
            InvalidSchema: A rule of the schema takes too many steps to be decided.
        """
        schema = validator.schema
        found = self.violations(validator, payload)
        safe = self.redacted(as_json(validator, payload))
        elsewhere = self._elsewhere(schema, payload, others)
        # What conforms to another version is no envelope, and what is no JSON has no parts that
        # are payloads.
        may_be_envelope = not elsewhere and validator.values is None
        within = self._within(validator, payload, safe, found) if may_be_envelope else ()
        hints = Hints(passed, schema.content, found)
        text = Explanation(schema, safe, found, elsewhere, verbose, hints, within, advice)
        # No part of the bytes can be told from another, so all of them may be what is hidden.
        is_kept = any(each.keyword == UNREAD for each in found) and not self._redaction
        message = bytes(passed) if is_kept and isinstance(passed, BYTES) else None
        # A verbose text shows the payload, which may change before the text is read.
        return ContractViolation(str(text) if verbose else text, schema, safe, found, message)

    def _within(
        self, validator: Validator, payload: Any, safe: Any, found: Sequence[Violation]
    ) -> tuple[str | int, ...]:
        """Return the steps to a part of the payload that conforms, unless that part is hidden."""
        from pytest_schema_registry.contracts.envelope import conforming_part

        content = validator.schema.content
        steps = conforming_part(
            payload, found, validator.is_valid, lambda place: declared_beside(content, place)
        )
        step: Any
        for step in steps:
            if not isinstance(safe, dict | list):
                return ()
            safe = safe[step]
        return steps

    def _elsewhere(self, schema: Schema, payload: Any, versions: Sequence[str]) -> list[Schema]:
        """Return the schema in the other versions that the payload conforms to.

        A version that cannot be had is left out.
        """
        conforms_to: list[Schema] = []
        if schema.source == "value":  # it is no schema of the registry
            return conforms_to
        for version in versions:
            if version != schema.version:
                with suppress(SchemaRegistryError):
                    other = self._source.catalogue.schema(schema.name, version)
                    # Another language takes other values.
                    is_alike = other.schema_type == schema.schema_type
                    if is_alike and self.validator(other).is_valid(payload):
                        conforms_to.append(other)
        return conforms_to


def as_json(validator: Validator, payload: Any, *, names: bool = False) -> Any:
    """Return a payload, as a validator takes it, as JSON.

    Args:
        validator: The validator.
        payload: The payload.
        names: True to keep the names of types in it: for what is read again, and not shown.
    """
    if validator.values is None:
        return payload
    return validator.values.as_json(payload, names=names)


def from_json(validator: Validator, document: Any) -> Any:
    """Return the payload in a JSON document, as a validator takes it."""
    return document if validator.values is None else validator.values.from_json(document)
