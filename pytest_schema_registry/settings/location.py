"""The location of a registry, parsed from an address or a directory."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from urllib.parse import SplitResult

#: The pattern of query parameters that are credentials.
CREDENTIAL = re.compile("key|token|secret|pass|auth|sig|cred", re.IGNORECASE)
#: A name with a dot in it, such as a host has; of a directory, it is no sure sign.
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", re.IGNORECASE)
_GIVE_ONE = "it has several addresses, with commas between them; give one of them"
#: A comma with an address after it: other tools of a registry take several.
_SEVERAL = re.compile(r",\s*https?://")


class Location(NamedTuple):
    """The location of a registry: a URL, or a directory.

    Args:
        shown: The text that may be printed, stored and used as a key: no credentials, no query.
        directory: The directory, or None for HTTP.
        auth: User and password that the URL carried; the credentials have them.
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


def parse_location(value: str, root: Path) -> Location:
    """Parse the address or the directory of a registry.

    Args:
        value: The text that the user wrote.
        root: The directory that relative paths start from.

    Raises:
        ValueError: It is neither; the message says why, and repeats no credentials.
    """
    if not value.strip():
        raise ValueError("the address is empty; leave the setting out to use cassettes only")
    if _SEVERAL.search(value):
        raise ValueError(_GIVE_ONE)
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
    if "," in parts.netloc.rpartition("@")[2]:
        raise ValueError(_GIVE_ONE)
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
    hint = ""
    if ":" in value and not is_drive:
        hint = f", or did you mean http://{value}?"
    elif _HOST.fullmatch(value.partition("/")[0]):
        hint = f", or did you mean https://{value}?"
    raise ValueError(f"no such directory: {directory}{hint}")
