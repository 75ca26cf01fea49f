"""The compiler of schemas, which keeps their validators, whatever their language."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, TypeAlias

from pytest_schema_registry.errors import (
    InvalidSchema,
    SchemaRegistryError,
    UnsupportedSchemaType,
)
from pytest_schema_registry.recent import Recent
from pytest_schema_registry.text import printable
from pytest_schema_registry.waiting import about_to_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_schema_registry.schema_types.schema_type import Reference, SchemaType, Validator
    from pytest_schema_registry.schemas import ListedReference, Schema

_Key: TypeAlias = "tuple[str, str, tuple[ListedReference, ...] | None, str, str | None]"
_Referred: TypeAlias = "tuple[tuple[Reference | ListedReference, Schema], ...]"

#: The most validators that are kept in memory, and the most errors.
_ROOM = 1_000


class Compiler:
    """The validators of a registry's schemas.

    Args:
        types: The schema languages, by the registries' word for each.
        resolve: Returns the schema that a reference leads to, through the same registry, mode and
            recordings as the schema's own.
        rechecks: True to look before each use whether what a schema refers to has changed; False
            where a reference leads to one schema for good.
    """

    def __init__(
        self,
        types: Mapping[str, SchemaType],
        resolve: Callable[[Reference | ListedReference], Schema],
        *,
        rechecks: bool = False,
    ) -> None:
        self._types = types
        self._resolve = resolve
        self._rechecks = rechecks
        self._validators: Recent[_Key, tuple[Validator, _Referred]] = Recent(_ROOM)
        self._errors: Recent[tuple[str, _Key], tuple[InvalidSchema, _Referred]] = Recent(_ROOM)

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

        A schema is compiled again if what it refers to has changed, or could not be retrieved.

        Raises:
            InvalidSchema: The schema, or one that it refers to, is wrong.
            UnsupportedSchemaType: Its language is not checked here.
            SchemaRegistryError: A schema that it refers to cannot be retrieved.
            MustWait: It is not compiled, and the caller must not wait.
        """
        # The text alone does not tell where the references lead: the version counts, too, or the
        # list that the registry keeps, or the file that it is in. And the same text may be a schema
        # of two languages.
        file = schema.id if schema.id and schema.id.startswith("file:") else None
        key = (schema.text, schema.version, schema.references, schema.schema_type, file)
        wrong = self._errors.get((schema.name, key))
        if wrong is not None and self._leads_there_still(wrong[1]):
            raise copy(wrong[0])
        compiled = self._validators.get(key)
        if compiled is not None and self._leads_there_still(compiled[1]):
            validator = compiled[0]
        else:
            about_to_wait()
            validator = self._compiled(schema, key)
        # The same content may be published under several names.
        return validator if validator.schema is schema else validator.of(schema)

    def _compiled(self, schema: Schema, key: _Key) -> Validator:
        referred: list[tuple[Reference | ListedReference, Schema]] = []
        is_found = True

        def resolve(reference: Reference | ListedReference) -> Schema:
            nonlocal is_found
            try:
                found = self._resolve(reference)
            except SchemaRegistryError:
                is_found = False
                raise
            referred.append((reference, found))
            return found

        try:
            validator = self.type_of(schema).compile(schema, resolve)
        except InvalidSchema as exc:
            # The registry may answer the next time, or have got what is missing.
            if not exc.old_copies and (is_found or not self._rechecks):
                self._errors.keep((schema.name, key), (exc, tuple(referred)))
            raise
        self._validators.keep(key, (validator, tuple(referred)))
        return validator

    def _leads_there_still(self, referred: _Referred) -> bool:
        """Check whether references still lead to the schemas that they led to before."""
        if not self._rechecks:
            return True
        try:
            return all(_is_same(self._resolve(each), schema) for each, schema in referred)
        except SchemaRegistryError:
            return False


def _is_same(one: Schema, other: Schema) -> bool:
    if one is other:
        return True
    both = [(each.text, each.version, each.references, each.old_copies) for each in (one, other)]
    return both[0] == both[1]
