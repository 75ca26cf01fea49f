"""``--registry-show``: prints schemas as a person reads them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_schema_registry.retrieval.catalogue import Catalogue

#: The most lines of one schema.
_MAX_LINES = 2_000


def show(
    catalogue: Catalogue, names: Sequence[str], versions: Sequence[str]
) -> tuple[list[str], bool]:
    """Return the lines that show schemas, and whether a schema is missing from all version lines.

    Args:
        catalogue: The catalogue that has the schemas.
        names: The names of the schemas.
        versions: The version lines.
    """
    lines: list[str] = []
    missing = False
    for name in names:
        found = False
        for version in versions:
            try:
                lines += [*_limited(catalogue.display(catalogue.schema(name, version))), ""]
                found = True
            except SchemaRegistryError as exc:
                lines += [*map(printable, str(exc).splitlines()), ""]
        missing = missing or not found
    return lines, missing


def _limited(lines: Iterator[str]) -> Iterator[str]:
    yield from islice(lines, _MAX_LINES)
    if rest := sum(1 for _ in lines):
        yield f"  and {rest:,} more lines"
