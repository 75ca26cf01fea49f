"""Command line + environment + ini -> one frozen Settings; the only place that knows precedence.

This module is imported by every pytest run of an environment that has the plugin installed, so it
imports nothing that pytest has not loaded already.
"""

from __future__ import annotations

import math
import os
import shlex
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from pytest_schema_registry.errors import InvalidSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MODES = ("auto", "live", "record", "replay")
_VERSION_CHARACTERS = frozenset(string.ascii_letters + string.digits + "._-")
TOKEN_VARIABLE = "SCHEMA_REGISTRY_TOKEN"  # noqa: S105  # the variable's name, not a token


@dataclass(frozen=True, slots=True)
class Location:
    """Where a registry is: over HTTP, or in a directory.

    Args:
        shown: What may be printed, stored and used as a key: no credentials, no query.
        directory: The directory, or None for HTTP.
        auth: User and password that the URL carried.
        params: The URL's own query, sent along with every request.
    """

    shown: str
    directory: Path | None = None
    auth: tuple[str, str] | None = field(default=None, repr=False)
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a session was told, validated.

    Args:
        location: The registry, or None where only recordings are to be used.
        mode: ``auto``, ``live``, ``record`` or ``replay``.
        versions: The version lines that contract tests run against.
        cassettes: The directory of recorded exchanges.
        cache_dir: The on-disk cache; None for the host's own default.
        cache_ttl: Seconds from the fetch during which a cache entry is served unasked.
        timeout: Seconds that one request may take; all retries together stay inside three times that.
        token: Bearer token.
        root: What ``cassettes`` is relative to.
        configured: Whether anything was set at all.
    """

    location: Location | None = None
    mode: str = "auto"
    versions: tuple[str, ...] = ("v1", "v2")
    cassettes: Path = Path("tests/contracts/cassettes")
    cache_dir: Path | None = None
    cache_ttl: float = 300.0
    timeout: float = 10.0
    token: str | None = field(default=None, repr=False)
    root: Path = Path()
    configured: bool = False

    @property
    def offline(self) -> bool:
        """Whether recordings are the only source."""
        return self.mode == "replay" or self.location is None

    @property
    def remote(self) -> bool:
        """Whether answers come over a network."""
        return not self.offline and self.location is not None and not self.location.directory

    @property
    def record_command(self) -> str:
        """The command that records cassettes with these settings."""
        url = shlex.quote(self.location.shown) if self.location else "URL"
        command = f"pytest --registry-mode record --registry-url {url}"
        if self.cassettes != Settings.cassettes:
            command += f" --registry-cassettes {shlex.quote(str(self.cassettes))}"
        return command

    def describe(self) -> str:
        """One line for the report header, without credentials."""
        registry = self.location.shown if self.location else "no registry"
        return (
            f"schema registry: {registry}, mode {self.mode}, "
            f"versions {','.join(self.versions)}, cassettes {self.cassettes}"
        )


def _location(value: str, root: Path) -> Location:
    if not value.strip():
        raise ValueError("the address is empty; leave the setting out to use cassettes only")
    parts = urlsplit(value)
    if "://" not in value and parts.scheme != "file":
        return _directory(value, root)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise ValueError(f"a file URL has no host, this one has {parts.netloc!r}")
        return _directory(unquote(parts.path), root)
    if parts.scheme not in ("http", "https"):
        raise ValueError(
            f"cannot speak {parts.scheme!r}; give http://…, https://…, file:///… or a directory"
        )
    if not parts.hostname:
        raise ValueError("the address has no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = f"{host}:{parts.port}" if parts.port else host  # .port raises on a malformed one
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Location(
        shown=urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", "")),
        auth=auth,
        params=tuple(parse_qsl(parts.query, keep_blank_values=True)),
    )


def _directory(value: str, root: Path) -> Location:
    directory = root / value
    if directory.is_dir():
        return Location(shown=value, directory=directory)
    if directory.exists():
        raise ValueError(f"{directory} is a file, not a directory of schemas")
    hint = f", or did you mean http://{value}?" if ":" in value else ""
    raise ValueError(f"no such directory: {directory}{hint}")


def _mode(value: str, _root: Path) -> str:
    if value not in MODES:
        raise ValueError(f"unknown mode {value!r}; choose one of {', '.join(MODES)}")
    return value


def version_list(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Version lines from ``"v1,v2"`` or ``["v1", "v2"]``, in order, each once.

    Raises:
        ValueError: The list is empty, or a version cannot be a path segment.
    """
    given = [value] if isinstance(value, str) else value
    versions = dict.fromkeys(part.strip() for item in given for part in item.split(","))
    versions.pop("", None)
    if not versions:
        raise ValueError("the list of versions is empty; give at least one, such as v1")
    for version in versions:
        if version.startswith(".") or not _VERSION_CHARACTERS.issuperset(version):
            raise ValueError(
                f"{version!r} cannot be a version; use letters, digits, '_', '-' and '.'"
            )
    return tuple(versions)


def _versions(value: str | list[str] | tuple[str, ...], _root: Path) -> tuple[str, ...]:
    return version_list(value)


def _cassettes(value: str | Path, root: Path) -> Path:
    if (root / value).exists() and not (root / value).is_dir():
        raise ValueError(f"{root / value} is a file, not a directory")
    return Path(value)


def _cache_dir(value: str | Path, root: Path) -> Path:
    return root / value


def _seconds(value: str | float, *, zero: bool) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a number of seconds") from None
    if not math.isfinite(seconds) or seconds < 0 or (seconds == 0 and not zero):
        raise ValueError(
            f"{value!r} is not {'zero or ' if zero else ''}a positive number of seconds"
        )
    return seconds


def _cache_ttl(value: str | float, _root: Path) -> float:
    return _seconds(value, zero=True)


def _timeout(value: str | float, _root: Path) -> float:
    return _seconds(value, zero=False)


class Option(NamedTuple):
    """One setting, under its three names.

    ``parse`` turns what was written into the value, and raises ValueError with a reason.
    """

    name: str
    field: str
    metavar: str
    default: str
    help: str
    parse: Callable[[Any, Path], Any]
    is_list: bool = False

    @property
    def flag(self) -> str:
        return f"--registry-{self.name}"

    @property
    def argument(self) -> str:
        return self.name.replace("-", "_")

    @property
    def ini(self) -> str:
        return f"registry_{self.argument}"

    @property
    def variable(self) -> str:
        return f"SCHEMA_REGISTRY_{self.argument.upper()}"


OPTIONS = (
    Option("url", "location", "URL", "none", "http(s)://…, file:///dir or a directory", _location),
    Option("mode", "mode", "MODE", "auto", f"one of {', '.join(MODES)}", _mode),
    Option(
        "versions",
        "versions",
        "LIST",
        "v1,v2",
        "version lines that contract tests run against",
        _versions,
        is_list=True,
    ),
    Option(
        "cassettes",
        "cassettes",
        "DIR",
        "tests/contracts/cassettes",
        "recorded exchanges",
        _cassettes,
    ),
    Option(
        "cache-dir",
        "cache_dir",
        "DIR",
        "pytest's cache directory",
        "on-disk cache",
        _cache_dir,
    ),
    Option(
        "cache-ttl",
        "cache_ttl",
        "SECONDS",
        "300",
        "how long a cache entry is served unasked, counted from the fetch; 0: once per session",
        _cache_ttl,
    ),
    Option(
        "timeout",
        "timeout",
        "SECONDS",
        "10",
        "how long one request may take; retries stay inside three times that",
        _timeout,
    ),
)


class Origin(NamedTuple):
    """One place that settings are written in.

    Args:
        label: What the user wrote, given an option: names the setting in an error.
        values: What was written there, by option name; absent or None where nothing was.
        is_environment: Whether other tools read the same place, so that a mistake there may not
            stop a session that does not use us.
    """

    label: Callable[[Option], str]
    values: Mapping[str, Any]
    is_environment: bool = False


def command_line(values: Mapping[str, Any]) -> Origin:
    return Origin(lambda option: option.flag, values)


def environment(variables: Mapping[str, str]) -> Origin:
    """The environment's settings; an empty variable counts as unset, as CI systems mean it."""
    values = {option.name: variables.get(option.variable) or None for option in OPTIONS}
    return Origin(lambda option: option.variable, values, is_environment=True)


def ini_file(values: Mapping[str, Any]) -> Origin:
    return Origin(lambda option: f"{option.ini} (ini file)", values)


class InvalidEnvironment(InvalidSettings):
    """A wrong environment variable: stops only what uses the plugin."""


def resolve(*origins: Origin, root: Path, token: str | None = None) -> Settings:
    """One frozen Settings from the places they were written in.

    Args:
        origins: The places, the one that wins first.
        root: What relative paths are relative to.
        token: The bearer token.

    Raises:
        InvalidEnvironment: The value that counts is wrong and came from the environment.
        InvalidSettings: It is wrong and came from anywhere else.
    """
    chosen: dict[str, Any] = {}
    said_by: dict[str, Origin] = {}
    for option in OPTIONS:
        for origin in origins:
            written = origin.values.get(option.name)
            if written is None:
                continue
            try:
                chosen[option.field] = option.parse(written, root)
            except (ValueError, OSError) as exc:
                error = InvalidEnvironment if origin.is_environment else InvalidSettings
                raise error(origin.label(option), str(exc)) from None
            said_by[option.field] = origin
            break
    settings = Settings(**chosen, token=token or None, root=root, configured=bool(chosen))
    if settings.mode in ("live", "record") and settings.location is None:
        origin = said_by["mode"]
        error = InvalidEnvironment if origin.is_environment else InvalidSettings
        mode = next(option for option in OPTIONS if option.name == "mode")
        raise error(
            origin.label(mode), f"mode {settings.mode} needs a registry; give --registry-url"
        )
    return settings


def token_from(variables: Mapping[str, str] = os.environ) -> str | None:
    """The bearer token; environment only, so that it shows in no process list and no CI log."""
    return variables.get(TOKEN_VARIABLE, "").strip() or None
