"""The cassettes that a run of all tests did not use, as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.files import file_name
from pytest_schema_registry.reporting.lines import Line
from pytest_schema_registry.reporting.summary import MAX_LISTED, counted
from pytest_schema_registry.retrieval.cassettes.interaction import OURS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from pytest_schema_registry.settings.settings import Settings

#: The cassettes that belong to no schema: settings decide whether they are read.
_OF_NO_SCHEMA = ("index.yaml", "protocol.yaml")


class Fold:
    """The cassettes that all processes of a session used."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        #: True where every test was run, and none failed or was skipped.
        self.is_complete = False

    def add(self, used: Iterable[str]) -> None:
        """Add the cassettes that one process used."""
        self._used.update(used)

    def unused(self, settings: Settings) -> list[str]:
        """Return the cassettes that no process used.

        A run that leaves out tests, or switches off schemas, tells of none. A run whose versions
        are given may leave out others, so it tells of the cassettes of these versions only.
        """
        is_off = any(rule.enforcement == "off" for rule in settings.enforcement)
        if is_off or not self.is_complete:
            return []
        tested = None if settings.versions is None else {*map(file_name, settings.versions)}
        folder = settings.root / settings.cassettes
        paths = {path: path.relative_to(folder) for path in folder.rglob("*.yaml")}
        named = {path: str(settings.cassettes / below) for path, below in paths.items()}
        return sorted(
            name
            for path, name in named.items()
            if name not in self._used
            and str(paths[path]) not in _OF_NO_SCHEMA
            and (tested is None or paths[path].parts[0] in tested)
            and _is_ours(path)
        )


def _is_ours(path: Path) -> bool:
    try:
        return OURS in path.read_bytes()
    except OSError:
        return False  # it is no file, or none that this user may read


def lines(fold: Fold, settings: Settings, _now: datetime, *, verbosity: int = 0) -> list[str]:
    """Return the lines that the summary shows.

    Args:
        fold: The cassettes that the session used.
        settings: The session's settings.
        verbosity: pytest's verbosity; below 0 there are no lines.
    """
    unused = fold.unused(settings) if verbosity >= 0 else []
    if not unused:
        return []
    advice = "delete it" if len(unused) == 1 else "delete them"
    heading = f"{counted(len(unused), 'cassette')} that no test used; {advice}:"
    said: list[str] = [Line(heading, "yellow")]
    said += [f"  {name}" for name in unused[:MAX_LISTED]]
    if rest := len(unused[MAX_LISTED:]):
        said.append(f"  and {rest:,} more")
    return said


def missed(_fold: Fold, _settings: Settings, _now: datetime) -> list[str]:
    """Return nothing: an unused cassette fails no run."""
    return []
