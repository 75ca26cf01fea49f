"""References that a registry lists beside a schema, and the URIs that lead to them.

A list has a name, a subject and a version for each reference. A ``$ref`` may have the name as it
is, or resolved against an identifier of the schema that refers (RFC 3986 section 5). Confluent's
clients keep the names of all schemas that are reached in one flat map, and so does this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pytest_schema_registry.errors import InvalidSchema, SchemaNotFound
from pytest_schema_registry.schema_types.json_schema.references import base_uri, nodes
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_schema_registry.schemas import ListedReference, Schema

_IDENTIFIERS = ("$id", "id")


def listed_schemas(root: Schema, resolve: Callable[[ListedReference], Schema]) -> dict[str, Schema]:
    """Return all schemas that a schema's lists lead to, by every URI that may lead to them.

    Args:
        root: The schema, with its list.
        resolve: Returns the schema that an entry of a list leads to.

    Raises:
        InvalidSchema: An entry leads to no JSON Schema, or one name stands for two schemas.
        SchemaRegistryError: A schema cannot be retrieved.
    """
    names: dict[str, Schema] = {}
    reached: dict[tuple[str, str], Schema] = {}
    bases = dict.fromkeys(_bases(root, base_uri(root)))
    pending = [(root, tuple(bases))]
    for schema, own in pending:  # grows while it is walked
        for entry in schema.references or ():
            name, target = entry.name.partition("#")[0], (entry.subject, entry.release)
            if target not in reached:
                found = reached[target] = _resolved(schema, entry, resolve)
                uris = tuple(uri for base in own for uri in _bases(found, urljoin(base, name)))
                bases |= dict.fromkeys(uris)
                pending.append((found, uris))
            _refuse_two(root, name, names.setdefault(name, reached[target]), reached[target])
    found_at = dict(names)
    for name, schema in names.items():
        for base in bases:
            found_at.setdefault(urljoin(base, name), schema)
    return found_at


def _resolved(
    schema: Schema, entry: ListedReference, resolve: Callable[[ListedReference], Schema]
) -> Schema:
    try:
        found = resolve(entry)
    except SchemaNotFound as exc:
        reason = f"its reference {entry.name!r} leads to no schema ({exc.headline})"
        error = InvalidSchema(str(schema), "#", printable(reason), schema.origin)
        raise error.resting_on(exc.old_copies) from None
    if found.schema_type != "JSON":
        reason = f"its reference {entry.name!r} is of the type {found.schema_type}, not JSON"
        raise InvalidSchema(str(schema), "#", printable(reason), schema.origin)
    return found


def _refuse_two(root: Schema, name: str, one: Schema, other: Schema) -> None:
    if (one.subject, one.release) != (other.subject, other.release):
        two = " and for ".join(f"{each.subject} version {each.release}" for each in (one, other))
        reason = printable(f"among its references, the name {name!r} stands for {two}")
        raise InvalidSchema(str(root), "#", reason, root.origin)


def _bases(schema: Schema, uri: str) -> Iterator[str]:
    """Yield the URIs against which references in a schema are resolved.

    Args:
        schema: The schema.
        uri: The URI by which it is retrieved.
    """
    yield uri
    own = uri
    for path, node in nodes(schema.content):
        for keyword in _IDENTIFIERS:
            if isinstance(identifier := node.get(keyword), str):
                yield (resolved := urljoin(own, identifier))
                if not path:
                    own = resolved
