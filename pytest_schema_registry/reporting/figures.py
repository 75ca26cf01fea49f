"""The figures of a session, folded from the events of its processes, however many there are."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.addresses import split
from pytest_schema_registry.registries.queries import Fetch, Kind
from pytest_schema_registry.reporting.shares import Shares
from pytest_schema_registry.schemas import OldCopy, SchemaKey, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The sources, the most telling first. Two processes may name two sources of one release, and
#: both are right: the figures take the one that comes first here.
SOURCES = ("registry", "stale cache", "cassette", "directory", "cache", "value")
#: The most violations that are kept, shared by all schemas.
MAX_VIOLATIONS = 20_000


@dataclass
class Record:
    """The checks and lookups of one schema in one version line.

    Args:
        conforming: The number of checks that a payload passed.
        refused: The number of checks that a payload did not pass, as the test expected.
        xfailed: The number of checks that a payload did not pass, so that the test failed as its
            ``xfail`` says.
        violating: The number of checks that a payload did not pass, so that the test failed.
        warned: The number of checks that a payload did not pass, with a warning only.
        unchecked: The number of checks that were switched off.
        lookups: The number of times that a test asked for the schema, to check a payload or to
            look at the schema.
        sources: The source of each release at its first lookup.
        enforcements: The enforcements of the checks: "off", "warn", "strict".
        deprecated: True where the registry marks the schema as deprecated.
    """

    conforming: int = 0
    refused: int = 0
    xfailed: int = 0
    violating: int = 0
    warned: int = 0
    unchecked: int = 0
    lookups: int = 0
    sources: dict[str | None, str] = field(default_factory=dict)
    enforcements: set[str] = field(default_factory=set)
    deprecated: bool = False

    @property
    def checks(self) -> int:
        """The number of checks of a payload that were made."""
        return self.conforming + self.refused + self.xfailed + self.violating + self.warned


class FoundViolation(NamedTuple):
    """A violation of a payload.

    Args:
        name: The schema's name.
        version: Its version line.
        test: The test's id.
        path: The place in the payload.
        rule: The rule's place in the schema, as a JSON Pointer fragment.
        message: What is wrong there.
        outcome: ``violating`` where it failed the test, ``warned``, or ``xfailed``.
        payload: An excerpt of the payload, redacted; empty where nothing shows it.
    """

    name: str
    version: str
    test: str
    path: str
    rule: str
    message: str
    outcome: str
    payload: str = ""

    def __str__(self) -> str:
        return f"{SchemaKey(self.name, self.version)}: {self.path}: {self.message} ({self.rule})"


class Figures:
    """The figures of one session.

    Each request of a test for a schema counts as one lookup. The first lookup of a release counts
    for the source that the session had it from. Each further one counts as a hit in memory,
    whichever worker made it. So the figures are the same for one process and for eight.
    """

    def __init__(self) -> None:
        self.records: dict[SchemaKey, Record] = {}
        self.errors: Counter[tuple[SchemaKey, str]] = Counter()
        self.fetches: list[Fetch] = []
        self._sent: Counter[SchemaKey] = Counter()
        self.old_copies: dict[tuple[str, str], OldCopy] = {}
        self._violations: Shares[FoundViolation] = Shares(MAX_VIOLATIONS, _failing_first)
        self.seconds = 0.0
        self.session_seconds = 0.0

    def add(self, events: dict[str, Any]) -> None:
        """Add the events that one process recorded."""
        self.seconds += events.get("seconds", 0.0)
        self.session_seconds += events.get("session_seconds", 0.0)
        for fetch in events.get("fetches", ()):
            self._add_fetch(Fetch(**fetch))
        for usage in events.get("usages", ()):
            self._add_usage(usage)
        for each in events.get("old_copies", ()):
            copy = OldCopy(**each)
            key = copy.what, copy.source
            self.old_copies[key] = min(copy, self.old_copies.get(key, copy))
        for each in events.get("violations", ()):
            violation = FoundViolation(**each)
            self._violations.add(SchemaKey(violation.name, violation.version), violation)
        for name, version, kind, count in events.get("errors", ()):
            self.errors[SchemaKey(name, version), kind] += count

    def _add_fetch(self, fetch: Fetch) -> None:
        self.fetches.append(fetch)
        if fetch.kind == Kind.SCHEMA and 200 <= (fetch.status or 0) < 300:
            self._sent[SchemaKey(plain_name(fetch.name), fetch.version)] += 1

    def _add_usage(self, usage: dict[str, Any]) -> None:
        record = self.records.setdefault(SchemaKey(usage["name"], usage["version"]), Record())
        record.conforming += usage["conforming"]
        record.refused += usage["refused"]
        record.xfailed += usage["xfailed"]
        record.unchecked += usage["unchecked"]
        judged = usage["conforming"] + usage["refused"] + usage["xfailed"] + usage["violating"]
        record.lookups += usage["lookups"] + judged
        if judged or usage["unchecked"]:
            record.enforcements.add(usage["enforcement"])
        if usage["enforcement"] == "warn":
            record.warned += usage["violating"]
        else:
            record.violating += usage["violating"]
        if "source" in usage:
            record.deprecated |= usage["deprecated"]
            # A later worker names the same source, or the cache entry that another worker stored.
            known = record.sources.get(usage["release"], usage["source"])
            record.sources[usage["release"]] = min(known, usage["source"], key=SOURCES.index)

    @property
    def violations(self) -> list[FoundViolation]:
        """The violations that failed a test, were warned of, or were expected by an ``xfail``.

        Of very many, each schema has its share: first those that failed a test.
        """
        return self._violations.kept

    @property
    def violations_left_out(self) -> int:
        """The number of violations beyond those that are kept."""
        return self._violations.all_left_out

    def violations_of(self, key: SchemaKey) -> tuple[list[FoundViolation], int]:
        """Return the kept violations of one schema in one version line, and the number of others.

        Those that failed a test come first.
        """
        return self._violations.of(key), self._violations.left_out(key)

    @property
    def used(self) -> bool:
        """True if any test used a schema, or tried to."""
        return bool(self.records or self.errors)

    @property
    def lookups(self) -> int:
        """The number of lookups in the session."""
        return sum(record.lookups for record in self.records.values())

    @property
    def hits(self) -> Counter[str]:
        """The number of lookups from each source. All but ``registry`` are hits."""
        return sum(map(self.hits_of, self.records), Counter())

    def hits_of(self, key: SchemaKey) -> Counter[str]:
        """Count the lookups of one schema in one version line by their source."""
        record = self.records.get(key, Record())
        first = sorted(record.sources.values(), key=SOURCES.index)[: record.lookups]
        hits = Counter(first)
        hits["memory"] = record.lookups - len(first)
        # The registry confirmed as unchanged each schema that it did not send.
        # It sends a part of a document with all of the document.
        document, _ = split(key.name)
        sent = self._sent[key._replace(name=document)]
        hits["revalidated"] = max(0, hits["registry"] - sent)
        hits["registry"] -= hits["revalidated"]
        return +hits

    @property
    def hit_rate(self) -> float | None:
        """The percentage of lookups for which the registry sent no schema; None without lookups."""
        lookups = self.lookups
        return 100 * (lookups - self.hits["registry"]) / lookups if lookups else None

    def latency(self, percent: float) -> float | None:
        """Return a percentile of the fetches' durations, in ms; None without fetches."""
        return percentile([1000 * fetch.seconds for fetch in self.fetches], percent)

    @property
    def retries(self) -> int:
        """The number of requests beyond the first of each fetch."""
        return sum(fetch.attempts - 1 for fetch in self.fetches)

    @property
    def outages(self) -> int:
        """The number of fetches without a response, or with a server error (status 500 or more)."""
        return sum(fetch.status is None or fetch.status >= 500 for fetch in self.fetches)

    @property
    def bytes(self) -> int:
        """The number of bytes that the registry sent."""
        return sum(fetch.bytes for fetch in self.fetches)

    @property
    def overhead(self) -> float | None:
        """The percentage of all processes' time that the plugin took; None if that is unknown."""
        return 100 * self.seconds / self.session_seconds if self.session_seconds else None

    @property
    def versions(self) -> list[str]:
        """The version lines in the figures, sorted."""
        return sorted({key.version for key in self._keys()})

    @property
    def names(self) -> list[str]:
        """The schemas' names in the figures, sorted."""
        return sorted({key.name for key in self._keys()})

    def _keys(self) -> Iterable[SchemaKey]:
        return [*self.records, *(key for key, _ in self.errors)]

    def conformed(self) -> set[SchemaKey]:
        """Return the keys of the schemas that payloads conformed to, and that none violated.

        A schema given as a value has no version and is no shared contract, so it is left out.
        """
        return {
            key
            for key, record in self.records.items()
            if key.version
            and record.conforming
            and not (record.violating or record.warned or record.xfailed)
        }


def _failing_first(violation: FoundViolation) -> tuple[bool, FoundViolation]:
    return violation.outcome != "violating", violation


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return the percentile of ``values`` by the nearest-rank method; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]
