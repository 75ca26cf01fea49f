"""References that a registry lists beside a schema, and the URIs that lead to them.

A list has a name, a subject and a version for each reference. A ``$ref`` may have the name as it
is, or resolved against an identifier of the schema that refers (RFC 3986 section 5). Confluent's
clients keep the names of all schemas that are reached in one flat map, and so does this module.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.schema_types.json_schema.references import base_uri, nodes
from pytest_schema_registry.schema_types.listed_schema import listed_schema
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_schema_registry.schemas import ListedReference, Schema

_IDENTIFIERS = ("$id", "id")
#: The most URIs that count of one schema. With relative identifiers, their number may double at
#: each reference; a reference that resolves against another one is found by its name alone.
MAX_BASES = 50


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
    places: list[tuple[str, str]] = []
    pending = [(root, _bases(root, [base_uri(root)]))]
    bases = dict.fromkeys(pending[0][1])
    for schema, own in pending:  # grows while it is walked
        for entry in schema.references or ():
            name, target = entry.name.partition("#")[0], (entry.subject, entry.release)
            places += ((base, name) for base in own)
            if target not in reached:
                found = reached[target] = listed_schema(schema, entry, resolve)
                uris = _bases(found, (_joined(base, name) for base in own))
                bases |= dict.fromkeys(uris)
                pending.append((found, uris))
            _refuse_two(root, name, names.setdefault(name, reached[target]), reached[target])
    found_at = dict(names)
    # Where a schema lists the name itself comes first: `common/types.json` of one schema may be
    # where `types.json` leads from another.
    for base, name in chain(places, ((base, name) for name in names for base in bases)):
        uri = _joined(base, name)
        if uri != base:  # an empty name would stand for any schema
            found_at.setdefault(uri, names[name])
    return found_at


def _refuse_two(root: Schema, name: str, one: Schema, other: Schema) -> None:
    if (one.subject, one.release) != (other.subject, other.release):
        two = " and for ".join(f"{each.subject} version {each.release}" for each in (one, other))
        reason = printable(f"among its references, the name {name!r} stands for {two}")
        raise InvalidSchema(str(root), "#", reason, root.origin)


def _bases(schema: Schema, uris: Iterable[str]) -> tuple[str, ...]:
    """Return the URIs against which references in a schema are resolved, each once.

    Args:
        schema: The schema.
        uris: The URIs by which it is retrieved.
    """
    # An identifier that is only a fragment names a place, and changes no base.
    written = dict.fromkeys(
        (not path, identifier)
        for path, node in nodes(schema.content)
        for keyword in _IDENTIFIERS
        if isinstance(given := node.get(keyword), str) and (identifier := given.partition("#")[0])
    )
    found: dict[str, None] = {}
    for uri in uris:
        own = uri
        found[uri] = None
        for is_root, identifier in islice(written, MAX_BASES):
            resolved = _joined(own, identifier)
            found[resolved] = None
            if is_root:
                own = resolved
    return tuple(found)[:MAX_BASES]


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:  # one of them is no URI, as http://[ is none
        return reference
