"""The search for the wrong one among several schemas: the one asked for, or one that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import canonical, json_pointer
from pytest_schema_registry.schema_types.json_schema.drafts import METASCHEMAS
from pytest_schema_registry.schema_types.json_schema.references import (
    Reference,
    dangling,
    reference_to,
)
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import jsonschema_rs

    from pytest_schema_registry.schemas import Schema

#: The engine's placeholder for a value in its messages: we put the value there, cut or hidden.
MASK = "\uf8ff"
_ENGINES_ADVICE = ". Custom meta-schemas must be registered in the registry before use"


def find_reference(root: Schema, needed: Iterable[Schema], uri: str) -> tuple[Schema, Reference]:
    """Return the reference that leads to a URI, preceded by the schema that contains it.

    If none contains it, return the root schema, and a reference whose place is ``#``.

    Args:
        root: The schema that is being compiled.
        needed: The schemas that it refers to, as far as they are known.
        uri: The target of the reference, absolute and without a fragment.
    """
    last = uri.rpartition("/")[2]
    for schema in (root, *needed):
        if last in schema.text and (found := reference_to(schema, uri)).pointer != "#":
            return schema, found
    return root, Reference(uri, uri, "#", root.version)


def from_engine(
    root: Schema,
    needed: Mapping[str, Schema],
    exc: jsonschema_rs.ValidationError,
    blamed: Schema | None = None,
    *,
    dangles: bool = False,
) -> InvalidSchema:
    """Return the engine's error as one that names the wrong schema and the place in it.

    Args:
        root: The schema that is being compiled.
        needed: The schemas that it refers to, by the URI of the reference.
        exc: The engine's error.
        blamed: The wrong schema, where it is known.
        dangles: True where the error says that a reference leads to nothing.
    """
    shown = canonical(exc.instance)
    reason = exc.message.replace(MASK, shown if len(shown) <= 60 else f"{shown[:57]}...")
    pointer = json_pointer(exc.instance_path)
    if dangles:
        found = [(each, dangling(each, reason)) for each in (root, *needed.values())]
        found += [(each, "#/$schema") for each in needed.values() if _states(each) in reason]
        blamed, pointer = next((each for each in found if each[1] != "#"), (root, "#"))
    elif blamed is None:
        # If there are several schemas, all of them follow their meta-schemas. So the engine found
        # the error at a place where no meta-schema looks. The wrong schema is the one with the
        # refused value at that place.
        wrong = (each for each in needed.values() if _at(each.content, exc.instance_path) == shown)
        blamed = root if _at(root.content, exc.instance_path) == shown else next(wrong, root)
    # The advice means the engine's own registry, not the schema registry.
    reason = reason.replace(_ENGINES_ADVICE, f"; known are the drafts {', '.join(METASCHEMAS)}")
    uri = next((uri for uri, each in needed.items() if each is blamed), None)
    return invalid_schema(root, uri, blamed, pointer, reason)


def invalid_schema(
    root: Schema, uri: str | None, blamed: Schema, pointer: str, reason: str
) -> InvalidSchema:
    """Return an error about a schema, which says where the root schema refers to it.

    Args:
        root: The schema that is being compiled.
        uri: The URI by which it refers to the wrong schema; None where it is wrong itself.
        blamed: The wrong schema.
        pointer: The wrong place in that schema, as a JSON Pointer fragment.
        reason: The error in words.
    """
    if uri is not None:
        written = reference_to(root, uri)
        where = "" if written.pointer == "#" else f" at {written.pointer}"
        reason = f"{reason}; {root} needs it{where}"
    reason = printable(" ".join(reason.split()))
    return InvalidSchema(str(blamed), printable(pointer), reason, blamed.origin)


def _states(schema: Schema) -> str:
    """Return the `$schema` of a schema, in quotes as the engine writes it."""
    content = schema.content
    return repr(content.get("$schema") if isinstance(content, dict) else None)


def _at(content: Any, path: Iterable[str | int]) -> str | None:
    """Return the value at a path as canonical JSON; None where there is no value."""
    try:
        for step in path:
            content = content[step]
        return canonical(content)
    except (LookupError, TypeError):
        return None
