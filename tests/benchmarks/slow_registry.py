"""A registry that takes its time, in a process of its own, so that it takes nobody else's."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from tests.benchmarks.samples import EVENT_SCHEMA, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

DELAY = 0.05
CONTROL = "/control/"
TYPES = "/schemas/types"


class SlowRegistry:
    """A server of so many schemas, in another process.

    Args:
        port: Where it listens.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def asked(self) -> list[str]:
        """The paths that were asked for since the last time, in the order they came in."""
        paths: list[str] = self._told("asked")
        return paths

    def change(self, schemas: int) -> None:
        """Publish the first so many schemas anew."""
        self._told(f"change/{schemas}")

    def _told(self, what: str) -> Any:
        with urlopen(f"{self.url}{CONTROL}{what}") as response:
            return json.load(response)


@contextmanager
def slow_registry(
    schemas: int, kind: str = "large", protocol: str = "core"
) -> Iterator[SlowRegistry]:
    """A registry that takes 50 ms a request.

    Args:
        schemas: How many it has; their names, or their subjects, are those of :func:`names`.
        kind: ``large`` ones of 21 KB, or small ``event`` ones.
        protocol: ``core``, with all schemas in version line v1, or ``confluent``.
    """
    command = [sys.executable, "-m", __name__, str(schemas), kind, protocol]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield SlowRegistry(int(process.stdout.readline()))
        finally:
            process.kill()


def names(schemas: int) -> list[str]:
    """What the schemas are called."""
    return [f"warehouse.Schema{number:03}" for number in range(schemas)]


class _Served:
    def __init__(self, schemas: int, kind: str, protocol: str) -> None:
        self._names = names(schemas)
        self._kind = kind
        self._is_confluent = protocol == "confluent"
        self._changes = 0
        self._asked: list[str] = []
        self._bodies: dict[str, bytes] = {}
        self._publish(dict(enumerate(self._names)))

    def _publish(self, numbered: dict[int, str]) -> None:
        contents = {name: self._content(number) for number, name in numbered.items()}
        if self._is_confluent:
            self._register(contents)
        else:
            self._put(contents)

    def _content(self, number: int) -> dict[str, Any]:
        if self._kind == "event":
            return {**EVENT_SCHEMA, "title": f"Event {number}"}
        return schema(number)

    def _register(self, contents: dict[str, dict[str, Any]]) -> None:
        version = self._changes + 1
        for number, (subject, content) in enumerate(contents.items(), 1_000 * version):
            document = {"subject": subject, "version": version, "id": number, "schemaType": "JSON"}
            body = _json({**document, "schema": json.dumps(content)})
            self._bodies[f"/subjects/{subject}/versions/latest"] = body
        self._bodies[TYPES] = _json(["JSON", "PROTOBUF", "AVRO"])

    def _put(self, contents: dict[str, dict[str, Any]]) -> None:
        for name, content in contents.items():
            document = {"name": name, "track": "v1", "core_version": "1.0.0", "content": content}
            document["$schema_id"] = name
            digest = sha256(json.dumps(content).encode()).hexdigest()
            self._bodies[f"/schemas/v1/{name}"] = _json({**document, "sha256": digest})
        listed = [
            {
                key: json.loads(self._bodies[f"/schemas/v1/{name}"])[key]
                for key in ("name", "sha256")
            }
            for name in self._names
        ]
        self._bodies["/index"] = _json({"tracks": {"v1": {"schemas": listed}}})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                writer.write(await self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, head: str) -> bytes:
        path = head.split()[1]
        if path.startswith(CONTROL):
            return _response("200 OK", self._controlled(path.removeprefix(CONTROL)))
        self._asked.append(path)
        await asyncio.sleep(DELAY)
        body = self._bodies.get(path)
        if body is None:
            return _response("404 Not Found", b"{}")
        if self._is_confluent:  # none of those registries sends a tag
            return _response("200 OK", body)
        tag = f'"{sha256(body).hexdigest()}"'
        if tag in head:
            return _response("304 Not Modified", b"", tag)
        return _response("200 OK", body, tag)

    def _controlled(self, what: str) -> bytes:
        asked, self._asked = self._asked, []
        if what.startswith("change/"):
            self._changes += 1
            changed = self._names[: int(what.removeprefix("change/"))]
            self._publish(dict(enumerate(changed, 1_000 * self._changes)))
        return _json(asked)


def _json(document: Any) -> bytes:
    return json.dumps(document).encode()


def _response(status: str, body: bytes, tag: str = "") -> bytes:
    fields = [f"HTTP/1.1 {status}", "content-type: application/json"]
    fields += [f"content-length: {len(body)}"] if status[:3] != "304" else []
    fields += [f"etag: {tag}"] if tag else []
    return "\r\n".join([*fields, "", ""]).encode() + body


async def _main(schemas: int, kind: str, protocol: str) -> None:
    served = _Served(schemas, kind, protocol)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), *sys.argv[2:]))
