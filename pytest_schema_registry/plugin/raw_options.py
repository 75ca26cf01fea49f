"""The raw values of our options, as pytest has read them.

Every pytest run of an environment imports this module. So of this package it imports only the
table of options.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from pytest_schema_registry.settings import OPTIONS

#: The parameter, and so a fixture, of every contract test.
VERSION = "registry_version"
#: The fixture that only our own ``registry_version`` requests.
OUR_VERSIONS = "_registry_versions"
#: The marker of the tests that compatibility rules make.
RULES = "registry_compatibility"
#: Plain attributes of a report, which travel from an xdist worker to the controller.
EVENTS = "schema_registry_events"
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
    def any_set(self) -> bool:
        """True where any value was written, in the environment included."""
        values = [*self.command_line.values(), *self.ini_file.values()]
        values += [os.environ.get(option.variable) or None for option in OPTIONS]
        return values.count(None) < len(values)
