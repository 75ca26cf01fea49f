"""Schemas as a person reads them, for ``--registry-show`` and the command ``show``."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pytest_schema_registry.addresses import Address
from pytest_schema_registry.errors import CassetteMissing, SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.patterns import is_pattern, matching
from pytest_schema_registry.retrieval.nearest import Known, advised
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.text import listed, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_schema_registry.retrieval.catalogue import Catalogue
    from pytest_schema_registry.schemas import IndexEntry, Schema

#: The most lines of one schema.
_MAX_LINES = 2_000


class Shown:
    """Schemas as a person reads them: of some names, in some version lines.

    Args:
        catalogue: The catalogue that has the schemas.
        names: The names of the schemas. A pattern, such as ``orders.*``, stands for all that the
            index lists in the version lines.
        versions: The version lines.
    """

    def __init__(self, catalogue: Catalogue, names: Sequence[str], versions: Sequence[str]) -> None:
        self._catalogue = catalogue
        self._versions = versions
        #: The lines to print, those of errors among them.
        self.lines: list[str] = []
        self.schemas: list[Schema] = []
        self.errors: list[SchemaRegistryError] = []
        #: The patterns that match nothing, each with what the index has.
        self.unmatched: list[str] = []
        #: True where a schema is in none of the version lines, or a pattern matches none.
        self.is_missing = False
        for written in names:
            address = Address.parse(written)
            if is_pattern(address.document):
                self._show_matching(written, address)
            else:
                self._show_at(address)

    def _show_at(self, address: Address) -> None:
        self._show(address.name, (address.version,) if address.version else self._versions)

    def _show(self, name: str, versions: Sequence[str]) -> None:
        failed = 0
        for version in versions:
            try:
                schema = self._catalogue.schema(name, version)
                self.lines += [*_limited(self._catalogue.display(schema)), ""]
                self.schemas.append(schema)
            except SchemaRegistryError as exc:
                failed += 1
                self._tell(self._advised(exc, name))
        self.is_missing |= failed == len(versions)

    def _tell(self, error: SchemaRegistryError) -> None:
        self.errors.append(error)
        self.lines += [*map(printable, str(error).splitlines()), ""]

    def _advised(self, error: SchemaRegistryError, name: str) -> SchemaRegistryError:
        """Return an error, with what the index has instead where the name was not found."""
        if not isinstance(error, SchemaNotFound | CassetteMissing):
            return error
        try:
            entries = self._catalogue.index()
        except SchemaRegistryError:  # the error of the schema itself is having
            return error
        known = Known((entry.name, entry.version) for entry in entries)
        return advised(error, name, known, self._versions)

    def _show_matching(self, pattern: str, address: Address) -> None:
        versions = self._versions
        try:
            index = self._catalogue.index()
        except SchemaRegistryError as exc:
            self._tell(exc)
            self.is_missing = True
            return
        if any(each.name == plain_name(address.document) for each in index):
            self._show_at(address)  # its name has a bracket, such as Page[int]
            return
        entries = [each for each in index if each.version in ("", *versions)]
        names = matching(pattern, (entry.name for entry in entries))
        for name in names:
            was_missing = self.is_missing
            self._show(name, _lines_of(name, entries, versions))
            self.is_missing = was_missing
        if not names:
            known = sorted({entry.name for entry in entries})
            lines = [
                f"no schema has a name like {pattern} in {listed(versions)}",
                f"  the index has: {listed(known, 'and') or 'none'}",
                "  next: correct the pattern, or set --registry-versions",
            ]
            self.unmatched.append("\n".join(lines))
            self.lines += [*map(printable, lines), ""]
            self.is_missing = True


def _lines_of(name: str, entries: Sequence[IndexEntry], versions: Sequence[str]) -> list[str]:
    """Return the version lines in which the index lists a name; all where it does not tell."""
    having = {entry.version for entry in entries if entry.name == name}
    return [version for version in versions if version in having or "" in having]


def _limited(lines: Iterator[str]) -> Iterator[str]:
    yield from islice(lines, _MAX_LINES)
    if rest := sum(1 for _ in lines):
        yield f"  and {rest:,} more lines"
