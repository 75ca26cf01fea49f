"""``export``: the schemas of models, written as a directory registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import files
from pytest_schema_registry.command_line.model_import import imported
from pytest_schema_registry.command_line.output import Status
from pytest_schema_registry.command_line.released_files import ReleasedFiles
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.settings.parsers import is_version
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from pytest_schema_registry.command_line.output import Output
    from pytest_schema_registry.command_line.released_files import Change

#: The most reasons that are listed for one schema.
MAX_REASONS = 3


def run(options: Namespace, output: Output) -> Status:
    """Write the schemas of models, or say what would change.

    Args:
        options: The parsed command line.
        output: Told what was found.

    Raises:
        SchemaRegistryError: A model cannot be imported or has no schema, or a file cannot be read
            or written.
    """
    folder = Path(options.to)
    if not is_version(folder.name) or not folder.name:
        raise InvalidSettings(
            "--to", f"{options.to!r} is not DIR/VERSION, such as schemas/v1; its end is the version"
        )
    if lines := [each.parent.name for each in sorted(folder.glob("*/*.json"))]:
        raise InvalidSettings(
            "--to", f"{folder} has the versions itself; name one, such as {folder / lines[0]}"
        )
    if options.release is not None and files.file_name(options.release) != options.release:
        raise InvalidSettings("--release", f"{options.release!r} is no release, such as 1.2.0")
    if options.name is not None and len(options.models) > 1:
        raise InvalidSettings("--name", "it names one schema; export several models one by one")
    there = ReleasedFiles(folder.parent, folder.name)
    # Nothing is written before all models have a schema.
    changes: dict[str, Change] = {}
    for written in options.models:
        model = imported(written, "export")
        name = _name(model.name if options.name is None else options.name, written)
        if name in {change.name for change in changes.values()}:
            raise InvalidSettings(
                written, f"another model is named {name}, too; export it apart, with --name"
            )
        content = model.json_schema(mode=options.mode)
        changes[written] = there.change(name, content, options.release)
    for change in changes.values():
        if not options.check:
            _write(change)
        output.lines(map(printable, _lines(change, is_check=options.check)))
    differing = sum(change.grade != "same" for change in changes.values())
    output.lines(_summary(differing, len(changes), options.to, is_check=options.check))
    return output.close(
        Status.NO if options.check and differing else Status.YES,
        written=not options.check,
        schemas=[_document(*each) for each in changes.items()],
    )


def _name(name: str, written: str) -> str:
    if plain_name(name) != name or files.file_name(name) != name:
        raise InvalidSettings(
            written,
            f"{name!r} is no name of a schema's file; give --name, of letters, digits, '_', '-' "
            "and '.', and without the ending .schema",
        )
    return name


def _write(change: Change) -> None:
    try:
        change.write()
    except OSError as exc:
        where = exc.filename or change.file
        raise InvalidSettings("--to", f"{where} cannot be written: {exc.strerror}") from None


def _lines(change: Change, *, is_check: bool) -> Iterator[str]:
    if change.grade == "same":
        yield f"{change.file}: unchanged"
        return
    grade = "annotations only" if change.grade == "annotations" else change.grade
    releases = f", release {change.now}" if change.now else ""
    if change.before != change.now and change.grade != "new":
        releases = f", {change.before or 'no release'} -> {change.now or 'no release'}"
    yield f"{change.file}: {grade}{releases}"
    if change.kept is not None:
        is_kept = "would be kept" if is_check else "is kept"
        yield f"  {change.before} {is_kept} in {change.kept[0]}"
    elif change.before is not None and change.before == change.now:
        yield "  a new --release keeps the old one"
    for each in change.reasons[:MAX_REASONS]:
        yield f"  {each['rule']} at {each['path']}: {each['change']}"
    if rest := len(change.reasons[MAX_REASONS:]):
        yield f"  and {rest:,} more reason{'' if rest == 1 else 's'}"


def _summary(differing: int, count: int, to: str, *, is_check: bool) -> Iterator[str]:
    schemas = f"{count:,} schema{'' if count == 1 else 's'}"
    if not differing:
        yield printable(f"nothing {'would change' if is_check else 'changed'} in {to}: {schemas}")
    elif is_check:
        yield printable(f"{differing:,} of {schemas} would change in {to}")
        yield "  next: export without --check, and review what it writes"
    else:
        yield printable(f"{differing:,} of {schemas} written to {to}")


def _document(written: str, change: Change) -> dict[str, Any]:
    return {
        "model": written,
        "name": change.name,
        "version": change.version,
        "file": str(change.file),
        "kept": None if change.kept is None else str(change.kept[0]),
        "grade": change.grade,
        "before": change.before,
        "now": change.now,
        "reasons": change.reasons,
    }
