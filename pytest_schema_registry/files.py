"""Writing a file so that a reader sees the old one or the new one, and a kill leaves no half.

``atomicwrites`` did this and is no longer maintained; what is left of it here is one function.
"""

from __future__ import annotations

import errno
import re
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

_SAFE_LENGTH = 120
_DEVICE_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def replace(path: Path, text: str, *, staging: Path) -> None:
    """Replace a file's whole content at once.

    The caller holds the lock for ``path``, so the staging file needs no unique name: one that a
    killed writer left behind is overwritten by the next.

    Args:
        path: The file; its folder is made where it is missing.
        text: The new content.
        staging: Where the text is written first; on the same file system, or ``path``'s neighbour
            is used in its place.

    Raises:
        OSError: The file cannot be written; the old one is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        staging.parent.mkdir(parents=True, exist_ok=True)
        _write_through(staging, path, text)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        _write_through(path.with_name(f".{path.name}.new"), path, text)


def _write_through(staging: Path, path: Path, text: str) -> None:
    try:
        staging.write_text(text, encoding="utf-8", newline="\n")
        staging.replace(path)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise


def file_name(name: str) -> str:
    """A file name for any schema name: itself where that is safe everywhere, else escaped.

    An escaped name is percent-encoded and ends in a digest of the whole, so that two names never
    meet in one file, whatever their length and characters.
    """
    escaped = quote(name, safe="", errors="surrogatepass")
    plain = escaped == name and len(name) <= _SAFE_LENGTH and not name.startswith((".", "~"))
    if name and plain and not _DEVICE_NAMES.match(name) and not name.endswith("."):
        return name
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"~{escaped[:_SAFE_LENGTH]}~{mark}".replace("~.", "~%2E")
