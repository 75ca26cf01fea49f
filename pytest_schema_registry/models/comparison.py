"""The comparison of two versions, of which each is a schema or a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pytest_schema_registry.compatibility.report import CompatibilityReport, Level, Policy
from pytest_schema_registry.errors import InvalidSchema, InvalidSettings
from pytest_schema_registry.models.direction import judge
from pytest_schema_registry.models.model import is_model, model_of
from pytest_schema_registry.models.sides import ModelSide, SchemaSide
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.schema_type import NotASchema
from pytest_schema_registry.schemas import given

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility.report import Direction
    from pytest_schema_registry.schema_types.schema_type import SchemaType
    from pytest_schema_registry.schemas import Schema

_DIRECTIONS: dict[Level, tuple[Direction, ...]] = {
    "backward": ("backward",),
    "forward": ("forward",),
    "full": ("backward", "forward"),
}


def compare(
    old: Any,
    new: Any,
    *,
    level: Level = "backward",
    policy: Policy = "tolerant",
    defaults: bool = False,
    formats: bool = True,
    budget: int | None = None,
) -> CompatibilityReport:
    """Report whether payloads written by one version can be read by the other.

    Args:
        old: The older version: a JSON Schema, or a model (of pydantic or msgspec).
        new: The newer version: a JSON Schema, or a model.
        level: "backward" for new consumers of old payloads, "forward" for old consumers of new
            payloads, "full" for both.
        policy: "tolerant" for producers that send only what they declare and consumers that ignore
            what they do not know, "strict" for JSON Schema as written. It is about schemas only: a
            model tells itself what it sends and accepts.
        defaults: Whether a consumer may be sent a payload without a required member that has a
            default. Validators do not fill in defaults (2020-12 validation, section 9.2).
        formats: Whether `format` is asserted (2020-12 validation, section 7).
        budget: Steps for each direction, some 50 microseconds each; when they are used up, the
            answer is None. None for 100,000. They are counted, not timed: the same pair gets the
            same answer.

    Raises:
        NotASchema: One of the schemas is not JSON, or does not follow its meta-schema.
        InvalidSchema: The same, beside a model.
        InvalidSettings: Something else is given, or a model has no JSON Schema.
        ValueError: `level` or `policy` is none of the above.
    """
    language = all_types(formats=formats)["JSON"]
    asked: dict[str, Any] = {"level": level, "policy": policy, "defaults": defaults}
    asked |= {} if budget is None else {"budget": budget}
    if not (is_model(old) or is_model(new)):
        return language.compare(old, new, **asked)
    sides = (_side(each, language) for each in (old, new))
    return compare_sides(*sides, **asked)


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
    if level not in _DIRECTIONS:
        raise ValueError(f"level is one of {', '.join(_DIRECTIONS)}, not {level!r}")
    if policy not in get_args(Policy):
        raise ValueError(f"policy is one of {', '.join(get_args(Policy))}, not {policy!r}")
    asked |= {"schema_type": schema_type, "policy": policy}
    verdicts = []
    for direction in _DIRECTIONS[level]:
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


def _side(side: Any, language: SchemaType) -> SchemaSide | ModelSide:
    if is_model(side):
        return ModelSide(model_of(side, "compare"), language)
    return SchemaSide(language, language.compile(given(side), _refuse))


def _refuse(reference: Any) -> Schema:
    reason = f"it refers to {reference.text}, which is not in it"
    raise InvalidSchema("the given schema", "#", reason, "given as a value")
