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

from pytest_schema_registry.errors import InvalidSchema, SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.references import base_uri, dangling, reference
from pytest_schema_registry.schemas import canonical, json_pointer
from pytest_schema_registry.shelf import Shelf
from pytest_schema_registry.wording import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.references import Reference
    from pytest_schema_registry.schemas import Schema

#: What the engine writes in place of a value, which is cut or hidden where it is shown.
MASK = "\uf8ff"
#: The most subschemas that one value may be checked against, which takes the engine about 15 ms.
MAX_UNFOLDED = 1_000_000
#: How much is kept of what explains violations, in objects of schemas: some 50 MB.
_ROOM = 100_000
_ENGINES_ADVICE = ". Custom meta-schemas must be registered in the registry before use"
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
    """

    schema: Schema
    validator: jsonschema_rs.Validator
    conforms: Callable[[Any], bool]
    referred: dict[str, Any] = field(default_factory=dict)


class Conformance:
    """Compiles schemas, each once a process.

    Args:
        refer: Gives the content that a reference leads to, through the same registry, mode and
            recordings as the schema's own.
        formats: Whether ``format`` is an assertion (JSON Schema 2020-12 Validation, section 7.2.2).
        default_draft: The draft of a schema without ``$schema``.
    """

    def __init__(
        self,
        refer: Callable[[Reference], Any],
        *,
        formats: bool = True,
        default_draft: str = "2020-12",
    ) -> None:
        self._refer = refer
        self._formats = formats
        self.default_draft = default_draft
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._wrong: dict[tuple[str, str, str], SchemaRegistryError] = {}
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
        if key not in self._compiled:
            try:
                self._compiled[key] = self._compile(schema)
            except SchemaRegistryError as exc:
                self._wrong[schema.name, *key] = exc
                raise
        compiled = self._compiled[key]
        # The same content may be published under several names.
        return compiled if compiled.schema is schema else replace(compiled, schema=schema)

    def leaf(self, rule: str) -> jsonschema_rs.Validator:
        """The engine's validator of a rule without subschemas, such as ``{"pattern": "^a"}``.

        Args:
            rule: A schema of such keywords, with its ``$schema``, as JSON text.
        """
        return self._validator(jsonschema_rs.validator_for, rule, offline=True)

    def _compile(self, schema: Schema) -> Compiled:
        try:
            validator = self._validator(self._engine(schema), schema.text, offline=True)
        except jsonschema_rs.ValidationError as exc:
            if not isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing):
                raise _invalid(schema, exc) from None
        except ValueError as exc:
            too_deep = "recursion limit" in str(exc)
            reason = "it is nested too deeply" if too_deep else printable(str(exc))
            raise InvalidSchema(str(schema), "#", reason, schema.origin) from None
        else:
            _refuse_multiplied(schema, {})
            return Compiled(schema, validator, validator.is_valid)
        return self._compile_with_references(schema)

    def _compile_with_references(self, schema: Schema) -> Compiled:
        referred: dict[str, Any] = {}
        refused: list[SchemaRegistryError] = []

        def retrieve(uri: str) -> Any:
            written = reference(schema, uri)
            try:
                referred[uri] = self._refer(written)
            except SchemaNotFound as exc:
                reason = f"{written.text!r} leads to no schema of the registry ({exc.headline})"
                where = printable(written.pointer)
                error = InvalidSchema(str(schema), where, printable(reason), schema.origin)
                refused.append(error)
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
            raise next(iter(refused), None) or _invalid(schema, exc) from None
        _refuse_multiplied(schema, referred)
        return Compiled(schema, validator, validator.is_valid, referred)

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
    from pytest_schema_registry.compatibility.document import Document
    from pytest_schema_registry.compatibility.unfolding import unfolded

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


def _invalid(schema: Schema, exc: jsonschema_rs.ValidationError) -> InvalidSchema:
    found = schema.content
    for step in exc.instance_path:
        found = found[step]
    shown = canonical(found)
    reason = exc.message.replace(MASK, shown if len(shown) <= 60 else f"{shown[:57]}...")
    pointer = json_pointer(exc.instance_path)
    if isinstance(exc.kind, jsonschema_rs.ValidationErrorKind.Referencing):
        pointer = dangling(schema, reason)
    # The engine means a registry of its own.
    reason = reason.replace(_ENGINES_ADVICE, f"; known are the drafts {', '.join(_DRAFTS)}")
    reason = printable(" ".join(reason.split()))
    return InvalidSchema(str(schema), printable(pointer), reason, schema.origin)
