from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from pytest_schema_registry import (
    CassetteDamaged,
    CassetteMissing,
    CassetteNotWritten,
    InvalidAnswer,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.registries.confluent import ConfluentProtocol
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval import opening
from pytest_schema_registry.retrieval.cache import Cache, SharedSession
from pytest_schema_registry.retrieval.opening import Lazy
from pytest_schema_registry.retrieval.resolver import Resolver
from pytest_schema_registry.retrieval.steps import Step, steps
from pytest_schema_registry.settings.settings import Origin, Settings, resolve
from tests.documents import document_of
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.registries.protocol import Registry
    from pytest_schema_registry.registries.queries import Result
    from tests.confluent_registry import ConfluentRegistry

QUESTION = Query(Kind.SCHEMA, "v1", ORDER)
PATH = f"/schemas/v1/{ORDER}"
CASSETTE = Path("cassettes") / "v1" / f"{ORDER}.yaml"


class Host(Protocol):
    """A process of a session: one resolver with all that is around it."""

    def __call__(self, session: str = "first", **settings: Any) -> Resolver: ...


@pytest.fixture
def host(tmp_path: Path, local_registry: LocalRegistry) -> Iterator[Host]:
    opened: list[Lazy[Registry]] = []

    def host(session: str = "first", **given: Any) -> Resolver:
        chosen = {"url": local_registry.url, "cassettes": "cassettes", **given}
        settings = resolve(Origin(lambda option: option.name, chosen), root=tmp_path)
        registry = Lazy(lambda: opening.registry(settings, CoreProtocol()))
        opened.append(registry)
        own = SharedSession(session, tmp_path / session)
        cache = Cache(tmp_path / "cache", own, ttl=settings.cache_ttl, lock_timeout=30)
        cassettes = Lazy(lambda: opening.cassettes(settings, CoreProtocol()))
        return Resolver(settings, CoreProtocol(), registry, cache, cassettes)

    yield host
    for registry in opened:
        if registry.made is not None:
            registry.made.close()


def error_of(resolver: Resolver) -> SchemaRegistryError:
    with pytest.raises(SchemaRegistryError) as caught:
        resolver.retrieve(QUESTION)
    return caught.value


def source_of(answer: Result) -> tuple[str, Any]:
    """Where an answer is from, and which of the two published schemas it is."""
    return answer.source, document_of(answer)["content"]


@pytest.mark.parametrize(
    ("mode", "url", "places"),
    [
        ("auto", "http://x", (Step.CACHE, Step.REGISTRY, Step.STALE, Step.CASSETTE)),
        ("auto", ".", (Step.REGISTRY, Step.CASSETTE)),
        ("auto", None, (Step.CASSETTE,)),
        ("live", "http://x", (Step.CACHE, Step.REGISTRY)),
        ("live", ".", (Step.REGISTRY,)),
        ("record", "http://x", (Step.ASKED, Step.REGISTRY)),
        ("record", ".", (Step.REGISTRY,)),
        ("replay", "http://x", (Step.CASSETTE,)),
        ("replay", ".", (Step.CASSETTE,)),
        ("replay", None, (Step.CASSETTE,)),
    ],
)
def test_a_mode_is_the_places_that_it_looks_in(
    tmp_path: Path, mode: str, url: str | None, places: tuple[Step, ...]
) -> None:
    given = Origin(lambda option: option.name, {"mode": mode, "url": url})
    settings: Settings = resolve(given, root=tmp_path)
    assert steps(settings) == places


@pytest.mark.parametrize("mode", ["auto", "live", "record"])
def test_every_mode_but_replay_asks_the_registry(
    host: Host, local_registry: LocalRegistry, mode: str
) -> None:
    assert source_of(host(mode=mode).retrieve(QUESTION)) == ("registry", ORDER_V1)
    assert local_registry.paths == [PATH]


@pytest.mark.parametrize("mode", ["auto", "live"])
def test_auto_and_live_read_the_cache_and_write_it(
    host: Host, local_registry: LocalRegistry, mode: str
) -> None:
    host(mode=mode).retrieve(QUESTION)
    local_registry.publish(ORDER, v1=ORDER_V2)
    assert source_of(host("second", mode=mode).retrieve(QUESTION)) == ("cache", ORDER_V1)
    assert local_registry.paths == [PATH]


@pytest.mark.parametrize("mode", ["auto", "live"])
def test_auto_and_live_ask_again_when_the_time_to_live_has_passed(
    host: Host, local_registry: LocalRegistry, mode: str
) -> None:
    host(mode=mode).retrieve(QUESTION)
    local_registry.publish(ORDER, v1=ORDER_V2)
    second = host("second", mode=mode, **{"cache-ttl": 0})
    assert source_of(second.retrieve(QUESTION)) == ("registry", ORDER_V2)
    assert local_registry.paths == [PATH, PATH]


def test_record_asks_whatever_the_cache_holds_and_writes_it(
    host: Host, local_registry: LocalRegistry
) -> None:
    host(mode="auto").retrieve(QUESTION)
    local_registry.publish(ORDER, v1=ORDER_V2)
    host("second", mode="record").retrieve(QUESTION)
    assert local_registry.paths == [PATH, PATH]
    assert source_of(host("third", mode="auto").retrieve(QUESTION)) == ("cache", ORDER_V2)


@pytest.mark.parametrize("mode", ["auto", "live"])
def test_only_record_writes_cassettes(host: Host, tmp_path: Path, mode: str) -> None:
    host(mode=mode).retrieve(QUESTION)
    assert not (tmp_path / CASSETTE).exists()
    host("second", mode="record").retrieve(QUESTION)
    assert (tmp_path / CASSETTE).exists()


def test_record_writes_a_cassette_anew(
    host: Host, tmp_path: Path, local_registry: LocalRegistry
) -> None:
    host("first", mode="record").retrieve(QUESTION)
    local_registry.publish(ORDER, v1=ORDER_V2)
    host("second", mode="record").retrieve(QUESTION)
    assert source_of(host(mode="replay").retrieve(QUESTION)) == ("cassette", ORDER_V2)


def test_record_asks_once_in_a_session(host: Host, local_registry: LocalRegistry) -> None:
    host(mode="record").retrieve(QUESTION)
    assert source_of(host(mode="record").retrieve(QUESTION)) == ("registry", ORDER_V1)
    assert local_registry.paths == [PATH]


@pytest.mark.parametrize("given", [{"mode": "replay"}, {"url": None}])
def test_replay_reads_cassettes_and_asks_nobody(
    host: Host, local_registry: LocalRegistry, given: dict[str, Any]
) -> None:
    host(mode="record").retrieve(QUESTION)
    local_registry.requests.clear()
    answer = host("second", **given).retrieve(QUESTION)
    assert source_of(answer) == ("cassette", ORDER_V1)
    assert answer.outage is None
    assert local_registry.requests == []


def test_replay_does_not_use_the_cache(host: Host, local_registry: LocalRegistry) -> None:
    host().retrieve(QUESTION)
    assert isinstance(error_of(host("second", mode="replay")), CassetteMissing)


def test_a_recorded_404_is_a_recording(host: Host, local_registry: LocalRegistry) -> None:
    question = Query(Kind.SCHEMA, "v3", ORDER)
    host(mode="record").retrieve(question)
    assert document_of(host(mode="replay").retrieve(question)) is None


def test_auto_serves_a_stale_entry_while_the_registry_is_down(
    host: Host, local_registry: LocalRegistry
) -> None:
    host(mode="record").retrieve(QUESTION)
    local_registry.always(Reply(503, "closed", {"retry-after": "3600"}))
    answer = host("second", **{"cache-ttl": 0}).retrieve(QUESTION)
    assert source_of(answer) == ("stale cache", ORDER_V1)
    assert answer.outage == (
        "it answered 503 Service Unavailable, asking to retry after 3600: closed"
    )


def test_auto_serves_a_cassette_when_the_cache_has_nothing(
    host: Host, tmp_path: Path, local_registry: LocalRegistry
) -> None:
    host(mode="record").retrieve(QUESTION)
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    answer = host("second").retrieve(QUESTION)
    assert source_of(answer) == ("cassette", ORDER_V1)
    assert answer.outage is not None


def test_auto_says_what_it_tried(host: Host, local_registry: LocalRegistry) -> None:
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    error = error_of(host())
    assert isinstance(error, RegistryUnavailable)
    assert str(error).splitlines()[1:4] == [
        f"  asked: {local_registry.url}{PATH}",
        "  then tried: the cache: no entry",
        f"  then tried: cassette {CASSETTE}: no recording of {ORDER} v1",
    ]


def test_of_an_outage_the_address_is_shown_that_was_requested(host: Host, closed_port: int) -> None:
    resolver = host(url=f"http://127.0.0.1:{closed_port}", mode="live")
    for query in (QUESTION, replace(QUESTION, version="v2")):
        with pytest.raises(RegistryUnavailable) as caught:
            resolver.retrieve(query)
        assert caught.value.url == f"http://127.0.0.1:{closed_port}{PATH}"


def test_auto_says_that_the_cassette_it_tried_is_damaged(
    host: Host, tmp_path: Path, local_registry: LocalRegistry
) -> None:
    (tmp_path / CASSETTE).parent.mkdir(parents=True)
    (tmp_path / CASSETTE).write_text("")
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    assert f"cassette {CASSETTE}: the cassette cannot be used" in str(error_of(host()))
    assert isinstance(error_of(host(mode="replay")), CassetteDamaged)


def test_live_takes_nothing_old_while_the_registry_is_down(
    host: Host, local_registry: LocalRegistry
) -> None:
    host(mode="record").retrieve(QUESTION)
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    error = error_of(host("second", mode="live", **{"cache-ttl": 0}))
    assert isinstance(error, RegistryUnavailable)
    assert error.tried == ()


@pytest.mark.parametrize(
    ("reply", "kind"), [(Reply(401), RegistryRefused), (Reply(200, []), InvalidAnswer)]
)
def test_a_registry_that_answers_wrongly_is_not_papered_over(
    host: Host, local_registry: LocalRegistry, reply: Reply, kind: type[SchemaRegistryError]
) -> None:
    host(mode="record").retrieve(QUESTION)
    local_registry.always(reply)
    assert isinstance(error_of(host("second", **{"cache-ttl": 0})), kind)


@pytest.mark.parametrize("mode", ["auto", "live", "record"])
def test_a_directory_is_read_and_nothing_is_cached(
    host: Host, tmp_path: Path, local_registry: LocalRegistry, mode: str
) -> None:
    answer = host(mode=mode, url=str(local_registry.directory)).retrieve(QUESTION)
    assert source_of(answer) == ("directory", ORDER_V1)
    assert local_registry.requests == []
    assert list(tmp_path.rglob("*.entry")) == []
    assert (tmp_path / CASSETTE).exists() == (mode == "record")


def test_a_directory_that_went_away_is_replaced_by_cassettes_in_auto(
    host: Host, tmp_path: Path
) -> None:
    host(mode="record").retrieve(QUESTION)
    (tmp_path / "schemas").mkdir()
    resolver = host(url="schemas")
    (tmp_path / "schemas").rmdir()
    answer = resolver.retrieve(QUESTION)
    assert source_of(answer) == ("cassette", ORDER_V1)
    assert answer.outage is not None


def test_a_cassette_that_cannot_be_written_is_an_error_of_every_process(
    host: Host, tmp_path: Path, local_registry: LocalRegistry
) -> None:
    first, second = host(mode="record"), host(mode="record")
    (tmp_path / "cassettes").write_text("a file in its place")
    for resolver in (first, second):
        assert isinstance(error_of(resolver), CassetteNotWritten)
    assert local_registry.paths == [PATH]


def test_an_outage_is_raised_again_and_not_asked_again(
    host: Host, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    resolver = host()
    first, second = error_of(resolver), error_of(resolver)
    assert first is not second
    assert first.args == second.args
    assert local_registry.paths == [PATH]


@pytest.mark.parametrize("reply", [Reply(503, headers={"retry-after": "3600"}), Reply(401)])
def test_a_failure_is_shared_by_the_processes_of_a_session(
    host: Host, local_registry: LocalRegistry, reply: Reply
) -> None:
    local_registry.always(reply)
    assert error_of(host()).args == error_of(host()).args
    assert local_registry.paths == [PATH]
    error_of(host("second"))
    assert local_registry.paths == [PATH, PATH]


def test_a_registry_that_cannot_be_reached_is_not_tried_for_every_schema(
    host: Host,
) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        resolver = host(url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        error_of(resolver)
        # From now on it could be, which who does not try it does not learn.
        listening.listen()
        listening.setblocking(False)
        with pytest.raises(RegistryUnavailable):
            resolver.retrieve(Query(Kind.SCHEMA, "v1", "another"))
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize("question", [QUESTION, Query(Kind.INDEX)])
def test_threads_that_want_one_answer_make_one_request(
    host: Host, local_registry: LocalRegistry, question: Query
) -> None:
    resolver = host("first", **{"cache-ttl": 0})
    local_registry.always(Reply(200, {"content": {}, "tracks": {}}, delay=0.2))
    answers: list[Result] = []
    threads = [
        threading.Thread(target=lambda: answers.append(resolver.retrieve(question)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(local_registry.requests) == 1


PROCESS = """
import sys
from pathlib import Path
from pytest_schema_registry import SchemaRegistryError
from pytest_schema_registry.retrieval.cache import SharedSession
from pytest_schema_registry.retrieval.schema_source import SchemaSource
from pytest_schema_registry.settings.settings import Origin, resolve

url, mode, ttl, root, *names = sys.argv[1:]
given = {"url": url, "mode": mode, "cache-ttl": ttl, "cassettes": "cassettes"}
settings = resolve(Origin(lambda option: option.name, given), root=Path(root))
session = SharedSession("one", Path(root, "own"))
print("ready", flush=True)
sys.stdin.readline()
source = SchemaSource(settings, session, Path(root, "cache"))
for name in names:
    try:
        source.schema(name, "v1")
    except SchemaRegistryError as exc:
        print(type(exc).__name__)
    else:
        print("had")
source.close()
"""


@pytest.mark.parametrize("mode", ["auto", "live", "record"])
def test_processes_of_a_session_make_one_request_for_each_address(
    tmp_path: Path, local_registry: LocalRegistry, mode: str
) -> None:
    local_registry.always(Reply(401), "schemas/v1/refused")
    local_registry.always(Reply(503, headers={"retry-after": "3600"}), "schemas/v1/down")
    names = [ORDER, "missing", "refused", "down"]
    command = [sys.executable, "-c", PROCESS, local_registry.url, mode, "0", str(tmp_path), *names]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].split() for process in processes]
    assert said == [["had", "SchemaNotFound", "RegistryRefused", "RegistryUnavailable"]] * 4
    assert local_registry.counts == dict.fromkeys(
        [
            PATH,
            "/index",
            "/schemas/v1/missing",
            "/schemas/v1/missing.schema",
            "/schemas/v1/refused",
            "/schemas/v1/down",
        ],
        1,
    )


NAMES = ["a.A", "a.B", "a.C"]
QUESTIONS = [Query(Kind.SCHEMA, "v1", name) for name in NAMES]
SHORT = {"cache-ttl": "0.01"}


def cached(host: Host, local_registry: LocalRegistry, **given: Any) -> None:
    """Have three schemas in the cache, whose time has passed, and of which the last changed."""
    for name in NAMES:
        local_registry.publish(name, v1={"title": name})
    for question in QUESTIONS:
        host("first", **given).retrieve(question)
    local_registry.publish("a.C", v1={"title": "changed"})
    local_registry.requests.clear()
    time.sleep(0.02)


def titles(resolver: Resolver) -> dict[str, str]:
    """The titles of what the resolver has at hand, and then of the rest."""
    answers = {each: resolver.retrieve(each) for each in resolver.revalidate(QUESTIONS)}
    answers |= {each: resolver.retrieve(each) for each in QUESTIONS if each not in answers}
    return {each.name: document_of(answer)["content"]["title"] for each, answer in answers.items()}


def revalidated(host: Host, local_registry: LocalRegistry, **given: Any) -> list[str]:
    """What is asked when three schemas that were cached have passed their time."""
    cached(host, local_registry, **given)
    found = titles(host("second", **given))
    assert found == {"a.A": "a.A", "a.B": "a.B", "a.C": "changed"}
    return local_registry.paths


def test_what_the_index_lists_unchanged_is_not_asked_for(
    host: Host, local_registry: LocalRegistry
) -> None:
    # The index counts from its own fetch, so within a session it is all that is needed.
    assert revalidated(host, local_registry, **SHORT) == ["/index", "/schemas/v1/a.C"]


def test_what_the_index_lists_unchanged_is_as_old_as_the_index(
    host: Host, local_registry: LocalRegistry
) -> None:
    cached(host, local_registry, **SHORT)
    resolver = host("second", **SHORT)
    vouched_for = [resolver.retrieve(each) for each in resolver.revalidate(QUESTIONS)]
    index = resolver.retrieve(Query(Kind.INDEX))
    assert {each.query.name for each in vouched_for} == {"a.A", "a.B"}
    assert {(each.fetched_at, each.source) for each in vouched_for} == {
        (index.fetched_at, "registry")
    }


def test_an_index_that_lists_names_with_an_ending_vouches_for_them(
    host: Host, local_registry: LocalRegistry
) -> None:
    names = [f"{name}.schema" for name in NAMES]
    entries = [{"name": name, "sha256": f"of {name}"} for name in names]
    for entry in entries:
        body = {**entry, "content": {"title": entry["name"]}}
        local_registry.always(Reply(200, body), f"schemas/v1/{entry['name']}")
    entries[2] = {**entries[2], "sha256": "changed"}
    local_registry.always(Reply(200, {"tracks": {"v1": {"schemas": entries}}}), "index")
    for question in QUESTIONS:
        for spelled in (question, question.suffixed):
            host("first", **SHORT).retrieve(spelled)
    time.sleep(0.02)
    local_registry.requests.clear()

    resolver = host("second", **SHORT)
    assert {question.name for question in resolver.revalidate(QUESTIONS)} == {"a.A", "a.B"}
    assert document_of(resolver.retrieve(QUESTIONS[0])) is None
    assert document_of(resolver.retrieve(QUESTIONS[0].suffixed))["content"] == {"title": names[0]}
    assert local_registry.paths == ["/index"]


def test_what_is_fresh_needs_no_index(host: Host, local_registry: LocalRegistry) -> None:
    for question in QUESTIONS:
        local_registry.publish(question.name, v1={"title": question.name})
        host().retrieve(question)
    local_registry.requests.clear()
    resolver = host("second")
    served = resolver.revalidate(QUESTIONS)
    assert [resolver.retrieve(each).source for each in served] == ["cache"] * 3
    assert local_registry.requests == []


def test_an_index_that_is_served_old_vouches_for_nothing(
    host: Host, local_registry: LocalRegistry
) -> None:
    cached(host, local_registry, **SHORT)
    titles(host("second", **SHORT))
    time.sleep(0.02)
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    resolver = host("third", **SHORT)
    assert resolver.revalidate(QUESTIONS) == set()
    assert resolver.retrieve(QUESTIONS[0]).source == "stale cache"


def test_no_index_vouches_that_a_schema_is_still_missing(
    host: Host, local_registry: LocalRegistry
) -> None:
    for question in QUESTIONS:
        for spelled in (question, question.suffixed):
            assert document_of(host("first", **SHORT).retrieve(spelled)) is None
    time.sleep(0.02)
    local_registry.requests.clear()
    assert host("second", **SHORT).revalidate(QUESTIONS) == set()
    assert "/index" not in local_registry.paths


@pytest.mark.parametrize("reply", [Reply(404), Reply(401)])
def test_without_an_index_each_schema_is_asked_for(
    host: Host, local_registry: LocalRegistry, reply: Reply
) -> None:
    local_registry.always(reply, "index")
    asked = revalidated(host, local_registry, **SHORT)
    assert asked == ["/index", "/schemas/v1/a.A", "/schemas/v1/a.B", "/schemas/v1/a.C"]


def test_a_time_to_live_of_zero_asks_for_each_schema(
    host: Host, local_registry: LocalRegistry
) -> None:
    asked = revalidated(host, local_registry, **{"cache-ttl": "0"})
    assert asked == ["/schemas/v1/a.A", "/schemas/v1/a.B", "/schemas/v1/a.C"]


def test_one_expired_schema_is_asked_for_itself(host: Host, local_registry: LocalRegistry) -> None:
    host("first", **SHORT).retrieve(QUESTION)
    time.sleep(0.02)
    assert host("second", **SHORT).revalidate([QUESTION]) == set()
    assert local_registry.paths == [PATH]


@pytest.mark.parametrize("said", [{"deprecated": True}, {"$core_version": "1.1"}])
def test_what_the_index_says_anew_of_a_schema_is_asked_for(
    host: Host, local_registry: LocalRegistry, said: dict[str, Any]
) -> None:
    for question in QUESTIONS:
        local_registry.publish(question.name, v1={"title": question.name})
        host("first", **SHORT).retrieve(question)
    time.sleep(0.02)
    index = local_registry_index(local_registry)
    for entry in index["tracks"]["v1"]["schemas"]:
        if entry["name"] == "a.A":
            entry["deprecated"] = said.get("deprecated", False)
            entry["latest_core_version"] = said.get("$core_version")
    local_registry.always(Reply(200, index, {"content-type": "application/json"}), "index")
    served = host("second", **SHORT).revalidate(QUESTIONS)
    assert {question.name for question in served} == {"a.B", "a.C"}


def local_registry_index(local_registry: LocalRegistry) -> Any:
    return document_of(DirectoryRegistry(local_registry.directory, "here").fetch(Query(Kind.INDEX)))


# Confluent's registries


LATEST = Query(Kind.SCHEMA, "latest", "orders")
THREE = Query(Kind.SCHEMA, "3", "orders")
REFERENCE = Query(Kind.REFERENCE, "3", "orders")
AT = "/subjects/orders/versions"


@pytest.fixture
def confluent(tmp_path: Path, confluent_registry: ConfluentRegistry) -> Iterator[Host]:
    """A host for a registry that has three versions of ``orders``."""
    for number in (1, 2, 3):
        confluent_registry.register("orders", {"title": str(number)})
    opened: list[Lazy[Registry]] = []

    def confluent(session: str = "first", **given: Any) -> Resolver:
        chosen = {"url": confluent_registry.url, "cassettes": "cassettes", **given}
        settings = resolve(Origin(lambda option: option.name, chosen), root=tmp_path)
        protocol = ConfluentProtocol()
        registry = Lazy(lambda: opening.registry(settings, protocol))
        opened.append(registry)
        own = SharedSession(session, tmp_path / session, time.time())
        cache = Cache(tmp_path / "cache", own, ttl=settings.cache_ttl, lock_timeout=30)
        cassettes = Lazy(lambda: opening.cassettes(settings, protocol))
        return Resolver(settings, protocol, registry, cache, cassettes)

    yield confluent
    for registry in opened:
        if registry.made is not None:
            registry.made.close()


def title(result: Result) -> Any:
    return result.schema.content["title"]


@pytest.mark.parametrize("query", [THREE, REFERENCE, replace(LATEST, release="3")])
def test_a_number_never_changes(
    confluent: Host, confluent_registry: ConfluentRegistry, query: Query
) -> None:
    confluent().retrieve(query)
    time.sleep(0.02)
    found = confluent("second", **SHORT).retrieve(query)
    assert (title(found), found.source) == ("3", "cache")
    assert len(confluent_registry.requests) == 1
    confluent("third", **{"cache-ttl": "0"}).retrieve(query)
    assert len(confluent_registry.requests) == 2


@pytest.mark.parametrize("query", [LATEST, replace(REFERENCE, version="latest")])
def test_the_latest_version_may_change(
    confluent: Host, confluent_registry: ConfluentRegistry, query: Query
) -> None:
    confluent().retrieve(query)
    confluent_registry.register("orders", {"title": "4"})
    time.sleep(0.02)
    assert title(confluent("second", **SHORT).retrieve(query)) == "4"


@pytest.mark.parametrize("query", [THREE, REFERENCE, replace(LATEST, release="3")])
@pytest.mark.parametrize("session", ["first", "second"])
def test_the_latest_version_is_also_its_number(
    confluent: Host, confluent_registry: ConfluentRegistry, query: Query, session: str
) -> None:
    confluent().retrieve(LATEST)
    found = confluent(session, **SHORT).retrieve(query)
    assert title(found) == "3"
    assert found.url.endswith(confluent().protocol.path(query))
    assert confluent_registry.paths == [f"{AT}/latest"]


@pytest.mark.parametrize("query", [replace(THREE, version="2"), replace(REFERENCE, version="2")])
def test_the_latest_version_is_no_other_number(
    confluent: Host, confluent_registry: ConfluentRegistry, query: Query
) -> None:
    resolver = confluent()
    resolver.retrieve(LATEST)
    assert title(resolver.retrieve(query)) == "2"
    assert len(confluent_registry.requests) == 2


def test_a_number_is_not_the_latest_version(
    confluent: Host, confluent_registry: ConfluentRegistry
) -> None:
    resolver = confluent()
    resolver.retrieve(THREE)
    resolver.retrieve(LATEST)
    assert confluent_registry.paths == [f"{AT}/3", f"{AT}/latest"]


def test_a_time_to_live_of_zero_takes_no_copy_of_another_session(
    confluent: Host, confluent_registry: ConfluentRegistry
) -> None:
    confluent().retrieve(LATEST)
    confluent("second", **{"cache-ttl": "0"}).retrieve(THREE)
    assert confluent_registry.paths == [f"{AT}/3", f"{AT}/latest"]


def test_a_404_of_a_number_may_end(confluent: Host, confluent_registry: ConfluentRegistry) -> None:
    four = replace(THREE, version="4")
    assert confluent().retrieve(four).is_missing
    confluent_registry.register("orders", {"title": "4"})
    time.sleep(0.02)
    assert title(confluent("second", **SHORT).retrieve(four)) == "4"


def test_a_404_that_is_signed_needs_no_index(
    confluent: Host, confluent_registry: ConfluentRegistry
) -> None:
    missing = confluent().retrieve(replace(LATEST, name="payments"))
    assert missing.is_missing
    assert confluent_registry.paths == ["/subjects/payments/versions/latest"]


@pytest.mark.parametrize("reply", [Reply(404, {"error_code": 404}), Reply(404, "Not Found")])
def test_a_404_that_is_not_signed_is_wrong(
    confluent: Host, confluent_registry: ConfluentRegistry, reply: Reply
) -> None:
    confluent_registry.always(reply)
    with pytest.raises(InvalidAnswer, match="it answered 404 without a code of the registry"):
        confluent().retrieve(LATEST)
    assert confluent_registry.paths == [f"{AT}/latest"]


def test_no_index_confirms_what_has_expired(
    confluent: Host, confluent_registry: ConfluentRegistry
) -> None:
    queries = [LATEST, THREE, replace(LATEST, name="payments")]
    for query in queries:
        confluent().retrieve(query)
    time.sleep(0.02)
    confluent_registry.requests.clear()
    assert confluent("second", **SHORT).revalidate(queries) == {THREE}
    assert confluent("third").revalidate(queries) == set(queries)
    assert confluent_registry.requests == []


@pytest.mark.parametrize("query", [LATEST, THREE, REFERENCE, Query(Kind.RELEASES, "3", "orders")])
def test_what_a_confluent_registry_says_is_replayed(
    confluent: Host, confluent_registry: ConfluentRegistry, query: Query
) -> None:
    recorded = confluent(mode="record").retrieve(query)
    assert confluent("second", mode="replay").retrieve(query).value == recorded.value
    assert len(confluent_registry.requests) == 1
