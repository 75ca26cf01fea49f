"""Readers of what pytest knows: raw settings, its cache, a test's markers and parameters.

Every pytest run of an environment imports this module. So it imports all else on first use.
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

#: The parameter, and so a fixture, of every contract test.
VERSION = "registry_version"
#: Plain attributes of a report, which travel from an xdist worker to the controller.
FACTS = "schema_registry_facts"
UNCHECKED = "schema_registry_unchecked"


class RawOptions:
    """The raw values on the command line and in the ini file, by option; None if not written.

    Raises:
        pytest.UsageError: pytest cannot read a value of the ini file as the option's type.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.command_line: dict[str, Any] = {}
        self.ini_file: dict[str, Any] = {}
        for option in OPTIONS:
            written = config.getoption(f"registry_{option.argument}", None)
            self.command_line[option.name] = written
            try:
                self.ini_file[option.name] = config.getini(option.ini)
            # The type depends on pytest's version.
            except (TypeError, ValueError, pytest.UsageError) as exc:
                raise pytest.UsageError(f"{option.ini} (ini file): {exc}") from None

    @property
    def is_anything(self) -> bool:
        """True where any value was written, in the environment included."""
        values = [*self.command_line.values(), *self.ini_file.values()]
        values += [os.environ.get(option.variable) or None for option in OPTIONS]
        return values.count(None) < len(values)


def cache_directory(config: pytest.Config) -> Path | None:
    """Return our part of pytest's cache; None where there is none or it cannot be used."""
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
    """Return the folder of golden payloads, or None where it does not exist.

    Args:
        config: The session's.
        process: Gives the settings; None where none is written, for the default folder.
    """
    folder = config.rootpath / (DEFAULT_PAYLOADS if process is None else process.settings.payloads)
    # A broken link counts as a folder: its collection then reports the error.
    return folder if os.path.lexists(folder) else None


def declaration(node: pytest.Item) -> MarkerArgs:
    """Return the combined arguments of a test's markers.

    Raises:
        InvalidSettings: A marker cannot be understood.
    """
    from pytest_schema_registry.plugin.markers import MARKER, declaration

    return declaration(node.iter_markers_with_node(MARKER))


def tell_unchecked(report: pytest.TestReport, item: pytest.Item, error: BaseException) -> None:
    """Mark a report as failed and unchecked, if the error means that nothing was checked.

    An xfail is about the payload, and must not hide that nothing was checked. Only an xfail whose
    ``raises`` names this kind of error stays.
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
    """Return those of our fixtures that a test function requests itself.

    Fixtures that it gets through another fixture do not count.

    Args:
        item: The test.
        names: The names of our fixtures; a user may have other fixtures of these names.
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
    """Return the parameters that a test runs with."""
    callspec = getattr(item, "callspec", None)  # absent from a test without parameters
    return callspec.params if callspec is not None else {}
