"""The checks behind ``assert_produces`` and ``assert_consumes``: a model against a schema."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.evolution import SEND_ALIASES
from pytest_schema_registry.contracts.model_explanation import ModelExplanation
from pytest_schema_registry.errors import ContractViolation, InvalidSettings
from pytest_schema_registry.json_values import Wildcard, path_steps
from pytest_schema_registry.models.aliases import is_better_by_alias
from pytest_schema_registry.models.comparison import compare_sides
from pytest_schema_registry.models.model import model_of
from pytest_schema_registry.models.sides import ModelSide, SchemaSide
from pytest_schema_registry.redaction import REDACTED

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import CompatibilityReport, Reason
    from pytest_schema_registry.contracts.contract import Contract
    from pytest_schema_registry.contracts.evolution import Evolution
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.recorder import SchemaUsage
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.models.model import Model
    from pytest_schema_registry.schema_types.schema_type import Validator
    from pytest_schema_registry.schemas import Schema, Violation


class ModelContract:
    """The checks of models that one run of a test can make.

    Args:
        contract: Gives the schema, as the test, its markers and the enforcement have it.
        evolution: Gives the waivers.
        judge: Judges payloads, and hides values in them.
        rollout: Warns or fails.
        verbose: True for failures that show everything.
    """

    def __init__(
        self,
        contract: Contract,
        evolution: Evolution,
        judge: Judge,
        rollout: Rollout,
        *,
        verbose: bool,
    ) -> None:
        self._contract = contract
        self._evolution = evolution
        self._judge = judge
        self._rollout = rollout
        self._verbose = verbose
        self._schema_type = evolution.schema_type

    def assert_produces(
        self,
        model: Any,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        by_alias: bool | None = None,
        exclude_none: bool = False,
    ) -> CompatibilityReport | None:
        """Fail the test unless every payload that a model can send conforms; return the report.

        Args:
            model: A class of pydantic v2, a dataclass, a TypedDict, anything else that
                ``pydantic.TypeAdapter`` takes, or a msgspec struct.
            schema: A name or an address, a schema, or a JSON Schema as a dict or a bool; None for
                the one that a marker names.
            version: The version line; None for the test's.
            by_alias: True if it sends members under their aliases, as ``model_dump(by_alias=True)``
                does; None for what the model's configuration says.
            exclude_none: True if it leaves out members that are None.

        Returns:
            The report, whose notes say what it rests on; None where the schema's checks are off.

        Raises:
            ContractViolation: The model can send a payload that does not conform, or that is
                undecided, and the contract is enforced.
            SchemaRegistryError: The check could not be made.
        """
        __tracebackhide__ = True
        options = {"by_alias": by_alias, "exclude_none": exclude_none}
        return self._checked("assert_produces", model, schema, version, options)

    def assert_consumes(
        self,
        model: Any,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
    ) -> CompatibilityReport | None:
        """Fail the test unless a model accepts every payload that a schema allows and declares.

        Args:
            model: As in :meth:`assert_produces`.
            schema: As in :meth:`assert_produces`.
            version: The version line; None for the test's.

        Returns:
            The report, whose notes say what it rests on; None where the schema's checks are off.

        Raises:
            ContractViolation: The model refuses a payload that conforms, and has no members but
                those that the schema declares; or that is undecided. And the contract is enforced.
            SchemaRegistryError: The check could not be made.
        """
        __tracebackhide__ = True
        return self._checked("assert_consumes", model, schema, version)

    def _checked(
        self,
        fixture: str,
        model: Any,
        schema: Any,
        version: Any,
        sends: dict[str, Any] | None = None,
    ) -> CompatibilityReport | None:
        """Return the report on a model, and enforce it.

        Args:
            fixture: The fixture that asks.
            model: The model, in the user's words.
            schema: The schema, in the user's words.
            version: The version line; None for the test's.
            sends: How a model sends payloads; None for one that accepts them.
        """
        __tracebackhide__ = True
        try:
            side = self._model_side(fixture, model, sends or {})
        except InvalidSettings as exc:
            self._contract.schemas.failed(schema, version, exc)
            raise exc.with_traceback(None) from None
        return self._contract.checked(
            fixture,
            schema,
            version,
            lambda usage: self._judged(fixture, side, usage, sends=sends is not None),
        )

    def _model_side(self, fixture: str, model: Any, sends: dict[str, Any]) -> ModelSide:
        for name, value in sends.items():
            if not isinstance(value, bool | None):
                raise InvalidSettings(fixture, f"{name} is True or False, not {value!r}")
        found = model_of(model, fixture)
        return ModelSide(found, self._schema_type, *sends.values())

    def _judged(
        self, fixture: str, side: ModelSide, usage: SchemaUsage, *, sends: bool
    ) -> CompatibilityReport | None:
        __tracebackhide__ = True
        if usage.validator is None:
            usage.unchecked += 1
            return None
        language = self._judge.type_of(usage.validator.schema)
        schema = SchemaSide(language, usage.validator, self._judge.redaction)
        sides = (side, schema) if sends else (schema, side)
        asked: dict[str, Any] = {"asked_by": fixture, "policy": "strict" if sends else "tolerant"}
        report = compare_sides(*sides, **asked)
        hint = SEND_ALIASES if sends and is_better_by_alias(report, *sides, **asked) else ""
        return self._settled(report, side.model, usage, usage.validator, hint, sends=sends)

    def _settled(
        self,
        report: CompatibilityReport,
        model: Model,
        usage: SchemaUsage,
        validator: Validator,
        hint: str,
        *,
        sends: bool,
    ) -> CompatibilityReport:
        """Count a verdict, and enforce it where it is against the model.

        Args:
            report: The report.
            model: The model.
            usage: The usage of the schema.
            validator: The schema, ready to check payloads.
            hint: What to do before all else; empty if nothing is known.
            sends: True where the model sends payloads, False where it accepts them.

        Raises:
            ContractViolation: It is against the model, and the contract is enforced.
        """
        __tracebackhide__ = True
        schema = validator.schema
        name = "" if schema.source == "value" else schema.name
        both = f"{model.name} and {schema.label}"
        report = self._evolution.without_waived(report, name, both, counts=False)
        payload = next((each.payload for each in report.reasons if each.shown), None)
        report = replace(report, reasons=tuple(map(self._redacted, report.reasons)))
        if report.passes:
            usage.conforming += 1
            return report
        violations: tuple[Violation, ...] = ()
        if sends and payload is not None:
            violations = self._judge.violations(validator, payload)
        explanation = ModelExplanation(
            model, schema, report, sends=sends, verbose=self._verbose, hint=hint
        )
        safe = self._judge.redacted(payload)
        self._rollout.violated(usage, ContractViolation(str(explanation), schema, safe, violations))
        return report

    def _redacted(self, reason: Reason) -> Reason:
        """Return a reason without the values that are never shown.

        Its words may repeat what the schemas say of a hidden value. Its facts stay, for they make
        its fingerprint, and are not shown.
        """
        safe = self._judge.redacted(reason.payload)
        if _same_at(reason.path, safe, reason.payload):
            return replace(reason, payload=safe)
        return replace(reason, payload=safe, change=REDACTED, message=REDACTED)


def _same_at(path: str, one: Any, other: Any) -> bool:
    """Check whether two forms of a payload are equal at a place, as far as it is there."""
    for step in path_steps(path):
        if isinstance(step, Wildcard):
            break
        try:
            one, other = one[step], other[step]
        except (IndexError, KeyError, TypeError):
            return isinstance(one, type(other))  # a member is missing, or all around is hidden
    return bool(one == other)
