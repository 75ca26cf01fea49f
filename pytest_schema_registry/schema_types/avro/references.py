"""References of Avro: a schema uses the named types of the subjects that its registry lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.schema_types.avro.names import defined, used
from pytest_schema_registry.schema_types.listed_schema import listed_schema
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schemas import ListedReference, Schema


def referred_schemas(
    root: Schema, resolve: Callable[[ListedReference], Schema]
) -> tuple[Schema, ...]:
    """Return the schemas that a schema's lists lead to, each after those that it needs.

    Args:
        root: The schema, with its list.
        resolve: Returns the schema that an entry of a list leads to.

    Raises:
        InvalidSchema: An entry leads to no Avro schema, schemas refer to each other in a circle, or
            a name is defined twice.
        SchemaRegistryError: A schema cannot be retrieved.
    """
    found: dict[tuple[str, str], Schema] = {}
    _collect(root, root, resolve, found, ())
    _refuse_twice(root, tuple(found.values()))
    return tuple(found.values())


def refuse_unknown(root: Schema, referred: tuple[Schema, ...]) -> None:
    """Refuse a schema that uses a type which neither it nor a referred schema defines.

    Args:
        root: The schema.
        referred: The schemas that its lists lead to.

    Raises:
        InvalidSchema: There is such a type.
    """
    known = {name for each in (*referred, root) for name in defined(each.content)}
    for schema in (root, *referred):
        for name in used(schema.content):
            if name not in known:
                user = "it" if schema is root else place(schema)
                nobody = "neither the schema nor one that it refers to"
                if schema.subject is None and schema.version:
                    nobody = "no file beside it"
                reason = printable(f"{user} uses the type {name}, which {nobody} defines")
                raise InvalidSchema(str(root), "#", reason, root.origin)


def place(schema: Schema) -> str:
    """Return where a referred schema is, as messages say it."""
    # A registry without subjects has schemas in version lines.
    return schema.label if schema.subject is None else f"{schema.subject} version {schema.release}"


def _collect(
    root: Schema,
    schema: Schema,
    resolve: Callable[[ListedReference], Schema],
    found: dict[tuple[str, str], Schema],
    above: tuple[tuple[str, str], ...],
) -> None:
    for entry in schema.references or ():
        target = entry.subject, entry.release
        if target in above:
            reason = f"its references lead in a circle, back to {entry.subject}"
            raise InvalidSchema(str(root), "#", printable(reason), root.origin)
        if target not in found:
            child = listed_schema(schema, entry, resolve)
            _collect(root, child, resolve, found, (*above, target))
            found[target] = child


def _refuse_twice(root: Schema, referred: tuple[Schema, ...]) -> None:
    definer: dict[str, str] = {}
    for schema in (*referred, root):
        where = "the schema itself" if schema is root else place(schema)
        for name in defined(schema.content):
            if name in definer:
                first = definer[name]
                both = f"twice in {where}" if first == where else f"in {first} and in {where}"
                reason = printable(f"the type {name} is defined {both}")
                raise InvalidSchema(str(root), "#", reason, root.origin)
            definer[name] = where
