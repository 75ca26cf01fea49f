"""The display of a schema of Avro for people: its fields with their types, defaults and docs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.schema_types.avro.names import ABSENT, is_nullable
from pytest_schema_registry.text import MAX_LISTED, cut, listed, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schemas import Schema

_MAX_DOC = 200


def display(schema: Schema) -> Iterator[str]:
    """Yield the lines that show a schema. A type of another subject is shown by its name.

    Args:
        schema: The schema.

    Raises:
        InvalidSchema: It is no schema of Avro.
    """
    content = schema.content
    try:
        whole, lines = words(content), list(_lines(content, 0))
    except (AttributeError, LookupError, TypeError):
        reason = "it is no Avro schema"
        raise InvalidSchema(str(schema), "#", reason, schema.origin) from None
    deprecated = "no"
    if schema.deprecated:
        deprecated = f"yes: {schema.deprecation_note}" if schema.deprecation_note else "yes"
    yield printable(schema.label)
    for label, value in (
        ("release", schema.release or "not stated"),
        ("language", "Avro"),
        ("deprecated", deprecated),
        ("digest", schema.digest[:8]),
        ("from", schema.origin),
        ("chosen", schema.reason),
        ("refers to", listed([each.subject for each in schema.references or ()], "and")),
    ):
        if value:
            yield printable(f"  {label:<12}{value}")
    yield ""
    yield printable(f"  {whole}")
    width = max((len(each.name) for each in lines), default=0)
    need = max((len(each.need) for each in lines), default=0)
    for each in lines:
        yield printable(f"  {each.name:<{width}}  {each.need:<{need}}  {each.text}")


class _Line(NamedTuple):
    """A field: its indented name, whether it must be there, and its type in words."""

    name: str
    need: str
    text: str


def words(node: Any) -> str:
    """Return a node of a schema in words, as it is written there."""
    if isinstance(node, list):
        return " or ".join(map(words, node))
    if not isinstance(node, dict):
        return str(node)
    kind, name = node.get("type"), node.get("name", "")
    match kind:
        case "array":
            return f"array of {words(node.get('items'))}"
        case "map":
            return f"map of {words(node.get('values'))}"
        case "enum":
            symbols = list(map(str, node.get("symbols", ())))
            text = listed(symbols[:MAX_LISTED], more=len(symbols[MAX_LISTED:]))
            return f"{name}: {text}"
        case "record" | "error":
            return f"record {name}"
    text = f"{name} of {node.get('size')} bytes" if kind == "fixed" else str(kind)
    match node.get("logicalType"):
        case "decimal":
            return f"decimal of {node.get('precision')} digits, {node.get('scale', 0)} behind"
        case str(logical):
            return f"{logical} ({text})"
    return text


def _lines(node: Any, depth: int) -> Iterator[_Line]:
    """Yield a line for each field of the records that a node defines."""
    if isinstance(node, list):
        for each in node:
            yield from _lines(each, depth)
    elif isinstance(node, dict):
        for inner in (node.get("items"), node.get("values")):
            yield from _lines(inner, depth)
        for field in node.get("fields", ()):
            default = field.get("default", ABSENT)
            if default is not ABSENT:
                need = f"default {shown(default, 30)}"
            else:
                need = "optional" if is_nullable(field["type"]) else "required"
            text = words(field["type"])
            if doc := " ".join(str(field.get("doc", "")).split()):
                text += f"   {cut(doc, _MAX_DOC)}"
            yield _Line(f"{'  ' * depth}{field['name']}", need, text)
            yield from _lines(field["type"], depth + 1)
