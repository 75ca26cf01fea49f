"""One test's view of the registry: what is behind ``assert_conforms`` and ``registry_schema``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Protocol

from pytest_schema_registry.errors import (
    ContractViolation,
    InvalidSettings,
    SchemaRegistryError,
    StaleSchemaWarning,
)
from pytest_schema_registry.schemas import Schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.conformance import Compiled
    from pytest_schema_registry.declarations import Wanted
    from pytest_schema_registry.registry import SchemaRegistry


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
        """Fail the test unless the payload conforms; return its JSON form."""


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
    """What one run of a test may ask.

    Args:
        registry: Where schemas come from.
        wanted: What the run is about.
        versions: The version lines that the test runs against.
        verbose: Whether a failure shows everything.
        first_use: Told each use of a schema that is served although it is old; says whether the
            test has not met it yet.
    """

    def __init__(
        self,
        registry: SchemaRegistry,
        wanted: Wanted,
        *,
        versions: tuple[str, ...],
        verbose: bool,
        first_use: Callable[[Schema], bool],
    ) -> None:
        self._registry = registry
        self._wanted = wanted
        self._versions = versions
        self._verbose = verbose
        self._first_use = first_use
        self._schemas: dict[tuple[str | None, ...], Schema] = {}
        self._compiled: dict[tuple[str | Schema | None, str | None], Compiled] = {}

    def __repr__(self) -> str:
        return f"<contract {' '.join(part for part in self._wanted if part)}>"

    @property
    def version(self) -> str:
        """The version line that a run without one is about: the negotiated one.

        Raises:
            InvalidSettings: Nothing says how to find it.
        """
        __tracebackhide__ = True
        if self._wanted.prefer is None:
            raise InvalidSettings(
                "registry_version",
                "name the fixtures in the test's arguments: a test that asks for them with "
                "getfixturevalue cannot run once for each version",
            )
        if self._wanted.name is None:
            return self._wanted.prefer
        return self._have(None, None, None, None, None).version

    def assert_conforms(
        self,
        payload: Any,
        schema: str | Schema | None = None,
        *,
        version: str | None = None,
        text: bool = False,
    ) -> Any:
        """Fail the test unless the payload conforms; return its JSON form.

        Args:
            payload: dict, list, JSON scalars, models.
            schema: A name or a schema; None for the one that a marker names.
            version: The version line; None for the test's.
            text: Whether the payload is JSON text.

        Raises:
            ContractViolation: It does not conform.
            PayloadNotJSON: It has a value that JSON has no form for.
            SchemaRegistryError: Nothing could be checked.
        """
        __tracebackhide__ = True
        try:
            compiled = self._compiled.get((schema, version)) or self._compile(schema, version)
            if compiled.schema.outage is not None:
                self._warn(compiled.schema)
            form = self._registry.form(payload, text=text)
            if compiled.conforms(form):
                return form
            raise self._registry.violation(
                compiled, form, others=self._versions, verbose=self._verbose
            )
        except (ContractViolation, SchemaRegistryError) as exc:
            raise exc.with_traceback(None) from None

    def _compile(self, schema: str | Schema | None, version: str | None) -> Compiled:
        if isinstance(schema, Schema):
            known = schema
        else:
            known = self._have(schema, version, None, None, None)
        compiled = self._compiled[schema, version] = self._registry.compiled(known)
        return compiled

    def schema(
        self,
        name: str | None = None,
        *,
        version: str | None = None,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """The schema for the test's version, an explicit one, or a negotiated one.

        Args:
            name: The schema's name; None for the one that a marker names.
            version: The version line; None for the test's.
            release: A release within the line; None for the current one.
            prefer: The version line to prefer, whatever the test's.
            fallback: The version line to take otherwise.

        Raises:
            SchemaRegistryError: It cannot be had.
        """
        __tracebackhide__ = True
        schema = self._have(name, version, release, prefer, fallback)
        if schema.outage is not None:
            self._warn(schema)
        return schema

    def _have(self, *asked: str | None) -> Schema:
        __tracebackhide__ = True
        schema = self._schemas.get(asked)
        if schema is None:
            try:
                schema = self._schemas[asked] = self._retrieve(*asked)
            except SchemaRegistryError as exc:
                raise exc.with_traceback(None) from None
        return schema

    def _warn(self, schema: Schema) -> None:
        if self._first_use(schema):
            warnings.warn(
                f"{schema} was served from the {schema.origin}, because {schema.outage}",
                StaleSchemaWarning,
                stacklevel=3,
            )

    def _retrieve(
        self,
        name: str | None,
        version: str | None,
        release: str | None,
        prefer: str | None,
        fallback: str | None,
    ) -> Schema:
        if name is None:
            release = release or self._wanted.release
        name = name or self._wanted.name
        if name is None:
            raise InvalidSettings(
                "assert_conforms and registry_schema",
                'name a schema in the call, or on the test: @pytest.mark.registry_schema("…")',
            )
        if version is None and prefer is None:
            version, prefer, fallback = (
                self._wanted.version,
                self._wanted.prefer,
                self._wanted.fallback,
            )
        return self._registry.get_schema(
            name, version, release=release, prefer=prefer, fallback=fallback
        )
