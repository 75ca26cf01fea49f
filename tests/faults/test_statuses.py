"""What a registry, or whatever answers in its place, can say over HTTP."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.published import document
from tests.faults.rows import (
    Row,
    Trial,
    behaving,
    missing,
    outage,
    refusal,
    replying,
    served,
    trials,
)
from tests.faults.wire import Exchange, chunked
from tests.local_registry import Reply

if TYPE_CHECKING:
    from tests.faults.bench import Bench

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}
ATTEMPTS = 4
ALL_ATTEMPTS = 2 * ATTEMPTS


def status(code: int, text: str, expect: Any = outage, requests: int = ALL_ATTEMPTS) -> Row:
    return Row(str(code), expect(text, requests=requests), replying(always=Reply(code)))


def asked_to_wait(name: str, retry_after: str, requests: int) -> Row:
    reply = Reply(429, headers={"retry-after": retry_after})
    text = f"429 Too Many Requests, asking to retry after {retry_after[:40]}"
    return Row(f"429, Retry-After {name}", outage(text, requests), replying(always=reply))


def at(moment: timedelta) -> str:
    return format_datetime(datetime.now(UTC) + moment, usegmt=True)


def body(name: str, body: Any, expect: Any, headers: Any = JSON) -> Row:
    return Row(f"200 with {name}", expect, replying(always=Reply(200, body, headers)))


def encoded(encoding: str, *, mark: bytes = b"") -> Any:
    def behave(exchange: Exchange) -> None:
        # What is beyond ASCII tells one encoding from another.
        text = json.dumps(
            json.loads(exchange.body) | {"deprecation_note": "désuet"}, ensure_ascii=False
        )
        raw = mark + text.encode(encoding)
        exchange.start(f"Content-Length: {len(raw)}", "Connection: close")
        exchange.send(raw)

    return behaving(behave)


def compressed(times: int, megabytes: int, encoding: str) -> Reply:
    raw = b" " * megabytes * 2**20
    for _ in range(times):
        raw = gzip.compress(raw)
    return Reply(200, raw, JSON | {"content-encoding": encoding})


def gzipped(exchange: Exchange) -> None:
    raw = gzip.compress(exchange.body)
    exchange.start(f"Content-Length: {len(raw)}", "Content-Encoding: gzip", "Connection: close")
    exchange.send(raw)


TOO_LARGE = refusal("it is larger than 5,000,000 bytes")
ROWS = [
    status(401, "status 401", refusal, 2),
    status(403, "status 403", refusal, 2),
    Row(
        "404",
        refusal("no schema orders.Order in v1", requests=5, replaces=True),
        missing(404),
    ),
    Row(
        "410",
        refusal("no schema orders.Order in v1", requests=5, replaces=True),
        missing(410),
    ),
    Row(
        "404 of a wrong base path, as a page",
        refusal("it answered 404, and has no registry's index at", requests=range(3, 5)),
        replying(always=Reply(404, "<html>Not found", HTML)),
    ),
    Row(
        "404 of a wrong base path, as JSON",
        refusal("it answered 404, and has no registry's index at", requests=range(3, 5)),
        replying(always=Reply(404, {"detail": "Not Found"})),
    ),
    status(408, "it answered 408 Request Timeout"),
    status(500, "it answered 500 Internal Server Error"),
    status(502, "it answered 502 Bad Gateway"),
    status(503, "it answered 503 Service Unavailable"),
    status(504, "it answered 504 Gateway Timeout"),
    Row("503 twice, then well", served(requests=6), replying(Reply(503), Reply(503))),
    Row(
        "429 once, Retry-After in seconds, then well",
        served(requests=4),
        replying(Reply(429, headers={"retry-after": "1"})),
    ),
    asked_to_wait("an hour", "3600", 2),
    # Made when the run begins: the row must hold however long the run takes.
    asked_to_wait("a date", at(timedelta(days=1)), 2),
    asked_to_wait("a date that has passed", at(timedelta(hours=-1)), ALL_ATTEMPTS),
    asked_to_wait("a number that is too large", "9" * 400, 2),
    asked_to_wait("nonsense", "-1 minutes", ALL_ATTEMPTS),
    body("a login page", "<html>Log in", outage("200 OK, text/html: <html>Log in", 2), HTML),
    body("a login page as JSON", "<html>Log in", refusal("the body is not JSON")),
    body("nothing", "", outage("200 OK, an empty body", 2)),
    body("JSON of another shape", [1], refusal("a schema's answer is a JSON object, not an array")),
    body(
        "another schema",
        document("v1") | {"name": "orders.Other"},
        refusal("asked for 'orders.Order', it answered with 'orders.Other'"),
    ),
    body(
        "another version",
        document("v1") | {"track": "v7"},
        refusal("asked for track 'v1', it answered with 'v7'"),
    ),
    body(
        "a schema in a string",
        document("v1") | {"content": "{}", "track": None},
        refusal("'content' is a string, not a JSON Schema"),
    ),
    Row(
        "200 with 100 MB",
        TOO_LARGE,
        behaving(chunked(b" " * 100_000, 1_000)),
        in_process=False,
    ),
    Row("200 compressed unasked", served(), behaving(gzipped)),
    Row(
        "200 with a gzip bomb",
        TOO_LARGE,
        replying(always=compressed(1, 100, "gzip")),
        in_process=False,
    ),
    Row(
        "200 with a gzip bomb in a gzip bomb",
        refusal("the body is not JSON"),
        replying(always=compressed(2, 200, "gzip, gzip")),
        in_process=False,
    ),
    Row("200 in Latin-1", refusal("the body is not JSON ('utf-8' codec"), encoded("latin-1")),
    Row("200 in UTF-16", refusal("the body is not JSON ('utf-8' codec"), encoded("utf-16")),
    Row("200 with a byte order mark", served(), encoded("utf-8", mark=b"\xef\xbb\xbf")),
]


@pytest.mark.parametrize("trial", trials(ROWS), ids=str)
def test_an_answer(bench: Bench, trial: Trial) -> None:
    bench.assert_holds(trial)
