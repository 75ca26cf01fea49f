"""The judge: what a payload comes to by a schema, and the explanation of a violation."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.explanation import Explanation
from pytest_schema_registry.contracts.payloads import from_text, to_json
from pytest_schema_registry.errors import ContractViolation, SchemaRegistryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.schema_types.schema_type import Validator
    from pytest_schema_registry.schemas import Schema, Violation


class Judge:
    """The machine behind :class:`SchemaRegistry` and a test's contract.

    Args:
        source: Gives the schemas that a schema refers to, and those of other version lines.
    """

    def __init__(self, source: SchemaSource) -> None:
        self._source = source
        self._redaction = source.settings.redact

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
            payload: The payload as JSON.

        Raises:
            InvalidSchema: A rule of the schema takes too many steps to be decided.
        """
        return validator.violations(payload, self._redaction)

    def explain(
        self,
        validator: Validator,
        payload: Any,
        *,
        others: Sequence[str] = (),
        verbose: bool = False,
    ) -> ContractViolation:
        """Return the error to raise for a payload that does not conform.

        Args:
            validator: The validator that refused the payload.
            payload: The payload as JSON.
            others: The version lines that the payload may conform to instead.
            verbose: True for a text that shows everything.

        Raises:
            InvalidSchema: A rule of the schema takes too many steps to be decided.
        """
        schema = validator.schema
        found = self.violations(validator, payload)
        safe = self.redacted(payload)
        elsewhere = self._elsewhere(schema, payload, others)
        text = Explanation(schema, safe, found, elsewhere, verbose)
        # A verbose text shows the payload, which may change before the text is read.
        return ContractViolation(str(text) if verbose else text, schema, safe, found)

    def _elsewhere(self, schema: Schema, payload: Any, versions: Sequence[str]) -> list[Schema]:
        """Return the schema in the other versions that the payload conforms to.

        A version that cannot be had is left out.
        """
        conforms_to = []
        for version in versions:
            if version != schema.version:
                with suppress(SchemaRegistryError):
                    other = self._source.schema(schema.name, version)
                    if self.validator(other).is_valid(payload):
                        conforms_to.append(other)
        return conforms_to
