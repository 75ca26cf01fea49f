"""What `fetching` has put into the folder that SCHEMA_REGISTRY_TEST_REAL names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.real_schemas.sources import SOURCES, Source

#: None in a default run.
FOLDER = Path(named) if (named := os.getenv("SCHEMA_REGISTRY_TEST_REAL")) else None


@dataclass(frozen=True)
class RealSchema:
    """A published schema, or a payload that its publisher calls valid.

    Args:
        source: Its source.
        schema: The schema's name.
        file: The file of the schema or of the payload.
        payload: The name of the payload; empty for a schema.
    """

    source: Source
    schema: str
    file: Path
    payload: str = ""

    @property
    def full_name(self) -> str:
        """The schema's name behind that of its source."""
        return f"{self.source.name}/{self.schema}"

    def __str__(self) -> str:
        return f"{self.full_name} {self.payload}".rstrip()


def folder_of(source: Source) -> Path | None:
    """Return the folder of a source that was fetched; None for one that could not be reached."""
    folder = FOLDER and FOLDER / source.name
    return folder if folder and folder.is_dir() else None


def why_missing(source: Source) -> str:
    """Return why a source could not be reached; empty where it was."""
    if FOLDER is None or folder_of(source):
        return ""
    missing = FOLDER / f"{source.name}.missing"
    return missing.read_text() if missing.exists() else "never asked for"


def schemas() -> list[RealSchema]:
    """Return all schemas there are, by source and name."""
    return [
        RealSchema(source, name, file)
        for source in SOURCES
        if (folder := folder_of(source))
        for name, file in source.schemas(folder)
    ]


def examples() -> list[RealSchema]:
    """Return all payloads there are, by source and schema."""
    return [
        RealSchema(source, name, file, file.name.removesuffix(".json"))
        for source in SOURCES
        if (folder := folder_of(source))
        for name, file in source.examples(folder)
    ]
