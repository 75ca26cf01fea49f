"""The matrix of schemas by version lines, and what is behind each cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from pytest_schema_registry.reporting.marks import Marks
from pytest_schema_registry.reporting.page.evidence import ORDER, WORDS
from pytest_schema_registry.reporting.page.room import LEFT_OUT, MAX_MESSAGE, MAX_NAME, Room
from pytest_schema_registry.reporting.summary import (
    NO_VERSION,
    counted,
    outcomes,
)
from pytest_schema_registry.schemas import SchemaKey, age
from pytest_schema_registry.text import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.reporting.figures import Figures, FoundViolation, Record
    from pytest_schema_registry.reporting.page.evidence import Evidence, Use

#: The bytes that the violations of all cells may take, those of all tests, and the most of a cell.
ROOM = 450_000
ROOM_FOR_TESTS = 150_000
MOST_ROOM = 60_000
#: The outcome of a cell -> its words.
OUTCOMES = {
    "conforms": "conforms",
    "violates": "violates",
    "unchecked": "could not be checked",
    "warned": "violates, only warned about",
    "xfailed": "violates as its xfail expects",
    "untested": "not tested",
}
#: What follows from a violation -> its words.
FOLLOWED = {
    "violating": "the test failed",
    "warned": "warned about",
    "xfailed": "expected by an xfail",
}
#: The most violations of one payload that are shown together.
MAX_TOGETHER = 20
SIGNS = dict(zip(Marks._fields, Marks(), strict=True))


class Release(NamedTuple):
    """A release of a schema that tests used.

    Args:
        release: The release; empty where the registry names none.
        source: The source.
        url: The address; empty where there is none.
        fetched: The time of the fetch with its age; empty where that says nothing.
    """

    release: str
    source: str
    url: str
    fetched: str


class Broken(NamedTuple):
    """A payload that breaks rules, as it is shown: its texts are cut.

    Args:
        test: The test's id.
        outcome: What followed, in words.
        payload: An excerpt of the payload; empty where nothing shows it.
        found: The violations: the place in the payload, the rule's in the schema, and what is
            wrong there.
    """

    test: str
    outcome: str
    payload: str
    found: list[tuple[str, str, str]]

    @property
    def texts(self) -> list[str]:
        """The texts that take room."""
        said = [text for violation in self.found for text in violation]
        return [self.test, self.outcome, self.payload, *said]

    def bare(self) -> Broken:
        """Return this without the payload, where there is no room for it."""
        return self._replace(payload=LEFT_OUT if self.payload else "", found=self.found[:3])


@dataclass(frozen=True, slots=True)
class Cell:
    """One schema in one version line.

    Args:
        id: The id of its details on the page.
        version: The version line, as the page names it.
        column: The number of its column.
        outcome: The outcome of its checks: one of ``OUTCOMES``.
        counts: The outcomes of its checks, in words.
        checks: The number of its checks.
        enforcements: How strictly its checks are taken.
        deprecated: The registry's note on that; None where it is not deprecated.
        releases: The releases that tests used.
        broken: The payloads that break rules, and are shown.
        more_violations: The number of other violations.
        tests: The tests that are shown.
        more_tests: The number of others.
    """

    id: str
    version: str
    column: int
    outcome: str
    counts: str
    checks: int
    enforcements: tuple[str, ...]
    deprecated: str | None
    releases: list[Release]
    broken: list[Broken]
    more_violations: int
    tests: list[Use]
    more_tests: int

    @property
    def sign(self) -> str:
        """One character for the outcome."""
        return SIGNS[self.outcome]

    @property
    def words(self) -> str:
        """The words for the outcome."""
        return OUTCOMES[self.outcome]


class Row(NamedTuple):
    """One schema in all version lines.

    Args:
        id: The id of its details on the page.
        name: The schema's name.
        cells: Its cells, one for each version line; None where nothing was asked.
    """

    id: str
    name: str
    cells: list[Cell | None]

    @property
    def classes(self) -> str:
        """The outcomes of its cells as classes, by which a filter finds the row."""
        found = {cell.outcome if cell else "untested" for cell in self.cells}
        return " ".join(f"has-{outcome}" for outcome in sorted(found, key=ORDER.index))

    @property
    def present(self) -> list[Cell]:
        """The cells where something was asked."""
        return [cell for cell in self.cells if cell is not None]


class Matrix(NamedTuple):
    """The schemas by version lines.

    Args:
        versions: The heads of the columns.
        rows: The schemas.
    """

    versions: list[str]
    rows: list[Row]


def matrix(figures: Figures, evidence: Evidence, now: datetime) -> Matrix:
    """Return the matrix with all that is behind its cells.

    Args:
        figures: The session's figures.
        evidence: The evidence behind them.
        now: The current time, for ages.
    """
    cells = _Cells(figures, evidence, now)
    versions = figures.versions
    rows = [
        Row(
            f"s{number}",
            cut(name, MAX_NAME),
            [cells.cell(number, column, name, version) for column, version in enumerate(versions)],
        )
        for number, name in enumerate(figures.names, 1)
    ]
    return Matrix([cut(version, MAX_NAME) or NO_VERSION for version in versions], rows)


class _Cells:
    """The maker of cells.

    Args:
        figures: The session's figures.
        evidence: The evidence behind them.
        now: The current time, for ages.
    """

    def __init__(self, figures: Figures, evidence: Evidence, now: datetime) -> None:
        self._figures = figures
        self._evidence = evidence
        self._now = now
        self._errors: dict[SchemaKey, dict[str, int]] = {}
        for (key, kind), count in sorted(figures.errors.items()):
            self._errors.setdefault(key, {})[kind] = count
        number = len({*figures.records, *self._errors})
        broken = len({SchemaKey(each.name, each.version) for each in figures.violations})
        self._room = min(MOST_ROOM, ROOM / max(1, broken))
        self._room_for_tests = min(MOST_ROOM, ROOM_FOR_TESTS / max(1, number))

    def cell(self, row: int, column: int, name: str, version: str) -> Cell | None:
        """Return the cell of a schema in a version line; None where nothing was asked."""
        key = SchemaKey(name, version)
        record, errors = self._figures.records.get(key), self._errors.get(key, {})
        if record is None and not errors:
            return None
        violations, others = self._figures.violations_of(key)
        broken = Room(self._room).fitting(_broken(violations), lambda each: each.texts, Broken.bare)
        shown = sum(len(each.found) for each in broken)
        uses, more_uses = self._evidence.uses(key)
        uses = [each._replace(test=cut(each.test, MAX_NAME)) for each in uses]
        tests = Room(self._room_for_tests).fitting(uses, lambda each: each)
        counts = [] if record is None else [outcomes([record]) or "looked at"]
        counts += [
            f"{counted(count, 'check')} could not be made ({kind})"
            for kind, count in errors.items()
        ]
        note = self._evidence.notes.get(key, "")
        return Cell(
            id=f"s{row}v{column}",
            version=cut(version, MAX_NAME) or NO_VERSION,
            column=column,
            outcome=WORDS.of(record, failed=bool(errors)),
            counts=", ".join(counts),
            checks=(record.checks if record else 0) + sum(errors.values()),
            enforcements=tuple(sorted(record.enforcements)) if record else (),
            deprecated=cut(note, MAX_MESSAGE) if record and record.deprecated else None,
            releases=self._releases(key, record) if record else [],
            broken=broken,
            more_violations=len(violations) - shown + others,
            tests=tests,
            more_tests=len(uses) - len(tests) + more_uses,
        )

    def _releases(self, key: SchemaKey, record: Record) -> list[Release]:
        found = []
        for release, source in sorted(record.sources.items(), key=lambda each: each[0] or ""):
            origin = self._evidence.origin(key, release, source)
            url = fetched = ""
            if origin is not None and source != "value":
                url = cut(origin.url, MAX_NAME)
                if source != "directory":
                    moment = datetime.fromtimestamp(origin.fetched_at, UTC)
                    old = age(moment, self._now)
                    fetched = f"{moment:%Y-%m-%d %H:%M:%S} UTC, {old} before this page"
            found.append(Release(cut(release or "", MAX_NAME), source, url, fetched))
        return found


def _broken(violations: Sequence[FoundViolation]) -> list[Broken]:
    """Group violations by the test and the payload."""
    shown: list[Broken] = []
    for each in violations:
        about = cut(each.test, MAX_NAME), FOLLOWED[each.outcome], each.payload
        found = (
            cut(each.path, MAX_NAME),
            cut(each.rule, MAX_NAME),
            cut(each.message, MAX_MESSAGE),
        )
        if shown and shown[-1][:3] == about and len(shown[-1].found) < MAX_TOGETHER:
            shown[-1].found.append(found)
        else:
            shown.append(Broken(*about, [found]))
    return shown
