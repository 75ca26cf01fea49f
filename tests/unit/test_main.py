from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from pytest_schema_registry.__main__ import main
from tests.processes import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = [sys.executable, "-m", "pytest_schema_registry"]


@pytest.mark.skipif(sys.platform == "win32", reason="stops the server by a signal")
def test_serve_serves_a_directory_until_it_is_interrupted(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "orders.Order.json").write_text('{"type": "object"}')
    command = [*PROGRAM, "serve", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        started = next(line for line in server.stderr if "Uvicorn running" in line)
        address = re.search(r"http://127\.0\.0\.1:\d+", started)
        assert address is not None
        answer = httpx.get(f"{address[0]}/schemas/v1/orders.Order", timeout=PATIENCE)
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=PATIENCE)
    assert answer.json()["content"] == {"type": "object"}
    assert server.returncode in (0, -signal.SIGINT)


def test_serve_says_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*PROGRAM, "serve", str(tmp_path), "--port", str(taken.getsockname()[1])]
        result = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
    assert result.returncode != 0
    assert "address already in use" in result.stderr.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["serve"], "the following arguments are required: DIR"),
        (["serve", "no/such"], "argument DIR: no such directory: no/such"),
        (["serve", ".", "--port", "http"], "argument --port: invalid int value: 'http'"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(f": error: {said}")


@pytest.mark.parametrize("missing", ["uvicorn", "fastapi"])
def test_serve_names_the_extra_that_brings_what_is_missing(tmp_path: Path, missing: str) -> None:
    program = f"""
import sys
sys.modules[{missing!r}] = None
from pytest_schema_registry.__main__ import main
raise SystemExit(main(["serve", {str(tmp_path)!r}]))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert result.stderr == (
        f"serve needs {missing}: pip install 'pytest-schema-registry[server]'\n"
    )
