"""pytest's ini file, found and read without pytest: for the command line of this package.

The rules are pytest's own (its documentation, "Configuration file formats"), for a run without
arguments: the first file of the working directory, or of one above it, that configures pytest.
``addopts`` is not read.
"""

from __future__ import annotations

import shlex
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

import iniconfig

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.settings import INI_FILES, OPTIONS
from pytest_schema_registry.text import said_by

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pytest_schema_registry.settings import Option

_KINDS = {
    "string": "a text",
    "args": "a list of texts",
    "linelist": "a list of texts",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
}


class IniFile(NamedTuple):
    """What pytest's ini file says of our options.

    Args:
        root: The directory that relative paths start from.
        values: The raw values, by option name.
    """

    root: Path
    values: Mapping[str, Any]


def find(start: Path, names: Collection[str]) -> IniFile:
    """Find pytest's ini file, and read the values of some options in it.

    Args:
        start: The working directory.
        names: The names of the options.

    Raises:
        InvalidSettings: The file cannot be read, or a value has the wrong type.
    """
    project = None
    for directory in (start, *start.parents):
        for name in INI_FILES:
            path = directory / name
            if not path.is_file():
                continue
            if name == "pyproject.toml":
                project = project or directory
            section = _section(path)
            if section is not None:
                options = [each for each in OPTIONS if each.name in names and each.ini in section]
                values = {each.name: _value(each, section[each.ini], path) for each in options}
                return IniFile(directory, values)
    return IniFile(project or start, {})


def _section(path: Path) -> Mapping[str, Any] | None:
    """Return what a file says to pytest; None where it does not configure pytest."""
    try:
        if path.suffix == ".toml":
            return _toml_table(path.name, tomllib.loads(path.read_text("utf-8")))
        ini = iniconfig.IniConfig(str(path))
    except iniconfig.ParseError as exc:
        # The rest of its message is the line, which may be an address with a password.
        reason = f"line {exc.lineno + 1}: {exc.msg.partition(': ')[0]}"
        raise InvalidSettings(str(path), f"the ini file cannot be read: {reason}") from None
    except (OSError, ValueError) as exc:
        raise InvalidSettings(str(path), f"the ini file cannot be read: {said_by(exc)}") from None
    section = "tool:pytest" if path.suffix == ".cfg" else "pytest"
    if section in ini:
        return dict(ini[section].items())
    # These two are pytest's alone, whatever is in them.
    return {} if path.name.endswith("pytest.ini") else None


def _toml_table(name: str, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if name != "pyproject.toml":
        return _table(document, "pytest") or {}
    table = _table(_table(document, "tool") or {}, "pytest") or {}
    native = {key: value for key, value in table.items() if key != "ini_options"}
    ini_options = _table(table, "ini_options")
    if native or ini_options is None:
        return native or None
    # As in an ini file: pytest makes a text of all but lists.
    return {
        key: value if isinstance(value, list) else str(value) for key, value in ini_options.items()
    }


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    table = document.get(name)
    return table if isinstance(table, dict) else None


def _value(option: Option, raw: Any, path: Path) -> Any:
    """Return a raw value as pytest gives it: text, a list, or TOML's own number or boolean."""
    kind = option.ini_type
    try:
        if isinstance(raw, str):
            return shlex.split(raw) if kind == "args" else raw
    except ValueError as exc:  # a quotation mark too few
        raise InvalidSettings(f"{option.ini} (ini file)", f"{exc}; see {path}") from None
    is_list = isinstance(raw, list) and all(isinstance(each, str) for each in raw)
    is_bool = isinstance(raw, bool)
    if (
        (kind in ("args", "linelist") and is_list)
        or (kind == "int" and isinstance(raw, int) and not is_bool)
        or (kind == "float" and isinstance(raw, int | float) and not is_bool)
        or (kind == "bool" and is_bool)
    ):
        return raw
    reason = f"it is of type {type(raw).__name__}, not {_KINDS[kind]}; see {path}"
    raise InvalidSettings(f"{option.ini} (ini file)", reason)
