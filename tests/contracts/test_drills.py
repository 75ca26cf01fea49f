"""Drills: what consumers do while the registry changes, fails and comes back.

The code under test is what a team has: its intake of events over the published client of the Core
Schema Registry, and Confluent's client with its serializers. The tests hold what the clients
promise, and show what they leave to their users.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka.schema_registry import RegisteredSchema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError as ConfluentError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from core_registry_client import RegistryClient, SchemaResponse
from core_registry_client.client import RegistryError
from jsonschema import Draft202012Validator
from market_data_core.telemetry import BackpressureLevel, FeedbackEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from pytest_schema_registry import RegistryServer

NAME = "telemetry.FeedbackEvent"
#: Seconds for which the intake keeps a schema.
KEPT = 300.0
LOG_IN = "<html><title>Log in</title></html>"
OF_V1 = FeedbackEvent(
    coordinator_id="bars", queue_size=80, capacity=100, level=BackpressureLevel.soft, ts=1.0
).model_dump(mode="json")
OF_V2 = {"coordinator_name": OF_V1["coordinator_id"]} | {
    name: value for name, value in OF_V1.items() if name != "coordinator_id"
}


class Intake:
    """The intake of feedback events, which accepts those that conform to the schema.

    It prefers v2, keeps the schema for five minutes, and goes on with an old one in an outage.

    Args:
        client: The registry's client.
        clock: Returns the time in seconds.
    """

    def __init__(self, client: RegistryClient, clock: Callable[[], float]) -> None:
        self.client = client
        self._clock = clock
        self._schema: SchemaResponse | None = None
        self._until = 0.0

    async def accepts(self, event: dict[str, Any]) -> bool:
        schema = await self.schema()
        return Draft202012Validator(schema.content).is_valid(event)

    async def schema(self) -> SchemaResponse:
        if self._schema is None or self._clock() >= self._until:
            try:
                self._schema = await self._newest()
            # The client lets the error through that a page of HTML leads to.
            except (RegistryError, json.JSONDecodeError):
                if self._schema is None:
                    raise
            self._until = self._clock() + KEPT
        return self._schema

    async def _newest(self) -> SchemaResponse:
        found = await self.client.negotiate(NAME, prefer="v2", fallback="v1")
        return await self.client.fetch_schema(found.track, NAME)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def intake_of(
    registry: RegistryServer, clock: Callable[[], float] | None = None
) -> AsyncIterator[Intake]:
    async with RegistryClient(registry.url) as client:
        yield Intake(client, clock or Clock())


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_the_intake_asks_once_in_five_minutes(registry_server: RegistryServer) -> None:
    clock = Clock()
    async with intake_of(registry_server, clock) as intake:
        assert await intake.accepts(OF_V2)
        asked = len(registry_server.requests)
        clock.now = KEPT - 1
        assert not await intake.accepts(OF_V1)
        assert len(registry_server.requests) == asked
        clock.now = KEPT
        assert await intake.accepts(OF_V2)
        assert len(registry_server.requests) == 2 * asked


@pytest.mark.anyio
async def test_v2_appears_and_is_taken_after_five_minutes(registry_server: RegistryServer) -> None:
    clock = Clock()
    async with intake_of(registry_server, clock) as intake:
        v2 = (await intake.client.fetch_schema("v2", NAME)).content
        registry_server.remove(NAME, "v2")
        assert await intake.accepts(OF_V1)
        registry_server.publish(NAME, "v2", v2)
        assert await intake.accepts(OF_V1)
        clock.now = KEPT
        assert await intake.accepts(OF_V2)
        assert not await intake.accepts(OF_V1)


@pytest.mark.anyio
async def test_a_deprecated_v2_is_left_for_v1(registry_server: RegistryServer) -> None:
    registry_server.deprecate(NAME, "v2", "v3 replaces it")
    async with intake_of(registry_server) as intake:
        assert (await intake.schema()).track == "v1"
        assert await intake.accepts(OF_V1)


@pytest.mark.anyio
async def test_a_renamed_field_is_a_break_before_it_reaches_the_intake(
    registry_server: RegistryServer,
) -> None:
    clock = Clock()
    registry_server.remove(NAME, "v2")
    async with intake_of(registry_server, clock) as intake:
        assert await intake.accepts(OF_V1)
        v1 = await intake.schema()
        renamed = json.loads(json.dumps(v1.content).replace("coordinator_id", "coordinator"))
        registry_server.publish(NAME, "v1", renamed, release="1.2.0")
        verdict = await intake.client.check_compatibility(
            NAME, "v1", v1.core_version, "v1", "1.2.0"
        )
        assert not verdict.compatible
        clock.now = KEPT
        assert not await intake.accepts(OF_V1)


@pytest.mark.anyio
async def test_a_rollback_is_followed(registry_server: RegistryServer) -> None:
    clock = Clock()
    registry_server.remove(NAME, "v2")
    async with intake_of(registry_server, clock) as intake:
        good = await intake.schema()
        registry_server.publish(NAME, "v1", {"required": ["region"]}, release="1.2.0")
        clock.now = KEPT
        assert not await intake.accepts(OF_V1)
        registry_server.publish(NAME, "v1", good.content, release=good.core_version)
        clock.now = 2 * KEPT
        assert await intake.accepts(OF_V1)
        assert (await intake.schema()).core_version == good.core_version


@pytest.mark.anyio
@pytest.mark.parametrize(
    "fault",
    [
        lambda registry: registry.fail(503),
        lambda registry: registry.disconnect(),
        lambda registry: registry.fail(200, page=LOG_IN),
        lambda registry: registry.fail(502, page=LOG_IN),
    ],
    ids=["down", "cut off", "a login page", "a page of a proxy"],
)
async def test_an_outage_is_survived_with_the_old_schema_only(
    registry_server: RegistryServer, fault: Callable[[RegistryServer], None]
) -> None:
    clock = Clock()
    async with intake_of(registry_server, clock) as intake, intake_of(registry_server) as fresh:
        assert await intake.accepts(OF_V2)
        fault(registry_server)
        clock.now = KEPT
        assert await intake.accepts(OF_V2)
        assert not await intake.accepts(OF_V1)
        with pytest.raises((RegistryError, json.JSONDecodeError)):
            await fresh.accepts(OF_V2)


@pytest.mark.anyio
async def test_a_registry_that_comes_back_is_asked_again(registry_server: RegistryServer) -> None:
    async with intake_of(registry_server) as intake:
        registry_server.fail(503, times=1)
        with pytest.raises(RegistryError):
            await intake.accepts(OF_V2)
        assert await intake.accepts(OF_V2)


@pytest.mark.anyio
async def test_a_slow_registry_is_given_up(registry_server: RegistryServer) -> None:
    registry_server.delay(60)
    async with RegistryClient(registry_server.url, timeout=0.2) as client:
        with pytest.raises(RegistryError):
            await Intake(client, Clock()).accepts(OF_V2)


@pytest.mark.anyio
async def test_the_client_falls_back_for_a_404_and_for_no_outage(
    registry_server: RegistryServer,
) -> None:
    registry_server.fail(503, match="/v2/")
    async with intake_of(registry_server) as intake:
        with pytest.raises(RegistryError, match="503"):
            await intake.client.negotiate(NAME, prefer="v2", fallback="v1")
        assert [each.path for each in registry_server.requests] == [f"/schemas/v2/{NAME}"]


@pytest.mark.anyio
async def test_the_client_keeps_nothing_and_tries_nothing_twice(
    registry_server: RegistryServer,
) -> None:
    async with intake_of(registry_server) as intake:
        for _ in range(2):
            await intake.client.fetch_schema("v2", NAME)
        registry_server.fail(503, times=1)
        with pytest.raises(RegistryError):
            await intake.client.fetch_schema("v2", NAME)
    assert len(registry_server.requests) == 3


@pytest.mark.anyio
async def test_the_client_can_enforce_nothing(registry_server: RegistryServer) -> None:
    async with intake_of(registry_server) as intake:
        # Its method calls another that it does not have: even what conforms is an error.
        with pytest.raises(RegistryError, match="Enforcement check failed"):
            await intake.client.enforce(OF_V2, NAME, track="v2")
    assert registry_server.requests == ()


def subject_of(_context: SerializationContext, _record: str | None) -> str:
    return NAME


CONTEXT = SerializationContext("feedback", MessageField.VALUE)
NAMED = {"subject.name.strategy": subject_of}
NEWEST = NAMED | {"auto.register.schemas": False, "use.latest.version": True}


@pytest.fixture
def new_client(registry_server: RegistryServer) -> Iterator[Callable[[], SchemaRegistryClient]]:
    pauses = {"retries.wait.ms": 1, "retries.max.wait.ms": 1}
    conf = {"url": registry_server.confluent_url, "max.retries": 2, **pauses}
    with ExitStack() as opened:
        yield lambda: opened.enter_context(SchemaRegistryClient(conf))


@pytest.fixture
def client(new_client: Callable[[], SchemaRegistryClient]) -> SchemaRegistryClient:
    return new_client()


def schema_text(found: RegisteredSchema) -> str:
    assert found.schema.schema_str is not None
    return found.schema.schema_str


def serializer(client: SchemaRegistryClient) -> Callable[[Any], bytes]:
    return partial(JSONSerializer(None, client, conf=NEWEST), ctx=CONTEXT)


def deserializer(client: SchemaRegistryClient) -> Callable[[bytes], Any]:
    return partial(JSONDeserializer(None, schema_registry_client=client, conf=NAMED), ctx=CONTEXT)


def test_confluents_reader_goes_on_during_an_outage_with_what_it_has_read(
    registry_server: RegistryServer, new_client: Callable[[], SchemaRegistryClient]
) -> None:
    message = serializer(new_client())(OF_V2)
    read, read_first = deserializer(new_client()), deserializer(new_client())
    assert read(message) == OF_V2
    registry_server.fail(503)
    assert read(message) == OF_V2
    with pytest.raises(ConfluentError, match="503"):
        read_first(message)


def test_confluents_client_tries_again_but_gives_up(
    registry_server: RegistryServer, client: SchemaRegistryClient
) -> None:
    registry_server.fail(503, times=2)
    assert client.get_latest_version(NAME).version == 2
    assert len(registry_server.requests) == 3
    registry_server.fail(503, times=3)
    with pytest.raises(ConfluentError, match="503"):
        client.get_subjects()
    assert len(registry_server.requests) == 6


def test_confluents_client_takes_a_login_page_for_no_outage(
    registry_server: RegistryServer, client: SchemaRegistryClient
) -> None:
    registry_server.fail(200, page=LOG_IN)
    with pytest.raises(json.JSONDecodeError):
        client.get_latest_version(NAME)
    assert len(registry_server.requests) == 1


def test_confluents_writer_keeps_the_newest_version_until_it_is_told(
    registry_server: RegistryServer, client: SchemaRegistryClient
) -> None:
    write, read = serializer(client), deserializer(client)
    v1 = json.loads(schema_text(client.get_version(NAME, 1)))
    assert read(write(OF_V2)) == OF_V2
    registry_server.publish(NAME, "v1", v1)  # a rollback: v1 is the newest again
    assert read(write(OF_V2)) == OF_V2
    client.clear_latest_caches()  # type: ignore[no-untyped-call]  # it has no annotations
    assert read(write(OF_V1)) == OF_V1
    assert client.get_versions(NAME) == [1, 2, 3]


def test_confluents_writer_refuses_a_renamed_field(
    registry_server: RegistryServer, client: SchemaRegistryClient
) -> None:
    newest = client.get_latest_version(NAME)
    renamed = json.loads(schema_text(newest).replace("coordinator_name", "coordinator"))
    registry_server.publish(NAME, "v2", renamed)
    client.clear_latest_caches()  # type: ignore[no-untyped-call]  # it has no annotations
    assert not client.test_compatibility(NAME, newest.schema)
    with pytest.raises(Exception, match="'coordinator' is a required property"):
        serializer(client)(OF_V2)
