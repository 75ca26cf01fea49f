"""The JSON Schemas of reports and of the documents of commands, as they are shipped."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def report_schema(name: str) -> Any:
    """Return the schema of a report, or of the document of a command.

    Args:
        name: ``report``, ``drift``, or the command.
    """
    folder = resources.files("pytest_schema_registry") / "report_schemas"
    return json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8"))
