"""Files: their names, whose turn it is, and replacing one so that a kill leaves no half.

``atomicwrites`` did this and is no longer maintained; what is left of it here is one function.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What is no reason to give up: another file system, one that takes nothing, a folder just deleted.
_ELSEWHERE = (errno.EXDEV, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT)
_SAFE_LENGTH = 120
#: Seconds that a process may hold a file of the user's.
_PATIENCE = 60
_DEVICE_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def replace(path: Path, text: str, *, staging: Path) -> None:
    """Replace a file's whole content at once.

    The caller holds the lock for ``path``, so the staging file needs no unique name: one that a
    killed writer left behind is overwritten by the next.

    Args:
        path: The file; its folder is made where it is missing.
        text: The new content.
        staging: Where the text is written first; where that is another file system, or one that
            takes nothing, ``path``'s neighbour is used in its place.

    Raises:
        OSError: The file cannot be written; the old one is still there.
    """
    try:
        _write_through(staging, path, text)
    except OSError as exc:
        if exc.errno not in _ELSEWHERE:
            raise
        _write_through(path.with_name(f".{path.name}.new"), path, text)


def _write_through(staging: Path, path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staging.parent.mkdir(parents=True, exist_ok=True)
    try:
        staging.write_text(text, encoding="utf-8", errors="surrogatepass", newline="\n")
        staging.replace(path)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise


def beginning(path: Path, limit: int) -> bytes:
    """What a file holds, up to one byte more than a limit, which says that it holds more.

    Args:
        path: The file.
        limit: In bytes.

    Raises:
        OSError: It cannot be read.
    """
    if stat.S_ISFIFO(path.stat().st_mode):
        # To open it waits for somebody who writes into it.
        raise OSError(errno.EINVAL, "It is a pipe", str(path))
    with path.open("rb") as file:
        # Room is made for all that is asked for, and that takes longer than reading a schema.
        return file.read(min(os.fstat(file.fileno()).st_size, limit) + 1)


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Hold a file of the user's against all other processes of the same user.

    The lock file is not the file's neighbour, where it would end up in version control.

    Args:
        path: The file; it need not exist.

    Raises:
        OSError: The lock file cannot be written, or another process holds it for a minute.
    """
    import filelock

    owner = os.getuid() if hasattr(os, "getuid") else ""
    mark = sha256(f"{owner} {path.resolve()}".encode()).hexdigest()[:16]
    lock = Path(tempfile.gettempdir(), f"schema-registry-{mark}.lock")
    with filelock.FileLock(lock, timeout=_PATIENCE):
        yield


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
