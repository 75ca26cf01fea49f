"""The record of what one process's tests did with schemas, as plain data for their reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registries.queries import Fetch
from pytest_schema_registry.schemas import OldCopy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.errors import SchemaRegistryError
    from pytest_schema_registry.schema_types.schema_type import Validator
    from pytest_schema_registry.schemas import Schema, SchemaKey
    from pytest_schema_registry.settings.enforcement import Enforcement


class SchemaUsage:
    """The usage of one schema by tests. The counts are those since the last flush of the recorder.

    ``old_copies`` holds the old copies that the schema, and the schemas it refers to, came from.

    Args:
        key: The schema's key: name and version line.
        enforcement: What a violation does.
        schema: The schema; None if its checks are switched off before it is retrieved.
        validator: Its validator; None if a test only looks at the schema, or checks are off.
    """

    __slots__ = (
        "conforming",
        "enforcement",
        "key",
        "lookups",
        "old_copies",
        "refused",
        "schema",
        "unchecked",
        "unused",
        "validator",
        "violating",
        "xfailed",
    )

    def __init__(
        self,
        key: SchemaKey,
        enforcement: Enforcement,
        schema: Schema | None,
        validator: Validator | None = None,
    ) -> None:
        self.key = key
        self.enforcement = enforcement
        self.schema = schema
        self.validator = validator
        self.old_copies: tuple[OldCopy, ...] = () if schema is None else schema.old_copies
        if validator is not None:
            self.old_copies = validator.old_copies
        self.reset()

    def reset(self) -> None:
        """Set all counts to zero, because they were flushed."""
        #: True until a test uses the schema again.
        self.unused = True
        self.lookups = self.conforming = self.refused = self.violating = self.unchecked = 0
        self.xfailed = 0

    def as_dict(self, *, whole: bool = False) -> dict[str, Any]:
        """Return the counts as plain data.

        Args:
            whole: Tell the address and the time of the fetch, too.
        """
        schema = self.schema
        usage: dict[str, Any] = {
            "name": self.key.name,
            "version": self.key.version,
            "enforcement": self.enforcement,
            "lookups": self.lookups,
            "conforming": self.conforming,
            "refused": self.refused,
            "xfailed": self.xfailed,
            "violating": self.violating,
            "unchecked": self.unchecked,
        }
        if schema is not None:
            usage |= {
                "release": schema.release,
                "source": schema.source,
                "deprecated": schema.deprecated,
            }
        if schema is not None and whole:
            usage |= {
                "url": schema.url,
                "fetched_at": schema.fetched_at.timestamp(),
                "note": schema.deprecation_note or "",
            }
        return usage


class Recorder:
    """The events of one process since the last flush.

    The plugin's session flushes them into the report of each test, at its teardown. At the end of
    the process it flushes those of no test.

    Args:
        tells_all: Record what only a page shows, too: which test it was, the address and the time
            of each fetch, the payloads of violations and the reasons of comparisons.
    """

    def __init__(self, *, tells_all: bool = False) -> None:
        self.tells_all = tells_all
        self.seconds = 0.0
        self._usages: list[SchemaUsage] = []
        self._described = 0
        self._fetches: list[Fetch] = []
        self._errors: Counter[tuple[SchemaKey, str]] = Counter()
        self._drift: list[dict[str, Any]] = []
        self._comparisons: list[dict[str, Any]] = []
        self._violations: list[dict[str, Any]] = []
        self._replays: list[dict[str, Any]] = []
        self._served: set[OldCopy] = set()
        self._new_served: list[OldCopy] = []

    def properties(self) -> list[tuple[str, object]]:
        """Return the schemas used since the last call, as properties for a JUnit file."""
        new, self._described = self._usages[self._described :], len(self._usages)
        return [
            (key, value)
            for usage in new
            if usage.schema is not None
            for key, value in (
                ("schema", usage.schema.name),
                ("version", usage.schema.version),
                ("release", usage.schema.release or ""),
                ("source", usage.schema.source),
            )
        ]

    def expected(self, *, xfailed: bool) -> None:
        """Count the enforced violations so far as expected.

        Args:
            xfailed: True if the test failed with them, as its ``xfail`` says; False if it passed.
        """
        for usage in self._usages:
            if usage.enforcement == "strict":
                if xfailed:
                    usage.xfailed += usage.violating
                else:
                    usage.refused += usage.violating
                usage.violating = 0

    def violated(self, violations: Iterable[dict[str, Any]]) -> None:
        """Record violations of the test that is over."""
        self._violations += violations

    def uncounted(self, events: dict[str, Any]) -> None:
        """Record what is left of the events of a run of a test that pytest does not count.

        Its requests were made, and its old copies were used. Its verdicts are those of another run.
        """
        self.seconds += events.get("seconds", 0.0)
        self._fetches += [Fetch(**each) for each in events.get("fetches", ())]
        self._drift += events.get("drift", ())
        self._new_served += [OldCopy(**each) for each in events.get("old_copies", ())]

    def used(self, usage: SchemaUsage) -> None:
        """Record that the current test begins to use a schema."""
        usage.unused = False
        self._usages.append(usage)

    def served(self, old_copies: Iterable[OldCopy]) -> None:
        """Record the use of old copies, each copy once."""
        for copy in old_copies:
            if copy not in self._served:
                self._served.add(copy)
                self._new_served.append(copy)

    def fetched(self, fetch: Fetch) -> None:
        """Record a request to the registry."""
        self._fetches.append(fetch)

    def drifted(self, drift: dict[str, Any]) -> None:
        """Record the drift of a schema from its cassette."""
        self._drift.append(drift)

    def compared(self, comparison: dict[str, Any]) -> None:
        """Record the outcome of comparing two schemas."""
        self._comparisons.append(comparison)

    def replayed(self, checked: list[dict[str, Any]]) -> None:
        """Record the results of checking payloads against the next version line."""
        self._replays += checked

    def failed(self, key: SchemaKey, error: SchemaRegistryError) -> None:
        """Record that a check could not be made, and the old copies that it used."""
        self._errors[key, type(error).__name__] += 1
        self.served(error.old_copies)

    def flush_old_copies(self) -> list[dict[str, Any]]:
        """Return the old copies that no earlier call has returned, as JSON-plain data."""
        new, self._new_served = self._new_served, []
        return [asdict(copy) for copy in new]

    def flush(self, test: str = "") -> dict[str, Any]:
        """Return the events as JSON-plain data, and forget them. Without any, the dict is empty.

        Args:
            test: The id of the test that they are of; empty for no test.
        """
        events: dict[str, Any] = {}
        if self._usages:
            events["usages"] = [usage.as_dict(whole=self.tells_all) for usage in self._usages]
            for usage in self._usages:
                usage.reset()
            self._usages.clear()
            self._described = 0
        if self._fetches:
            events["fetches"] = [asdict(fetch) for fetch in self._fetches]
            self._fetches.clear()
        if self._errors:
            events["errors"] = [[*key, kind, n] for (key, kind), n in self._errors.items()]
            self._errors.clear()
        if old_copies := self.flush_old_copies():
            events["old_copies"] = old_copies
        if self._drift:
            events["drift"], self._drift = self._drift, []
        if self._comparisons:
            events["comparisons"], self._comparisons = self._comparisons, []
        if self._violations:
            events["violations"], self._violations = self._violations, []
        if self._replays:
            events["payload_replay"], self._replays = self._replays, []
        if events and self.tells_all:
            events["test"] = test
        if events:
            events["seconds"] = self.seconds
            self.seconds = 0.0
        return events
