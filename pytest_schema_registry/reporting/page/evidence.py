"""The evidence behind the figures, which only a page shows: tests, addresses, comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.reporting.figures import Figures
from pytest_schema_registry.reporting.marks import Marks
from pytest_schema_registry.reporting.shares import Shares
from pytest_schema_registry.reporting.summary import (
    outcomes,
)
from pytest_schema_registry.schemas import SchemaKey

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The most uses by tests that are kept, shared by all schemas.
MAX_USES = 20_000
#: The most comparisons that are kept.
MAX_COMPARISONS = 1_000
#: The outcome of a check as a word: the names of its marks.
WORDS = Marks(*Marks._fields)
#: The outcomes in the order in which a page lists them: what needs a reader comes first.
ORDER = ("violates", "unchecked", "warned", "xfailed", "conforms", "untested")
#: The outcomes of comparisons, in the order in which a page lists them.
COMPARED = ("incompatible", "undecided", "waived", "compatible")


class Use(NamedTuple):
    """The use of one schema in one version line by one test.

    Args:
        test: The test's id.
        outcome: The worst outcome of its checks: one of ``ORDER``.
        counts: The outcomes of its checks, in words.
    """

    test: str
    outcome: str
    counts: str


class Origin(NamedTuple):
    """The place that a release came from.

    Args:
        release: The release; empty where the registry names none.
        source: The source: the registry, a cassette or another.
        url: The address, without credentials.
        fetched_at: The time of the fetch, in seconds since the epoch.
    """

    release: str
    source: str
    url: str
    fetched_at: float


class Comparison(NamedTuple):
    """One comparison of two schemas by one test.

    Args:
        name: The schema's name; empty where it has none.
        outcome: One of ``COMPARED``.
        details: The rest, as
            :func:`~pytest_schema_registry.contracts.comparison_facts.facts` has it.
    """

    name: str
    outcome: str
    details: dict[str, Any]


class Evidence:
    """The facts that all processes of a session gave beyond the figures, bounded."""

    def __init__(self) -> None:
        self._uses: Shares[Use] = Shares(MAX_USES, _worst_first)
        self._origins: dict[SchemaKey, dict[tuple[str, str], Origin]] = {}
        self._comparisons: Shares[Comparison] = Shares(MAX_COMPARISONS, _broken_first)
        #: The registry's notes on deprecated schemas; empty for the others.
        self.notes: dict[SchemaKey, str] = {}

    def add(self, events: dict[str, Any]) -> None:
        """Add the events that one process recorded, of one test or of none."""
        usages = events.get("usages", ())
        for usage in usages:
            self._add_origin(usage)
        if test := events.get("test", ""):
            self._add_uses(test, usages, events.get("errors", ()))
        for made in events.get("comparisons", ()):
            if (details := made.get("details")) is not None:
                self._comparisons.add("", Comparison(made["name"], made["outcome"], details))

    def _add_origin(self, usage: dict[str, Any]) -> None:
        if "url" not in usage:
            return  # its checks are switched off, so it was not retrieved
        key = SchemaKey(usage["name"], usage["version"])
        self.notes[key] = max(usage["note"], self.notes.get(key, ""))
        origin = Origin(usage["release"] or "", usage["source"], usage["url"], usage["fetched_at"])
        known = self._origins.setdefault(key, {})
        place = origin.release, origin.source
        known[place] = min(origin, known.get(place, origin), key=lambda each: each.fetched_at)

    def _add_uses(self, test: str, usages: Iterable[Any], errors: Iterable[Any]) -> None:
        figures = Figures()
        figures.add({"usages": usages, "errors": errors})
        failed: dict[SchemaKey, list[str]] = {}
        for key, kind in sorted(figures.errors):
            failed.setdefault(key, []).append(kind)
        for key in {*figures.records, *failed}:
            record = figures.records.get(key)
            counts = [] if record is None else [outcomes([record]) or "looked at"]
            counts += [f"could not be checked ({kind})" for kind in failed.get(key, ())]
            outcome = WORDS.of(record, failed=key in failed)
            self._uses.add(key, Use(test, outcome, ", ".join(counts)))

    def uses(self, key: SchemaKey) -> tuple[list[Use], int]:
        """Return the kept uses of a schema, the worst first, and the number of others."""
        return self._uses.of(key), self._uses.left_out(key)

    def origin(self, key: SchemaKey, release: str | None, source: str) -> Origin | None:
        """Return the place that a release of a schema came from; None where nobody knows it."""
        return self._origins.get(key, {}).get((release or "", source))

    @property
    def comparisons(self) -> tuple[list[Comparison], int]:
        """The kept comparisons, the broken ones first, and the number of others."""
        return self._comparisons.of(""), self._comparisons.left_out("")


def _worst_first(use: Use) -> tuple[int, Use]:
    return ORDER.index(use.outcome), use


def _broken_first(comparison: Comparison) -> tuple[Any, ...]:
    details = comparison.details
    versions = details["old"], details["new"], details["level"], details["policy"]
    return COMPARED.index(comparison.outcome), comparison.name, versions, details["test"]
