from __future__ import annotations

import inspect
import threading
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pytest_schema_registry import (
    AsyncSchemaRegistry,
    InvalidAnswer,
    InvalidSettings,
    PayloadNotJSON,
    RegistryUnavailable,
    SchemaNotFound,
    SchemaRegistry,
)
from pytest_schema_registry.registries.http import RegistryClient
from pytest_schema_registry.threaded_work import THREAD_NAME
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry

PAYLOAD = {"id": "7", "quantity": 1}
SLOW = Reply(200, {"content": {"type": "object"}}, delay=0.3)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest, local_registry: LocalRegistry) -> Callable[..., None]:
    """Run a function with an open registry, and look that it leaves no thread."""

    def run_with_registry(
        work: Callable[[AsyncSchemaRegistry], Awaitable[None]], **of: Any
    ) -> None:
        async def main() -> None:
            async with AsyncSchemaRegistry(local_registry.url, **of) as registry:
                await work(registry)

        anyio.run(main, backend=request.param)
        threads = [each.name for each in threading.enumerate()]
        assert [name for name in threads if name.startswith(THREAD_NAME)] == []

    return run_with_registry


def test_it_has_what_the_other_registry_has() -> None:
    one, other = (inspect.signature(each) for each in (AsyncSchemaRegistry, SchemaRegistry))
    assert one.parameters == other.parameters
    methods = {name for name in vars(SchemaRegistry) if not name.startswith("_")} - {"over"}
    for name in methods:
        one, other = (
            inspect.signature(getattr(each, name)) for each in (AsyncSchemaRegistry, SchemaRegistry)
        )
        assert one.parameters == other.parameters
        assert inspect.iscoroutinefunction(getattr(AsyncSchemaRegistry, name))


def test_schemas_and_verdicts_are_those_of_the_other_registry(run: Callable[..., None]) -> None:
    async def work(registry: AsyncSchemaRegistry) -> None:
        schema = await registry.get_schema(ORDER, prefer="v2", fallback="v1")
        assert schema.content == ORDER_V2
        assert await registry.validate_payload(schema, PAYLOAD) == (True, ())
        is_valid, errors = await registry.validate_payload(schema, {"id": "7"})
        assert (is_valid, len(errors)) == (False, 1)
        for known in (f"{ORDER}@v1", ORDER_V1, True):
            assert await registry.validate_payload(known, PAYLOAD)
        assert [each.name for each in await registry.index()] == [ORDER] * 2
        assert [each.release for each in await registry.versions(ORDER)] == ["1.0.0", "2.0.0"]
        report = await registry.check_compatibility(ORDER, "v1", "v2")
        assert report.compatible is False

    run(work)


def test_errors_are_those_of_the_other_registry(
    run: Callable[..., None], local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(200, "[]"), "schemas/v1/shop.Odd")

    async def work(registry: AsyncSchemaRegistry) -> None:
        for error, name, version in (
            (SchemaNotFound, "orders.Ordre", "v1"),
            (InvalidAnswer, "shop.Odd", "v1"),
            (TypeError, ["a"], "v1"),
        ):
            for _ in range(2):
                with pytest.raises(error):
                    await registry.get_schema(name, version)  # type: ignore[arg-type]
        with pytest.raises(SchemaNotFound, match=r"orders\.Order"):
            await registry.get_schema("orders.Ordre", "v1")
        with pytest.raises(TypeError, match="give text"):
            await registry.versions(["a"])  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="give text"):
            await registry.check_compatibility(ORDER, [], "v2")  # type: ignore[arg-type]
        with pytest.raises(PayloadNotJSON):
            await registry.validate_payload(ORDER, {1, 2})

    run(work)
    with pytest.raises(InvalidSettings, match="mode"):
        AsyncSchemaRegistry(local_registry.url, mode="sometimes")


def test_many_tasks_make_one_request(
    run: Callable[..., None], local_registry: LocalRegistry
) -> None:
    local_registry.always(SLOW, "schemas/v1/shop.Slow")

    async def work(registry: AsyncSchemaRegistry) -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(100):
                tasks.start_soon(registry.get_schema, "shop.Slow", "v1")
                tasks.start_soon(registry.validate_payload, "shop.Slow@v1", {})

    for ttl in (300, 0):
        local_registry.requests.clear()
        run(work, cache_ttl=ttl)
        # Without a time-to-live, what needs the schema asks for it; those at one time ask once.
        assert len(local_registry.requests) == 1


def test_what_is_in_memory_needs_no_thread(run: Callable[..., None]) -> None:
    async def work(registry: AsyncSchemaRegistry) -> None:
        for _ in range(2):
            assert await registry.validate_payload(f"{ORDER}@v2", PAYLOAD)
        schema = await registry.get_schema(ORDER, "v2")
        # A coroutine that never waits ends at its first step.
        for answer in (
            registry.get_schema(ORDER, "v2"),
            registry.validate_payload(schema, PAYLOAD),
            registry.validate_payload(f"{ORDER}@v2", PAYLOAD),
        ):
            with pytest.raises(StopIteration):
                answer.send(None)

    run(work)


def test_a_message_of_another_version_is_read_in_a_thread(
    confluent_registry: ConfluentRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}
    new = old | {"fields": [*old["fields"], {"name": "b", "type": "string", "default": "x"}]}
    for content in (old, new):
        confluent_registry.register("orders-value", content, type="AVRO")
    askers: list[str] = []
    fetch = RegistryClient.fetch

    def noting(registry: RegistryClient, *of: Any) -> Any:
        askers.append(threading.current_thread().name)
        return fetch(registry, *of)

    async def main() -> None:
        async with AsyncSchemaRegistry(confluent_registry.url) as registry:
            await registry.validate_payload("orders-value", {"a": 1, "b": "y"})
            askers.clear()
            for _ in range(2):
                assert await registry.validate_payload("orders-value", b"\0\0\0\0\1\2")
            # What is in memory by now needs no thread.
            with pytest.raises(StopIteration):
                registry.validate_payload("orders-value", b"\0\0\0\0\1\2").send(None)

    monkeypatch.setattr(RegistryClient, "fetch", noting)
    anyio.run(main)
    assert askers
    assert all(name.startswith(THREAD_NAME) for name in askers)


def test_a_cancelled_caller_leaves_no_lock_and_what_it_asked_for(
    run: Callable[..., None], local_registry: LocalRegistry
) -> None:
    local_registry.always(SLOW, "schemas/v1/shop.Slow")

    async def work(registry: AsyncSchemaRegistry) -> None:
        await registry.get_schema(ORDER, "v1")
        with anyio.move_on_after(0.05) as scope:
            await registry.get_schema("shop.Slow", "v1")
        assert scope.cancelled_caught
        assert (await registry.get_schema("shop.Slow", "v1")).content == {"type": "object"}

    run(work)
    assert local_registry.counts["/schemas/v1/shop.Slow"] == 1


def test_the_event_loop_goes_on_while_a_registry_is_slow(
    run: Callable[..., None], local_registry: LocalRegistry
) -> None:
    local_registry.always(SLOW, "schemas/v1/shop.Slow")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await anyio.sleep(0.01)
            ticks += 1

    async def work(registry: AsyncSchemaRegistry) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            await registry.get_schema("shop.Slow", "v1")
            tasks.cancel_scope.cancel()

    run(work)
    assert ticks > 3


def test_after_its_end_it_says_so(run: Callable[..., None], local_registry: LocalRegistry) -> None:
    async def work(registry: AsyncSchemaRegistry) -> None:
        await registry.get_schema(ORDER, "v1")
        for _ in range(2):
            await registry.aclose()
        await registry.close()
        for ask in (registry.index, lambda: registry.get_schema(ORDER, "v1")):
            with pytest.raises(RuntimeError, match="this registry is closed; open another one"):
                await ask()

    run(work)


def test_an_outage_is_said_and_then_over(
    run: Callable[..., None], local_registry: LocalRegistry
) -> None:
    async def work(registry: AsyncSchemaRegistry) -> None:
        await registry.get_schema(ORDER, "v1")
        await anyio.sleep(0.1)
        with local_registry.down():
            schema = await registry.get_schema(ORDER, "v1")
            assert schema.outage is not None
            with pytest.raises(RegistryUnavailable):
                await registry.get_schema(ORDER, "v2")
        await anyio.sleep(1.1)
        assert (await registry.get_schema(ORDER, "v1")).outage is None

    run(work, cache_ttl=0.05, timeout=1)
