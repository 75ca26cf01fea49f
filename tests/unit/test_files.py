from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.files import beginning, file_name, replace

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


@pytest.mark.parametrize("obstacle", ["file", "new"])
def test_a_file_that_cannot_be_written_is_an_error_and_nothing_else_changes(
    tmp_path: Path, obstacle: str
) -> None:
    (tmp_path / "kept").write_text("old")
    (tmp_path / obstacle).mkdir()
    (tmp_path / obstacle / "in the way").touch()
    with pytest.raises(OSError, match="directory"):
        replace(tmp_path / "file", "text", staging=tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["kept", obstacle])


def test_half_a_surrogate_pair_is_written_as_well(tmp_path: Path) -> None:
    replace(tmp_path / "file", "a\ud800", staging=tmp_path / "new")
    assert (tmp_path / "file").read_bytes().decode("utf-8", "surrogatepass") == "a\ud800"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


class OnAFullDisk(type(Path())):  # type: ignore[misc]  # the platform's kind of path
    def write_text(self, *_arguments: object, **_keywords: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class InAFolderJustDeleted(type(Path())):  # type: ignore[misc]  # the platform's kind of path
    def write_text(self, *_arguments: object, **_keywords: object) -> int:
        self.parent.rmdir()
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")


@pytest.mark.parametrize("kind", [OnAFullDisk, InAFolderJustDeleted])
def test_staging_where_nothing_can_be_written_is_no_obstacle(
    tmp_path: Path, kind: type[Path]
) -> None:
    replace(tmp_path / "file", "text", staging=kind(tmp_path / "folder" / "new"))
    assert list(tmp_path.rglob("*new*")) == []
    assert (tmp_path / "file").read_text() == "text"


def test_staging_on_another_file_system_is_no_obstacle(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    staging = other / f"pytest-schema-registry-{os.getpid()}"
    replace(tmp_path / "file", "text", staging=staging)
    assert not staging.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "text"


@pytest.mark.skipif(sys.platform == "win32", reason="a reader there holds up a writer")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="It is a pipe"):
        beginning(tmp_path / "pipe", 10)


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
