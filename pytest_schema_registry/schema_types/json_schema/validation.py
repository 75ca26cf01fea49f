"""The check of a payload by the engine, jsonschema-rs, whose verdict is final.

The engine can never fetch anything itself. A schema that refers to no other one compiles with
``offline``, any other with a retriever that asks the registry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import jsonschema_rs

from pytest_schema_registry import duplicate_keys
from pytest_schema_registry.errors import InvalidSchema, SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.schema_types.json_schema import limits
from pytest_schema_registry.schema_types.json_schema.blame import (
    MASK,
    find_reference,
    from_engine,
    invalid_schema,
)
from pytest_schema_registry.schema_types.json_schema.drafts import LATEST, METASCHEMAS
from pytest_schema_registry.schema_types.json_schema.listed_references import listed_schemas
from pytest_schema_registry.schema_types.json_schema.references import (
    base_uri,
    leading_out,
    refers_elsewhere,
)
from pytest_schema_registry.schema_types.json_schema.shelf import Shelf
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_schema_registry.compatibility.report import CompatibilityReport
    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schema_types.json_schema.references import (
        Reference as WrittenReference,
    )
    from pytest_schema_registry.schema_types.schema_type import Reference
    from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema, Violation

#: The most subschemas that one value may be checked against. They take the engine about 15 ms.
MAX_UNFOLDED = 1_000_000
#: The room for prepared explanations, in objects of schemas: about 50 MB.
_ROOM = 100_000
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)


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
        #: The prepared parts of explanations, by schema; see ``diagnosis``.
        self.prepared = Shelf(_ROOM)

    def refers_elsewhere(self, schema: Schema) -> bool:
        """Check whether compiling a schema may require another schema."""
        return refers_elsewhere(schema)

    def references(self, schema: Schema) -> Iterator[Reference]:
        """Yield the references of a schema that lead out of it, in no order."""
        return leading_out(schema)

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
        _refuse_unfit(schema)
        try:
            engine = self._make(self._maker(schema), schema.text, offline=True)
        except jsonschema_rs.ValidationError as exc:
            if not isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing):
                raise from_engine(schema, {}, exc) from None
        except ValueError as exc:
            too_deep = "recursion limit" in str(exc)
            reason = "it is nested too deeply" if too_deep else printable(str(exc))
            raise InvalidSchema(str(schema), "#", reason, schema.origin) from None
        else:
            _refuse_multiplied(schema, {})
            return JSONSchemaValidator(self, schema, engine, engine.is_valid)
        return self._compile_with_references(schema, resolve)

    def leaf(self, rule: str) -> jsonschema_rs.Validator:
        """Return the engine's validator of keywords without subschemas, such as `pattern`.

        Args:
            rule: A schema of such keywords alone, with its ``$schema``, as JSON text.
        """
        return self._make(jsonschema_rs.validator_for, rule, offline=True)

    def _compile_with_references(
        self, schema: Schema, resolve: Callable[[Reference | ListedReference], Schema]
    ) -> JSONSchemaValidator:
        needed: dict[str, Schema] = {}
        referred: dict[str, Any] = {}
        refused: list[SchemaRegistryError] = []
        listed: dict[str, Schema] = {}

        def retrieve(uri: str) -> Any:
            writer, written = find_reference(schema, needed.values(), uri)
            try:
                if schema.references is None:
                    needed[uri] = resolve(written)
                else:
                    listed.update({} if listed else listed_schemas(schema, resolve))
                    needed[uri] = _listed(listed, uri, writer, written)
                referred[uri] = self._checked(schema, uri, needed[uri])
            except SchemaNotFound as exc:
                reason = f"{written.text!r} leads to no schema of the registry ({exc.headline})"
                where = printable(written.pointer)
                error = InvalidSchema(str(writer), where, printable(reason), writer.origin)
                refused.append(error.resting_on(exc.old_copies))
                raise error from None
            except SchemaRegistryError as exc:
                refused.append(exc)
                raise
            return referred[uri]

        try:
            engine = self._make(
                self._maker(schema), schema.text, retriever=retrieve, base_uri=base_uri(schema)
            )
        except jsonschema_rs.ValidationError as exc:
            # The engine swallows the errors of its retriever, so they are kept in `refused`.
            dangles = isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing)
            raise next(iter(refused), None) or from_engine(
                schema, needed, exc, dangles=dangles
            ) from None
        _refuse_multiplied(schema, referred)
        old = tuple(copy for each in needed.values() for copy in each.old_copies)
        return JSONSchemaValidator(self, schema, engine, engine.is_valid, referred, old)

    def _checked(self, root: Schema, uri: str, schema: Schema) -> Any:
        """Return the content of a referenced schema, after checking it against its meta-schema.

        The engine itself checks only the root schema against its meta-schema. In a referenced
        schema, a keyword that it does not understand, such as ``"items": 5``, asserts nothing.

        Args:
            root: The schema that is being compiled.
            uri: The URI of the reference.
            schema: The schema that the reference leads to.

        Raises:
            InvalidSchema: The referenced schema is wrong.
        """
        _refuse_unfit(schema)
        content = schema.content
        draft = self._dialect(content, root)
        if draft is None or isinstance(content, bool):
            return content
        if draft not in self._metaschemas:
            stated = canonical({"$schema": draft, "$ref": draft})
            self._metaschemas[draft] = jsonschema_rs.validator_for(stated, offline=True, mask=MASK)
        try:
            canonical(content).encode()
            self._metaschemas[draft].validate(content)
        except jsonschema_rs.ValidationError as exc:
            raise from_engine(root, {uri: schema}, exc, schema) from None
        except UnicodeError as exc:  # half a surrogate pair
            raise invalid_schema(
                root, uri, schema, "#", f"the engine cannot read it ({exc})"
            ) from None
        return content

    def _dialect(self, content: Any, root: Schema) -> str | None:
        """Return the URI of the meta-schema of a schema's draft; None for a custom one.

        Args:
            content: The schema.
            root: The schema that refers to it. Its draft counts where the schema states none.
        """
        for each in (content, root.content):
            stated = each.get("$schema") if isinstance(each, dict) else None
            if isinstance(stated, str):
                uris = (uri for uri in METASCHEMAS.values() if uri.strip("#") == stated.strip("#"))
                return next(uris, None)
        return METASCHEMAS[self.default_draft]

    def _maker(self, schema: Schema) -> Callable[..., jsonschema_rs.Validator]:
        """Return the engine's maker of validators for the draft of a schema, or the default one."""
        if self.default_draft != LATEST.name:  # the engine's own default
            content = schema.content
            if not isinstance(content, dict) or "$schema" not in content:
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


def _refuse_unfit(schema: Schema) -> None:
    """Refuse a schema that two readers may read differently, or that the engine cannot stand.

    Raises:
        InvalidSchema: An object in it has a key twice, its patterns are so large that the engine
            hangs, or its text is no UTF-8: on Python 3.13, that kills the engine's process.
    """
    try:
        schema.text.encode()
    except UnicodeError:
        why = "a text in it has half a surrogate pair, which has no UTF-8"
        raise InvalidSchema(str(schema), "#", why, schema.origin) from None
    try:
        content = duplicate_keys.read(schema.text)
    except duplicate_keys.KeyTwice as exc:
        raise InvalidSchema(str(schema), exc.pointer, str(exc), schema.origin) from None
    except (ValueError, RecursionError):
        return  # the engine reports this
    if (reason := limits.excess(schema.text, content)) is not None:
        raise InvalidSchema(str(schema), "#", reason, schema.origin)


def _refuse_multiplied(schema: Schema, referred: dict[str, Any]) -> None:
    """Refuse a schema whose definitions refer to each other so often that no check would end.

    If each definition refers to the next one twice, the engine's work for one value doubles at each
    step. Nothing can interrupt the engine.

    Args:
        schema: The schema.
        referred: The other schemas that it needs, by the URI of the reference to them.

    Raises:
        InvalidSchema: One value would be checked against too many subschemas.
    """
    text = "".join((schema.text, *map(canonical, referred.values())))
    if is_surely_small(text):
        return
    from pytest_schema_registry.schema_types.json_schema.document import Document
    from pytest_schema_registry.schema_types.json_schema.unfolding import unfolded

    documents = {base_uri(schema): schema.content, **referred}
    if unfolded(*(Document(document, uri) for uri, document in documents.items())) > MAX_UNFOLDED:
        reason = f"its references multiply: more than {MAX_UNFOLDED:,} subschemas for one value"
        raise InvalidSchema(str(schema), "#", reason, schema.origin)


def is_surely_small(text: str) -> bool:
    """Check whether a text has too few references for them to multiply beyond the limit.

    This saves most schemas the exact count of `unfolded`.

    Args:
        text: Schemas as JSON text.
    """
    # Chained references multiply the most in groups of three: n of them give up to 3 ** (n / 3)
    # ways. A subschema takes about 20 characters. The count of references misses an escaped
    # keyword, so a text with such an escape never counts as small.
    most = math.log(max(len(text) / 20, 1)) + text.count('ef"') / 3 * math.log(3)
    return most <= math.log(MAX_UNFOLDED) and "\\u00" not in text
