"""The types of the fixtures that a test calls, for those who annotate their tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import CompatibilityReport, Level, Policy
    from pytest_schema_registry.schema_types.payloads import Payloads, Violating
    from pytest_schema_registry.schemas import Schema


class AssertConforms(Protocol):
    """The type of the ``assert_conforms`` fixture."""

    def __call__(
        self,
        payload: Any,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        text: bool = False,
    ) -> Any:
        """Fail the test unless the payload conforms; return it as JSON."""


class AssertProduces(Protocol):
    """The type of the ``assert_produces`` fixture."""

    def __call__(
        self,
        model: Any,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        by_alias: bool | None = None,
        exclude_none: bool = False,
    ) -> CompatibilityReport | None:
        """Fail the test unless all that the model can send conforms; return the report."""


class AssertConsumes(Protocol):
    """The type of the ``assert_consumes`` fixture."""

    def __call__(
        self,
        model: Any,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
    ) -> CompatibilityReport | None:
        """Fail the test unless the model accepts all that the schema allows; return the report."""


class AssertCompatible(Protocol):
    """The type of the ``assert_compatible`` fixture."""

    def __call__(
        self,
        old: Any,
        new: Any,
        *,
        level: Level = "backward",
        policy: Policy = "tolerant",
        defaults: bool = False,
        by_alias: bool | None = None,
    ) -> CompatibilityReport:
        """Fail the test unless two schemas or models are compatible; return the report."""


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


class ConformingPayloads(Protocol):
    """The type of the ``conforming_payloads`` fixture."""

    def __call__(
        self,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        limit: int = 100,
    ) -> Payloads[Any]:
        """Return payloads that conform to a schema, smallest first."""


class ViolatingPayloads(Protocol):
    """The type of the ``violating_payloads`` fixture."""

    def __call__(
        self,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        limit: int = 100,
    ) -> Payloads[Violating]:
        """Return pairs of a payload that breaks one rule of a schema, and the violation."""
