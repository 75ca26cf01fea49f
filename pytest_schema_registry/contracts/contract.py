"""One test's access to the registry, behind ``assert_conforms`` and ``registry_schema``."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_schema_registry.contracts.explanation import IN_A_TEST
from pytest_schema_registry.contracts.judge import as_json
from pytest_schema_registry.contracts.made_payloads import MadePayloads
from pytest_schema_registry.contracts.message import payload_of
from pytest_schema_registry.contracts.schemas_of_run import SchemasOfRun
from pytest_schema_registry.errors import (
    ContractViolation,
    PayloadNotJSON,
    SchemaRegistryError,
)
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.contracts.expected_reason import ExpectedReason
    from pytest_schema_registry.contracts.explanation import Advice
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.payload_replay import PayloadReplay
    from pytest_schema_registry.contracts.recorder import SchemaUsage
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.schema_types.schema_type import Validator
    from pytest_schema_registry.schemas import Schema, SchemaRequest

_Result = TypeVar("_Result")
#: The most violations that are shown of a payload that is refused for another reason.
_MOST_SHOWN = 5


class Contract:
    """The checks and lookups that one run of a test can make.

    Args:
        source: Gives the schemas.
        judge: Judges the payloads.
        request: The schema that the run is about, as its markers and parameters name it.
        rollout: Records each usage, and warns or fails on each violation.
        versions: The version lines that the test runs against.
        verbose: True for failures that show everything.
        replay: Keeps each payload that conforms, to check it against the next version line.
        advice: What a user can do about a payload that does not conform.
    """

    def __init__(
        self,
        source: SchemaSource,
        judge: Judge,
        request: SchemaRequest,
        rollout: Rollout,
        *,
        versions: tuple[str, ...],
        verbose: bool,
        replay: PayloadReplay | None = None,
        advice: Advice = IN_A_TEST,
    ) -> None:
        self._source = source
        self._judge = judge
        #: The schemas that its calls may mean.
        self.schemas = SchemasOfRun(source, judge, request, rollout)
        self._request = request
        self._rollout = rollout
        self._recorder = rollout.recorder
        self._versions = versions
        self._verbose = verbose
        self._replay = replay
        self._advice = advice
        #: The payloads that are made for its schemas.
        self.payloads = MadePayloads(self, judge, rollout)

    def __repr__(self) -> str:
        return printable(f"<contract {' '.join(filter(None, self._request))}>")

    def assert_conforms(
        self,
        payload: Any,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        text: bool = False,
    ) -> Any:
        """Fail the test unless the payload conforms; return it as JSON.

        Args:
            payload: dict, list, JSON scalars, models. Of an Avro schema: the value that a
                serializer takes, or the message that it makes of it; returned is what a reader
                gets.
            schema: A name or an address, a schema, or a JSON Schema as a dict or a bool; None for
                the one that a marker names.
            version: The version line; None for the test's.
            text: True where the payload is JSON text, or the bytes that a Confluent serializer
                makes of it.

        Raises:
            ContractViolation: The payload does not conform, and the contract is enforced.
            PayloadNotJSON: The payload has a value that JSON cannot express.
            WrongSchemaId: The payload's bytes have the id of another subject's schema.
            SchemaRegistryError: The check could not be made.
        """
        __tracebackhide__ = True
        started = perf_counter()
        try:
            try:
                usage = self.schemas.judging.get((schema, version))
            except TypeError:  # a dict, or an argument that `_check` refuses
                usage = None
            usage = usage or self.schemas.judged_by(schema, version)
            if usage.unused:
                self._rollout.test.has_checked = True
                self._rollout.begin(usage)
            validator = usage.validator
            if validator is None:
                return self._unchecked(payload, usage, text=text)
            if validator.values is not None:
                return self._delivered(payload, usage, validator, text=text)
            passed = payload
            if text:
                payload = payload_of(payload, usage.schema, self._source.catalogue, self._rollout)
            value = self._judge.to_json(payload, text=text)
            if validator.is_valid(value):
                usage.conforming += 1
                if self._replay is not None:
                    self._replay.conformed(usage.key, value)
            else:
                self._violated(usage, validator, value, passed)
        except ContractViolation as exc:
            raise exc.with_traceback(None) from None
        except SchemaRegistryError as exc:
            self.schemas.failed(schema, version, exc)
            # The cause is kept: it shows what the payload's own code raised.
            raise exc.with_traceback(None) from exc.__cause__
        else:
            return value
        finally:
            self._recorder.seconds += perf_counter() - started

    def checked(
        self,
        fixture: str,
        schema: Any,
        version: str | None,
        check: Callable[[SchemaUsage], _Result],
    ) -> _Result:
        """Return the result of a check of another kind, and record how it ended.

        Args:
            fixture: The fixture that makes the check, for messages.
            schema: A name or an address, a schema, or a JSON Schema; None for the marker's.
            version: The version line; None for the test's.
            check: Makes the check, with the usage of the schema.

        Raises:
            ContractViolation: The check found one, and the contract is enforced.
            SchemaRegistryError: The check could not be made.
        """
        __tracebackhide__ = True
        started = perf_counter()
        try:
            usage = self.schemas.judged_by(schema, version, fixture)
            self._rollout.test.has_checked = True
            self._rollout.begin(usage)
            return check(usage)
        except ContractViolation as exc:
            raise exc.with_traceback(None) from None
        except SchemaRegistryError as exc:
            self.schemas.failed(schema, version, exc)
            raise exc.with_traceback(None) from None
        finally:
            self._recorder.seconds += perf_counter() - started

    def _unchecked(self, payload: Any, usage: SchemaUsage, *, text: bool) -> Any:
        """Count a payload whose contract is switched off; return it as JSON, if it has that form.

        Where its schema is not JSON Schema, or was not retrieved, it may have another form.
        """
        __tracebackhide__ = True
        schema = usage.schema
        bare = payload
        if text:
            bare = payload_of(payload, schema, self._source.catalogue, self._rollout)
        try:
            value = self._judge.to_json(bare, text=text)
        except PayloadNotJSON:
            if schema is not None and schema.schema_type == "JSON":
                raise
            value = payload
        usage.unchecked += 1
        return value

    def _delivered(
        self, payload: Any, usage: SchemaUsage, validator: Validator, *, text: bool
    ) -> Any:
        """Check a value that is no JSON; return what a reader gets of it."""
        __tracebackhide__ = True
        assert validator.values is not None  # noqa: S101  # the caller looked
        value = self._judge.value(payload, validator, self._rollout.written_by, text=text)
        delivered = validator.values.delivered(value)
        if delivered is not None:
            usage.conforming += 1
            if self._replay is not None:
                kept = as_json(validator, value, names=True)
                self._replay.conformed(usage.key, kept)
            return delivered[0]
        self._violated(usage, validator, value, payload)
        return value

    def _violated(self, usage: SchemaUsage, validator: Validator, value: Any, passed: Any) -> None:
        """Explain and enforce a violation.

        Args:
            usage: The usage of the schema.
            validator: The validator that refused the payload.
            value: The payload as the validator takes it.
            passed: The payload as the test passed it.
        """
        __tracebackhide__ = True
        violation = self._judge.explain(
            validator,
            value,
            passed=passed,
            others=self._versions,
            verbose=self._verbose,
            advice=self._advice,
        )
        self._rollout.violated(usage, violation)

    def assert_refused(
        self, payload: Any, *, text: bool = False, why: ExpectedReason | None = None
    ) -> None:
        """Fail the test if the payload conforms: it is an example of an invalid one.

        Args:
            payload: Any payload that :meth:`assert_conforms` takes.
            text: True where the payload is JSON text.
            why: What it must be refused for; None for anything.

        Raises:
            ContractViolation: The payload conforms, or is refused for another reason, and the
                contract is enforced.
            PayloadNotJSON: The payload is not JSON.
            SchemaRegistryError: The check could not be made.
        """
        __tracebackhide__ = True

        def check(usage: SchemaUsage) -> None:
            validator = usage.validator
            if validator is None:
                self._judge.to_json(payload, text=text)
                usage.unchecked += 1
                return
            value = self._judge.value(payload, validator, text=text)
            if validator.is_valid(value):
                said = f"the payload conforms to {usage.schema}, but lies in invalid/"
                self._refute(usage, validator, value, said)
            else:
                # The engine also refuses what it cannot decide; then this raises InvalidSchema.
                found = self._judge.violations(validator, value)
                if why and (unmet := why.unmet(found)):
                    lines = [f"the payload violates {usage.schema}, but {unmet}"]
                    lines += [f"  {each}" for each in found[:_MOST_SHOWN]]
                    self._refute(usage, validator, value, "\n".join(lines))
                else:
                    usage.refused += 1

        self.checked("assert_conforms", None, None, check)

    def _refute(self, usage: SchemaUsage, validator: Validator, value: Any, said: str) -> None:
        """Count and enforce that an example of an invalid payload is none."""
        safe = self._judge.redacted(as_json(validator, value))
        self._rollout.violated(usage, ContractViolation(said, validator.schema, safe, ()))

    def schema(
        self,
        name: str | None = None,
        *,
        version: str | None = None,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """Return the schema for the test's version, an explicit one, or a negotiated one.

        Args:
            name: The schema's name; None for the one that a marker names.
            version: The version line; None for the test's.
            release: A release within the line; None for the current one.
            prefer: The version line to prefer, whatever the test's is.
            fallback: The version line to take if the preferred one is missing.

        Raises:
            SchemaRegistryError: The schema cannot be retrieved.
        """
        __tracebackhide__ = True
        started = perf_counter()
        try:
            usage = self.schemas.looked_at(name, version, release, prefer, fallback)
            if usage.unused:
                self._rollout.begin(usage)
            usage.lookups += 1
        except SchemaRegistryError as exc:
            self._rollout.test.unseen.add(exc)
            raise exc.with_traceback(None) from None
        else:
            assert usage.schema is not None  # noqa: S101  # one that is looked at is retrieved
            return usage.schema
        finally:
            self._recorder.seconds += perf_counter() - started
