"""Which of several schemas is wrong: the one that is asked for, or one that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import canonical, json_pointer
from pytest_schema_registry.schema_types.json_schema.references import (
    Reference,
    dangling,
    reference,
)
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import jsonschema_rs

    from pytest_schema_registry.schemas import Schema

#: What the engine writes in place of a value, which is cut or hidden where it is shown.
MASK = "\uf8ff"
#: What identifies each draft.
METASCHEMAS = {
    "4": "http://json-schema.org/draft-04/schema#",
    "6": "http://json-schema.org/draft-06/schema#",
    "7": "http://json-schema.org/draft-07/schema#",
    "2019-09": "https://json-schema.org/draft/2019-09/schema",
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
}
_ENGINES_ADVICE = ". Custom meta-schemas must be registered in the registry before use"


def written_in(root: Schema, needed: Iterable[Schema], uri: str) -> tuple[Schema, Reference]:
    """The schema in which a reference is written that leads to a URI, and the reference.

    Args:
        root: The schema that is being compiled.
        needed: What it refers to, as far as that is known.
        uri: Where the reference leads, absolute and without a fragment.
    """
    last = uri.rpartition("/")[2]
    for schema in (root, *needed):
        if last in schema.text and (found := reference(schema, uri)).pointer != "#":
            return schema, found
    return root, Reference(uri, uri, "#", root.version)


def invalid(
    root: Schema,
    needed: Mapping[str, Schema],
    exc: jsonschema_rs.ValidationError,
    blamed: Schema | None = None,
    *,
    dangles: bool = False,
) -> InvalidSchema:
    """What the engine says of a schema, said of the one that is wrong.

    Args:
        root: The schema that is being compiled.
        needed: What it refers to, by the URI that it refers with.
        exc: What the engine says.
        blamed: The one that is wrong, where that is known.
        dangles: Whether it says that a reference leads to nothing.
    """
    shown = canonical(exc.instance)
    reason = exc.message.replace(MASK, shown if len(shown) <= 60 else f"{shown[:57]}...")
    pointer = json_pointer(exc.instance_path)
    if dangles:
        found = [(each, dangling(each, reason)) for each in (root, *needed.values())]
        found += [(each, "#/$schema") for each in needed.values() if _states(each) in reason]
        blamed, pointer = next((each for each in found if each[1] != "#"), (root, "#"))
    elif blamed is None:
        # The drafts have allowed all of them, and the engine has looked where they do not.
        wrong = (each for each in needed.values() if _at(each.content, exc.instance_path) == shown)
        blamed = root if _at(root.content, exc.instance_path) == shown else next(wrong, root)
    # The engine means a registry of its own.
    reason = reason.replace(_ENGINES_ADVICE, f"; known are the drafts {', '.join(METASCHEMAS)}")
    uri = next((uri for uri, each in needed.items() if each is blamed), None)
    return because(root, uri, blamed, pointer, reason)


def because(
    root: Schema, uri: str | None, blamed: Schema, pointer: str, reason: str
) -> InvalidSchema:
    """An error of a schema, which says where the one that was asked for refers to it.

    Args:
        root: The schema that is being compiled.
        uri: Where it refers to; None where it is itself wrong.
        blamed: The schema that is wrong.
        pointer: Where in it.
        reason: What is wrong there.
    """
    if uri is not None:
        written = reference(root, uri)
        place = "" if written.pointer == "#" else f" at {written.pointer}"
        reason = f"{reason}; {root} needs it{place}"
    reason = printable(" ".join(reason.split()))
    return InvalidSchema(str(blamed), printable(pointer), reason, blamed.origin)


def _states(schema: Schema) -> str:
    """The draft that a schema states, in quotes as the engine writes it."""
    content = schema.content
    return repr(content.get("$schema") if isinstance(content, dict) else None)


def _at(content: Any, path: Iterable[str | int]) -> str | None:
    """What stands at a path, as canonical JSON; None for nothing."""
    try:
        for step in path:
            content = content[step]
        return canonical(content)
    except (LookupError, TypeError):
        return None
