"""The settings of a session from the command line, the environment and the ini file."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.settings import INI_FILES, OPTIONS
from pytest_schema_registry.settings.settings import (
    InvalidEnvironment,
    command_line,
    environment,
    ini_file,
    resolve,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from pytest_schema_registry.plugin.raw_options import RawOptions
    from pytest_schema_registry.settings.settings import Settings

LISTING = ("collectonly", "showfixtures", "show_fixtures_per_test", "registry_show")
_FLAGS = {option.flag for option in OPTIONS if not option.is_switch}
_VARIABLES = {option.name: option.variable for option in OPTIONS}


class Configuration:
    """The settings that were written for a session, and the errors in them.

    Args:
        config: The session's.
        raw: The raw values that pytest has read.
    """

    def __init__(self, config: pytest.Config, raw: RawOptions) -> None:
        self._config = config
        self._cli = raw.command_line
        self._ini = raw.ini_file
        #: True where any setting was written.
        self.any_set = raw.any_set
        #: The first error from the environment. Only what uses the plugin fails with it.
        self.environment_error: InvalidSettings | None = None

    @property
    def lists_only(self) -> bool:
        """True where pytest only lists tests or fixtures or shows schemas, and runs no test."""
        return any(self._config.getoption(name) for name in LISTING)

    @property
    def insists_on_coverage(self) -> bool:
        """True where the command line asks for coverage, unless pytest only lists tests.

        Such a run is judged even if it uses no schema. The other places ask for coverage only of
        runs that use one.
        """
        return self._cli["require-coverage"] is not None and not self.lists_only

    @property
    def rules_error(self) -> InvalidSettings | None:
        """The error in the environment's compatibility rules, or None."""
        return self._error_in("compatibility")

    @cached_property
    def settings(self) -> Settings:
        """The resulting settings.

        A wrong environment variable is left out, and kept as ``environment_error``.

        Raises:
            InvalidSettings: Something on the command line or in the ini file is wrong.
        """
        root = self._config.rootpath
        cli, ini = command_line(self._cli), ini_file(self._ini)
        variables = dict(os.environ)
        while True:
            origin = environment(variables)
            try:
                return resolve(cli, origin, ini, root=root, variables=variables)
            except InvalidEnvironment as exc:
                # Its frames hold every raw value, and --showlocals would print them.
                self._note(InvalidSettings(exc.setting, exc.reason))
                del variables[exc.setting]

    def refuse_moved_root(self) -> None:
        """Refuse a run where a value of ours led pytest to another ini file, or to none.

        pytest looks for its rootdir before it knows our options. It then takes a value after a
        space for a path to tests, if the path exists. So its rootdir is a directory above both
        that path and the project, and the project's ini file is not found there
        (https://github.com/pytest-dev/pytest/issues/1435).

        Raises:
            InvalidSettings: A value has done so.
        """
        config = self._config
        if config.getoption("inifilename", None) or config.getoption("rootdir", None):
            return
        here, root = config.invocation_params.dir, config.rootpath
        is_aside = not here.is_relative_to(root)
        below = [each for each in (here, *here.parents) if each.is_relative_to(root)][:-1]
        is_passed_over = any((each / name).is_file() for each in below for name in INI_FILES)
        is_lost = is_passed_over or (config.inipath is None and root != here)
        for flag, value in pairwise(map(str, config.invocation_params.args)):
            path = os.path.normpath(here / value)
            if flag not in _FLAGS or not os.path.exists(path):  # noqa: PTH110  # of any text
                continue
            if is_aside or (is_lost and not Path(path).is_relative_to(here)):
                read = f"its ini file {config.inipath}" if config.inipath else "it has no ini file"
                raise InvalidSettings(
                    f"{flag} {value}",
                    "what follows a space pytest takes for a path to tests, too, and so its "
                    f"rootdir is {root} and {read}; write {flag}={value}",
                )

    @property
    def names_payloads(self) -> bool:
        """True where a setting names the folder of golden payloads."""
        return "payloads" in self.settings.places

    def refuse_lost_payloads(self) -> None:
        """Check that the folder of golden payloads exists, if a setting names it.

        Other errors in the environment fail the tests that they concern. This one is raised at
        once: without the folder there are no such tests.

        Raises:
            InvalidSettings: There is no such folder.
        """
        folder = self._config.rootpath / self.settings.payloads
        if (error := self._error_in("payloads")) is not None:
            raise error
        if self.names_payloads and not os.path.isdir(folder):  # noqa: PTH112  # of any text
            raise InvalidSettings(
                self.settings.places["payloads"],
                f"{folder} is no directory; correct the path, or make the directory",
            )

    @contextmanager
    def looking_into(self, field: str) -> Iterator[None]:
        """Wrap the reading of a file that a setting names.

        An error in the file counts as an error of the place that names the file. One from the
        environment is noted and not raised.

        Args:
            field: The setting's field.

        Raises:
            InvalidSettings: The file is wrong, and the command line or the ini file names it.
        """
        try:
            yield
        except InvalidSettings as exc:
            place = self.settings.places[field]
            if place not in _VARIABLES.values():
                raise
            self._note(InvalidSettings(place, exc.reason))

    def _error_in(self, option: str) -> InvalidSettings | None:
        """Return the error in an option's environment variable, or None."""
        error = self.environment_error
        return error if error is not None and error.setting == _VARIABLES[option] else None

    def _note(self, error: InvalidSettings) -> None:
        self.environment_error = self.environment_error or error
