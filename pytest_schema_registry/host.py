"""What pytest knows: what was written for it, its cache, a test's markers and parameters.

Imported by every pytest run of an environment, so all else is imported where it is first used.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.options import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.declarations import Declaration

#: The parameter of a contract test, and so a fixture of every one.
VERSION = "registry_version"
#: Plain attributes of a report, which travel from an xdist worker to the controller.
FACTS = "schema_registry_facts"
UNCHECKED = "schema_registry_unchecked"


def options(config: pytest.Config) -> dict[str, Any]:
    """What was written on the command line, by option; None where nothing was."""
    return {
        option.name: config.getoption(f"registry_{option.argument}", None) for option in OPTIONS
    }


def ini_values(config: pytest.Config) -> dict[str, Any]:
    """What was written in the ini file, by option; None where nothing was.

    Raises:
        pytest.UsageError: pytest cannot read it as what it should be.
    """
    values = {}
    for option in OPTIONS:
        try:
            values[option.name] = config.getini(option.ini)
        # Which of them pytest raises depends on its version.
        except (TypeError, ValueError, pytest.UsageError) as exc:
            raise pytest.UsageError(f"{option.ini} (ini file): {exc}") from None
    return values


def is_anything_written(config: pytest.Config) -> bool:
    """Whether anything is written for us: on the command line, in the ini file, in the environment.

    Raises:
        pytest.UsageError: pytest cannot read what the ini file has.
    """
    written = [*options(config).values(), *ini_values(config).values()]
    written += [os.environ.get(option.variable) or None for option in OPTIONS]
    return written.count(None) < len(written)


def cache_directory(config: pytest.Config) -> Path | None:
    """Our part of pytest's cache; None where there is none."""
    cache = getattr(config, "cache", None)  # absent under -p no:cacheprovider
    try:
        return cache and cache.mkdir("schema-registry")
    except OSError as exc:
        from pytest_schema_registry.errors import CacheWarning

        warnings.warn(
            f"pytest's cache directory cannot be used ({exc})", CacheWarning, stacklevel=2
        )
        return None


def declaration(node: pytest.Item) -> Declaration:
    """What a test's markers declare.

    Raises:
        InvalidSettings: A marker cannot be understood.
    """
    from pytest_schema_registry import declarations

    return declarations.declaration(node.iter_markers_with_node(declarations.MARKER))


def expects(item: pytest.Item, error: Exception) -> bool:
    """Whether the test is marked as failing with just this kind of error."""
    raises = (marker.kwargs.get("raises") for marker in item.iter_markers("xfail"))
    return any(kinds is not None and isinstance(error, kinds) for kinds in raises)


def params(item: pytest.Item) -> dict[str, Any]:
    """The parameters that a test runs with."""
    callspec = getattr(item, "callspec", None)  # absent from a test without parameters
    return callspec.params if callspec is not None else {}
