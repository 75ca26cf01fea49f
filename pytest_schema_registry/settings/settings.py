"""Command line + environment + ini -> one frozen Settings; the only place that knows precedence."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.settings import (
    DEFAULT_CASSETTES,
    DEFAULT_MAX_IN_FLIGHT,
    DEFAULT_MAX_SCHEMA_SIZE,
    DEFAULT_PAYLOADS,
    OPTIONS,
    Option,
)
from pytest_schema_registry.settings.parsers import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_schema_registry.settings.parsers import Location

TOKEN_VARIABLE = "SCHEMA_REGISTRY_TOKEN"  # noqa: S105  # the variable's name, not a token


class Settings(NamedTuple):
    """Everything that a session was told, validated.

    A named tuple, as a dataclass of as many fields takes 30 times as long to define.

    What each means stands in the row of :data:`~pytest_schema_registry.settings.OPTIONS` of its
    name. ``cache_dir`` is None for the host's own default, ``location`` where only recordings are
    to be used.

    Args:
        token: Bearer token.
        root: What ``cassettes`` is relative to.
    """

    location: Location | None = None
    mode: str = "auto"
    versions: tuple[str, ...] = ("v1", "v2")
    cassettes: Path = DEFAULT_CASSETTES
    cache_dir: Path | None = None
    cache_ttl: float = 300.0
    timeout: float = 10.0
    max_in_flight: int = DEFAULT_MAX_IN_FLIGHT
    max_schema_size: int = DEFAULT_MAX_SCHEMA_SIZE
    format_assertion: bool = True
    default_draft: str = "2020-12"
    redact: tuple[str, ...] = ()
    enforcement: tuple[str, ...] = ()
    ratchet: Path | None = None
    dead_letters: Path | None = None
    payloads: Path = DEFAULT_PAYLOADS
    report: Path | None = None
    metrics: Path | None = None
    min_hit_rate: float | None = None
    max_fetch_p95: float | None = None
    max_overhead: float | None = None
    fail_on_stale: bool = False
    fail_on_deprecated: bool = False
    require_coverage: bool = False
    coverage_exclude: tuple[str, ...] = ()
    drift: str = "warn"
    drift_report: Path | None = None
    cassette_max_age: float | None = None
    compatibility: tuple[str, ...] = ()
    compat_source: str = "local"
    waivers: Path | None = None
    replay_payloads: tuple[str, str] | None = None
    token: str | None = None
    root: Path = Path()

    def __repr__(self) -> str:
        return f"Settings({self.describe()!r})"

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
        url = self.location.shown if self.location else "URL"
        command = ["pytest", "--registry-mode=record", f"--registry-url={url}"]
        if self.cassettes != DEFAULT_CASSETTES:
            command.append(f"--registry-cassettes={self.cassettes}")
        return shlex.join(command)

    def describe(self) -> str:
        """One line for the report header, without credentials."""
        registry = self.location.shown if self.location else "no registry"
        return (
            f"schema registry: {registry}, mode {self.mode}, "
            f"versions {','.join(self.versions)}, cassettes {self.cassettes}"
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
                chosen[option.field] = parsed(option, written, root)
            except (ValueError, OSError) as exc:
                error = InvalidEnvironment if origin.is_environment else InvalidSettings
                raise error(origin.label(option), str(exc)) from None
            said_by[option.field] = origin
            break
    settings = Settings(**chosen, token=token or None, root=root)
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
