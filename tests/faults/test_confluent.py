"""What a Confluent registry, or whatever answers in its place, can say."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.confluent_registry import ConfluentRegistry
from tests.faults.bench import Bench
from tests.faults.published import CONFLUENT, subject_version
from tests.faults.rows import (
    MODES,
    WORKERS,
    Expected,
    Row,
    Situation,
    Trial,
    behaving,
    down,
    healthy,
    outage,
    refusal,
    replying,
    served,
    to_another_host,
    trials,
)
from tests.faults.wire import silence
from tests.local_registry import ORDER_V1, ORDER_V2, TYPES, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from tests.faults.rows import RegistryFault

HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/vnd.schemaregistry.v1+json"}
TEXT = {"content-type": "text/plain"}
LATER = {"retry-after": "3600"}
LOGIN = Reply(200, "<html>Log in", HTML)
STARTING = Reply(503, {"error_code": 50003, "message": "not the primary"}, JSON)
UNAUTHORIZED = Reply(401, "Unauthorized\n", TEXT)
QUICK = 1.0
TYPES_PATH = TYPES.removeprefix("/")

#: Requests for the protocol and for two schemas, each once, and each as often as it is tried.
ATTEMPTS = 4
ONCE, ALL_ATTEMPTS = 1 + 2, 1 + 2 * ATTEMPTS


@pytest.fixture
def bench(
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:
    for schema in (ORDER_V1, ORDER_V2):
        confluent_registry.register("orders-value", schema)
    # Unless a row says otherwise, which protocol it speaks is no part of a fault.
    confluent_registry.always(Reply(200, CONFLUENT.types, JSON), TYPES_PATH)
    return Bench(pytester, confluent_registry, CONFLUENT, monkeypatch)


def no_schema(name: str, reply: Reply) -> Row:
    text = "it answered 404 without a code of the registry"
    return Row(f"404 {name}", refusal(text, requests=ONCE), replying(always=reply))


def not_found(code: int, text: str) -> Row:
    reply = Reply(404, {"error_code": code, "message": "not here"}, JSON)
    said = f"no schema orders-value in 1 … {text}"
    expect = refusal(said, requests=ONCE, replaces=True)
    return Row(f"404 with code {code}", expect, replying(always=reply))


def altered(**members: Any) -> RegistryFault:
    """A registry whose documents have other members."""

    def registry(bench: Bench) -> AbstractContextManager[str]:
        for path, document in bench.published.paths.items():
            bench.registry.always(Reply(200, document | members, JSON), path)
        return healthy(bench)

    return registry


def of_another_version(bench: Bench) -> AbstractContextManager[str]:
    """A registry that answers with version 7, whichever number it is asked for."""
    documents = {number: subject_version(int(number), ORDER_V1) for number in ("1", "2")}
    bench.published = replace(CONFLUENT, documents=documents)
    return altered(version=7)(bench)


def with_types(*first: Reply, always: Reply | None = None) -> RegistryFault:
    """A registry that has an odd answer to the request for its protocol, and good ones else."""

    def registry(bench: Bench) -> AbstractContextManager[str]:
        bench.registry.script(TYPES_PATH, *first)
        if always is not None:
            bench.registry.always(always, TYPES_PATH)
        return healthy(bench)

    return registry


def everywhere(reply: Reply) -> RegistryFault:
    """A registry that replies in the same way to everything, its protocol included."""

    def registry(bench: Bench) -> AbstractContextManager[str]:
        bench.registry.always(reply)
        return with_types(always=reply)(bench)

    return registry


@contextmanager
def loading(bench: Bench) -> Iterator[str]:
    """A registry that has not loaded its schemas yet, and answers that it has none."""
    assert isinstance(bench.registry, ConfluentRegistry)
    with bench.registry.starting():
        yield bench.registry.url


def unknown(text: str, requests: int) -> dict[Situation, Expected]:
    """Nobody says which protocol it is, unless that is kept; then all is well."""
    told = served(Situation.AUTO_CACHED, Situation.AUTO_RECORDED, requests=requests + 2)
    return refusal(text, requests=requests) | told


def silent(text: str, asked: int, tried: int) -> dict[Situation, Expected]:
    """An outage in which the request for the protocol fails first, and the schemas' only then.

    Args:
        text: What is said.
        asked: The requests for the protocol.
        tried: Those for both schemas.
    """
    kept = {Situation.AUTO_CACHED, Situation.AUTO_RECORDED}
    return {
        situation: replace(expected, requests=asked + tried) if situation in kept else expected
        for situation, expected in outage(text, asked).items()
    }


NO_JSON_SCHEMA = "'schema' is not the JSON text of an object or a boolean"
PROTOBUF = 'syntax = "proto3";'
MISSING = {"references": [{"name": "address.json", "subject": "address", "version": 1}]}
ASKED = "when it was asked which protocol it speaks; --registry-protocol says so without asking"
FAULTS = [
    Row("401 as text", refusal("status 401", requests=ONCE), replying(always=UNAUTHORIZED)),
    Row(
        "403",
        refusal("status 403", requests=ONCE),
        replying(always=Reply(403, {"error_code": 40301, "message": "denied"}, JSON)),
    ),
    no_schema("with code 404", Reply(404, {"error_code": 404, "message": "Not Found"}, JSON)),
    no_schema("that is a JSON string", Reply(404, '"Not Found"', JSON)),
    no_schema("that is a page", Reply(404, "<html>Not here", HTML)),
    no_schema("with nothing", Reply(404)),
    not_found(40401, "or the credentials may not read it"),
    not_found(40402, "see which versions there are with pytest-schema-registry list"),
    not_found(40403, ""),
    not_found(40404, "it was deleted"),
    not_found(40406, "it was deleted"),
    Row(
        "schemas that are not loaded yet",
        refusal("or the registry has only just started", requests=ONCE, replaces=True),
        loading,
    ),
    Row(
        "503 while it starts",
        outage("it answered 503 Service Unavailable", ALL_ATTEMPTS),
        replying(always=STARTING),
    ),
    Row("503 twice, then well", served(requests=1 + 2 * 3), replying(STARTING, STARTING)),
    Row("a login page", outage("200 OK, text/html: <html>Log in", ONCE), replying(always=LOGIN)),
    Row(
        "redirect to a login page",
        outage("200 OK, text/html: <html>Log in", 1 + 2 * 2),
        replying(Reply(302, headers={"location": "?login"}), always=LOGIN),
    ),
    Row(
        "redirect that is followed",
        served(requests=1 + 2 * 2),
        replying(Reply(301, headers={"location": "?moved"})),
    ),
    # Of these servers, only the requests for schemas are counted.
    Row("redirect to another host", served(), to_another_host),
    Row(
        "silence",
        outage("no complete answer within 1 s", range(2, 9)),
        behaving(silence),
        timeout=QUICK,
    ),
    Row(
        "429 as text, for longer than anybody waits",
        outage("429 Too Many Requests, asking to retry after 3600", ONCE),
        replying(always=Reply(429, "Slow down", TEXT | LATER)),
    ),
    Row(
        "429 as text for a second, then well",
        served(requests=1 + 2 * 2),
        replying(Reply(429, "Slow down", TEXT | {"retry-after": "1"})),
    ),
    Row("a schema that is no JSON", refusal(NO_JSON_SCHEMA, requests=ONCE), altered(schema="{")),
    Row("a schema that is a text", refusal(NO_JSON_SCHEMA, requests=ONCE), altered(schema='"{}"')),
    Row(
        "a schema that is not in a text",
        refusal("the answer has no 'schema' that is a text", requests=ONCE),
        altered(schema={}),
    ),
    Row(
        "no Avro schema, by its type's absence",
        refusal("it is no Avro schema", requests=ONCE, replaces=True),
        altered(schema='{"type": "object"}', schemaType=None),
    ),
    Row(
        "a Protobuf schema",
        refusal("is a Protobuf schema", requests=ONCE, replaces=True),
        altered(schema=PROTOBUF, schemaType="PROTOBUF"),
    ),
    Row(
        "another version",
        refusal("asked for version 1 of a subject, it answered with 7", requests=ONCE),
        of_another_version,
    ),
    Row(
        "no version",
        refusal("the answer has no 'version' that is a number", requests=ONCE),
        altered(version="7"),
    ),
    Row(
        "a reference that is missing",
        refusal(
            "'address.json' leads to no schema (no schema address in version 1)",
            # Without pytest and without a time-to-live, a 404 is asked again.
            requests=range(ONCE + 1, ONCE + 3),
            replaces=True,
        ),
        altered(schema='{"$ref": "address.json"}', **MISSING),
    ),
    Row("connection refused", outage("cannot connect: [Errno ", 0), down),
    Row("503 to everything", silent("503 Service", 4, 8), everywhere(STARTING)),
    Row("401 to everything", refusal("status 401", requests=1), everywhere(UNAUTHORIZED)),
    Row("a login page for everything", silent("<html>Log in", 1, 2), everywhere(LOGIN)),
    Row("503 to the protocol", unknown(f"503 … {ASKED}", ATTEMPTS), with_types(always=STARTING)),
    Row(
        "503 to the protocol once, then well",
        served(requests=ONCE + 1),
        with_types(STARTING),
    ),
    Row(
        "401 to the protocol",
        refusal("status 401", requests=1),
        with_types(always=UNAUTHORIZED),
    ),
    Row(
        "a login page for the protocol", unknown("no schema came back", 1), with_types(always=LOGIN)
    ),
    Row(
        "silence to the protocol",
        unknown(f"no complete answer within 1 s, {ASKED}", 3),
        with_types(always=Reply(delay=60)),
        timeout=QUICK,
    ),
    Row(
        "404 to the protocol",
        refusal("set --registry-protocol=confluent", requests=ONCE, replaces=True),
        with_types(always=Reply(404)),
    ),
]
ROWS = [replace(row, name=f"Confluent, {row.name}") for row in FAULTS]


@pytest.mark.parametrize("trial", trials(ROWS), ids=str)
def test_a_confluent_registry(bench: Bench, trial: Trial) -> None:
    bench.assert_holds(trial)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("mode", MODES)
def test_confluent_subjects_that_are_not_loaded_yet(bench: Bench, mode: str, workers: int) -> None:
    """Until then the list of subjects is empty, and no pattern may pass for having no schemas."""
    bench.write("def test_other(): pass")
    bench.setenv("SCHEMA_REGISTRY_COMPATIBILITY", "orders-*: 1 -> latest")
    with loading(bench) as url:
        observed = bench.session(mode, url, workers=workers)
    assert observed.outcomes["errors"] == 1, observed.output
    assert "the registry lists nothing of such a name" in observed.output
