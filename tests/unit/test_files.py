from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry import files
from pytest_schema_registry.files import file_name, read_at_most, read_stream, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Another user's number, whoever that is.
NOBODY = 65534
NAMES = st.text(st.characters(exclude_categories=())) | st.text("./\\~%:aA\0 \n", max_size=8)
DEVICES = ["con", "PRN", "Aux.json", "nul", "com1", "LPT9.a.b"]

WRITER = """
import sys
from pathlib import Path
from pytest_schema_registry.files import replace

path, staging, text = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] * 100_000
print("ready", flush=True)
while True:
    replace(path, text, staging=staging)
"""


@pytest.mark.parametrize("name", ["telemetry.FeedbackEvent", "a-b_c.1", "a~b", "console", "common"])
def test_a_name_that_is_safe_everywhere_is_its_own_file_name(name: str) -> None:
    assert file_name(name) == name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a/b", "~a%2Fb~c14cddc033f6"),
        ("", "~~e3b0c44298fc"),
        ("..", "~%2E.~5ec1f7e700f3"),
        ("NUL", "~NUL~ae6de1827cfc"),
        ("\ud800", "~%ED%A0%80~91a681b99855"),
    ],
)
def test_any_other_name_is_escaped_and_ends_in_a_digest(name: str, file: str) -> None:
    assert file_name(name) == file


@pytest.mark.parametrize("name", [".", "..", "a.", "~a", *DEVICES, "a" * 121])
def test_a_name_that_some_system_takes_for_something_else_is_escaped(name: str) -> None:
    assert file_name(name).startswith("~")


@given(NAMES)
def test_a_file_name_never_leads_outside_its_directory(name: str) -> None:
    file = file_name(name)
    for flavour in (PurePosixPath, PureWindowsPath):
        path = flavour("directory") / f"{file}.yaml"
        assert path.parent == flavour("directory")
        assert path.name == f"{file}.yaml"
    assert not file.startswith(".")
    assert not file.endswith((".", " "))
    assert file.isascii()
    assert file.isprintable()
    assert len(file) <= 140


@given(NAMES, NAMES)
def test_an_escaped_name_meets_no_other_even_where_case_is_ignored(one: str, other: str) -> None:
    if one != other and file_name(one) != one:
        assert file_name(one).lower() != file_name(other).lower()


@pytest.mark.parametrize("name", ["a/B", "~a", "x" * 121])
def test_names_that_differ_only_in_case_have_different_escaped_names(name: str) -> None:
    assert file_name(name).lower() != file_name(name.swapcase()).lower()


def test_a_file_and_its_folders_are_made(tmp_path: Path) -> None:
    replace(tmp_path / "a" / "b" / "file", "größe\n", staging=tmp_path / "c" / "new")
    assert (tmp_path / "a" / "b" / "file").read_bytes() == "größe\n".encode()
    assert not (tmp_path / "c" / "new").exists()


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a longer text than the next")
    replace(file, "next", staging=tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert file.read_text() == "next"


def test_what_a_killed_writer_left_behind_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("half of what was to be wri")
    replace(tmp_path / "file", "whole", staging=tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "whole"


def test_a_file_that_cannot_be_written_is_an_error_and_nothing_else_changes(
    tmp_path: Path,
) -> None:
    (tmp_path / "kept").write_text("old")
    (tmp_path / "file").mkdir()
    for staging in (None, tmp_path / "new"):
        with pytest.raises((IsADirectoryError, PermissionError)):
            replace(tmp_path / "file", "text", staging=staging)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "kept"]


def test_half_a_surrogate_pair_is_written_as_well(tmp_path: Path) -> None:
    replace(tmp_path / "file", "a\ud800", staging=tmp_path / "new")
    assert (tmp_path / "file").read_bytes().decode("utf-8", "surrogatepass") == "a\ud800"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("staging", ["a_file/new", "a_directory"])
def test_staging_where_nothing_can_be_written_is_no_obstacle(tmp_path: Path, staging: str) -> None:
    (tmp_path / "a_file").write_text("kept")
    (tmp_path / "a_directory").mkdir()
    (tmp_path / "a_directory" / "kept").touch()
    replace(tmp_path / "file", "text", staging=tmp_path / staging)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a_directory", "a_file", "file"]
    assert (tmp_path / "file").read_text() == "text"


def test_no_file_of_the_user_s_is_taken_for_staging(tmp_path: Path) -> None:
    names = ["file.new", ".file.new", ".file", "file~", "file.tmp"]
    for name in names:
        (tmp_path / name).write_text("precious")
    replace(tmp_path / "file", "text")
    (tmp_path / "folder").mkdir()
    with pytest.raises((IsADirectoryError, PermissionError)):
        replace(tmp_path / "folder", "text")
    assert {name: (tmp_path / name).read_text() for name in names} == dict.fromkeys(
        names, "precious"
    )
    assert len(list(tmp_path.iterdir())) == len(names) + 2


def test_a_link_in_the_place_of_the_staging_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("precious")
    (tmp_path / "new").symlink_to("other")
    replace(tmp_path / "file", "text", staging=tmp_path / "new")
    assert (tmp_path / "other").read_text() == "precious"
    assert not (tmp_path / "file").is_symlink()


@pytest.mark.parametrize("staging", [None, "new"])
def test_a_link_stays_one_and_what_it_leads_to_is_replaced(
    tmp_path: Path, staging: str | None
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "file").write_text("old")
    (tmp_path / "linked").symlink_to("shared", target_is_directory=True)
    (tmp_path / "one").symlink_to("linked/file")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    replace(tmp_path / "two", "text", staging=None if staging is None else tmp_path / staging)
    assert (tmp_path / "one").is_symlink()
    assert (tmp_path / "two").is_symlink()
    assert (tmp_path / "shared" / "file").read_text() == "text"
    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["file"]


def test_a_link_to_a_file_that_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "link").symlink_to("shared/file")
    replace(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "shared" / "file").read_text() == "text"


@pytest.mark.skipif(os.name != "posix", reason="Windows words it otherwise")
@pytest.mark.parametrize("target", ["not_mounted/file", "link", "a_file/file"])
def test_a_link_that_leads_nowhere_is_an_error_and_stays(tmp_path: Path, target: str) -> None:
    (tmp_path / "a_file").touch()
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(OSError, match=r"No such file|Too many levels|Not a directory"):
        replace(tmp_path / "link", "text", staging=tmp_path / "new")
    assert (tmp_path / "link").readlink() == Path(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a_file", "link"]


def test_of_two_hard_links_the_other_keeps_what_it_had(tmp_path: Path) -> None:
    (tmp_path / "cached").write_text("old")
    (tmp_path / "file").hardlink_to(tmp_path / "cached")
    replace(tmp_path / "file", "text")
    assert (tmp_path / "file").read_text() == "text"
    assert (tmp_path / "cached").read_text() == "old"


POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has other modes and owners")


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o666, 0o755])
@pytest.mark.parametrize("staging", [None, "new"])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int, staging: str | None) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(mode)
    replace(file, "text", staging=None if staging is None else tmp_path / staging)
    assert file.read_text() == "text"
    assert stat.S_IMODE(file.stat().st_mode) == mode


@POSIX
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    program = "from pytest_schema_registry.files import *; replace(Path('file'), 'text')"
    for mask, mode in ((0o022, 0o644), (0o077, 0o600)):
        command = [sys.executable, "-c", program]
        subprocess.run(command, cwd=tmp_path, check=True, umask=mask)
        assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode
        (tmp_path / "file").unlink()


@POSIX
def test_a_file_keeps_its_owner_where_that_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    owner = (NOBODY, NOBODY) if os.geteuid() == 0 else (os.geteuid(), os.getgroups()[-1])
    os.chown(file, *owner)
    file.chmod(0o600)
    replace(file, "text")
    status = file.stat()
    assert (status.st_uid, status.st_gid) == owner
    assert stat.S_IMODE(status.st_mode) == 0o600


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A directory of the user's own, who is not root while the test lasts."""
    with tempfile.TemporaryDirectory() as directory:
        if not hasattr(os, "geteuid") or os.geteuid() != 0:
            yield Path(directory)
            return
        os.chown(directory, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(directory)
        finally:
            os.seteuid(0)


def test_a_file_that_is_read_only_is_not_replaced(unprivileged: Path) -> None:
    file = unprivileged / "file"
    file.write_text("old")
    file.chmod(0o444)
    try:
        with pytest.raises(PermissionError, match="Permission denied"):
            replace(file, "text", staging=unprivileged / "new")
        assert file.read_text() == "old"
        assert [path.name for path in unprivileged.iterdir()] == ["file"]
    finally:
        file.chmod(0o644)


@POSIX
def test_an_owner_that_may_not_be_kept_is_no_obstacle(unprivileged: Path) -> None:
    file = unprivileged / "file"
    file.write_text("old")
    status = os.stat_result([0o100666, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    assert status.st_uid == 0
    files._write_through(unprivileged / "new", file, "text", status)
    assert file.read_text() == "text"
    assert stat.S_IMODE(file.stat().st_mode) == 0o666


def test_staging_on_another_file_system_is_no_obstacle(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    staging = other / f"pytest-schema-registry-{os.getpid()}"
    replace(tmp_path / "file", "text", staging=staging)
    assert not staging.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "text"


PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")


@PIPES
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        replace(tmp_path / "pipe", "text")
        assert os.read(reader, 100) == b"text"
    finally:
        os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


@PIPES
def test_a_pipe_that_nobody_reads_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="No such device"):
        replace(tmp_path / "pipe", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@POSIX
def test_a_device_stays_one() -> None:
    replace(Path("/dev/null"), "text")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(OSError, match="No space left"):
        replace(Path("/dev/full"), "text")


@POSIX
@pytest.mark.parametrize("name", ["/dev/stdout", "out"])
def test_the_process_s_own_output_is_written_to_after_what_was_printed(
    tmp_path: Path, name: str
) -> None:
    program = f"""
from pytest_schema_registry.files import *
print("before")
replace(Path({name!r}), "text\\n")
print("after")
"""
    with (tmp_path / "out").open("w") as out:
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "before\ntext\nafter\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@POSIX
def test_an_output_that_is_closed_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    program = """
import io
import os
from pytest_schema_registry.files import *
os.close(1)
replace(Path("file"), "text")
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert (tmp_path / "file").read_text() == "text"


@PIPES
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="It is a pipe"):
        read_at_most(tmp_path / "pipe", 10)


@pytest.mark.parametrize("limit", [0, 5, 9, 10, 100_000, 10**30])
def test_a_stream_is_read_up_to_one_byte_beyond_the_limit(limit: int) -> None:
    for whole in (b"0123456789", b"0" * 200_000):
        stream = io.BytesIO(whole)
        assert read_stream(stream, limit) == whole[: limit + 1]
        assert stream.tell() == min(limit + 1, len(whole))


@pytest.mark.skipif(sys.platform == "win32", reason="a reader there holds up a writer")
def test_a_reader_sees_the_old_text_or_the_new_one_even_when_the_writer_is_killed(
    tmp_path: Path,
) -> None:
    file, staging = tmp_path / "file", tmp_path / "new"
    seen = set()
    for letter in "ab":
        command = [sys.executable, "-c", WRITER, str(file), str(staging), letter]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            while not file.exists() or letter not in seen:
                if file.exists():
                    text = file.read_text()
                    assert text in ("a" * 100_000, "b" * 100_000)
                    seen.add(text[0])
            writer.send_signal(signal.SIGKILL)
        assert file.read_text() == letter * 100_000
    assert seen == {"a", "b"}
