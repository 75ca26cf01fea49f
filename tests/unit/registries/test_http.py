from __future__ import annotations

import gzip
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import pytest

from pytest_schema_registry import (
    InvalidAnswer,
    InvalidSettings,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.registries.confluent import ConfluentProtocol
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.http import RegistryClient
from pytest_schema_registry.registries.queries import Fetch, Kind, Query, RegistryVerdict
from pytest_schema_registry.registries.retrying import THREAD_NAME
from pytest_schema_registry.settings.parsers import MAX_SECONDS
from pytest_schema_registry.settings.settings import Origin, resolve
from tests.documents import document_of, sent
from tests.local_registry import ORDER, ORDER_V1, LocalRegistry, Reply
from tests.processes import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.confluent_registry import ConfluentRegistry

QUESTION = Query(Kind.SCHEMA, "v1", ORDER)
PATH = f"schemas/v1/{ORDER}"
JSON = {"content-type": "application/json"}
ANSWER = {"name": ORDER, "track": "v1", "core_version": "1.0.0", "content": {}}
TOKEN = "tok-en-that-nobody-may-see"

REPEATED = "it repeats the credentials that it was sent"


class Connect(Protocol):
    def __call__(self, url: str, **arguments: Any) -> RegistryClient: ...


@pytest.fixture
def client_of() -> Iterator[Connect]:
    with ExitStack() as stack:

        def client_of(
            url: str,
            token: str | None = None,
            variables: dict[str, str] | None = None,
            **arguments: Any,
        ) -> RegistryClient:
            url_given = Origin(lambda option: option.name, {"url": url})
            settings = resolve(url_given, root=Path(), variables=variables, token=token)
            assert settings.location is not None
            arguments["credentials"] = settings.credentials
            client = RegistryClient(CoreProtocol(), settings.location, **arguments)
            stack.callback(client.close)
            return client

        yield client_of


@pytest.fixture
def client(client_of: Connect, local_registry: LocalRegistry) -> RegistryClient:
    return client_of(local_registry.url)


def error_of(client: RegistryClient) -> SchemaRegistryError:
    with pytest.raises(SchemaRegistryError) as caught:
        client.fetch(QUESTION)
    return caught.value


def test_an_answer_says_what_was_asked_when_and_where(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    client = client_of(local_registry.url, clock=lambda: 12.5)
    answer = client.fetch(QUESTION)
    assert document_of(answer)["content"] == ORDER_V1
    assert answer.query == QUESTION
    assert answer.url == f"{local_registry.url}/{PATH}"
    assert (answer.fetched_at, answer.source) == (12.5, "registry")
    assert answer.etag is not None


@pytest.mark.parametrize("base", ["", "/", "/api/v1", "/api/v1/"])
def test_the_base_url_may_carry_a_path(
    client_of: Connect, local_registry: LocalRegistry, base: str
) -> None:
    client = client_of(local_registry.url + base)
    assert document_of(client.fetch(QUESTION))["content"] == ORDER_V1
    assert local_registry.paths == [f"{base.rstrip('/')}/{PATH}"]


def test_a_name_is_one_segment_of_the_path(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    client_of(local_registry.url).fetch(Query(Kind.SCHEMA, "v1", "a/b?c=d#é", "1.0+x"))
    assert local_registry.paths == ["/schemas/v1/a%2Fb%3Fc%3Dd%23%C3%A9?version=1.0%2Bx"]


@pytest.mark.parametrize("status", [404, 410])
def test_no_such_schema_is_an_answer(
    local_registry: LocalRegistry, client: RegistryClient, status: int
) -> None:
    local_registry.always(Reply(status))
    assert document_of(client.fetch(QUESTION)) is None
    assert len(local_registry.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 418, 451])
def test_a_refusal_is_not_asked_again(
    local_registry: LocalRegistry, client: RegistryClient, status: int
) -> None:
    local_registry.always(Reply(status, {"detail": "not for you"}, JSON))
    error = error_of(client)
    assert isinstance(error, RegistryRefused)
    assert (error.status, error.excerpt, error.authenticated) == (status, "not for you", False)
    assert len(local_registry.requests) == 1


WAYS = (
    "SCHEMA_REGISTRY_TOKEN, SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO, "
    "SCHEMA_REGISTRY_API_KEY with SCHEMA_REGISTRY_API_SECRET or "
    "SCHEMA_REGISTRY_USERNAME with SCHEMA_REGISTRY_PASSWORD"
)
API_KEY = {"SCHEMA_REGISTRY_API_KEY": "k-e-y", "SCHEMA_REGISTRY_API_SECRET": "of-ours"}
MAY = "may read this schema"
DOES_NOT = "the registry does not accept"


@pytest.mark.parametrize(
    ("user", "given", "said"),
    [
        ("", {"token": TOKEN}, f"{DOES_NOT} SchemaRegistry(token=…); it may have expired"),
        (
            "",
            {"variables": {"SCHEMA_REGISTRY_TOKEN": TOKEN}},
            f"{DOES_NOT} SCHEMA_REGISTRY_TOKEN; it may have expired",
        ),
        (
            "",
            {"variables": API_KEY},
            (
                f"{DOES_NOT} SCHEMA_REGISTRY_API_KEY with SCHEMA_REGISTRY_API_SECRET; check the "
                "user and the password"
            ),
        ),
        ("ada:pass@", {}, f"{DOES_NOT} the user in url; check the user and the password"),
        (
            "",
            {},
            f"set {WAYS}",
        ),
    ],
)
def test_a_refusal_says_what_to_do_about_the_credentials(
    client_of: Connect, local_registry: LocalRegistry, user: str, given: dict[str, Any], said: str
) -> None:
    local_registry.always(Reply(401))
    client = client_of(local_registry.url.replace("//", f"//{user}"), **given)
    assert str(error_of(client)).splitlines()[-1] == f"  next: {said}"


def test_what_credentials_may_not_read_is_told_from_those_that_are_not_accepted(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(403))
    line = str(error_of(client_of(local_registry.url, token=TOKEN))).splitlines()[-1]
    assert line == f"  next: check that SchemaRegistry(token=…) {MAY}"


def test_a_server_that_wants_https_is_asked_for_it(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    local_registry.always(Reply(400, "Client sent an HTTP request to an HTTPS server."))
    assert str(error_of(client)).splitlines()[-1] == (
        "  next: give the registry's address with https://, which this port speaks"
    )


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_an_outage_that_passes_goes_unnoticed(
    local_registry: LocalRegistry, client: RegistryClient, status: int
) -> None:
    local_registry.script(PATH, Reply(status), Reply(status))
    assert document_of(client.fetch(QUESTION))["content"] == ORDER_V1
    assert len(local_registry.requests) == 3


def test_an_outage_that_stays_is_asked_four_times(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    local_registry.always(Reply(503, "<p>down for\nmaintenance</p>"))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "it answered 503 Service Unavailable: <p>down for maintenance</p>"
    assert not error.unreachable
    assert len(local_registry.requests) == 4


def test_a_connection_that_breaks_off_is_tried_again(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    local_registry.script(PATH, Reply(200, ANSWER, JSON, cut=True))
    assert document_of(client.fetch(QUESTION))["content"] == ORDER_V1
    assert len(local_registry.requests) == 2


def seconds() -> str:
    return "1"


def date() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


@pytest.mark.parametrize("wait", [seconds, date])
def test_the_wait_that_a_registry_asks_for_is_kept(
    local_registry: LocalRegistry, client: RegistryClient, wait: Callable[[], str]
) -> None:
    said = wait()
    local_registry.script(PATH, Reply(429, headers={"retry-after": said}))
    client.fetch(QUESTION)
    first, second = (each.came_at for each in local_registry.requests)
    earliest = first + 1 if said == "1" else parsedate_to_datetime(said).timestamp()
    assert second > earliest - 0.1  # two clocks


@pytest.mark.parametrize("wait", ["3600", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_beyond_the_budget_is_not_begun(
    client_of: Connect, local_registry: LocalRegistry, wait: str
) -> None:
    local_registry.always(Reply(503, headers={"retry-after": wait}))
    began = time.monotonic()
    error = error_of(client_of(local_registry.url, timeout=10 * PATIENCE))
    assert time.monotonic() - began < PATIENCE
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == (
        f"it answered 503 Service Unavailable, asking to retry after {wait[:40]}"
    )
    assert len(local_registry.requests) == 1


@pytest.mark.parametrize(
    "wait",
    ["soon", "-1", "", "1.5", "\N{SUPERSCRIPT TWO}", "Wed, 21 Oct 2015 07:28:00", "0, 0 0 0:0"],
)
def test_a_wait_that_nobody_understands_is_the_usual_one(
    local_registry: LocalRegistry, client: RegistryClient, wait: str
) -> None:
    local_registry.script(PATH, Reply(503, headers={"retry-after": wait}))
    assert document_of(client.fetch(QUESTION))["content"] == ORDER_V1


def test_a_registry_that_says_nothing_is_given_up_in_time(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(delay=10 * PATIENCE))
    error = error_of(client_of(local_registry.url, timeout=1))
    # Each took a second, and three is what they have together.
    assert 1 <= len(local_registry.requests) <= 3
    assert isinstance(error, RegistryUnavailable)
    assert not error.unreachable
    assert error.reason == "no complete answer within 1 s"


def test_a_registry_that_sends_byte_by_byte_is_given_up_in_time(
    client_of: Connect,
    local_registry: LocalRegistry,
) -> None:
    local_registry.always(Reply(200, ANSWER, JSON, pause=0.1))
    assert len(json.dumps(ANSWER)) * 0.1 > 3  # more than all attempts have together
    error = error_of(client_of(local_registry.url, timeout=1))
    assert 1 <= len(local_registry.requests) <= 3
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "no complete answer within 1 s"


def test_a_registry_that_was_slow_once_is_tried_again(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    local_registry.script(PATH, Reply(delay=10 * PATIENCE))
    answer = client_of(local_registry.url, timeout=2).fetch(QUESTION)
    assert document_of(answer)["content"] == ORDER_V1
    assert len(local_registry.requests) > 1


def test_a_refused_connection_is_one_that_never_came_about(
    client_of: Connect, closed_port: int
) -> None:
    error = error_of(client_of(f"http://127.0.0.1:{closed_port}"))
    assert isinstance(error, RegistryUnavailable)
    assert error.unreachable
    assert error.reason.startswith("cannot connect: ")


def test_a_host_without_an_address_is_one_that_no_connection_reaches(client_of: Connect) -> None:
    error = error_of(client_of("http://registry.invalid", timeout=2))
    assert isinstance(error, RegistryUnavailable)
    assert error.unreachable


@pytest.mark.skipif(sys.platform != "linux", reason="others refuse where Linux lets wait")
def test_a_host_that_drops_packets_is_one_that_no_connection_reaches(client_of: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        waiting = []
        for _ in range(4):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(listening.getsockname())
            waiting.append(connection)
        error = error_of(client_of(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=0.5))
        for connection in waiting:
            connection.close()
    assert isinstance(error, RegistryUnavailable)
    assert error.unreachable


def redirect(to: str) -> Reply:
    return Reply(302, headers={"location": to})


def test_a_redirect_is_followed(local_registry: LocalRegistry, client: RegistryClient) -> None:
    local_registry.script(PATH, redirect(f"/api/v1/{PATH}"))
    assert document_of(client.fetch(QUESTION))["content"] == ORDER_V1


def test_a_redirect_to_another_host_takes_no_token_along(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    elsewhere = local_registry.url.replace("127.0.0.1", "localhost")
    local_registry.script(PATH, redirect(f"{elsewhere}/{PATH}"))
    client_of(local_registry.url, token=TOKEN).fetch(QUESTION)
    first, second = local_registry.requests
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in second.headers


def test_a_redirect_to_another_host_takes_no_password_along(
    client_of: Connect,
    local_registry: LocalRegistry,
) -> None:
    elsewhere = local_registry.url.replace("127.0.0.1", "localhost")
    local_registry.script(PATH, redirect(f"{elsewhere}/{PATH}"))
    client_of(local_registry.url.replace("//", "//ada:pass@")).fetch(QUESTION)
    first, second = local_registry.requests
    assert first.headers["authorization"].startswith("Basic ")
    assert "authorization" not in second.headers


def test_a_redirect_from_https_to_http_is_refused(
    client_of: Connect,
    local_registry: LocalRegistry,
    secure_registry: LocalRegistry,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    secure_registry.script(PATH, redirect(f"{local_registry.url}/{PATH}"))
    error = error_of(client_of(secure_registry.url))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "it redirects from https to http, where anyone could answer"
    assert local_registry.requests == []


ELSEWHERE = "it redirects to localhost:{}, which answered {}"
ADVICE = "; if the schemas are there, set --registry-url to that host's address"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(403, "their-secret", JSON), f"403{ADVICE}"),
        (
            Reply(200, {"content": {}, "name": "their-secret"}, JSON),
            f"200 with no such answer{ADVICE}",
        ),
        (Reply(200, '["their-secret', JSON), f"200 with no JSON{ADVICE}"),
        (
            Reply(200, "their-secret", {"content-type": "text/their-secret"}),
            "200 (not JSON: another type)",
        ),
        (Reply(407, "their-secret", {"retry-after": "their-secret"}), "407"),
    ],
    ids=["refused", "another", "broken", "page", "proxy"],
)
def test_what_another_host_answers_is_not_shown(
    client_of: Connect, local_registry: LocalRegistry, reply: Reply, said: str
) -> None:
    elsewhere = local_registry.url.replace("127.0.0.1", "localhost")
    local_registry.script(PATH, redirect(f"{elsewhere}/there"))
    local_registry.always(reply, "there")
    error = error_of(client_of(local_registry.url))
    port = httpx.URL(elsewhere).port
    assert isinstance(error, InvalidAnswer | RegistryUnavailable)
    assert error.reason == ELSEWHERE.format(port, said)
    assert "their-secret" not in f"{error!r}{error}"


def test_a_redirect_to_another_port_takes_no_cookie_along(
    client_of: Connect, local_registry: LocalRegistry, tmp_path: Path
) -> None:
    other = LocalRegistry()
    other.reset(tmp_path)
    other.always(Reply(200, ANSWER, JSON))
    other.start()
    cookie = {"set-cookie": "session=c00kie; Path=/", "location": f"{other.url}/{PATH}"}
    local_registry.script(PATH, Reply(302, headers=cookie))
    try:
        client_of(local_registry.url, token=TOKEN).fetch(QUESTION)
    finally:
        other.close()
    assert [{"cookie", "authorization"} & set(each.headers) for each in other.requests] == [set()]


def test_a_redirect_in_a_circle_ends(local_registry: LocalRegistry, client: RegistryClient) -> None:
    local_registry.always(redirect(f"/{PATH}"))
    assert isinstance(error_of(client), RegistryUnavailable)
    assert len(local_registry.requests) == 6


@pytest.mark.parametrize("to", ["file:///etc/hosts", "ftp://127.0.0.1/x", "http://[", "http://"])
def test_a_redirect_to_no_web_address_is_an_outage(
    local_registry: LocalRegistry, client: RegistryClient, to: str
) -> None:
    local_registry.always(redirect(to))
    assert isinstance(error_of(client), RegistryUnavailable)
    assert len(local_registry.requests) <= 4


def test_a_login_page_is_shown_for_what_it_is(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    page = "<html>\n  <title>Sign in</title>" + "x" * 1000
    local_registry.always(Reply(200, page, {"content-type": "text/html; charset=utf-8"}))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert str(error).splitlines() == [
        'no schema came back: 200 OK, text/html, title "Sign in"',
        f"  asked: {local_registry.url}/{PATH}",
        (
            "  next: a proxy or a login page answered in the registry's place: check "
            "--registry-url, the credentials and the network; --registry-offline replays what "
            "was recorded"
        ),
    ]


def test_of_a_page_without_a_title_the_beginning_is_shown(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    page = "<h1>Oops</h1>" + "x" * 1000
    local_registry.always(Reply(200, page, {"content-type": "text/html"}))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == f"200 OK, text/html: {page}"[:200]


@pytest.mark.parametrize("body", ["", " \r\n"])
def test_an_empty_body_is_an_outage(
    local_registry: LocalRegistry, client: RegistryClient, body: str
) -> None:
    local_registry.always(Reply(200, body, JSON))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert str(error).startswith("no schema came back: 200 OK, an empty body\n")


@pytest.mark.parametrize(
    "headers",
    [JSON, {}, {"content-type": "application/schema+json"}, {"content-type": "Application/JSON"}],
)
def test_json_is_read_under_every_name_that_it_has(
    local_registry: LocalRegistry, client: RegistryClient, headers: dict[str, str]
) -> None:
    local_registry.always(Reply(200, ANSWER, headers))
    assert sent(client.fetch(QUESTION)) == ANSWER


def test_a_byte_order_mark_is_skipped(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    local_registry.always(Reply(200, "\ufeff" + json.dumps(ANSWER), JSON))
    assert sent(client.fetch(QUESTION)) == ANSWER


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_compressed_body_is_read(
    local_registry: LocalRegistry,
    client: RegistryClient,
    encoding: str,
    compress: Callable[[bytes], bytes],
) -> None:
    headers = JSON | {"content-encoding": encoding}
    local_registry.always(Reply(200, compress(json.dumps(ANSWER).encode()), headers))
    assert sent(client.fetch(QUESTION)) == ANSWER


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no gzip", "the compressed body is broken: Error -3 while decompressing data: "),
        (gzip.compress(b"{}", mtime=0)[:-1], "the compressed body is cut short"),
    ],
)
def test_a_body_that_does_not_decompress_is_an_outage(
    local_registry: LocalRegistry, client: RegistryClient, body: bytes, reason: str
) -> None:
    local_registry.always(Reply(200, body, JSON | {"content-encoding": "gzip"}))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert error.reason.startswith(reason)


def test_no_body_at_all_need_not_decompress(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    local_registry.always(Reply(404, headers={"content-encoding": "gzip"}))
    assert document_of(client.fetch(QUESTION)) is None


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
def test_a_body_of_packed_zeros_does_not_fill_the_memory(
    local_registry: LocalRegistry, client: RegistryClient, encoding: str
) -> None:
    body = bytes(50_000_000)
    for _ in encoding.split(","):
        body = gzip.compress(body, mtime=0)
    local_registry.always(Reply(200, body, JSON | {"content-encoding": encoding}))
    tracemalloc.start()
    try:
        assert isinstance(error_of(client), InvalidAnswer)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_password_that_a_proxy_asks_for_is_an_outage(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    local_registry.always(Reply(407, "Log in first"))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "it answered 407 Proxy Authentication Required: Log in first"
    assert error.advice == (
        "give the proxy's user and password in http_proxy or https_proxy: "
        "http://USER:PASSWORD@HOST:PORT"
    )
    assert len(local_registry.requests) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "the body is not JSON (Expecting property name enclosed in double quotes: "),
        (b"\xff", "the body is not JSON ('utf-8' codec can't decode byte 0xff in position 0"),
        ('{"content": NaN}', "the body is not JSON (NaN is not JSON)"),
        ("[" * 200_000, "the JSON is nested too deeply to be read"),
        ([], "a schema's answer is a JSON object, not an array"),
        ({"name": ORDER}, "the answer has no 'content'"),
        ({"content": '{"type": "object"}'}, "'content' is a string, not a JSON Schema"),
        (ANSWER | {"name": "Other"}, "asked for 'orders.Order', it answered with 'Other'"),
        (ANSWER | {"track": "v2"}, "asked for track 'v1', it answered with 'v2'"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_something_else_than_what_was_asked_is_no_answer(
    local_registry: LocalRegistry, client: RegistryClient, body: Any, reason: str
) -> None:
    local_registry.always(Reply(200, body, JSON))
    error = error_of(client)
    assert isinstance(error, InvalidAnswer)
    assert error.reason.startswith(reason)
    assert len(local_registry.requests) == 1


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_that_is_too_large_is_not_read(
    client_of: Connect, local_registry: LocalRegistry, encoding: str
) -> None:
    body = json.dumps(ANSWER | {"content": {"x": "y" * 10_000}}).encode()
    raw = gzip.compress(body, mtime=0) if encoding == "gzip" else body
    local_registry.always(Reply(200, raw, JSON | {"content-encoding": encoding}))
    error = error_of(client_of(local_registry.url, max_bytes=5_000))
    assert isinstance(error, InvalidAnswer)
    assert error.reason == "it is larger than 5,000 bytes"


@pytest.mark.parametrize(
    "body", ['{"detail": ["x"]}', "[" * 300, "[]", "not json", '{"other": 1}', "\x00\x1b[31m"]
)
def test_an_error_in_any_form_is_shown_as_text(
    local_registry: LocalRegistry, client: RegistryClient, body: str
) -> None:
    local_registry.always(Reply(400, body, JSON))
    error = error_of(client)
    assert isinstance(error, RegistryRefused)
    assert error.excerpt.isprintable()
    assert len(error.excerpt) <= 200


def test_a_token_is_sent_as_a_bearer_token(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    client_of(local_registry.url, token=TOKEN).fetch(QUESTION)
    assert local_registry.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


#: The headers of every request to a registry that asks for no credentials.
PLAIN = {"host", "accept", "accept-encoding", "connection", "user-agent"}
BASIC = {"authorization": f"Basic {b64encode('ä:d:a'.encode()).decode()}"}
ASKED_AS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "nobody": ({}, {}),
    "token": ({"SCHEMA_REGISTRY_TOKEN": TOKEN}, {"authorization": f"Bearer {TOKEN}"}),
    "token of a pool": (
        {
            "SCHEMA_REGISTRY_TOKEN": TOKEN,
            "SCHEMA_REGISTRY_LOGICAL_CLUSTER": "lsrc-1",
            "SCHEMA_REGISTRY_IDENTITY_POOL_ID": "pool-1",
        },
        {
            "authorization": f"Bearer {TOKEN}",
            "target-sr-cluster": "lsrc-1",
            "confluent-identity-pool-id": "pool-1",
        },
    ),
    "user info": ({"SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": "ä:d:a"}, BASIC),
    "key": ({"SCHEMA_REGISTRY_API_KEY": "ä", "SCHEMA_REGISTRY_API_SECRET": "d:a"}, BASIC),
    "user": ({"SCHEMA_REGISTRY_USERNAME": "ä", "SCHEMA_REGISTRY_PASSWORD": "d:a"}, BASIC),
}


@pytest.mark.parametrize("kind", ASKED_AS)
def test_credentials_of_each_kind_reach_the_registry_and_no_other_host(
    client_of: Connect, local_registry: LocalRegistry, kind: str
) -> None:
    variables, headers = ASKED_AS[kind]
    elsewhere = local_registry.url.replace("127.0.0.1", "localhost")
    local_registry.script(PATH, redirect(f"{elsewhere}/{PATH}"))
    client_of(local_registry.url, variables=variables).fetch(QUESTION)
    ours, theirs = (
        {name: value for name, value in each.headers.items() if name not in PLAIN}
        for each in local_registry.requests
    )
    assert ours == headers
    assert theirs == {}


def test_a_password_in_the_url_is_sent_as_any_other(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    client_of(local_registry.url.replace("//", "//%C3%A4:d%3Aa@")).fetch(QUESTION)
    assert local_registry.requests[0].headers["authorization"] == BASIC["authorization"]


def test_the_query_of_the_url_is_sent_along(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    client = client_of(f"{local_registry.url}?api_key=k%26y&tenant=")
    client.fetch(Query(Kind.SCHEMA, "v1", ORDER, "1.0.0"))
    assert local_registry.paths == [f"/{PATH}?version=1.0.0&api_key=k%26y&tenant="]


SECRETS = {"token": TOKEN, "user": "ada-lovelace", "password": "pass word", "key": "k-e-y&"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, " ".join(SECRETS.values())),
        Reply(200, " ".join(SECRETS.values()), {"content-type": "text/plain"}),
        Reply(503, " ".join(SECRETS.values()), {"retry-after": "3600"}),
        Reply(403, f"{'x' * 190} {TOKEN}"),
        Reply(403, b64encode(f"{SECRETS['user']}:{SECRETS['password']}".encode())),
        Reply(403, "/schemas?api_key=k-e-y%26&user=pass%20word"),
        Reply(302, headers={"location": "gopher://ada-lovelace:pass%20word@x/?api_key=k-e-y%26"}),
    ],
    ids=lambda reply: f"{reply.status}",
)
def test_no_error_repeats_a_credential(
    client_of: Connect, local_registry: LocalRegistry, reply: Reply
) -> None:
    local_registry.always(reply)
    url = f"{local_registry.url}?api_key=k-e-y%26"
    with_user = url.replace("//", "//ada-lovelace:pass%20word@")
    basic = b64encode(b"ada-lovelace:pass word").decode()
    key = [SECRETS["key"], "k-e-y%26"]
    user = [SECRETS["user"], SECRETS["password"], "pass%20word", basic]
    for client, secrets in (
        (client_of(url, token=TOKEN), [*key, TOKEN[:10]]),
        (client_of(with_user), [*key, *user]),
    ):
        error = error_of(client)
        said = f"{error}{error!r}{error.args}"
        assert [secret for secret in secrets if secret in said] == []


def test_a_fetch_leaves_no_trace_in_the_log(
    client_of: Connect, local_registry: LocalRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    local_registry.script(PATH, Reply(503, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00"}))
    client = client_of(f"{local_registry.url}?api_key=secret", token=TOKEN)
    client.fetch(QUESTION)
    assert caplog.records == []


def test_the_users_own_requests_stay_in_the_log(
    local_registry: LocalRegistry, client: RegistryClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.fetch(QUESTION)
    caplog.set_level(logging.DEBUG)
    httpx.get(f"{local_registry.url}/health")
    assert {"httpx", "httpcore.http11"} <= {record.name for record in caplog.records}


def test_no_logger_of_what_sends_requests_tells_of_ours_until_the_client_is_closed(
    client: RegistryClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # While an attempt that an earlier test abandoned goes on, no filter is taken off.
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join(PATIENCE)
    caplog.set_level(logging.DEBUG)
    names = ("httpx", "httpx_retries.retry", "httpcore.socks", "httpcore.http2", "httpcore.new")
    loggers = [logging.getLogger(name) for name in names]

    def log(*_: object, **__: object) -> None:
        for logger in loggers:
            logger.debug("auth=('ada', 'pass')")
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(socket, "create_connection", log)
        error_of(client)
    assert caplog.records == []
    assert all(client._logs._is_not_ours in logger.filters for logger in loggers)
    client.close()
    assert not any(client._logs._is_not_ours in logger.filters for logger in loggers)


def test_while_an_attempt_goes_on_after_all_no_filter_is_taken_off(
    client_of: Connect, silent_port: int
) -> None:
    client = client_of(f"http://127.0.0.1:{silent_port}", timeout=0.1)
    error_of(client)
    client.close()
    assert client._logs._is_not_ours in logging.getLogger("httpcore.http11").filters


def test_a_proxy_from_the_environment_is_used(
    client_of: Connect, local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", local_registry.url)
    assert document_of(client_of("http://registry.invalid").fetch(QUESTION))["content"] == ORDER_V1
    assert local_registry.requests[0].headers["host"] == "registry.invalid"


FORMS = "write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "SSL_CERT_FILE",
            "no/such/file.pem",
            "no/such/file.pem cannot be read: No such file or directory",
        ),
        ("HTTP_PROXY", "nonsense://proxy", f"nonsense://proxy is no proxy's address; {FORMS}"),
        ("HTTP_PROXY", "proxy:port", f"http://proxy:port is no proxy's address; {FORMS}"),
        (
            "ALL_PROXY",
            "socks5://127.0.0.1:1",
            "socks5://127.0.0.1:1 needs the package socksio: pip install 'httpx[socks]'",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_a_wrong_setting_by_its_name(
    client: RegistryClient, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)  # as where it is not installed
    monkeypatch.setenv(name, value)
    error = error_of(client)
    assert isinstance(error, InvalidSettings)
    assert str(error) == f"{name}: {said}"


@pytest.mark.parametrize(
    ("name", "value"), [("HTTPS_PROXY", "nonsense://proxy"), ("no_proxy", "127.0.0.0/8,fe80::/10")]
)
def test_a_proxy_that_is_not_in_the_way_is_left_alone(
    client: RegistryClient, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    if name == "no_proxy":
        monkeypatch.setenv("http_proxy", "nonsense://proxy")
    monkeypatch.setenv(name, value)
    assert document_of(client.fetch(QUESTION))["content"] == ORDER_V1


def test_a_proxy_that_is_down_is_named_with_its_variable(
    client_of: Connect, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://ada:pass-word@127.0.0.1:{closed_port}")
    error = error_of(client_of("http://registry.example", timeout=1))
    assert isinstance(error, RegistryUnavailable)
    text = re.sub(r"\[Errno \d+\] .*", "[Errno …]", str(error))
    assert text.splitlines() == [
        (
            "the registry did not answer: cannot connect through the proxy "
            f"http://127.0.0.1:{closed_port} (http_proxy): [Errno …]"
        ),
        f"  asked: http://registry.example/{PATH}",
        (
            "  next: check http_proxy, or name the registry's host in NO_PROXY; "
            "--registry-offline replays what was recorded"
        ),
    ]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(502, "no route"), "it answered 502 Bad Gateway: no route"),
        (Reply(200, "<title>Sign in", {"content-type": "text/html"}), "200 OK, text/html: <title>"),
    ],
)
def test_what_came_through_a_proxy_says_so(
    client_of: Connect,
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    reason: str,
) -> None:
    monkeypatch.setenv("ALL_PROXY", local_registry.url)
    local_registry.always(reply)
    error = error_of(client_of("http://registry.example", timeout=0.2))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason.startswith(reason)
    assert error.reason.endswith(f" (through the proxy {local_registry.url} (ALL_PROXY))")


def test_a_proxy_that_forbids_says_that_it_is_one(
    client_of: Connect, local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", local_registry.url)
    local_registry.always(Reply(403, "not from here"))
    error = error_of(client_of("http://registry.example"))
    assert isinstance(error, RegistryRefused)
    assert error.excerpt == f"not from here (through the proxy {local_registry.url} (ALL_PROXY))"


def test_a_port_that_speaks_http_is_told_from_one_that_speaks_https(
    client_of: Connect,
    local_registry: LocalRegistry,
    secure_registry: LocalRegistry,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    error = error_of(client_of(local_registry.url.replace("http:", "https:"), timeout=1))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "cannot connect: the port speaks http, and was asked in https"
    assert error.advice == "give the registry's address with http://, which this port speaks"


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("https://127.0.0.1:1/x", "it redirects to 127.0.0.1:1: cannot connect: "),
        (f"/{PATH}", "it redirects again and again"),
    ],
)
def test_a_redirect_that_leads_nowhere_says_where(
    local_registry: LocalRegistry, client: RegistryClient, to: str, reason: str
) -> None:
    local_registry.always(redirect(to))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert error.reason.startswith(reason)


def test_a_certificate_of_an_own_authority_is_honoured(
    client_of: Connect,
    secure_registry: LocalRegistry,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert document_of(client_of(secure_registry.url).fetch(QUESTION))["content"] == ORDER_V1


def test_a_certificate_that_nobody_signed_is_not_trusted(
    client_of: Connect, secure_registry: LocalRegistry
) -> None:
    error = error_of(client_of(secure_registry.url, timeout=1))
    assert isinstance(error, RegistryUnavailable)
    assert "CERTIFICATE_VERIFY_FAILED" in error.reason
    assert secure_registry.requests == []


def test_one_connection_serves_many_questions(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    for _ in range(3):
        client.fetch(QUESTION)
    assert len({request.client_port for request in local_registry.requests}) == 1


def test_a_closed_client_opens_again_when_it_is_asked(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    client.close()
    client.fetch(QUESTION)
    client.close()
    client.fetch(QUESTION)
    assert len({request.client_port for request in local_registry.requests}) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_process_opens_a_connection_of_its_own(local_registry: LocalRegistry) -> None:
    program = f"""
import os
from pytest_schema_registry.registries.http import RegistryClient
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.registries.core import CoreProtocol

client = RegistryClient(CoreProtocol(), Location({local_registry.url!r}))
question = Query(Kind.SCHEMA, "v1", "x")
client.fetch(question)
child = os.fork()
client.fetch(question)
if child:
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    ports = [request.client_port for request in local_registry.requests]
    assert len(ports) == 3
    assert len(set(ports)) == 2


@pytest.mark.parametrize("in_test", [True, False])
def test_a_connection_that_is_forbidden_in_the_process_is_an_outage(
    client: RegistryClient, monkeypatch: pytest.MonkeyPatch, in_test: bool
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise RuntimeError("no sockets here")

    monkeypatch.setattr(socket, "create_connection", forbidden)
    if not in_test:
        monkeypatch.delenv("PYTEST_CURRENT_TEST")
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    advice = "; a schema that the registry_schema marker declares is fetched before the test"
    assert error.reason == (
        "the connection was refused in this process (no sockets here)" + advice * in_test
    )


def test_a_redirect_to_a_host_that_is_down_says_nothing_of_the_registry(
    local_registry: LocalRegistry, client: RegistryClient, closed_port: int
) -> None:
    elsewhere = {"location": f"http://127.0.0.1:{closed_port}/x"}
    local_registry.always(Reply(302, headers=elsewhere))
    with pytest.raises(RegistryUnavailable) as caught:
        client.fetch(QUESTION)
    assert not caught.value.unreachable


@pytest.mark.parametrize("where", ["note", "description", "etag"])
def test_an_answer_that_repeats_a_token_is_refused_before_it_is_kept(
    client_of: Connect, local_registry: LocalRegistry, where: str
) -> None:
    token = "a-token-of-ours"
    said = {"content": {"description": token if where == "description" else ""}}
    note = {"deprecation_note": f"Bearer {token}" if where == "note" else None}
    headers = {"content-type": "application/json", "etag": token if where == "etag" else "1"}
    local_registry.always(Reply(200, said | note, headers))
    error = error_of(client_of(local_registry.url, token=token))
    assert isinstance(error, InvalidAnswer)
    assert error.reason == REPEATED
    assert token not in str(error)


@pytest.mark.parametrize(
    ("spelled", "repeated"),
    [
        ("Basic bWU6c2VjcmV0L3DDpHNz", "user and password"),
        (r"secret\/p\u00e4ss", "the password, escaped"),
        ("secret%2fp%C3%A4ss", "the password, in a URL"),
        ("https://r.example/x?api_key=key-0123456789", "the key"),
        ("https://r.example/x?tenant=telemetry", None),
        ("me and a sec", None),
    ],
)
@pytest.mark.parametrize("content", ['{{"$id": "{}"}}', '{{"enum": [["{}"]]}}', '{{"{}": 1}}'])
def test_an_answer_that_repeats_a_credential_is_refused_however_it_spells_it(
    client_of: Connect,
    local_registry: LocalRegistry,
    content: str,
    spelled: str,
    repeated: str | None,
) -> None:
    address = local_registry.url.replace("//", "//me:secret%2Fp%C3%A4ss@")
    client = client_of(f"{address}?api_key=key-0123456789&tenant=telemetry")
    local_registry.always(Reply(200, f'{{"content": {content.format(spelled)}}}', {}))
    if repeated is None:
        assert client.fetch(QUESTION).value is not None
    else:
        error = error_of(client)
        assert isinstance(error, InvalidAnswer)
        assert error.reason == REPEATED


@pytest.mark.parametrize("status", [404, 410])
def test_what_says_that_there_is_nothing_may_not_repeat_a_token_either(
    client_of: Connect, local_registry: LocalRegistry, status: int
) -> None:
    local_registry.always(Reply(status, "", {"etag": '"a-token-of-ours"'}))
    error = error_of(client_of(local_registry.url, token="a-token-of-ours"))
    assert isinstance(error, InvalidAnswer)
    assert error.reason == REPEATED


def test_as_many_requests_are_under_way_as_are_made(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(200, ANSWER, JSON, together=110))
    fetches: list[Fetch] = []
    client = client_of(local_registry.url, timeout=PATIENCE, observe=fetches.append)
    with ThreadPoolExecutor(110) as pool:  # httpx's own limit is 100
        list(pool.map(client.fetch, [QUESTION] * 110))
    assert [each.attempts for each in fetches] == [1] * 110


def test_a_short_password_may_be_a_word_of_a_schema(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(200, {"content": {"title": "order"}}, {}))
    assert client_of(local_registry.url, token="order").fetch(QUESTION).value is not None


HOSTS_THAT_ARE_NONE = pytest.mark.parametrize(
    "host", ["registry..example", "a" * 64, "xn--zzzz--", "1" * 300, "."]
)


@HOSTS_THAT_ARE_NONE
@pytest.mark.parametrize("credentials", ["", "user:pass-word@"])
def test_a_host_that_no_name_can_be_is_an_outage(
    client_of: Connect, host: str, credentials: str
) -> None:
    error = error_of(client_of(f"http://{credentials}{host}"))
    assert isinstance(error, RegistryUnavailable)
    assert "pass-word" not in str(error)


@HOSTS_THAT_ARE_NONE
def test_a_redirect_to_a_host_that_no_name_can_be_is_an_outage(
    local_registry: LocalRegistry, client: RegistryClient, host: str
) -> None:
    local_registry.always(redirect(f"http://{host}/{PATH}"))
    error = error_of(client)
    assert isinstance(error, RegistryUnavailable)
    assert error.unreachable is False


@HOSTS_THAT_ARE_NONE
def test_a_proxy_on_a_host_that_no_name_can_be_is_an_outage(
    client_of: Connect, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pass-word@{host}:1")
    error = error_of(client_of("http://registry.example"))
    assert isinstance(error, RegistryUnavailable | InvalidSettings)
    assert "pass-word" not in str(error)


def test_a_limit_beyond_all_memory_is_none(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    body = gzip.compress(json.dumps(ANSWER).encode())
    local_registry.always(Reply(200, body, JSON | {"content-encoding": "gzip"}))
    client = client_of(local_registry.url, max_bytes=10**30)
    assert sent(client.fetch(QUESTION)) == ANSWER


def test_the_longest_timeout_that_may_be_given_can_be_waited_for(
    client_of: Connect, local_registry: LocalRegistry
) -> None:
    longest = Origin(lambda option: option.name, {"timeout": str(MAX_SECONDS)})
    timeout = resolve(longest, root=Path()).timeout
    assert document_of(client_of(local_registry.url, timeout=timeout).fetch(QUESTION)) is not None


def test_an_answer_with_a_key_twice_is_none(
    local_registry: LocalRegistry, client: RegistryClient
) -> None:
    body = b'{"content": {"required": ["a"], "required": []}}'
    local_registry.always(Reply(200, body, JSON), PATH)
    error = error_of(client)
    assert isinstance(error, InvalidAnswer)
    assert 'the key "required" stands twice' in error.reason
    assert "  next: a merge may have left both; take one of the two out, " in str(error)


# Confluent's registries


@pytest.fixture
def confluent(confluent_registry: ConfluentRegistry) -> Iterator[RegistryClient]:
    """A client of a registry that has two versions of ``orders``."""
    for kind in ("integer", "number"):
        confluent_registry.register("orders", {"type": kind})
    given = Origin(lambda option: option.name, {"url": confluent_registry.url})
    location = resolve(given, root=Path()).location
    assert location is not None
    client = RegistryClient(ConfluentProtocol(), location, timeout=5)
    yield client
    client.close()


VERDICT = "compatibility/subjects/orders/versions/1"


def pair_of(client: RegistryClient) -> Query:
    numbers = (Query(Kind.SCHEMA, number, "orders") for number in "12")
    sides = tuple(client.fetch(number).schema for number in numbers)
    return Query(Kind.COMPATIBILITY, "1", "orders", "1", "2", "2", sides)


def test_a_question_about_a_schema_is_posted(
    confluent: RegistryClient, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.verdict(False, ["it is smaller"])
    found = confluent.fetch(pair_of(confluent))
    assert found.value == RegistryVerdict(False, ("it is smaller",))
    body = {"schema": '{"type": "number"}', "schemaType": "JSON", "references": []}
    assert confluent_registry.posted == [(f"/{VERDICT}", body)]
    post = confluent_registry.requests[-1]
    assert (post.method, post.path) == ("POST", f"/{VERDICT}?verbose=true")
    assert post.headers["content-type"] == "application/vnd.schemaregistry.v1+json"
    assert post.headers["confluent-accept-unknown-properties"] == "true"
    assert "content-type" not in confluent_registry.requests[0].headers
    assert [request.method for request, _ in found.exchanged] == ["GET", "POST"]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_post_is_sent_again_where_that_helps(
    confluent: RegistryClient, confluent_registry: ConfluentRegistry, status: int
) -> None:
    confluent_registry.verdict(True)
    query = pair_of(confluent)
    confluent_registry.script(VERDICT, Reply(status))
    assert confluent.fetch(query).value == RegistryVerdict(True)
    assert confluent_registry.counts[f"/{VERDICT}?verbose=true"] == 2


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ({"error_code": 40301, "message": "denied\n\x1b of alice"}, "denied of alice"),
        ({"message": {"a": 1}}, "{'a': 1}"),
        ({"detail": "first", "message": "second"}, "first"),
        ("message", "message"),
        (["message"], '["message"]'),
        ('"message', '"message'),
    ],
)
def test_a_refusal_is_repeated_by_its_message(
    confluent: RegistryClient, confluent_registry: ConfluentRegistry, body: Any, excerpt: str
) -> None:
    confluent_registry.always(Reply(403, body, {"content-type": "application/vnd.x.v1+json"}))
    with pytest.raises(RegistryRefused) as caught:
        confluent.fetch(Query(Kind.SCHEMA, "latest", "orders"))
    assert caught.value.excerpt == excerpt


@pytest.mark.parametrize(
    "body",
    ["{", "", "[" * 100_000, '{"version": ' + "9" * 5_000 + "}", '{"a": 1, "a": 2}', "[]"],
)
def test_what_is_no_schema_is_an_error_that_can_be_printed(
    confluent: RegistryClient, confluent_registry: ConfluentRegistry, body: str
) -> None:
    confluent_registry.always(Reply(200, body))
    for name in ("orders", "\ud800", "a\x1b"):
        with pytest.raises((InvalidAnswer, RegistryUnavailable)) as caught:
            confluent.fetch(Query(Kind.SCHEMA, "latest", name))
        assert all(line.isprintable() for line in str(caught.value).split("\n"))
