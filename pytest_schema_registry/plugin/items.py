"""Readers of what pytest knows of a session and of its tests: the cache, markers, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.plugin import markers

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from pytest_schema_registry.plugin.markers import MarkerArgs


def cache_directory(config: pytest.Config) -> Path | None:
    """Return our part of pytest's cache; None where there is none or it cannot be used."""
    cache = getattr(config, "cache", None)  # absent under -p no:cacheprovider
    try:
        return cache and cache.mkdir("schema-registry")
    except OSError as exc:
        from pytest_schema_registry.retrieval.cache import warn

        warn(f"pytest's cache directory cannot be used ({exc})")
        return None


def marker_args(item: pytest.Item) -> MarkerArgs:
    """Return the combined arguments of a test's markers.

    Raises:
        InvalidSettings: A marker cannot be understood.
    """
    return markers.combined(item.iter_markers_with_node(markers.MARKER))


def params(item: pytest.Item) -> dict[str, Any]:
    """Return the parameters that a test runs with."""
    callspec = getattr(item, "callspec", None)  # absent from a test without parameters
    return callspec.params if callspec is not None else {}
