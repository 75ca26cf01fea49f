from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_registry import ORDER, Reply
from tests.processes import PATIENCE
from tests.unit.command_line.documents import document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.local_registry import LocalRegistry
    from tests.unit.command_line.conftest import Command

PROGRAM = [sys.executable, "-m", "pytest_schema_registry"]
TEXT = {"type": "string"}
NULLABLE = {"type": ["string", "null"]}
MODELS = """
from pydantic import BaseModel, Field

class Order(BaseModel):
    id: str
    quantity: int = 1

class Renamed(BaseModel):
    id: str = Field(validation_alias="order_id")
"""


def write(path: Path, schema: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(schema))


@pytest.fixture
def files(project: Path) -> Path:
    write(project / "text.json", TEXT)
    write(project / "nullable.json", NULLABLE)
    return project


@pytest.mark.usefixtures("files")
def test_files_that_are_compatible_are_success(command: Command) -> None:
    said = command("compare", "text.json", "nullable.json")
    lines = "text.json -> nullable.json is backward compatible   (tolerant)\n"
    assert said == (0, lines, "")


@pytest.mark.usefixtures("files")
def test_files_that_are_not_compatible_are_explained_as_in_a_test(command: Command) -> None:
    said = command("compare", "nullable.json", "text.json")
    assert (said.status, said.err) == (1, "")
    assert said.lines == [
        "nullable.json -> text.json is not backward compatible   (tolerant; 1 reason)",
        "  ✗ type-narrowed  $  string | null -> string",
        "        text.json #/type",
        '        null                               null is not of type "string"',
        "  next: take the change back",
    ]


@pytest.mark.usefixtures("files")
def test_the_level_and_the_policy_are_those_of_a_test(command: Command, files: Path) -> None:
    assert command("compare", "nullable.json", "text.json", "--level=forward").status == 0
    assert command("compare", "text.json", "nullable.json", "--level=full").status == 1
    write(files / "closed.json", {"properties": {"a": True}, "additionalProperties": False})
    write(files / "more.json", {"properties": {"a": True, "b": True}})
    assert command("compare", "more.json", "closed.json").status == 0
    assert command("compare", "more.json", "closed.json", "--policy=strict").status == 1
    write(files / "default.json", {"properties": {"a": {"default": 1}}, "required": ["a"]})
    write(files / "optional.json", {"properties": {"a": True}})
    assert command("compare", "optional.json", "default.json").status == 1
    assert command("compare", "optional.json", "default.json", "--defaults").status == 0


def test_what_cannot_be_decided_has_a_status_of_its_own(command: Command, project: Path) -> None:
    write(project / "old.json", {"type": "string", "pattern": "^(?=a+b)[ab]+c{3,}(?!d).{2,7}$"})
    write(project / "new.json", {"type": "string", "pattern": "^(?=a+b)[ab]+c{3,}(?!d).{2,8}$"})
    said = command("compare", "old.json", "new.json")
    assert said.status == 3
    assert said.lines[0].startswith(
        "old.json -> new.json may not be backward compatible: undecided"
    )


def test_schemas_of_the_registry_are_named_with_their_versions(
    command: Command, local_registry: LocalRegistry
) -> None:
    url = f"--registry-url={local_registry.url}"
    said = command("compare", f"{ORDER}@v1", f"{ORDER}@v2", url)
    assert said.status == 1
    assert said.lines[0] == f"{ORDER} v1 -> v2 is not backward compatible   (tolerant; 1 reason)"
    assert f'    schema = "{ORDER}"' in said.lines
    assert local_registry.paths == [f"/schemas/v1/{ORDER}", f"/schemas/v2/{ORDER}"]


def test_a_file_is_compared_with_a_schema_of_the_registry(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    write(project / "order.json", {"type": "object"})
    said = command("compare", f"{ORDER}@v1", "order.json", f"--registry-url={local_registry.url}")
    assert said.status == 0
    assert said.lines[0].startswith(f"{ORDER}@v1 -> order.json is backward compatible")


def test_a_waiver_accepts_a_break(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    compare = ["compare", f"{ORDER}@v1", f"{ORDER}@v2", f"--registry-url={local_registry.url}"]
    lines = command(*compare).lines
    begin = lines.index("    [[waiver]]")
    (project / "waivers.toml").write_text("\n".join(lines[begin:]).replace("say why", "agreed"))
    said = command(*compare, "--registry-waivers=waivers.toml")
    assert said.status == 0
    assert "but for what is waived" in said.lines[0]
    found = document(
        command(*compare, "--registry-waivers=waivers.toml", "--format=json"), "compare"
    )
    assert [each["why"] for each in found["report"]["waived"]] == ["agreed"]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "side", ["text.json#/$defs/x", "-", "pipe", "refers/to/text.yaml", "other.schema.json"]
)
def test_a_side_may_be_a_file_of_many_kinds(
    command: Command, files: Path, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    write(files / "text.json", {**NULLABLE, "$defs": {"x": TEXT}})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"type": "string"}')))
    write(files / "pipe", TEXT)
    (files / "refers/to").mkdir(parents=True)
    (files / "refers/to/text.yaml").write_text("$ref: common.yaml#/text")
    (files / "refers/to/common.yaml").write_text("text:\n  type: string\n")
    write(files / "other.schema.json", TEXT)
    assert command("compare", side, "nullable.json").status == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"type": "string"}')))
    said = command("compare", "nullable.json", side)
    assert said.status == 1
    label = "standard input" if side == "-" else side
    assert said.lines[0].startswith(f"nullable.json -> {label} is not backward compatible")


def test_a_part_of_a_text_is_a_side(command: Command, project: Path) -> None:
    write(project / "pipe", {"$defs": {"x": TEXT}})
    assert command("compare", "pipe#/$defs/x", "pipe#/$defs/x").status == 0
    said = command("compare", "pipe#/$defs/y", "pipe")
    assert said.status == 2
    assert said.err.startswith("no schema pipe#/$defs/y in ")


def test_a_file_may_refer_to_a_schema_of_the_registry(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    write(project / "a.json", {"$ref": ORDER})
    url = f"--registry-url={local_registry.url}"
    assert command("compare", "a.json", f"{ORDER}@v1", url).status == 0
    write(project / "b.json", {"$ref": "orders.Gone"})
    said = command("compare", "b.json", "b.json", url)
    assert said.status == 2
    assert said.err.splitlines() == [
        (
            "b.json: the schema is itself wrong: 'orders.Gone' leads to no schema of the registry "
            "(no schema orders.Gone in latest)"
        ),
        "  at: #/$ref",
        "  from: b.json",
        "  next: publish the schema that it refers to, or refer to one by its name in the registry",
    ]


def test_models_are_compared_by_what_they_write_and_read(command: Command, project: Path) -> None:
    (project / "shop.py").write_text(MODELS)
    order = {"type": "object", "properties": {"id": TEXT}, "required": ["id", "note"]}
    write(project / "order.json", order)
    assert command("compare", "shop:Order", "shop:Order", "--level=full").status == 0
    said = command("compare", "shop:Order", "order.json")
    assert said.status == 1
    assert said.lines[0].startswith("shop:Order -> order.json is not backward compatible")
    assert command("compare", "order.json", "shop:Order").status == 0
    # It writes "id" and reads "order_id".
    for level, said_of in (
        ("backward", "is not backward compatible"),
        ("forward", "is not forward compatible"),
        ("full", "is not fully compatible"),
    ):
        said = command("compare", "shop:Renamed", "shop:Renamed", f"--level={level}")
        assert said.lines[0].startswith(f"shop:Renamed -> shop:Renamed {said_of}")


def test_a_model_is_compared_as_it_sends_aliases_where_that_is_asked(
    command: Command, project: Path
) -> None:
    (project / "aliased.py").write_text(
        "from pydantic import BaseModel, Field\n"
        "class Order(BaseModel):\n"
        "    order_id: str = Field(alias='orderId')\n"
    )
    compare = ("compare", "aliased:Order", "aliased:Order")
    said = command(*compare)
    assert said.status == 1
    assert said.lines[-1] == (
        "  next: if it is sent under its aliases, give --by-alias, or take the change back"
    )
    assert command(*compare, "--by-alias").status == 0


def test_a_model_whose_schema_is_wrong_cannot_be_compared(command: Command, project: Path) -> None:
    (project / "shop.py").write_text(
        "from typing import Annotated\n"
        "from pydantic import BaseModel, WithJsonSchema\n"
        "class Wrong(BaseModel):\n"
        "    id: Annotated[str, WithJsonSchema({'type': 'objekt'})]\n"
    )
    said = command("compare", "shop:Wrong", "shop:Wrong")
    assert said.status == 2
    assert said.err.startswith('shop:Wrong: the schema is itself wrong: "objekt" is no type')


HALF = (
    "the file is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 "
    "(char 1))"
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{", f"a.json: the schema is itself wrong: {HALF}"),
        ("a", "{", f"a: the schema is itself wrong: it is not JSON ({HALF.partition('(')[2]}"),
        (
            "a.json",
            "[]",
            "a.json: the schema is itself wrong: the file is JSON, but not a JSON Schema",
        ),
        ("a", "[]", "a: the schema is itself wrong: it is JSON, but not a JSON Schema"),
        ("a", "[" * 200_000, "a: the schema is itself wrong: it is nested too deeply"),
        (
            "a",
            '{"a": 1, "a": 2}',
            'a: the schema is itself wrong: it is not JSON (the key "a" stands',
        ),
        ("a", f'"{"a" * 100}"', "a: the schema is itself wrong: it is larger than 90 bytes"),
        ("a.json", '{"type": "objekt"}', 'a.json: the schema is itself wrong: "objekt" is no type'),
        ("a", '{"type": "objekt"}', 'a: the schema is itself wrong: "objekt" is no type'),
    ],
)
def test_a_file_that_is_no_schema_cannot_be_compared(
    command: Command, project: Path, name: str, text: str, said: str
) -> None:
    (project / name).write_text(text)
    limit = "--registry-max-schema-size=90" if len(text) == 102 else "--registry-mode=auto"
    found = command("compare", name, name, limit)
    assert (found.status, found.out) == (2, "")
    assert found.err.startswith(said)


@pytest.mark.parametrize("file", ["a.json", "common.json"])
def test_a_file_that_cannot_be_read_is_no_registry_that_does_not_answer(
    command: Command, project: Path, file: str
) -> None:
    write(project / "a.json", {"$ref": "common.json"})
    (project / file).unlink(missing_ok=True)
    (project / file).mkdir()
    said = command("compare", "a.json", "a.json")
    assert said.status == 2
    assert said.err.splitlines() == [
        f"a.json: the schema is itself wrong: it cannot be read: Is a directory: {file}",
        "  at: #",
        "  from: a.json",
        "  next: correct the path",
    ]


def test_no_recording_stands_in_for_a_file(
    command: Command, project: Path, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("a", TEXT)
    write(project / "text.json", "text")
    words = [f"--registry-url={confluent_registry.url}", "--registry-mode=record"]
    assert command("check", "a", "text.json", *words).status == 0
    (project / "a.json").mkdir()
    said = command("compare", "a.json", "a.json")
    assert said.status == 2
    assert said.err.startswith("a.json: the schema is itself wrong: it cannot be read: Is a dir")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_is_read_no_further_than_a_schema_may_be_long(project: Path) -> None:
    os.mkfifo(project / "pipe")
    # As long as it is open here, the pipe has no end.
    pipe = os.open(project / "pipe", os.O_RDWR)
    try:
        os.write(pipe, b'{"type": "string"}')
        done = subprocess.run(
            [*PROGRAM, "compare", "pipe", "pipe", "--registry-max-schema-size=10"],
            check=False,
            capture_output=True,
            cwd=project,
            text=True,
            timeout=PATIENCE,
        )
    finally:
        os.close(pipe)
    assert done.returncode == 2
    assert done.stderr.startswith("pipe: the schema is itself wrong: it is larger than 10 bytes\n")


def test_what_is_no_side_is_told_what_may_be_one(command: Command, project: Path) -> None:
    expected = (
        f"{ORDER}: there is no such file, and it is neither NAME@VERSION nor MODULE:MODEL; of a "
        "schema of the registry, name the version too, such as orders.Order@v1\n"
    )
    assert command("compare", ORDER, "x") == (2, "", expected)
    assert command("compare", "x" * 5_000, "x").err.startswith("xxx")
    said = command("compare", str(project), "x")
    assert said.err.startswith(
        f"{project}: the schema is itself wrong: it cannot be read: Is a dir"
    )


def test_the_document_has_both_sides_and_the_report(command: Command, files: Path) -> None:
    said = command("compare", "nullable.json", "text.json", "--format=json")
    found = document(said, "compare")
    assert (found["old"]["given"], found["new"]["given"]) == ("nullable.json", "text.json")
    assert found["report"]["compatible"] is False
    assert [each["rule"] for each in found["report"]["reasons"]] == ["type-narrowed"]
    said = command("compare", "gone.json", "text.json", "--format=json")
    assert document(said, "compare")["errors"][0].startswith("gone.json: there is no such file")


def test_the_registry_is_asked_for_its_own_verdict(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    settings = [f"--registry-url={local_registry.url}", "--registry-compat-source=registry"]
    said = command("compare", f"{ORDER}@v1", f"{ORDER}@v2", *settings)
    assert said.status == 1
    assert said.lines[0].startswith(
        f"{ORDER} v1 -> v2 is not backward compatible   (the registry's"
    )
    write(project / "a.json", {"type": "object"})
    said = command("compare", f"{ORDER}@v1", "a.json", *settings)
    assert said == (
        2,
        "",
        (
            "--registry-compat-source registry: the registry compares two version lines of one "
            "schema, each given as NAME@VERSION; local compares anything\n"
        ),
    )


def test_a_schema_that_asserts_nothing_is_a_note(command: Command, project: Path) -> None:
    write(project / "a.json", {"requried": ["id"]})
    write(project / "b.json", {"type": "object"})
    said = command("compare", "a.json", "b.json")
    assert said.err.splitlines() == [
        (
            'note: a.json asserts nothing, and any payload conforms to it: "requried" at # is no '
            'keyword; did you mean "required"?'
        )
    ]


def test_a_verdict_of_the_registry_that_differs_is_a_note(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    settings = [f"--registry-url={local_registry.url}", "--registry-compat-source=both"]
    local_registry.always(
        Reply(200, {"compatible": True, "breaking_reasons": [], "advice": [], "x_compat": None}),
        "compatibility",
    )
    compare = ["compare", f"{ORDER}@v1", f"{ORDER}@v2", *settings]
    said = command(*compare)
    assert said.status == 1
    paths = [path for path in local_registry.paths if "compat" in path]
    assert len(paths) == 1
    local_registry.always(
        Reply(200, {"compatible": True, "breaking_reasons": [], "advice": [], "x_compat": None}),
        paths[0].partition("?")[0].removeprefix("/"),
    )
    assert command(*compare).err == (
        f"note: says the registry: {ORDER} v1 -> v2 is backward compatible   (the registry's)\n"
    )
    write(project / "a.json", True)
    assert command("compare", f"{ORDER}@v1", "a.json", *settings).status == 0
