"""The settings' names, defaults, help and parsers: one row each, and the README's table.

Imported by every pytest run of an environment, so it imports nothing that pytest has not loaded.
"""

from __future__ import annotations

import math
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MODES = ("auto", "live", "record", "replay")
DRAFTS = ("4", "6", "7", "2019-09", "2020-12")
DEFAULT_CASSETTES = Path("tests/contracts/cassettes")
DEFAULT_MAX_SCHEMA_SIZE = 5_000_000
_VERSION_CHARACTERS = frozenset(string.ascii_letters + string.digits + "._-")
_SWITCH = {"on": True, "true": True, "yes": True, "1": True}
_SWITCH |= {"off": False, "false": False, "no": False, "0": False}


IniType = Literal["string", "args", "bool", "float", "int"]


class Location(NamedTuple):
    """Where a registry is: over HTTP, or in a directory.

    Args:
        shown: What may be printed, stored and used as a key: no credentials, no query.
        directory: The directory, or None for HTTP.
        auth: User and password that the URL carried.
        params: The URL's own query, sent along with every request.
    """

    shown: str
    directory: Path | None = None
    auth: tuple[str, str] | None = None
    params: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Location({self.shown!r})"


def _location(value: str, root: Path) -> Location:
    # Not at the top: newer Pythons have it not loaded by the time that pytest loads plugins.
    from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

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
    try:
        netloc = host if parts.port is None else f"{host}:{parts.port}"
    except ValueError:
        # urllib's own text quotes what may be the first half of a password.
        raise ValueError(
            "the port is not a number from 0 to 65535; in a password, write / as %2F, # as %23 "
            "and ? as %3F"
        ) from None
    auth = None
    if parts.username or parts.password:
        auth = (unquote(parts.username or ""), unquote(parts.password or ""))
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
    if "@" in value:
        # What stands before it may be a password, and this text is shown.
        raise ValueError("no such directory; an address with a user begins with https://")
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


def _max_schema_size(value: str | int, _root: Path) -> int:
    try:
        size = int(value)
    except (TypeError, ValueError):
        size = 0
    if size <= 0:
        raise ValueError(f"{value!r} is not a positive whole number of bytes")
    return size


def _switch(value: str | bool, _root: Path) -> bool:
    try:
        return value if isinstance(value, bool) else _SWITCH[value.strip().lower()]
    except (AttributeError, KeyError):
        raise ValueError(f"{value!r} is neither on nor off") from None


def _draft(value: str, _root: Path) -> str:
    if value not in DRAFTS:
        raise ValueError(f"unknown draft {value!r}; choose one of {', '.join(DRAFTS)}")
    return value


def _redact(value: str | list[str] | tuple[str, ...], _root: Path) -> tuple[str, ...]:
    from pytest_schema_registry.redaction import Redaction

    given = [value] if isinstance(value, str) else value
    patterns = tuple(part.strip() for item in given for part in item.split(",") if part.strip())
    Redaction(patterns)  # raises where one cannot be understood
    return patterns


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
    ini_type: IniType = "string"

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
        ini_type="args",
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
        ini_type="float",
    ),
    Option(
        "timeout",
        "timeout",
        "SECONDS",
        "10",
        "how long one request may take; retries stay inside three times that",
        _timeout,
        ini_type="float",
    ),
    Option(
        "max-schema-size",
        "max_schema_size",
        "BYTES",
        f"{DEFAULT_MAX_SCHEMA_SIZE}",
        "the largest schema that is read",
        _max_schema_size,
        ini_type="int",
    ),
    Option(
        "format-assertion",
        "format_assertion",
        "on|off",
        "on",
        "whether a value must match its schema's format",
        _switch,
        ini_type="bool",
    ),
    Option(
        "default-draft",
        "default_draft",
        "DRAFT",
        "2020-12",
        f"the draft of schemas without $schema: {', '.join(DRAFTS)}",
        _draft,
    ),
    Option(
        "redact",
        "redact",
        "PATTERNS",
        "none",
        "field names or paths ($.user.email, $.cards[*].number) whose values are never shown",
        _redact,
        ini_type="args",
    ),
)
