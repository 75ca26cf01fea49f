"""The figures as the lines of pytest's terminal summary."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from pytest_schema_registry.reporting.lines import colour_of, in_yellow, printable_lines
from pytest_schema_registry.reporting.table_layout import laid_out
from pytest_schema_registry.schemas import SchemaKey, age
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pytest_schema_registry.reporting.figures import Figures, Record
    from pytest_schema_registry.reporting.marks import Marks
    from pytest_schema_registry.schemas import OldCopy

#: The most items of a list. A larger table only counts the schemas that conform in every version.
MAX_LISTED = 20
#: The outcomes of a check, with the words and the colour for each.
OUTCOMES = {
    "conforming": ("conforming", "green"),
    "refused": ("refused as expected", "green"),
    "xfailed": ("violating as expected (xfail)", "yellow"),
    "violating": ("violating", "red"),
    "warned": ("warned", "yellow"),
    "unchecked": ("switched off", "yellow"),
}
#: Where a reader finds what a table leaves out.
LISTED_BY = "-v, --registry-report or --registry-html lists all"
_FAIL_INSTEAD = (
    "  next: check the registry and its address; --registry-mode=live or "
    "--registry-fail-on-stale makes this fail"
)
#: The head for schemas without a version: given as a value, or no version was found for them.
NO_VERSION = "no version"


def plain(text: str, _colour: str) -> str:
    """Return a text without its colour."""
    return text


def summary(
    figures: Figures,
    marks: Marks,
    *,
    verbosity: int = 0,
    costs: bool = False,
    paint: Callable[[str, str], str] = plain,
    width: int = 0,
) -> list[str]:
    """Return the lines of the summary; if no test used a schema, only those on old copies.

    The lines are safe to print, and those that warn of something are yellow.

    Args:
        figures: The session's figures.
        marks: The marks for outcomes.
        verbosity: pytest's verbosity. Below 0, the lines are only about old copies and checks that
            were not enforced. Above 0, they have every count and every source.
        costs: Tell the time and the fetches that it took, too, as with a verbosity above 0.
        paint: Returns a text in a colour.
        width: The width of the terminal; 0 where nothing gives one.
    """
    lines = in_yellow(map(printable, old_copies(list(figures.old_copies.values()))))
    if not figures.used:
        return lines
    every = verbosity > 0
    if verbosity >= 0:
        lines += matrix(figures, marks, every=every, paint=paint, width=width)
        lines += printable_lines(details(figures)) if every else []
        lines += totals(figures, every=every, costs=costs or every, paint=paint)
    return lines + in_yellow(not_enforced(figures))


def heading_colour(figures: Figures, lines: Collection[str]) -> str:
    """Return the colour of the worst that the lines of a summary tell.

    Args:
        figures: The session's figures.
        lines: All lines of the summary, with their colours.
    """
    colours = set(map(colour_of, lines))
    if figures.errors or any(record.violating for record in figures.records.values()):
        return "red"
    return next((each for each in ("red", "yellow") if each in colours), "green")


def old_copies(copies: Collection[OldCopy], now: datetime | None = None) -> list[str]:
    """Return the lines on old copies that were served: the reasons, each copy, and what to do.

    Args:
        copies: The copies.
        now: The time that ages are counted to; None for the current time.
    """
    if not copies:
        return []
    count = counted(len(copies), "old copy", "old copies")
    lines = [f"the registry gave no new answer; {count} served:"]
    copies = sorted(copies)
    lines += [f"  because {reason}" for reason in dict.fromkeys(copy.outage for copy in copies)]
    for copy in copies:
        fetched = datetime.fromtimestamp(copy.fetched_at, UTC)
        lines.append(f"  {copy.what}: {copy.source}, fetched {age(fetched, now)} ago")
    return [*lines, _FAIL_INSTEAD]


class Table(NamedTuple):
    """The table of schemas by version lines.

    Args:
        versions: The heads of the columns.
        rows: The marks of each listed schema.
        unlisted: One line that counts the unlisted schemas, which conform in every version; empty
            if all are listed.
    """

    versions: list[str]
    rows: dict[str, list[str]]
    unlisted: str


def table(figures: Figures, marks: Marks, *, every: bool) -> Table:
    """Build the table of schemas by version lines.

    Above ``MAX_LISTED`` schemas, and unless ``every``, it leaves out those that conform in every
    version, and the worst of the others come first.
    """
    versions = figures.versions
    failed = {key for key, _ in figures.errors}
    rows = {
        name: [
            marks.of(figures.records.get(key), failed=key in failed)
            for key in (SchemaKey(name, version) for version in versions)
        ]
        for name in figures.names
    }
    versions = [version or NO_VERSION for version in versions]
    if every or len(rows) <= MAX_LISTED:
        return Table(versions, rows, "")
    order = marks.worst_first
    listed = sorted(
        ((name, row) for name, row in rows.items() if set(row) != {marks.conforms}),
        key=lambda each: min(map(order.index, each[1])),
    )
    quiet = len(rows) - len(listed)
    unlisted = f"{counted(quiet, 'schema')} {marks.conforms} in {', '.join(versions)}"
    return Table(versions, dict(listed), unlisted if quiet else "")


def matrix(
    figures: Figures,
    marks: Marks,
    *,
    every: bool,
    paint: Callable[[str, str], str] = plain,
    width: int = 0,
) -> list[str]:
    """Return the table as aligned lines, each safe to print.

    Args:
        figures: The session's figures.
        marks: The marks for outcomes.
        every: List all schemas, with their whole names.
        paint: Returns a text in a colour.
        width: The width of the terminal; 0 where nothing gives one.
    """
    versions, rows, unlisted = table(figures, marks, every=every)
    shown = [(printable(name), row) for name, row in rows.items()]
    rest = [] if every else shown[MAX_LISTED:]
    lines = []
    if shown:
        lines = laid_out(
            list(map(printable, versions)),
            shown[: len(shown) - len(rest)],
            lambda mark: paint(mark, marks.colour_of(mark)),
            least=len(marks.violates),
            width=width,
            whole_names=every,
        )
    if rest:
        order = marks.worst_first
        counts = Counter(min(row, key=order.index) for _, row in rest)
        said = ", ".join(f"{counts[mark]:,} {mark}" for mark in order if counts[mark])
        lines.append(f"and {counted(len(rest), 'more schema')}: {said}; {LISTED_BY}")
    return [*lines, printable(unlisted)] if unlisted else lines


def details(figures: Figures) -> list[str]:
    """Return one line for each schema: its outcomes, and the source of each release."""
    lines = []
    for key, record in sorted(figures.records.items()):
        sources = sorted((release or "", source) for release, source in record.sources.items())
        said = [outcomes([record]) or "looked at"]
        for release, source in sources:
            said.append(f"release {release} from {source}" if release else f"from {source}")
        lines.append(f"{key}: {'; '.join(said)}")
    return lines


def outcomes(records: Collection[Record], paint: Callable[[str, str], str] = plain) -> str:
    """Return the outcomes of checks with their numbers, in words; empty without any check."""
    counts = {outcome: sum(getattr(record, outcome) for record in records) for outcome in OUTCOMES}
    words = {outcome: OUTCOMES[outcome] for outcome, count in counts.items() if count}
    return ", ".join(
        paint(f"{counts[outcome]:,} {said}", colour) for outcome, (said, colour) in words.items()
    )


def totals(
    figures: Figures, *, every: bool, costs: bool, paint: Callable[[str, str], str] = plain
) -> list[str]:
    """Return the number of checks and their outcomes, in one line or two.

    Args:
        figures: The session's figures.
        every: Tell the number of lookups by source, too, where the costs are told.
        costs: Tell the time, and in a second line the lookups and the fetches.
        paint: Returns a text in a colour.
    """
    records = figures.records.values()
    checks = sum(record.checks for record in records)
    impossible = figures.errors.total()
    said = outcomes(records, paint)
    made = bool(said) or (bool(records) and not impossible)
    parts = [f"{counted(checks, 'check')}{': ' if said else ''}{said}"] if made else []
    if impossible:
        parts.append(paint(f"{counted(impossible, 'check')} could not be made", "red"))
    line = "; ".join(parts)
    if not costs:
        return [line]
    spent = f"{figures.seconds:.2f} s"
    if figures.overhead is not None:
        spent += f", {figures.overhead:.1f} % of the run"
    lookups = counted(figures.lookups, "lookup")
    if figures.hit_rate is not None:
        lookups += f", {figures.hit_rate:.1f} % without a fetch"
    if every:
        lookups += "".join(f", {count} {source}" for source, count in sorted(figures.hits.items()))
    return [f"{line} ({spent})", f"{lookups}; {_fetches(figures)}"]


def _fetches(figures: Figures) -> str:
    p50, p95, most = (figures.latency(percent) for percent in (50, 95, 100))
    if p50 is None:
        return "no fetch"
    said = f"{counted(len(figures.fetches), 'fetch', 'fetches')} of {_size(figures.bytes)}"
    said += f": p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {most:.0f} ms"
    if figures.retries:
        said += f", {counted(figures.retries, 'retry', 'retries')}"
    if figures.outages:
        said += f", {counted(figures.outages, 'outage')}"
    return said


def not_enforced(figures: Figures) -> list[str]:
    """Return lines that count violations only warned of, and checks that were switched off."""
    warned: Counter[str] = Counter()
    switched_off: Counter[str] = Counter()
    for key, record in figures.records.items():
        version = key.version or NO_VERSION
        warned[version] += record.warned
        switched_off[version] += record.unchecked
    lines = []
    if total := warned.total():
        where = ", ".join(
            f"{count} {_within(version)} (warn)" for version, count in _sorted(warned)
        )
        lines.append(f"{counted(total, 'violation')} not enforced: {where}")
    if total := switched_off.total():
        where = ", ".join(
            f"{count} {_within(version)} (off)" for version, count in _sorted(switched_off)
        )
        lines.append(f"{counted(total, 'check')} not made: {where}")
    return lines


def _within(version: str) -> str:
    """Return where a count belongs, so that the number of a version is not read as a count."""
    return f"in {version}" if version == NO_VERSION else f"in version {version}"


def _sorted(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted((+counts).items())


def counted(number: int, one: str, many: str = "") -> str:
    """Format a number with its noun, in the singular or the plural."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _size(count: int) -> str:
    return f"{count / 1000:,.1f} KB" if count >= 1000 else f"{count} bytes"
