"""Contract tests against the schemas in your registry.

Public names are resolved when they are first used (PEP 562). So a pytest run that does not use the
plugin imports only its hooks and the table of options.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

#: The version of the distribution, too, which is built from this line.
__version__ = "1.0.0"

if TYPE_CHECKING:
    from pytest_schema_registry.async_registry import AsyncSchemaRegistry as AsyncSchemaRegistry
    from pytest_schema_registry.compatibility.report import (
        CompatibilityReport as CompatibilityReport,
    )
    from pytest_schema_registry.contracts.fixture_types import AssertCompatible as AssertCompatible
    from pytest_schema_registry.contracts.fixture_types import AssertConforms as AssertConforms
    from pytest_schema_registry.contracts.fixture_types import AssertConsumes as AssertConsumes
    from pytest_schema_registry.contracts.fixture_types import AssertProduces as AssertProduces
    from pytest_schema_registry.contracts.fixture_types import (
        ConformingPayloads as ConformingPayloads,
    )
    from pytest_schema_registry.contracts.fixture_types import RegistrySchema as RegistrySchema
    from pytest_schema_registry.contracts.fixture_types import (
        ViolatingPayloads as ViolatingPayloads,
    )
    from pytest_schema_registry.errors import CacheLocked as CacheLocked
    from pytest_schema_registry.errors import CacheWarning as CacheWarning
    from pytest_schema_registry.errors import CassetteDamaged as CassetteDamaged
    from pytest_schema_registry.errors import CassetteMissing as CassetteMissing
    from pytest_schema_registry.errors import CassetteNotWritten as CassetteNotWritten
    from pytest_schema_registry.errors import CompatibilityWarning as CompatibilityWarning
    from pytest_schema_registry.errors import ContractViolation as ContractViolation
    from pytest_schema_registry.errors import ContractWarning as ContractWarning
    from pytest_schema_registry.errors import DeprecatedSchemaWarning as DeprecatedSchemaWarning
    from pytest_schema_registry.errors import IncompatibleSchemas as IncompatibleSchemas
    from pytest_schema_registry.errors import InvalidAnswer as InvalidAnswer
    from pytest_schema_registry.errors import InvalidSchema as InvalidSchema
    from pytest_schema_registry.errors import InvalidSettings as InvalidSettings
    from pytest_schema_registry.errors import NothingChecked as NothingChecked
    from pytest_schema_registry.errors import PayloadNotJSON as PayloadNotJSON
    from pytest_schema_registry.errors import RegistryRefused as RegistryRefused
    from pytest_schema_registry.errors import RegistryUnavailable as RegistryUnavailable
    from pytest_schema_registry.errors import SchemaDeprecated as SchemaDeprecated
    from pytest_schema_registry.errors import SchemaNotFound as SchemaNotFound
    from pytest_schema_registry.errors import SchemaRegistryError as SchemaRegistryError
    from pytest_schema_registry.errors import SchemaRegistryWarning as SchemaRegistryWarning
    from pytest_schema_registry.errors import StaleSchemaWarning as StaleSchemaWarning
    from pytest_schema_registry.errors import UncheckedWarning as UncheckedWarning
    from pytest_schema_registry.errors import UnsupportedPattern as UnsupportedPattern
    from pytest_schema_registry.errors import UnsupportedSchemaType as UnsupportedSchemaType
    from pytest_schema_registry.errors import WrongSchemaId as WrongSchemaId
    from pytest_schema_registry.models.comparison import compare as compare
    from pytest_schema_registry.registries.registry_server import RegistryServer as RegistryServer
    from pytest_schema_registry.registry import SchemaRegistry as SchemaRegistry
    from pytest_schema_registry.schema_types.payloads import Payloads as Payloads
    from pytest_schema_registry.schema_types.payloads import Violating as Violating
    from pytest_schema_registry.schemas import IndexEntry as IndexEntry
    from pytest_schema_registry.schemas import Release as Release
    from pytest_schema_registry.schemas import Schema as Schema
    from pytest_schema_registry.schemas import Verdict as Verdict
    from pytest_schema_registry.schemas import Violation as Violation

_MODULES = {
    "errors": (
        "CacheLocked",
        "CacheWarning",
        "CassetteDamaged",
        "CassetteMissing",
        "CassetteNotWritten",
        "CompatibilityWarning",
        "ContractViolation",
        "ContractWarning",
        "DeprecatedSchemaWarning",
        "IncompatibleSchemas",
        "InvalidAnswer",
        "InvalidSchema",
        "InvalidSettings",
        "NothingChecked",
        "PayloadNotJSON",
        "RegistryRefused",
        "RegistryUnavailable",
        "SchemaDeprecated",
        "SchemaNotFound",
        "SchemaRegistryError",
        "SchemaRegistryWarning",
        "StaleSchemaWarning",
        "UncheckedWarning",
        "UnsupportedPattern",
        "UnsupportedSchemaType",
        "WrongSchemaId",
    ),
    "contracts.fixture_types": (
        "AssertCompatible",
        "AssertConforms",
        "AssertConsumes",
        "AssertProduces",
        "ConformingPayloads",
        "RegistrySchema",
        "ViolatingPayloads",
    ),
    "compatibility.report": ("CompatibilityReport",),
    "models.comparison": ("compare",),
    "async_registry": ("AsyncSchemaRegistry",),
    "registries.registry_server": ("RegistryServer",),
    "registry": ("SchemaRegistry",),
    "schema_types.payloads": ("Payloads", "Violating"),
    "schemas": ("IndexEntry", "Release", "Schema", "Verdict", "Violation"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [*sorted(_MODULE_OF)]  # noqa: PLE0604  # strings, from the table above


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
