"""The verdicts that fail a test: on a payload, and on two schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.contracts.explanation import Explanation
    from pytest_schema_registry.schemas import Schema, Violation


class ContractViolation(AssertionError):
    """The payload does not conform to the schema.

    Args:
        text: The explanation for a person, or an object that builds it when it is read.
        schema: The schema that the payload breaks.
        payload: The payload's JSON form.
        violations: The violations, best match first.
        message: The bytes of a message that cannot be read, so that `payload` is not all of it;
            None for any other payload, and where values are hidden.
    """

    def __init__(
        self,
        text: str | Explanation,
        schema: Schema,
        payload: Any,
        violations: tuple[Violation, ...],
        message: bytes | None = None,
    ) -> None:
        super().__init__(text, schema, payload, violations, message)
        self._text = text
        self.schema = schema
        self.payload = payload
        self.violations = violations
        self.message = message

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
