"""``show``: schemas in a form for people, as ``--registry-show`` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.command_line.opening import opened, settings_of
from pytest_schema_registry.command_line.output import Status, described
from pytest_schema_registry.errors import CassetteMissing, SchemaNotFound
from pytest_schema_registry.reporting.shown_schemas import Shown

if TYPE_CHECKING:
    from argparse import Namespace

    from pytest_schema_registry.command_line.output import Output

_NOT_THERE = (SchemaNotFound, CassetteMissing)


def run(options: Namespace, output: Output) -> Status:
    """Show the schemas of some names, in each version.

    Args:
        options: The parsed command line.
        output: Told what was found.

    Raises:
        SchemaRegistryError: The settings are wrong.
    """
    with opened(settings_of(options), output) as registry:
        source = registry.source
        shown = Shown(source.catalogue, options.names, source.versions)
        output.lines(shown.lines)
        for schema in shown.schemas:
            source.served(schema.old_copies)
        for text in (*map(str, shown.errors), *shown.unmatched):
            output.error(text, is_printed=True)
        status = Status.NO if shown.is_missing else Status.YES
        if shown.is_missing and any(not isinstance(each, _NOT_THERE) for each in shown.errors):
            status = Status.IMPOSSIBLE
        return output.close(
            status,
            schemas=[{**described(schema), "content": schema.content} for schema in shown.schemas],
        )
