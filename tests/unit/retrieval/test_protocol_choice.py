from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from pytest_schema_registry.errors import (
    CassetteDamaged,
    InvalidAnswer,
    InvalidSettings,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.registries.detection import Detection
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval import opening
from pytest_schema_registry.retrieval.cache import Cache, SharedSession
from pytest_schema_registry.retrieval.opening import Lazy
from pytest_schema_registry.retrieval.protocol_choice import (
    Choice,
    ProtocolChoice,
    UnknownRegistry,
    stated_protocol,
)
from pytest_schema_registry.settings.settings import Origin, Settings, resolve
from tests.local_registry import TYPES, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_schema_registry.registries.protocol import Registry
    from tests.confluent_registry import ConfluentRegistry
    from tests.local_registry import LocalRegistry

TYPES_PATH = TYPES.removeprefix("/")
PAGE = Reply(200, "<html>", {"content-type": "text/html"})
DOWN = Reply(503, headers={"retry-after": "3600"})
SAYS_SO = "when it was asked which protocol it speaks; --registry-protocol says so without asking"


def settings_of(root: Path, **given: Any) -> Settings:
    chosen = {name.replace("_", "-"): value for name, value in given.items()}
    return resolve(Origin(lambda option: option.name, {"cassettes": "c", **chosen}), root=root)


class Choose(Protocol):
    def __call__(self, session: str = "first", **given: Any) -> Choice: ...


@pytest.fixture
def choose(tmp_path: Path) -> Iterator[Choose]:
    opened: list[Lazy[Registry]] = []

    def choose(session: str = "first", **given: Any) -> Choice:
        settings = settings_of(tmp_path, **given)
        registry = Lazy(lambda: opening.registry(settings, Detection()))
        opened.append(registry)
        own = SharedSession(session, tmp_path / session, time.time())
        cache = Cache(tmp_path / "cache", own, ttl=settings.cache_ttl, lock_timeout=30)
        cassettes = Lazy(lambda: opening.cassettes(settings, Detection()))
        return ProtocolChoice(settings, registry, cache, cassettes).choose()

    yield choose
    for registry in opened:
        if registry.made is not None:
            registry.made.close()


def name_of(choice: Choice) -> str:
    assert choice.unknown is None
    return choice.protocol.name


# Without a request


@pytest.mark.parametrize(
    ("given", "stated"),
    [
        ({"url": "http://r"}, None),
        ({"url": "http://r", "protocol": "core"}, "core"),
        ({"url": "http://r", "protocol": "confluent"}, "confluent"),
        ({"url": "."}, "core"),
        ({"url": "http://r/apis/ccompat/v7"}, "confluent"),
        ({"url": "http://r/apis/ccompat"}, "confluent"),
        ({"url": "http://r/apis/ccompat2"}, None),
        ({"url": "http://r/apis/registry/v3"}, None),
        ({}, None),
        ({"protocol": "confluent"}, "confluent"),
        ({"url": "http://r/apis/ccompat/v7", "mode": "replay"}, None),
        ({"url": "http://r/apis/ccompat/v7", "protocol": "core"}, "core"),
    ],
)
def test_settings_may_tell_the_protocol(
    tmp_path: Path, given: dict[str, Any], stated: str | None
) -> None:
    assert stated_protocol(settings_of(tmp_path, **given)) == stated


@pytest.mark.parametrize("protocol", ["core", "confluent"])
def test_what_is_stated_is_not_asked(
    choose: Choose, confluent_registry: ConfluentRegistry, protocol: str
) -> None:
    assert name_of(choose(url=confluent_registry.url, protocol=protocol)) == protocol
    assert confluent_registry.requests == []


def test_a_directory_cannot_be_confluent(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="a directory of schemas is no Confluent registry"):
        settings_of(tmp_path, url=".", protocol="confluent")


# With one


@pytest.mark.parametrize("confluent_registry", ["confluent", "karapace", "axonops"], indirect=True)
def test_a_registry_is_asked_once_and_the_answer_has_no_end(
    choose: Choose, confluent_registry: ConfluentRegistry
) -> None:
    url = confluent_registry.url
    assert name_of(choose(url=url)) == "confluent"
    assert name_of(choose(url=url)) == "confluent"
    time.sleep(0.02)
    assert name_of(choose("second", url=url, cache_ttl="0.01")) == "confluent"
    assert confluent_registry.paths == [TYPES]
    assert name_of(choose("third", url=url, cache_ttl="0")) == "confluent"
    assert confluent_registry.paths == [TYPES] * 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, {"detail": "Not Found"}),
        Reply(404, "<html>", {"content-type": "text/html"}),
        Reply(410),
        Reply(405, {"error_code": 405}),
        Reply(200, {}),
        Reply(200, []),
    ],
)
def test_a_registry_without_the_path_is_core(
    choose: Choose, local_registry: LocalRegistry, reply: Reply
) -> None:
    local_registry.always(reply, TYPES_PATH)
    for session in ("first", "second"):
        assert name_of(choose(session, url=local_registry.url)) == "core"


@pytest.mark.parametrize(
    ("reply", "kind", "says_so"),
    [
        (DOWN, RegistryUnavailable, True),
        (PAGE, RegistryUnavailable, False),
        (Reply(200, ""), RegistryUnavailable, False),
        (Reply(200, "{"), InvalidAnswer, True),
        (Reply(200, "[" * 100_000), InvalidAnswer, True),
        (Reply(400), RegistryRefused, True),
        (Reply(401), RegistryRefused, False),
        (Reply(403), RegistryRefused, False),
    ],
)
def test_any_other_answer_leaves_it_unknown_for_the_whole_session(
    choose: Choose,
    local_registry: LocalRegistry,
    reply: Reply,
    kind: type[SchemaRegistryError],
    says_so: bool,
) -> None:
    local_registry.always(reply, TYPES_PATH)
    first = choose(url=local_registry.url)
    local_registry.always(Reply(200, ["JSON"]), TYPES_PATH)
    second = choose(url=local_registry.url)
    for choice in (first, second):
        assert choice.protocol.name == "core"
        assert isinstance(choice.unknown, kind)
        # After a login page or a refusal, to state the protocol is no help.
        assert (SAYS_SO in str(choice.unknown)) is says_so
    assert first.unknown is not None
    assert second.unknown is not None
    assert first.unknown.args == second.unknown.args
    assert local_registry.paths == [TYPES]
    assert name_of(choose("second", url=local_registry.url)) == "confluent"


def test_a_registry_that_cannot_be_reached_is_unknown(choose: Choose, closed_port: int) -> None:
    unknown = choose(url=f"http://127.0.0.1:{closed_port}").unknown
    assert isinstance(unknown, RegistryUnavailable)
    assert unknown.unreachable


def test_an_unknown_registry_answers_each_query_with_an_error_of_its_own() -> None:
    error = InvalidAnswer("http://r", "it is odd")
    registry = UnknownRegistry(error)
    raised = []
    for _ in range(2):
        with pytest.raises(InvalidAnswer) as caught:
            registry.fetch(Query(Kind.INDEX))
        raised.append(caught.value)
    assert raised[0] is not raised[1]
    assert {each.args for each in raised} == {error.args}
    registry.close()


# Version lines


@pytest.mark.parametrize(
    ("given", "is_right"),
    [
        ({"versions": "latest,3,v4"}, True),
        ({"versions": "latest,stable"}, False),
        ({"versions": "v0"}, False),
        ({"versions": "stable", "subject": "{name}-{version}"}, True),
        ({"versions": "stable", "version_property": "stage"}, True),
    ],
)
def test_lines_are_those_that_the_protocol_knows(
    choose: Choose, given: dict[str, Any], is_right: bool
) -> None:
    url = "http://r"
    assert name_of(choose(url=url, protocol="core", **given)) == "core"
    if is_right:
        assert name_of(choose(url=url, protocol="confluent", **given)) == "confluent"
    else:
        with pytest.raises(InvalidSettings, match=r"--registry-versions: '.*' is no version"):
            choose(url=url, protocol="confluent", **given)


# Recordings


def test_confluent_is_recorded_and_replayed(
    choose: Choose, confluent_registry: ConfluentRegistry, tmp_path: Path
) -> None:
    assert name_of(choose(url=confluent_registry.url, mode="record")) == "confluent"
    assert (tmp_path / "c" / "protocol.yaml").exists()
    assert name_of(choose("second", mode="replay")) == "confluent"
    assert name_of(choose("third", url=confluent_registry.url, mode="replay")) == "confluent"
    assert confluent_registry.paths == [TYPES]


def test_core_is_not_recorded(
    choose: Choose, local_registry: LocalRegistry, tmp_path: Path
) -> None:
    assert name_of(choose(url=local_registry.url, mode="record")) == "core"
    assert not (tmp_path / "c").exists()
    assert name_of(choose(mode="replay")) == "core"


def test_core_replaces_a_recording_of_confluent(
    choose: Choose, confluent_registry: ConfluentRegistry, local_registry: LocalRegistry
) -> None:
    choose(url=confluent_registry.url, mode="record")
    assert name_of(choose(url=local_registry.url, mode="record")) == "core"
    assert name_of(choose("second", mode="replay")) == "core"


def test_what_is_stated_is_recorded_without_a_request(
    choose: Choose, confluent_registry: ConfluentRegistry
) -> None:
    given = {"url": confluent_registry.url, "mode": "record", "protocol": "confluent"}
    assert name_of(choose(**given)) == "confluent"
    assert confluent_registry.requests == []
    assert name_of(choose("second", mode="replay")) == "confluent"


def test_while_the_registry_is_down_the_recording_tells(
    choose: Choose, confluent_registry: ConfluentRegistry, tmp_path: Path
) -> None:
    choose(url=confluent_registry.url, mode="record")
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    confluent_registry.always(DOWN)
    assert name_of(choose("second", url=confluent_registry.url)) == "confluent"


def test_a_damaged_recording_leaves_it_unknown(choose: Choose, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "protocol.yaml").write_text("")
    choice = choose(mode="replay")
    assert choice.protocol.name == "core"
    assert isinstance(choice.unknown, CassetteDamaged)
