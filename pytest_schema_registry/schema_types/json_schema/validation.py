"""Whether a payload conforms to a schema. The engine is jsonschema-rs, and its verdict is final.

The engine is never given a way to fetch anything itself: a schema that refers to nothing outside
compiles with ``offline``, any other with a retriever that asks the registry.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from pytest_schema_registry import duplicate_keys as doubles
from pytest_schema_registry.errors import InvalidSchema, SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.schema_types.json_schema import limits
from pytest_schema_registry.schema_types.json_schema.blame import (
    MASK,
    METASCHEMAS,
    because,
    invalid,
    written_in,
)
from pytest_schema_registry.schema_types.json_schema.references import base_uri
from pytest_schema_registry.schema_types.json_schema.shelf import Shelf
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schema_types.json_schema.references import Reference
    from pytest_schema_registry.schemas import OldCopy, Schema

#: The most subschemas that one value may be checked against, which takes the engine about 15 ms.
MAX_UNFOLDED = 1_000_000
#: How much is kept of what explains violations, in objects of schemas: some 50 MB.
_ROOM = 100_000
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)

_DRAFTS: dict[str, type[jsonschema_rs.Validator]] = {
    "4": jsonschema_rs.Draft4Validator,
    "6": jsonschema_rs.Draft6Validator,
    "7": jsonschema_rs.Draft7Validator,
    "2019-09": jsonschema_rs.Draft201909Validator,
    "2020-12": jsonschema_rs.Draft202012Validator,
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema that is ready to judge.

    Args:
        schema: The schema.
        validator: The engine's.
        conforms: The engine's verdict on a payload's JSON form.
        referred: The other schemas that it needs, by the URI that it refers to them with.
        referred_old: The old copies that those rest on.
    """

    schema: Schema
    validator: jsonschema_rs.Validator
    conforms: Callable[[Any], bool]
    referred: dict[str, Any] = field(default_factory=dict)
    referred_old: tuple[OldCopy, ...] = ()

    @property
    def old_copies(self) -> tuple[OldCopy, ...]:
        """All old copies that a verdict rests on."""
        return tuple(dict.fromkeys(self.schema.old_copies + self.referred_old))


class Conformance:
    """Compiles schemas, each once a process; again, where it refers to what is old or failed.

    Args:
        refer: Gives the schema that a reference leads to, through the same registry, mode and
            recordings as the schema's own.
        formats: Whether ``format`` is an assertion (JSON Schema 2020-12 Validation, section 7.2.2).
        default_draft: The draft of a schema without ``$schema``.
    """

    def __init__(
        self,
        refer: Callable[[Reference], Schema],
        *,
        formats: bool = True,
        default_draft: str = "2020-12",
    ) -> None:
        self._refer = refer
        self._formats = formats
        self.default_draft = default_draft
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._wrong: dict[tuple[str, str, str], SchemaRegistryError] = {}
        self._metaschemas: dict[str, jsonschema_rs.Validator] = {}
        #: What explaining a violation begins with, by schema.
        self.prepared = Shelf(_ROOM)

    def compiled(self, schema: Schema) -> Compiled:
        """The schema, ready to judge.

        Raises:
            InvalidSchema: The schema is itself wrong.
            SchemaRegistryError: A schema that it refers to cannot be had.
        """
        # Relative references lead elsewhere in another version.
        key = (schema.text, schema.version)
        if (wrong := self._wrong.get((schema.name, *key))) is not None:
            raise copy(wrong)
        compiled = self._compiled.get(key)
        if compiled is None:
            try:
                compiled = self._compile(schema)
            except InvalidSchema as exc:
                if not exc.old_copies:
                    self._wrong[schema.name, *key] = exc
                raise
            if not compiled.referred_old:
                self._compiled[key] = compiled
        # The same content may be published under several names.
        return compiled if compiled.schema is schema else replace(compiled, schema=schema)

    def leaf(self, rule: str) -> jsonschema_rs.Validator:
        """The engine's validator of a rule without subschemas, such as ``{"pattern": "^a"}``.

        Args:
            rule: A schema of such keywords, with its ``$schema``, as JSON text.
        """
        return self._validator(jsonschema_rs.validator_for, rule, offline=True)

    def _compile(self, schema: Schema) -> Compiled:
        _refuse_unfit(schema)
        try:
            validator = self._validator(self._engine(schema), schema.text, offline=True)
        except jsonschema_rs.ValidationError as exc:
            if not isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing):
                raise invalid(schema, {}, exc) from None
        except ValueError as exc:
            too_deep = "recursion limit" in str(exc)
            reason = "it is nested too deeply" if too_deep else printable(str(exc))
            raise InvalidSchema(str(schema), "#", reason, schema.origin) from None
        else:
            _refuse_multiplied(schema, {})
            return Compiled(schema, validator, validator.is_valid)
        return self._compile_with_references(schema)

    def _compile_with_references(self, schema: Schema) -> Compiled:
        needed: dict[str, Schema] = {}
        referred: dict[str, Any] = {}
        refused: list[SchemaRegistryError] = []

        def retrieve(uri: str) -> Any:
            writer, written = written_in(schema, needed.values(), uri)
            try:
                needed[uri] = self._refer(written)
                referred[uri] = self._followed(schema, uri, needed[uri])
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
            validator = self._validator(
                self._engine(schema), schema.text, retriever=retrieve, base_uri=base_uri(schema)
            )
        except jsonschema_rs.ValidationError as exc:
            # The engine swallows what its retriever raises.
            dangles = isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing)
            raise next(iter(refused), None) or invalid(
                schema, needed, exc, dangles=dangles
            ) from None
        _refuse_multiplied(schema, referred)
        old = tuple(copy for each in needed.values() for copy in each.old_copies)
        return Compiled(schema, validator, validator.is_valid, referred, old)

    def _followed(self, root: Schema, uri: str, schema: Schema) -> Any:
        """The content of a schema that is referred to, once its draft has allowed it.

        The engine itself asks the draft of the root schema only: in another one, what it does not
        understand asserts nothing, such as ``"items": 5``.

        Args:
            root: The schema that is being compiled.
            uri: Where it refers to.
            schema: What that leads to.

        Raises:
            InvalidSchema: It is itself wrong.
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
            raise invalid(root, {uri: schema}, exc, schema) from None
        except UnicodeError as exc:  # half a surrogate pair
            raise because(root, uri, schema, "#", f"the engine cannot read it ({exc})") from None
        return content

    def _dialect(self, content: Any, root: Schema) -> str | None:
        """The metaschema of a draft that a schema is of; None for one of somebody's own.

        Args:
            content: The schema.
            root: What it is needed by, whose draft it has where it states none.
        """
        for each in (content, root.content):
            stated = each.get("$schema") if isinstance(each, dict) else None
            if isinstance(stated, str):
                uris = (uri for uri in METASCHEMAS.values() if uri.strip("#") == stated.strip("#"))
                return next(uris, None)
        return METASCHEMAS[self.default_draft]

    def _engine(self, schema: Schema) -> Callable[..., jsonschema_rs.Validator]:
        """What makes a schema a validator, by the draft that it states or the default one."""
        if self.default_draft != "2020-12":  # which the engine takes by itself
            content = schema.content
            if not isinstance(content, dict) or "$schema" not in content:
                return _DRAFTS[self.default_draft]
        return jsonschema_rs.validator_for

    def _validator(
        self, make: Callable[..., jsonschema_rs.Validator], text: str, **options: Any
    ) -> jsonschema_rs.Validator:
        return make(
            text,
            validate_formats=self._formats,
            pattern_options=_PATTERNS,
            mask=MASK,
            **options,
        )


def _refuse_unfit(schema: Schema) -> None:
    """Refuse a schema of which two readers may read two things, or that the engine hangs in.

    Raises:
        InvalidSchema: An object in it has a key twice, or its patterns are too much.
    """
    try:
        content = doubles.read(schema.text)
    except doubles.KeyTwice as exc:
        raise InvalidSchema(str(schema), exc.pointer, str(exc), schema.origin) from None
    except (ValueError, RecursionError):
        return  # which is for the engine to say
    if (reason := limits.excess(schema.text, content)) is not None:
        raise InvalidSchema(str(schema), "#", reason, schema.origin)


def _refuse_multiplied(schema: Schema, referred: dict[str, Any]) -> None:
    """Refuse a schema whose definitions refer to each other so often that no check would end.

    Two references to a definition that has two references, and so on, double at each step what the
    engine does for one value; nothing can interrupt it.

    Args:
        schema: The schema.
        referred: The other schemas that it needs, by the URI that it refers to them with.

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
    """Whether so few references cannot multiply to too much, as far as a look at the text says.

    Args:
        text: Schemas as JSON.
    """
    # Of all ways to chain some references, threes multiply the most; a subschema takes 20
    # characters or so. An escaped keyword is not seen here, and so the text is not believed.
    most = math.log(max(len(text) / 20, 1)) + text.count('ef"') / 3 * math.log(3)
    return most <= math.log(MAX_UNFOLDED) and "\\u00" not in text
