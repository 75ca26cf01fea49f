"""The search for the wrong one among several schemas: the one asked for, or one that it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidSchema, UnsupportedPattern
from pytest_schema_registry.json_values import canonical, json_pointer
from pytest_schema_registry.schema_types.json_schema.drafts import METASCHEMAS
from pytest_schema_registry.schema_types.json_schema.references import (
    Reference,
    base_uri,
    dangling,
    reference_to,
    written_in,
)
from pytest_schema_registry.schema_types.json_schema.refusal import Refusal, in_words, refusal
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import jsonschema_rs

    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType
    from pytest_schema_registry.schemas import Schema

#: What to do about a reference that leads to no schema.
REFER = "publish the schema that it refers to, or refer to one by its name in the registry"
_MISSING = re.compile(r"Resource '([^']+)' is not present")
_ENGINES_ADVICE = ". Custom meta-schemas must be registered in the registry before use"


def find_reference(
    root: Schema, needed: Mapping[str, Schema], uri: str
) -> tuple[Schema, Reference]:
    """Return the reference that leads to a URI, preceded by the schema that contains it.

    If none contains it, return the root schema, and a reference whose place is ``#``.

    Args:
        root: The schema that is being compiled.
        needed: The schemas that it refers to, as far as they are known, by the URI of the
            reference.
        uri: The target of the reference, absolute and without a fragment.
    """
    # The engine writes the host of a URI in lower case.
    last = uri.rpartition("/")[2].lower()
    similar: tuple[Schema, Reference] | None = None
    for base, schema in ((base_uri(root), root), *needed.items()):
        if last in schema.text.lower():
            found, is_exact = written_in(schema, uri, base)
            if found is not None and is_exact:
                return schema, found
            if found is not None and similar is None:
                similar = schema, found
    return similar or (root, Reference(uri, uri, "#", root.version))


def from_engine(
    schema_type: JSONSchemaType,
    root: Schema,
    needed: Mapping[str, Schema],
    exc: jsonschema_rs.ValidationError,
    blamed: Schema | None = None,
    *,
    dangles: bool = False,
) -> InvalidSchema:
    """Return the engine's error as one that names the wrong schema and the place in it.

    Args:
        schema_type: The language, with its settings.
        root: The schema that is being compiled.
        needed: The schemas that it refers to, by the URI of the reference.
        exc: The engine's error.
        blamed: The wrong schema, where it is known.
        dangles: True where the error says that a reference leads to nothing.
    """
    found_out = Refusal(json_pointer(exc.instance_path), in_words(exc))
    if dangles:
        reason = found_out.reason
        if missing := _MISSING.search(reason):
            blamed, written = find_reference(root, needed, missing[1])
            reason = f"{written.text!r} leads to no schema of the registry"
            return invalid_schema(
                root, _uri_of(blamed, needed), blamed, Refusal(written.pointer, reason, REFER)
            )
        found = [(each, dangling(each, reason)) for each in (root, *needed.values())]
        found += [(each, "#/$schema") for each in needed.values() if _states(each) in reason]
        blamed, pointer = next((each for each in found if each[1] != "#"), (root, "#"))
        found_out = Refusal(pointer, reason)
    else:
        blamed = blamed or _refused(root, needed, exc)
        contents = [blamed.content] if blamed is root else [blamed.content, root.content]
        found_out = refusal(schema_type, contents, exc)
    # The advice means the engine's own registry, not the schema registry.
    reason = found_out.reason.replace(
        _ENGINES_ADVICE, f"; known are the drafts {', '.join(METASCHEMAS)}"
    )
    return invalid_schema(root, _uri_of(blamed, needed), blamed, found_out._replace(reason=reason))


def _refused(
    root: Schema, needed: Mapping[str, Schema], exc: jsonschema_rs.ValidationError
) -> Schema:
    """Return the schema that the engine refuses.

    If there are several, all of them follow their meta-schemas. So the engine found the error at a
    place where no meta-schema looks. The wrong schema has the refused value at that place.
    """
    refused, path = canonical(exc.instance), exc.instance_path
    if _at(root.content, path) == refused:
        return root
    return next((each for each in needed.values() if _at(each.content, path) == refused), root)


def _uri_of(schema: Schema, needed: Mapping[str, Schema]) -> str | None:
    return next((uri for uri, each in needed.items() if each is schema), None)


def invalid_schema(
    root: Schema, uri: str | None, blamed: Schema, refused: Refusal
) -> InvalidSchema:
    """Return an error about a schema, which says where the root schema refers to it.

    Args:
        root: The schema that is being compiled.
        uri: The URI by which it refers to the wrong schema; None where it is wrong itself.
        blamed: The wrong schema.
        refused: The wrong place in that schema, the error in words and what to do.
    """
    needs = ""
    if uri is not None:
        written = reference_to(root, uri)
        where = "" if written.pointer == "#" else f" at {written.pointer}"
        needs = f"; {root} needs it{where}"
    pointer = printable(refused.pointer)
    if refused.pattern is not None:
        pattern, origin = printable(refused.pattern), printable(f"{blamed.origin}{needs}")
        advice = refused.advice or ""
        return UnsupportedPattern(str(blamed), pointer, refused.reason, origin, advice, pattern)
    reason = printable(" ".join(f"{refused.reason}{needs}".split()))
    given = () if refused.advice is None else (refused.advice,)
    return InvalidSchema(str(blamed), pointer, reason, blamed.origin, *given)


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
