"""What the tests of one process did with schemas, as plain data for their reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.errors import SchemaRegistryError
    from pytest_schema_registry.registries.queries import Fetch
    from pytest_schema_registry.schema_types.json_schema.validation import Compiled
    from pytest_schema_registry.schemas import OldCopy, Schema, SchemaKey
    from pytest_schema_registry.settings.enforcement import Level


class SchemaUsage:
    """How tests use one schema; the counts are those of the current test.

    Args:
        pair: Name and version line.
        level: How strictly a violation is taken.
        schema: The schema; None where nothing is checked.
        compiled: The schema, ready to judge; None where it is only looked at.
        old_copies: The old copies that all this rests on.
    """

    __slots__ = (
        "compiled",
        "conforming",
        "idle",
        "level",
        "lookups",
        "old_copies",
        "pair",
        "refused",
        "schema",
        "unchecked",
        "violating",
    )

    def __init__(
        self, pair: SchemaKey, level: Level, schema: Schema | None, compiled: Compiled | None = None
    ) -> None:
        self.pair = pair
        self.level = level
        self.schema = schema
        self.compiled = compiled
        self.old_copies: tuple[OldCopy, ...] = () if schema is None else schema.old_copies
        if compiled is not None:
            self.old_copies = compiled.old_copies
        self.reset()

    def reset(self) -> None:
        """Count from zero: another test begins."""
        self.idle = True
        self.lookups = self.conforming = self.refused = self.violating = self.unchecked = 0

    def as_dict(self) -> dict[str, Any]:
        """The use by the current test, as plain data."""
        schema = self.schema
        use: dict[str, Any] = {
            "name": self.pair.name,
            "version": self.pair.version,
            "level": self.level,
            "lookups": self.lookups,
            "conforming": self.conforming,
            "refused": self.refused,
            "violating": self.violating,
            "unchecked": self.unchecked,
        }
        if schema is not None:
            use |= {
                "release": schema.release,
                "source": schema.source,
                "deprecated": schema.deprecated,
            }
        return use


class Recorder:
    """What happened in this process since it was last asked."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._uses: list[SchemaUsage] = []
        self._told = 0
        self._fetches: list[Fetch] = []
        self._errors: Counter[tuple[SchemaKey, str]] = Counter()
        self._drift: list[dict[str, Any]] = []
        self._comparisons: list[dict[str, Any]] = []
        self._successors: list[dict[str, Any]] = []
        self._served: set[OldCopy] = set()
        self._new_served: list[OldCopy] = []

    def properties(self) -> list[tuple[str, object]]:
        """What the current test used since this was last asked, as properties of a JUnit file."""
        new, self._told = self._uses[self._told :], len(self._uses)
        return [
            (key, value)
            for use in new
            if use.schema is not None
            for key, value in (
                ("schema", use.schema.name),
                ("version", use.schema.version),
                ("release", use.schema.release or ""),
                ("source", use.schema.source),
            )
        ]

    def expected(self) -> None:
        """Count the violations so far as what the current test is about: it passes with them."""
        for use in self._uses:
            if use.level == "strict":
                use.refused += use.violating
                use.violating = 0

    def used(self, use: SchemaUsage) -> None:
        """Note that the current test begins to use a schema."""
        use.idle = False
        self._uses.append(use)

    def served(self, old_copies: Iterable[OldCopy]) -> None:
        """Note old copies that something rests on, each once."""
        for copy in old_copies:
            if copy not in self._served:
                self._served.add(copy)
                self._new_served.append(copy)

    def fetched(self, fetch: Fetch) -> None:
        """Note an exchange with the registry."""
        self._fetches.append(fetch)

    def drifted(self, drift: dict[str, Any]) -> None:
        """Note how a schema differs from its cassette."""
        self._drift.append(drift)

    def compared(self, comparison: dict[str, Any]) -> None:
        """Note what came of comparing two schemas."""
        self._comparisons.append(comparison)

    def succeeded(self, checked: list[dict[str, Any]]) -> None:
        """Note what became of payloads in the version line that comes next."""
        self._successors += checked

    def failed(self, pair: SchemaKey, error: SchemaRegistryError) -> None:
        """Note that nothing could be checked."""
        self._errors[pair, type(error).__name__] += 1
        self.served(error.old_copies)

    def drained_old_copies(self) -> list[dict[str, Any]]:
        """The old copies as JSON-plain data, each once."""
        new, self._new_served = self._new_served, []
        return [asdict(copy) for copy in new]

    def drained(self) -> dict[str, Any]:
        """What happened, as JSON-plain data, and nothing of it the next time; empty if nothing."""
        facts: dict[str, Any] = {}
        if self._uses:
            facts["uses"] = [use.as_dict() for use in self._uses]
            for use in self._uses:
                use.reset()
            self._uses.clear()
            self._told = 0
        if self._fetches:
            facts["fetches"] = [asdict(fetch) for fetch in self._fetches]
            self._fetches.clear()
        if self._errors:
            facts["errors"] = [[*pair, kind, n] for (pair, kind), n in self._errors.items()]
            self._errors.clear()
        if old_copies := self.drained_old_copies():
            facts["old_copies"] = old_copies
        if self._drift:
            facts["drift"], self._drift = self._drift, []
        if self._comparisons:
            facts["comparisons"], self._comparisons = self._comparisons, []
        if self._successors:
            facts["successors"], self._successors = self._successors, []
        if facts:
            facts["seconds"] = self.seconds
            self.seconds = 0.0
        return facts
