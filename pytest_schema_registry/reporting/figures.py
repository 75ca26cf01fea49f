"""Facts from all processes of a session, folded into figures that do not depend on their number."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registries.queries import Fetch, Kind
from pytest_schema_registry.schemas import OldCopy, SchemaKey, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Processes that name two sources of one release are both right; the earlier one here tells more.
SOURCES = ("registry", "stale cache", "cassette", "directory", "cache", "value")


@dataclass
class Record:
    """What was done with one schema in one version line.

    Args:
        conforming: Checks that a payload passed.
        refused: Checks that it did not, as the test expected.
        violating: Checks that it did not, and the test failed.
        warned: Checks that it did not, and the test went on.
        unchecked: Checks that were switched off.
        lookups: How often a test asked for the schema, to check by it or to look at it.
        sources: Where each release came from when it was first asked for.
        levels: How strictly a payload was taken.
        deprecated: Whether the registry marks it so.
    """

    conforming: int = 0
    refused: int = 0
    violating: int = 0
    warned: int = 0
    unchecked: int = 0
    lookups: int = 0
    sources: dict[str | None, str] = field(default_factory=dict)
    levels: set[str] = field(default_factory=set)
    deprecated: bool = False

    @property
    def checks(self) -> int:
        """How often a payload was judged."""
        return self.conforming + self.refused + self.violating + self.warned


class Figures:
    """A session's figures.

    A lookup is counted where a test asks. The first one of a release counts by where the session
    had it from, each further one as a hit in memory, whichever worker asked; so the figures are
    the same for one process and for eight.
    """

    def __init__(self) -> None:
        self.records: dict[SchemaKey, Record] = {}
        self.errors: Counter[tuple[SchemaKey, str]] = Counter()
        self.fetches: list[Fetch] = []
        self._sent: Counter[SchemaKey] = Counter()
        self.old_copies: dict[tuple[str, str], OldCopy] = {}
        self.seconds = 0.0
        self.session_seconds = 0.0

    def add(self, facts: dict[str, Any]) -> None:
        """Fold in what a process recorded."""
        self.seconds += facts.get("seconds", 0.0)
        self.session_seconds += facts.get("session_seconds", 0.0)
        for fetch in facts.get("fetches", ()):
            self._add_fetch(Fetch(**fetch))
        for use in facts.get("uses", ()):
            self._add_use(use)
        for each in facts.get("old_copies", ()):
            copy = OldCopy(**each)
            key = copy.what, copy.source
            self.old_copies[key] = min(copy, self.old_copies.get(key, copy))
        for name, version, kind, count in facts.get("errors", ()):
            self.errors[SchemaKey(name, version), kind] += count

    def _add_fetch(self, fetch: Fetch) -> None:
        self.fetches.append(fetch)
        if fetch.kind == Kind.SCHEMA and 200 <= (fetch.status or 0) < 300:
            self._sent[SchemaKey(plain_name(fetch.name), fetch.version)] += 1

    def _add_use(self, use: dict[str, Any]) -> None:
        record = self.records.setdefault(SchemaKey(use["name"], use["version"]), Record())
        record.conforming += use["conforming"]
        record.refused += use["refused"]
        record.unchecked += use["unchecked"]
        judged = use["conforming"] + use["refused"] + use["violating"]
        record.lookups += use["lookups"] + judged
        if judged or use["unchecked"]:
            record.levels.add(use["level"])
        if use["level"] == "warn":
            record.warned += use["violating"]
        else:
            record.violating += use["violating"]
        if "source" in use:
            record.deprecated |= use["deprecated"]
            # A worker that came late says the same, or that it found the entry of another.
            known = record.sources.get(use["release"], use["source"])
            record.sources[use["release"]] = min(known, use["source"], key=SOURCES.index)

    @property
    def used(self) -> bool:
        """Whether any test used a schema, or tried to."""
        return bool(self.records or self.errors)

    @property
    def lookups(self) -> int:
        """How often tests asked for a schema."""
        return sum(record.lookups for record in self.records.values())

    @property
    def hits(self) -> Counter[str]:
        """Lookups by where the schema came from; ``registry`` is the one that is no hit."""
        return sum(map(self.hits_of, self.records), Counter())

    def hits_of(self, pair: SchemaKey) -> Counter[str]:
        """Lookups of one schema in one version line, by where it came from."""
        record = self.records.get(pair, Record())
        first = sorted(record.sources.values(), key=SOURCES.index)[: record.lookups]
        hits = Counter(first)
        hits["memory"] = record.lookups - len(first)
        # What the registry did not send it called unchanged.
        hits["revalidated"] = max(0, hits["registry"] - self._sent[pair])
        hits["registry"] -= hits["revalidated"]
        return +hits

    @property
    def hit_rate(self) -> float | None:
        """Percent of the lookups that needed no schema sent; None without lookups."""
        lookups = self.lookups
        return 100 * (lookups - self.hits["registry"]) / lookups if lookups else None

    def latency(self, percent: float) -> float | None:
        """The time in ms that so many percent of the fetches stayed within; None without any."""
        return percentile([1000 * fetch.seconds for fetch in self.fetches], percent)

    @property
    def retries(self) -> int:
        """Requests beyond the first of each fetch."""
        return sum(fetch.attempts - 1 for fetch in self.fetches)

    @property
    def outages(self) -> int:
        """Fetches that got no answer, or one that says that the registry is not well."""
        return sum(fetch.status is None or fetch.status >= 500 for fetch in self.fetches)

    @property
    def bytes(self) -> int:
        """What the registry sent."""
        return sum(fetch.bytes for fetch in self.fetches)

    @property
    def overhead(self) -> float | None:
        """Percent of all processes' time that was spent here; None where it is not known."""
        return 100 * self.seconds / self.session_seconds if self.session_seconds else None

    @property
    def versions(self) -> list[str]:
        """The version lines, in order."""
        return sorted({pair.version for pair in self._pairs()})

    @property
    def names(self) -> list[str]:
        """The schemas' names, in order."""
        return sorted({pair.name for pair in self._pairs()})

    def _pairs(self) -> Iterable[SchemaKey]:
        return [*self.records, *(pair for pair, _ in self.errors)]

    def conformed(self) -> set[SchemaKey]:
        """What was conformed to in this session, and not violated.

        A schema that was given as a value has no version, and is nobody else's contract.
        """
        return {
            pair
            for pair, record in self.records.items()
            if pair.version and record.conforming and not (record.violating or record.warned)
        }


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The smallest value that so many percent of all values do not exceed (nearest rank)."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]
