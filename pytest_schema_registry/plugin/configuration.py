"""What was written for a session: on the command line, in the environment, in the ini file."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.settings import OPTIONS
from pytest_schema_registry.settings.settings import (
    InvalidEnvironment,
    command_line,
    environment,
    ini_file,
    resolve,
    token_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from pytest_schema_registry.plugin.items import RawOptions
    from pytest_schema_registry.settings.settings import Settings

LISTING = ("collectonly", "showfixtures", "show_fixtures_per_test")
#: Where pytest looks for what is written in an ini file, in one directory after the other.
INI_FILES = (
    *("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"),
    *("pyproject.toml", "tox.ini", "setup.cfg"),
)
_FLAGS = {option.flag for option in OPTIONS if not option.is_switch}
_VARIABLES = {option.name: option.variable for option in OPTIONS}


class Configuration:
    """What was written for a session, and what is wrong with it.

    Args:
        config: pytest's.
        places: What pytest has read.
    """

    def __init__(self, config: pytest.Config, places: RawOptions) -> None:
        self._config = config
        self._cli = places.command_line
        self._ini = places.ini_file
        #: Whether there is any of it.
        self.is_anything = places.is_anything
        #: What is wrong in the environment: an error of what uses the plugin, and of nothing else.
        self.environment_error: InvalidSettings | None = None

    @property
    def lists_only(self) -> bool:
        """Whether pytest was asked what there is, and not to run it."""
        return any(self._config.getoption(name) for name in LISTING)

    @property
    def insists_on_coverage(self) -> bool:
        """Whether coverage is asked for of this very run, and not only where there is any."""
        return self._cli["require-coverage"] is not None and not self.lists_only

    @property
    def rules_error(self) -> InvalidSettings | None:
        """What is wrong with the compatibility rules in the environment."""
        error = self.environment_error
        is_theirs = error is not None and error.setting == _VARIABLES["compatibility"]
        return error if is_theirs else None

    @cached_property
    def settings(self) -> Settings:
        """What it comes to; what is wrong in the environment is left out, and kept as its error.

        Raises:
            InvalidSettings: Something on the command line or in the ini file is wrong.
        """
        root = self._config.rootpath
        cli, ini = command_line(self._cli), ini_file(self._ini)
        variables = dict(os.environ)
        while True:
            origin = environment(variables)
            try:
                return resolve(cli, origin, ini, root=root, token=token_from())
            except InvalidEnvironment as exc:
                # Its frames hold all that was written, which --showlocals would show.
                self._note(exc.with_traceback(None))
                del variables[exc.setting]

    def refuse_moved_root(self) -> None:
        """See that no value of ours has led pytest to another project's ini file, or to none.

        What is written after a space, and exists, pytest takes for a path to tests before it knows
        our options; its rootdir is then above that and the project, where ours is not found
        (https://github.com/pytest-dev/pytest/issues/1435).

        Raises:
            InvalidSettings: One has.
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
    def payloads_setting(self) -> tuple[str, str] | None:
        """What is written about where golden payloads are, and in which place."""
        name = "payloads"
        written = (
            ("--registry-payloads", self._cli[name]),
            (_VARIABLES[name], os.environ.get(_VARIABLES[name]) or None),
            ("registry_payloads (ini file)", self._ini[name]),
        )
        return next(((place, value) for place, value in written if value is not None), None)

    def refuse_lost_payloads(self) -> None:
        """See that golden payloads are where they are said to be.

        Unlike what else is wrong in the environment, this is no error of the tests that it is
        about: without the folder there are none.

        Raises:
            InvalidSettings: There is no such folder.
        """
        place, value = self.payloads_setting or ("", ".")
        folder = self._config.rootpath / value
        if not os.path.isdir(folder):  # noqa: PTH112  # of any text
            raise InvalidSettings(
                place, f"{folder} is no directory; correct the path, or make the directory"
            )

    @contextmanager
    def looking_into(self, *names: str) -> Iterator[None]:
        """Look into files that options name; what is wrong there is wrong where they are written.

        Args:
            names: The options.

        Raises:
            InvalidSettings: It is on the command line or in the ini file.
        """
        try:
            yield
        except InvalidSettings as exc:
            named = [_VARIABLES[name] for name in names if os.environ.get(_VARIABLES[name])]
            if not named or any(self._cli[name] is not None for name in names):
                raise
            self._note(InvalidSettings(" or ".join(named), exc.reason))

    def _note(self, error: InvalidSettings) -> None:
        self.environment_error = self.environment_error or error
