"""The warnings."""

from __future__ import annotations

from pytest_schema_registry.text import printable_text


class SchemaRegistryWarning(UserWarning):
    """The base of this plugin's warnings, for ``filterwarnings``."""

    def __str__(self) -> str:
        return printable_text(super().__str__())


class CompatibilityWarning(SchemaRegistryWarning):
    """The registry's own verdict on compatibility differs from ours."""


class ContractWarning(SchemaRegistryWarning):
    """A payload breaks a contract that is not enforced."""


class DeprecatedSchemaWarning(SchemaRegistryWarning):
    """The registry marks a schema as deprecated."""


class StaleSchemaWarning(SchemaRegistryWarning):
    """An old copy of a schema was served, because the registry did not answer."""


class UncheckedWarning(SchemaRegistryWarning):
    """A schema asserts nothing, or has words that look like assertions and are none."""


class CacheWarning(SchemaRegistryWarning):
    """The cache directory cannot be used; the session goes on with its own cache."""
