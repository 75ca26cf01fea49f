"""The schemas that one run of a test may mean, each retrieved once and counted by its usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.addresses import Address
from pytest_schema_registry.contracts.recorder import SchemaUsage
from pytest_schema_registry.errors import InvalidSettings, SchemaRegistryError
from pytest_schema_registry.schema_types import looks_like_json_schema
from pytest_schema_registry.schemas import Schema, SchemaKey, given, plain_name

if TYPE_CHECKING:
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.schemas import SchemaRequest
    from pytest_schema_registry.settings.enforcement import Enforcement


class SchemasOfRun:
    """The schemas of one run of a test, as the calls of its fixtures name them.

    Args:
        source: Gives the schemas.
        judge: Compiles them.
        request: The schema that the run is about, as its markers and parameters name it.
        rollout: Says how each is enforced, and hears of each that cannot be retrieved.
    """

    def __init__(
        self, source: SchemaSource, judge: Judge, request: SchemaRequest, rollout: Rollout
    ) -> None:
        self._source = source
        self._judge = judge
        self._request = request
        self._rollout = rollout
        self._looked_at: dict[tuple[str | None, ...], SchemaUsage] = {}
        #: The usages for checks so far, by the schema and the version that a call gave.
        self.judging: dict[tuple[Any, str | None], SchemaUsage] = {}
        self._judging_by_value: dict[str, SchemaUsage] = {}

    @property
    def version(self) -> str:
        """The version line of a run that names none: the negotiated one.

        Raises:
            InvalidSettings: The run has no version line, and no marker says which one to prefer.
        """
        __tracebackhide__ = True
        if self._request.version is not None:
            return self._request.version  # a marker names the schema with its version
        if self._request.prefer is None:
            raise InvalidSettings(
                "registry_version",
                "name the fixtures in the test's arguments; where a test has none (pytest-bdd), "
                'mark it with @pytest.mark.usefixtures("registry_version"), and it runs once for '
                "each version; a method of a TestCase runs once: say prefer= in its marker",
            )
        if self._request.name is None:
            return self._request.prefer
        return self.looked_at(None, None, None, None, None).key.version

    def judged_by(
        self, asked: Any, version: str | None, fixture: str = "assert_conforms"
    ) -> SchemaUsage:
        """Return the usage of the schema that a check is made by.

        Args:
            asked: A name or an address, a schema, or a JSON Schema; None for the marker's.
            version: The version line; None for the test's.
            fixture: The fixture that makes the check, for messages.

        Raises:
            InvalidSettings: Nothing names a schema, or two things name different ones.
            SchemaRegistryError: The schema cannot be retrieved, or not be used.
        """
        if isinstance(asked, dict | bool):
            return self._judge_by_value(asked, version, fixture)
        _check(fixture, asked, version)
        if isinstance(asked, Schema):
            usage = self.judging[asked, version] = self._usage(asked)
            return usage
        name, line = self._named(asked, version, fixture)
        key = SchemaKey(name, line or self._request.version or "")
        if key.version and self._enforcement(key) == "off":
            usage = SchemaUsage(key, "off", None)
        else:
            usage = self._usage(self._retrieve(asked, version, None, None, None))
        self.judging[asked, version] = usage
        return usage

    def _judge_by_value(
        self, asked: dict[str, Any] | bool, version: str | None, fixture: str
    ) -> SchemaUsage:
        """Return the usage of a JSON Schema that is no schema of the registry: one for each text.

        Raises:
            InvalidSettings: A version is given with it, or it seems to be a payload.
            InvalidSchema: It is no JSON Schema.
        """
        if version is not None:
            raise InvalidSettings(fixture, "a JSON Schema that is given has no version")
        is_check = fixture == "assert_conforms"
        if is_check and isinstance(asked, dict) and not looks_like_json_schema(asked):
            reason = (
                "the given schema has no keyword of JSON Schema; are payload and schema swapped?"
            )
            raise InvalidSettings(fixture, reason)
        schema = given(asked)
        usage = self._judging_by_value.get(schema.text)
        if usage is None:
            usage = self._judging_by_value[schema.text] = self._usage(schema)
        return usage

    def failed(self, asked: Any, version: Any, error: SchemaRegistryError) -> None:
        """Record a check that could not be made, under its schema if that is known.

        Args:
            asked: The schema, as the call gave it.
            version: The version line that the call gave.
            error: The reason.
        """
        self._rollout.test.has_checked = True
        self._rollout.test.unseen.add(error)
        if isinstance(asked, Schema):
            self._rollout.recorder.failed(SchemaKey(asked.name, asked.version), error)
        elif isinstance(name := asked or self._request.name, str):
            line = version if isinstance(version, str) else None
            if isinstance(asked, str):
                address = Address.parse(asked)
                name, line = address.name, address.version or line
            key = SchemaKey(plain_name(name), line or self._request.version or "")
            self._rollout.recorder.failed(key, error)
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

    def looked_at(self, *asked: str | None) -> SchemaUsage:
        """Return the usage of a schema that a test only reads.

        Args:
            asked: The name, version, release, preferred version and fallback that the call gave.

        Raises:
            InvalidSettings: They name no schema, or contradict each other.
            SchemaRegistryError: The schema cannot be retrieved.
        """
        __tracebackhide__ = True
        _check("registry_schema", *asked)
        usage = self._looked_at.get(asked)
        if usage is None:
            try:
                schema = self._retrieve(*asked)
            except SchemaRegistryError as exc:
                name, line = self._named(asked[0], asked[1])
                key = SchemaKey(name, line or self._request.version or "")
                self._rollout.recorder.failed(key, exc)
                self._rollout.served(exc.old_copies)
                raise exc.with_traceback(None) from None
            usage = self._looked_at[asked] = SchemaUsage(
                SchemaKey(schema.name, schema.version), "off", schema
            )
        return usage

    def _named(
        self, written: str | None, version: str | None, fixture: str = "assert_conforms"
    ) -> tuple[str, str | None]:
        """Return the name of a schema, and the version line that a call gives, or its address.

        Raises:
            InvalidSettings: Nothing names a schema, or the two version lines differ.
        """
        if written:
            address = Address.parse(written)
            if said := address.contradiction(version=version):
                raise InvalidSettings("version=", said)
            return plain_name(address.name), address.version or version
        name = self._request.name
        if name is None:
            of_payloads = fixture == "assert_conforms"
            raise InvalidSettings(
                "assert_conforms and registry_schema" if of_payloads else fixture,
                'name a schema in the call, or on the test: @pytest.mark.registry_schema("…")',
            )
        return plain_name(name), version

    def _retrieve(
        self,
        name: str | None,
        version: str | None,
        release: str | None,
        prefer: str | None,
        fallback: str | None,
    ) -> Schema:
        release = release or (self._request.release if name is None else None)
        name, version = self._named(name, version)
        if fallback is not None and prefer is None:
            raise InvalidSettings("registry_schema", "fallback needs prefer")
        if version is None and prefer is None:
            version, prefer, fallback = (
                self._request.version,
                self._request.prefer,
                self._request.fallback,
            )
        return self._source.schema(name, version, release, prefer, fallback)


def _check(fixture: str, schema: Any, *words: Any) -> None:
    if not isinstance(schema, str | Schema | None):
        others = "or nothing" if fixture == "registry_schema" else "a Schema or a JSON Schema"
        reason = f"a value of type {type(schema).__name__} is no schema; give a name, {others}"
        raise InvalidSettings(fixture, reason)
    for word in words:
        if not isinstance(word, str | None):
            raise InvalidSettings(fixture, f"{word!r} is neither a version nor a release")
