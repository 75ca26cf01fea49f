"""The parsers of settings: each turns raw text into a value, or raises ValueError with a reason."""

from __future__ import annotations

import math
import os
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from pytest_schema_registry.settings import COMPAT_SOURCES, DRAFTS, MODES

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

    from pytest_schema_registry.settings import Option

#: The grades of drift, from the mildest to the worst.
DRIFT_GRADES = (
    "formatting",
    "annotations",
    "compatible",
    "new",
    "breaking",
    "unknown",
    "gone",
)
#: The longest timeout that a socket takes, in seconds: poll(2) counts milliseconds in an int. It is
#: one second less than that, because we give a socket one second more than the setting.
MAX_SECONDS = 2_147_482
_VERSION_CHARACTERS = frozenset(string.ascii_letters + string.digits + "._-")
#: The pattern of query parameters that are credentials.
CREDENTIAL = re.compile("key|token|secret|pass|auth|sig|cred", re.IGNORECASE)
_SWITCH = {"on": True, "true": True, "yes": True, "1": True}
_SWITCH |= {"off": False, "false": False, "no": False, "0": False}


class Location(NamedTuple):
    """The location of a registry: a URL, or a directory.

    Args:
        shown: The text that may be printed, stored and used as a key: no credentials, no query.
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

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The query parameters that are no credentials, and may choose a registry (a tenant)."""
        return tuple(each for each in self.params if not CREDENTIAL.search(each[0]))


def parsed(option: Option, written: Any, root: Path) -> Any:
    """Parse the value of an option.

    Args:
        option: The option.
        written: The raw value that the user wrote.
        root: The directory that relative paths start from.

    Raises:
        ValueError: The value is wrong; the message says why.
    """
    return globals()[option.parser](written, root)


def location(value: str, root: Path) -> Location:
    if not value.strip():
        raise ValueError("the address is empty; leave the setting out to use cassettes only")
    try:
        parts = urlsplit(value)
    except ValueError:
        # urllib's own message quotes text that may be a password.
        raise ValueError(
            "the address is no URL; in a password, write [ as %5B and ] as %5D"
        ) from None
    if parts.scheme == "file":
        # This import costs more than all others here, and only file URLs need it.
        from urllib.request import url2pathname

        return _directory(path_of(parts, url2pathname, is_windows=os.name == "nt"), root)
    # In C:/schemas, the text before the colon is a drive.
    if "://" not in value or len(parts.scheme) == 1:
        return _directory(value, root)
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
        # urllib's own message quotes text that may be the first half of a password.
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


def path_of(url: SplitResult, to_path: Callable[[str], str], *, is_windows: bool) -> str:
    """Return the path that a file URL names.

    Args:
        url: The URL.
        to_path: The system's own conversion, :func:`urllib.request.url2pathname`.
        is_windows: True where paths may lead to other machines: ``file://server/share``.

    Raises:
        ValueError: The URL names no path.
    """
    path, host = url.path, "" if url.netloc == "localhost" else url.netloc
    if is_windows:
        # Some editors escape the drive's colon. url2pathname looks for it first, unescapes later.
        path = re.sub("^(/?[a-z])%3a", r"\1:", path, flags=re.IGNORECASE)
    if host and (not is_windows or "@" in host or ":" in host):
        raise ValueError(f"a file URL has no host, this one has {host.rpartition('@')[2]!r}")
    try:
        return to_path(f"//{host}{path}" if host else path)
    except (OSError, IndexError):
        raise ValueError(
            "the address is no file URL; write file:///dir, or file:///C:/dir"
        ) from None


def _directory(value: str, root: Path) -> Location:
    directory = root / value
    try:
        if directory.is_dir():
            return Location(shown=value, directory=directory)
        is_file = directory.exists()
    except OSError:  # its text repeats the value
        is_file = False
    if is_file:
        raise ValueError(f"{directory} is a file, not a directory of schemas")
    if "@" in value or "?" in value:
        # The text before an @ or after a ? may be secret, so this message leaves the value out.
        raise ValueError(
            "no such directory; an address with a user or a query begins with https://"
        )
    is_drive = re.match(r"[A-Za-z]:($|[\\/])", value)
    hint = f", or did you mean http://{value}?" if ":" in value and not is_drive else ""
    raise ValueError(f"no such directory: {directory}{hint}")


def mode(value: str, _root: Path) -> str:
    if value not in MODES:
        raise ValueError(f"unknown mode {value!r}; choose one of {', '.join(MODES)}")
    return value


def version_list(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Parse version lines from ``"v1,v2"`` or ``["v1", "v2"]``, in order, each once.

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


def versions(value: str | list[str] | tuple[str, ...], _root: Path) -> tuple[str, ...]:
    return version_list(value)


def folder(value: str | Path, root: Path) -> Path:
    if (root / value).exists() and not (root / value).is_dir():
        raise ValueError(f"{root / value} is a file, not a directory")
    return Path(value)


def place(value: str | Path, root: Path) -> Path:
    return root / value


def file(value: str | Path, root: Path) -> Path:
    if (root / value).is_dir():
        raise ValueError(f"{root / value} is a directory, not a file")
    return root / value


def kept_file(value: str | Path, root: Path) -> Path:
    """Parse the path of a file that is read as well as written: it must not be a pipe."""
    if (root / value).is_fifo():
        raise ValueError(f"{root / value} is a pipe, not a file that can be kept")
    return file(value, root)


def metrics_file(value: str | Path, root: Path) -> Path:
    from importlib.util import find_spec

    if find_spec("prometheus_client") is None:
        raise ValueError(
            "needs prometheus-client; install it with pip install 'pytest-schema-registry[metrics]'"
        )
    return file(value, root)


def period(value: str | float, _root: Path) -> float:
    return _number(value, "zero or a positive number of seconds")


def duration(value: str | float, _root: Path) -> float:
    most = f"a positive number of seconds up to {MAX_SECONDS:,}"
    return _number(value, most, above=0, most=MAX_SECONDS)


def days(value: str | float, _root: Path) -> float:
    return _number(value, "a positive number of days", above=0)


def milliseconds(value: str | float, _root: Path) -> float:
    return _number(value, "a positive number of milliseconds", above=0)


def percentage(value: str | float, _root: Path) -> float:
    return _number(value, "a percentage from 0 to 100", most=100)


def _number(value: str | float, wanted: str, *, above: float = -1, most: float = 1e300) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (above < number <= most and number >= 0):
        raise ValueError(f"{value!r} is not {wanted}")
    return number


def size(value: str | int, _root: Path) -> int:
    return _whole(value, "a positive whole number of bytes")


def requests(value: str | int, _root: Path) -> int:
    return _whole(value, "a positive whole number of requests")


def _whole(value: str | int, wanted: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number <= 0:
        raise ValueError(f"{value!r} is not {wanted}")
    return number


def switch(value: str | bool, _root: Path) -> bool:
    try:
        return value if isinstance(value, bool) else _SWITCH[value.strip().lower()]
    except (AttributeError, KeyError):
        raise ValueError(f"{value!r} is neither on nor off") from None


def draft(value: str, _root: Path) -> str:
    if value not in DRAFTS:
        raise ValueError(f"unknown draft {value!r}; choose one of {', '.join(DRAFTS)}")
    return value


def drift(value: str, _root: Path) -> str:
    level, is_graded, grade = value.partition("=")
    if level not in ("off", "warn", "fail") or (is_graded and level != "fail"):
        raise ValueError(f"{value!r} is none of off, warn, fail and fail=GRADE")
    if is_graded and grade not in DRIFT_GRADES:
        raise ValueError(f"unknown grade {grade!r}; choose one of {', '.join(DRIFT_GRADES)}")
    return value


def patterns(value: str | list[str] | tuple[str, ...], _root: Path) -> tuple[str, ...]:
    written = [value] if isinstance(value, str) else value
    parts = (part for item in written for part in item.replace("\n", ",").split(","))
    return tuple(part.strip() for part in parts if part.strip())


def redaction(value: str | list[str] | tuple[str, ...], root: Path) -> tuple[str, ...]:
    from pytest_schema_registry.redaction import Redaction

    redacted = patterns(value, root)
    Redaction(redacted)  # raises where one cannot be understood
    return redacted


def enforcement(value: str | list[str] | tuple[str, ...], root: Path) -> tuple[str, ...]:
    from pytest_schema_registry.settings.enforcement import Enforcement

    rules = patterns(value, root)
    Enforcement(rules)  # raises where one cannot be understood
    return rules


def compatibility(value: str | list[str] | tuple[str, ...], root: Path) -> tuple[str, ...]:
    from pytest_schema_registry.settings import compatibility_rules

    lines = patterns(value, root)
    for line in lines:
        compatibility_rules.parsed(line)  # raises where it cannot be understood
    return lines


def compat_source(value: str, _root: Path) -> str:
    if value not in COMPAT_SOURCES:
        raise ValueError(f"{value!r} is none of {', '.join(COMPAT_SOURCES)}")
    return value


def version_pair(value: str, _root: Path) -> tuple[str, str]:
    lines = [part.strip() for part in value.split(":")]
    if len(set(lines)) != 2 or len(lines) != 2 or "" in lines or "," in value:
        raise ValueError(f"{value!r} is not two version lines, such as v1:v2")
    old, new = (version_list(line)[0] for line in lines)
    return old, new
