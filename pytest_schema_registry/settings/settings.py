"""One frozen Settings, merged from the command line, the environment and the ini file.

Callers give the places in order of precedence, and the first value wins.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.settings import (
    DEFAULT_CASSETTES,
    DEFAULT_MAX_IN_FLIGHT,
    DEFAULT_MAX_SCHEMA_SIZE,
    DEFAULT_PAYLOADS,
    DEFAULT_SUBJECT,
    DEFAULT_VERSIONS,
    OPTIONS,
    Option,
)
from pytest_schema_registry.settings.credentials import (
    NO_CREDENTIALS,
    Credentials,
    WrongCredentials,
    parse_credentials,
)
from pytest_schema_registry.settings.parsers import DriftGate, is_version, parse
from pytest_schema_registry.text import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_schema_registry.settings.compatibility_rules import CompatibilityRule
    from pytest_schema_registry.settings.enforcement import EnforcementRule
    from pytest_schema_registry.settings.layout import Layout
    from pytest_schema_registry.settings.location import Location


class Settings(NamedTuple):
    """All settings of a session, validated.

    It is a named tuple, because a dataclass with as many fields takes 30 times as long to define.

    The row of :data:`~pytest_schema_registry.settings.OPTIONS` with a field's name describes the
    field. ``cache_dir`` is None where the user named none: the entries are then in pytest's cache,
    or last only for the session. Without a ``location``, only cassettes are used. ``versions`` and
    ``default_draft`` are None where the registry's protocol decides them, and ``layout`` is None
    for that of version folders.

    Args:
        credentials: The credentials for the registry.
        root: The directory that relative paths start from.
        address_variable: The environment variable that has the registry's address; empty where
            another place has it.
        places: The place where each field was written, as messages name it; absent for defaults.
    """

    location: Location | None = None
    mode: str = "auto"
    protocol: Literal["auto", "core", "confluent"] = "auto"
    versions: tuple[str, ...] | None = None
    subject: str = DEFAULT_SUBJECT
    version_property: str | None = None
    layout: Layout | None = None
    cassettes: Path = DEFAULT_CASSETTES
    cache_dir: Path | None = None
    cache_ttl: float = 300.0
    timeout: float = 10.0
    max_in_flight: int = DEFAULT_MAX_IN_FLIGHT
    max_schema_size: int = DEFAULT_MAX_SCHEMA_SIZE
    format_assertion: bool = True
    default_draft: str | None = None
    avro_unknown_fields: bool = False
    redact: Redaction = Redaction()
    enforcement: tuple[EnforcementRule, ...] = ()
    ratchet: Path | None = None
    dead_letters: Path | None = None
    payloads: Path = DEFAULT_PAYLOADS
    report: Path | None = None
    html: Path | None = None
    metrics: Path | None = None
    min_hit_rate: float | None = None
    max_fetch_p95: float | None = None
    max_overhead: float | None = None
    fail_on_stale: bool = False
    fail_on_deprecated: bool = False
    require_coverage: bool = False
    coverage_exclude: tuple[str, ...] = ()
    drift: DriftGate = DriftGate()
    drift_report: Path | None = None
    cassette_max_age: float | None = None
    compatibility: tuple[CompatibilityRule, ...] = ()
    compat_source: str = "local"
    waivers: Path | None = None
    replay_payloads: tuple[str, str] | None = None
    credentials: Credentials = NO_CREDENTIALS
    root: Path = Path()
    address_variable: str = ""
    places: Mapping[str, str] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"Settings({self.describe()!r})"

    @property
    def offline(self) -> bool:
        """True where cassettes are the only source."""
        return self.mode == "replay" or self.location is None

    @property
    def is_unconfigured(self) -> bool:
        """True where cassettes are the only source because nobody named another."""
        return self.location is None and self.mode == "auto"

    @property
    def remote(self) -> bool:
        """True where answers come over a network."""
        return not self.offline and self.location is not None and not self.location.directory

    @property
    def uses_cassettes(self) -> bool:
        """True where a run of all tests reads or writes every cassette that is needed."""
        return self.offline or self.mode == "record"

    @property
    def uses_cache(self) -> bool:
        """True where the cache on disk is used. What is recorded is staged there, too."""
        return self.remote or self.mode == "record"

    @property
    def judges_costs(self) -> bool:
        """True where a gate asks what the run has cost."""
        return any(
            gate is not None for gate in (self.min_hit_rate, self.max_fetch_p95, self.max_overhead)
        )

    @property
    def version_folders(self) -> tuple[str, ...]:
        """The version lines that a directory has, ``v2`` before ``v10``; none of a server."""
        directory = self.location.directory if self.location else None
        if directory is None:
            return ()
        with suppress(OSError):  # the error is raised where a schema is read
            if self.layout is None:
                found = {path.name for path in directory.iterdir() if path.is_dir()}
            else:
                found = {version for version, _, _ in self.layout.files(directory)}
            return tuple(sorted(filter(is_version, found), key=numbered))
        return ()

    @property
    def record_command(self) -> str:
        """The command that records cassettes with these settings."""
        url = self.location.shown if self.location else "URL"
        command = ["pytest", "--registry-mode=record", f"--registry-url={url}"]
        if self.cassettes != DEFAULT_CASSETTES:
            command.append(f"--registry-cassettes={self.cassettes}")
        if self.layout is not None:
            command.append(f"--registry-layout={self.layout.template}")
        return shlex.join(command)

    def describe(self) -> str:
        """Return one line for the report header, without credentials."""
        registry = self.location.shown if self.location else "no registry"
        if self.address_variable:
            registry += f" (from {self.address_variable})"
        versions = ",".join(self.versions) if self.versions else self._default_versions()
        return (
            f"schema registry: {registry}, mode {self.mode}, "
            f"versions {versions}, cassettes {self.cassettes}"
        )

    def _default_versions(self) -> str:
        """Describe the version lines that nobody named, without asking for the protocol."""
        if self.protocol == "confluent":
            return "latest"
        if folders := self.version_folders:
            return ",".join(folders)
        is_recorded = self.offline and (self.root / self.cassettes / "protocol.yaml").exists()
        if self.protocol == "auto" and (self.remote or is_recorded):
            return f"{','.join(DEFAULT_VERSIONS)} (latest of a Confluent registry)"
        return ",".join(DEFAULT_VERSIONS)


class Origin(NamedTuple):
    """One place that settings are written in.

    Args:
        label: Returns the name of an option in this place, for messages.
        values: The raw values there, by option name; absent or None where nothing was written.
        is_environment: True for the environment, which other tools read, too. A mistake there
            must not stop a session that does not use us.
    """

    label: Callable[[Option], str]
    values: Mapping[str, Any]
    is_environment: bool = False


def command_line(values: Mapping[str, Any]) -> Origin:
    return Origin(lambda option: option.flag, values)


def environment(variables: Mapping[str, str]) -> Origin:
    """Return the environment's values; an empty variable is unset, as CI systems mean it."""
    values = {option.name: variables.get(option.variable) or None for option in OPTIONS}
    return Origin(lambda option: option.variable, values, is_environment=True)


def ini_file(values: Mapping[str, Any]) -> Origin:
    return Origin(lambda option: f"{option.ini} (ini file)", values)


class InvalidEnvironment(InvalidSettings):
    """The error of a wrong environment variable: it stops only what uses the plugin."""


def resolve(
    *origins: Origin,
    root: Path,
    variables: Mapping[str, str] | None = None,
    token: str | None = None,
) -> Settings:
    """Merge the places that settings are written in into one frozen Settings.

    Args:
        origins: The places; for each option, the first that has a value wins.
        root: The directory that relative paths start from.
        variables: The environment, for the credentials; None has none.
        token: The bearer token that a program gave; it wins over the environment's credentials.

    Raises:
        InvalidEnvironment: The value that counts is wrong and came from the environment.
        InvalidSettings: It is wrong and came from anywhere else.
    """
    chosen: dict[str, Any] = {}
    said_by: dict[str, Origin] = {}
    labels: dict[str, str] = {}
    for option in OPTIONS:
        for origin in origins:
            written = origin.values.get(option.name)
            if written is None:
                continue
            try:
                chosen[option.field] = parse(option, written, root)
            except (ValueError, OSError) as exc:
                error = InvalidEnvironment if origin.is_environment else InvalidSettings
                raise error(origin.label(option), str(exc)) from None
            said_by[option.field] = origin
            labels[option.field] = origin.label(option)
            break
    location = chosen.get("location")
    credentials = _credentials(
        variables or {},
        root,
        token,
        location.auth if location else None,
        labels.get("location", ""),
    )
    is_variable = "location" in said_by and said_by["location"].is_environment
    settings = Settings(
        **chosen,
        credentials=credentials,
        root=root,
        address_variable=labels["location"] if is_variable else "",
        places=labels,
    )
    if (wrong := _contradiction(settings)) is not None:
        field, reason = wrong
        error = InvalidEnvironment if said_by[field].is_environment else InvalidSettings
        raise error(labels[field], reason)
    return settings


def _contradiction(settings: Settings) -> tuple[str, str] | None:
    """Return the field that contradicts another one, with the reason; None where none does."""
    if settings.mode in ("live", "record") and settings.location is None:
        return "mode", f"mode {settings.mode} needs a registry; give --registry-url"
    if settings.protocol == "confluent" and settings.location and settings.location.directory:
        return "protocol", "a directory of schemas is no Confluent registry; give the URL of one"
    is_in_subject = "{version}" in settings.subject
    if is_in_subject and settings.version_property is not None:
        reason = "{version} in --registry-subject says what a version is already; leave one out"
        return "version_property", reason
    if settings.versions is None and (is_in_subject or settings.version_property is not None):
        field = "subject" if is_in_subject else "version_property"
        return field, "it needs the names of the versions; give --registry-versions"
    return None


def _credentials(
    variables: Mapping[str, str],
    root: Path,
    token: str | None,
    in_url: tuple[str, str] | None,
    url: str,
) -> Credentials:
    try:
        return parse_credentials(variables, root, token=token, in_url=in_url, url=url)
    except WrongCredentials as exc:
        error = InvalidEnvironment if exc.setting in variables else InvalidSettings
        raise error(exc.setting, str(exc)) from None
