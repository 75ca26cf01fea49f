"""The JSON documents of commands, checked against the schemas that are shipped for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tests.report_schemas import report_schema

if TYPE_CHECKING:
    from tests.unit.command_line.conftest import Said


def document(said: Said, command: str) -> Any:
    """Return the document that a command printed, which keeps its schema."""
    found = json.loads(said.out)
    validator = jsonschema_rs.Draft202012Validator(report_schema(command), validate_formats=True)
    assert [error.message for error in validator.iter_errors(found)] == []
    assert found["command"] == command
    assert found["exit_status"] == said.status
    return found
