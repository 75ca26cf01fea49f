"""AsyncSchemaRegistry: the object that a service with an event loop holds."""

from __future__ import annotations

from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self

# An import in a thread stalls the event loop, too. So what the first request needs comes first.
import pytest_schema_registry.registries.http  # noqa: F401
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.registry import SchemaRegistry
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schemas import Verdict
from pytest_schema_registry.threaded_work import ThreadedWork
from pytest_schema_registry.waiting import MustWait, without_waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.compatibility import CompatibilityReport
    from pytest_schema_registry.compatibility.report import Level
    from pytest_schema_registry.schemas import IndexEntry, Release, Schema

all_types()  # which imports the languages, for the same reason

#: The threads of one registry. More of them would fetch faster, and stall the event loop longer:
#: they compete with it for the interpreter.
_THREADS = 8

P = ParamSpec("P")


def _with_arguments_of(
    _other: Callable[P, object],
) -> Callable[[Callable[..., None]], Callable[Concatenate[Any, P], None]]:
    """Give a constructor the arguments of another class, for type checkers and for ``help()``."""
    return wraps(SchemaRegistry.__init__)


class AsyncSchemaRegistry:
    """A :class:`SchemaRegistry` for asyncio and trio: the same arguments, methods and errors.

    It is an asynchronous context manager: ``async with AsyncSchemaRegistry(url) as registry: ...``.
    Without ``async with``, call :meth:`aclose` at the end.

    What is in memory is answered at once. For all else the event loop goes on while a thread waits
    for files, locks, the network and compilations. Tasks that ask for one thing make one request.
    A task that is cancelled is let go at once; what it asked for is kept for the others.
    """

    @_with_arguments_of(SchemaRegistry)
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            self._registry = SchemaRegistry(*args, **kwargs)
        except InvalidSettings as exc:
            # A traceback that shows the locals of this frame would show secrets.
            del args, kwargs
            setting = exc.setting.replace("SchemaRegistry(", "AsyncSchemaRegistry(", 1)
            raise type(exc)(setting, exc.reason) from None
        self._work = ThreadedWork(_THREADS)

    async def get_schema(
        self,
        name: str,
        version: str | None = None,
        *,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """Return a schema, as :meth:`SchemaRegistry.get_schema` does."""
        choice = {"release": release, "prefer": prefer, "fallback": fallback}
        ask = partial(self._registry.get_schema, name, version, **choice)
        self._work.refuse_if_closed()
        try:
            return without_waiting(ask)
        except MustWait:
            return await self._work.result(("schema", name, version, *choice.values()), ask)

    async def validate_payload(
        self, schema: str | Schema | dict[str, Any] | bool, payload: Any
    ) -> Verdict:
        """Check whether a payload conforms, as :meth:`SchemaRegistry.validate_payload` does.

        The check itself runs in the event loop: it takes microseconds. A message whose schema must
        be asked for is read in a thread, and so the violations of a payload are found.
        """
        compiled = partial(self._registry._validator, schema)
        self._work.refuse_if_closed()
        try:
            validator = without_waiting(compiled)
        except MustWait:
            key = ("validator", schema if isinstance(schema, str) else id(schema))
            validator = await self._work.result(key, compiled)
        judge = self._registry._judge
        read = partial(judge.value, payload, validator)
        try:
            value = without_waiting(read)
        except MustWait:
            value = await self._work.result(object(), read)
        if validator.is_valid(value):
            return Verdict(is_valid=True)
        explain = partial(judge.violations, validator, value)
        return Verdict(is_valid=False, errors=await self._work.result(object(), explain))

    async def check_compatibility(
        self, name: str, old: str, new: str, *, level: Level = "backward"
    ) -> CompatibilityReport:
        """Return the registry's own verdict, as :meth:`SchemaRegistry.check_compatibility` does."""
        check = partial(self._registry.check_compatibility, name, old, new, level=level)
        return await self._work.result(f"compatibility {name!r} {old!r} {new!r} {level!r}", check)

    async def index(self) -> tuple[IndexEntry, ...]:
        """Return the entries of the registry's index, as :meth:`SchemaRegistry.index` does."""
        return await self._work.result("index", self._registry.index)

    async def versions(self, name: str) -> tuple[Release, ...]:
        """Return the releases of a schema, as :meth:`SchemaRegistry.versions` does."""
        ask = partial(self._registry.versions, name)
        return await self._work.result(f"versions {name!r}", ask)

    async def aclose(self) -> None:
        """Wait for what is under way, close the connections, and end the threads.

        It may be called again. If it is cancelled, the rest is done without waiting for it.
        """
        await self._work.close(self._registry.close)

    #: The name that :class:`SchemaRegistry` has for it.
    close = aclose

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()
