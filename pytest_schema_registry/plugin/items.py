"""What pytest knows: what was written for it, its cache, a test's markers and parameters.

Imported by every pytest run of an environment, so all else is imported where it is first used.
"""

from __future__ import annotations

import inspect
import os
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.settings import DEFAULT_PAYLOADS, OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.plugin.markers import MarkerArgs
    from pytest_schema_registry.plugin.session import PluginSession

#: The parameter of a contract test, and so a fixture of every one.
VERSION = "registry_version"
#: Plain attributes of a report, which travel from an xdist worker to the controller.
FACTS = "schema_registry_facts"
UNCHECKED = "schema_registry_unchecked"


class RawOptions:
    """What was written for a session in each place that pytest reads, by option; else None.

    Raises:
        pytest.UsageError: pytest cannot read the ini file's value as what it should be.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.command_line: dict[str, Any] = {}
        self.ini_file: dict[str, Any] = {}
        for option in OPTIONS:
            written = config.getoption(f"registry_{option.argument}", None)
            self.command_line[option.name] = written
            try:
                self.ini_file[option.name] = config.getini(option.ini)
            # Which of them pytest raises depends on its version.
            except (TypeError, ValueError, pytest.UsageError) as exc:
                raise pytest.UsageError(f"{option.ini} (ini file): {exc}") from None

    @property
    def is_anything(self) -> bool:
        """Whether there is any of it, in the environment included."""
        values = [*self.command_line.values(), *self.ini_file.values()]
        values += [os.environ.get(option.variable) or None for option in OPTIONS]
        return values.count(None) < len(values)


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


def payload_folder(config: pytest.Config, process: PluginSession | None) -> Path | None:
    """Where golden payloads are; None where there are none.

    Args:
        config: The session's.
        process: Knows what the session was told; None where that is nothing.
    """
    folder = config.rootpath / (DEFAULT_PAYLOADS if process is None else process.settings.payloads)
    # A link that leads nowhere is there, and is told of.
    return folder if os.path.lexists(folder) else None


def declaration(node: pytest.Item) -> MarkerArgs:
    """What a test's markers declare.

    Raises:
        InvalidSettings: A marker cannot be understood.
    """
    from pytest_schema_registry.plugin.markers import MARKER, declaration

    return declaration(node.iter_markers_with_node(MARKER))


def tell_unchecked(report: pytest.TestReport, item: pytest.Item, error: BaseException) -> None:
    """Have a report say that nothing was checked, where an error says so.

    An xfail speaks of the payload; that nothing was checked must not hide behind it, where it is
    not marked as failing with just this kind of error.
    """
    from pytest_schema_registry.errors import SchemaRegistryError
    from pytest_schema_registry.plugin.expectations import names

    if not isinstance(error, SchemaRegistryError):
        return
    if hasattr(report, "wasxfail"):
        raises = (marker.kwargs.get("raises") for marker in item.iter_markers("xfail"))
        if any(kinds is not None and names(kinds, error) for kinds in raises):
            return
        del report.wasxfail
    report.outcome = "failed"
    vars(report)[UNCHECKED] = True


def asked_for(item: pytest.Item, names: frozenset[str]) -> set[str]:
    """Which of our fixtures a test function asks for itself, and not by way of another.

    Args:
        item: The test.
        names: The fixtures; a user may have others of these names.
    """
    if not isinstance(item, pytest.Function):
        return set()
    return {
        name
        for name in names & inspect.signature(item.function).parameters.keys()
        if str(getattr(item.funcargs.get(name), "__module__", "")).startswith(
            "pytest_schema_registry."
        )
    }


def params(item: pytest.Item) -> dict[str, Any]:
    """The parameters that a test runs with."""
    callspec = getattr(item, "callspec", None)  # absent from a test without parameters
    return callspec.params if callspec is not None else {}
