"""The results of checking old payloads against the next version line, as lines and gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.reporting.gates import named
from pytest_schema_registry.reporting.lines import Line
from pytest_schema_registry.reporting.summary import MAX_LISTED, counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pytest_schema_registry.settings.settings import Settings


class Fold:
    """The results of all processes of a session, with an entry for each process and schema."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def add(self, found: Iterable[dict[str, Any]]) -> None:
        """Add the results of one process."""
        self.found += found

    def violations(self, enforcement: str) -> list[tuple[str, str, str]]:
        """Return the schema, test and message of each violation under one enforcement."""
        # Two processes may have checked the same payload: count it once.
        met = {
            (each["name"], payload): (each["name"], test, message)
            for each in self.found
            if each["enforcement"] == enforcement
            for payload, test, message in each["violations"]
        }
        # Violations that have a message come first.
        return sorted(met.values(), key=lambda each: (not each[2], each))

    @property
    def checked(self) -> int:
        """The number of payloads that were checked, whichever processes checked them."""
        return len({(each["name"], payload) for each in self.found for payload in each["checked"]})

    def without(self, key: str) -> list[str]:
        """Return the schemas that could not be checked against, for the reason ``key``."""
        return sorted({each["name"] for each in self.found if each.get(key)})


def lines(fold: Fold, settings: Settings, _now: datetime, *, verbosity: int = 0) -> list[str]:
    """Return the lines that the summary shows.

    Args:
        fold: The results of the session.
        settings: The session's settings, which name both version lines.
        verbosity: pytest's verbosity; below 0 and without violations, the count is left out,
            unless it is 0.
    """
    old, new = settings.replay_payloads or ("", "")
    violations = [(each, "") for each in fold.violations("strict")]
    colour = "red" if violations else "yellow"
    violations += [(each, " (warn)") for each in fold.violations("warn")]
    said: list[str] = []
    if not fold.checked:
        said.append(Line(f"no payload of {old} was checked against {new}", "yellow"))
    elif verbosity >= 0 or violations:
        count = counted(fold.checked, "payload")
        text = f"{count} of {old} checked against {new}: {len(violations):,} violating"
        said.append(Line(text, colour if violations else "green"))
    for (name, test, message), warned in violations[:MAX_LISTED]:
        said.append(f"  {name}, sent by {test}: {message}{warned}")
    if rest := len(violations[MAX_LISTED:]):
        said.append(f"  and {rest:,} more")
    if missing := fold.without("missing"):
        said.append(f"  {new} does not have {', '.join(missing)}")
    if left_out := sum(each["left_out"] for each in fold.found):
        said.append(
            f"  {counted(left_out, 'payload')} beyond the first 10,000 of a schema left out"
        )
    if off := sorted({each["name"] for each in fold.found if each["enforcement"] == "off"}):
        said.append(f"  switched off in {new}: {', '.join(off)}")
    return said


def missed(fold: Fold, settings: Settings, _now: datetime) -> list[str]:
    """Return one line for each missed gate: payloads violate the next version, or are unchecked.

    Args:
        fold: The results of the session.
        settings: The session's settings, which name both version lines.
    """
    old, new = settings.replay_payloads or ("", "")
    option = f"--registry-replay-payloads {old}:{new}"
    said = []
    if violations := fold.violations("strict"):
        names = named(sorted({name for name, _, _ in violations}))
        one = len(violations) == 1
        what = f"conforms to {old} and violates" if one else f"conform to {old} and violate"
        said.append(
            f"{counted(len(violations), 'payload')} {what} {new} ({names}); {option} allows none: "
            f"keep {new} readable for those who send them"
        )
    if not fold.found and old not in (settings.versions or ()):
        said.append(
            f"no payload of {old} was met, required by {option}: no test is about {old}; "
            "name a version line that is tested"
        )
    missing = fold.without("missing")
    if missing and not fold.checked:
        said.append(
            f"no payload of {old} could be checked, required by {option}: {new} has no "
            f"{named(missing)}; name a version line that has"
        )
    said += [
        f"{each['name']} {new} cannot be checked against, required by {option}: {each['error']}"
        for each in fold.found
        if each.get("error")
    ]
    return list(dict.fromkeys(said))
