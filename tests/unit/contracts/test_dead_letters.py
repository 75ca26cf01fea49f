from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import InvalidSettings, Schema
from pytest_schema_registry.contracts.dead_letters import DeadLetters, letter, letters, passed
from pytest_schema_registry.errors import ContractViolation
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schemas import Violation

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "letters.jsonl"


def of(payload: Any, **more: Any) -> dict[str, Any]:
    return {"schema": "a.B", "version": "v1", "payload": payload, "violations": [], **more}


def kept(file: Path) -> list[Any]:
    return [each["payload"] for _, each in letters(file.read_bytes())]


def test_a_letter_says_what_was_wrong_with_what_and_where_it_was_met() -> None:
    schema = Schema(
        name="a.B",
        version="v1",
        release="1.0",
        published=Content.of(True),
        token="0",
        deprecated=False,
        deprecation_note=None,
        source="cache",
        fetched_at=NOW,
        url="http://r/schemas/v1/a.B",
    )
    found = Violation("$.id", "#/properties/id/type", "type", 1, "1 is an integer, not a string")
    violation = ContractViolation("text", schema, {"id": 1}, (found,))
    given = letter(violation, test="t.py::test", mode="auto", enforcement="warn", time=NOW)
    assert given == {
        "schema": "a.B",
        "version": "v1",
        "release": "1.0",
        "digest": schema.digest,
        "source": "cache",
        "payload": {"id": 1},
        "violations": [
            {
                "path": "$.id",
                "schema_path": "#/properties/id/type",
                "keyword": "type",
                "message": "1 is an integer, not a string",
            }
        ],
        "test": "t.py::test",
        "time": "2026-01-02T03:04:05+00:00",
        "mode": "auto",
        "enforcement": "warn",
    }


def test_the_file_is_there_from_the_beginning(file: Path) -> None:
    DeadLetters(file)
    assert file.read_bytes() == b""


def test_each_payload_is_kept_once_whoever_adds_it(file: Path) -> None:
    one, other = DeadLetters(file), DeadLetters(file)
    one.add(of({"b": 1, "a": "é\n"}))
    other.add(of({"a": "é\n", "b": 1}, test="another"))
    other.add(of(2))
    one.add(of(2))
    one.add(of(2, version="v2"))
    assert kept(file) == [{"b": 1, "a": "é\n"}, 2, 2]
    DeadLetters(file).add(of(2))
    assert len(kept(file)) == 3


def test_the_half_line_of_a_killed_writer_goes_and_nothing_else(file: Path) -> None:
    DeadLetters(file).add(of(1))
    whole = file.read_bytes()
    for end in (1, len(whole) // 2, len(whole) - 2):
        file.write_bytes(whole + whole[:end])
        assert kept(file) == [1]
        DeadLetters(file).add(of(2))
        assert kept(file) == [1, 2]
        assert file.read_bytes().startswith(whole)


def test_a_last_line_that_a_person_left_without_its_end_stays(file: Path) -> None:
    DeadLetters(file).add(of(1))
    file.write_bytes(file.read_bytes().rstrip())
    letters_of = DeadLetters(file)
    for payload in (1, 2, 3):
        letters_of.add(of(payload))
    assert kept(file) == [1, 2, 3]


def test_a_file_of_nothing_but_half_a_line_begins_anew(file: Path) -> None:
    letters_of = DeadLetters(file)
    file.write_bytes(b'{"schema": "a')
    letters_of.add(of(1))
    assert kept(file) == [1]


def test_what_others_wrote_stays_and_is_no_letter(file: Path) -> None:
    letters_of = DeadLetters(file)
    file.write_text('// a comment\n[1]\n{"schema": "a.B"}\n' + "[" * 100_000 + "\n")
    letters_of.add(of(1))
    assert kept(file) == [1]
    assert file.read_text().startswith("// a comment\n[1]\n")
    assert [number for number, _ in letters(file.read_bytes())] == [5]


def test_a_file_that_cannot_be_written_is_an_error_that_names_it(file: Path) -> None:
    file.parent.touch()
    with pytest.raises(InvalidSettings, match=r"letters\.jsonl cannot be written"):
        DeadLetters(file)


def test_a_file_that_cannot_be_written_any_more_is_an_error(file: Path) -> None:
    letters_of = DeadLetters(file)
    file.unlink()
    file.mkdir()
    with pytest.raises(InvalidSettings, match=r"letters\.jsonl cannot be written"):
        letters_of.add(of(1))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_writers_that_are_killed_lose_nothing_of_what_they_had_written(file: Path) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from pytest_schema_registry.contracts.dead_letters import DeadLetters;"
        "each = DeadLetters(Path(sys.argv[1]));"
        "[(each.add({'schema': sys.argv[2], 'version': 'v1', 'violations': [],"
        " 'payload': [i, 'x' * 100_000]}), print(i, flush=True)) for i in range(1_000_000)]"
    )
    for number in range(int(os.environ.get("SCHEMA_REGISTRY_TEST_KILLS", "2"))):
        command = [sys.executable, "-c", script, str(file), str(number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(random.random() / 10)
            writer.send_signal(signal.SIGKILL)
            written = writer.stdout.read().splitlines()
        DeadLetters(file).add(of("the next"))
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        ours = {line["payload"][0] for line in lines if line["schema"] == str(number)}
        assert ours >= {0, *map(int, written)}


def test_many_processes_lose_nothing_and_repeat_nothing(file: Path) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from pytest_schema_registry.contracts.dead_letters import DeadLetters;"
        "each = DeadLetters(Path(sys.argv[1]));"
        "[each.add({'schema': 'a', 'version': 'v1', 'violations': [], 'payload': 'x' * i})"
        " for i in range(0, 40_000, 1_000)]"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(file)]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert sorted(len(line["payload"]) for line in lines) == list(range(0, 40_000, 1_000))


@pytest.mark.parametrize(
    "text",
    [
        "first line\nlast line, precious",
        '{\n  "name": "x"\n}',
        '{"a": 1}\n{"b": 2, "cut',
        "a,b,c",
        '{"schema": 5}\n',
        "[" * 100_000,
    ],
)
def test_the_file_of_others_is_refused_and_stays_as_it_is(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(InvalidSettings, match=r"line 1 of .* is no dead letter, so the file may"):
        DeadLetters(file)
    assert file.read_text() == text


def test_a_line_of_others_among_dead_letters_is_named(file: Path) -> None:
    DeadLetters(file).add(of(1))
    with file.open("a") as opened:
        opened.write("\n// by hand\n")
    with pytest.raises(InvalidSettings, match=r"line 3 of .*letters\.jsonl is no dead letter"):
        DeadLetters(file)


def test_an_end_that_others_write_meanwhile_is_not_cut(file: Path) -> None:
    letters_of = DeadLetters(file)
    file.write_text("precious")
    letters_of.add(of(1))
    assert file.read_text().startswith("precious\n")
    assert kept(file) == [1]


@pytest.mark.parametrize("half", ["{", '{"sche', '{"schema": ', '{"schema": "a", "vers'])
def test_half_a_letter_is_no_line_of_others(file: Path, half: str) -> None:
    DeadLetters(file).add(of(1))
    with file.open("a") as opened:
        opened.write(half)
    DeadLetters(file).add(of(2))
    assert kept(file) == [1, 2]
    assert file.read_text().count("\n") == 2


def test_messages_that_cannot_be_read_are_told_apart_by_their_bytes(file: Path) -> None:
    dead = DeadLetters(file)
    for message in ("YQ==", "Yg==", "YQ=="):
        dead.add(of({"$message": "1 bytes"}, message=message))
    found = [each for _, each in letters(file.read_bytes())]
    assert list(map(passed, found)) == [b"a", b"b"]
    assert passed(of({"a": 1})) == '{"a": 1}'
    assert passed(of({}, violations=[{"keyword": "type"}])) == "{}"
    assert passed(of({"$message": "1 bytes"}, violations=[{"keyword": "message"}])) is None


@pytest.mark.parametrize("message", [5, "a", "?", "ä"])
def test_a_letter_whose_message_is_no_base64_is_none(message: Any) -> None:
    line = json.dumps(of({}, message=message)).encode()
    assert list(letters(line)) == []
