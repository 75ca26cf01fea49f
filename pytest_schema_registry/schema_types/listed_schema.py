"""The schema that an entry of a registry's list of references leads to, whatever the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.errors import InvalidSchema, SchemaNotFound
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schemas import ListedReference, Schema


def listed_schema(
    schema: Schema, entry: ListedReference, resolve: Callable[[ListedReference], Schema]
) -> Schema:
    """Return the schema that an entry leads to, which has the language of the one that refers.

    Args:
        schema: The schema that has the list.
        entry: The entry.
        resolve: Returns the schema that an entry leads to.

    Raises:
        InvalidSchema: The entry leads to no schema, or to one of another language.
        SchemaRegistryError: The schema cannot be retrieved.
    """
    try:
        found = resolve(entry)
    except SchemaNotFound as exc:
        reason = f"its reference {entry.name!r} leads to no schema ({exc.headline})"
        error = InvalidSchema(str(schema), "#", printable(reason), schema.origin)
        raise error.resting_on(exc.old_copies) from None
    if found.schema_type != schema.schema_type:
        kinds = f"{found.schema_type}, not {schema.schema_type}"
        reason = f"its reference {entry.name!r} is of the type {kinds}"
        raise InvalidSchema(str(schema), "#", printable(reason), schema.origin)
    return found
