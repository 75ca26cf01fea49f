"""What other users of the machine can put where locks and sessions are kept."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import pytest

from pytest_schema_registry import SchemaRegistry, files
from pytest_schema_registry.errors import InvalidAnswer
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval.cache import Cache, SharedSession
from tests.documents import result_of
from tests.local_registry import ORDER, LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has a temporary folder a user")
ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, who can be two users"
)
#: Another user's number, whoever that is.
NOBODY = 65534
URL = "http://registry.example/schemas/v1/a.B"
QUESTION = Query(Kind.SCHEMA, "v1", "a.B")
SUITE = f"""
    def test_order(assert_conforms):
        assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")
"""


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for temporary files, and with no other place of the user's beside it."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    monkeypatch.setenv("TMPDIR", str(directory))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return directory


@pytest.fixture
def place(temporary: Path) -> Path:
    """Where this user's locks and sessions are."""
    return temporary / f"pytest-schema-registry-{os.geteuid()}"


def anybody_s(directory: Path) -> None:
    directory.mkdir()
    directory.chmod(0o777)


def another_user_s(directory: Path) -> None:
    directory.mkdir(0o700)
    os.chown(directory, NOBODY, NOBODY)


def a_link(directory: Path) -> None:
    real = directory.with_name("real")
    real.mkdir(0o700)
    directory.symlink_to(real)


def a_link_to_nothing(directory: Path) -> None:
    directory.symlink_to("nothing")


def a_file(directory: Path) -> None:
    directory.touch()


TAKEN = pytest.mark.parametrize(
    "take",
    [anybody_s, pytest.param(another_user_s, marks=ROOT), a_link, a_link_to_nothing, a_file],
)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_what_a_session_keeps_is_its_user_s_alone_whatever_the_umask(
    place: Path, mask: int
) -> None:
    session = SharedSession("this", files.session_directory("this"))
    with umask(mask):
        assert session.first("a fact")
        cache = Cache(None, session, ttl=300, lock_timeout=5)
        with cache.lock(URL):
            cache.keep_failure(URL, InvalidAnswer(URL, "why"))
    assert session.directory == place / "this"
    assert [mode(place), mode(session.directory)] == [0o700, 0o700]
    assert cache.failure(URL) is not None


def test_a_place_that_vanished_is_made_anew_as_private(place: Path) -> None:
    session = SharedSession("this", files.session_directory("this"))
    place.rmdir()
    with umask(0):
        assert session.first("a fact")
    assert [mode(place), mode(session.directory)] == [0o700, 0o700]


@TAKEN
def test_what_another_user_put_in_a_session_s_directory_is_not_believed(
    tmp_path: Path, take: Callable[[Path], None]
) -> None:
    directory = tmp_path / "session"
    session = SharedSession("this", directory)
    forged = result_of(QUESTION, URL, None, 1e9, "registry")
    mine = Cache(None, session, ttl=300, lock_timeout=5)
    mine.keep(forged)
    mine.keep_failure(URL, InvalidAnswer(URL, "why"))
    assert mine.asked(URL, QUESTION) == forged
    entries = {path.name: path.read_bytes() for path in directory.iterdir()}
    for path in directory.iterdir():
        path.unlink()
    directory.rmdir()
    take(directory)
    if directory.is_dir():
        for name, entry in entries.items():
            (directory / name).write_bytes(entry)
    there = sorted(tmp_path.rglob("*"))
    assert mine.asked(URL, QUESTION) is None
    assert mine.failure(URL) is None
    assert session.first("a fact")
    with mine.lock(URL):
        mine.keep(forged)
    assert sorted(tmp_path.rglob("*")) == there


def test_a_user_s_own_cache_directory_may_be_a_shared_one(tmp_path: Path) -> None:
    anybody_s(tmp_path / "cache")
    mine = Cache(
        tmp_path / "cache", SharedSession("this", tmp_path / "own"), ttl=300, lock_timeout=5
    )
    mine.keep(result_of(QUESTION, URL, None, 1e9, "registry"))
    assert mine.asked(URL, QUESTION) is not None
    assert mode(tmp_path / "cache") == 0o777


@TAKEN
def test_a_place_that_is_taken_is_left_for_one_in_the_user_s_home(
    place: Path, tmp_path: Path, take: Callable[[Path], None]
) -> None:
    take(place)
    own = tmp_path / "home" / ".cache" / place.name
    with files.locked(tmp_path / "file"):
        (lock,) = own.iterdir()
    assert files.session_directory("this") == own / "this"
    assert mode(own) == 0o700
    assert lock.suffix == ".lock"
    if place.is_dir():
        assert list(place.iterdir()) == []
    (own / "this").mkdir()
    files.remove_session("this")
    assert [*own.iterdir()] == [lock] * lock.exists()


def test_a_directory_of_the_login_s_comes_before_the_home(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_file(place)
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    assert files.session_directory("this") == tmp_path / "run" / place.name / "this"


@pytest.fixture
def _no_temporary_directory(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    assert not place.exists()
    monkeypatch.setattr(tempfile, "gettempdir", none)


@pytest.mark.usefixtures("_no_temporary_directory")
def test_a_system_without_a_temporary_directory_leaves_the_home(
    place: Path, tmp_path: Path
) -> None:
    own = tmp_path / "home" / ".cache" / place.name
    assert files.session_directory("this") == own / "this"
    (own / "this").mkdir()
    files.remove_session("this")
    assert [*own.iterdir()] == []


@pytest.mark.usefixtures("_no_temporary_directory")
def test_a_system_without_any_directory_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "not/absolute")
    assert files.session_directory("this") == Path(os.devnull) / "this"
    files.remove_session("this")
    with (
        pytest.raises(FileNotFoundError, match=r"No directory .*; set TMPDIR to one"),
        files.locked(tmp_path / "file"),
    ):
        pass


def test_without_any_place_nothing_is_shared_and_a_file_cannot_be_held(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_file(place)
    monkeypatch.setenv("HOME", "not/absolute")
    session = SharedSession("this", files.session_directory("this"))
    assert [session.first("a fact"), session.first("a fact")] == [True, True]
    cache = Cache(None, session, ttl=300, lock_timeout=5)
    with cache.lock(URL):
        cache.keep(result_of(QUESTION, URL, None, 1e9, "registry"))
    assert cache.asked(URL, QUESTION) is None
    files.remove_session("this")
    with (
        pytest.raises(PermissionError, match="remove it, or set TMPDIR to another") as caught,
        files.locked(tmp_path / "file"),
    ):
        pass
    assert caught.value.filename == str(place)


HOLD = """
import sys
from pathlib import Path
from pytest_schema_registry import files

with files.locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_file_has_one_lock_by_whatever_name_it_is_reached(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert temporary.is_dir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    command = [sys.executable, "-c", HOLD, str(tmp_path / "link")]
    monkeypatch.setattr("pytest_schema_registry.files._PATIENCE", 0.01)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(filelock.Timeout), files.locked(tmp_path / "file"):
            pass
        for name in ("loop", "other", os.fsdecode(b"\xff")):
            with files.locked(tmp_path / name):
                pass
        holder.communicate()


@ROOT
@pytest.mark.parametrize("workers", [0, 2])
def test_a_session_runs_where_another_user_has_taken_its_place(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    place: Path,
    workers: int,
) -> None:
    another_user_s(place)
    place.chmod(0o777)
    pytester.makepyfile(SUITE)
    result = run(
        f"--registry-url={local_registry.url}",
        "--registry-report=report.json",
        "--registry-ratchet=ratchet",
        "-pno:cacheprovider",
        f"-n{workers}",
    )
    result.assert_outcomes(passed=2)
    assert (pytester.path / "report.json").stat().st_size
    assert (pytester.path / "ratchet").stat().st_size
    assert list(place.iterdir()) == []
    assert len(local_registry.requests) == 2


@pytest.mark.parametrize("workers", [0, 2])
def test_nothing_of_a_session_outlives_it_and_others_cannot_look(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    place: Path,
    workers: int,
) -> None:
    pytester.makepyfile(f"""
        from pathlib import Path

        def test_order(assert_conforms):
            assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")
            (session,) = Path({str(place)!r}).iterdir()
            assert list(session.glob("*.entry"))
            assert session.stat().st_mode & 0o777 == 0o700
    """)
    with umask(0):
        result = run(f"--registry-url={local_registry.url}", "-pno:cacheprovider", f"-n{workers}")
    result.assert_outcomes(passed=2)
    assert list(place.iterdir()) == []
    assert mode(place) == 0o700


def test_a_session_that_has_no_use_for_it_makes_no_place(
    run: Run, pytester: pytest.Pytester, place: Path
) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    for workers in (0, 2):
        run(f"-n{workers}").assert_outcomes(passed=1)
    assert not place.exists()


def test_a_registry_without_pytest_keeps_what_is_its_own_privately(
    local_registry: LocalRegistry, place: Path
) -> None:
    with umask(0), SchemaRegistry(local_registry.url) as registry:
        registry.get_schema(ORDER, "v1")
        (own,) = place.iterdir()
        assert mode(own) == 0o700
    assert list(place.iterdir()) == []
    assert tempfile.gettempdir() == str(place.parent)
