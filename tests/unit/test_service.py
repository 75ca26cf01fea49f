"""A service with an event loop that holds a registry, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry
from tests.processes import PATIENCE, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVICE = f"""
import socket
import sys
import threading
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from pytest_schema_registry import AsyncSchemaRegistry


@asynccontextmanager
async def lifespan(app):
    async with AsyncSchemaRegistry(sys.argv[1], cache_ttl=0.1) as app.state.registry:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/orders")
async def check(order: dict):
    registry = app.state.registry
    schema = await registry.get_schema("{ORDER}", prefer="v2", fallback="v1")
    verdict = await registry.validate_payload(schema, order)
    return [schema.version, bool(verdict), schema.outage]


@app.post("/stop")
def stop():
    server.should_exit = True


server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
listening = socket.create_server(("127.0.0.1", 0), backlog=100)
print(listening.getsockname()[1], flush=True)
server.run(sockets=[listening])
print([each.name for each in threading.enumerate() if each.name.startswith("schema-registry")])
"""
CLIENTS = 8


class Service:
    """The service under the load of a few clients.

    Args:
        url: The service's address.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        #: What it has answered, in no order: the status, and the answer.
        self.answers: list[tuple[int, Any]] = []
        self._is_over = threading.Event()

    def ask(self) -> None:
        with httpx.Client(base_url=self.url, timeout=PATIENCE) as client:
            while not self._is_over.is_set():
                answer = client.post("/orders", json={"id": "7", "quantity": 1})
                self.answers.append((answer.status_code, answer.json()))

    def wait_for(self, version: str, *, outage: bool) -> None:
        """Wait until what is asked from now on is answered in this way."""
        so_far = len(self.answers)
        wait_until(
            lambda: any(
                each[0] == version and bool(each[2]) is outage
                for _, each in self.answers[so_far + CLIENTS :]
            )
        )

    def stop(self) -> None:
        self._is_over.set()
        httpx.post(f"{self.url}/stop", timeout=PATIENCE)


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The folder of the service's temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def process(
    tmp_path: Path, left: Path, local_registry: LocalRegistry
) -> Iterator[subprocess.Popen[str]]:
    local_registry.publish(ORDER, v1=ORDER_V1, v2=ORDER_V2)
    command = [sys.executable, "-c", SERVICE, local_registry.url]
    variables = {**os.environ, "TMPDIR": str(left)}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_a_service_outlives_its_registrys_outages_and_leaves_nothing(
    process: subprocess.Popen[str], local_registry: LocalRegistry, left: Path
) -> None:
    assert process.stdout is not None
    service = Service(f"http://127.0.0.1:{int(process.stdout.readline())}")
    with ThreadPoolExecutor(CLIENTS) as clients:
        for _ in range(CLIENTS):
            clients.submit(service.ask)
        try:
            service.wait_for("v2", outage=False)
            for _ in range(2):
                with local_registry.down():
                    service.wait_for("v2", outage=True)
                service.wait_for("v2", outage=False)
            (local_registry.directory / "v2" / f"{ORDER}.json").unlink()
            service.wait_for("v1", outage=False)
        finally:
            service.stop()
    out, _ = process.communicate(timeout=PATIENCE)
    assert out == "[]\n"
    assert process.returncode == 0
    assert {status for status, _ in service.answers} == {200}
    assert all(is_valid for _, (_, is_valid, _) in service.answers)
    assert len(local_registry.requests) < len(service.answers)
    assert [each for each in left.rglob("*") if each.is_file()] == []
