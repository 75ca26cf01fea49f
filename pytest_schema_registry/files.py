"""Files: safe names, locks, and a replacement that leaves no half-written file after a kill.

``atomicwrites`` did the replacement, but is no longer maintained; one function here does it now.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

#: A schema may contain half a surrogate pair, which strict UTF-8 cannot encode.
_ENCODING = ("utf-8", "surrogatepass")
_SAFE_LENGTH = 120
#: The bytes of a file that tell what has written it.
_HEAD = 1_000
#: The most bytes of a stream that are read at once.
_PART = 65_536
#: Seconds that another process may hold the lock of a user's file.
_PATIENCE = 60
_DEVICE_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def replace(path: Path, text: str, *, staging: Path | None = None) -> None:
    """Replace a file's whole content at once.

    A link stays a link, and the file that it leads to is replaced. The file keeps its mode, and its
    owner where the system allows that. Of several hard links, only this one gets the new file:
    package caches share files by hard links, and must not change. A pipe, a device, and the target
    of this process's own output are not replaced but written to.

    Args:
        path: The file; its folder is made where it is missing.
        text: The new content.
        staging: The file to which the text is written first. The caller owns the name and holds a
            lock for it, so a file that a killed writer left there is removed. If the path is not
            given, is on another file system or cannot be written, the text is staged beside the
            file, under a random name.

    Raises:
        OSError: The file cannot be written; the old one is still there.
    """
    status: os.stat_result | None = None
    try:
        status = found = path.stat()
    except FileNotFoundError:
        # Make no folder for the target of a broken link: its disk may not be mounted.
        if not path.is_symlink():
            path.parent.mkdir(parents=True, exist_ok=True)
    else:
        if (outlet := _outlet(path, found)) is not None:
            with os.fdopen(outlet, "wb") as file:
                file.write(text.encode(*_ENCODING))
            return
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            # Replacing needs only a writable folder, and would overrule the mode of the file.
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    target = Path(os.path.realpath(path))
    if staging is not None:
        with suppress(OSError):
            staging.parent.mkdir(parents=True, exist_ok=True)
            staging.unlink(missing_ok=True)
            _write_through(staging, target, text, status)
            return
    beside = target.with_name(f".schema-registry-{os.urandom(8).hex()}")
    _write_through(beside, target, text, status)


def replace_report(path: Path, text: str, endings: tuple[str, ...], mark: str) -> None:
    """Replace the file of a report at once, unless it is plainly another file.

    Args:
        path: The file.
        text: The new content.
        endings: The usual endings of such reports. A file with one of them, or with none, is
            replaced whatever it has.
        mark: A text that the first 1,000 bytes of each such report have. A file with another
            ending is replaced only if it has this, or nothing.

    Raises:
        FileExistsError: It is another file, such as a test module that was named by mistake.
        OSError: The file cannot be written; the old one is still there.
    """
    with locked(path):
        if path.suffix not in ("", *endings) and path.is_file():
            with path.open("rb") as file:
                head = file.read(_HEAD)
            if head.strip() and mark.encode() not in head:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        replace(path, text)


def _write_through(staging: Path, target: Path, text: str, status: os.stat_result | None) -> None:
    mode = 0o666 if status is None else stat.S_IMODE(status.st_mode) & 0o777
    # O_EXCL: never write to a file or a link that is there already.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(staging, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if status is not None and hasattr(os, "fchown"):
                # The group first: after the owner changes, this process cannot set the group.
                for owner in ((-1, status.st_gid), (status.st_uid, -1)):
                    with suppress(OSError):
                        os.fchown(descriptor, *owner)
                with suppress(OSError):
                    os.fchmod(descriptor, mode)
            file.write(text.encode(*_ENCODING))
        staging.replace(target)
    except BaseException:
        with suppress(OSError):
            staging.unlink()
        raise


def _outlet(path: Path, status: os.stat_result) -> int | None:
    """Open the path if it is written to instead of replaced: a pipe, a device, our own output.

    Return None for a regular file or a directory.

    Raises:
        OSError: The path cannot be opened. A pipe without a reader fails at once.
    """
    for output in (1, 2):
        with suppress(OSError):  # it is closed
            if os.path.samestat(status, os.fstat(output)):
                # The output printed so far must come first.
                print(end="", flush=True)
                return os.dup(output)
    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISFIFO(status.st_mode):
        return os.open(path, os.O_WRONLY)
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def is_private(directory: Path) -> bool:
    """Check whether this is a directory, and no link to one, that only this user may enter."""
    try:
        status = os.lstat(directory)
    except OSError:
        return False
    is_own = status.st_uid == _user()
    is_closed = os.name != "posix" or not stat.S_IMODE(status.st_mode) & 0o077
    return stat.S_ISDIR(status.st_mode) and is_own and is_closed


def private(directory: Path) -> Path:
    """Make a directory that only this user may enter, or check that it is there already.

    Raises:
        OSError: The directory cannot be made, or the path is something else.
    """
    try:
        directory.mkdir(0o700, exist_ok=True)
    except FileNotFoundError:
        private(directory.parent)
        directory.mkdir(0o700, exist_ok=True)
    if not is_private(directory):
        raise PermissionError(errno.EPERM, "Not a directory of this user alone", str(directory))
    return directory


def session_directory(session_id: str) -> Path:
    """Return the directory for cache entries that a session cannot, or may not, leave to the next.

    Args:
        session_id: The id that all processes of the session share.
    """
    try:
        return _own_place() / session_id
    except OSError:
        # Nobody can make a file below the null device, and so nobody can forge one.
        return Path(os.devnull) / session_id


def remove_session(session_id: str) -> None:
    """Remove the directory of a session, in whichever place it was."""
    for place in _places():
        shutil.rmtree(place / session_id, ignore_errors=True)


def _own_place() -> Path:
    """Return this user's directory for locks and sessions, the same in all processes.

    Raises:
        OSError: The directory does not exist and cannot be made.
    """
    places = _places()
    for place in places:
        with suppress(OSError):
            return private(place)
    if not places:
        raise FileNotFoundError(errno.ENOENT, "No directory for temporary files; set TMPDIR to one")
    raise PermissionError(
        errno.EPERM,
        "Not a directory of this user alone; remove it, or set TMPDIR to another",
        str(places[0]),
    )


def _places() -> list[Path]:
    """Return the possible paths of this user's own directory, in order.

    Other users may have taken the first path, which is in a shared directory, but none of the rest.
    """
    # For a user without a home, pathlib would raise a RuntimeError.
    home = os.path.expanduser("~/.cache")  # noqa: PTH111
    others = (os.environ.get("XDG_RUNTIME_DIR", ""), home)
    bases = [*filter(os.path.isabs, others)]
    with suppress(FileNotFoundError):  # the system has none, or none that may be written
        bases.insert(0, tempfile.gettempdir())
    return [Path(base, f"pytest-schema-registry-{_user()}") for base in bases]


def _user() -> int:
    # Windows has no user number; each user has a temporary directory there.
    return getattr(os, "geteuid", lambda: 0)()


def read_at_most(path: Path, limit: int) -> bytes:
    """Read a file up to one byte beyond a limit; that byte tells that the file is longer.

    Args:
        path: The file.
        limit: The limit in bytes.

    Raises:
        OSError: The file cannot be read, or is a pipe.
    """
    if stat.S_ISFIFO(path.stat().st_mode):
        # Opening a pipe waits until somebody writes into it.
        raise OSError(errno.EINVAL, "It is a pipe", str(path))
    with path.open("rb") as file:
        # `read` allocates all that it is asked for, which takes longer than reading a schema.
        return file.read(min(os.fstat(file.fileno()).st_size, limit) + 1)


def read_stream(stream: BinaryIO, limit: int) -> bytes:
    """Read a stream, such as a pipe, up to one byte beyond a limit; see :func:`read_at_most`.

    Args:
        stream: The stream.
        limit: The limit in bytes.

    Raises:
        OSError: The stream cannot be read.
    """
    parts = []
    left = limit + 1
    while left and (part := stream.read(min(left, _PART))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a user's file against all other processes of the same user.

    The lock file does not lie beside the file, where it would end up in version control.

    Args:
        path: The file; it need not exist.

    Raises:
        OSError: The lock file cannot be written, or another process holds it for a minute.
    """
    import filelock

    real = os.path.normcase(os.path.realpath(path))
    mark = sha256(os.fsencode(real)).hexdigest()[:32]
    with filelock.FileLock(_own_place() / f"{mark}.lock", timeout=_PATIENCE):
        yield


def file_name(name: str) -> str:
    """Return a file name for any schema name: the name itself where that is safe, else escaped.

    A safe name is safe on every system. An escaped name is percent-encoded and ends in a digest of
    the whole name. So two names never share a file, whatever their length and characters.
    """
    escaped = quote(name, safe="", errors="surrogatepass")
    plain = escaped == name and len(name) <= _SAFE_LENGTH and not name.startswith((".", "~"))
    if name and plain and not _DEVICE_NAMES.match(name) and not name.endswith("."):
        return name
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"~{escaped[:_SAFE_LENGTH]}~{mark}".replace("~.", "~%2E")
