"""Where a reference from one schema to another leads, within the registry.

Within a process a schema of the registry is known by ``https://registry.invalid/<version>/<name>``,
so that a reference by name (``telemetry.HealthComponent``) or to another line
(``../v2/telemetry.HealthComponent``) resolves as RFC 3986 section 5 says; the host is one that can
never exist (RFC 2606 section 2). Any other URI is a global id, which the registry may know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from pytest_schema_registry.json_values import json_pointer
from pytest_schema_registry.schemas import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schemas import Schema

_BASE = "https://registry.invalid/"
_NO_VERSION = "-"
#: In JSON text, and of a string that only looks like a reference sometimes too.
_REFERENCE = re.compile(
    r'"\$(?:ref|dynamicRef|recursiveRef|schema)"\s*:\s*"(?!#|https?://json-schema\.org/)'
)
_KEYWORDS = ("$ref", "$dynamicRef", "$recursiveRef", "$schema")


def refers_elsewhere(schema: Schema) -> bool:
    """Whether compiling a schema may ask for another one."""
    return _REFERENCE.search(schema.text) is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference that leads out of a schema.

    Args:
        uri: Where it leads, absolute and without a fragment.
        text: What is written in the schema.
        pointer: Where it is written.
        version: The version line that it is written in; empty outside the registry.
    """

    uri: str
    text: str
    pointer: str
    version: str

    @property
    def target(self) -> tuple[str | None, str] | None:
        """The version and name that it means, or None where it is a global id."""
        if not self.uri.startswith(_BASE):
            return None
        segments = self.uri.removeprefix(_BASE).split("/")
        version = unquote(segments[-2]) if len(segments) > 1 else self.version
        name = plain_name(unquote(segments[-1]).removesuffix(".json"))
        return (None if version in (_NO_VERSION, "") else version), name

    @property
    def name(self) -> str | None:
        """The text as a schema's name, where it is written as one."""
        text = self.text.partition("#")[0]
        return None if not text or ":" in text or "/" in text else text.removesuffix(".json")


def base_uri(schema: Schema) -> str:
    """The URI that a schema's relative references are relative to."""
    version = quote(schema.version, safe="") or _NO_VERSION
    return f"{_BASE}{version}/{quote(schema.name, safe='')}"


def lineless(schema: Schema, uri: str) -> str:
    """A URI of another schema, as of no version line where it is of the same one as this.

    Args:
        schema: The schema that refers to it.
        uri: Where it refers to, absolute and without a fragment.
    """
    own = base_uri(schema).rpartition("/")[0]
    line, _, name = uri.rpartition("/")
    return f"{_BASE}{_NO_VERSION}/{name}" if line == own else uri


def document_name(schema: Schema, uri: str) -> str:
    """What another schema is called from within this one.

    Args:
        schema: The schema that refers to it.
        uri: Where it refers to, absolute and without a fragment.
    """
    target = Reference(uri, uri, "#", schema.version).target
    if target is None:
        return uri
    version, name = target
    return name if version in (None, schema.version) else f"../{version}/{name}"


def reference(schema: Schema, uri: str) -> Reference:
    """The reference of a schema that leads to a URI, with its place where that is in the schema.

    Args:
        schema: The schema that is being compiled.
        uri: Where the reference leads, absolute and without a fragment.
    """
    for path, node in places(schema.content):
        for keyword in _KEYWORDS:
            text = node.get(keyword)
            resource = text.partition("#")[0].lstrip("./") if isinstance(text, str) else ""
            if resource and uri.endswith(resource):
                return Reference(uri, str(text), json_pointer((*path, keyword)), schema.version)
    # It is written in a schema that this one refers to.
    return Reference(uri, uri, "#", schema.version)


def dangling(schema: Schema, reason: str) -> str:
    """Where a reference into a schema is written that leads to nothing; ``#`` where not in it.

    Args:
        schema: The schema.
        reason: What the engine says, with the end of the reference in quotes.
    """
    for path, node in places(schema.content):
        for keyword in _KEYWORDS:
            text = node.get(keyword)
            fragment = unquote(text.partition("#")[2]) if isinstance(text, str) else ""
            if fragment and f"'{fragment}'" in reason:
                return json_pointer((*path, keyword))
    return "#"


def places(content: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every object in a schema with the path to it, the outer ones first."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), content)]
    for path, node in pending:  # grows while it is walked
        if isinstance(node, dict):
            yield path, node
            pending.extend(((*path, key), value) for key, value in node.items())
        elif isinstance(node, list):
            pending.extend(((*path, place), value) for place, value in enumerate(node))
