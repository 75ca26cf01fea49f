"""The marks in the table of schemas, for terminals that know them and for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pytest_schema_registry.reporting.figures import Record


class Marks(NamedTuple):
    """The marks for a schema's outcomes."""

    conforms: str = "✓"
    violates: str = "✗"
    unchecked: str = "?"
    warned: str = "!"
    untested: str = "\N{EN DASH}"
    xfailed: str = "~"

    def of(self, record: Record | None, *, failed: bool = False) -> str:
        """Return the mark of one schema in one version line.

        Args:
            record: The schema's checks and lookups; None without any.
            failed: True where a check against the schema could not be made.
        """
        if record is not None and record.violating:
            return self.violates
        if failed:
            return self.unchecked
        if record is not None and record.warned:
            return self.warned
        if record is not None and record.xfailed:
            return self.xfailed
        return self.conforms if record is not None and record.checks else self.untested

    def colour_of(self, mark: str) -> str:
        """Return pytest's colour for a mark; an empty text for none."""
        colours = ("green", "red", "red", "yellow", "", "yellow")
        return dict(zip(self, colours, strict=True))[mark]

    @property
    def worst_first(self) -> list[str]:
        """The marks, those first that a reader has to act on."""
        return [
            self.violates,
            self.unchecked,
            self.warned,
            self.xfailed,
            self.untested,
            self.conforms,
        ]


ASCII = Marks("ok", "FAIL", "?", "!", "-", "~")


def marks_for(encoding: str | None) -> Marks:
    """Return the marks that a terminal can show.

    Args:
        encoding: The terminal's encoding; None if it is not known.
    """
    try:
        "".join(Marks()).encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return Marks()
