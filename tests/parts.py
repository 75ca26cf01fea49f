"""The parts of a registry that users do not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_schema_registry import SchemaRegistry
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.retrieval.schema_source import SchemaSource


def judge_of(registry: SchemaRegistry) -> Judge:
    """Return what judges the payloads of a registry, or of the one that tests hold."""
    behind: SchemaRegistry = getattr(registry, "behind", registry)
    return behind._judge


def source_of(registry: SchemaRegistry) -> SchemaSource:
    """Return what gives the schemas of a registry."""
    return registry._source
