"""References from one schema to another within the registry.

Within a process, ``https://registry.invalid/<version>/<name>`` identifies a schema of the registry.
So a reference by name (``telemetry.HealthComponent``) or to another version line
(``../v2/telemetry.HealthComponent``) resolves as RFC 3986 section 5 says. The host can never exist
(RFC 2606 section 2). Any other URI is a global id, which the registry may know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urldefrag, urljoin

from pytest_schema_registry.json_values import json_pointer
from pytest_schema_registry.schema_types.json_schema.document import (
    Document,
    join,
    references,
)
from pytest_schema_registry.schema_types.json_schema.metaschemas import STANDARD
from pytest_schema_registry.schemas import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schemas import Schema

_BASE = "https://registry.invalid/"
_NO_VERSION = "-"
#: The beginning of the ids that a directory with a layout gives to its files.
_FILE = "file://localhost/"
#: Matches a reference in JSON text; sometimes also a string that only looks like one.
_REFERENCE = re.compile(
    r'"\$(?:ref|dynamicRef|recursiveRef|schema)"\s*:\s*"(?!#|https?://json-schema\.org/)'
)
_KEYWORDS = ("$ref", "$dynamicRef", "$recursiveRef", "$schema")


def refers_elsewhere(schema: Schema) -> bool:
    """Check whether compiling a schema may require another schema."""
    return _REFERENCE.search(schema.text) is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference that leads out of a schema.

    Args:
        uri: Its target, absolute and without a fragment.
        text: The reference as the schema has it.
        pointer: Its place in the schema, as a JSON Pointer fragment.
        version: The version line of the schema that has it; empty outside the registry.
    """

    uri: str
    text: str
    pointer: str
    version: str

    @property
    def target(self) -> tuple[str | None, str] | None:
        """The version and the name that it refers to; None where it is a global id."""
        if not self.uri.startswith(_BASE):
            return None
        segments = self.uri.removeprefix(_BASE).split("/")
        version = unquote(segments[-2]) if len(segments) > 1 else self.version
        name = plain_name(unquote(segments[-1]).removesuffix(".json"))
        return (None if version in (_NO_VERSION, "") else version), name

    @property
    def path(self) -> str | None:
        """Its target as a path below the version line; None where it is a global id.

        A schema may have that path as its ``$id``.
        """
        path = self.uri.removeprefix(_BASE).partition("/")[2]
        return unquote(path) if path and self.uri.startswith(_BASE) else None

    @property
    def name(self) -> str | None:
        """The schema name in the text; None where the text is no plain name."""
        text = self.text.partition("#")[0]
        return None if not text or ":" in text or "/" in text else text.removesuffix(".json")


def leading_out(schema: Schema) -> Iterator[Reference]:
    """Yield the references of a schema that lead out of it, in no order.

    Those that lead to the schema itself by its name in the registry are among them, because its
    content does not tell that name.
    """
    content, own = schema.content, base_uri(schema)
    document = Document(content, own)
    for pointer, node in document.subschemas:
        for keyword, text in (*references(node), ("$schema", node.get("$schema"))):
            if not isinstance(text, str) or not text.partition("#")[0] or STANDARD.match(text):
                continue
            uri = urldefrag(document.uri_of(text, pointer)).url
            if uri == own or document.find(uri) is None:
                yield Reference(uri, text, join(pointer, keyword), schema.version)


def beside(schema: Schema, reference: Reference) -> Iterator[Reference]:
    """Yield a reference as resolved against the places of its schema: its file, and its name.

    Nothing is yielded for a place at which it leads to where it led already.

    Args:
        schema: The schema that has the reference.
        reference: The reference, as resolved against the identifier of that schema.
    """
    for start in dict.fromkeys((base_uri(schema), _place(schema))):
        uri = urldefrag(urljoin(start, reference.text)).url
        if uri != reference.uri and uri.startswith((_BASE, _FILE)):
            yield replace(reference, uri=uri, version=schema.version)


def base_uri(schema: Schema) -> str:
    """Return the URI against which the relative references of a schema are resolved.

    It is that of its file, where a directory has files of any layout.
    """
    known_as = schema.id or ""
    return known_as if known_as.startswith(_FILE) else _place(schema)


def _place(schema: Schema) -> str:
    version = quote(schema.version, safe="") or _NO_VERSION
    return f"{_BASE}{version}/{quote(schema.name, safe='')}"


def without_own_version(schema: Schema, uri: str) -> str:
    """Return a URI with ``-`` as its version, where its version is this schema's own.

    Without the version, bundles of v1 and v2 compare equal.

    Args:
        schema: The schema that has the reference.
        uri: The target of the reference, absolute and without a fragment.
    """
    line = _place(schema).rpartition("/")[0]
    is_own = uri.startswith(f"{line}/")
    return f"{_BASE}{_NO_VERSION}{uri.removeprefix(line)}" if is_own else uri


def document_name(schema: Schema, uri: str) -> str:
    """Return the name by which a schema refers to another one.

    Args:
        schema: The schema that has the reference.
        uri: The target of the reference, absolute and without a fragment.
    """
    if uri.startswith(_FILE):
        return unquote(uri.removeprefix(_FILE))
    target = Reference(uri, uri, "#", schema.version).target
    if target is None:
        return uri
    version, name = target
    return name if version in (None, schema.version) else f"../{version}/{name}"


def reference_to(schema: Schema, uri: str) -> Reference:
    """Return the reference that leads to a URI, with its place in the schema.

    The place is ``#`` where the reference is not in this schema.

    Args:
        schema: The schema that is being compiled.
        uri: The target of the reference, absolute and without a fragment.
    """
    found, _ = written_in(schema, uri, base_uri(schema))
    # Where there is none, the reference is in a schema that this one refers to.
    return found or Reference(uri, uri, "#", schema.version)


def written_in(schema: Schema, uri: str, base: str) -> tuple[Reference | None, bool]:
    """Return the reference of a schema that leads to a URI, and whether it surely does.

    It is not sure where an identifier within the schema may change what the reference is resolved
    against. Of several such references, the first is returned.

    Args:
        schema: The schema.
        uri: The URI, absolute and without a fragment.
        base: The URI that the schema was retrieved by.
    """
    content = schema.content
    starts = _starts(content, base_uri(schema) if base_uri(schema).startswith(_FILE) else base)
    similar: Reference | None = None
    for path, node in nodes(content):
        for keyword in _KEYWORDS:
            text = node.get(keyword)
            resource = text.partition("#")[0].lstrip("./") if isinstance(text, str) else ""
            # The engine writes hosts in lower case.
            if resource and uri.lower().endswith(resource.lower()):
                pointer = json_pointer((*path, keyword))
                found = Reference(uri, str(text), pointer, schema.version)
                targets = (urldefrag(urljoin(start, found.text)).url for start in starts)
                if uri.lower() in map(str.lower, targets):
                    return found, True
                similar = similar or found
    return similar, False


def _starts(content: Any, uri: str) -> tuple[str, ...]:
    """Return the URIs against which references at the top of a schema may be resolved."""
    said = content if isinstance(content, dict) else {}
    own = next((said[key] for key in ("$id", "id") if isinstance(said.get(key), str)), "")
    return (urljoin(uri, own),) if ":" in own else (uri, urljoin(uri, own))


def dangling(schema: Schema, reason: str) -> str:
    """Return the place of a reference that leads to nothing; ``#`` where the schema has none.

    Args:
        schema: The schema to search.
        reason: The engine's message, which quotes the fragment of the reference.
    """
    for path, node in nodes(schema.content):
        for keyword in _KEYWORDS:
            text = node.get(keyword)
            fragment = unquote(text.partition("#")[2]) if isinstance(text, str) else ""
            if fragment and f"'{fragment}'" in reason:
                return json_pointer((*path, keyword))
    return "#"


def nodes(content: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Yield every object in a schema, preceded by the path to it, outer ones first."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), content)]
    for path, node in pending:  # grows while it is walked
        if isinstance(node, dict):
            yield path, node
            pending.extend(((*path, key), value) for key, value in node.items())
        elif isinstance(node, list):
            pending.extend(((*path, index), value) for index, value in enumerate(node))
