"""The outcomes of comparing schemas, as lines and gates."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.reporting.lines import Line, in_yellow
from pytest_schema_registry.reporting.summary import MAX_LISTED, counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pytest_schema_registry.compatibility.waivers import Waiver
    from pytest_schema_registry.settings.settings import Settings

#: The outcomes that a reader has other words for.
WORDS = {"impossible": "could not be made"}
#: The colours of outcomes, the worst first; all others are red.
COLOURS = {"waived": "yellow", "compatible": "green"}


class Fold:
    """The comparisons that all processes of a session made."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        #: The scopes that processes collected: "project", "contracts" or "part".
        self.scopes: set[str] = set()
        #: True if a test failed or was skipped, because it may have missed its comparisons.
        self.is_incomplete = False

    def add(self, found: Iterable[dict[str, Any]]) -> None:
        """Add the comparisons that one process made, without what only a page shows of them."""
        for each in found:
            self.made.append({name: each[name] for name in each if name != "details"})

    @property
    def waived(self) -> list[str]:
        """The breaks that waivers accept, one line for each."""
        return sorted({line for made in self.made for line in made["waived"]})


def lines(fold: Fold, _settings: Settings, _now: datetime, *, verbosity: int = 0) -> list[str]:
    """Return the lines that the summary shows.

    Args:
        fold: The comparisons.
        verbosity: pytest's verbosity; below 0, the lines are only about waived breaks.
    """
    said: list[str] = []
    margin = ""
    if verbosity >= 0 and fold.made:
        margin = "  "
        outcomes = Counter(WORDS.get(made["outcome"], made["outcome"]) for made in fold.made)
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
        colours = {COLOURS.get(made["outcome"], "red") for made in fold.made}
        colour = next(each for each in ("red", *COLOURS.values()) if each in colours)
        text = f"{counted(len(fold.made), 'comparison')} of schemas: {counts}"
        said.append(Line(text, colour))
    said += in_yellow(f"{margin}waived: {line}" for line in fold.waived[:MAX_LISTED])
    if rest := len(fold.waived[MAX_LISTED:]):
        said.append(f"{margin}and {rest:,} more waived")
    return said


def missed(fold: Fold, settings: Settings, now: datetime) -> list[str]:
    """Return one line for each waiver that has expired, or that no comparison needs any more.

    Args:
        fold: The comparisons.
        settings: The session's settings, which name the file of waivers.
        now: The current time.
    """
    if settings.waivers is None:
        return []
    from pytest_schema_registry.compatibility.waivers import load

    used = {place for made in fold.made for place in made["waivers"]}
    said = []
    for waiver in load(settings.waivers, settings.root):
        if waiver.expires < now.date():
            said.append(f"{waiver.place}: the waiver of {waiver} expired on {waiver.expires}")
        elif waiver.place not in used and _was_met(fold, waiver):
            said.append(f"{waiver.place}: nothing needs the waiver of {waiver} any more")
    return [f"{line}; remove it" for line in said]


def _was_met(fold: Fold, waiver: Waiver) -> bool:
    """Check whether the session made all comparisons that a waiver may be for."""
    impossible = any(made["outcome"] == "impossible" for made in fold.made)
    if fold.is_incomplete or impossible or not fold.scopes or "part" in fold.scopes:
        return False
    # A run of the whole project compares every schema that any test compares. A run of all
    # contract tests tells only about the schemas that it did compare.
    return fold.scopes == {"project"} or any(waiver.concerns(made["name"]) for made in fold.made)
