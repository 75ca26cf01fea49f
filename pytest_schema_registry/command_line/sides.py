"""The two sides of ``compare``: each is a file, a schema of the registry, or a model."""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry import duplicate_keys, files
from pytest_schema_registry.addresses import Address, split
from pytest_schema_registry.command_line import standard_input
from pytest_schema_registry.command_line.model_import import imported, is_model
from pytest_schema_registry.command_line.opening import opened
from pytest_schema_registry.errors import (
    InvalidAnswer,
    InvalidSchema,
    InvalidSettings,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.models.sides import ModelSide, SchemaSide
from pytest_schema_registry.registries.file_contents import AVRO_ENDING, CORRECT
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schemas import SchemaKey, given, plain_name
from pytest_schema_registry.settings.layout import ONLY_VERSION, Layout
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.text import said_by

if TYPE_CHECKING:
    from pytest_schema_registry.command_line.opening import Opened
    from pytest_schema_registry.command_line.output import Output
    from pytest_schema_registry.models.model import Mode
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.schema_types.schema_type import SchemaType
    from pytest_schema_registry.schemas import Schema

#: The endings of files that lie beside those they refer to. A pipe lies nowhere.
_ENDINGS = (".json", ".yaml", ".yml", AVRO_ENDING)
_ADVICE = "give a JSON Schema, or an Avro schema in a file of .avsc"


class Side(NamedTuple):
    """One of the two schemas of a comparison.

    Args:
        of: The schema, ready to check payloads, or the model.
        label: The schema as the headline names it.
        key: Its key in the registry; None for a file or a model.
        schema: What is known of the schema; of a model, of what it serialises.
    """

    of: SchemaSide | ModelSide
    label: str
    key: SchemaKey | None
    schema: Schema


def side(written: str, registry: Opened, output: Output, *, by_alias: bool | None = None) -> Side:
    """Find one side of a comparison.

    Args:
        written: A file, ``NAME@VERSION`` or ``MODULE:MODEL``.
        registry: The command's registry.
        output: Told of old copies and warnings.
        by_alias: True for a model that sends aliases; None for what its configuration says.

    Raises:
        InvalidSettings: It is none of these.
        SchemaRegistryError: The schema cannot be had, or is wrong.
    """
    file, pointer = split(written)
    if file == standard_input.NAME or os.path.exists(file):  # noqa: PTH110  # of any text
        return _of_file(file, pointer, registry, output)
    address = Address.parse(written)
    if address.version is not None:
        key = SchemaKey(plain_name(address.name), address.version)
        return _side(registry.source, output, registry.source.schema(*key), f"{key}", key)
    if is_model(written):
        return _of_model(written, registry.source, by_alias)
    raise InvalidSettings(
        written,
        "there is no such file, and it is neither NAME@VERSION nor MODULE:MODEL; of a schema of "
        "the registry, name the version too, such as orders.Order@v1",
    )


def _side(
    source: SchemaSource,
    output: Output,
    schema: Schema,
    label: str,
    key: SchemaKey | None = None,
) -> Side:
    validator = source.catalogue.validator(schema)
    source.served(validator.old_copies)
    for _, remark in validator.remarks():
        output.note(remark.replace(f"{schema}", label, 1))  # a file, as the user wrote it
    of = SchemaSide(source.catalogue.type_of(schema), validator, source.settings.redact)
    return Side(of, label, key, schema)


def _of_model(written: str, source: SchemaSource, by_alias: bool | None) -> Side:
    model = imported(written, "compare")
    modes: tuple[Mode, Mode] = ("validation", "serialization")
    for mode in modes:
        schema = replace(given(model.json_schema(mode=mode)), name=written)
        source.catalogue.validator(schema)  # the model may have a schema that is none
    return Side(ModelSide(model, _type(source), by_alias), written, None, schema)


def _type(source: SchemaSource) -> SchemaType:
    return all_types(formats=source.settings.format_assertion)["JSON"]


def _of_file(file: str, pointer: str, registry: Opened, output: Output) -> Side:
    label = standard_input.LABEL if file == standard_input.NAME else f"{file}{pointer}"
    path = Path(file)
    if path.suffix not in _ENDINGS or path.name.startswith("."):
        return _alone(path, pointer, label, registry.source, output)
    try:
        return _among_files(path, pointer, label, registry, output)
    except RegistryUnavailable as exc:  # nobody asked a registry
        reason = f"it cannot be read: {exc.reason}"
        raise InvalidSchema(label, "#", reason, file, "correct the path") from None
    except InvalidAnswer as exc:
        advice = _ADVICE if exc.advice in ("", CORRECT) else exc.advice
        raise InvalidSchema(label, "#", exc.reason, file, advice) from None
    except InvalidSchema as exc:
        if path.suffix == AVRO_ENDING:
            raise InvalidSchema(label, exc.pointer, exc.reason, file, exc.advice) from None
        # It may refer to a schema of the registry.
        with suppress(SchemaRegistryError):
            return _alone(path, pointer, label, registry.source, output)
        raise InvalidSchema(label, exc.pointer, exc.reason, file, exc.advice) from None


def _alone(path: Path, pointer: str, label: str, source: SchemaSource, output: Output) -> Side:
    """Return the schema of a text, whose references lead to the registry."""
    name = label.removesuffix(pointer) if pointer else label
    schema = replace(given(_read(path, name, source.settings.max_schema_size)), name=name)
    part = source.catalogue.part_of(schema, pointer) if pointer else schema
    return _side(source, output, part, label)


def _among_files(path: Path, pointer: str, label: str, registry: Opened, output: Output) -> Side:
    """Return the schema of a file that may refer to files beside it."""
    folder, settings = path.parent, registry.source.settings
    settings = settings._replace(
        location=Location(shown=str(folder), directory=folder),
        mode="live",  # no recording stands in for a file
        protocol="auto",
        versions=None,
        layout=Layout(f"{{name}}{path.suffix}"),
    )
    with opened(settings, output) as files_beside:
        name = path.name.removesuffix(path.suffix) + pointer
        schema = files_beside.source.schema(name, ONLY_VERSION)
        return _side(files_beside.source, output, schema, label)


def _read(path: Path, label: str, limit: int) -> Any:
    """Read the JSON Schema of the standard input, or of a file of which only the content is known.

    Raises:
        InvalidSchema: It has none.
    """
    try:
        is_input = str(path) == standard_input.NAME
        with nullcontext(standard_input.stream()) if is_input else path.open("rb") as stream:
            raw = files.read_stream(stream, limit)
        if len(raw) > limit:
            raise InvalidSchema(label, "#", f"it is larger than {limit:,} bytes", label, _ADVICE)
        content = duplicate_keys.read(raw.decode("utf-8-sig"))
    except OSError as exc:
        reason = f"it cannot be read: {said_by(exc)}"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as exc:
        reason = f"it is not JSON ({exc})"
    else:
        if isinstance(content, dict | bool):
            return content
        reason = "it is JSON, but not a JSON Schema"
    raise InvalidSchema(label, "#", reason, label, _ADVICE)
