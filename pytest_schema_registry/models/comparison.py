"""The comparison of two versions, of which each is a schema or a model."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_schema_registry.compatibility.report import (
    DIRECTIONS,
    CompatibilityReport,
    refuse_unknown,
)
from pytest_schema_registry.errors import InvalidSchema, InvalidSettings
from pytest_schema_registry.models.direction import judge
from pytest_schema_registry.models.model import is_model, model_of
from pytest_schema_registry.models.sides import ModelSide, SchemaSide
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.schema_type import NotASchema
from pytest_schema_registry.schemas import LANGUAGES, ListedReference, Schema, given
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_schema_registry.compatibility.report import Level, Policy
    from pytest_schema_registry.schema_types.schema_type import Reference, SchemaType


def compare(
    old: Any,
    new: Any,
    *,
    level: Level = "backward",
    policy: Policy = "tolerant",
    defaults: bool = False,
    formats: bool = True,
    budget: int | None = None,
    schema_type: str = "JSON",
    by_alias: bool | None = None,
) -> CompatibilityReport:
    """Report whether payloads written by one version can be read by the other.

    Schemas of Avro are compared by Avro's own resolution, and only ``level`` applies to them.

    Args:
        old: The older version: a schema as JSON data, a ``Schema``, or a model (of pydantic or
            msgspec).
        new: The newer version: the same.
        level: "backward" for new consumers of old payloads, "forward" for old consumers of new
            payloads, "full" for both.
        policy: "tolerant" for producers that send only what they declare and consumers that ignore
            what they do not know, "strict" for JSON Schema as written. It is about schemas only: a
            model tells itself what it sends and accepts.
        defaults: True where a consumer may be sent a payload without a required member that has a
            default. Validators do not fill in defaults (2020-12 validation, section 9.2).
        formats: True where `format` is asserted (2020-12 validation, section 7).
        budget: Steps for each direction, some 50 microseconds each; when they are used up, the
            answer is None. None for 100,000. They are counted, not timed: the same pair gets the
            same answer.
        schema_type: The language of a schema that is given as JSON data: "JSON" or "AVRO". Some
            texts are schemas of both, and a ``Schema`` knows its own.
        by_alias: True if models send members under their aliases; None for what the configuration
            of each says.

    Raises:
        NotASchema: One of the schemas is not JSON, or is no schema of its language.
        InvalidSchema: The same, beside a model; or a ``Schema`` refers to another one.
        InvalidSettings: Something else is given, a model has no JSON Schema, the two are of
            different languages, or the extra ``avro`` is not installed.
        ValueError: `level`, `policy` or `schema_type` is none of the above.
    """
    if schema_type not in LANGUAGES:
        raise ValueError(f"schema_type is one of {', '.join(LANGUAGES)}, not {schema_type!r}")
    asked: dict[str, Any] = {"level": level, "policy": policy, "defaults": defaults}
    types = all_types(formats=formats)
    languages = [_language(each, schema_type, types) for each in (old, new)]
    if budget is not None and languages[0].name == "JSON":
        asked["budget"] = budget
    if is_model(old) or is_model(new) or languages[0].name != languages[1].name:
        both = zip((old, new), languages, strict=True)
        sides = (_side(*each, by_alias) for each in both)
        return compare_sides(*sides, **asked)
    return languages[0].compare(_content(old), _content(new), **asked)


def compare_sides(
    old: SchemaSide | ModelSide,
    new: SchemaSide | ModelSide,
    *,
    asked_by: str = "compare",
    level: Level = "backward",
    policy: Policy = "tolerant",
    **asked: Any,
) -> CompatibilityReport:
    """Report whether payloads of one side can be read by the other.

    Where both are schemas, their language compares them.

    Args:
        old: The older side.
        new: The newer side.
        asked_by: The fixture or the command that compares them, for messages.
        level: As in :func:`compare`.
        policy: As in :func:`compare`.
        asked: Further settings of the language's comparison.

    Raises:
        InvalidSettings: A model has no JSON Schema, or a wrong one, or the two are of different
            languages.
        ValueError: ``level`` or ``policy`` is none of those.
    """
    schema_type = old.schema_type
    if schema_type.name != new.schema_type.name:
        raise InvalidSettings(asked_by, _two_languages(old, new))
    if isinstance(old, SchemaSide) and isinstance(new, SchemaSide):
        contents = (each.exact.content for each in (old, new))
        return schema_type.compare(*contents, level=level, policy=policy, **asked)
    refuse_unknown(level, policy)
    asked |= {"schema_type": schema_type, "policy": policy}
    verdicts = []
    for direction in DIRECTIONS[level]:
        sender, reader = (old, new) if direction == "backward" else (new, old)
        try:
            verdicts.append(judge(sender.sender(), reader.reader(), direction, **asked))
        except NotASchema as exc:
            reason = f"a model has a JSON Schema that is wrong: {exc}; correct the model"
            raise InvalidSettings(asked_by, reason) from None
    said = [each.compatible for each in verdicts]
    return CompatibilityReport(
        False if False in said else None if None in said else True,
        tuple(reason for each in verdicts for reason in each.reasons),
        tuple(dict.fromkeys(note for each in verdicts for note in each.notes)),
        level,
        policy,
    )


def _two_languages(old: SchemaSide | ModelSide, new: SchemaSide | ModelSide) -> str:
    """Return why two sides of different languages are not compared."""
    schemas = [each for each in (old, new) if isinstance(each, SchemaSide)]
    if len(schemas) == 1:
        language = schemas[0].schema_type.name
        return f"a model is compared with a JSON Schema, and the schema is of the type {language}"
    return (
        f"the older schema is of the type {old.schema_type.name} and the newer one of "
        f"{new.schema_type.name}; compare two schemas of one language"
    )


def _language(side: Any, schema_type: str, types: Mapping[str, SchemaType]) -> SchemaType:
    """Return the language of a side: a model's is JSON Schema."""
    name = schema_type
    if isinstance(side, Schema):
        name = side.schema_type
    elif is_model(side):
        name = "JSON"
    if name in types:
        return types[name]
    why = f"schemas of the type {name} are not compared"
    if name == "AVRO":
        why = "what compares Avro is not installed: pip install 'pytest-schema-registry[avro]'"
    raise InvalidSettings("compare", why)


def _content(side: Any) -> Any:
    if not isinstance(side, Schema):
        return side
    if side.references:
        _refuse(side.references[0], side)
    return side.content


def _side(side: Any, language: SchemaType, by_alias: bool | None) -> SchemaSide | ModelSide:
    if is_model(side):
        return ModelSide(model_of(side, "compare"), language, by_alias)
    schema = side if isinstance(side, Schema) else replace(given(side), schema_type=language.name)
    return SchemaSide(language, language.compile(schema, partial(_refuse, schema=schema)))


def _refuse(reference: Reference | ListedReference, schema: Schema) -> NoReturn:
    """Refuse a schema that refers to another one, which nobody looks up."""
    written = reference.name if isinstance(reference, ListedReference) else reference.text
    reason = printable(f"it refers to {written}, which is not in it")
    advice = "compare the two in their registry, by assert_compatible or on the command line"
    raise InvalidSchema(str(schema), "#", reason, schema.origin, advice)
