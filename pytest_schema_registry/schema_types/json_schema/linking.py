"""Linking: a schema is compiled together with the other schemas that it refers to."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from pytest_schema_registry.errors import InvalidSchema, SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.json_values import READER, canonical
from pytest_schema_registry.schema_types.json_schema import limits, metaschemas
from pytest_schema_registry.schema_types.json_schema.api_documents import as_json_schemas
from pytest_schema_registry.schema_types.json_schema.blame import (
    REFER,
    find_reference,
    from_engine,
    invalid_schema,
)
from pytest_schema_registry.schema_types.json_schema.document import (
    Document,
    is_reference,
    references,
)
from pytest_schema_registry.schema_types.json_schema.drafts import draft_of, identifier_of
from pytest_schema_registry.schema_types.json_schema.listed_references import listed_schemas
from pytest_schema_registry.schema_types.json_schema.patterns import is_misread, respelled_schema
from pytest_schema_registry.schema_types.json_schema.references import (
    base_uri,
    beside,
    refers_elsewhere,
)
from pytest_schema_registry.schema_types.json_schema.refusal import Refusal
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schema_types.json_schema.references import (
        Reference as WrittenReference,
    )
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType
    from pytest_schema_registry.schema_types.schema_type import Reference
    from pytest_schema_registry.schemas import ListedReference, Schema


class Linker:
    """The compilation of one schema that refers to others.

    Args:
        schema_type: The language, with its settings.
        schema: The schema.
        content: Its content.
        resolve: Returns the schema that a reference leads to.

    Attributes:
        needed: The other schemas that it needs, by the URI of the reference.
        referred: The content of these, as references in it are resolved.
    """

    def __init__(
        self,
        schema_type: JSONSchemaType,
        schema: Schema,
        content: Any,
        resolve: Callable[[Reference | ListedReference], Schema],
    ) -> None:
        self._type = schema_type
        self._schema = schema
        self._content = content
        self._resolve = resolve
        self.needed: dict[str, Schema] = {}
        self.referred: dict[str, Any] = {}
        self._listed: dict[str, Schema] = {}
        # The engine swallows the errors of its retriever, so they are kept here.
        self._refused: list[SchemaRegistryError] = []
        self._respells = False

    def engine(self) -> jsonschema_rs.Validator:
        """Return the engine's validator.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
        """
        options: dict[str, Any] = {"retriever": self._retrieve}
        while True:
            try:
                return self._type.engine(
                    self._content, self._schema.text, base_uri=base_uri(self._schema), **options
                )
            except jsonschema_rs.ValidationError as exc:
                if self._refused:
                    raise self._refused[0] from None
                dangles = isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing)
                if dangles and "registry" not in options and metaschemas.is_missing(exc.message):
                    registry = jsonschema_rs.Registry(
                        list(metaschemas.known().items()), retriever=self._retrieve
                    )
                    options = {"registry": registry}
                elif not dangles and not self._respells and self._would_respell():
                    self._respells = True
                else:
                    raise from_engine(
                        self._type, self._schema, self.needed, exc, dangles=dangles
                    ) from None

    def _would_respell(self) -> bool:
        texts = (canonical(each) for each in self.referred.values())
        return any(respelled_schema(text) is not None for text in texts)

    def _retrieve(self, uri: str) -> Any:
        """Return the schema that the engine asks for, in the engine's spelling."""
        if uri not in self.referred:
            found = metaschemas.find(uri)
            self.referred[uri] = self._retrieved(uri) if found is None else found
        content = self.referred[uri]
        text = canonical(content)
        if self._respells or is_misread(text):
            respelled = respelled_schema(text)
            return content if respelled is None else READER.decode(respelled)
        return content

    def _retrieved(self, uri: str) -> Any:
        writer, written = find_reference(self._schema, self.needed, uri)
        try:
            if self._schema.references is None:
                self.needed[uri] = self._in_json(writer, written, self._found(writer, written))
            else:
                self._listed.update(
                    {} if self._listed else listed_schemas(self._schema, self._resolve)
                )
                self.needed[uri] = _listed(self._listed, uri, writer, written)
            found = self.needed[uri]
            content = located(from_file(self._checked(uri, found), uri, found), uri)
        except SchemaNotFound as exc:
            reason = f"{written.text!r} leads to no schema of the registry ({exc.headline})"
            where = printable(written.pointer)
            error = InvalidSchema(
                str(writer), where, printable(reason), writer.origin, REFER
            ).resting_on(exc.old_copies)
            self._refused.append(error)
            raise error from None
        except SchemaRegistryError as exc:
            self._refused.append(exc)
            raise
        if uri.startswith("file:"):
            # The engine writes a host in lower case, such as Order.json in file://Order.json, and
            # Python's urljoin takes file:///order.json for a file on the host of the base.
            self.referred[urldefrag(urljoin(base_uri(writer), written.text)).url] = content
        return content

    @staticmethod
    def _in_json(writer: Schema, written: WrittenReference, found: Schema) -> Schema:
        """Return a schema that a reference leads to, if it is one of JSON Schema.

        Raises:
            InvalidSchema: It is one of another language.
        """
        if found.schema_type == "JSON":
            return found
        reason = f"{written.text!r} leads to {found}, which is of the type {found.schema_type}"
        where = printable(written.pointer)
        raise InvalidSchema(str(writer), where, printable(reason), writer.origin)

    def _found(self, writer: Schema, written: WrittenReference) -> Schema:
        """Return the schema that a reference leads to.

        A relative reference is resolved against the identifier of the schema that has it. Where
        that leads to none, it is resolved against the places of that schema in the registry.
        """
        try:
            return self._resolve(written)
        except SchemaNotFound:
            for other in beside(writer, written):
                with suppress(SchemaNotFound):
                    return self._resolve(other)
            raise

    def _checked(self, uri: str, schema: Schema) -> Any:
        """Return the content of a referenced schema, after checking it against its meta-schema.

        The engine itself checks only the root schema against its meta-schema. In a referenced
        schema, a keyword that it does not understand, such as ``"items": 5``, asserts nothing.

        Args:
            uri: The URI of the reference.
            schema: The schema that the reference leads to.

        Raises:
            InvalidSchema: The referenced schema is wrong.
        """
        content = limits.read(schema)
        if content is None:
            return schema.content  # raises an error with the reason
        content = as_json_schemas(content)
        draft = self._type.dialect(content, self._content)
        if draft is None or isinstance(content, bool):
            return content
        metaschema = self._type.metaschema(draft)
        try:
            text = canonical(content)
            text.encode()
            metaschema.validate(content)
        except jsonschema_rs.ValidationError as exc:
            respelled = respelled_schema(text)
            if respelled is None or not metaschema.is_valid(READER.decode(respelled)):
                raise from_engine(self._type, self._schema, {uri: schema}, exc, schema) from None
        except UnicodeError as exc:  # half a surrogate pair
            reason = f"the engine cannot read it ({exc})"
            raise invalid_schema(self._schema, uri, schema, Refusal("#", reason)) from None
        return content


def from_file(content: Any, uri: str, schema: Schema) -> Any:
    """Return the content of a schema in a file, its references as they lead from that file.

    The engine resolves them against the URI by which the schema was referred to: its name, or the
    path of another file's folder.

    Args:
        content: The content.
        uri: The URI of the reference to it.
        schema: The schema.
    """
    file = base_uri(schema)
    if not file.startswith("file:") or file == uri or not refers_elsewhere(schema):
        return content
    document = Document(READER.decode(canonical(content)), file)
    for pointer, node in document.subschemas:
        for keyword, text in references(node):
            if not text.startswith("#"):
                node[keyword] = document.uri_of(text, pointer)
    return document.root


def located(content: Any, uri: str) -> Any:
    """Return a schema whose relative identifier is absolute, as its references are resolved.

    The identifier may be the path by which the schema is referred to, from the root of several
    directories: then it is that URI. Otherwise it is resolved against it (RFC 3986, section 5.1.3).

    Args:
        content: The schema.
        uri: The URI of the reference to it.
    """
    keyword = identifier_of(draft_of(content))
    if not isinstance(content, dict) or is_reference(content, draft_of(content)):
        return content
    identifier = content.get(keyword)
    if not isinstance(identifier, str) or ":" in identifier or identifier.startswith("#"):
        return content
    path = urldefrag(identifier).url
    is_its_path = uri.endswith(f"/{path.lstrip('/')}")
    return {**content, keyword: uri if is_its_path else urljoin(uri, path)}


def _listed(
    listed: dict[str, Schema], uri: str, writer: Schema, written: WrittenReference
) -> Schema:
    """Return the schema that the registry lists for a URI.

    Args:
        listed: The listed schemas, by every URI that may lead to them.
        uri: The target of the reference.
        writer: The schema that has the reference.
        written: The reference.

    Raises:
        InvalidSchema: The registry lists none. Nothing else is asked: a URL may lead anywhere.
    """
    found = listed.get(uri) or listed.get(written.text.partition("#")[0])
    if found is None:
        where = printable(written.pointer)
        reason = printable(f"{written.text!r} is not among its references in the registry")
        raise InvalidSchema(str(writer), where, reason, writer.origin)
    return found
