"""Files: their names, whose turn it is, and replacing one so that a kill leaves no half.

``atomicwrites`` did this and is no longer maintained; what is left of it here is one function.
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

#: A schema may hold the half of a surrogate pair.
_ENCODING = ("utf-8", "surrogatepass")
_SAFE_LENGTH = 120
#: Seconds that a process may hold a file of the user's.
_PATIENCE = 60
_DEVICE_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def replace(path: Path, text: str, *, staging: Path | None = None) -> None:
    """Replace a file's whole content at once.

    A link stays one, and the file that it leads to is replaced. The file keeps its mode, and its
    owner where that is allowed. Of several hard links this one gets the new file: package caches
    share files in this way, and must not change. A pipe, a device, and what this process's own
    output goes to are written to as they are.

    Args:
        path: The file; its folder is made where it is missing.
        text: The new content.
        staging: Where the text is written first. The name is the caller's own, and so is the lock
            for it: what a killed writer left there is removed. Where that is not given, is on
            another file system or cannot be written, the text is staged beside the file, under a
            name that nobody has.

    Raises:
        OSError: The file cannot be written; the old one is still there.
    """
    status: os.stat_result | None = None
    try:
        status = found = path.stat()
    except FileNotFoundError:
        # What a link leads to is another's place, perhaps of a disk that is not mounted.
        if not path.is_symlink():
            path.parent.mkdir(parents=True, exist_ok=True)
    else:
        if (outlet := _outlet(path, found)) is not None:
            with os.fdopen(outlet, "wb") as file:
                file.write(text.encode(*_ENCODING))
            return
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            # A folder that can be written would let it be replaced all the same.
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


def _write_through(staging: Path, target: Path, text: str, status: os.stat_result | None) -> None:
    mode = 0o666 if status is None else stat.S_IMODE(status.st_mode) & 0o777
    # Never a file or a link that is there already.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(staging, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if status is not None and hasattr(os, "fchown"):
                # The group first: whoever gives a file away can no longer choose it.
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
    """What to write to where there is no file to replace: a descriptor of it, opened.

    Raises:
        OSError: It cannot be opened; a pipe that nobody reads is not waited for.
    """
    for output in (1, 2):
        with suppress(OSError):  # it is closed
            if os.path.samestat(status, os.fstat(output)):
                # What was printed so far comes first.
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
    """Whether this is a directory, and no link to one, that nobody but this user may enter."""
    try:
        status = os.lstat(directory)
    except OSError:
        return False
    is_own = status.st_uid == _user()
    is_closed = os.name != "posix" or not stat.S_IMODE(status.st_mode) & 0o077
    return stat.S_ISDIR(status.st_mode) and is_own and is_closed


def private(directory: Path) -> Path:
    """Make a directory that nobody but this user may enter, or see that it is one.

    Raises:
        OSError: It cannot be made, or there is something else.
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
    """Where the processes of a session cache what they cannot, or may not, keep for the next.

    Args:
        session_id: What they have in common.
    """
    try:
        return _own_place() / session_id
    except OSError:
        # Below it nothing can be made, and so nothing forged.
        return Path(os.devnull) / session_id


def remove_session(session_id: str) -> None:
    """Remove what a session kept, in whichever place that was."""
    for place in _places():
        shutil.rmtree(place / session_id, ignore_errors=True)


def _own_place() -> Path:
    """This user's directory for locks and sessions, the same in all processes.

    Raises:
        OSError: There is none, and none can be made.
    """
    places = _places()
    for place in places:
        with suppress(OSError):
            return private(place)
    raise PermissionError(
        errno.EPERM,
        "Not a directory of this user alone; remove it, or set TMPDIR to another",
        str(places[0]),
    )


def _places() -> list[Path]:
    """Where that may be, in order. Others may have taken the first one, and only that one."""
    # Of a user without a home, pathlib would raise a RuntimeError.
    home = os.path.expanduser("~/.cache")  # noqa: PTH111
    others = (os.environ.get("XDG_RUNTIME_DIR", ""), home)
    bases = [tempfile.gettempdir(), *filter(os.path.isabs, others)]
    return [Path(base, f"pytest-schema-registry-{_user()}") for base in bases]


def _user() -> int:
    # Windows has no such number; its temporary directory is each user's own.
    return getattr(os, "geteuid", lambda: 0)()


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

    real = os.path.normcase(os.path.realpath(path))
    mark = sha256(os.fsencode(real)).hexdigest()[:32]
    with filelock.FileLock(_own_place() / f"{mark}.lock", timeout=_PATIENCE):
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
