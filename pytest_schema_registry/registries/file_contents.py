"""The schema in a file: its language, by the ending of its name, and its JSON value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry import duplicate_keys as doubles
from pytest_schema_registry import files
from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.schemas import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

#: The ending of files with a schema of Avro.
AVRO_ENDING = ".avsc"
#: What to do about a file that is wrong.
CORRECT = "correct the file"
_SMALLER = "make the file smaller, or set --registry-max-schema-size"
TOO_DEEP = "the JSON is nested too deeply to be read"


def content(path: Path, max_bytes: int) -> Any:
    """Return the schema in a file.

    Args:
        path: The file.
        max_bytes: The largest file that is read, in bytes.

    Raises:
        RegistryUnavailable: The file cannot be read.
        InvalidAnswer: The file has no schema.
    """
    try:
        raw = files.read_at_most(path, max_bytes)
        if len(raw) > max_bytes:
            raise InvalidAnswer(str(path), f"it is larger than {max_bytes:,} bytes", _SMALLER)
        schema = parsed(path, raw, max_bytes)
    except OSError as exc:
        raise RegistryUnavailable(str(path), why(exc)) from None
    except RecursionError:
        raise InvalidAnswer(str(path), TOO_DEEP, CORRECT) from None
    except doubles.KeyTwice as exc:
        reason = f"{exc}, at {exc.pointer}"
        raise InvalidAnswer(str(path), reason, exc.advice) from None
    except ValueError as exc:
        kind = "JSON written as YAML" if is_yaml(path) else "JSON"
        raise InvalidAnswer(str(path), f"the file is not {kind} ({exc})", CORRECT) from None
    kinds, language = LANGUAGES["AVRO" if is_avro(path) else "JSON"]
    if not isinstance(schema, kinds):
        raise InvalidAnswer(str(path), f"the file is JSON, but not {language}", CORRECT)
    return schema


def why(exc: OSError) -> str:
    """Return the reason why a file or a directory cannot be read."""
    return f"{exc.strerror or exc}: {exc.filename}" if exc.filename else str(exc)


def is_avro(path: Path) -> bool:
    """Check whether a file has a schema of Avro."""
    return path.suffix == AVRO_ENDING


def is_yaml(path: Path) -> bool:
    """Check whether a file is read as YAML."""
    return path.suffix in (".yaml", ".yml")


def parsed(path: Path, raw: bytes, limit: int) -> Any:
    """Return the JSON value in a file.

    Args:
        path: The file; the ending of its name says whether it is YAML.
        raw: Its content.
        limit: The most characters that the value of a YAML file may have.

    Raises:
        KeyTwice: One of its objects has a key twice.
        ValueError: The file has no JSON value.
        RecursionError: The value is nested too deeply.
    """
    if is_yaml(path):
        from pytest_schema_registry import yaml_reader

        return yaml_reader.read_json(raw, limit)
    return doubles.read(raw.decode("utf-8-sig"))
