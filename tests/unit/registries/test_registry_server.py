from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.embedded import EmbeddedServer
from pytest_schema_registry.registries.faults import ReceivedRequest
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2
from tests.processes import PATIENCE
from tests.unit.registries.test_served import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_schema_registry import RegistryServer

NAN = float("nan")
CORE = f"/schemas/v1/{ORDER}"
SUBJECT = f"/confluent/subjects/{ORDER}/versions/latest"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    directory = tmp_path_factory.mktemp("registry")
    write(directory, v1={ORDER: ORDER_V1}, v2={ORDER: ORDER_V2})
    server = EmbeddedServer(DirectoryRegistry(directory, "registry"))
    yield server
    server.stop()


@pytest.fixture
def server(embedded: EmbeddedServer) -> Iterator[RegistryServer]:
    with embedded.for_one_test() as server:
        yield server


@pytest.fixture
def http(server: RegistryServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        yield client


def statuses(http: httpx.Client, *paths: str) -> list[int]:
    return [http.get(path).status_code for path in paths]


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_both_protocols_have_the_same_schemas(server: RegistryServer) -> None:
    assert httpx.get(f"{server.url}{CORE}").json()["content"] == ORDER_V1
    answer = httpx.get(f"{server.confluent_url}/subjects/{ORDER}/versions/1").json()
    assert json.loads(answer["schema"]) == ORDER_V1
    assert repr(server) == f"<RegistryServer {server.url}>"


def test_requests_are_logged_without_credentials(
    server: RegistryServer, http: httpx.Client
) -> None:
    secret = {
        "Authorization": "Bearer s",
        "Cookie": "s",
        "X-Api-Key": "s",
        "target-sr-cluster": "s",
    }
    http.get(f"/schemas/v1/{ORDER}?key=s", headers={**secret, "X-Team": "orders"})
    http.post("/confluent/subjects/a%2Fb", json={})
    first, second = server.requests
    assert (first.method, first.path, first.headers["x-team"]) == ("GET", CORE, "orders")
    assert not {name.lower() for name in secret} & first.headers.keys()
    assert "s" not in first.headers.values()
    assert (second.method, second.path) == ("POST", "/confluent/subjects/a/b")
    assert "x-team" not in repr(first)


def test_an_error_is_answered_as_often_as_it_is_asked_for(
    server: RegistryServer, http: httpx.Client
) -> None:
    server.fail(times=2)
    server.fail(429, times=1)
    assert statuses(http, CORE, SUBJECT, CORE, CORE) == [503, 503, 429, 200]
    assert [each.path for each in server.requests] == [CORE, SUBJECT, CORE, CORE]


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_is_answered_in_the_place_of_json(
    server: RegistryServer, http: httpx.Client, status: int
) -> None:
    server.fail(status, page="<html>Melden Sie sich an, bitte, Müller</html>", times=1)
    answer = http.get(CORE)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == "<html>Melden Sie sich an, bitte, Müller</html>"
    assert http.get(CORE).status_code == 200


def test_an_error_has_what_each_protocol_has_in_its_errors(
    server: RegistryServer, http: httpx.Client
) -> None:
    server.fail(500)
    said = "registry_server.fail(status=500)"
    assert http.get(CORE).json() == {"detail": said, "error_code": 500, "message": said}


@pytest.mark.parametrize(
    ("match", "hit", "missed"),
    [
        ("/versions", [f"{CORE}/versions", SUBJECT], [CORE, "/index"]),
        ("orders.*", [CORE, f"{CORE}/versions", SUBJECT, f"{CORE}.schema"], ["/index", "/health"]),
        (ORDER, [CORE, SUBJECT], ["/schemas/v1/orders.Refund"]),
        ("s*", [], [CORE, SUBJECT, "/schemas/by-id/s", "/confluent/subjects"]),
        ("[oO]*", [f"/compat/check?name={ORDER}&from_track=v1&to_track=v2"], ["/compat/check"]),
        ("*", [CORE], ["/index"]),
    ],
)
def test_a_fault_happens_to_a_part_of_the_path_or_a_pattern_of_names(
    server: RegistryServer, http: httpx.Client, match: str, hit: list[str], missed: list[str]
) -> None:
    server.fail(599, match=match)
    assert set(statuses(http, *hit)) <= {599}
    assert 599 not in statuses(http, *missed)


def test_a_delayed_request_is_answered_later_and_whole(
    server: RegistryServer, http: httpx.Client
) -> None:
    server.delay(0.1, times=1)
    server.delay(0.2, times=1)
    posted = {"schemaType": "JSON", "schema": json.dumps(ORDER_V1)}
    started = time.monotonic()
    answer = http.post(f"/confluent/subjects/{ORDER}", json=posted)
    assert time.monotonic() - started >= 0.3
    assert answer.json()["version"] == 1


def test_a_delay_may_come_before_an_error(server: RegistryServer, http: httpx.Client) -> None:
    server.delay(0.1)
    server.fail(502)
    server.fail(503)
    started = time.monotonic()
    assert statuses(http, CORE) == [502]
    assert time.monotonic() - started >= 0.1


def test_who_goes_while_it_waits_is_not_answered(server: RegistryServer) -> None:
    server.delay(PATIENCE)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{server.url}{CORE}", timeout=0.1)
    assert len(server.requests) == 1


def test_a_connection_is_cut_without_a_byte(server: RegistryServer, http: httpx.Client) -> None:
    server.disconnect(times=1)
    port = httpx.URL(server.url).port
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"GET {CORE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        client.settimeout(PATIENCE)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert statuses(http, CORE) == [200]
    assert [each.path for each in server.requests] == [CORE, CORE]


def test_one_connection_of_several_is_cut(server: RegistryServer, http: httpx.Client) -> None:
    assert statuses(http, CORE) == [200]
    server.disconnect(match=SUBJECT)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{server.url}{SUBJECT}")
    assert statuses(http, CORE) == [200]


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda server: server.fail(200), "fail(): status is an HTTP status from 400 to 599, not"),
        (
            lambda server: server.fail(204, page="x"),
            "fail(): status is an HTTP status from 400 to 599, or 200, not 204",
        ),
        (lambda server: server.fail(page=""), "fail(): page is text that is not empty, not ''"),
        (lambda server: server.fail(True), "fail(): status is an HTTP status"),
        (lambda server: server.fail("503"), "fail(): status is an HTTP status"),
        (lambda server: server.fail(times=0), "fail(): times is a number of requests above 0"),
        (lambda server: server.fail(times=[]), "fail(): times is a number of requests above 0"),
        (lambda server: server.fail(match=""), "fail(): match is text that is not empty, not ''"),
        (lambda server: server.delay(0), "delay(): seconds is a number of seconds above 0, not 0"),
        (lambda server: server.delay(float("inf")), "delay(): seconds is a number of seconds"),
        (lambda server: server.delay(None), "delay(): seconds is a number of seconds"),
        (lambda server: server.disconnect(match=1), "disconnect(): match is text"),
        (lambda server: server.publish("", "v1", {}), "publish(): name is text"),
        (lambda server: server.publish("a", "v1", "{}"), "publish(): schema is a JSON Schema"),
        (lambda server: server.publish("a", "v1", {}, release=1), "publish(): release is text"),
        (
            lambda server: server.publish("a", "v1", {"a": {1}}),
            "publish(): schema has no JSON form",
        ),
        (
            lambda server: server.publish("a", "v1", {"a": float("nan")}),
            "publish(): schema has no JSON form",
        ),
        (lambda server: server.remove("a", None), "remove(): version is text"),
        (lambda server: server.deprecate(ORDER, "v1", ""), "deprecate(): note is text"),
    ],
)
def test_a_wrong_argument_is_named(
    server: RegistryServer, ask: Callable[[Any], None], error: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        ask(server)
    assert str(caught.value).startswith(f"registry_server.{error}")


def test_changes_are_seen_by_both_protocols(server: RegistryServer, http: httpx.Client) -> None:
    server.publish(ORDER, "v1", {"title": "new"}, release="1.1.0")
    server.deprecate(ORDER, "v1", "use v2")
    server.deprecate(ORDER, "v2")
    server.remove(ORDER, "v2")
    answer = http.get(CORE).json()
    assert (answer["core_version"], answer["deprecation_note"]) == ("1.1.0", "use v2")
    assert statuses(http, f"/schemas/v2/{ORDER}") == [404]
    subjects = f"/confluent/subjects/{ORDER}/versions"
    assert http.get(subjects).json() == [1, 3]
    assert json.loads(http.get(f"{subjects}/latest").json()["schema"]) == {"title": "new"}


def test_each_test_begins_afresh(embedded: EmbeddedServer) -> None:
    with embedded.for_one_test() as first:
        first.publish(ORDER, "v1", {}, release="9.0.0")
        first.fail(500)
        assert httpx.get(f"{first.url}{CORE}").status_code == 500
    with embedded.for_one_test() as second:
        assert second.url == first.url
        assert second.requests == ()
        assert httpx.get(f"{second.url}{CORE}").json()["content"] == ORDER_V1
    assert len(first.requests) == 1


def test_a_request_in_flight_ends_with_its_test(embedded: EmbeddedServer) -> None:
    lost: list[Exception] = []

    def ask(url: str) -> None:
        try:
            httpx.get(f"{url}{CORE}", timeout=PATIENCE)
        except httpx.TransportError as exc:
            lost.append(exc)

    with embedded.for_one_test() as first:
        first.delay(PATIENCE)
        late = threading.Thread(target=ask, args=[first.url])
        late.start()
        wait_for(lambda: first.requests)
    with embedded.for_one_test() as second:
        late.join()
        assert second.requests == ()
    assert len(lost) == 1


def test_a_connection_of_an_earlier_test_is_closed(embedded: EmbeddedServer) -> None:
    with embedded.for_one_test() as first:
        address = "127.0.0.1", httpx.URL(first.url).port
        # One is idle, and perhaps not even accepted; half a request came on the other one.
        idle, half = socket.create_connection(address), socket.create_connection(address)
        half.sendall(b"GET /late HTTP/1.1\r\n")
    with embedded.for_one_test() as second, idle, half:
        for each in (idle, half):
            each.settimeout(PATIENCE)
            try:
                each.sendall(b"Host: x\r\n\r\n")
                assert each.recv(1) == b""
            except ConnectionError:
                pass
        assert httpx.get(f"{second.url}/health").status_code == 200
        assert [request.path for request in second.requests] == ["/health"]


def test_nothing_is_left_of_a_server_that_has_stopped(tmp_path: Path) -> None:
    before = threading.active_count()
    server = EmbeddedServer(DirectoryRegistry(tmp_path, "registry"))
    with server.for_one_test() as test, httpx.Client(base_url=test.url) as http:
        assert statuses(http, "/health") == [200]
    server.stop()
    wait_for(lambda: threading.active_count() == before)
    with pytest.raises(httpx.ConnectError):
        httpx.get(test.url)


def test_a_request_is_a_value() -> None:
    one = ReceivedRequest("GET", "/index", {})
    assert one == ReceivedRequest("GET", "/index", {})


def test_the_official_client_of_the_confluent_registry_reads_it(server: RegistryServer) -> None:
    confluent = pytest.importorskip("confluent_kafka.schema_registry")
    server.fail(503, times=1, match=ORDER)
    with confluent.SchemaRegistryClient({"url": server.confluent_url}) as client:
        server.publish(ORDER, "v1", {"title": "new"})
        latest = client.get_latest_version(ORDER)
        assert latest.version == 3
        assert json.loads(client.get_schema(latest.schema_id).schema_str) == {"title": "new"}
    paths = [each.path for each in server.requests]
    assert paths[:2] == [SUBJECT, SUBJECT]
    assert paths[2].startswith("/confluent/schemas/ids/")


def test_the_client_of_the_core_registry_reads_it(server: RegistryServer) -> None:
    core = pytest.importorskip("core_registry_client")

    async def read() -> Any:
        async with core.RegistryClient(server.url) as client:
            index = await client.get_index()
            return index, await client.fetch_schema("v2", ORDER)

    server.publish(ORDER, "v2", {"title": "new"}, release="2.1.0")
    index, schema = asyncio.run(read())
    assert {track: each.count for track, each in index.tracks.items()} == {"v1": 1, "v2": 1}
    assert (schema.core_version, schema.content) == ("2.1.0", {"title": "new"})
