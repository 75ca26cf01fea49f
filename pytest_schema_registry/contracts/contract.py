"""One test's access to the registry, behind ``assert_conforms`` and ``registry_schema``."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from pytest_schema_registry.contracts.message import payload_of
from pytest_schema_registry.contracts.recorder import SchemaUsage
from pytest_schema_registry.errors import ContractViolation, InvalidSettings, SchemaRegistryError
from pytest_schema_registry.schemas import Schema, SchemaKey, plain_name
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.payload_replay import PayloadReplay
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.schemas import SchemaRequest
    from pytest_schema_registry.settings.enforcement import Enforcement


class AssertConforms(Protocol):
    """The type of the ``assert_conforms`` fixture."""

    def __call__(
        self,
        payload: Any,
        schema: str | Schema | None = None,
        *,
        version: str | None = None,
        text: bool = False,
    ) -> Any:
        """Fail the test unless the payload conforms; return it as JSON."""


class RegistrySchema(Protocol):
    """The type of the ``registry_schema`` fixture."""

    def __call__(
        self,
        name: str | None = None,
        *,
        version: str | None = None,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """Return the schema for the test's version, an explicit one, or a negotiated one."""


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
    ) -> None:
        self._source = source
        self._judge = judge
        self._request = request
        self._rollout = rollout
        self._recorder = rollout.recorder
        self._versions = versions
        self._verbose = verbose
        self._replay = replay
        self._looked_at: dict[tuple[str | None, ...], SchemaUsage] = {}
        self._judging: dict[tuple[str | Schema | None, str | None], SchemaUsage] = {}

    def __repr__(self) -> str:
        return printable(f"<contract {' '.join(filter(None, self._request))}>")

    @property
    def version(self) -> str:
        """The version line of a run that names none: the negotiated one.

        Raises:
            InvalidSettings: The run has no version line, and no marker says which one to prefer.
        """
        __tracebackhide__ = True
        if self._request.prefer is None:
            raise InvalidSettings(
                "registry_version",
                "name the fixtures in the test's arguments, or say prefer= in the marker: a test "
                "that asks for them with getfixturevalue, or is a method of a TestCase, cannot "
                "run once for each version",
            )
        if self._request.name is None:
            return self._request.prefer
        return self._look_at(None, None, None, None, None).key.version

    def assert_conforms(
        self,
        payload: Any,
        schema: str | Schema | None = None,
        *,
        version: str | None = None,
        text: bool = False,
    ) -> Any:
        """Fail the test unless the payload conforms; return it as JSON.

        Args:
            payload: dict, list, JSON scalars, models.
            schema: A name or a schema; None for the one that a marker names.
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
                usage = self._judging.get((schema, version))
            except TypeError:  # an unhashable argument: `_check` refuses it
                usage = None
            usage = usage or self._judge_by(schema, version)
            if usage.unused:
                self._rollout.test.has_checked = True
                self._rollout.begin(usage)
            if text:
                payload = payload_of(payload, usage.schema, self._source.catalogue, self._rollout)
            as_json = self._judge.to_json(payload, text=text)
            validator = usage.validator
            if validator is None:
                usage.unchecked += 1
            elif validator.is_valid(as_json):
                usage.conforming += 1
                if self._replay is not None:
                    self._replay.conformed(usage.key, as_json)
            else:
                violation = self._judge.explain(
                    validator, as_json, others=self._versions, verbose=self._verbose
                )
                self._rollout.violated(usage, violation)
        except ContractViolation as exc:
            raise exc.with_traceback(None) from None
        except SchemaRegistryError as exc:
            self._failed(schema, version, exc)
            # The cause is kept: it shows what the payload's own code raised.
            raise exc.with_traceback(None) from exc.__cause__
        else:
            return as_json
        finally:
            self._recorder.seconds += perf_counter() - started

    def assert_refused(self, payload: Any, *, text: bool = False) -> None:
        """Fail the test if the payload conforms: it is an example of an invalid one.

        Args:
            payload: Any payload that :meth:`assert_conforms` takes.
            text: True where the payload is JSON text.

        Raises:
            ContractViolation: The payload conforms, and the contract is enforced.
            PayloadNotJSON: The payload is not JSON.
            SchemaRegistryError: The check could not be made.
        """
        __tracebackhide__ = True
        started = perf_counter()
        try:
            as_json = self._judge.to_json(payload, text=text)
            usage = self._judge_by(None, None)
            self._rollout.begin(usage)
            validator = usage.validator
            if validator is None:
                usage.unchecked += 1
            elif validator.is_valid(as_json):
                said = f"the payload conforms to {usage.schema}, and stands among the invalid ones"
                safe = self._judge.redacted(as_json)
                self._rollout.violated(usage, ContractViolation(said, validator.schema, safe, ()))
            else:
                # The engine also refuses what it cannot decide; then this raises InvalidSchema.
                self._judge.explain(validator, as_json)
                usage.refused += 1
        except SchemaRegistryError as exc:
            self._failed(None, None, exc)
            raise
        finally:
            self._recorder.seconds += perf_counter() - started

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
            usage = self._look_at(name, version, release, prefer, fallback)
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

    def _judge_by(self, asked: str | Schema | None, version: str | None) -> SchemaUsage:
        _check("assert_conforms", asked, version)
        if isinstance(asked, Schema):
            usage = self._judging[asked, version] = self._usage(asked)
            return usage
        key = SchemaKey(self._name(asked), version or self._request.version or "")
        if key.version and self._enforcement(key) == "off":
            usage = SchemaUsage(key, "off", None)
        else:
            usage = self._usage(self._retrieve(asked, version, None, None, None))
        self._judging[asked, version] = usage
        return usage

    def _failed(self, asked: Any, version: Any, error: SchemaRegistryError) -> None:
        """Record a check that could not be made, under its schema if that is known."""
        self._rollout.test.has_checked = True
        self._rollout.test.unseen.add(error)
        if isinstance(asked, Schema):
            self._recorder.failed(SchemaKey(asked.name, asked.version), error)
        elif isinstance(name := asked or self._request.name, str):
            line = version if isinstance(version, str) else self._request.version
            self._recorder.failed(SchemaKey(plain_name(name), line or ""), error)
        self._rollout.served(error.old_copies)

    def _usage(self, schema: Schema) -> SchemaUsage:
        key = SchemaKey(schema.name, schema.version)
        enforcement = self._enforcement(key)
        validator = None if enforcement == "off" else self._judge.validator(schema)
        if validator is not None:
            self._rollout.remark(schema, validator.remarks)
        return SchemaUsage(key, enforcement, schema, validator)

    def _enforcement(self, key: SchemaKey) -> Enforcement:
        return self._request.enforcement or self._rollout.enforcement(key)

    def _look_at(self, *asked: str | None) -> SchemaUsage:
        __tracebackhide__ = True
        _check("registry_schema", *asked)
        usage = self._looked_at.get(asked)
        if usage is None:
            try:
                schema = self._retrieve(*asked)
            except SchemaRegistryError as exc:
                key = SchemaKey(self._name(asked[0]), asked[1] or self._request.version or "")
                self._recorder.failed(key, exc)
                self._rollout.served(exc.old_copies)
                raise exc.with_traceback(None) from None
            usage = self._looked_at[asked] = SchemaUsage(
                SchemaKey(schema.name, schema.version), "off", schema
            )
        return usage

    def _name(self, name: str | None) -> str:
        name = name or self._request.name
        if name is None:
            raise InvalidSettings(
                "assert_conforms and registry_schema",
                'name a schema in the call, or on the test: @pytest.mark.registry_schema("…")',
            )
        return plain_name(name)

    def _retrieve(
        self,
        name: str | None,
        version: str | None,
        release: str | None,
        prefer: str | None,
        fallback: str | None,
    ) -> Schema:
        if name is None:
            release = release or self._request.release
        if fallback is not None and prefer is None:
            raise InvalidSettings("registry_schema", "fallback needs prefer")
        if version is None and prefer is None:
            version, prefer, fallback = (
                self._request.version,
                self._request.prefer,
                self._request.fallback,
            )
        return self._source.schema(self._name(name), version, release, prefer, fallback)


def _check(fixture: str, schema: Any, *words: Any) -> None:
    if not isinstance(schema, str | Schema | None):
        raise InvalidSettings(fixture, f"{schema!r} is no schema; give a name or a Schema")
    for word in words:
        if not isinstance(word, str | None):
            raise InvalidSettings(fixture, f"{word!r} is neither a version nor a release")
