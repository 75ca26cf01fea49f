"""The check of a payload by the engine, jsonschema-rs, whose verdict is final.

The engine can never fetch anything itself. A schema that refers to no other one compiles with
``offline``, any other with a retriever that asks the registry.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import jsonschema_rs

from pytest_schema_registry import addresses, duplicate_keys
from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import READER, Content, canonical
from pytest_schema_registry.schema_types.json_schema import limits
from pytest_schema_registry.schema_types.json_schema.blame import from_engine
from pytest_schema_registry.schema_types.json_schema.drafts import LATEST, METASCHEMAS
from pytest_schema_registry.schema_types.json_schema.linking import Linker
from pytest_schema_registry.schema_types.json_schema.multiplication import refuse_multiplied
from pytest_schema_registry.schema_types.json_schema.patterns import is_misread, respelled_schema
from pytest_schema_registry.schema_types.json_schema.references import (
    leading_out,
    refers_elsewhere,
)
from pytest_schema_registry.schema_types.json_schema.refusal import MASK
from pytest_schema_registry.schema_types.json_schema.shelf import Shelf
from pytest_schema_registry.schemas import given
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schema_types.payloads import Payloads, Violating
    from pytest_schema_registry.schema_types.schema_type import Reference, Validator
    from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema, Violation

#: The room for prepared explanations, in objects of schemas: about 50 MB.
_ROOM = 100_000
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000, size_limit=limits.MAX_COMPILED)


@dataclass(frozen=True, slots=True)
class JSONSchemaValidator:
    """A JSON Schema that is ready to check payloads.

    Args:
        schema_type: The language, with the settings that the schema was compiled by.
        schema: The schema.
        engine: The engine's validator.
        is_valid: The engine's verdict on a payload, given as JSON.
        referred: The content of the other schemas that it needs, by the URI of the reference.
        referred_old: The old copies among those schemas.
    """

    schema_type: JSONSchemaType
    schema: Schema
    engine: jsonschema_rs.Validator
    is_valid: Callable[[Any], bool]
    referred: dict[str, Any] = field(default_factory=dict)
    referred_old: tuple[OldCopy, ...] = ()

    @property
    def values(self) -> None:
        """None: payloads are JSON."""

    @property
    def old_copies(self) -> tuple[OldCopy, ...]:
        """All old copies on which a verdict rests."""
        return tuple(dict.fromkeys(self.schema.old_copies + self.referred_old))

    def violations(self, payload: Any, hide: Redaction) -> tuple[Violation, ...]:
        """Return the violations of a payload that the engine refused, best match first."""
        from pytest_schema_registry.schema_types.json_schema.diagnosis import diagnose

        return diagnose(self, payload, hide)

    def remarks(self) -> Iterator[tuple[str, str]]:
        """Yield remarks on the parts of the schema that look like assertions and are none."""
        from pytest_schema_registry.schema_types.json_schema.assertions import remarks

        of = self.schema_type
        return remarks(self.schema, self.referred, of.default_draft, formats=of.formats)

    def bundled(self) -> Any:
        """Return the content of the schema with all that it refers to, as one document."""
        from pytest_schema_registry.schema_types.json_schema.bundle import bundled

        return bundled(self.schema, self.referred, self.schema_type.default_draft)

    def of(self, schema: Schema) -> Self:
        """Return this validator for a schema of the same content under another name."""
        return replace(self, schema=schema)


class JSONSchemaType:
    """The language JSON Schema, in all its drafts since 4.

    Args:
        formats: Whether ``format`` is an assertion (JSON Schema 2020-12 Validation, section 7.2.2).
        default_draft: The draft of a schema without ``$schema``.
    """

    name = "JSON"

    def __init__(self, *, formats: bool = True, default_draft: str = LATEST.name) -> None:
        self.formats = formats
        self.default_draft = default_draft
        #: The validators of meta-schemas, by URI. Each referred schema is checked with one.
        self._metaschemas: dict[str, jsonschema_rs.Validator] = {}
        self._last_document: tuple[Content | None, Any] = (None, None)
        #: The prepared parts of explanations, by schema; see ``diagnosis``.
        self.prepared = Shelf(_ROOM)

    def refers_elsewhere(self, schema: Schema) -> bool:
        """Check whether compiling a schema may require another schema."""
        return refers_elsewhere(schema)

    def references(self, schema: Schema) -> Iterator[Reference]:
        """Yield the references of a schema that lead out of it, in no order."""
        return leading_out(schema)

    def part(self, document: Schema, pointer: str) -> Schema:
        """Return the schema that a pointer leads to in a document.

        Raises:
            NoPart: It leads to none.
            InvalidSchema: The document cannot be read, or a schema in it that the part needs is
                wrong.
        """
        from pytest_schema_registry.schema_types.json_schema.parts import part_of

        try:
            content = self._document(document)
            default = METASCHEMAS[self.default_draft]
            found = part_of(content, addresses.steps(pointer), document.name, default)
            schema = replace(
                document,
                name=f"{document.name}{pointer}",
                published=Content.of(found.content),
                token=None,  # it tells of changes to the whole document
                deprecated=document.deprecated or found.deprecated,
            )
            for keys, each in found.reached.items():
                self._refuse_wrong(schema, keys, each)
        except RecursionError:
            reason = "it is nested too deeply"
            raise InvalidSchema(str(document), "#", reason, document.origin) from None
        return schema

    def _document(self, schema: Schema) -> Any:
        """Return the content of a document with parts; the last one is kept for its other parts."""
        published, content = self._last_document
        if published is not schema.published:
            try:
                content = duplicate_keys.read(schema.text)
            except duplicate_keys.KeyTwice as exc:
                raise InvalidSchema(str(schema), exc.pointer, str(exc), schema.origin) from None
            self._last_document = schema.published, content
        return content

    def _refuse_wrong(self, schema: Schema, keys: tuple[str, ...], content: Any) -> None:
        """Refuse a schema in a document if it breaks its meta-schema: the engine does not look."""
        draft = self.dialect(schema.content)
        if draft is None or not isinstance(content, dict):
            return
        metaschema = self.metaschema(draft)
        try:
            metaschema.validate(content)
        except jsonschema_rs.ValidationError as exc:
            respelled = respelled_schema(canonical(content))
            if respelled is not None and metaschema.is_valid(READER.decode(respelled)):
                return
            alone = replace(schema, published=Content.of({"$schema": draft, **content}))
            error = from_engine(self, alone, {}, exc)
            where = addresses.pointer_to(keys) + error.pointer.removeprefix("#")
            raise type(error)(error.schema, printable(where), *error.args[2:]) from None

    def display(self, schema: Schema) -> Iterator[str]:
        """Yield the lines that show a schema to a person."""
        from pytest_schema_registry.schema_types.json_schema.display import display

        return display(schema)

    def differ_in_annotations_only(self, old: Schema, new: Schema) -> bool:
        """Check whether two schemas of different content are equal without their annotations."""
        from pytest_schema_registry.schema_types.json_schema import annotations

        return annotations.differ_in_annotations_only(old, new)

    def compare(self, old: Any, new: Any, **asked: Any) -> CompatibilityReport:
        """Report whether payloads written by one version of a schema can be read by the other."""
        from pytest_schema_registry.schema_types.json_schema.compatibility import compare

        return compare(old, new, formats=self.formats, **asked)

    def conforming_payloads(
        self, of: Validator | dict[str, Any] | bool, limit: int = 100
    ) -> Payloads[Any]:
        """Return payloads that a schema accepts: all that it allows, in as few as possible."""
        from pytest_schema_registry.schema_types.json_schema.payloads.conforming import conforming

        return conforming(self._validator_of(of), limit)

    def violating_payloads(
        self,
        of: Validator | dict[str, Any] | bool,
        limit: int = 100,
        hide: Redaction | None = None,
    ) -> Payloads[Violating]:
        """Return payloads that break one rule of a schema each, with the violation."""
        from pytest_schema_registry.schema_types.json_schema.payloads.violating import violating

        return violating(self._validator_of(of), limit, hide)

    def _validator_of(self, of: Validator | dict[str, Any] | bool) -> JSONSchemaValidator:
        if isinstance(of, JSONSchemaValidator):
            return of
        assert isinstance(of, dict | bool)  # noqa: S101  # a validator is of its own language
        return self.compile(given(of), _nowhere)

    def compile(
        self, schema: Schema, resolve: Callable[[Reference | ListedReference], Schema]
    ) -> JSONSchemaValidator:
        """Prepare a schema to check payloads.

        Args:
            schema: The schema.
            resolve: Returns the schema that a reference leads to.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
        """
        content = limits.read(schema)
        try:
            engine = self.engine(content, schema.text, offline=True)
        except jsonschema_rs.ValidationError as exc:
            if not isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing):
                raise from_engine(self, schema, {}, exc) from None
        except ValueError as exc:
            too_deep = "recursion limit" in str(exc)
            reason = "it is nested too deeply" if too_deep else printable(str(exc))
            raise InvalidSchema(str(schema), "#", reason, schema.origin) from None
        else:
            refuse_multiplied(schema, content, {}, {})
            return JSONSchemaValidator(self, schema, engine, engine.is_valid)
        linker = Linker(self, schema, content, resolve)
        engine = linker.engine()
        refuse_multiplied(schema, content, linker.needed, linker.referred)
        old = tuple(copy for each in linker.needed.values() for copy in each.old_copies)
        return JSONSchemaValidator(self, schema, engine, engine.is_valid, linker.referred, old)

    def leaf(self, rule: str) -> jsonschema_rs.Validator:
        """Return the engine's validator of keywords without subschemas, such as `pattern`.

        Args:
            rule: A schema of such keywords alone, with its ``$schema``, as JSON text.
        """
        return self._respelling(jsonschema_rs.validator_for, rule, offline=True)

    def engine(self, content: Any, text: str, **options: Any) -> jsonschema_rs.Validator:
        """Return the engine's validator of a schema.

        Args:
            content: The schema, whose draft counts.
            text: Its text, which may be respelled already.
            options: The engine's options on references.

        Raises:
            jsonschema_rs.ValidationError: The engine refuses the schema.
        """
        return self._respelling(self._maker(content), text, **options)

    def _respelling(
        self, make: Callable[..., jsonschema_rs.Validator], text: str, **options: Any
    ) -> jsonschema_rs.Validator:
        """Return the engine's validator, whose patterns are respelled where that is necessary."""
        if is_misread(text):
            return self._make(make, respelled_schema(text) or text, **options)
        try:
            return self._make(make, text, **options)
        except jsonschema_rs.ValidationError:
            respelled = respelled_schema(text)
            if respelled is None:
                raise
            return self._make(make, respelled, **options)

    def metaschema(self, uri: str) -> jsonschema_rs.Validator:
        """Return the engine's validator of a meta-schema: the schemas of a draft conform to it."""
        if uri not in self._metaschemas:
            stated = canonical({"$schema": uri, "$ref": uri})
            self._metaschemas[uri] = self._make(jsonschema_rs.validator_for, stated, offline=True)
        return self._metaschemas[uri]

    def dialect(self, *contents: Any) -> str | None:
        """Return the URI of the meta-schema of a schema's draft; None for a custom one.

        Args:
            contents: The schema, and those that refer to it. Their draft counts where the schema
                states none.
        """
        for each in contents:
            stated = each.get("$schema") if isinstance(each, dict) else None
            if isinstance(stated, str):
                return _known_dialect(stated)
        return METASCHEMAS[self.default_draft]

    def _maker(self, content: Any) -> Callable[..., jsonschema_rs.Validator]:
        """Return the engine's maker of validators for the draft of a schema, or the default one."""
        states_none = not isinstance(content, dict) or "$schema" not in content
        if states_none and self.default_draft != LATEST.name:  # the engine's own default
            return jsonschema_rs.validator_cls_for({"$schema": METASCHEMAS[self.default_draft]})
        return jsonschema_rs.validator_for

    def _make(
        self, make: Callable[..., jsonschema_rs.Validator], text: str, **options: Any
    ) -> jsonschema_rs.Validator:
        return make(
            text,
            validate_formats=self.formats,
            pattern_options=_PATTERNS,
            mask=MASK,
            **options,
        )


def _nowhere(reference: Any) -> Schema:
    """Refuse a reference of a schema that belongs to no registry."""
    reason = f"it refers to {printable(reference.text)}, which is not in it"
    raise InvalidSchema("the given schema", "#", reason, "given as a value")


def _known_dialect(stated: str) -> str | None:
    """Return the URI of the meta-schema that a ``$schema`` means; None for a custom one."""
    uris = (uri for uri in METASCHEMAS.values() if uri.strip("#") == stated.strip("#"))
    return next(uris, None)
