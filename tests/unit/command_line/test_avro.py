"""Files of Avro in the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.schema_types.avro.subjects import record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.command_line.conftest import Command

LINE = record("Line", ("qty", "int"), namespace="shop")
ORDER = record("Order", ("lines", {"type": "array", "items": "shop.Line"}), namespace="shop")
NEEDED = record(
    "Order",
    ("lines", {"type": "array", "items": "shop.Line"}),
    ("id", "string"),
    namespace="shop",
)


@pytest.fixture(autouse=True)
def _files(project: Path) -> None:
    files: dict[str, Any] = {"old.avsc": ORDER, "new.avsc": NEEDED, "shop.Line.avsc": LINE}
    for name, content in files.items():
        for folder in (".", "schemas/v1"):
            (project / folder).mkdir(parents=True, exist_ok=True)
            (project / folder / name).write_text(json.dumps(content))
    (project / "order.json").write_text('{"lines": [{"qty": 1}]}')
    (project / "bad.json").write_text('{"lines": [{"qty": "1"}]}')


def test_files_are_compared_with_those_that_they_refer_to(command: Command) -> None:
    said = command("compare", "old.avsc", "new.avsc")
    assert (said.status, said.err) == (1, "")
    assert said.lines[:5] == [
        "old.avsc -> new.avsc is not backward compatible   (Avro's own; 1 reason)",
        "  ✗ field-without-default  $.id",
        "        the writer does not have it, and the reader has no default for it",
        "        new.avsc #/fields/1",
        '        {"lines": []}',
    ]
    assert command("compare", "new.avsc", "old.avsc").status == 0
    assert command("compare", "old.avsc", "old.avsc").status == 0


def test_a_file_is_compared_with_a_schema_of_the_registry(command: Command) -> None:
    assert command("compare", "old@v1", "new.avsc", "--registry-url=schemas").status == 1
    assert command("compare", "new@v1", "old.avsc", "--registry-url=schemas").status == 0


def test_a_file_that_is_no_schema_of_avro_is_an_error(command: Command, project: Path) -> None:
    (project / "shop.Line.avsc").unlink()
    said = command("compare", "old.avsc", "new.avsc")
    assert said.status == 2
    assert said.err.splitlines()[0] == (
        "old.avsc: the schema is itself wrong: it uses the type shop.Line, which no file beside it "
        "defines"
    )
    (project / "old.avsc").write_text("5")
    said = command("compare", "old.avsc", "new.avsc")
    assert said.err.splitlines() == [
        "old.avsc: the schema is itself wrong: the file is JSON, but not an Avro schema",
        "  at: #",
        "  from: old.avsc",
        "  next: give a JSON Schema, or an Avro schema in a file of .avsc",
    ]


def test_two_languages_are_not_compared(command: Command, project: Path) -> None:
    (project / "schema.json").write_text('{"type": "object"}')
    said = command("compare", "schema.json", "old.avsc")
    assert said.status == 2
    assert said.err.startswith(
        "compare: the older schema is of the type JSON and the newer one of AVRO; compare two "
    )


def test_a_payload_is_read_as_the_json_encoding_of_avro(command: Command, project: Path) -> None:
    content = record("Key", ("id", "bytes"), ("note", ["null", "string", "int"]))
    (project / "schemas/v1/Key.avsc").write_text(json.dumps(content))
    (project / "key.json").write_text(r'{"id": "\u0001\u00ff", "note": {"string": "x"}}')
    said = command("check", "Key", "key.json", "--registry-url=schemas")
    assert said == (0, "checked 1 payload against Key v1: all conform\n", "")
    (project / "key.json").write_text(r'{"id": "\u0001\u00ff", "note": {"int": "x"}}')
    said = command("check", "Key", "key.json", "--registry-url=schemas")
    assert (said.status, said.err) == (1, "")
    assert said.lines[:3] == [
        'key.json: Key v1: $.note: "x" is a string, not an int',
        '  $.note: "x" is a string, not an int',
        '      #/fields/1/type/2 says "int"',
    ]


def test_a_payload_may_have_unknown_fields_where_a_test_may(
    command: Command, project: Path
) -> None:
    (project / "order.json").write_text('{"lines": [{"qty": 1, "more": 1}]}')
    url = "--registry-url=schemas"
    assert command("check", "old", "order.json", url).status == 1
    assert command("check", "old", "order.json", url, "--registry-avro-unknown-fields").status == 0


def test_payloads_are_checked_and_schemas_are_shown_and_listed(command: Command) -> None:
    url = "--registry-url=schemas"
    assert command("check", "old", "order.json", url).status == 0
    said = command("check", "old", "order.json", "bad.json", url)
    assert said.status == 1
    assert any("$.lines[0].qty" in line for line in said.lines)
    assert command("list", url).lines == ["new        v1", "old        v1", "shop.Line  v1"]
    said = command("show", "old@v1", url)
    assert "  language    Avro" in said.lines
    assert "  refers to   shop.Line" in said.lines
