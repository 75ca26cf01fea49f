"""The compiler of schemas, which keeps their validators, whatever their language."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, TypeAlias

from pytest_schema_registry.errors import InvalidSchema, UnsupportedSchemaType
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_schema_registry.schema_types.schema_type import Reference, SchemaType, Validator
    from pytest_schema_registry.schemas import ListedReference, Schema

_Key: TypeAlias = "tuple[str, str, tuple[ListedReference, ...] | None, str]"


class Compiler:
    """The validators of a registry's schemas.

    Args:
        types: The schema languages, by the registries' word for each.
        resolve: Returns the schema that a reference leads to, through the same registry, mode and
            recordings as the schema's own.
    """

    def __init__(
        self,
        types: Mapping[str, SchemaType],
        resolve: Callable[[Reference | ListedReference], Schema],
    ) -> None:
        self._types = types
        self._resolve = resolve
        self._validators: dict[_Key, Validator] = {}
        self._errors: dict[tuple[str, _Key], InvalidSchema] = {}

    def type_of(self, schema: Schema) -> SchemaType:
        """Return the language of a schema.

        Raises:
            UnsupportedSchemaType: It is none that is checked here.
        """
        try:
            return self._types[schema.schema_type]
        except KeyError:
            kind = printable(schema.schema_type)
            raise UnsupportedSchemaType(printable(str(schema)), kind, schema.origin) from None

    def validator(self, schema: Schema) -> Validator:
        """Return the validator of a schema, compiled now or before.

        A schema is compiled again if it refers to an old copy, or to a schema that could not be
        retrieved, because the registry may answer the next time.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            UnsupportedSchemaType: Its language is not checked here.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
        """
        # The text alone does not tell where the references lead: the version counts, too, or the
        # list that the registry keeps. And the same text may be a schema of two languages.
        key = (schema.text, schema.version, schema.references, schema.schema_type)
        if (error := self._errors.get((schema.name, key))) is not None:
            raise copy(error)
        validator = self._validators.get(key)
        if validator is None:
            try:
                validator = self.type_of(schema).compile(schema, self._resolve)
            except InvalidSchema as exc:
                if not exc.old_copies:
                    self._errors[schema.name, key] = exc
                raise
            if not validator.referred_old:
                self._validators[key] = validator
        # The same content may be published under several names.
        return validator if validator.schema is schema else validator.of(schema)
