"""What can happen between here and a registry, below HTTP and just above it."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest

from tests.faults import wire
from tests.faults.rows import (
    Row,
    Trial,
    behaving,
    down,
    outage,
    refusal,
    replying,
    served,
    to_another_host,
    trials,
)
from tests.faults.wire import chunked, redirected
from tests.local_registry import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from tests.faults.bench import Bench
    from tests.faults.rows import RegistryFault

QUICK = 1.0


def at(url: str) -> RegistryFault:
    return lambda _: nullcontext(url)


@contextmanager
def backlog_full(_bench: Bench) -> Iterator[str]:
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def through_a_proxy(reply: Reply, url: str = "http://registry.invalid") -> RegistryFault:
    def registry(bench: Bench) -> AbstractContextManager[str]:
        bench.registry.always(reply)
        for scheme in ("HTTP", "HTTPS"):
            bench.setenv(f"{scheme}_PROXY", bench.registry.url)
        return nullcontext(url)

    return registry


HTML = {"content-type": "text/html"}
ROWS = [
    Row("connection refused", outage("cannot connect: [Errno ", 0), down),
    Row(
        "no such host",
        outage("cannot connect: [Errno ", 0),
        at("http://nothing.invalid"),
        timeout=5,
    ),
    Row(
        "connection never made",
        outage("no connection within 1 s", 0),
        backlog_full,
        timeout=QUICK,
    ),
    Row(
        "silence",
        outage("no complete answer within 1 s", range(2, 9)),
        behaving(wire.silence),
        timeout=QUICK,
    ),
    Row(
        "one byte a second",
        outage("no complete answer within 1 s", range(2, 9)),
        behaving(wire.one_byte_a_second),
        timeout=QUICK,
    ),
    Row("reset in mid-body", outage("reset by peer", 8), behaving(wire.reset_in_mid_body)),
    Row("cut short", outage("peer closed connection", 8), behaving(wire.cut)),
    Row(
        "cut short, and the length with it",
        refusal("the body is not JSON"),
        behaving(wire.cut_and_counted),
    ),
    Row("cut between chunks", outage("peer closed", 8), behaving(wire.cut_between_chunks)),
    Row(
        "chunks for ever",
        refusal("it is larger than 5,000,000 bytes"),
        behaving(chunked(b" " * 65536, 10**6)),
        in_process=False,
    ),
    Row(
        "thirty redirects",
        outage("it redirects again and again", 12),
        replying(*[Reply(302, headers={"location": "?again"})] * 30),
    ),
    Row("redirect to another host", served(), to_another_host),
    Row(
        "redirect to a file",
        outage("unsupported protocol", 2),
        behaving(redirected("file:///etc/passwd?")),
    ),
    Row("proxy asks for a password", outage("it answered 407", 2), through_a_proxy(Reply(407))),
    Row(
        "proxy refuses the tunnel",
        outage("407", range(1, 3)),
        through_a_proxy(Reply(407), "https://registry.invalid"),
    ),
    Row("proxy reaches nobody", outage("502 Bad Gateway", 8), through_a_proxy(Reply(502))),
    Row(
        "proxy has a login page",
        outage("200 OK, text/html", 2),
        through_a_proxy(Reply(200, "<html>Log in", HTML)),
    ),
]


@pytest.mark.parametrize("trial", trials(ROWS), ids=str)
def test_the_network(bench: Bench, trial: Trial) -> None:
    bench.assert_holds(trial)
