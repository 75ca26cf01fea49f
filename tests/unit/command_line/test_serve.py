from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import httpx
import pytest

from pytest_schema_registry.__main__ import main
from tests.processes import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLE = "such as {name}.{version}.schema.json"
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


@contextmanager
def serving(
    directory: Path, *arguments: str, patience: float = 60
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The server and its port; it waits so many seconds for requests that do not arrive."""
    program = f"""
import sys
from pytest_schema_registry.__main__ import main
from pytest_schema_registry.registries.connections import Connection

Connection.patience = {patience}
sys.exit(main())
"""
    command = [sys.executable, "-c", program, "serve", str(directory), "--port=0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        started = next(line for line in server.stderr if "Uvicorn running" in line)
        port = re.search(r":(\d+) ", started)
        assert port is not None
        try:
            yield server, int(port[1])
        finally:
            server.terminate()
            server.communicate(timeout=30)


def half_sent(port: int, text: bytes = b"GET /health HTTP/1.1\r\nX: ") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(text)
    return connection


def asked_for(port: int, host: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{port}/health", headers={"Host": host})


BODY = b"POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"


@pytest.mark.skipif(sys.platform == "win32", reason="stops the server by a signal")
def test_serve_ends_when_interrupted_whoever_holds_a_connection(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, port), half_sent(port), half_sent(port):
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)
    assert server.returncode in (0, -signal.SIGINT)


@pytest.mark.parametrize("text", [b"", b"GET /", BODY, BODY + b"a"])
def test_serve_cuts_a_connection_on_which_no_request_arrives(tmp_path: Path, text: bytes) -> None:
    with serving(tmp_path, patience=1) as (_, port), half_sent(port, text) as connection:
        answer = b""
        with suppress(ConnectionResetError):
            while received := connection.recv(10_000):
                answer += received
        assert answer.startswith(b"HTTP/1.1 405" if text.startswith(b"POST") else b"")


@pytest.mark.parametrize(
    ("arguments", "known", "unknown"),
    [
        ([], ["localhost:80", "LOCALHOST", "127.0.0.1", "[::1]:80"], ["x", "", "localhost.x"]),
        (["--host=0.0.0.0"], ["0.0.0.0", "localhost"], ["registry"]),
        (["--allow-host=Registry", "--allow-host=fe80::1"], ["registry:1", "[fe80::1]"], ["x"]),
        (["--allow-host=*"], ["x", "registry:1"], []),
    ],
)
def test_serve_answers_to_the_names_it_knows(
    tmp_path: Path, arguments: list[str], known: list[str], unknown: list[str]
) -> None:
    with serving(tmp_path, *arguments) as (_, port):
        assert [asked_for(port, host).status_code for host in known] == [200] * len(known)
        refused = [asked_for(port, host) for host in unknown]
    assert [answer.json() for answer in refused] == [
        {
            "detail": f"unknown host {host.partition(':')[0]!r}; --allow-host NAME has the server "
            "answer to it"
        }
        for host in unknown
    ]
    assert {answer.status_code for answer in refused} <= {400}


def test_serve_says_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*PROGRAM, "serve", str(tmp_path), "--port", str(taken.getsockname()[1])]
        result = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
    assert result.returncode == 2
    assert "address already in use" in result.stderr.lower()
    assert result.stderr.endswith("\nnext: choose another --host or --port; 0 is any free port\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["serve"], "the following arguments are required: DIR"),
        (["serve", "no/such"], "argument DIR: no such directory: no/such"),
        (["serve", ".", "--port", "http"], "argument --port: invalid int value: 'http'"),
        (
            ["serve", ".", "--layout", "{version}.json"],
            f"argument --layout: '{{version}}.json' is no layout: write {{name}} in it, {EXAMPLE}",
        ),
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
    assert result.returncode == 2
    assert result.stderr == (
        f"serve needs {missing}: pip install 'pytest-schema-registry[server]'\n"
    )
