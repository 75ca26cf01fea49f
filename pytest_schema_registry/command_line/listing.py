"""``list``: what the registry has, or what was recorded of it."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.command_line.opening import opened, settings_of
from pytest_schema_registry.command_line.output import Status
from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.patterns import matching
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval.prefetch import concurrently
from pytest_schema_registry.schemas import IndexEntry
from pytest_schema_registry.settings.layout import ONLY_VERSION
from pytest_schema_registry.text import listed, numbered, printable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from pytest_schema_registry.command_line.output import Output
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.settings.settings import Settings


def run(options: Namespace, output: Output) -> Status:
    """List the schemas whose names match a pattern, with their versions.

    Args:
        options: The parsed command line.
        output: Told what was found.

    Raises:
        SchemaRegistryError: The settings are wrong, or the registry cannot be asked.
    """
    settings = settings_of(options)
    with opened(settings, output) as registry:
        source = registry.source
        index = source.listing().fetch(Query(Kind.INDEX)).entries
        names = matching(options.pattern, (each.name for each in index))
        found = [each for each in index if each.name in names]
        if not source.catalogue.lists_lines and not settings.offline:
            found = _with_releases(source, settings, found)
        if settings.versions is not None:
            found = [each for each in found if each.version in ("", *settings.versions)]
        output.lines(_lines(found))
        if not found:
            output.error(_nothing(options.pattern, settings, index))
        return output.close(
            Status.YES if found else Status.NO, schemas=[_document(each) for each in found]
        )


def _nothing(pattern: str, settings: Settings, index: Iterable[IndexEntry]) -> str:
    if known := sorted({each.name for each in index}):
        return (
            f"no schema has a name like {pattern}\n  there is: {listed(known, 'and')}\n"
            "  next: correct the pattern, or set --registry-versions"
        )
    if settings.offline or settings.location is None:
        return (
            f"there is no recording in {settings.cassettes}\n"
            "  next: give --registry-url, or correct --registry-cassettes"
        )
    advice = "correct --registry-url"
    if settings.layout is None and _has_loose_files(settings):
        advice += (
            ", move its files to folders of versions, such as v1, or say where they are, as "
            "--registry-layout={name}.json does"
        )
    return f"there is no schema in {settings.location.shown}\n  next: {advice}"


def _has_loose_files(settings: Settings) -> bool:
    """Check whether the registry is a directory that has files beside its version folders."""
    folder = settings.location and settings.location.directory
    return folder is not None and any((settings.root / folder).glob("*.json"))


def _with_releases(
    source: SchemaSource, settings: Settings, entries: Iterable[IndexEntry]
) -> list[IndexEntry]:
    """Return an entry for each release of the schemas, where the index tells names only.

    It takes a request for each schema, several at a time. The entries are sorted by name.
    """
    names = [each.name for each in entries]

    def releases(name: str) -> list[IndexEntry]:
        try:
            found = source.catalogue.releases(name, source.versions)
        except SchemaRegistryError as exc:
            return [IndexEntry(name, "", None, None, False, None, exc.headline)]
        return [
            IndexEntry(name, each.version, each.release, each.sha256, each.deprecated, None)
            for each in found
        ]

    found = concurrently(releases, names, settings.max_in_flight)
    return sorted((each for of_name in found for each in of_name), key=attrgetter("name"))


def _lines(entries: Sequence[IndexEntry]) -> Iterable[str]:
    """Yield a line for each schema: its name, and its versions."""
    versions: dict[str, list[str]] = defaultdict(list)
    for each in sorted(entries, key=lambda each: numbered(each.version)):
        versions[each.name].append(_version(each))
    width = max(map(len, versions), default=0)
    for name in sorted(versions):
        yield printable(f"{name:<{width}}  {', '.join(versions[name])}".rstrip())


def _version(entry: IndexEntry) -> str:
    if entry.error is not None:
        return f"{entry.version} (it cannot be read: {entry.error})".lstrip()
    # Of a subject, the numbers are its versions, and all of them are in one line.
    numbers = (entry.release, ONLY_VERSION)
    version = entry.release if entry.release and entry.version in numbers else entry.version
    release = f" release {entry.release}" if entry.release not in (None, version) else ""
    return f"{version}{release}{' (deprecated)' if entry.deprecated else ''}"


def _document(entry: IndexEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "version": entry.version or None,
        "release": entry.release,
        "deprecated": entry.deprecated,
        "error": entry.error,
    }
