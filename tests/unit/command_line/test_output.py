from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from pytest_schema_registry.command_line.output import FORMAT, Output, Status
from tests.report_schemas import report_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = ("check", "compare", "export", "list", "show")


def objects(node: Any, place: str = "#") -> Iterator[tuple[str, Any]]:
    """Yield the places of a schema that describe objects."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield place, node
        for key, value in node.items():
            yield from objects(value, f"{place}/{key}")
    if isinstance(node, list):
        for value in node:
            yield from objects(value, place)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_schema_of_a_document_is_a_schema(command: str) -> None:
    assert jsonschema_rs.meta.is_valid(report_schema(command))
    properties = report_schema(command)["properties"]
    assert properties["format"]["const"] == FORMAT
    assert properties["command"]["const"] == command
    assert set(properties["exit_status"]["enum"]) <= set(Status)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_property_of_a_document_is_documented_and_there_is_no_other(command: str) -> None:
    for place, node in objects(report_schema(command)):
        assert node["additionalProperties"] is False, place
        for name, about in node["properties"].items():
            assert about["title"], f"{place}/{name}"
            assert about["description"].endswith("."), f"{place}/{name}"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_came_to_nothing_keeps_its_schema(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output(command, as_json=True)
    output.error("it broke\n  next: mend it")
    assert output.close(Status.IMPOSSIBLE) == 2
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert jsonschema_rs.is_valid(report_schema(command), found)
    assert found == {
        "format": FORMAT,
        "command": command,
        "exit_status": 2,
        "errors": ["it broke\n  next: mend it"],
        "notes": [],
    }
    assert said.err == "it broke\n  next: mend it\n"


def test_lines_are_for_people_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Output("list", as_json=True).lines(["a"])
    assert capsys.readouterr().out == ""
    Output("list", as_json=False).lines(["a"])
    Output("list", as_json=False).close(Status.YES)
    assert capsys.readouterr().out == "a\n"


def test_a_note_is_told_once_and_obeyed_by_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = Output("list", as_json=False)
    output.note("\x1b[31mred")
    output.note("\x1b[31mred")
    assert capsys.readouterr().err == "note: \\x1b[31mred\n"


def test_an_error_that_the_lines_have_is_not_printed_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Output("show", as_json=False).error("gone", is_printed=True)
    assert capsys.readouterr().err == ""
