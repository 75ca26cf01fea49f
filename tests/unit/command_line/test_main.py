from __future__ import annotations

import io
import json
import os
import shlex
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import command_line
from pytest_schema_registry.__main__ import main
from pytest_schema_registry.command_line.parser import command, make_parser
from tests.local_registry import Reply
from tests.processes import PATIENCE, wait_until
from tests.unit.command_line.documents import document

if TYPE_CHECKING:
    from tests.confluent_registry import ConfluentRegistry
    from tests.unit.command_line.conftest import Command

PROGRAM = [sys.executable, "-m", "pytest_schema_registry"]
NAME = f"orders.{'Order' * 10}"


@pytest.fixture
def registry(project: Path) -> Path:
    """A directory of many schemas, whose list is longer than a pipe holds (64 KiB on Linux)."""
    folder = project / "schemas" / "v1"
    folder.mkdir(parents=True)
    for number in range(2_000):
        (folder / f"{NAME}{number:04}.json").write_text('{"type": "object"}')
    return folder.parent


def test_the_script_is_the_module(project: Path) -> None:
    script = Path(sys.executable).with_name("pytest-schema-registry")
    if not script.exists():
        pytest.skip("needs the installed script")
    outputs = [
        subprocess.run([*each, "list"], check=False, capture_output=True, cwd=project)
        for each in ([script], PROGRAM)
    ]
    assert [each.returncode for each in outputs] == [1, 1]
    assert outputs[0].stderr == outputs[1].stderr


@pytest.mark.parametrize("name", ["check", "compare", "export", "list", "serve", "show"])
def test_each_command_has_a_help_and_a_module(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([name, "--help"])
    assert exit_.value.code == 0
    help_ = capsys.readouterr().out
    assert help_.startswith(f"usage: pytest-schema-registry {name} ")
    assert callable(command(name))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "pytest-schema-registry: error: the following arguments are required: COMMAND"),
        (["check", "a"], "check: error: the following arguments are required: FILE"),
        (["compare", "a"], "compare: error: the following arguments are required: NEW"),
        (["export", "a:b"], "export: error: the following arguments are required: --to"),
        (["show"], "show: error: the following arguments are required: NAME"),
        (
            ["check", "a", "b", "--registry-token=secret", "--other=secret"],
            "error: unrecognized arguments: --registry-token=… --other=…",
        ),
        (
            ["list", "a", "https://user:secret@host/"],
            "error: unrecognized arguments: https://…@host/",
        ),
        (["list", "--registry-ur=x"], "error: unrecognized arguments: --registry-ur=…"),
    ],
)
def test_a_wrong_command_line_is_one_line_without_secrets(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(said)


def test_options_may_stand_between_files() -> None:
    parsed = make_parser().parse_args(["check", "a", "b", "--verbose", "c", "--format=json", "d"])
    assert (parsed.schema, parsed.files, parsed.verbose) == ("a", ["b", "c", "d"], True)


def test_the_help_imports_nothing_heavy() -> None:
    program = """
import sys
from pytest_schema_registry.__main__ import main
try:
    main(["--help"])
except SystemExit:
    heavy = {"httpx", "jsonschema_rs", "jsonschema", "yaml", "filelock", "pytest", "iniconfig"}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stderr == "[]\n"


def test_whoever_stops_reading_ends_the_command_without_a_word(registry: Path) -> None:
    list_ = [*PROGRAM, "list", f"--registry-url={registry}"]
    with subprocess.Popen(list_, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == f"{NAME}0000  v1\n".encode()
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full (Linux)")
def test_a_full_disk_is_one_line(registry: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "list", f"--registry-url={registry}"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr == "pytest-schema-registry: cannot write: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full (Linux)")
def test_where_errors_cannot_be_printed_the_status_tells(project: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, "show", "a"], check=False, stdout=full, stderr=full)
    assert done.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_closed_streams_are_no_error(project: Path) -> None:
    (project / "schemas/v1").mkdir(parents=True)
    (project / "schemas/v1/a.json").write_text("true")
    program = shlex.join(PROGRAM)
    for line, status in (
        (f"{program} list --registry-url=schemas >&-", 0),
        (f"{program} check a - --registry-url=schemas <&- 2>&-", 2),
    ):
        done = subprocess.run(line, shell=True, check=False, capture_output=True)
        assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts a process by a signal")
def test_an_interrupted_command_ends_without_a_traceback(project: Path) -> None:
    os.mkfifo(project / "pipe")
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(
            [*PROGRAM, "compare", "pipe", "pipe"], stdout=pipe, stderr=pipe, cwd=project
        ) as process,
        (project / "pipe").open("wb"),
    ):  # once it is opened there, it is read
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (130, (b"", b""))


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts a process by a signal")
def test_an_interrupted_list_does_not_wait_for_the_registry(
    project: Path, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("a-value", {})
    confluent_registry.always(Reply(delay=10 * PATIENCE), "subjects/a-value/versions")
    words = [f"--registry-url={confluent_registry.url}", f"--registry-timeout={10 * PATIENCE}"]
    pipe = subprocess.PIPE
    with subprocess.Popen([*PROGRAM, "list", *words], stdout=pipe, stderr=pipe) as process:
        try:
            wait_until(lambda: "/subjects/a-value/versions" in confluent_registry.paths)
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, said) == (130, (b"", b""))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_terminal_of_another_encoding_shows_escapes(project: Path, encoding: str) -> None:
    (project / "a.json").write_text('{"type": "string"}')
    (project / "b.json").write_text('{"type": "integer"}')
    done = subprocess.run(
        [*PROGRAM, "compare", "a.json", "b.json"],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stderr) == (1, b"")
    mark = "✗" if encoding == "utf-8" else r"\u2717"
    assert f"  {mark} type-narrowed" in done.stdout.decode(encoding)


def test_an_output_without_a_file_may_break_too(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(command_line, "_run", broken)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert main(["list"]) == 141


def test_an_interrupt_and_an_error_of_the_output_have_statuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_arguments: object) -> int:
        raise KeyboardInterrupt

    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError("no words")

    monkeypatch.setattr(sys, "stdout", Full())
    for form in ("text", "json"):
        assert main(["list", f"--format={form}"]) == 2
        said = capsys.readouterr().err.splitlines()
        assert said[-1] == "pytest-schema-registry: cannot write: no words"
    monkeypatch.setattr(command_line, "_run", interrupted)
    assert main(["list"]) == 130


def test_another_error_of_the_system_is_not_one_of_the_output(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied", "a")

    monkeypatch.setattr(command_line, "command", lambda _name: broken)
    text = "pytest-schema-registry: [Errno 13] Permission denied: 'a'"
    assert command("list") == (2, "", f"{text}\n")
    said = command("list", "--format=json")
    assert document(said, "list")["errors"] == [text]


@pytest.mark.skipif(sys.platform == "win32", reason="no working directory is removed there")
@pytest.mark.parametrize(
    "words",
    [["list"], ["export", "shop:Order", "--to=a/v1"]],
    ids=lambda words: words[0],
)
def test_a_working_directory_that_is_gone_is_one_line(
    command: Command, project: Path, words: list[str]
) -> None:
    project.rmdir()
    expected = (
        "the working directory: it cannot be found: No such file or directory; change to another "
        "directory\n"
    )
    assert command(*words) == (2, "", expected)


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_shtab_makes_the_completion_of_shells(shell: str) -> None:
    if find_spec("shtab") is None:
        pytest.skip("needs shtab")
    parser = "pytest_schema_registry.command_line.parser.make_parser"
    done = subprocess.run(
        [sys.executable, "-m", "shtab", f"--shell={shell}", "--error-unimportable", parser],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "pytest-schema-registry" in done.stdout
    assert "registry-offline" in done.stdout


def test_a_document_is_ascii(project: Path) -> None:
    (project / "ä.json").write_text("{")
    done = subprocess.run(
        [*PROGRAM, "compare", "ä.json", "ä.json", "--format=json"],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert json.loads(done.stdout.decode("ascii"))["errors"][0].startswith("ä.json: ")
