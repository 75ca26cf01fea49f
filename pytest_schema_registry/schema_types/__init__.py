"""The schema languages, behind one seam: see ``schema_type`` for what each of them can do."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.schema_type import SchemaType


class TypeNames(NamedTuple):
    """The full names of the types in an Avro schema.

    Args:
        defined: The types that it defines.
        needed: The types that it uses and does not define.
    """

    defined: frozenset[str]
    needed: frozenset[str]


def avro_names(content: Any) -> TypeNames:
    """Return the names of the types in an Avro schema. The extra ``avro`` is not needed for it.

    Args:
        content: The schema as JSON data, which may be no schema.

    Raises:
        RecursionError: It is nested too deeply.
    """
    from pytest_schema_registry.schema_types.avro.names import defined, used

    names = frozenset(defined(content))
    return TypeNames(names, frozenset(used(content)) - names)


def looks_like_json_schema(content: dict[str, Any]) -> bool:
    """Check whether a JSON object has a word that only a schema has, or that is meant as one.

    Args:
        content: The object, which may be a payload.
    """
    from pytest_schema_registry.schema_types.json_schema.assertions import has_schema_words

    return has_schema_words(content)


def all_types(
    *, formats: bool = True, default_draft: str = "2020-12", avro_unknown_fields: bool = False
) -> dict[str, SchemaType]:
    """Return the schema languages by the word that registries have for each.

    Avro is one of them where its engine is installed: the extra ``avro``.

    Args:
        formats: Whether a JSON Schema's ``format`` is an assertion (2020-12 Validation, section
            7.2.2).
        default_draft: The draft of a JSON Schema without ``$schema``.
        avro_unknown_fields: Whether a record of Avro may have fields that its schema does not have.
    """
    # Import lazily: importing this package alone must not load an engine.
    from pytest_schema_registry.schema_types.avro.validation import AvroType
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType

    types: list[SchemaType] = [JSONSchemaType(formats=formats, default_draft=default_draft)]
    if find_spec("fastavro") is not None:
        types.append(AvroType(allows_unknown=avro_unknown_fields))
    return {each.name: each for each in types}
